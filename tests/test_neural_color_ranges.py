"""Results are kept within the colors that a style shows: patches of blue leave an engraving."""

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra 'neural')")

from skimage import data  # noqa: E402

from facestyle.errors import ModelFileError  # noqa: E402
from facestyle.neural.api import stylize_feedforward  # noqa: E402
from facestyle.neural.color_ranges import (  # noqa: E402
    KNOTS,
    ColorLimit,
    measure_range,
    mix_ranges,
    range_from_json,
)
from facestyle.neural.large_pictures import run_in_strips  # noqa: E402
from facestyle.neural.model_files import (  # noqa: E402
    load_model,
    load_named,
    load_style_set,
    save_model,
    save_style_set,
)
from facestyle.neural.model_names import find_model  # noqa: E402
from facestyle.neural.pictures import from_yiq, luminance, to_yiq  # noqa: E402
from facestyle.neural.safetensors_files import read_safetensors, write_safetensors  # noqa: E402
from facestyle.neural.settings import Architecture  # noqa: E402
from facestyle.neural.style_sets import stack_styles  # noqa: E402
from facestyle.neural.transformer import Transformer  # noqa: E402

SMALL = Architecture(channels=4, blocks=1, base="recolored")


def tinted(tint=(0.03, -0.01), spread=0.0, side=64, seed=0):
    """Every luminance from .1 to .9, of one tint or around it."""
    random = torch.Generator().manual_seed(seed)
    luma = torch.linspace(0.1, 0.9, side).repeat_interleave(4).view(1, 1, 1, -1)
    luma = luma.expand(1, 1, 4 * side, -1)
    around = torch.randn((1, 2, side, side), generator=random).repeat_interleave(4, 2)
    chroma = torch.tensor(tint).view(1, 2, 1, 1) + spread * around.repeat_interleave(4, 3)
    return from_yiq(torch.cat((luma, chroma), 1))


def limit_of(picture):
    return ColorLimit(measure_range([picture], [1.0]))


def tint_of(picture):
    """Mean I and Q."""
    return to_yiq(picture)[0, 1:].flatten(1).mean(1)


def test_a_blue_patch_takes_the_tint_of_the_style_and_keeps_its_luminance():
    style = tinted()
    picture = style.clone()
    picture[:, :, 64:128, 64:128] += torch.tensor([-0.02, -0.02, 0.12]).view(1, 3, 1, 1)
    limited = limit_of(style)(picture)
    patch = np.s_[:, :, 72:120, 72:120]
    assert to_yiq(picture)[patch][:, 1].mean() < 0
    torch.testing.assert_close(tint_of(limited[patch]), tint_of(style[patch]), atol=6e-3, rtol=0)
    torch.testing.assert_close(luminance(limited), luminance(picture), atol=1e-5, rtol=0)
    assert torch.equal(limited[:, :, 150:], picture[:, :, 150:])


def test_a_style_stays_as_it_is_within_its_own_colors():
    style = tinted(spread=0.01)
    limited = limit_of(style)(style)
    changed = ((limited - style).abs().amax(1) > 1 / 255).float().mean()
    assert changed < 0.02


def test_thin_lines_keep_their_tints():
    style = tinted()
    stripes = torch.tensor([0.04, -0.04]).repeat(style.shape[3] // 2)
    picture = style.clone()
    picture[:, 2] += stripes
    torch.testing.assert_close(limit_of(style)(picture), picture, atol=8e-3, rtol=0)


def test_a_style_of_many_colors_lets_others_be():
    style = tinted(spread=0.06)
    picture = tinted((0.3, 0.0))
    torch.testing.assert_close(limit_of(style)(picture), picture)
    assert (limit_of(tinted())(picture) - picture).abs().mean() > 0.05


def test_luminances_that_a_style_lacks_take_the_tint_of_the_nearest():
    dark = tinted()[..., :128]
    white = torch.full((1, 3, 32, 32), 0.98)
    torch.testing.assert_close(
        tint_of(limit_of(dark)(white)), torch.tensor([0.03, -0.01]), atol=8e-3, rtol=0
    )


def test_a_blend_reaches_both_styles_and_what_lies_between():
    blue, brown = (measure_range([tinted((tint, 0.0))], [1.0]) for tint in (-0.1, 0.1))
    blend = mix_ranges([blue, brown], [0.5, 0.5])
    limit = ColorLimit(blend)
    for tint in (-0.09, 0.0, 0.09):
        picture = tinted((tint, 0.0))
        torch.testing.assert_close(limit(picture), picture)
    alone = mix_ranges([blue, brown, None], [0.0, 2.0, 0.0])
    torch.testing.assert_close(alone.center, brown.center)
    torch.testing.assert_close(alone.shape, brown.shape)
    assert mix_ranges([blue, None], [0.9, 0.1]) is None


def test_a_range_is_told_as_text_and_read():
    known = measure_range([tinted(spread=0.02)], [1.0])
    read = range_from_json(json.loads(json.dumps(known.to_json())))
    torch.testing.assert_close(read.center, known.center, atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(read.shape, known.shape, atol=1e-8, rtol=1e-3)


def row(*values):
    return [list(values)] * KNOTS


@pytest.mark.parametrize(
    "damage",
    [
        "no json",
        "[null, null]",
        "{}",
        json.dumps(["x"]),
        json.dumps([[[0, 0, 1, 0, 1]]]),
        json.dumps([row(0, 0, 1, 2, 1)]),
        json.dumps([row(0, 0, 0, 0, 0)]),
        json.dumps([row(float("nan"), 0, 1, 0, 1)]),
        json.dumps([row(None, 0, 1, 0, 1)]),
    ],
)
def test_damaged_ranges_are_refused_by_name(tmp_path, damage):
    path = tmp_path / "a.safetensors"
    save_model(path, Transformer(SMALL), {})
    tensors, metadata = read_safetensors(path)
    write_safetensors(path, tensors, metadata | {"color_ranges": damage})
    with pytest.raises(ModelFileError, match="no readable 'color_ranges'"):
        load_model(path)


def test_files_of_earlier_versions_are_not_limited(tmp_path):
    path = tmp_path / "a.safetensors"
    save_model(path, Transformer(SMALL), {})
    assert "color_ranges" not in read_safetensors(path)[1]
    assert load_model(path).network.limit is None


def test_a_model_keeps_its_range_and_training_does_without(tmp_path):
    network = Transformer(SMALL, seed=1).eval()
    photo = torch.rand((1, 3, 48, 40), generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        free = network(photo)
        network.limit = limit_of(tinted())
        limited = network(photo)
        assert (limited - free).abs().mean() > 0.01
        torch.testing.assert_close(run_in_strips(network, photo, pixels=100), limited)
        assert not any("limit" in name for name in network.state_dict())
        network.train()
        torch.testing.assert_close(network(photo), free)
        network.eval()
        path = tmp_path / "a.safetensors"
        save_model(path, network, {}, dtype=torch.float32)
        torch.testing.assert_close(load_model(path).network(photo), limited, atol=1e-3, rtol=0)


def test_a_set_limits_the_styles_whose_colors_it_knows(tmp_path):
    state = stack_styles(Transformer(SMALL, seed=1).state_dict(), 3)
    ranges = [measure_range([tinted()], [1.0]), None, measure_range([tinted((-0.1, 0.0))], [1.0])]
    path = tmp_path / "set.safetensors"
    save_style_set(path, state, ["a", "b", "c"], SMALL, {}, color_ranges=ranges)
    known = load_style_set(path).color_ranges
    assert known[1] is None
    assert known[0] is not None
    torch.testing.assert_close(known[2].center, ranges[2].center, atol=1e-4, rtol=0)
    assert load_model(path, mixture="b").network.limit is None
    assert load_model(path, mixture="a+b").network.limit is None
    limit = load_model(path, mixture="c").network.limit
    assert limit is not None
    torch.testing.assert_close(limit.range.center, ranges[2].center, atol=1e-4, rtol=0)


def test_clips_and_pictures_of_the_bundled_styles_have_the_same_colors():
    still, clip = (load_style_set(find_model(name)) for name in ("paintings", "paintings_video"))
    assert set(clip.styles) <= set(still.styles)
    for name, other in zip(clip.styles, clip.color_ranges, strict=True):
        own = still.color_ranges[still.styles.index(name)]
        assert own is not None
        assert other is not None
        assert torch.equal(own.center, other.center)
        assert torch.equal(own.shape, other.shape)


@pytest.mark.parametrize(
    ("name", "most", "free"),
    [("engraving", 0.02, 1.3), ("wash", 0.01, 1.1), ("charcoal", 0.02, 1.1)],
)
def test_bundled_styles_of_one_tint_show_no_other(name, most, free):
    photo = (data.astronaut()[0:256, 98:354] / 255).astype(np.float32)
    model = load_named(name)
    limited = farthest_tint(model, photo, model.network.limit.range.center)
    center, model.network.limit = model.network.limit.range.center, None
    before = farthest_tint(model, photo, center)
    assert limited < most
    assert before > free * limited


def farthest_tint(model, photo, center):
    """Distance from the style's tint of the mean chroma of 8 px squares, at most."""
    result = stylize_feedforward(photo, model, device="cpu")
    planes = to_yiq(torch.from_numpy(result).permute(2, 0, 1)[None])
    luma, i, q = torch.nn.functional.avg_pool2d(planes, 8, 4)[0].flatten(1)
    knot = (luma * (KNOTS - 1)).round().long()
    return float(torch.hypot(i - center[knot, 0], q - center[knot, 1]).max())
