"""Where an exemplar's dabs are as broad as a face's forms, a face follows its photo less."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from synthetic_faces import drawing_of, photograph

from facestyle.faces.regions import BROW, HAIR, SKIN
from facestyle.imaging.color import from_lab, to_lab
from facestyle.methods.patch_unpaired import prepare_exemplar
from facestyle.methods.patch_unpaired.color_dabs import dab_strength, looseness
from facestyle.methods.patch_unpaired.correction import correction, correction_weights, last_weights
from facestyle.methods.patch_unpaired.sources import make_sources

WIDTH = 150.0


def dabs(shape, size, seed=0):
    """Squares of random color, (h, w, 3): luminance, a and b with a deviation of 1."""
    rows, columns = (-(-side // size) for side in shape)
    random = np.random.default_rng(seed).standard_normal((rows, columns, 3)).astype(np.float32)
    return np.kron(random, np.ones((size, size, 1), np.float32))[: shape[0], : shape[1]]


@pytest.fixture(scope="module")
def skin():
    """Plain skin, and a column of hair."""
    region_map = np.full((240, 200), SKIN, np.uint8)
    region_map[:, :20] = HAIR
    return region_map


def test_strength_is_that_of_dabs_on_skin(skin):
    drawn = dabs(skin.shape, 4) * np.float32([0, 0.05, 0])
    found = dab_strength(drawn + 0.5, skin, WIDTH)
    assert 0.2 < found / 0.05 < 0.6  # a band of it
    assert dab_strength(2 * drawn + 0.5, skin, WIDTH) == pytest.approx(2 * found, rel=1e-3)


@pytest.mark.parametrize("kind", ["grain", "shade", "hair", "ink"])
def test_what_is_no_dab(skin, kind):
    """Fine grain, broad shades, hair, and lines in one ink, whose color goes with luminance."""
    shape = skin.shape
    usual = 0.05 * dabs(shape, 4)
    if kind == "grain":
        other = 0.05 * np.random.default_rng(1).standard_normal((*shape, 3)).astype(np.float32)
    elif kind == "shade":
        other = np.zeros((*shape, 3), np.float32)
        other[..., 1] = np.linspace(0, 0.5, shape[1])
    elif kind == "hair":
        other = np.where((skin == HAIR)[..., None], 4 * usual, 0)
    else:
        other = usual[..., :1] * np.float32([1, 0.5, -0.7])
    assert dab_strength(other, skin, WIDTH) < 0.6 * dab_strength(usual, skin, WIDTH)


def test_little_skin_tells_nothing():
    region_map = np.full((60, 60), HAIR, np.uint8)
    region_map[:10, :10] = SKIN
    unknown = dab_strength(dabs((60, 60), 4), region_map, WIDTH)
    assert np.isnan(unknown)
    assert looseness([unknown]) == 0
    assert looseness([unknown, 0.03]) == 1


@pytest.mark.parametrize(("own", "expected"), [(0.007, 0), (0.013, 0), (0.021, 0.5), (0.05, 1)])
def test_looseness_is_that_of_most_exemplars(own, expected):
    assert looseness([own, own, 5 * own, own / 5, own]) == pytest.approx(expected, abs=0.01)


def test_loose_skin_and_hair_keep_more_of_dabs_and_brows_and_colors_of_hair_follow(skin):
    region_map = skin.copy()
    region_map[:, :40] = HAIR
    region_map[100:130, 80:140] = BROW
    target = np.full((*skin.shape, 3), (0.7, 0.05, 0.1), np.float32)
    drawn = target + 0.05 * dabs(skin.shape, 6)

    def left(amount, region):
        weights = correction_weights(region_map, WIDTH, amount)
        change = correction(drawn, target, last_weights(weights, region_map, WIDTH), WIDTH, 1.0)
        inside = cv2.erode((region_map == region).astype(np.uint8), np.ones((13, 13))) > 0
        return (drawn + change - target)[inside].std(axis=0)

    assert (left(1.0, SKIN) > 1.25 * left(0.0, SKIN)).all()
    np.testing.assert_allclose(left(1.0, BROW), left(0.0, BROW), rtol=0.1)
    loose, tight = left(1.0, HAIR), left(0.0, HAIR)
    assert loose[0] > 1.25 * tight[0]
    np.testing.assert_allclose(loose[1:], tight[1:], rtol=0.1)


def test_loose_skin_keeps_the_sitters_tone(skin):
    target = np.full((*skin.shape, 3), (0.7, 0.05, 0.1), np.float32)
    drawn = target + 0.05 * dabs(skin.shape, 6) - np.float32([0.2, 0.05, 0.05])
    weights = last_weights(correction_weights(skin, WIDTH, 1.0), skin, WIDTH)
    lab = drawn + correction(drawn, target, weights, WIDTH, 1.0)
    np.testing.assert_allclose(lab[skin == SKIN].mean(axis=0), (0.7, 0.05, 0.1), atol=0.025)


def test_dabs_of_exemplars_loosen_their_sources():
    work = replace(drawing_of(photograph((300, 260), seed=7, inter_ocular=60.0)), photo=None)
    lab = to_lab(work.image)
    painted = replace(work, image=from_lab(lab + 0.08 * dabs(lab.shape[:2], 6)))
    found = [make_sources([prepare_exemplar(p)], 136.0).looseness for p in (work, painted)]
    assert found[0] == 0
    assert found[1] > 0.5
