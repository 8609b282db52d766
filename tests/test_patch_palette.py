"""Several exemplars agree on one palette: that of the first, and one paper."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic_faces import drawing_of, photograph

from facestyle.faces.regions import BACKGROUND, CLOTHES
from facestyle.methods.patch_unpaired import prepare_exemplar
from facestyle.methods.patch_unpaired.palette import harmonized, make_harmony, palette_of
from facestyle.methods.patch_unpaired.sources import make_sources


def test_colors_beside_a_gray_lead_turn_gray():
    random = np.random.default_rng(2)
    labels = np.zeros((60, 60), np.uint8)
    own = (random.standard_normal((60, 60, 3)) * 0.1 + 0.4).astype(np.float32)
    lead = own * np.float32([1, 0, 0])
    harmony = make_harmony(labels, palette_of(own, labels), palette_of(lead, labels), 50.0)
    moved = harmonized(own, harmony)
    assert np.abs(moved[..., 1:]).max() < 0.03
    np.testing.assert_allclose(moved[..., 0], lead[..., 0], atol=0.01)


def test_harmonized_has_the_lead_palette():
    random = np.random.default_rng(1)
    labels = np.zeros((60, 60), np.uint8)
    own, lead = (
        (random.standard_normal((60, 60, 3)) * deviation + mean).astype(np.float32)
        for mean, deviation in ((0.3, 0.05), (0.6, 0.08))
    )
    harmony = make_harmony(labels, palette_of(own, labels), palette_of(lead, labels), 50.0)
    moved = harmonized(own, harmony)
    np.testing.assert_allclose(moved.mean(axis=(0, 1)), lead.mean(axis=(0, 1)), atol=0.01)
    np.testing.assert_allclose(moved.std(axis=(0, 1)), lead.std(axis=(0, 1)), rtol=0.05)


def paper(*, tone, smudge=0.0, tint=0.0, seed=3):
    """A background: paper of one tone, and a share of it smudged dark; Lab, region map."""
    random = np.random.default_rng(seed)
    lab = np.zeros((60, 60, 3), np.float32)
    lab[..., 0] = tone + 0.02 * random.standard_normal((60, 60))
    lab[: round(60 * smudge), :, 0] = 0.4 + 0.06 * random.standard_normal((round(60 * smudge), 60))
    lab[..., 2] = tint + 0.004 * random.standard_normal((60, 60))
    return lab, np.full((60, 60), BACKGROUND, np.uint8)


def moved(own, lead):
    harmony = make_harmony(own[1], palette_of(*own), palette_of(*lead), 50.0)
    return harmonized(own[0], harmony)


def test_paper_stays_paper_beside_a_lead_that_is_mostly_smudge():
    own, lead = paper(tone=0.77), paper(tone=0.77, smudge=0.8, tint=0.04)
    result = moved(own, lead)
    np.testing.assert_allclose(result[..., 0], own[0][..., 0], atol=1e-3)
    np.testing.assert_allclose(result[..., 2].mean(), 0.04, atol=3e-3)  # the lead's tint


def test_a_smudge_beside_the_paper_stays_dark():
    own, lead = paper(tone=0.9, smudge=0.4), paper(tone=0.8)
    result = moved(own, lead)
    np.testing.assert_allclose(np.median(result[30:, :, 0]), 0.8, atol=0.02)
    np.testing.assert_allclose(np.median(result[:20, :, 0]), 0.3, atol=0.06)


def test_paper_of_a_tone_that_the_lead_has_not_becomes_the_leads():
    own, lead = paper(tone=0.9), paper(tone=0.2)
    np.testing.assert_allclose(moved(own, lead)[..., 0].mean(), 0.2, atol=0.02)


def test_without_a_background_no_tone_is_its():
    lab, _ = paper(tone=0.8)
    palette = palette_of(lab, np.zeros((60, 60), np.uint8))
    assert not palette.tones.any()
    assert not palette.has_tone(0.8)


def test_a_scarce_background_takes_the_colors_of_face_and_hair():
    lab, region_map = np.full((100, 100, 3), 0.2, np.float32), np.zeros((100, 100), np.uint8)
    lab[:6, :10, 0], region_map[:6, :10] = 0.9, BACKGROUND  # .6 %, unlike any of the face
    palette = palette_of(lab, region_map)
    np.testing.assert_allclose(palette.mean, 0.2, atol=1e-4)


@pytest.mark.parametrize(("tone", "lends"), [(0.85, True), (0.2, False)])
def test_a_dark_ground_is_not_made_paper(tone, lends):
    """The lead's ground is white paper; nothing of a dark one is drawn on it, hair still is."""
    light, other = (drawing_of(photograph(seed=seed)) for seed in (0, 1))
    behind = (1 - other.matte[..., None]) * np.float32(1 - tone)
    other = replace(other, image=other.image - behind, name="other")
    exemplars = [prepare_exemplar(light), prepare_exemplar(other)]
    first, second = make_sources(exemplars, 100.0).layers[:2]
    for layer, lent in ((first, True), (second, lends)):
        background = layer.region_map == BACKGROUND
        assert background.mean() > 0.1
        assert (layer.usable[background].mean() > 0.5) == lent
        assert layer.usable[background].any() == lent
        assert layer.usable[~background].mean() > 0.5


def test_a_lead_without_a_ground_borrows_one():
    light, other = (drawing_of(photograph(seed=seed)) for seed in (0, 1))
    other = replace(other, image=other.image - 0.8 * (1 - other.matte[..., None]), name="other")
    lead = prepare_exemplar(light)
    regions = np.where(lead.region_map == BACKGROUND, CLOTHES, lead.region_map)
    lead = replace(lead, analysis=replace(lead.analysis, region_map=regions.astype(np.uint8)))
    second = make_sources([lead, prepare_exemplar(other)], 100.0).layers[1]
    assert second.usable[second.region_map == BACKGROUND].mean() > 0.5
