"""The person against the background, by a graph cut over color mixtures and the network's word.

The network misses ears, dark hair beside the neck and shoulders, and keeps wedges of background;
its mistakes end at no edge of the picture, and their colors are those of the other side.
"""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces.color_mixture import fit_color_mixture, monomials
from facestyle.faces.contours import face_width, feature_contours
from facestyle.faces.face import Face, Portrait
from facestyle.faces.face_coordinates import face_coordinates
from facestyle.faces.missed_crown import missed_crown
from facestyle.faces.one_tint import is_gray
from facestyle.faces.region_cut import connected_to_face, contrast_weights, cut_groups
from facestyle.faces.region_priors import background_seeds, depth_in
from facestyle.faces.skin_likeness import fine_detail
from facestyle.faces.sure_face import likely_face
from facestyle.imaging.color import to_lab

# the cut is made on a copy reduced to these: a face's width and the longest side, px
_FACE_WIDTH, _MOST = 80.0, 320
_PERSON_MIXTURE, _BACKGROUND_MIXTURE = 7, 6  # a person has skin, hair and clothes
# Times the logarithm of fine detail's energy, in gray pictures. Fifteen development sitters, sharp
# or faded, before four backgrounds, error of the opacity at the edge: without .165, 6 .153, 12
# .148, 20 .145; three real headshots, share of the person that is wrong: .075, with 12 .056
_TEXTURE = 12.0
# Share of a picture that must be surely background for its texture to be known. In close-ups with
# .03 to .07 of it the wall beside a smooth neck became the person's
_SEEN = 0.075
_ROUNDS = 2  # of fit and cut, as for regions (DESIGN 4.3, step 1)
_CROWN_MIXTURE, _OPEN = 2, 0.4  # where hair was missed: its colors, and the network's word then
# the network's surest pixel leaves this much to the colors (.03 to .15 measured alike)
_LEAST = 0.08
_SURE = 0.999  # of the face itself
# The network's word on the rest of the likely face, at least: colors and edges decide there. In
# 119 pictures 0 gives the same; where the network sees nobody, it loses twice as much of the face.
_RIM = 0.5
# face widths; loose strands are nearer, by eye
_FAR, _THIN = 0.1, 0.08
# as in `facestyle.faces.regions`, where they are explained
_LIKELIHOOD_WEIGHT = 0.5
_WORST_LOG_LIKELIHOOD, _UNKNOWN_LOG_LIKELIHOOD = -15.0, -12.0


def cut_person(
    image: np.ndarray, face: Face, probability: np.ndarray, inside: np.ndarray
) -> np.ndarray:
    """Which pixels are the person's, decided along the picture's edges.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    face : Face
    probability : (H, W) float32
        The network's, in [0, 1].
    inside : (H, W) float32
        1 on the face.

    Returns
    -------
    (H, W) float32
        0 or 1, but for the borders of the reduced copy's pixels.
    """
    height, width = image.shape[:2]
    scale = min(1.0, _FACE_WIDTH / face_width(face), _MOST / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small, likely, hull = (
        cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
        for plane in (image, probability, inside)
    )
    texture = _texture(image, face, (size[1], size[0])) if is_gray(image) else None
    person = _cut(small, face.scaled(scale), likely, hull > 0.9, texture)
    soft = cv2.GaussianBlur(person.astype(np.float32), (0, 0), 0.7)
    return cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)


def _texture(image: np.ndarray, face: Face, shape: tuple[int, int]) -> np.ndarray:
    """What tells things of one lightness apart where there are no colors, `shape` float32."""
    unit = face_width(face)
    scale = shape[1] / image.shape[1]
    detail = fine_detail(image, unit, np.ones(shape, bool), unit * scale)
    skin = detail[likely_face(face.scaled(scale), shape) > 0]
    # a neck may be as smooth as the wall behind it
    least = np.float32(np.median(skin)) if len(skin) else detail.min()
    return _TEXTURE * np.maximum(detail, least)


def _cut(
    image: np.ndarray,
    face: Face,
    probability: np.ndarray,
    hull: np.ndarray,
    texture: np.ndarray | None = None,
) -> np.ndarray:
    """The cut of a small picture, (h, w) bool; in a gray one `texture` takes the place of a of Lab.

    Borders between person and background follow lightness alone.
    """
    place = face_coordinates(Portrait(image, face, probability), feature_contours(face))
    lab = to_lab(cv2.GaussianBlur(image, (0, 0), 0.7))
    colors = lab * np.array([255, 100, 100], np.float32)
    likely = np.clip(probability, _LEAST, 1 - _LEAST)
    likely = np.maximum(likely, _RIM * likely_face(face, image.shape))
    likely = np.maximum(likely, _SURE * hull)
    depth = depth_in(probability, place)
    seeds = (probability > 0.95) | hull, background_seeds(place, probability, depth)
    weights = contrast_weights(colors)
    if texture is not None and seeds[1].mean() > _SEEN:
        colors[..., 1] = texture
    terms = monomials(colors.reshape(-1, 3))
    person = _rounds(colors, terms, face, likely, seeds, weights)
    missed = None if texture is not None else missed_crown(person, seeds[1], colors, place)
    if missed is not None:
        crown, hair = missed
        likely = np.maximum(likely, _SURE * crown)
        likely[hair] = np.maximum(likely[hair], _OPEN)
        alike = _log_likelihood(colors, terms, crown, _CROWN_MIXTURE)
        least = np.where(hair, alike, _WORST_LOG_LIKELIHOOD)
        seeds = seeds[0] | crown, seeds[1] & ~hair
        person = _rounds(colors, terms, face, likely, seeds, weights, least)
    return without_far_bars(person, probability, face_width(face))


def _rounds(
    colors: np.ndarray,
    terms: np.ndarray,
    face: Face,
    likely: np.ndarray,
    seeds: tuple[np.ndarray, np.ndarray],
    weights: tuple[np.ndarray, np.ndarray],
    least: np.ndarray | None = None,
) -> np.ndarray:
    """Rounds of fit and cut, (h, w) bool; a person's log-likelihood is `least` at least."""
    priors = np.log(np.stack([likely, 1 - likely]))
    person = np.zeros_like(seeds[0])
    for _ in range(_ROUNDS):
        found = np.stack(
            [
                _log_likelihood(colors, terms, seed, count)
                for seed, count in zip(seeds, (_PERSON_MIXTURE, _BACKGROUND_MIXTURE), strict=True)
            ]
        )
        if least is not None:
            found[0] = np.maximum(found[0], least)
        scores = priors + _LIKELIHOOD_WEIGHT * found
        person = connected_to_face(cut_groups(scores, weights), face, background=1) == 0
        sure = person == (scores[0] > scores[1])
        seeds = person & sure, ~person & sure
    return np.asarray(person)


def without_far_bars(person: np.ndarray, probability: np.ndarray, unit: float) -> np.ndarray:
    """Leave out what is thin and far from all that the network sees: edges behind dark hair.

    Parameters
    ----------
    person : (h, w) bool
    probability : (h, w) float32
        The network's, in [0, 1].
    unit : float
        Face width, px.

    Returns
    -------
    (h, w) bool
    """
    far = cv2.distanceTransform((probability < 0.5).astype(np.uint8), cv2.DIST_L2, 3) > _FAR * unit
    side = 2 * max(1, round(_THIN * unit / 2)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    thick = cv2.morphologyEx(person.astype(np.uint8), cv2.MORPH_OPEN, kernel) > 0
    return person & (thick | ~far)


def _log_likelihood(
    colors: np.ndarray, terms: np.ndarray, seed: np.ndarray, count: int
) -> np.ndarray:
    """Log-likelihood of each pixel's color under a mixture taught by some, (h, w) float32."""
    shape = seed.shape
    if seed.sum() < 30:
        return np.full(shape, _UNKNOWN_LOG_LIKELIHOOD, np.float32)
    likelihood = fit_color_mixture(colors[seed], count).log_likelihood(terms)
    return np.maximum(likelihood, _WORST_LOG_LIKELIHOOD).reshape(shape)
