"""What keeps the sitter's own colors in paintings, and gray media gray."""

import cv2
import numpy as np
import pytest

from facestyle.faces.regions import BACKGROUND, CLOTHES, EYE, HAIR, LIP, SKIN
from facestyle.imaging.color import from_lab, to_lab
from facestyle.methods.patch_unpaired.correction import correction, correction_weights, last_weights
from facestyle.methods.patch_unpaired.sitter_colors import (
    color_share,
    color_spread,
    colors_at,
    mean_colors,
    room_for_colors,
)
from facestyle.methods.patch_unpaired.sitter_tones import USUAL_FACE, sitters_face
from facestyle.methods.patch_unpaired.skin_light import NEUTRAL, in_other_light, light_on_skin
from facestyle.methods.patch_unpaired.tone import GroupTone, exemplar_tones, tone_mapped

REGIONS = (SKIN, LIP, HAIR, CLOTHES, BACKGROUND)
REGION_MAP = np.repeat(np.uint8(REGIONS), 24)[:, None].repeat(80, 1)
PHOTO = {
    SKIN: (0.65, 0.12, 0.15),
    LIP: (0.5, 0.35, 0.12),
    HAIR: (0.3, 0.06, 0.14),
    CLOTHES: (0.4, 0.4, 0.4),
}
PAINTING = {
    SKIN: (0.6, 0.13, 0.2),
    LIP: (0.5, 0.16, 0.18),
    HAIR: (0.3, 0.02, -0.06),
    CLOTHES: (0.4, 0.0, -0.1),
}
SEPIA = {region: (0.8 - 0.2 * number, 0.01, 0.04) for number, region in enumerate(REGIONS)}


def picture(colors, spread=0.0):
    """Lab with each region in its color, noise in luminance and broad variation in color."""
    random = np.random.default_rng(0)
    lab = np.zeros((*REGION_MAP.shape, 3), np.float32)
    for region in REGIONS:
        lab[region == REGION_MAP] = colors.get(region, (0.8, 0.0, 0.0))
    lab[..., 0] += random.normal(0, 0.02, REGION_MAP.shape)
    lab[..., 1] += np.float32(spread) * np.sin(np.arange(80) / 12)
    return lab


def middle(mapped, region):
    """Mean a and b in the middle of a region."""
    top = 24 * REGIONS.index(region)
    return mapped[top + 8 : top + 16, :, 1:].mean(axis=(0, 1))


def test_red_lips_and_brown_hair_stay_so_in_a_painting():
    tones = exemplar_tones([picture(PAINTING, 0.09)], [REGION_MAP], 2.0)
    mapped = tone_mapped(picture(PHOTO), REGION_MAP, tones, 2.0)
    assert middle(mapped, LIP)[0] > middle(mapped, SKIN)[0] + 0.1  # .03 apart in the painting
    assert middle(mapped, HAIR)[1] > 0.05  # bluish in the painting
    np.testing.assert_allclose(middle(mapped, SKIN), PAINTING[SKIN][1:], atol=0.05)


def seen_through(lab, gains):
    """The same in a colored light: X, Y and Z of sRGB by factors (its gamma left in)."""
    linear = cv2.cvtColor(from_lab(lab), cv2.COLOR_RGB2XYZ) * np.float32(gains)
    return to_lab(cv2.cvtColor(linear, cv2.COLOR_XYZ2RGB))


def test_an_orange_shirt_stays_orange_in_a_painting():
    tones = exemplar_tones([picture(PAINTING, 0.09)], [REGION_MAP], 2.0)
    mapped = tone_mapped(picture(PHOTO, 0.06), REGION_MAP, tones, 2.0)
    assert middle(mapped, CLOTHES).min() > 0.15  # blue in the painting
    weights = last_weights(correction_weights(REGION_MAP, 60), REGION_MAP, 60)
    painted = picture(PAINTING)
    drawn = painted + correction(painted, mapped, weights, 60, 0.8)
    np.testing.assert_allclose(middle(drawn, CLOTHES), middle(mapped, CLOTHES), atol=0.1)


def test_a_blue_light_does_not_make_hair_blue():
    tones = exemplar_tones([picture(PAINTING, 0.09)], [REGION_MAP], 2.0)
    blue = seen_through(picture(PHOTO), (0.8, 0.8, 1.9))
    assert middle(blue, HAIR)[1] < -0.05
    mapped = tone_mapped(blue, REGION_MAP, tones, 2.0)
    assert middle(mapped, HAIR)[1] > 0


def test_hair_is_in_the_light_of_the_exemplars():
    blue = exemplar_tones([seen_through(picture(PAINTING, 0.09), (0.8, 0.8, 1.9))], [REGION_MAP], 2)
    plain = exemplar_tones([picture(PAINTING, 0.09)], [REGION_MAP], 2)
    found = [middle(tone_mapped(picture(PHOTO), REGION_MAP, t, 2.0), HAIR) for t in (plain, blue)]
    assert found[1][1] < found[0][1] - 0.1


def test_white_stays_white_beside_strongly_colored_skin():
    tones = exemplar_tones([picture(PAINTING, 0.09)], [REGION_MAP], 2.0)
    printed = {**PHOTO, SKIN: (0.65, 0.3, 0.35), CLOTHES: (0.9, 0.0, 0.0)}
    light = light_on_skin(np.float32([printed[SKIN]]))
    assert in_other_light(np.float32([[0.9, 0, 0]]), light, NEUTRAL)[0, 0] < -0.1  # cyan
    mapped = tone_mapped(picture(printed, 0.06), REGION_MAP, tones, 2.0)
    assert abs(middle(mapped, CLOTHES)[0]) < 0.02


def test_what_is_taken_from_a_color_is_at_most_the_color():
    lab = np.float32([[0.6, 0.02, -0.1], [0.6, 0.3, 0.3], [0.6, 0, 0]])
    light = (1.05, 0.95)
    plain = in_other_light(lab, light, NEUTRAL)
    kept = in_other_light(lab, light, NEUTRAL, whites=1.0)
    assert plain[0, 0] < -0.1
    np.testing.assert_allclose(kept[0], [0, -0.1], atol=1e-6)
    np.testing.assert_allclose(kept[1], plain[1], atol=1e-6)
    np.testing.assert_allclose(kept[2], 0, atol=1e-6)
    np.testing.assert_allclose(
        in_other_light(lab, light, NEUTRAL, whites=0.5), (plain + kept) / 2, atol=1e-6
    )


def test_paper_leaves_no_room_for_colors():
    random = np.random.default_rng(0)
    luminance = random.uniform(0.05, 0.99, 60_000).astype(np.float32)
    spread = np.where(luminance > 0.85, 0.005, 0.05)[:, None]
    colors = np.column_stack([luminance, random.normal(0, spread, (60_000, 2))]).astype(np.float32)
    room = room_for_colors(colors)
    np.testing.assert_allclose(room[4:24], 1, atol=0.1)
    assert room[29:].max() < 0.2
    np.testing.assert_array_equal(room_for_colors(colors[:0]), np.ones(32))


@pytest.mark.parametrize(("spread", "least", "most"), [(0.04, 0.75, 0.86), (0.0, 0.9, 0.98)])
def test_pale_skin_is_bare_paper_in_drawings_alone(spread, least, most):
    chroma = np.where(np.arange(32) < 25, 0.2, 0.03) * np.array([[0.6], [0.8]])
    tone = GroupTone(np.linspace(0.4, 0.76, 41), chroma, 0.0, (0.0, 0.99), spread)
    photo = picture(PHOTO)
    photo[np.isin(REGION_MAP, (SKIN, LIP)), 0] = 0.95
    mapped = tone_mapped(photo, REGION_MAP, (tone,) * 4, 1.0)
    assert least < mapped[8:16, :, 0].min() <= mapped[8:16, :, 0].max() < most


def test_highlights_of_pale_skin_are_no_spots_of_paper():
    wanted, own = np.linspace(0.4, 0.97, 41), np.linspace(0.78, 0.86, 41)
    paper = sitters_face(own, wanted, (0.05, 0.99))
    paint = sitters_face(own, wanted, (0.05, 0.99), lightest=0.8)
    assert paint[20] < 0.8 < 0.85 < paper[20]
    np.testing.assert_allclose(paper[20:] - paint[20:], paper[20] - paint[20], atol=0.02)
    assert 0.85 < paint[0] / paper[0] < 1
    assert (np.diff(paint) >= 0).all()
    usual = sitters_face(USUAL_FACE, wanted, (0.05, 0.99), lightest=0.8)
    np.testing.assert_allclose(usual, wanted)


def test_a_cool_highlight_is_no_cyan_patch_on_paper():
    painting = picture(PAINTING, 0.09)
    painting[:6] = (0.9, 0.0, 0.04)  # bare paper in the skin
    tones = exemplar_tones([painting], [REGION_MAP], 2.0)
    photo = picture(PHOTO)
    photo[8:16, 20:36] = (0.85, *PHOTO[SKIN][1:])
    photo[8:16, 44:60] = (0.85, 0.04, 0.02)
    mapped = tone_mapped(photo, REGION_MAP, tones, 2.0)
    assert mapped[10:14, 48:56, 0].mean() > 0.8
    np.testing.assert_allclose(mapped[10:14, 48:56, 1:].mean(axis=(0, 1)), (0, 0.04), atol=0.02)


def test_black_and_white_has_brown_hair_and_the_paintings_clothes():
    tones = exemplar_tones([picture(PAINTING, 0.09)], [REGION_MAP], 2.0)
    gray = picture(PHOTO) * np.float32([1, 0, 0])
    mapped = tone_mapped(gray, REGION_MAP, tones, 2.0)
    assert middle(mapped, HAIR).min() > 0.01
    np.testing.assert_allclose(middle(mapped, CLOTHES), PAINTING[CLOTHES][1:], atol=0.06)


def test_whites_and_dark_irises_beside_pink_skin_are_not_green_and_blue():
    tones = exemplar_tones([picture(PAINTING, 0.09)], [REGION_MAP], 2.0)
    photo = picture({**PHOTO, SKIN: (0.65, 0.2, 0.3), LIP: (0.6, 0.0, 0.0)})  # LIP: part of a face
    assert PAINTING[SKIN][1] - 0.2 < -0.05  # the exemplars' color, and what gray has less of pink
    mapped = tone_mapped(photo, REGION_MAP, tones, 2.0)
    assert middle(mapped, LIP).min() > -0.025


def test_a_pair_of_eyes_has_one_color():
    region_map = np.full((80, 160), SKIN, np.uint8)
    for left in (30, 100):
        cv2.ellipse(region_map, (left + 15, 40), (13, 6), 0, 0, 360, EYE, -1)
    wanted = np.full((80, 160, 3), (0.65, 0.12, 0.15), np.float32)
    wanted[region_map == EYE] = (0.3, 0.06, 0.1)
    drawn = wanted.copy()
    drawn[:, :80][region_map[:, :80] == EYE] = (0.3, 0.0, -0.3)
    drawn[38:43, 44:48, 2] = -0.3  # a smudge beyond the corner
    weights = last_weights(correction_weights(region_map, 110), region_map, 110)
    result = drawn + correction(drawn, wanted, weights, 110, 0.8)
    left, right = (result[36:45, at : at + 16, 1:].mean(axis=(0, 1)) for at in (37, 107))
    np.testing.assert_allclose(left, right, atol=0.025)
    assert result[38:43, 45:48, 2].min() > -0.05
    kept = drawn + correction(drawn, wanted, weights, 110, 0.0)
    np.testing.assert_array_equal(kept, drawn)


def test_light_on_skin_is_what_no_usual_skin_explains():
    skin = np.float32([PHOTO[SKIN]])
    assert light_on_skin(skin) == NEUTRAL == light_on_skin(skin[:0])
    lit = np.float32([[0.65, *in_other_light(skin, NEUTRAL, (1.1, 1.2))[0]]])
    x, z = light_on_skin(lit)
    assert 1 < x <= 1.1
    assert 1 < z <= 1.2
    np.testing.assert_allclose(in_other_light(lit, (1.1, 1.2), NEUTRAL), skin[:, 1:], atol=1e-6)


def test_tinted_drawings_keep_their_one_tint():
    tones = exemplar_tones([picture(SEPIA)], [REGION_MAP], 2.0)
    mapped = tone_mapped(picture(PHOTO), REGION_MAP, tones, 2.0)
    for region in (SKIN, LIP, HAIR):
        np.testing.assert_allclose(middle(mapped, region), SEPIA[region][1:], atol=2e-3)


def test_spread_is_what_luminance_does_not_explain():
    luminance = np.linspace(0.1, 0.9, 4000, dtype=np.float32)
    tint = np.stack([luminance, 0.2 * luminance, -0.1 * luminance], axis=1)
    assert color_spread(tint) < 0.005
    assert color_share(color_spread(tint)) == 0
    tint[::2, 1] += 0.06
    assert color_spread(tint) == pytest.approx(0.03, abs=2e-3)
    found = colors_at(mean_colors(tint), np.float32([0.5]))
    np.testing.assert_allclose(found, [[0.13, -0.05]], atol=3e-3)
    assert color_spread(tint[:0]) == 0
    np.testing.assert_array_equal(mean_colors(tint[:0]), np.zeros((2, 32)))
