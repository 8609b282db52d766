"""Where a portrait shows bare skin, at the size at which its medium is measured."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.alignment.features import ANALYSIS_SCALE
from facestyle.faces import Portrait
from facestyle.imaging.color import to_lab

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
        matte = cv2.resize(portrait.matte, face.shape[::-1], interpolation=cv2.INTER_AREA)
        chroma = np.hypot(*lab[skin][:, 1:].mean(axis=0))
        unit = scale * portrait.face.inter_ocular / ANALYSIS_SCALE
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


def _hull(points: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Filled convex hull, (h, w) uint8."""
    mask = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(points.astype(np.int32)), 1)
    return mask
