"""Brows below a fringe are hair; brows that it touches are brows."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic_faces import photograph

from facestyle.faces.contours import face_width, feature_contours
from facestyle.faces.hidden_brows import is_brow_hidden
from facestyle.faces.regions import BROW, HAIR, paint_region_map

DARK, SKIN = (0.1, 0.07, 0.06), (0.8, 0.6, 0.5)
BROW_SHAPE = np.array([[40.0, 60.0], [60, 52], [80, 58], [80, 64], [60, 58], [40, 66]])


def below_a_fringe(*, ends, brow):
    """A face whose fringe ends at a row, with a brow of some color; image, hair."""
    image = np.empty((120, 120, 3), np.float32)
    image[:], image[:ends] = SKIN, DARK
    hair = np.zeros((120, 120), bool)
    hair[:ends] = True
    if brow is not None:
        image[56:64, 42:78] = brow
    return image, hair


@pytest.mark.parametrize(
    ("ends", "brow", "hidden"),
    [
        (66, None, True),  # nothing is seen of it
        (66, (0.45, 0.35, 0.3), False),  # it shows through
        (50, DARK, False),  # the fringe ends above it
        (0, DARK, False),
    ],
)
def test_a_brow_is_hidden_below_hair_of_its_color(ends, brow, hidden):
    image, hair = below_a_fringe(ends=ends, brow=brow)
    assert is_brow_hidden(image, hair, BROW_SHAPE, 100.0) == hidden


@pytest.mark.parametrize("fringe", [False, True])
def test_the_region_map_has_hair_where_a_fringe_hides_a_brow(fringe):
    portrait = photograph()
    contours = feature_contours(portrait.face)
    weights = np.zeros((4, *portrait.matte.shape), np.float32)
    weights[0] = 0.4
    brows = np.concatenate([contours.right_brow, contours.left_brow])
    if fringe:
        end = int(brows[:, 1].max() + 0.03 * face_width(portrait.face))
        weights[1, :end] = 0.6
        image = portrait.image.copy()
        image[:end] = DARK
        portrait = replace(portrait, image=image)
    painted = paint_region_map(portrait, weights)
    at = painted[np.round(brows[:, 1]).astype(int), np.round(brows[:, 0]).astype(int)]
    assert np.all(at == (HAIR if fringe else BROW))
    assert (painted == BROW).any() != fringe
