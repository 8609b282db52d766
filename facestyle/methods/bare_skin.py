"""Where a portrait shows bare skin, at the size at which its medium is measured."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.alignment.features import ANALYSIS_SCALE
from facestyle.faces import Face, Portrait
from facestyle.imaging.color import to_lab
from facestyle.imaging.pyramid import gaussian_blur

# parts of the face that are no bare skin: eyes, mouth, nose, brows
_FEATURES = (
    slice(36, 42),
    slice(42, 48),
    slice(48, 68),
    slice(27, 36),
    slice(17, 22),
    slice(22, 27),
)
_MARGIN = 0.12  # inter-ocular distances around them
# Glasses are what is darker than this share of the skin's lightness and one piece below both eyes,
# from and to so many inter-ocular distances off the line of the eyes, and so far around it. Set on
# the development half: a portrait with thick rims was taken for a drawing (log odds .2; -5.3
# without them). Fringes that reach below the eyes go, too; of 144 drawings none loses any skin.
_RIM, _BELOW, _REACH, _RIM_MARGIN = 0.62, (0.25, 0.75), 0.35, 0.08
_GRAY_CHROMA = 0.06  # Lab/100; less is a gray or a tinted picture
FLOOR = 1e-5  # keeps logarithms of flat pictures finite


@dataclass(frozen=True)
class BareSkin:
    """A portrait at 64 px between the eyes (or less, where it is smaller).

    Attributes
    ----------
    lab : (h, w, 3) float32
        Lab/100.
    face, skin : (h, w) bool
        The face, and it without features and rim.
    person : (h, w) bool
    unit : float
        What a pixel at 64 px between the eyes is here, px.
    gray : bool
        Whether the skin has next to no color.
    """

    lab: np.ndarray
    face: np.ndarray
    skin: np.ndarray
    person: np.ndarray
    unit: float
    gray: bool

    @classmethod
    def of(cls, portrait: Portrait) -> BareSkin:
        """The portrait, reduced."""
        scale = min(1.0, ANALYSIS_SCALE / portrait.face.inter_ocular)
        image, face, skin = scaled(portrait, scale)
        lab = to_lab(image)
        unit = scale * portrait.face.inter_ocular / ANALYSIS_SCALE
        light = gaussian_blur(lab[..., 0], unit)
        skin = _without_glasses(skin, light, face, portrait.face.scaled(scale))
        matte = cv2.resize(portrait.matte, face.shape[::-1], interpolation=cv2.INTER_AREA)
        chroma = np.hypot(*lab[skin][:, 1:].mean(axis=0))
        return cls(lab, face, skin, matte > 0.5, unit, bool(chroma < _GRAY_CHROMA))


def scaled(portrait: Portrait, scale: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A portrait reduced, its face and its bare skin; (h, w, 3) float32 and (h, w) bool."""
    image = portrait.image
    if scale < 1:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return image, *_face_and_skin(portrait, scale, image.shape[:2])


def box(mask: np.ndarray) -> tuple[slice, slice]:
    """Rows and columns of what a mask holds, and a pixel around it."""
    left, top, width, height = cv2.boundingRect(mask.astype(np.uint8))
    return slice(max(0, top - 1), top + height + 1), slice(max(0, left - 1), left + width + 1)


def rms(values: np.ndarray) -> float:
    """Root mean square, never 0."""
    return float(np.sqrt(np.square(values).mean())) + FLOOR


def _face_and_skin(
    portrait: Portrait, scale: float, shape: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Masks of the face, and of it without features and rim; (h, w) bool."""
    face = portrait.face.scaled(scale)
    whole = _hull(np.vstack([face.landmarks, face.outline]), shape)
    size = 2 * int(_MARGIN * face.inter_ocular) + 1
    margin = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    features = np.zeros(shape, np.uint8)
    for points in _FEATURES:
        features |= _hull(face.landmarks[points], shape)
    # in the face alone and at once: at 192 px between the eyes it took .1 s
    skin, near = np.zeros_like(whole), box(whole)
    skin[near] = cv2.erode(whole[near], margin) & ~cv2.dilate(features[near], margin)
    # a face cut off by the picture's border may have no such skin
    return whole > 0, (skin if skin.any() else whole) > 0


def _without_glasses(
    skin: np.ndarray, light: np.ndarray, whole: np.ndarray, face: Face
) -> np.ndarray:
    """The skin outside of rims and dark lenses, (h, w) bool.

    Parameters
    ----------
    skin, whole : (h, w) bool
        The skin, and the face with all that is on it.
    light : (h, w) float32
        Lightness without fine texture.
    face : Face
    """
    down, right = np.indices(light.shape) - face.eyes.mean(axis=0)[::-1, None, None]
    across, up = (face.eyes[1] - face.eyes[0]) / face.inter_ocular**2
    right, down = across * right + up * down, across * down - up * right
    dark = whole & (light < _RIM * np.median(light[skin])) & (abs(down) < _BELOW[1])
    _, pieces = cv2.connectedComponents(dark.astype(np.uint8))
    low = (pieces > 0) & (down > _BELOW[0])
    both = np.intersect1d(pieces[low & (right < -_REACH)], pieces[low & (right > _REACH)])
    size = 2 * int(_RIM_MARGIN * face.inter_ocular) + 1
    margin = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    rest = skin & (cv2.dilate(np.isin(pieces, both).astype(np.uint8), margin) == 0)
    return rest if rest.any() else skin


def _hull(points: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Filled convex hull, (h, w) uint8."""
    mask = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(points.astype(np.int32)), 1)
    return mask
