"""Face boxes: dlib's HOG detector and MediaPipe's short-range detector."""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from facestyle.assets import asset_path
from facestyle.faces.networks import run_network
from facestyle.imaging.pyramid import reduced

# dlib finds faces of 80 px and more: these long sides find a face from 1/6 down to 1/35 of them
DLIB_SIZES = ((500, 0), (500, 1), (1400, 1))
_DLIB_FACE = 80  # px, the smallest that it finds
_MEDIAPIPE_FACE = 1 / 7  # of its square
_FINE_SIDE = 1280  # px: squares are sampled from at least so many, ten times what is needed
# How sure MediaPipe must be of a face in the whole picture, in the padded one and in tiles.
# Measured on 100 portraits (photographs, drawings, paintings, prints), whose faces have .718 and
# more in the first and .759 in the second, and on 162 pictures of noise, shapes, textures and
# things: with its own .5 there are faces in 51 of these, with these in none. dlib, at 0, finds none
# in any of them.
_MEDIAPIPE_THRESHOLDS = (0.7, 0.74, 0.78)
# intersection over union from which two finds are one face; not measured
OVERLAP = 0.3
# faces beside those of the first scale that finds any: what finer scales take for faces (emblems,
# folds) has scores up to .2 of dlib and .65 of MediaPipe, bystanders have .9 and more of either
_DLIB_FURTHER, _MEDIAPIPE_FURTHER = 0.5, 0.75

_LOCK = threading.Lock()


@functools.cache
def _dlib_detector() -> Any:
    """What `dlib.get_frontal_face_detector` returns, which takes .6 s to unpack it."""
    import dlib

    return dlib.fhog_object_detector(str(asset_path("dlib_frontal_face_detector.svm")))


def detect_dlib(image: np.ndarray, smallest: float = 0.0) -> list[np.ndarray]:
    """Find frontal faces with dlib's HOG detector on reduced copies.

    Parameters
    ----------
    image : (H, W, 3) uint8
        RGB.
    smallest : float
        Size of the smallest faces that are looked for beside the largest, as a share of it; 1 is
        content with the first scale that finds any.

    Returns
    -------
    list of (4,) float64
        Boxes x0, y0, x1, y1 in pixels, largest first, without overlaps: what a coarser scale found
        is not replaced by what a finer one says of the same face.
    """
    longest = max(image.shape[:2])
    tried: set[tuple[int, int]] = set()
    boxes: list[np.ndarray] = []
    for size, upsample in DLIB_SIZES:
        scale = min(1.0, size / longest)
        attempt = (round(scale * longest), upsample)
        if attempt in tried:
            continue
        tried.add(attempt)
        if boxes and _is_fine_enough(boxes, scale, upsample - 1, smallest):
            break
        small = reduced(image, scale)
        with _LOCK:
            found, scores, _ = _dlib_detector().run(small, upsample)
        further = [
            np.array([r.left(), r.top(), r.right(), r.bottom()], dtype=np.float64) / scale
            for r, score in zip(found, scores, strict=True)
            if not boxes or score >= _DLIB_FURTHER
        ]
        boxes += [box for box in further if not any(same_face(box, other) for other in boxes)]
    return sorted(boxes, key=_area, reverse=True)


def _is_fine_enough(boxes: list[np.ndarray], scale: float, upsample: int, smallest: float) -> bool:
    """Whether the scale before has shown all faces that are looked for."""
    largest = max(float(np.sqrt(_area(box))) for box in boxes)
    return smallest >= 1 or smallest * largest * scale * 2 ** max(upsample, 0) >= _DLIB_FACE


def detect_mediapipe(
    image: np.ndarray, smallest: float = 0.0, known: Sequence[np.ndarray] = ()
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Find faces with MediaPipe's short-range detector.

    The network sees 128x128 pixels, so it is run on the whole picture, then on a padded copy
    (faces that fill the frame), then on overlapping tiles (small faces). Once there is a face, only
    those are added that it is surer of.

    Parameters
    ----------
    image : (H, W, 3) uint8
        RGB.
    smallest : float
        See `detect_dlib`; 1 is content with the first look that finds any.
    known : sequence of (4,) float64
        Boxes of faces that are known already.

    Returns
    -------
    list of (box, eyes)
        Box (4,) x0, y0, x1, y1 and eye centers (2, 2), in pixels, largest first; without the known
        ones.
    """
    height, width = image.shape[:2]
    longest = max(height, width)
    looks = [
        [(-(longest - width) / 2, -(longest - height) / 2, longest)],
        [(-(longest * 1.6 - width) / 2, -(longest * 1.6 - height) / 2, longest * 1.6)],
        list(_tiles(width, height, longest / 2)),
    ]
    boxes, faces = list(known), []
    for squares, least in zip(looks, _MEDIAPIPE_THRESHOLDS, strict=True):
        if boxes and (smallest >= 1 or _shows(squares, boxes, smallest, longest)):
            break
        ready = _ready_for_network(image, squares[0][2])
        found = [f for square in squares for f in _detect_in_square(*ready, square, least)]
        for box, eyes, score in _suppress_overlaps(found):
            surer = score >= _MEDIAPIPE_FURTHER or not boxes
            if surer and not any(same_face(box, other) for other in boxes):
                faces.append((box, eyes))
        boxes = [*known, *(box for box, _ in faces)]
    return sorted(faces, key=lambda face: _area(face[0]), reverse=True)


def _shows(
    squares: Sequence[tuple[float, float, float]],
    boxes: list[np.ndarray],
    smallest: float,
    longest: float,
) -> bool:
    """Whether a look at tiles is not needed, as the whole picture shows what is looked for."""
    largest = max(float(np.sqrt(_area(box))) for box in boxes)
    return squares[0][2] < longest and smallest * largest >= _MEDIAPIPE_FACE * longest


def _tiles(width: int, height: int, side: float) -> list[tuple[float, float, float]]:
    """Squares of the given side, half overlapping, that cover the picture."""
    xs = np.arange(0, max(width - side, 0) + side / 2, side / 2)
    ys = np.arange(0, max(height - side, 0) + side / 2, side / 2)
    return [(float(x), float(y), side) for y in ys for x in xs]


@functools.cache
def _anchors() -> np.ndarray:
    """Centers of the 896 anchors in [0, 1]: 2 on a 16x16 grid, 6 on an 8x8 grid."""
    return np.array(
        [
            ((x + 0.5) / size, (y + 0.5) / size)
            for size, count in ((16, 2), (8, 6))
            for y in range(size)
            for x in range(size)
            for _ in range(count)
        ]
    )


def _ready_for_network(image: np.ndarray, side: float) -> tuple[np.ndarray, float]:
    """A picture to sample squares of some side from: without what 128 pixels cannot show.

    Large ones are reduced first: blurring 12 megapixels takes longer than all else here.

    Returns
    -------
    image : (h, w, 3) uint8
    factor : float
        Its size over the picture's.
    """
    factor = 1 / max(1, int(side / _FINE_SIDE))
    image = reduced(image, factor)
    scale = 128 / (side * factor)
    return cv2.GaussianBlur(image, (0, 0), 0.4 / scale) if scale < 0.6 else image, factor


def _detect_in_square(
    image: np.ndarray, factor: float, square: tuple[float, float, float], least: float
) -> list[tuple[np.ndarray, np.ndarray, float]]:
    """Faces (box, eyes, score) of some score in a square crop, in pixels of the whole picture."""
    x, y, side = square
    scale = 128 / (side * factor)
    # pixels' centers lie at whole numbers
    left, top = ((1 - factor) / 2 - start * factor for start in (x, y))
    matrix = np.array([[scale, 0, scale * left], [0, scale, scale * top]])
    crop = cv2.warpAffine(image, matrix, (128, 128)).astype(np.float32) / 127.5 - 1
    regressors, scores = run_network(
        "face_detection_short_range.tflite", crop, ("regressors", "classificators")
    )
    scores = 1 / (1 + np.exp(-np.clip(scores.reshape(-1).astype(np.float64), -50, 50)))
    faces = []
    for index in np.flatnonzero(scores >= least):
        values = regressors.reshape(-1, 16)[index].astype(np.float64) / 128
        center, size = values[:2] + _anchors()[index], values[2:4]
        box = np.concatenate([center - size / 2, center + size / 2]) * side
        eyes = (values[4:8].reshape(2, 2) + _anchors()[index]) * side
        offset = np.array([x, y])
        faces.append((box + np.tile(offset, 2), eyes + offset, float(scores[index])))
    return _suppress_overlaps(faces)


def _area(box: np.ndarray) -> float:
    return float((box[2] - box[0]) * (box[3] - box[1]))


def _suppress_overlaps(
    faces: list[tuple[np.ndarray, np.ndarray, float]],
) -> list[tuple[np.ndarray, np.ndarray, float]]:
    """Keep the best-scored of faces that overlap; largest first."""
    kept: list[tuple[np.ndarray, np.ndarray, float]] = []
    for face in sorted(faces, key=lambda f: -f[2]):
        if all(_intersection_over_union(face[0], other[0]) < OVERLAP for other in kept):
            kept.append(face)
    return sorted(kept, key=lambda f: _area(f[0]), reverse=True)


def same_face(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two boxes show one face: they overlap, or one holds the center of the other."""
    for inner, outer in ((a, b), (b, a)):
        x, y = (inner[:2] + inner[2:]) / 2
        if outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]:
            return True
    return _intersection_over_union(a, b) >= OVERLAP


def _intersection_over_union(a: np.ndarray, b: np.ndarray) -> float:
    overlap = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    intersection = float(np.prod(np.maximum(overlap, 0)))
    return intersection / (_area(a) + _area(b) - intersection + 1e-9)
