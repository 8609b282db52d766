"""Winograd's convolution against PyTorch's, and what the loss network makes of it."""

import pytest

torch = pytest.importorskip("torch")

import torch.nn.functional as F  # noqa: E402

from facestyle.neural import winograd  # noqa: E402
from facestyle.neural.loss_network import load_loss_network  # noqa: E402

SHAPES = [
    (1, 64, 128, 24, 40),
    (2, 128, 128, 21, 43),  # neither side a multiple of four
    (1, 256, 512, 2, 2),  # smaller than a tile
    (1, 128, 128, 160, 72),  # several bands, of which the last overlaps
]


@pytest.mark.parametrize(("batch", "inputs", "outputs", "height", "width"), SHAPES)
@pytest.mark.parametrize("padding", [0, 1])
def test_convolution(
    batch: int, inputs: int, outputs: int, height: int, width: int, padding: int
) -> None:
    if not padding:
        height, width = height + 2, width + 2
    torch.manual_seed(0)
    x = torch.randn(batch, inputs, height, width, requires_grad=True)
    weight, bias = torch.randn(outputs, inputs, 3, 3) / 30, torch.randn(outputs)
    result = winograd.convolve(x, winograd.Kernels(weight, bias), padding=padding)
    expected = F.conv2d(x, weight, bias, padding=padding)
    torch.testing.assert_close(result, expected, rtol=0, atol=2e-5 * expected.abs().max().item())
    slope = torch.randn_like(expected)
    (ours,) = torch.autograd.grad(result, x, slope)
    (theirs,) = torch.autograd.grad(expected, x, slope)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=2e-5 * theirs.abs().max().item())


def test_rectified() -> None:
    torch.manual_seed(0)
    x = torch.randn(1, 64, 12, 12, requires_grad=True)
    kernels = winograd.Kernels(torch.randn(128, 64, 3, 3) / 30, torch.randn(128))
    plain = winograd.convolve(x, kernels, padding=1)
    rectified = winograd.convolve(x, kernels, padding=1, rectify=True)
    torch.testing.assert_close(rectified, plain.clamp_min(0))
    (gradient,) = torch.autograd.grad(rectified.sum(), x)
    (expected,) = torch.autograd.grad(plain.clamp_min(0).sum(), x)
    torch.testing.assert_close(gradient, expected)


def test_features_as_without(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    picture, network = torch.rand(1, 3, 52, 75), load_loss_network()
    fast = network(picture, network.layers)
    monkeypatch.setattr(winograd, "pays", lambda x, weight: False)
    for name, features in network(picture, network.layers).items():
        scale = features.abs().max().item()
        torch.testing.assert_close(fast[name], features, rtol=0, atol=3e-5 * scale)


def test_only_where_it_pays() -> None:
    x, weight = torch.zeros(1, 64, 8, 8), torch.zeros(128, 64, 3, 3)
    assert winograd.pays(x, weight)
    assert not winograd.pays(x, weight[:64])
    assert not winograd.pays(x, torch.zeros(128, 64, 1, 1))
    assert not winograd.pays(x.bfloat16(), weight.bfloat16())
    with torch.autocast("cpu", torch.bfloat16):
        assert not winograd.pays(x, weight)
