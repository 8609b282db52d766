"""Training: it learns, resumes, repeats, and shares its work among processes."""

import json
import os
import shutil
import socket
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra 'neural')")

from facestyle.errors import ImageError, ModelFileError, UsageError  # noqa: E402
from facestyle.neural.checkpoints import CheckpointFile  # noqa: E402
from facestyle.neural.gradient_guard import GradientGuard  # noqa: E402
from facestyle.neural.loss_network import load_loss_network  # noqa: E402
from facestyle.neural.model_files import (  # noqa: E402
    load_model,
    load_style_set,
    save_model,
    save_style_set,
)
from facestyle.neural.photos import PhotoFolder  # noqa: E402
from facestyle.neural.pictures import to_tensor  # noqa: E402
from facestyle.neural.settings import Architecture, TrainOptions  # noqa: E402
from facestyle.neural.style_images import StyleImage  # noqa: E402
from facestyle.neural.style_pictures import StylePicture  # noqa: E402
from facestyle.neural.style_sets import of_styles, stack_styles  # noqa: E402
from facestyle.neural.style_training import TrainingFiles, train_style  # noqa: E402
from facestyle.neural.train import train  # noqa: E402
from facestyle.neural.transformer import Transformer  # noqa: E402

TINY = TrainOptions(
    steps=4,
    batch=2,
    crop=32,
    style_size=32,
    content_layers=("relu2_1",),
    style_layers=("relu1_1", "relu2_1"),
    architecture=Architecture(channels=4, blocks=1),
)
ADDING = replace(TINY, architecture=Architecture())  # the shape is the set's


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    random = np.random.default_rng(0)
    for number in range(3):
        smooth = random.integers(0, 255, (5, 6, 3), dtype=np.uint8)
        picture = Image.fromarray(smooth).resize((90, 70), Image.Resampling.BICUBIC)
        (folder / "sub").mkdir(exist_ok=True)
        picture.save(folder / "sub" / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def network():
    return load_loss_network()


def style():
    wave = np.tile(0.5 + 0.5 * np.sin(np.arange(40) * 0.9), (40, 1))
    picture = np.stack((wave, 0.3 * wave, np.full_like(wave, 0.2)), 2)
    return picture.astype(np.float32)


def run(network, photos, options=TINY, **arguments):
    return train(network, [StylePicture(to_tensor(style()))], photos, options, **arguments)


def weights(trained):
    return torch.cat([p.detach().flatten() for p in trained.network.parameters()])


def test_the_loss_falls(network, photos):
    totals = []
    options = replace(TINY, steps=25, learning_rate=3e-3)
    previous = {}

    def report(step, losses, _):
        # Undo the smoothing over all steps so far: it is a plain mean in the beginning.
        now = sum(losses.values())
        totals.append(now * step - previous.get("sum", 0.0))
        previous["sum"] = now * step

    run(network, photos, options, report=report)
    assert np.mean(totals[-5:]) < 0.5 * np.mean(totals[:3])


def test_warming_up_teaches_the_colors_of_the_style(network, photos):
    options = replace(TINY, steps=60, warm_up=60, learning_rate=5e-3)
    losses = []
    trained = run(network, photos, options, report=lambda _, terms, __: losses.append(dict(terms)))
    assert all(list(terms) == ["recoloring"] for terms in losses)
    with torch.no_grad():
        result = trained.network(PhotoFolder(photos, 32).batch(99, range(4)))
    means = result.mean((0, 2, 3)).numpy()
    np.testing.assert_allclose(means, style().mean((0, 1)), atol=0.06)


def test_the_same_seed_gives_the_same_network(network, photos):
    first, second = run(network, photos), run(network, photos)
    assert torch.equal(weights(first), weights(second))
    other = run(network, photos, replace(TINY, seed=1))
    assert not torch.equal(weights(first), weights(other))


@pytest.mark.parametrize("normalization", ["instance", "batch"])
def test_a_resumed_training_ends_like_one_without_a_stop(network, photos, tmp_path, normalization):
    options = replace(TINY, architecture=Architecture(4, 1, normalization))
    through = run(network, photos, options)
    checkpoint = tmp_path / "run.checkpoint"
    run(network, photos, replace(options, steps=2), checkpoint=CheckpointFile(checkpoint))
    steps = []
    resumed = run(
        network,
        photos,
        options,
        checkpoint=CheckpointFile(checkpoint),
        report=lambda step, *_: steps.append(step),
    )
    assert steps == [3, 4]
    assert torch.equal(weights(resumed), weights(through))
    assert resumed.losses == pytest.approx(through.losses, rel=1e-6)


def test_a_checkpoint_beyond_the_steps_asked_for_is_not_called_finished(
    network, photos, tmp_path, caplog
):
    checkpoint = CheckpointFile(tmp_path / "run.checkpoint")
    run(network, photos, replace(TINY, steps=2), checkpoint=checkpoint)
    run(network, photos, replace(TINY, steps=1), checkpoint=checkpoint)
    assert "has 2 steps behind it, more than the 1 asked for" in caplog.text
    assert "finished" not in caplog.text


def test_a_checkpoint_of_another_training_is_refused(network, photos, tmp_path):
    checkpoint = tmp_path / "run.checkpoint"
    run(network, photos, replace(TINY, steps=1), checkpoint=CheckpointFile(checkpoint))
    with pytest.raises(ModelFileError, match=r"style_weight = 200.0, but style_weight = 7"):
        run(network, photos, replace(TINY, style_weight=7.0), checkpoint=CheckpointFile(checkpoint))


def test_a_checkpoint_of_other_photos_or_another_start_is_refused(
    network, photos, tmp_path, caplog
):
    checkpoint = CheckpointFile(tmp_path / "training.checkpoint")
    trained = run(network, photos, checkpoint=checkpoint)
    again = run(network, photos, checkpoint=checkpoint)
    assert "of a finished training" in caplog.text
    assert torch.equal(weights(again), weights(trained))
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(next(photos.rglob("*.png")), other)
    with pytest.raises(ModelFileError, match="photos = '1 files"):
        run(network, other, checkpoint=checkpoint)
    with pytest.raises(ModelFileError, match="start = "):
        run(network, photos, checkpoint=checkpoint, start=trained.network)


def test_bfloat16_trains_to_nearly_the_same_losses(network, photos):
    full, mixed = (
        sum(run(network, photos, replace(TINY, precision=precision)).losses.values())
        for precision in ("float32", "bfloat16")
    )
    assert mixed == pytest.approx(full, rel=0.05)
    assert mixed != full


def test_training_writes_model_previews_and_record(photos, tmp_path):
    output = tmp_path / "style.safetensors"
    train_style(
        [StyleImage(style(), name="stripes.png")],
        photos,
        output,
        options=TINY,
        files=TrainingFiles(preview=tmp_path / "previews", preview_every=2),
        device="cpu",
    )
    names = sorted(path.name for path in (tmp_path / "previews").iterdir())
    assert names == ["step-000002.png", "step-000004.png"]
    model = load_model(output)
    assert model.training["options"]["steps"] == 4
    assert model.training["styles"] == ["stripes.png"]
    assert model.training["photos"] == 3
    assert json.dumps(model.training["losses"])
    again = tmp_path / "again.safetensors"
    files = TrainingFiles(start=output)
    train_style([style()], photos, again, options=TINY, files=files, device="cpu")
    record = load_model(again).training
    assert record["start"] == "style.safetensors"
    assert record["before"] == model.training
    other = replace(TINY, architecture=Architecture(8, 1))
    with pytest.raises(UsageError, match="the model to start with is"):
        train_style([style()], photos, tmp_path / "x", options=other, files=files, device="cpu")


@pytest.mark.parametrize("grain", [False, True])
def test_a_style_is_added_to_a_set_by_its_scales_alone(photos, tmp_path, grain):
    shape = Architecture(channels=4, blocks=1, base="recolored", grain=grain)
    before, output = tmp_path / "set.safetensors", tmp_path / "more.safetensors"
    state = stack_styles(Transformer(shape, seed=2).state_dict(), 2)
    save_style_set(before, state, ["a", "b"], shape, {}, dtype=torch.float32)
    files = TrainingFiles(add_to=before, checkpoint_every=2)
    image = StyleImage(style(), name="red wave.jpg")
    for steps in (2, 4):  # stopped and taken up again
        options = replace(ADDING, steps=steps, learning_rate=0.02)
        train_style([image], photos, output, options=options, files=files, device="cpu")
    found = load_style_set(output)
    assert found.styles == ("a", "b", "red_wave")
    for name, value in state.items():
        own = found.state[name]
        if of_styles(name):
            torch.testing.assert_close(own[:2], value, atol=1e-3, rtol=0)
            assert (own[2] - value[0]).abs().max() > 0.01
        else:
            torch.testing.assert_close(own, value, atol=1e-3, rtol=0)
    blend = load_model(output, mixture="0.5*a+0.5*red_wave")
    assert blend.network.limit is None  # nobody knows the colors of "a"
    limit = load_model(output, mixture="red_wave").network.limit
    assert limit is not None
    chroma = torch.tensor([0.182, 0.089], dtype=torch.float64)  # of its pixels of luma .25
    torch.testing.assert_close(limit.range.center[4], chroma, atol=0.02, rtol=0)
    with pytest.raises(UsageError, match="has a style 'b' already"):
        train_style([replace(image, name="b.png")], photos, output, options=ADDING, files=files)
    with pytest.raises(UsageError, match="leave out channels"):
        train_style([image], photos, output, options=TINY, files=files)
    alone = tmp_path / "one.safetensors"
    train_style([image], photos, alone, options=TINY, device="cpu")
    with pytest.raises(ModelFileError, match="not a set of styles"):
        train_style([image], photos, output, options=ADDING, files=TrainingFiles(add_to=alone))


@pytest.mark.parametrize("grain", [False, True])
def test_a_network_without_grain_may_begin_one_with_it(photos, tmp_path, grain):
    begun, output = tmp_path / "begun.safetensors", tmp_path / "more.safetensors"
    narrow = Architecture(channels=4, blocks=1)
    wide = replace(narrow, inputs=7, grain=grain)
    save_model(begun, Transformer(narrow, seed=2), {}, dtype=torch.float32)
    options = replace(TINY, architecture=wide, steps=1, learning_rate=0.0)
    train_style([style()], photos, output, options=options, files=TrainingFiles(start=begun))
    weights = load_model(output).network.layers[0].conv.weight
    assert weights.shape[1] == 7 + grain
    own = load_model(begun).network.layers[0].conv.weight
    torch.testing.assert_close(weights[:, :3], own, atol=1e-3, rtol=0)
    assert not weights[:, 3:].any()


def test_crops_depend_on_seed_step_and_place_alone(photos):
    folder = PhotoFolder(photos, 32, seed=5)
    whole = folder.batch(7, range(4))
    assert whole.shape == (4, 3, 32, 32)
    torch.testing.assert_close(PhotoFolder(photos, 32, seed=5).batch(7, range(2, 4)), whole[2:])
    assert not torch.equal(folder.batch(8, range(4)), whole)


def test_photos_of_16_bits_are_not_clipped_to_white(tmp_path):
    Image.fromarray(np.full((40, 40), 0x4000, np.uint16)).save(tmp_path / "dark.png")
    assert (PhotoFolder(tmp_path, 32).batch(0, range(1)) * 255 == 0x40).all()


def test_unreadable_photos_are_noted_and_replaced(tmp_path, caplog):
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    with pytest.raises(ImageError, match="none of 1 photos can be read"):
        PhotoFolder(tmp_path, 32).batch(0, range(2))
    Image.new("RGB", (40, 40), (255, 0, 0)).save(tmp_path / "red.png")
    folder = PhotoFolder(tmp_path, 32)
    crops = folder.batch(0, range(4))
    assert (crops[:, 0] == 1).all()
    assert (crops[:, 1:] == 0).all()
    assert [path.name for path in folder.problems] == ["broken.jpg"]
    assert "broken.jpg: left out of the training" in caplog.text
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ImageError, match="holds no photo"):
        PhotoFolder(empty, 32)


WORKER = """
import sys, torch
from facestyle.neural.loss_network import load_loss_network
from facestyle.neural.style_pictures import StylePicture
from facestyle.neural.train import train
sys.path.insert(0, {tests!r})
from test_neural_train import TINY, style, to_tensor, weights
torch.set_num_threads(1)
trained = train(load_loss_network(), [StylePicture(to_tensor(style()))], {photos!r}, TINY)
if trained.leads:
    torch.save(weights(trained), {result!r})
"""


def test_two_processes_train_the_network_of_one(network, photos, tmp_path):
    script, result = tmp_path / "worker.py", tmp_path / "weights.pt"
    tests = os.path.dirname(os.path.abspath(__file__))
    script.write_text(WORKER.format(tests=tests, photos=str(photos), result=str(result)))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    shared_environment = os.environ | {
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": port,
        "WORLD_SIZE": "2",
        "PYTHONPATH": os.pathsep.join((os.path.dirname(tests), os.environ.get("PYTHONPATH", ""))),
    }
    processes = [
        subprocess.Popen([sys.executable, str(script)], env=shared_environment | {"RANK": rank})
        for rank in ("0", "1")
    ]
    assert [process.wait(120) for process in processes] == [0, 0]
    expected = weights(run(network, photos))
    # Adam turns the rounding of tiny gradients into steps as long as the learning rate, 1e-3.
    difference = (torch.load(result, weights_only=True) - expected).abs()
    assert difference.mean() < 1e-4


# as many normalizations in a row as Johnson's network has: their gradients multiply
DEEP = replace(TINY, architecture=Architecture(channels=4, blocks=5))


def flat_photo(folder, name, color):
    folder.mkdir(exist_ok=True)
    Image.new("RGB", (90, 70), color).save(folder / name)


def test_photos_of_one_color_do_no_harm(network, photos, tmp_path):
    """One black photo made all weights NaN, and the training went on to its end."""
    mixed = tmp_path / "mixed"
    flat_photo(mixed, "black.png", (0, 0, 0))
    flat_photo(mixed, "white.png", (255, 255, 255))
    for path in photos.rglob("*.png"):
        (mixed / path.name).write_bytes(path.read_bytes())
    trained = run(network, mixed, replace(DEEP, steps=12))
    assert torch.isfinite(weights(trained)).all()
    assert all(np.isfinite(value) for value in trained.losses.values())
    crops = PhotoFolder(mixed, 32).batch(0, range(40))
    assert (crops.flatten(2).amax((1, 2)) > crops.flatten(2).amin((1, 2))).all()


def test_steps_without_finite_gradients_change_nothing(network, photos, monkeypatch, caplog):
    before = weights(run(network, photos, replace(DEEP, steps=3)))
    batch = PhotoFolder.batch

    def black(self, step, places):
        return torch.zeros(len(places), 3, 32, 32) if step == 3 else batch(self, step, places)

    monkeypatch.setattr(PhotoFolder, "batch", black)
    after = run(network, photos, replace(DEEP, steps=4))
    torch.testing.assert_close(weights(after), before, rtol=0, atol=0)
    assert "step 4 is skipped: its gradients are not finite" in caplog.text


def test_many_steps_without_finite_gradients_stop_with_a_reason(caplog):
    guard = GradientGuard()
    weight = torch.zeros(3, requires_grad=True)
    for gradient, loss in ((torch.inf, 1.0), (1.0, torch.nan), (torch.nan, 1.0)):
        weight.grad = torch.full((3,), gradient)
        assert not guard.accepts(1, [weight], {"style": loss})
    weight.grad = torch.ones(3)
    assert guard.accepts(4, [weight], {"style": 1.0})  # counts from the start again
    weight.grad = torch.full((3,), torch.nan)
    for step in range(5, 24):
        assert not guard.accepts(step, [weight], {"style": 1.0})
    with pytest.raises(UsageError, match=r"20 steps in a row.*up to step 24.*one color"):
        guard.accepts(24, [weight], {"style": 1.0})


def test_eps_pipes_and_broken_links_are_no_photos(photos, tmp_path, monkeypatch):
    from PIL import EpsImagePlugin

    def start(*_args, **_options):
        raise AssertionError("Ghostscript was started")

    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", start)
    folder = tmp_path / "photos"
    folder.mkdir()
    eps = "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 90 90\n%%EndComments\nshowpage\n"
    (folder / "a.jpg").write_text(eps)
    os.mkfifo(folder / "b.jpg")
    (folder / "c.jpg").symlink_to("nowhere.jpg")
    (folder / "d.jpg").symlink_to("/dev/zero")
    good = next(photos.rglob("*.png"))
    (folder / "e.png").write_bytes(good.read_bytes())
    crops = PhotoFolder(folder, 32)
    crops.batch(0, range(40))
    assert sorted(path.name for path in crops.problems) == ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]
    assert "only regular files" in crops.problems[folder / "b.jpg"]


def test_a_cut_checkpoint_may_be_removed(network, photos, tmp_path):
    checkpoint = tmp_path / "run.checkpoint"
    checkpoint.write_bytes(b"\xff" * 100)
    with pytest.raises(ModelFileError, match="or remove this checkpoint to begin anew"):
        run(network, photos, TINY, checkpoint=CheckpointFile(checkpoint))


def test_damaged_checkpoints_are_refused(network, photos, tmp_path):
    """Of eleven ways of damage eight gave tracebacks."""
    from facestyle.neural.safetensors_files import read_safetensors, write_safetensors

    checkpoint = tmp_path / "run.checkpoint"
    run(network, photos, replace(TINY, steps=1), checkpoint=CheckpointFile(checkpoint))
    whole = checkpoint.read_bytes()
    tensors, metadata = read_safetensors(checkpoint)
    for key, value in [
        ("settings", None),
        ("settings", "{"),
        ("settings", "[]"),
        ("settings", "[" * 100_000),
        ("step", None),
        ("step", "many"),
        ("step", "-1"),
        ("step", "9" * 400),
        ("losses", None),
        ("losses", "[1]"),
        ("losses", '{"style": "x"}'),
        ("losses", '{"style": NaN}'),
        ("format", "another"),
    ]:
        changed = {k: v for k, v in metadata.items() if k != key}
        changed |= {} if value is None else {key: value}
        write_safetensors(checkpoint, tensors, changed)
        with pytest.raises(ModelFileError, match=r"run\.checkpoint"):
            run(network, photos, replace(TINY, steps=2), checkpoint=CheckpointFile(checkpoint))
    for length in (0, 4, 8, 100, len(whole) // 2, len(whole) - 1):
        checkpoint.write_bytes(whole[:length])
        with pytest.raises(ModelFileError, match=r"run\.checkpoint"):
            run(network, photos, replace(TINY, steps=2), checkpoint=CheckpointFile(checkpoint))
    checkpoint.write_bytes(whole)
    other = metadata["settings"].replace('"style pictures": "', '"style pictures": "0')
    write_safetensors(checkpoint, tensors, metadata | {"settings": other})
    with pytest.raises(ModelFileError, match="with other style pictures than were given now"):
        run(network, photos, replace(TINY, steps=2), checkpoint=CheckpointFile(checkpoint))
    checkpoint.write_bytes(whole)
    run(network, photos, replace(TINY, steps=2), checkpoint=CheckpointFile(checkpoint))


def test_places_that_cannot_hold_a_checkpoint_are_noticed_before_the_work(
    network, photos, tmp_path
):
    with pytest.raises(ModelFileError, match=r"there is no folder .*make it first"):
        run(network, photos, checkpoint=CheckpointFile(tmp_path / "missing" / "run.checkpoint"))
    with pytest.raises(ModelFileError, match="is a folder"):
        run(network, photos, checkpoint=CheckpointFile(tmp_path))


def test_models_are_read_from_regular_files_and_follow_the_umask(network, photos, tmp_path):
    from facestyle.neural.model_files import save_model
    from facestyle.neural.model_names import find_model

    os.mkfifo(tmp_path / "pipe.safetensors")
    for path in (tmp_path / "pipe.safetensors", "/dev/zero", tmp_path, tmp_path / ("x" * 300)):
        with pytest.raises(ModelFileError):
            load_model(find_model(path))
    before = os.umask(0o027)
    try:
        save_model(tmp_path / "a.safetensors", run(network, photos).network, {})
    finally:
        os.umask(before)
    assert (tmp_path / "a.safetensors").stat().st_mode & 0o777 == 0o640
