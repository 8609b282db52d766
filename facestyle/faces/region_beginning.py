"""What teaches the groups of regions their first colors, and where each is likely (DESIGN 4.3)."""

from __future__ import annotations

import numpy as np

from facestyle.faces.contours import Contours, face_width, feature_contours
from facestyle.faces.face import Portrait
from facestyle.faces.face_coordinates import FaceCoordinates, polygon_mask
from facestyle.faces.one_tint import colors_tell
from facestyle.faces.region_priors import first_seeds, group_priors, with_own_skin
from facestyle.faces.skin_likeness import (
    looks_like_skin,
    much_darker,
    of_the_face,
    skin_as_a_whole,
    skin_hue,
    without_dark_lenses,
    without_sunglasses,
)

INNER = 0.03  # face widths inside the oval from which skin teaches its colors
# of the logarithm of detail, beyond the cheeks', where hair usually is; .4 and .8 score alike
_SMOOTH = 0.8
_GLASSES = 0.3  # face widths below the brows to where glasses reach
_CROWN = 0.62  # face widths to either side: what is above the brows is forehead, hair or hat


def beginning(
    portrait: Portrait,
    place: FaceCoordinates,
    colors: np.ndarray,
    detail: np.ndarray,
    depth: np.ndarray,
) -> tuple[list[np.ndarray], np.ndarray]:
    """Find pixels that are surely of a group, and priors.

    Parameters
    ----------
    portrait : Portrait
        Reduced.
    place : FaceCoordinates
        Of its pixels.
    colors : (h, w, 3) float32
        Luminance in [0, 255], a and b of Lab.
    detail : (h, w) float32
        From `facestyle.faces.skin_likeness.fine_detail`.
    depth : (h, w) float32
        From `facestyle.faces.region_priors.depth_in`.

    Returns
    -------
    seeds : list of (h, w) bool
        Skin, hair, clothes, background.
    priors : (4, h, w) float32
        Probabilities of the same.
    """
    person = portrait.matte > 0.5
    contours, unit = feature_contours(portrait.face), face_width(portrait.face)
    features = _feature_mask(portrait.matte.shape, contours, 0.02 * unit)
    seeds = first_seeds(place, portrait.matte, features, depth)
    trust = colors_tell(colors)
    bare = without_sunglasses if trust > 0 else without_dark_lenses
    seeds[0] = bare(seeds[0], colors, place.down > place.brow + _GLASSES)
    skin_like, reached = looks_like_skin(colors, detail, seeds[0])
    if trust == 0:  # lightness alone tells, and shaded cheeks are as dark as cloth
        skin_like &= ~much_darker(colors, seeds[0])
    # a bald head is no hair, and a bare chest no coat
    for group in (1, 2):
        seeds[group] &= ~skin_like
    # cheeks may be red, or lit, where the forehead is not
    forehead = reached & ~skin_like & person
    forehead &= (place.down < place.brow) & (np.abs(place.across) < 0.4)
    seeds[0], seeds[1] = seeds[0] | forehead, seeds[1] & ~forehead
    own_skin = skin_like & person
    # fair hair has the cheeks' color: where hair usually is, skin has to be smoother
    rough = detail >= np.median(detail[seeds[0]]) + _SMOOTH if seeds[0].any() else ~own_skin
    may_be = own_skin & (~rough | (place.down > place.chin))
    whole = skin_as_a_whole(may_be & (place.inside < 0), colors, seeds[0], unit)
    seeds[0] |= own_skin & (place.inside > INNER) & ~features
    hue = np.float32(trust * skin_hue(colors[seeds[0], 1:]))
    crown = (place.down < place.brow) & (np.abs(place.across) < _CROWN)
    share = np.full(person.shape, hue)
    if trust == 0:
        share = (crown & of_the_face(own_skin, place.inside > 0)).astype(np.float32)
    priors = group_priors(place, portrait.matte, depth)
    return seeds, with_own_skin(priors, own_skin, whole, share)


def _feature_mask(shape: tuple[int, int], contours: Contours, grow: float) -> np.ndarray:
    """Eyes, brows and lips, (h, w) bool."""
    mask = np.zeros(shape, np.uint8)
    for polygon in (
        contours.right_eye,
        contours.left_eye,
        contours.right_brow,
        contours.left_brow,
        contours.lips,
    ):
        mask |= polygon_mask(shape, polygon, grow)
    return mask > 0
