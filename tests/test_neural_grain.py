"""Noise as a further input of a network, so that flat parts of a picture get strokes."""

import numpy as np
import pytest
from skimage import data

torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra 'neural')")

from facestyle import Stylizer  # noqa: E402
from facestyle.neural import grain  # noqa: E402
from facestyle.neural.api import Strokes, stylize_feedforward  # noqa: E402
from facestyle.neural.grain import flatness, make_grain  # noqa: E402
from facestyle.neural.large_pictures import run_in_strips  # noqa: E402
from facestyle.neural.model_files import load_model, save_model  # noqa: E402
from facestyle.neural.settings import Architecture  # noqa: E402
from facestyle.neural.transformer import Transformer  # noqa: E402

SMALL = Architecture(channels=4, blocks=2, grain=True)


def plain(height, width, noise=0.0):
    random = np.random.default_rng(2).normal(0, noise, (1, 3, height, width))
    return torch.from_numpy(np.clip(0.7 + random, 0, 1).astype(np.float32))


def test_grain_is_the_same_each_time_and_has_three_scales():
    noise = make_grain(90, 140)
    assert noise.shape == (1, 1, 90, 140)
    assert torch.equal(noise, make_grain(90, 140))
    assert abs(noise.mean()) < 0.1
    assert 0.3 < noise.std() < 0.7
    coarse = torch.nn.functional.avg_pool2d(noise, 8)  # white noise would have an eighth
    assert coarse.std() > 0.3 * noise.std()


def test_another_seed_draws_other_strokes_where_a_picture_is_flat():
    photo = np.full((180, 180, 3), 0.93, np.float32)
    photo[90:, 40:130] = data.astronaut()[80:170, 170:260] / np.float32(255)
    usual, same, other = (
        stylize_feedforward(photo, "wave", device="cpu", strokes=strokes)
        for strokes in (None, Strokes(), Strokes(seed=1))
    )
    np.testing.assert_array_equal(usual, same)
    assert not torch.equal(make_grain(90, 140), make_grain(90, 140, 1))
    apart = np.abs(usual - other).mean(2)
    assert apart[:60].mean() > 0.05
    assert apart[100:150, 60:110].mean() < 0.5 * apart[:60].mean()


@pytest.mark.parametrize("place", ["picture", "clip"])
def test_the_seed_of_the_stylizer_reaches_the_network(tmp_path, place):
    path = tmp_path / "grainy.safetensors"
    save_model(path, Transformer(SMALL, seed=1), {})
    photo = np.full((64, 80, 3), 200, np.uint8)

    def redrawn(**options):
        stylizer = Stylizer.from_model(path, device="cpu", **options)
        return stylizer(photo).image if place == "picture" else next(stylizer.video([photo])).image

    usual = redrawn()
    np.testing.assert_array_equal(redrawn(seed=0), usual)
    np.testing.assert_array_equal(redrawn(seed=7), redrawn(seed=7))
    assert (redrawn(seed=7) != usual).any()


def test_walls_are_flat_and_edges_texture_and_skin_are_not():
    wall = flatness(plain(96, 96, noise=0.01))
    assert wall.min() > 0.8
    edge = plain(96, 96)
    edge[..., 48:] = 0.4
    across = flatness(edge)[0, 0, 48]
    assert across[48] < 0.05
    assert across[5] > 0.95
    assert across[-5] > 0.95
    texture = flatness(plain(96, 96, noise=0.2))
    assert texture.max() < 0.3
    face = torch.from_numpy(data.astronaut()[80:180, 180:260] / np.float32(255))
    assert flatness(face.permute(2, 0, 1)[None].float()).mean() < 0.15


def test_brightness_does_not_make_a_picture_less_flat():
    """Only differences count."""
    for level in (0.02, 0.5, 0.93, 1.0):
        assert flatness(torch.full((1, 3, 60, 60), level)).min() > 0.99999


def test_grain_of_a_large_picture_is_not_kept(monkeypatch):
    picture = plain(64, 80)
    small = grain.grain_for(picture)
    monkeypatch.setattr(grain, "_MOST_KEPT", 0)
    monkeypatch.setattr(grain, "_kept_grain", None)
    assert torch.equal(small, grain.grain_for(picture))


def test_a_flat_picture_gets_strokes_from_grain_alone():
    picture = plain(64, 80)
    with torch.no_grad():
        grainy = Transformer(SMALL, seed=1).eval()(picture)
        flat = Transformer(Architecture(channels=4, blocks=2), seed=1).eval()(picture)
    assert flat.std((2, 3)).max() < 1e-4
    assert grainy.std((2, 3)).min() > 100 * flat.std((2, 3)).max()


def test_grain_comes_in_where_a_picture_is_flat():
    picture = plain(64, 80)
    picture[..., 40:] += 0.2 * (torch.arange(40) // 8 % 2)  # stripes on the right
    network = Transformer(SMALL)
    noise = network.prepare(picture, picture)[:, 3]
    torch.testing.assert_close(noise[..., :20], make_grain(64, 80)[0][..., :20], atol=0.01, rtol=0)
    assert noise[..., 60:].abs().max() < 0.01


@pytest.mark.parametrize("pixels", [300, 1 << 20])
def test_strips_leave_no_trace_with_grain(pixels):
    network, picture = Transformer(SMALL).eval(), plain(53, 70, noise=0.02)
    strength = torch.linspace(0, 1, 70).expand(1, 1, 53, 70)
    with torch.no_grad():
        whole = network(picture, strength, seed=3)
    strips = run_in_strips(network, picture, strength, seed=3, pixels=pixels)
    torch.testing.assert_close(strips, whole, atol=2e-5, rtol=0)


def test_a_file_tells_whether_a_network_takes_grain(tmp_path):
    path = tmp_path / "grainy.safetensors"
    save_model(path, Transformer(SMALL), {})
    loaded = load_model(path).network
    assert loaded.architecture.grain is True
    assert loaded.layers[0].conv.weight.shape[1] == 4


def test_a_grain_that_is_not_true_or_false_is_refused():
    with pytest.raises(ValueError, match="grain = 1 is not true or false"):
        Architecture(grain=1)


@pytest.mark.parametrize(
    ("style", "least"),
    [*((s, 0.02) for s in ("wave", "auvers", "engraving", "glass", "wash")), ("charcoal", 0.005)],
)
def test_the_bundled_styles_fill_a_white_wall(style, least):
    """Up to the fourth stage of training it stayed flat but for a band around the person.

    In charcoal it is paper, with its grain.
    """
    photo = np.full((240, 240, 3), 0.93, np.float32)
    photo[150:, 80:160] = data.astronaut()[80:170, 170:250] / np.float32(255)
    wall = stylize_feedforward(photo, style, device="cpu")[:100]
    tiles = wall.mean(2).reshape(2, 50, 4, 60).std((1, 3))
    assert tiles.min() > least
