"""How far a frame of a stylized clip is from its style: texture for drawings, tones for looks."""

import cv2
import numpy as np

from facestyle import ExemplarSet
from facestyle.faces.contours import face_width
from facestyle.imaging.color import luminance
from facestyle.metrics.texture import texture_distance
from facestyle.pipeline.result import Result

TEXTURE_SIGMA = 0.012  # face widths


def style_distance(image: np.ndarray, result: Result, exemplars: ExemplarSet, method: str) -> float:
    """How far a frame is from the exemplars' texture (patch) or tones (energy)."""
    if method == "energy":
        return tone_distance(image, result, exemplars)
    width = face_width(result.face)
    distances = []
    for portrait in exemplars:
        factor = width / face_width(portrait.face)
        mode = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        theirs = cv2.resize(portrait.image, None, fx=factor, fy=factor, interpolation=mode)
        size = (theirs.shape[1], theirs.shape[0])
        mask = cv2.resize(portrait.matte, size, interpolation=cv2.INTER_AREA)
        distances.append(
            texture_distance(
                image,
                np.clip(theirs, 0, 1),
                TEXTURE_SIGMA * width,
                result_mask=result.matte,
                exemplar_mask=mask,
            )
        )
    return float(np.mean(distances))


def tone_distance(image: np.ndarray, result: Result, exemplars: ExemplarSet) -> float:
    """Mean difference of the quantiles of the person's L, levels of 255."""
    places = np.linspace(1, 99, 50)

    def quantiles(picture: np.ndarray, matte: np.ndarray) -> np.ndarray:
        return np.percentile(255 * luminance(picture)[matte > 0.5], places)

    ours = quantiles(image.astype(np.float32) / 255, result.matte)
    theirs = np.mean([quantiles(p.image, p.matte) for p in exemplars], axis=0)
    return float(np.abs(ours - theirs).mean())
