"""The objective: its gradient, and its independence of tiles."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra 'neural')")

from facestyle.neural.loss_network import LossNetwork, load_loss_network  # noqa: E402
from facestyle.neural.objective import (  # noqa: E402
    Objective,
    Targets,
    TemporalTarget,
    Terms,
    content_features,
)
from facestyle.neural.style_statistics import (  # noqa: E402
    measure_grams,
    mix_grams,
    region_weights,
)
from facestyle.neural.tiling import cut_tiles  # noqa: E402

TERMS = Terms(
    content={"relu2_2": 1.0},
    style={"relu1_1": 5.0, "relu3_3": 2.0},
    total_variation=0.5,
    temporal=3.0,
)


@pytest.fixture(scope="module")
def network():
    """The bundled network in double precision."""
    double = LossNetwork({})
    for name, value in load_loss_network().named_buffers():
        double.register_buffer(name, value.double())
    return double


def picture(seed, height=57, width=100):
    random = np.random.default_rng(seed)
    return torch.from_numpy(random.uniform(size=(1, 3, height, width)))


def objective(network, tile=None):
    content, style, warped = picture(1), picture(2, 64, 48), picture(3)
    ramp = torch.linspace(0, 1, 100, dtype=torch.float64).expand(57, 100)
    regions = torch.stack((ramp, 1 - ramp))
    grams = measure_grams(network, style, tuple(TERMS.style))
    targets = Targets(
        content=content_features(network, content, tuple(TERMS.content), tile),
        style={name: gram.expand(-1, 2, -1, -1) for name, gram in grams.items()},
        weights=region_weights(regions, tuple(TERMS.style)),
        importance=dict.fromkeys(TERMS.style, torch.tensor([0.3, 0.7], dtype=torch.float64)),
        attention={"relu2_2": 1 + 4 * ramp[::2, ::2][:28]},
        temporal=(TemporalTarget(warped, ramp),),
    )
    return Objective(network, TERMS, targets, (57, 100), tile)


def test_gradient_agrees_with_finite_differences(network):
    whole, x = objective(network), picture(4)
    direction = torch.from_numpy(np.random.default_rng(5).normal(size=x.shape))
    _, gradient = whole.evaluate(x)
    step = 1e-7
    ahead, back = (sum(whole.evaluate(x + s * direction)[0].values()) for s in (step, -step))
    numeric = (ahead - back) / (2 * step)
    assert (gradient * direction).sum().item() == pytest.approx(numeric, rel=1e-5)


@pytest.mark.parametrize("tile", [16, 40])
def test_tiles_change_neither_the_loss_nor_its_gradient(network, tile):
    x = picture(4)
    terms, gradient = objective(network).evaluate(x)
    tiled = objective(network, tile)
    assert len(tiled.tiles) > 3
    tiled_terms, tiled_gradient = tiled.evaluate(x)
    assert tiled_terms == pytest.approx(terms, rel=1e-10)
    torch.testing.assert_close(tiled_gradient, gradient, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("height", "width", "size"), [(57, 100, 16), (33, 250, 64), (96, 96, 96)])
def test_tiles_cover_the_picture_once(height, width, size):
    covered = torch.zeros(height, width)
    for tile in cut_tiles(height, width, size, halo=14):
        covered[tile.rows.start : tile.rows.stop, tile.columns.start : tile.columns.stop] += 1
        assert tile.rows.start % 16 == tile.columns.start % 16 == 0
        assert tile.rows.outer_start <= max(0, tile.rows.start - 14)
        assert tile.rows.outer_stop >= min(height, tile.rows.stop + 14)
    assert covered.min() == covered.max() == 1


def test_mixed_statistics_leave_out_pictures_that_lack_a_region():
    grams = [{"relu1_1": torch.full((1, 2, 1, 1), value)} for value in (1.0, 5.0)]
    present = torch.tensor([[True, True], [True, False]])
    mixed = mix_grams(grams, [1.0, 3.0], present)["relu1_1"].flatten()
    assert mixed.tolist() == [4.0, 1.0]
