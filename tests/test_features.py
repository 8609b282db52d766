"""Features that survive a change of look."""

import numpy as np
import pytest

from facestyle.alignment.features import (
    analyze,
    locally_normalized,
    luminance_rank,
    skin_probability,
)
from facestyle.faces import Portrait
from facestyle.imaging.color import from_lab, to_lab


@pytest.fixture(scope="module")
def features(portrait):
    return analyze(portrait)


def restyled(portrait, change):
    lab = to_lab(portrait.image)
    lab[..., 0] = change(lab[..., 0])
    return Portrait(from_lab(lab), portrait.face, portrait.matte)


def inside_correlation(features, one, two):
    inside = features.matte > 0.5
    return np.corrcoef(one[inside], two[inside])[0, 1]


@pytest.mark.parametrize(
    "curve", [lambda v: v**0.6, lambda v: v**1.8, lambda v: v * v * (3 - 2 * v)]
)
def test_rank_is_invariant_to_monotone_tone_curves(features, curve):
    luminance = features.lab[..., 0]
    rank = luminance_rank(luminance, features.matte, features.hull)
    other = luminance_rank(curve(luminance), features.matte, features.hull)
    inside = features.matte > 0.5
    assert np.abs(rank - other)[inside].mean() < 0.02
    assert np.quantile(rank[features.hull], 0.95) - np.quantile(rank[features.hull], 0.05) > 0.5


def test_rank_is_the_share_of_the_person_that_is_darker():
    luminance = np.tile(np.linspace(0, 1, 100, dtype=np.float32), (50, 1))
    hull = np.zeros((50, 100), bool)
    hull[:, ::2] = True
    rank = luminance_rank(luminance, np.ones_like(luminance), hull)
    np.testing.assert_allclose(rank[:, 10:-10], luminance[:, 10:-10], atol=0.02)
    # the face weighs .65, however small it is
    hull[:] = False
    hull[:, :20] = True
    rank = luminance_rank(luminance, np.ones_like(luminance), hull)
    assert abs(rank[0, 20] - 0.65) < 0.04


def test_normalized_luminance_is_invariant_to_exposure_and_contrast(features):
    luminance, matte = features.lab[..., 0], features.matte
    one = locally_normalized(luminance, matte, 10)
    two = locally_normalized(0.6 * luminance + 0.3, matte, 10)
    assert inside_correlation(features, one, two) > 0.99
    textured = np.abs(one) > 0.5
    assert abs(np.median(two[textured] / one[textured]) - 1) < 0.1
    flat = locally_normalized(np.full_like(luminance, 0.5), matte, 10)
    # weights are 1e-3 short of their sum: 1e-3 of .5 over a deviation of .02
    assert np.abs(flat).max() < 0.1


def test_patch_features_survive_a_change_of_look(features, portrait):
    dark = analyze(restyled(portrait, lambda v: 0.15 + 0.5 * v**1.5)).patches
    own, inside = features.patches, features.patches.matte > 0.5
    for name, least in (("normalized", 0.97), ("rank", 0.97), ("gradient", 0.9)):
        one, two = getattr(own, name)[inside].ravel(), getattr(dark, name)[inside].ravel()
        assert np.corrcoef(one, two)[0, 1] > least, name
    for level in range(4):
        one, two = own.signature[inside, level], dark.signature[inside, level]
        assert np.corrcoef(one, two)[0, 1] > 0.7, level
        assert abs(one.mean()) < 0.2


def test_grids_count_in_inter_ocular_distances(sitters):
    for sitter in sitters[:2]:
        found = analyze(sitter)
        unit = sitter.face.inter_ocular
        assert found.shape == sitter.matte.shape
        assert found.matte.shape == tuple(
            max(16, round(n * min(1, 64 / unit))) for n in found.shape
        )
        height = found.patches.matte.shape[0]
        assert abs(height - found.shape[0] * 32 / unit) < 1.5


def test_skin_is_found_by_the_face_s_own_color():
    lab = np.empty((40, 90, 3), np.float32)
    rng = np.random.default_rng(0)
    lab[:, :30] = (0.7, 0.15, 0.18)  # the face
    lab[:, 30:60] = (0.95, 0.0, 0.0)  # a white shirt
    lab[:, 60:] = (0.6, 0.17, 0.2)  # a neck
    lab += rng.normal(0, 0.01, lab.shape).astype(np.float32)
    hull = np.zeros((40, 90), bool)
    hull[5:35, 5:25] = True
    skin = skin_probability(lab, hull)
    assert skin[:, 5:25].min() > 0.8
    assert skin[:, 65:85].min() > 0.6
    assert skin[:, 35:55].max() < 0.2


def test_skin_of_a_gray_picture_or_of_no_face_is_defined():
    gray = np.zeros((30, 30, 3), np.float32)
    gray[..., 0] = 0.5
    hull = np.zeros((30, 30), bool)
    assert (skin_probability(gray, hull) == 0).all()
    hull[5:25, 5:25] = True
    assert skin_probability(gray, hull)[10:20, 10:20].min() > 0.9
