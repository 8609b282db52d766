"""Exemplars moved onto the input's face: landmarks, then dense flow; resampled once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.alignment import similarity_between
from facestyle.thin_plate_spline import dense_map, fit_thin_plate_spline
from facestyle.transfer.patch_paired.exemplar import PreparedExemplar

_GRID_STEP = 10  # px between the points where the spline is evaluated
_SMOOTHING = 1e-3
_FLOW_BLUR = 3.0  # sigma, px
_NORMALIZATION_SIGMA = 12.0  # px
_NORMALIZATION_NOISE = 12 / 255  # contrast below which an area counts as flat


@dataclass(frozen=True)
class AlignedExemplars:
    """Exemplars in the input's frame.

    Attributes
    ----------
    photos : (N, h, w, 3) float32
        sRGB in [0, 1].
    drawings : (N, C, zoom * h, zoom * w) float32
        In [0, 1].
    covered : (N, h, w) bool
        Where the exemplar has pixels; elsewhere its border pixels are repeated.
    """

    photos: np.ndarray
    drawings: np.ndarray
    covered: np.ndarray


def align_exemplars(
    photo: np.ndarray, points: np.ndarray, exemplars: Sequence[PreparedExemplar], zoom: int = 1
) -> AlignedExemplars:
    """Align each exemplar with a photograph.

    Parameters
    ----------
    photo : (h, w, 3) float32
        sRGB in [0, 1], at the working scale.
    points : (68, 2) float64
        Its landmarks, xy px.
    exemplars : sequence of PreparedExemplar
    zoom : int
        Enlargement of the drawings.

    Returns
    -------
    AlignedExemplars
    """
    height, width = photo.shape[:2]
    count, channels = len(exemplars), max(e.drawing.shape[2] for e in exemplars)
    photos = np.empty((count, height, width, 3), np.float32)
    drawings = np.empty((count, channels, zoom * height, zoom * width), np.float32)
    covered = np.empty((count, height, width), bool)
    target = normalized_grey(photo)
    for n, exemplar in enumerate(exemplars):
        mapping = _dense_map(target, points, exemplar)
        photos[n] = _warp(exemplar.photo, mapping, cv2.INTER_LINEAR)
        fine = _enlarged_map(mapping, zoom, exemplar.zoom)
        drawings[n] = np.moveaxis(
            np.atleast_3d(_warp(exemplar.drawing, fine, cv2.INTER_CUBIC)), 2, 0
        )
        rows, columns = exemplar.matte.shape
        x, y = mapping[..., 0], mapping[..., 1]
        covered[n] = (x > -1) & (y > -1) & (x < columns) & (y < rows)
    return AlignedExemplars(photos, drawings, covered)


def normalized_grey(image: np.ndarray) -> np.ndarray:
    """Locally normalised grey picture for the optical flow, (H, W) uint8."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    mean = cv2.GaussianBlur(grey, (0, 0), _NORMALIZATION_SIGMA)
    square = cv2.GaussianBlur(grey * grey, (0, 0), _NORMALIZATION_SIGMA)
    deviation = np.sqrt(np.maximum(square - mean * mean, 0))
    ratio = (grey - mean) / (deviation + np.float32(_NORMALIZATION_NOISE))
    return np.clip(128 + 50 * ratio, 0, 255).astype(np.uint8)


def _dense_map(target: np.ndarray, points: np.ndarray, exemplar: PreparedExemplar) -> np.ndarray:
    """Where each pixel lies in the exemplar, (h, w, 2) float32."""
    coarse = _landmark_map(points, exemplar, target.shape)
    moved = _warp(normalized_grey(exemplar.photo), coarse, cv2.INTER_LINEAR)
    solver = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flow = cv2.GaussianBlur(solver.calc(target, moved, None), (0, 0), _FLOW_BLUR)
    grid = np.stack(np.meshgrid(*map(np.arange, target.shape[::-1])), axis=-1)
    # first follow the flow, then the coarse map
    return _warp(coarse, (grid + flow).astype(np.float32), cv2.INTER_LINEAR)


def _landmark_map(
    points: np.ndarray, exemplar: PreparedExemplar, size: tuple[int, ...]
) -> np.ndarray:
    """Spline on the landmarks, and on far anchors that follow the heads' mean position."""
    anchors = _anchors(points)
    matrix = similarity_between(points, exemplar.points)
    # heads of one crop differ in shape rather than in size: far away only turn and shift
    linear = matrix[:, :2] / np.hypot(*matrix[:, 0])
    centre = points.mean(axis=0)
    moved = (anchors - centre) @ linear.T + exemplar.points.mean(axis=0)
    spline = fit_thin_plate_spline(
        np.vstack([points, anchors]), np.vstack([exemplar.points, moved]), _SMOOTHING
    )
    return dense_map(spline, size[0], size[1], step=_GRID_STEP)


def _anchors(points: np.ndarray) -> np.ndarray:
    """Eight points around the head, which keep the spline from bending there, (8, 2)."""
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    width, height = x1 - x0, y1 - y0
    xs = (x0 - 0.45 * width, (x0 + x1) / 2, x1 + 0.45 * width)
    ys = (y0 - 0.85 * height, (y0 + y1) / 2, y1 + 0.35 * height)
    return np.array([(x, y) for y in ys for x in xs if (x, y) != (xs[1], ys[1])])


def _enlarged_map(mapping: np.ndarray, zoom: int, source_zoom: int) -> np.ndarray:
    """The same map between enlarged pictures; pixel centres sit at integer coordinates."""
    if zoom > 1:
        height, width = mapping.shape[:2]
        mapping = cv2.resize(mapping, (zoom * width, zoom * height), interpolation=cv2.INTER_LINEAR)
    return (mapping + 0.5) * source_zoom - 0.5 if source_zoom > 1 else mapping


def _warp(image: np.ndarray, mapping: np.ndarray, interpolation: int) -> np.ndarray:
    """Resample a picture, repeating its border."""
    return cv2.remap(image, mapping, None, interpolation, borderMode=cv2.BORDER_REPLICATE)
