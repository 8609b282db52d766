"""The loss network: stored features, NumPy convolutions, layers, files."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra 'neural')")

from facestyle.errors import ModelFileError, UsageError  # noqa: E402
from facestyle.neural.loss_network import (  # noqa: E402
    LossNetwork,
    layer_names,
    load_loss_network,
)
from facestyle.neural.safetensors_files import write_safetensors  # noqa: E402

# Mean and standard deviation of the features of `checker()`, computed once by a NumPy
# implementation of VGG-16 in float64 that shares no code with this one.
STORED = {
    "relu1_1": (0.75024206, 1.2407838),
    "relu2_2": (3.26502, 7.0262229),
    "relu3_3": (2.4587558, 7.4022042),
    "relu4_2": (2.4016501, 6.8767587),
    "relu5_3": (0.13460999, 0.74955485),
}


def checker():
    """A picture with colors, edges and a gradient, by a formula."""
    y, x = np.mgrid[0:48, 0:64]
    planes = [((x // 8 + y // 8) % 2) * 0.8 + 0.1, x / 63, 0.5 + 0.5 * np.sin(y / 5)]
    return torch.from_numpy(np.stack(planes)[None]).float()


@pytest.fixture(scope="module")
def network():
    return load_loss_network()


def test_features_match_the_stored_checksums(network):
    features = network(checker(), STORED)
    for name, (mean, deviation) in STORED.items():
        values = features[name].double()
        assert values.mean().item() == pytest.approx(mean, rel=1e-4), name
        assert values.std(correction=0).item() == pytest.approx(deviation, rel=1e-4), name


def test_features_stop_at_the_deepest_layer_asked_for(network, monkeypatch):
    computed = []
    convolve = LossNetwork._convolve

    def spy(self, x, name):
        computed.append(name)
        return convolve(self, x, name)

    monkeypatch.setattr(LossNetwork, "_convolve", spy)
    features = network(checker(), ["relu2_1", "relu1_2"])
    assert computed == ["conv1_1", "conv1_2", "conv2_1"]
    assert {name: tuple(v.shape) for name, v in features.items()} == {
        "relu1_2": (1, 64, 48, 64),
        "relu2_1": (1, 128, 24, 32),
    }


def test_average_pooling_averages(network):
    average = LossNetwork({}, "average")
    x = torch.rand(1, 2, 4, 4)
    expected = x.reshape(1, 2, 2, 2, 2, 2).mean((3, 5))
    torch.testing.assert_close(average._pool(x), expected)
    expected = x.reshape(1, 2, 2, 2, 2, 2).amax((3, 5))
    torch.testing.assert_close(network._pool(x), expected)


def test_gradient_of_features_agrees_with_finite_differences(network):
    double = LossNetwork({}, "average")
    for name, value in network.named_buffers():
        double.register_buffer(name, value.double())
    random = np.random.default_rng(1)
    # Noise: flat areas would put many rectifications at their kink at once.
    picture = torch.from_numpy(random.uniform(size=(1, 3, 32, 32)))
    direction = torch.from_numpy(random.normal(size=picture.shape))

    def loss(x):
        return double(x, ["relu3_1"])["relu3_1"].square().mean()

    moving = picture.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(moving), moving)
    step = 1e-6
    numeric = (loss(picture + step * direction) - loss(picture - step * direction)) / (2 * step)
    assert (gradient * direction).sum().item() == pytest.approx(numeric.item(), rel=1e-6)


def test_unknown_layers_and_small_pictures_are_refused(network):
    with pytest.raises(UsageError, match="no layer 'relu3_4'"):
        network(checker(), ["relu3_4"])
    with pytest.raises(UsageError, match="20x48"):
        network(checker()[..., :20], ["relu1_1"])


def test_a_vgg19_with_torchvisions_names_is_read(tmp_path):
    path = tmp_path / "vgg19.safetensors"
    write_safetensors(path, torchvision_vgg("vgg19"), {})
    network = load_loss_network(path)
    assert network.architecture == "vgg19"
    assert network.layers == layer_names("vgg19")
    features = network(checker(), ["relu3_4"])["relu3_4"]
    assert features.shape == (1, 256, 12, 16)


def test_another_network_is_refused(tmp_path):
    path = tmp_path / "other.safetensors"
    tensors = torchvision_vgg("vgg16")
    del tensors["features.14.bias"]
    write_safetensors(path, tensors, {})
    with pytest.raises(ModelFileError, match=r"other\.safetensors.*lacks 'conv3_3\.bias'"):
        load_loss_network(path)


def torchvision_vgg(architecture):
    """Zero weights under torchvision's names, and one of the fully connected layers' names."""
    counts = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}[architecture]
    tensors, index, inputs = {"classifier.0.weight": torch.zeros(4, 4)}, 0, 3
    for count, outputs in zip(counts, (64, 128, 256, 512, 512), strict=True):
        for _ in range(count):
            weight = torch.zeros(outputs, inputs, 3, 3, dtype=torch.float16)
            tensors[f"features.{index}.weight"] = weight
            tensors[f"features.{index}.bias"] = torch.zeros(outputs, dtype=torch.float16)
            inputs, index = outputs, index + 2
        index += 1
    return tensors
