"""What a draughtsman sees before the first stroke: tones, form and the way that hair runs."""

from __future__ import annotations

import cv2
import numpy as np

from recipes.filters import blur, luminance, masked_blur, smoothstep
from recipes.lines import blend_angles, tangent_field
from recipes.relight import flatten, skin_mask
from recipes.studio import Sitter, fill_polygons

SKIN = 0.70  # luma that the middle of a light face gets


def drawing_luma(sitter: Sitter, skin_luma: float = SKIN, flat: float = 0.3) -> np.ndarray:
    """Luma with the face's middle at the set's tone and hair and pupils near black, (H, W)."""
    face, matte = sitter.face, sitter.matte
    luma = np.clip(flatten(luminance(sitter.person), matte, face, flat), 0.001, 1)
    hull = fill_polygons((face.outline,), luma.shape) * matte
    low = float(np.percentile(luma[matte > 0.9], 2.0))
    low = min(low, float(np.percentile(luma[hull > 0.5], 1.0)))
    luma = np.clip((luma - low) / (1 - low), 0.001, 1)
    skin = skin_mask(face, luma.shape) * matte
    inside = luma[skin > 0.6]
    median = float(np.clip(np.median(inside), 0.12, 0.93))
    luma = luma ** (np.log(skin_luma * sitter.tone) / np.log(median))
    inside = luma[skin > 0.6]
    # the lights of every face reach the same height: a flat painting is stretched
    middle, high = np.median(inside), np.percentile(inside, 95)
    gain = float(
        np.clip((0.93 - 0.25 * (1 - sitter.tone) - middle) / (high - middle + 1e-3), 0.8, 1.9)
    )
    return np.clip(middle + (luma - middle) * np.where(luma > middle, gain, 1.0), 0, 1).astype(
        np.float32
    )


def without_grain(luma: np.ndarray, sitter: Sitter) -> np.ndarray:
    """Smooth an old print's grain away: strokes must not follow it."""
    if sitter.kind != "monochrome":
        return luma
    for _ in range(2):
        luma = cv2.bilateralFilter(luma, 0, 0.12, 0.016 * sitter.face.inter_ocular)
    return luma


def clear_detail(luma: np.ndarray, matte: np.ndarray, unit: float, amount: float) -> np.ndarray:
    """Strengthen what is about as wide as lids, lips and locks."""
    result = luma.copy()
    for sigma, gain in ((0.012, 0.6), (0.03, 0.9), (0.08, 0.7)):
        result += amount * gain * (luma - masked_blur(luma, matte, sigma * unit))
    return np.clip(result, 0, 1).astype(np.float32)


def relief(sitter: Sitter, luma: np.ndarray) -> np.ndarray:
    """Rough height of the head towards us, in inter-ocular distances, (H, W).

    An ellipsoid with a nose, brows and lips on it; slow shading adds what is the sitter's own.
    """
    face, unit = sitter.face, sitter.face.inter_ocular
    low, high = face.outline.min(axis=0), face.outline.max(axis=0)
    low = low - np.array([0.1, 0.9]) * unit
    center, radii = (low + high) / 2, (high - low) / 2 * 1.12
    y, x = np.mgrid[: luma.shape[0], : luma.shape[1]].astype(np.float32)
    inside = 1 - ((x - center[0]) / radii[0]) ** 2 - ((y - center[1]) / radii[1]) ** 2
    height = 1.25 * np.sqrt(np.clip(inside, 0.0, 1))
    points = face.landmarks
    for start, end, width, amount in (
        (points[27], points[30], 0.16, 0.30),
        (points[31], points[35], 0.16, 0.20),
        (points[19], points[24], 0.16, 0.10),
        (points[50], points[52], 0.13, 0.10),
        (points[57], points[57], 0.16, 0.10),
        (points[8], points[8], 0.30, 0.15),
    ):
        bump = np.zeros(luma.shape, np.float32)
        cv2.line(bump, tuple(start.astype(int)), tuple(end.astype(int)), 1.0, int(0.06 * unit))
        bump = blur(bump, width * unit)
        height += amount * bump / bump.max()
    for eye in (points[36:42].mean(axis=0), points[42:48].mean(axis=0)):
        hollow = np.exp(-0.5 * (np.hypot(x - eye[0], y - eye[1]) / (0.2 * unit)) ** 2)
        height -= 0.12 * hollow
    slow = masked_blur(luma, sitter.matte, 0.09 * unit)
    return (blur(height, 0.05 * unit) + 0.3 * slow).astype(np.float32)


def draped_angle(height: np.ndarray, unit: float, angle: float, drape: float) -> np.ndarray:
    """Direction of parallel lines at `angle` that are laid over a relief, (H, W) radians."""
    y, x = np.mgrid[: height.shape[0], : height.shape[1]].astype(np.float32)
    level = (y * np.cos(angle) - x * np.sin(angle)) / unit + drape * height
    level = level.astype(np.float32)
    gx = cv2.Sobel(level, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    gy = cv2.Sobel(level, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    return np.arctan2(gx, -gy).astype(np.float32)


def skin_area(sitter: Sitter) -> np.ndarray:
    """Face and forehead up to the hair, soft, (H, W): where strokes follow the form."""
    face, unit, matte = sitter.face, sitter.face.inter_ocular, sitter.matte
    forehead = face.outline.copy()
    above = forehead[:, 1] < face.eyes[:, 1].mean()
    forehead[above, 1] -= 0.45 * unit
    mask = fill_polygons((cv2.convexHull(forehead.astype(np.int32))[:, 0],), matte.shape) * matte
    return blur(mask, 0.06 * unit)


def stroke_angle(
    sitter: Sitter, luma: np.ndarray, hand: float, drape: float = 1.0, grain: float = 0.04
) -> np.ndarray:
    """Direction of the strokes: over the form on skin, along the locks in hair, (H, W) radians."""
    unit = sitter.face.inter_ocular
    draped = draped_angle(relief(sitter, luma), unit, hand, drape)
    own, coherence = tangent_field(luma * sitter.matte + (1 - sitter.matte), grain * unit)
    skin = skin_area(sitter)
    follow = smoothstep(0.25, 0.7, coherence) * (1 - 0.85 * skin)
    follow *= blur(sitter.matte, 0.02 * unit)
    vector = blend_angles(draped, own, follow)
    return smooth_angle(np.arctan2(vector[..., 1], vector[..., 0]), 0.025 * unit)


def smooth_angle(angle: np.ndarray, sigma: float) -> np.ndarray:
    """Average directions through their double angles."""
    c, s = blur(np.cos(2 * angle), sigma), blur(np.sin(2 * angle), sigma)
    return (0.5 * np.arctan2(s, c)).astype(np.float32)


def looked_at(sitter: Sitter, shape: tuple[int, ...]) -> np.ndarray:
    """Where a draughtsman looks longest: eyes, nostrils, mouth; soft, (H, W) in [0, 1]."""
    points, unit = sitter.face.landmarks, sitter.face.inter_ocular
    mask = np.zeros(shape[:2], np.float32)
    for part in (slice(36, 42), slice(42, 48), slice(31, 36), slice(48, 60)):
        hull = cv2.convexHull(points[part].astype(np.int32))
        cv2.fillConvexPoly(mask, hull, 1.0)
        cv2.polylines(mask, [hull], True, 1.0, round(0.08 * unit))
    return blur(mask, 0.03 * unit)


def simplify(values: np.ndarray, unit: float) -> np.ndarray:
    """Make flat shapes with firm borders: repeated bilateral smoothing."""
    result = values.astype(np.float32)
    for _ in range(3):
        result = cv2.bilateralFilter(result, 0, 0.09, 0.02 * unit)
    return result


def calm_clothes(luma: np.ndarray, sitter: Sitter) -> np.ndarray:
    """Simplify what lies below the chin: cloth and canvas weave deserve no lines of their own."""
    unit, chin = sitter.face.inter_ocular, sitter.face.landmarks[8, 1]
    y = np.arange(luma.shape[0], dtype=np.float32)[:, None]
    below = smoothstep(0.0, 0.6, (y - chin) / unit)
    return (luma + below * (blur(simplify(luma, unit), 1.5) - luma)).astype(np.float32)
