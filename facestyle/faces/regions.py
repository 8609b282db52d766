"""What each pixel of a portrait shows: skin, brow, eye, nose, lip, hair, clothes or background.

Graph cuts divide a reduced copy into skin, hair, clothes and background, by color mixtures seeded
from the face and the matte and by priors in face coordinates; features are painted from the
contours (DESIGN 4.3, step 1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.faces.color_mixture import fit_color_mixture, monomials
from facestyle.faces.contours import face_width, feature_contours
from facestyle.faces.face import Face, Portrait
from facestyle.faces.face_coordinates import (
    face_axes,
    face_coordinates,
    polygon_mask,
)
from facestyle.faces.hidden_brows import is_brow_hidden
from facestyle.faces.one_tint import in_usual_tones, without_tint
from facestyle.faces.region_beginning import INNER, beginning
from facestyle.faces.region_cut import connected_to_face, contrast_weights, cut_groups
from facestyle.faces.region_priors import depth_in, without_loose_hair
from facestyle.faces.skin_likeness import fine_detail
from facestyle.faces.sure_face import sure_face
from facestyle.frozen import FrozenRecord
from facestyle.imaging.color import to_lab

# values of region maps
SKIN, BROW, EYE, NOSE, LIP, HAIR, CLOTHES, BACKGROUND = range(8)
# which of the four groups (face, hair, clothes, background) a region belongs to
GROUP_OF_REGION = np.array([0, 0, 0, 0, 0, 1, 2, 3])
_REGION_OF_GROUP = np.array([SKIN, HAIR, CLOTHES, BACKGROUND], np.uint8)

_ANALYSIS_FACE_WIDTH = 100.0  # px; mixtures are fitted on a copy reduced to this
_ANALYSIS_MOST = 420  # px; longest side of that copy
# Gaussians of skin, hair, clothes and background (DESIGN 4.3, step 1), the more the more kinds of
# color there are; not measured alone
_MIXTURE_SIZES = (4, 3, 4, 5)
_ROUNDS = 2  # a third or fourth changes overlaps by less than .002
# neighbors' colors depend on each other: each counts for less than a whole observation
_LIKELIHOOD_WEIGHT = 0.5
# A Gaussian as wide as all colors (60, 20 and 20 units) has -10 at its middle: a color that a
# mixture has not seen is no proof against it, and a group nobody has seen may have any.
_WORST_LOG_LIKELIHOOD = -15.0
_UNKNOWN_LOG_LIKELIHOOD = -12.0
_RIM = 0.02  # face widths inside the matte's edge from which detail is the person's own
_SOFTNESS = 1.0  # px of the reduced copy
# face widths; .02 to .05 overlap hand-made labels alike
_REFINEMENT_RADIUS = 0.03
_REFINEMENT_EPSILON = 10.0  # squared units of CIE Lab
# face widths beyond the matte where hair may be that it misses: of 68 portraits two had .3 % of
# their hair where the matte is empty, and one a half: the panes of a dark window
_MISSED = 0.03
_NOBODY = 0.1  # opacity below which nothing is the person's

# local energy of fine detail, given where the person is
_Detail = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Regions(FrozenRecord):
    """A portrait's segmentation.

    Attributes
    ----------
    region_map : (H, W) uint8
        SKIN to BACKGROUND.
    weights : (4, H, W) float32
        Probabilities of face, hair, clothes and background; sum 1.
    """

    region_map: np.ndarray
    weights: np.ndarray

    @property
    def groups(self) -> np.ndarray:
        """Group of each pixel: 0 face, 1 hair, 2 clothes, 3 background; (H, W) int."""
        return GROUP_OF_REGION[self.region_map]


def segment_regions(portrait: Portrait) -> Regions:
    """Segment a portrait.

    Parameters
    ----------
    portrait : Portrait

    Returns
    -------
    Regions
        At the portrait's size.
    """
    face = portrait.face
    image = in_usual_tones(without_tint(portrait.image), face)
    height, width = image.shape[:2]
    scale = min(1.0, _ANALYSIS_FACE_WIDTH / face_width(face), _ANALYSIS_MOST / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = Portrait(
        cv2.resize(image, size, interpolation=cv2.INTER_AREA),
        face.scaled(scale),
        cv2.resize(portrait.matte, size, interpolation=cv2.INTER_AREA),
    )

    def detail(inside: np.ndarray) -> np.ndarray:
        return fine_detail(image, face_width(face), inside, face_width(small.face))

    coarse = _group_probabilities(small, detail)
    weights = _refine(image, coarse, face_width(face))
    return Regions(paint_region_map(portrait, weights), weights)


def _group_probabilities(portrait: Portrait, detail: _Detail) -> np.ndarray:
    """Probabilities of the four groups on a small portrait, (4, h, w) float32.

    Mixtures are fitted and groups cut along the picture's edges in turn.
    """
    shape = portrait.matte.shape
    place = face_coordinates(portrait, feature_contours(portrait.face))
    lab = to_lab(cv2.GaussianBlur(portrait.image, (0, 0), 0.7))
    colors = lab * np.array([255, 100, 100], np.float32)
    depth = depth_in(portrait.matte, place)
    seeds, priors = beginning(portrait, place, colors, detail(depth > _RIM), depth)
    skin, terms, weights = seeds[0], monomials(colors.reshape(-1, 3)), contrast_weights(colors)
    groups = np.zeros(shape, np.int32)
    for _ in range(_ROUNDS):
        likelihoods = _log_likelihoods(colors.reshape(-1, 3), terms, seeds).reshape(4, *shape)
        scores = _LIKELIHOOD_WEIGHT * likelihoods + np.log(priors)
        groups = connected_to_face(cut_groups(scores, weights), portrait.face, background=3)
        groups[(depth < -_MISSED) & (groups == 1)] = 3  # dark windows beside a neck are no hair
        # what the colors alone would decide alike teaches the next mixtures
        sure = groups == scores.argmax(axis=0)
        seeds = [sure & (groups == group) for group in range(4)]
        seeds[0] = skin | (seeds[0] & (place.inside > INNER))
        priors[1] = without_loose_hair(priors[1], groups == 1, place)
    chosen = (groups == np.arange(4)[:, None, None]).astype(np.float32)
    return np.stack([cv2.GaussianBlur(plane, (0, 0), _SOFTNESS) for plane in chosen])


def _log_likelihoods(colors: np.ndarray, terms: np.ndarray, seeds: list[np.ndarray]) -> np.ndarray:
    """Log-likelihood of each pixel's color under each group's mixture, (4, N) float32."""
    rows = []
    for seed, count in zip(seeds, _MIXTURE_SIZES, strict=True):
        chosen = colors[seed.ravel()]
        if len(chosen) < 30:
            rows.append(np.full(len(colors), _UNKNOWN_LOG_LIKELIHOOD, np.float32))
        else:
            likelihood = fit_color_mixture(chosen, count).log_likelihood(terms)
            rows.append(np.maximum(likelihood, _WORST_LOG_LIKELIHOOD))
    return np.stack(rows)


def _refine(image: np.ndarray, coarse: np.ndarray, unit: float) -> np.ndarray:
    """Bring coarse probabilities to the picture's size and edges, (4, H, W) float32."""
    height, width = image.shape[:2]
    # OpenCV's filter takes windows with small covariances for flat: it wants values of about 100
    guide = to_lab(image) * np.float32(100)
    radius = max(2, int(_REFINEMENT_RADIUS * unit))
    stack = cv2.resize(
        np.ascontiguousarray(coarse.transpose(1, 2, 0)),
        (width, height),
        interpolation=cv2.INTER_LINEAR,
    )
    scale = 0.5 if radius >= 6 else 1.0
    filtered = cv2.ximgproc.guidedFilter(guide, stack, radius, _REFINEMENT_EPSILON, scale=scale)
    # its arithmetic may fail where a picture is all white
    refined = np.stack(cv2.split(np.where(np.isfinite(filtered), filtered, stack)))
    np.clip(refined, 1e-3, 1, out=refined)
    refined /= refined.sum(axis=0)
    return refined


def paint_region_map(portrait: Portrait, weights: np.ndarray) -> np.ndarray:
    """Most probable groups, cleaned by matte and oval, with the features painted on them."""
    shape = portrait.matte.shape
    unit = face_width(portrait.face)
    labels = _REGION_OF_GROUP[_largest(weights)]
    # a bystander is nobody's coat (hair beside a neck the matte may miss, though)
    labels[(portrait.matte < _NOBODY) & (labels == CLOTHES)] = BACKGROUND
    _drop_islands(labels, portrait, unit)
    contours = feature_contours(portrait.face)
    _turn_low_hair_into_clothes(labels, portrait.face)
    # on its rim the face's outline may show what is behind: the matte tells
    inside = polygon_mask(shape, portrait.face.outline, -0.03 * unit) > 0
    inside &= (portrait.matte > 0.5) | (sure_face(portrait.face, shape) > 0)
    labels[inside & ((labels == BACKGROUND) | (labels == CLOTHES))] = SKIN
    nose = cv2.convexHull(contours.nose.astype(np.float32))[:, 0]
    hair = labels == HAIR
    for polygon, region, grow in (
        (nose, NOSE, 0.0),
        (contours.right_brow, BROW, 0.012),
        (contours.left_brow, BROW, 0.012),
        (contours.right_eye, EYE, 0.018),
        (contours.left_eye, EYE, 0.018),
        (contours.lips, LIP, 0.01),
    ):
        if region == BROW and is_brow_hidden(portrait.image, hair, polygon, unit):
            continue
        labels[polygon_mask(shape, polygon, grow * unit) > 0] = region
    return labels


def _largest(weights: np.ndarray) -> np.ndarray:
    """Which of the planes is largest, (N, H, W) to (H, W) uint8; argmax is slow across planes."""
    largest, best = np.zeros(weights.shape[1:], np.uint8), weights[0].copy()
    for number, plane in enumerate(weights[1:], start=1):
        largest[plane > best] = number
        np.maximum(best, plane, out=best)
    return largest


def _turn_low_hair_into_clothes(labels: np.ndarray, face: Face) -> None:
    """Take hair that begins below the ears for a dark collar, in place."""
    count, parts = cv2.connectedComponents(cv2.compare(labels, HAIR, cv2.CMP_EQ))
    if count < 2:
        return
    height, width = labels.shape
    normal = face_axes(face)[1]
    center = face.outline.mean(axis=0)
    down = (np.arange(height)[:, None] - center[1]) * normal[1]
    down = down + (np.arange(width) - center[0]) * normal[0]
    from_above = np.zeros(count, bool)
    from_above[parts[down <= 0.12 * face_width(face)]] = True
    from_above[0] = True  # what is no hair stays
    labels[~from_above[parts]] = CLOTHES


def _drop_islands(labels: np.ndarray, portrait: Portrait, unit: float) -> None:
    """Turn person pixels that don't hang together with the face into background, in place."""
    height, width = labels.shape
    person = (labels != BACKGROUND).astype(np.uint8)
    radius = max(1, int(0.05 * unit))
    # distances to the edge erode and dilate by discs of any size at the same cost
    core = cv2.distanceTransform(person, cv2.DIST_L2, 3) > radius
    count, parts = cv2.connectedComponents(core.astype(np.uint8))
    x, y = np.round(portrait.face.landmarks[27:36].mean(axis=0)).astype(int)
    of_face = parts[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)]
    if count > 2 and of_face > 0:
        radius += max(1, int(0.01 * unit))
        to_face = cv2.distanceTransform((parts != of_face).astype(np.uint8), cv2.DIST_L2, 3)
        labels[(person > 0) & (to_face > radius)] = BACKGROUND
