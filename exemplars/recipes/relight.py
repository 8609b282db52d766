"""Studio light on a framed face: flatten the source's own light, then add a key light."""

from __future__ import annotations

import cv2
import numpy as np

from recipes.faces import Face
from recipes.filters import blur, masked_blur, smoothstep


def head_normals(face: Face, shape: tuple[int, ...]) -> np.ndarray:
    """Normals of an ellipsoid fitted to the face outline, (H, W, 3); x right, y down, z to us."""
    low, high = face.outline.min(axis=0), face.outline.max(axis=0)
    center = (low + high) / 2
    radii = (high - low) / 2 * np.array([1.22, 1.25])
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    u, v = (x - center[0]) / radii[0], (y - center[1]) / radii[1]
    length = np.sqrt(u * u + v * v)
    # bend smoothly to the limb instead of ending in a rim
    bend = np.tanh(length) / np.tanh(1.0) / np.maximum(length, 1e-3) * 0.92
    bend = np.where(length > 1, 0.92 / np.maximum(length, 1e-3), bend)
    u, v = u * bend, v * bend
    z = np.sqrt(np.clip(1 - u * u - v * v, 0.02, 1))
    return np.dstack([u, v, z]).astype(np.float32)


def key_light(
    face: Face, shape: tuple[int, ...], direction: tuple[float, float, float]
) -> np.ndarray:
    """Brightness of the head under a soft light from `direction`, 1 at its brightest, (H, W)."""
    towards = np.array(direction, np.float32)
    towards /= np.linalg.norm(towards)
    lambert = head_normals(face, shape) @ towards
    wrapped = np.clip((lambert + 0.35) / 1.35, 0, 1)
    light = blur(wrapped.astype(np.float32), 0.25 * face.inter_ocular)
    chin = face.landmarks[8, 1]
    y = np.arange(shape[0], dtype=np.float32)[:, None]
    falloff = 1 - 0.45 * smoothstep(chin - 0.1 * face.inter_ocular, shape[0] * 1.05, y)
    return light * falloff


def flatten(luma: np.ndarray, matte: np.ndarray, face: Face, share: float) -> np.ndarray:
    """Take away `share` of the slow brightness changes inside the face outline."""
    hull = np.zeros(luma.shape, np.float32)
    cv2.fillConvexPoly(hull, cv2.convexHull(face.outline.astype(np.int32)), 1.0)
    hull *= matte
    slow = masked_blur(np.log(luma + 0.05), hull, 0.5 * face.inter_ocular)
    mean = float((slow * hull).sum() / hull.sum())
    weight = blur(hull, 0.2 * face.inter_ocular)
    return (luma + 0.05) * np.exp(-share * (slow - mean) * weight) - 0.05


def set_black(luma: np.ndarray, matte: np.ndarray) -> np.ndarray:
    """Take away most of the veil over a dark source, so that brightening leaves its blacks."""
    low = 0.8 * float(np.percentile(luma[matte > 0.9], 2))
    return np.clip((luma - low) / (1 - low), 0.001, 1)


def skin_mask(face: Face, shape: tuple[int, ...]) -> np.ndarray:
    """Bare skin of the face: the outline without eyes, brows, lips and nostrils, soft."""
    unit = face.inter_ocular
    mask = np.zeros(shape[:2], np.float32)
    cv2.fillConvexPoly(mask, cv2.convexHull(face.outline.astype(np.int32)), 1.0)
    points = face.landmarks.astype(np.int32)
    for part in (slice(17, 22), slice(22, 27), slice(36, 42), slice(42, 48), slice(48, 60)):
        cv2.fillConvexPoly(mask, cv2.convexHull(points[part]), 0.0)
        cv2.polylines(mask, [points[part]], False, 0.0, max(1, round(0.1 * unit)))
    return blur(mask, 0.05 * unit)
