"""Large pictures through a trained network: strips without a trace, in little memory."""

import subprocess
import sys

import numpy as np
import pytest
from skimage import data

torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra 'neural')")

from facestyle.neural import api, coloring  # noqa: E402
from facestyle.neural.color_ranges import ColorLimit, measure_range  # noqa: E402
from facestyle.neural.large_pictures import run_in_strips  # noqa: E402
from facestyle.neural.pictures import to_tensor  # noqa: E402
from facestyle.neural.row_kernels import row_kernels  # noqa: E402
from facestyle.neural.row_strips import (  # noqa: E402
    ComputedRows,
    Moments,
    Scaling,
    StoredRows,
    run,
)
from facestyle.neural.settings import Architecture  # noqa: E402
from facestyle.neural.spot_places import apart, box_of  # noqa: E402
from facestyle.neural.transformer import ConvLayer, Transformer  # noqa: E402

LAYERS = {
    "first": (4, 8, 9, 1, 1),
    "halving": (8, 16, 3, 2, 1),
    "block": (128, 128, 3, 1, 1),
    "doubling": (16, 8, 3, 1, 2),
    "last": (8, 3, 9, 1, 1),
}


def layer_of(name):
    """A layer as the network has it, with random weights."""
    inputs, outputs, kernel, stride, upsample = LAYERS[name]
    layer = ConvLayer(inputs, outputs, kernel, stride=stride, upsample=upsample)
    random = torch.Generator().manual_seed(4)
    with torch.no_grad():
        layer.weight.normal_(0, layer.weight[0].numel() ** -0.5, generator=random)
        layer.bias.normal_(generator=random)
    return layer


def noise(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def not_told(_):
    """Whom nobody asks how far it is."""


@pytest.mark.parametrize("rows", [1, 6, 7, 100])
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_in_strips_is_the_layer(name, rows):
    layer, x = layer_of(name), noise(1, LAYERS[name][0], 24, 28)
    with torch.no_grad():
        whole = layer(x)
        strips = torch.empty_like(whole)
        moments = run(ComputedRows(layer, StoredRows(x)), rows, not_told, strips)
    torch.testing.assert_close(strips, whole, atol=1e-4, rtol=1e-4)
    variance, mean = torch.var_mean(whole, (0, 2, 3), correction=0)
    torch.testing.assert_close(moments.mean.float(), mean, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(moments.variance.float(), variance, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("rows", [1, 5, 30])
def test_a_layer_may_overwrite_what_it_reads(rows):
    layer, x = layer_of("block"), noise(1, 128, 24, 20)
    scaled = Scaling(noise(128, 1, 1, seed=1), noise(128, 1, 1, seed=2), rectify=True)
    with torch.no_grad():
        whole = layer((x * scaled.scale + scaled.shift).relu())
        run(ComputedRows(layer, StoredRows(x, scaled)), rows, not_told, x)
    torch.testing.assert_close(x, whole, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("rows", [1, 4, 9])
def test_rows_computed_when_they_are_read_are_those_of_both_layers(rows):
    before, after, x = layer_of("doubling"), layer_of("last"), noise(1, 16, 12, 14)
    with torch.no_grad():
        made = ComputedRows(before, StoredRows(x))
        made.scaled = Scaling(noise(8, 1, 1, seed=1), noise(8, 1, 1, seed=2), rectify=True)
        whole = after((before(x) * made.scaled.scale + made.scaled.shift).relu())
        strips = torch.empty_like(whole)
        run(ComputedRows(after, made), rows, not_told, strips)
    torch.testing.assert_close(strips, whole, atol=1e-4, rtol=1e-4)


def test_layers_multiply_less_than_they_say():
    for name, share in (("first", 1), ("doubling", 4 / 9)):
        layer = layer_of(name)
        assert row_kernels(layer).multiplications == pytest.approx(share * layer.weight.numel())


def test_statistics_of_strips_far_from_zero_are_exact():
    x = 1000 + noise(1, 3, 90, 40)
    moments = Moments()
    for strip in x.split(7, 2):
        moments.add(strip)
    wanted = x.double().var((0, 2, 3), correction=0)
    torch.testing.assert_close(moments.variance, wanted, atol=0, rtol=1e-3)


@pytest.mark.parametrize("style", ["engraving", "wave"])
def test_a_bundled_style_in_strips_is_the_same_picture(style):
    picture = to_tensor(data.astronaut()[:201, 120:321].astype(np.float32) / 255)
    network = api.load_model(style).network
    strength = torch.linspace(0, 1, 201).expand(1, 1, 201, 201)
    with torch.inference_mode():
        whole = network(picture, strength)
        strips = run_in_strips(network, picture, strength, pixels=201 * 20)
    assert float((strips - whole).abs().max()) < 1 / 255
    assert float((strips - whole).abs().mean()) < 1e-4


def test_strips_have_no_seams():
    """What is the same in every row is drawn the same in every row."""
    network = Transformer(Architecture(8, 2), seed=2).eval()
    columns = torch.rand((1, 3, 1, 80), generator=torch.Generator().manual_seed(1))
    drawn = run_in_strips(network, columns.expand(-1, -1, 96, -1), pixels=80 * 8)
    assert float(drawn.std()) > 0.005
    assert float((drawn[:, :, 1:] - drawn[:, :, :-1]).abs().max()) < 1e-5


@pytest.mark.parametrize("limited", [False, True])
def test_colors_made_in_bands_have_no_seams(limited, monkeypatch):
    x, base = noise(1, 3, 70, 50), torch.full((1, 3, 70, 50), 0.5)
    base[:, 2, 20:] = 0.9
    gray = torch.rand((1, 1, 64, 64)).expand(-1, 3, -1, -1)
    limit = ColorLimit(measure_range([gray], [1.0])) if limited else None
    with torch.no_grad():
        whole = coloring.color(x, base, limit)
        monkeypatch.setattr(coloring, "_BAND_PIXELS", 50 * 9)
        torch.testing.assert_close(coloring.color(x, base, limit), whole, atol=1e-6, rtol=0)
    free = coloring.to_colors(x + coloring.from_colors(base))
    assert limited == (float((whole - free).abs().mean()) > 0.02)


def test_a_spot_is_found_in_its_box_as_in_the_whole_picture():
    spots = torch.zeros(20, 30, dtype=torch.bool)
    spots[0:3, 27:], spots[9, 4:9], spots[10, 9] = True, True, True
    found = list(apart(spots))
    assert [int(spot.sum()) for spot in found] == [9, 6]
    assert torch.equal(found[0] | found[1], spots)
    for spot in found:
        whole = torch.nn.functional.interpolate(
            spot[None, None].float(), (80, 120), mode="bilinear", align_corners=False
        )[0, 0, :79, :118]
        box, own = box_of(spot, (79, 118), 5)
        assert torch.equal(own, whole[box] > 0)
        assert int(own.sum()) == int((whole > 0).sum())
        rows = (whole > 0).any(1).nonzero()
        assert box[0] == slice(max(0, int(rows[0]) - 5), min(79, int(rows[-1]) + 6))


_PEAK = """
import re, torch
from pathlib import Path
from facestyle.neural.large_pictures import run_in_strips
from facestyle.neural.settings import Architecture
from facestyle.neural.transformer import Transformer
network = Transformer(Architecture(32, 1)).eval()
peaks = []
for side in (200, 640):
    run_in_strips(network, torch.rand(1, 3, side, side), pixels=1 << 13)
    peaks.append(int(re.search(r"VmHWM:\\s*([0-9]+)", Path("/proc/self/status").read_text())[1]))
print(1024 * (peaks[1] - peaks[0]) / 640**2)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_pixel_takes_little_memory():
    """A map of 32 channels takes 128 bytes a pixel; two of them were kept."""
    told = subprocess.run([sys.executable, "-c", _PEAK], capture_output=True, text=True, check=True)
    assert float(told.stdout) < 160
