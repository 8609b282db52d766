"""Pieces of backgrounds: faded into each other where they meet, as they are elsewhere."""

import numpy as np
import pytest

from facestyle.imaging.color import to_lab
from facestyle.methods.patch_unpaired.background import Background
from facestyle.methods.patch_unpaired.background_blending import blend_pieces, fading_pieces
from facestyle.methods.patch_unpaired.background_search import Backdrop

WIDTH = 100.0  # of the face, px
SHAPE = (120, 200)
SEAM = 100  # column
LIGHT, DARK = 190, 160


def hatched():
    picture = np.full((*SHAPE, 3), LIGHT, np.uint8)
    picture[:, ::4] = DARK
    picture[:, 2::4] = 2 * LIGHT - DARK  # of the tone of the paper
    return picture


def plain():
    return np.full((*SHAPE, 3), LIGHT, np.uint8)


def backdrop(picture, free):
    low = np.full((15, 25, 3), LIGHT / 255, np.float32)
    return Backdrop((picture,), (free,), low, np.zeros(2, int), np.ones((15, 25), bool))


def two_pieces(left, right, *, free_left=None, free_right=None, behind=None):
    """Two exemplars laid in place, one on either side of the seam."""
    everywhere = np.ones(SHAPE, bool)
    drops = {
        0: backdrop(left, everywhere if free_left is None else free_left),
        1: backdrop(right, everywhere if free_right is None else free_right),
    }
    layers = np.zeros(SHAPE, np.int32)
    layers[:, SEAM:] = 1
    places = np.stack(np.indices(SHAPE), axis=-1).astype(np.float32)
    tone = np.broadcast_to(to_lab(np.float32([[[LIGHT / 255] * 3]])), (*SHAPE, 3)).copy()
    placed = everywhere if behind is None else behind
    background = Background(layers, places, placed, tone, np.zeros_like(tone), drops)
    laid = to_lab(np.where(layers[..., None] == 0, left, right) / np.float32(255))
    return background, laid


def blended(background, laid, behind, images):
    lab = laid.copy()
    blend_pieces(lab, fading_pieces(laid, background, behind, WIDTH), behind, images, 1.0)
    return lab


def stroke_contrast(lab):
    """Of each four columns, lightest on darkest, (columns / 4,)."""
    row = lab[60, :, 0].reshape(-1, 4)
    return row.max(axis=1) - row.min(axis=1)


def test_hatching_fades_into_bare_paper():
    images = [hatched(), plain()]
    background, laid = two_pieces(*images)
    behind = np.ones(SHAPE, bool)
    before = stroke_contrast(laid)
    after = stroke_contrast(blended(background, laid, behind, images))
    full = before[0]
    assert np.abs(np.diff(before)).max() == pytest.approx(full)  # it ended along a line
    assert np.abs(np.diff(after)).max() < 0.35 * full
    assert (np.diff(after) < 1e-3).all()
    np.testing.assert_allclose(after[:18], full, rtol=0.02)
    assert after[32:].max() < 0.02 * full


def test_nothing_is_copied_from_what_is_not_free():
    images = [hatched(), plain()]
    images[1][:, :SEAM] = 0  # the exemplar's person
    free = np.ones(SHAPE, bool)
    free[:, :SEAM] = False
    background, laid = two_pieces(*images, free_right=free)
    lab = blended(background, laid, np.ones(SHAPE, bool), images)
    assert lab[..., 0].min() > laid[..., 0].min() - 1e-4
    # the other one goes on beyond the seam instead, as far as it fades
    assert stroke_contrast(lab)[25] > 0.3 * stroke_contrast(laid)[0]


def test_where_its_exemplar_ends_a_piece_has_faded_before():
    images = [hatched(), plain()]
    images[0][:, SEAM:] = 0
    free = np.ones(SHAPE, bool)
    free[:, SEAM:] = False
    background, laid = two_pieces(*images, free_left=free)
    after = stroke_contrast(blended(background, laid, np.ones(SHAPE, bool), images))
    assert np.abs(np.diff(after)).max() < 0.5 * stroke_contrast(laid)[0]
    assert after[25:].max() < 1e-4


def test_a_form_of_its_own_is_not_brought_along():
    images = [hatched(), plain()]
    images[1][50:70, 85:98] = 60  # a signature, beside the seam on the other side
    background, laid = two_pieces(*images)
    lab = blended(background, laid, np.ones(SHAPE, bool), images)
    assert lab[60, 85:98, 0].min() > laid[60, :SEAM, 0].min() - 0.02


def test_the_person_stays_and_shares_add_up_to_one():
    images = [hatched(), plain()]
    behind = np.ones(SHAPE, bool)
    behind[40:90, 80:120] = False
    background, laid = two_pieces(*images, behind=behind)
    pieces = fading_pieces(laid, background, behind, WIDTH)
    total = np.zeros(SHAPE)
    for piece in pieces:
        total[piece.box] += piece.share
    np.testing.assert_allclose(total[behind], 1, atol=1e-4)
    assert not total[~behind].any()
    lab = blended(background, laid, behind, images)
    np.testing.assert_array_equal(lab[45:85, 85:115], laid[45:85, 85:115])


def mixture(pieces, images):
    """Each piece's strokes by its share, one pixel after the other."""
    total = np.zeros((*SHAPE, 3))
    labs = [to_lab(image / np.float32(255)) for image in images]
    for piece in pieces:
        for (y, x), share in np.ndenumerate(piece.share):
            row, column = y + piece.box[0].start, x + piece.box[1].start
            place = (row + piece.step[0], column + piece.step[1])
            if share and min(place) >= 0 and place[0] < SHAPE[0] and place[1] < SHAPE[1]:
                total[row, column] += share * (labs[piece.exemplar][place] + piece.change[y, x])
    return total


def test_a_larger_rendering_is_blended_alike():
    random = np.random.default_rng(0)
    images = [random.integers(LIGHT - 9, LIGHT + 9, (*SHAPE, 1), np.uint8) for _ in range(2)]
    images = [image.repeat(3, axis=2) for image in images]
    background, _ = two_pieces(*images)
    background.places[:, SEAM:] -= (7, 31)
    background.places[: SHAPE[0] // 3] += (5, 0)  # four pieces
    rows, columns = np.clip(background.places.astype(int), 0, np.array(SHAPE) - 1).T
    copied = np.stack(images)[background.layers, rows.T, columns.T]
    laid = to_lab(copied / np.float32(255))
    behind = np.ones(SHAPE, bool)
    pieces = fading_pieces(laid, background, behind, WIDTH)
    assert len(pieces) == 4
    small = laid.copy()
    blend_pieces(small, pieces, behind, images, 1.0)
    assert np.abs(small - laid).max() > 0.03
    np.testing.assert_allclose(small[4:], mixture(pieces, images)[4:], atol=0.002)
    twice = [image.repeat(2, axis=0).repeat(2, axis=1) for image in images]
    large = laid.repeat(2, axis=0).repeat(2, axis=1)
    blend_pieces(large, pieces, behind, twice, 2.0)
    np.testing.assert_allclose(large[8::2, ::2], small[4:], atol=0.004)  # above, nothing is copied
