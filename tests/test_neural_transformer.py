"""The feed-forward network: instance normalization, sizes, strips, and its files."""

import json
import pickle
import struct

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra 'neural')")

from facestyle.errors import ModelFileError, UsageError  # noqa: E402
from facestyle.neural.api import stylize_feedforward  # noqa: E402
from facestyle.neural.large_pictures import run_in_strips  # noqa: E402
from facestyle.neural.model_files import load_model, save_model  # noqa: E402
from facestyle.neural.normalization import InstanceNorm  # noqa: E402
from facestyle.neural.settings import Architecture  # noqa: E402
from facestyle.neural.transformer import (  # noqa: E402
    Transformer,
    reflect,
)

SMALL = Architecture(channels=4, blocks=2)


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "style.safetensors"
    save_model(path, Transformer(SMALL, seed=3), {"steps": 12})
    return path


def random_picture(height, width, seed=0):
    return torch.from_numpy(
        np.random.default_rng(seed).uniform(size=(1, 3, height, width)).astype(np.float32)
    )


@pytest.mark.parametrize("training", [True, False])
def test_instance_norm_is_torchs_in_training_and_at_test_time(training):
    ours, theirs = InstanceNorm(5), torch.nn.InstanceNorm2d(5, affine=True)
    with torch.no_grad():
        for parameter in (ours.scale, ours.shift):
            parameter.uniform_(-1, 2)
        theirs.weight.copy_(ours.scale)
        theirs.bias.copy_(ours.shift)
    x = torch.randn(3, 5, 6, 7) * 4 + 2
    torch.testing.assert_close(ours.train(training)(x), theirs.train(training)(x))


def test_instance_norm_by_hand():
    norm = InstanceNorm(1)
    with torch.no_grad():
        norm.scale.fill_(2.0)
        norm.shift.fill_(0.5)
    x = torch.tensor([[[[1.0, 3.0]]], [[[10.0, 30.0]]]])  # both pictures: one below, one above
    expected = torch.tensor([[[[-1.5, 2.5]]], [[[-1.5, 2.5]]]])
    torch.testing.assert_close(norm(x), expected, atol=1e-4, rtol=0)


def test_a_picture_does_not_see_the_others_of_its_batch():
    network = Transformer(SMALL)
    batch = torch.cat((random_picture(32, 40, 1), random_picture(32, 40, 2)))
    torch.testing.assert_close(network(batch)[:1], network(batch[:1]), atol=1e-5, rtol=1e-5)


def test_reflect_is_torchs_reflection_padding():
    x = random_picture(7, 9)
    expected = torch.nn.functional.pad(x, (4, 4, 3, 3), mode="reflect")
    assert torch.equal(reflect(reflect(x, 3, 2), 4, 3), expected)


@pytest.mark.parametrize("normalization", ["instance", "batch"])
@pytest.mark.parametrize("pixels", [1, 300, 1 << 20])
def test_strips_leave_no_trace(normalization, pixels):
    network = Transformer(Architecture(4, 2, normalization)).eval()
    picture = random_picture(53, 70)
    with torch.no_grad():
        whole = network(picture)
    assert whole.shape == picture.shape
    strips = run_in_strips(network, picture, pixels=pixels)
    torch.testing.assert_close(strips, whole, atol=2e-5, rtol=0)


def test_a_model_in_full_size_stays_below_three_and_a_half_megabytes(tmp_path):
    network = Transformer()
    assert sum(p.numel() for p in network.parameters()) == 1_679_235  # Johnson's, table 1
    path = tmp_path / "full.safetensors"
    save_model(path, network, {})
    assert path.stat().st_size < 3.5e6


def test_a_model_file_keeps_the_network_and_its_training(model):
    loaded = load_model(model)
    assert loaded.training == {"steps": 12}
    assert loaded.network.architecture == SMALL
    picture = random_picture(32, 32)
    with torch.no_grad():
        expected = Transformer(SMALL, seed=3)(picture)
        torch.testing.assert_close(loaded.network(picture), expected, atol=5e-3, rtol=0)


@pytest.mark.parametrize("kept", [0, 5, 40, 400, -1])
def test_a_truncated_model_is_refused(model, kept):
    model.write_bytes(model.read_bytes()[:kept])
    with pytest.raises(ModelFileError, match=r"style\.safetensors"):
        load_model(model)


def test_a_damaged_header_is_refused(model):
    data = bytearray(model.read_bytes())
    data[20:40] = b"\xff" * 20
    model.write_bytes(data)
    with pytest.raises(ModelFileError, match="damaged"):
        load_model(model)


class Trap:
    """Raises an alarm when it is unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was opened",))


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_pickles_are_refused_and_never_opened(tmp_path, protocol):
    path = tmp_path / "model.safetensors"
    path.write_bytes(pickle.dumps(Trap(), protocol))
    with pytest.raises(ModelFileError, match="pickle" if protocol else "not a safetensors"):
        load_model(path)


def test_a_pytorch_archive_is_refused(tmp_path):
    path = tmp_path / "model.pth"
    torch.save({"weight": torch.zeros(2)}, path)
    with pytest.raises(ModelFileError, match="never read; convert it"):
        load_model(path)


def rewrite_header(path, change):
    """Apply a change to the JSON header of a safetensors file."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    change(header)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data[8 + length :])


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("format", "lora", "not a facestyle model"),
        ("architecture", "no json", "no readable 'architecture'"),
        ("architecture", '{"channels": 4, "blocks": 3}', "another architecture: it lacks"),
        ("architecture", '{"channels": 8, "blocks": 2}', "has shape"),
        ("architecture", '{"channels": 100000, "blocks": 2}', "cannot build"),
        ("architecture", '{"depth": 2}', "cannot build"),
    ],
)
def test_models_of_another_kind_are_refused(model, key, value, message):
    rewrite_header(model, lambda header: header["__metadata__"].update({key: value}))
    with pytest.raises(ModelFileError, match=message):
        load_model(model)


def test_a_header_as_long_as_a_pickle_begins_is_read(model):
    """A header of 640 bytes begins with the bytes 80 02, as does a pickle."""

    def change(header):
        header["__metadata__"]["note"] = ""
        padding = -len(json.dumps(header).encode()) % 256 + 0x80
        header["__metadata__"]["note"] = "x" * padding

    rewrite_header(model, change)
    assert model.read_bytes()[0] == 0x80
    for second in (2, 3, 4, 5):
        data = model.read_bytes()
        (length,) = struct.unpack("<Q", data[:8])
        wanted = 0x80 + 256 * second
        if wanted < length:
            continue
        text = data[8 : 8 + length] + b" " * (wanted - length)
        model.write_bytes(struct.pack("<Q", wanted) + text + data[8 + length :])
    load_model(model)


def test_a_model_that_is_not_finite_is_refused(tmp_path):
    network = Transformer(SMALL)
    with torch.no_grad():
        network.layers[0].conv.bias[0] = float("nan")
    save_model(tmp_path / "nan.safetensors", network, {})
    with pytest.raises(ModelFileError, match="not all finite"):
        load_model(tmp_path / "nan.safetensors")


def test_a_missing_model_is_named(tmp_path):
    with pytest.raises(ModelFileError, match=r"nowhere\.safetensors: cannot be read"):
        load_model(tmp_path / "nowhere.safetensors")


def test_stylizing_obeys_size_strength_colors_and_mask(model):
    image = random_picture(40, 60)[0].numpy().transpose(1, 2, 0) * 0.4 + 0.3
    full = stylize_feedforward(image, model, device="cpu")
    assert (full.shape, full.dtype) == (image.shape, np.float32)
    half = stylize_feedforward(image, model, strength=0.5, device="cpu")
    np.testing.assert_allclose(half, (full + image) / 2, atol=1e-5)
    assert stylize_feedforward(image, model, size=30, device="cpu").shape == (20, 30, 3)
    mask = np.zeros((40, 60), np.float32)
    masked = stylize_feedforward(image, model, mask=mask, device="cpu")
    np.testing.assert_allclose(masked, image, atol=1e-6)
    with pytest.raises(UsageError, match="strength"):
        stylize_feedforward(image, model, strength=-1)
