"""Backgrounds: options, the exemplar's own continued behind its person, paper."""

import numpy as np
import pytest

from facestyle.choices import BACKGROUNDS
from facestyle.compositing.background import (
    Background,
    paper_color,
    parse_background,
    smooth_background,
)
from facestyle.errors import UsageError
from facestyle.faces import Portrait


@pytest.mark.parametrize("kind", BACKGROUNDS)
def test_names_are_kept(kind):
    assert parse_background(kind) == Background(kind, None)
    assert parse_background(kind).is_own == (kind in ("keep", "transparent"))


@pytest.mark.parametrize(
    ("text", "color"),
    [
        ("#ff8000", (1, 128 / 255, 0)),
        ("#F0a", (1, 0, 170 / 255)),
        ("#000000", (0, 0, 0)),
        ("Blue", (0, 0, 1)),
    ],
)
def test_colors_are_read(text, color):
    parsed = parse_background(text)
    assert parsed.kind == "color"
    assert not parsed.is_own
    np.testing.assert_allclose(parsed.color, color, atol=1e-6)
    filled = parsed.filled(np.full(3, 0.5, np.float32))
    assert filled.dtype == np.float32
    np.testing.assert_allclose(filled, color, atol=1e-6)


def test_the_paper_is_what_no_color_replaces():
    paper = np.float32([0.9, 0.8, 0.7])
    np.testing.assert_array_equal(parse_background("paper").filled(paper), paper)


@pytest.mark.parametrize(
    "text", ["bluish", "rgb(0,0,0)", "#12345", "#gg0000", "", "ff8000", "#ff8000 "]
)
def test_other_values_are_named(text):
    with pytest.raises(UsageError, match="expected stylize, keep, paper, transparent or a color"):
        parse_background(text)


@pytest.fixture(scope="module")
def before_a_wall(portrait):
    """The portrait cut out and set before a wall that darkens downwards."""
    height, width = portrait.matte.shape
    ramp = np.linspace(0.8, 0.4, height, dtype=np.float32)[:, None, None]
    wall = np.broadcast_to(ramp * np.float32([0.9, 1.0, 0.7]), (height, width, 3))
    opacity = portrait.matte[..., None]
    image = opacity * portrait.image + (1 - opacity) * wall
    return Portrait(image, portrait.face, portrait.matte), wall


def test_a_smooth_background_is_continued_behind_the_person(before_a_wall):
    portrait, wall = before_a_wall
    found = smooth_background(portrait)
    assert found.dtype == np.float32
    height = found.shape[0]
    rows = np.linspace(0, len(wall) - 1, height).astype(int)
    error = np.abs(found - wall[rows][:, :1]).mean(axis=(1, 2))
    # upper half: seen beside the head; below, the wall can only be guessed
    assert error[: height // 2].max() < 0.06
    assert error.max() < 0.3
    inside = portrait.image[portrait.matte > 0.9].mean(axis=0)
    assert np.abs(found.mean(axis=(0, 1)) - inside).max() > 0.1
    # no seam where knowledge ends
    assert max(np.abs(np.diff(found, axis=axis)).max() for axis in (0, 1)) < 0.03


def test_a_bright_spot_hardly_counts(before_a_wall):
    portrait, _ = before_a_wall
    plain = smooth_background(portrait)
    spotted = portrait.image.copy()
    spotted[10:40, 10:40] = 1
    found = smooth_background(Portrait(spotted, portrait.face, portrait.matte))
    assert np.abs(found - plain).max() < 0.05


def test_a_person_who_fills_the_picture_still_has_a_background(portrait):
    full = Portrait(portrait.image, portrait.face, np.ones_like(portrait.matte))
    found = smooth_background(full)
    assert np.isfinite(found).all()
    assert np.ptp(found, axis=(0, 1)).max() < 1e-6


def test_paper_is_the_background_of_middle_lightness(portrait):
    colors = [(0.95, 0.93, 0.85), (0.2, 0.2, 0.2), (0.8, 0.78, 0.7)]
    sheets = []
    for color in colors:
        opacity = portrait.matte[..., None]
        image = opacity * portrait.image + (1 - opacity) * np.float32(color)
        sheets.append(Portrait(image, portrait.face, portrait.matte))
    np.testing.assert_allclose(paper_color(sheets), colors[2], atol=0.02)
