"""Dark lenses teach nobody's skin its colors."""

import numpy as np
import pytest

from facestyle.faces.skin_likeness import looks_like_skin, without_sunglasses

CHEEKS, LENS, SHIRT = slice(10, 50), slice(10, 24), slice(70, 100)


def face(*, cheeks=(165.0, 14.0, 16.0), lenses=(25.0, 1.0, -2.0)):
    """Colors of a face with lenses and a shirt as black as they are; its cheeks, and the lower."""
    random = np.random.default_rng(0)
    colors = np.zeros((100, 60, 3))
    colors[:] = cheeks
    colors[LENS] = lenses
    colors[SHIRT] = (25, 1, -2)
    colors += random.standard_normal(colors.shape) * (4, 1, 1)
    known, low = np.zeros((2, 100, 60), bool)
    known[CHEEKS, 15:45] = True
    low[24:] = True
    return colors.astype(np.float32), known, low


def test_a_shirt_as_black_as_the_lenses_is_no_skin():
    colors, known, low = face()
    detail = np.zeros(known.shape, np.float32)
    assert looks_like_skin(colors, detail, known)[0][SHIRT].mean() > 0.9  # with the lenses it is
    cheeks = without_sunglasses(known, colors, low)
    assert not cheeks[LENS].any()
    assert cheeks[24:50, 15:45].all()
    assert not looks_like_skin(colors, detail, cheeks)[0][SHIRT].any()


def test_shaded_cheeks_stay():
    colors, known, low = face(lenses=(140.0, 13.0, 14.0))
    assert without_sunglasses(known, colors, low)[known].mean() > 0.98


@pytest.mark.parametrize("mask", [(205.0, -4.0, -10.0), (240.0, 0.0, 0.0), (20.0, 0.5, 0.0)])
def test_above_a_face_mask_nothing_is_left_out(mask):
    colors, known, low = face(cheeks=mask, lenses=(165.0, 14.0, 16.0))
    np.testing.assert_array_equal(without_sunglasses(known, colors, low), known)


def test_of_next_to_nothing_nothing_is_told():
    colors, known, low = face()
    known[24:] = False
    np.testing.assert_array_equal(without_sunglasses(known, colors, low), known)
