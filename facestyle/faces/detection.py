"""Face boxes: dlib's HOG detector and MediaPipe's short-range detector."""

from __future__ import annotations

import functools
import threading
from typing import Any

import cv2
import numpy as np

from facestyle.assets import asset_path
from facestyle.faces.networks import run_network

# dlib finds faces of 80 px and more: these long sides find a face from 1/6 down to 1/25 of them
DLIB_SIZES = ((500, 0), (500, 1), (1400, 1))
MEDIAPIPE_THRESHOLD = 0.5
OVERLAP = 0.3

_LOCK = threading.Lock()


@functools.cache
def _dlib_detector() -> Any:
    """What `dlib.get_frontal_face_detector` returns, which takes .6 s to unpack it."""
    import dlib

    return dlib.fhog_object_detector(str(asset_path("dlib_frontal_face_detector.svm")))


def detect_dlib(image: np.ndarray) -> list[np.ndarray]:
    """Find frontal faces with dlib's HOG detector on reduced copies.

    Parameters
    ----------
    image : (H, W, 3) uint8
        RGB.

    Returns
    -------
    list of (4,) float64
        Boxes x0, y0, x1, y1 in pixels, largest first; the first scale that finds any decides.
    """
    longest = max(image.shape[:2])
    tried: set[tuple[int, int]] = set()
    for size, upsample in DLIB_SIZES:
        scale = min(1.0, size / longest)
        attempt = (round(scale * longest), upsample)
        if attempt in tried:
            continue
        tried.add(attempt)
        small = image
        if scale < 1:
            small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        with _LOCK:
            found = _dlib_detector()(small, upsample)
        if found:
            boxes = [
                np.array([r.left(), r.top(), r.right(), r.bottom()], dtype=np.float64) / scale
                for r in found
            ]
            return sorted(boxes, key=_area, reverse=True)
    return []


def detect_mediapipe(image: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Find faces with MediaPipe's short-range detector.

    The network sees 128x128 pixels, so it is run on the whole picture, then on a padded copy
    (faces that fill the frame), then on overlapping tiles (small faces), until something is found.

    Parameters
    ----------
    image : (H, W, 3) uint8
        RGB.

    Returns
    -------
    list of (box, eyes)
        Box (4,) x0, y0, x1, y1 and eye centers (2, 2), in pixels, largest first.
    """
    height, width = image.shape[:2]
    longest = max(height, width)
    squares = [
        [(-(longest - width) / 2, -(longest - height) / 2, longest)],
        [(-(longest * 1.6 - width) / 2, -(longest * 1.6 - height) / 2, longest * 1.6)],
        list(_tiles(width, height, longest / 2)),
    ]
    for group in squares:
        found = [face for square in group for face in _detect_in_square(image, *square)]
        if found:
            return [(box, eyes) for box, eyes, _ in _suppress_overlaps(found)]
    return []


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


def _detect_in_square(
    image: np.ndarray, x: float, y: float, side: float
) -> list[tuple[np.ndarray, np.ndarray, float]]:
    """Faces (box, eyes, score) in one square crop, in pixels of the whole picture."""
    scale = 128 / side
    matrix = np.array([[scale, 0, -x * scale], [0, scale, -y * scale]])
    blurred = cv2.GaussianBlur(image, (0, 0), 0.4 / scale) if scale < 0.6 else image
    crop = cv2.warpAffine(blurred, matrix, (128, 128)).astype(np.float32) / 127.5 - 1
    regressors, scores = run_network(
        "face_detection_short_range.tflite", crop, ("regressors", "classificators")
    )
    scores = 1 / (1 + np.exp(-np.clip(scores.reshape(-1).astype(np.float64), -50, 50)))
    faces = []
    for index in np.flatnonzero(scores > MEDIAPIPE_THRESHOLD):
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


def _intersection_over_union(a: np.ndarray, b: np.ndarray) -> float:
    overlap = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    intersection = float(np.prod(np.maximum(overlap, 0)))
    return intersection / (_area(a) + _area(b) - intersection + 1e-9)
