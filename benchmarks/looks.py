"""Deterministic photographic looks, so that the true stylized picture is known.

Each imitates what a photographer does in post-production: local contrast, dodging and burning
at places of the face, tone curves, split toning. They read the landmarks and the matte, so that
the same look lands on the same places of every sitter. Four strong ones stand here, beside the
two of the test half that read places; `grades.py` has those that read nothing but a pixel's color.
"""

from collections.abc import Callable

import cv2
import numpy as np
from grades import GRADES
from numpy.typing import NDArray

from facestyle.faces import Portrait
from facestyle.imaging.guided_filter import guided_filter

Array = NDArray[np.float32]
LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # Rec. 601


def apply_look(portrait: Portrait, look: str) -> Array:
    """Return the portrait in a look, rounded to 8 bits, (H, W, 3) float32 in [0, 1]."""
    picture = np.clip(LOOKS[look](portrait), 0, 1)
    return (np.round(picture * 255) / 255).astype(np.float32)


def black_and_white_dodge(portrait: Portrait) -> Array:
    """Gritty black and white: dodged forehead, nose and cheeks, burnt jaw, dark backdrop."""
    unit = portrait.face.inter_ocular
    gray = np.clip(_local_contrast(portrait, fine=1.9, coarse=1.35), 0, 1)
    gray = np.clip(gray * 2 ** (_dodge_and_burn(portrait) - 0.35), 0, 1)
    gray += 0.55 * (gray * gray * (3 - 2 * gray) - gray)
    gray = gray * portrait.matte + (1 - portrait.matte) * 0.25 * _blurred(gray, 0.1 * unit)
    return np.repeat(gray[..., None], 3, axis=2)


def soft_glow(portrait: Portrait) -> Array:
    """High key: smoothed skin, lifted shadows, bloom around the lights, a warm cast."""
    unit = portrait.face.inter_ocular
    gray = portrait.image @ LUMA
    smooth = guided_filter(gray, portrait.image, 0.06 * unit, 0.006)
    lifted = 0.1 + 0.9 * np.clip(0.45 * portrait.image + 0.55 * smooth, 0, 1) ** np.float32(0.78)
    bloom = _blurred(lifted, 0.18 * unit)
    glowing = 1 - (1 - lifted) * (1 - 0.4 * bloom * bloom)
    return np.asarray(glowing * np.array([1.07, 0.98, 0.84], np.float32) - 0.03)


def bleach_bypass(portrait: Portrait) -> Array:
    """Silver left in the film: little color, hard contrast, teal shadows."""
    gray = portrait.image @ LUMA
    contrasted = _local_contrast(portrait, fine=1.6, coarse=1.25)
    picture = portrait.image + (contrasted - gray)[..., None]
    base = np.clip(contrasted, 0, 1)[..., None]
    picture = base + 0.38 * (picture - base)
    overlay = np.where(base < 0.5, 2 * base * picture, 1 - 2 * (1 - base) * (1 - picture))
    picture = 0.45 * picture + 0.55 * overlay
    shadow_tint = (1 - base) ** 2 * np.array([-0.02, 0.03, 0.09], np.float32)
    return np.asarray(picture + shadow_tint + np.array([-0.02, 0, 0.02], np.float32))


def low_key(portrait: Portrait) -> Array:
    """A spotlight from the left: three stops of falloff, warm lights, blue shadows."""
    gray = portrait.image @ LUMA
    contrasted = _local_contrast(portrait, fine=1.3, coarse=1.15)
    picture = np.clip(portrait.image + (contrasted - gray)[..., None], 0, 1)
    picture = picture**1.15 * 2 ** _side_light(portrait)[..., None]
    luma = (picture @ LUMA)[..., None]
    picture = luma + 0.75 * (picture - luma)
    shadow_tint = (1 - luma) ** 3 * np.array([0, 0.02, 0.035], np.float32)
    light_tint = luma * (1 - luma) * np.array([0.08, 0, -0.12], np.float32)
    return np.asarray(picture + shadow_tint + light_tint)


def color_falloff(portrait: Portrait) -> Array:
    """Light on the face alone: its surroundings fall off by 1.6 stops, and lose some color."""
    center = portrait.face.landmarks[30]
    near = _spot(portrait, center, 1.6, (1.1, 1.1))[..., None]
    picture = portrait.image * 2 ** (-1.6 * (1 - near))
    luma = (picture @ LUMA)[..., None]
    return np.asarray(luma + (0.7 + 0.3 * near) * (picture - luma))


def gray_falloff(portrait: Portrait) -> Array:
    """The same in gray, a third of a stop up."""
    return np.repeat((color_falloff(portrait) @ LUMA)[..., None] * np.float32(1.26), 3, axis=2)


def gray_vignette(portrait: Portrait) -> Array:
    """Test half: gray, mild contrast, light falling off around the face by up to two stops."""
    gray = portrait.image @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    gray = gray + 0.35 * (gray * gray * (3 - 2 * gray) - gray)
    center = portrait.face.landmarks[[27, 30]].mean(axis=0)
    gray = gray * 2 ** (-2 * (1 - _spot(portrait, center, 1.9, (1, 1.2))))
    return np.repeat(gray[..., None], 3, axis=2)


def window_light(portrait: Portrait) -> Array:
    """Test half: soft cool light from the right, the other side of the face a stop darker."""
    points, unit = portrait.face.landmarks, portrait.face.inter_ocular
    x, _ = _coordinates(portrait)
    across = (x - points[30, 0]) / unit
    stops = 0.35 - 1.25 / (1 + np.exp(2.4 * across))
    picture = portrait.image * 2 ** np.broadcast_to(stops, portrait.matte.shape)[..., None]
    return np.asarray(np.clip(picture, 0, 1) * np.array([0.97, 1.0, 1.05], np.float32))


def _graded(grade: Callable[[Array], Array]) -> Callable[[Portrait], Array]:
    return lambda portrait: grade(portrait.image)


LOOKS: dict[str, Callable[[Portrait], Array]] = {
    "bwdodge": black_and_white_dodge,
    "glow": soft_glow,
    "bleach": bleach_bypass,
    "lowkey": low_key,
    "falloff": color_falloff,
    "grayfall": gray_falloff,
    "vignette": gray_vignette,
    "window": window_light,
    **{name: _graded(grade) for name, grade in GRADES.items()},
}


def _local_contrast(portrait: Portrait, fine: float, coarse: float) -> Array:
    """Luma with its fine and coarse details amplified by two nested guided filters."""
    unit = portrait.face.inter_ocular
    gray = portrait.image @ LUMA
    without_fine = guided_filter(gray, gray, 0.05 * unit, 0.004)
    base = guided_filter(without_fine, without_fine, 0.25 * unit, 0.02)
    return base + coarse * (without_fine - base) + fine * (gray - without_fine)


def _dodge_and_burn(portrait: Portrait) -> Array:
    """Exposure in stops at places of the face: lighter in its middle, darker at jaw and neck."""
    points, eyes = portrait.face.landmarks, portrait.face.eyes
    between, chin = eyes.mean(axis=0), points[8]
    up = (between - chin) / np.linalg.norm(between - chin)
    unit = portrait.face.inter_ocular
    stops = 0.55 * _spot(portrait, between + 0.75 * unit * up, 0.45, (1.3, 0.7))
    stops += 0.5 * _spot(portrait, points[28], 0.16, (1, 2))
    stops += 0.45 * _spot(portrait, points[[1, 41, 31]].mean(axis=0), 0.25)
    stops += 0.45 * _spot(portrait, points[[15, 46, 35]].mean(axis=0), 0.25)
    stops += 0.3 * _spot(portrait, chin + 0.15 * unit * up, 0.2)
    stops -= 0.7 * _spot(portrait, 0.85 * points[3] + 0.15 * points[30], 0.3)
    stops -= 0.7 * _spot(portrait, 0.85 * points[13] + 0.15 * points[30], 0.3)
    stops -= 0.35 * (_spot(portrait, eyes[0], 0.2) + _spot(portrait, eyes[1], 0.2))
    return stops - 0.8 * _spot(portrait, chin - 0.6 * unit * up, 0.5, (2, 1))


def _side_light(portrait: Portrait) -> Array:
    """Exposure in stops of a spotlight on the face that falls off to the right."""
    points, unit = portrait.face.landmarks, portrait.face.inter_ocular
    axis = (points[16] - points[0]) / np.linalg.norm(points[16] - points[0])
    x, y = _coordinates(portrait)
    across = ((x - points[30, 0]) * axis[0] + (y - points[30, 1]) * axis[1]) / unit
    center = 0.7 * portrait.face.eyes.mean(axis=0) + 0.3 * points[30]
    stops = 1.5 / (1 + np.exp(3.2 * across)) - 2
    stops += _spot(portrait, center, 1.15, (1, 1.25))
    return np.asarray(stops - 0.5 * _spot(portrait, points[8], 0.5), np.float32)


def _spot(
    portrait: Portrait,
    center: NDArray[np.float64],
    radius: float,
    axes: tuple[float, float] = (1, 1),
) -> Array:
    """A Gaussian of height 1; its radius is in inter-ocular distances."""
    size = radius * portrait.face.inter_ocular
    x, y = _coordinates(portrait)
    square = ((x - center[0]) / (size * axes[0])) ** 2 + ((y - center[1]) / (size * axes[1])) ** 2
    return np.asarray(np.exp(-0.5 * square), np.float32)


def _coordinates(portrait: Portrait) -> tuple[Array, Array]:
    """Pixel coordinates as a row of x and a column of y."""
    height, width = portrait.matte.shape
    return np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]


def _blurred(image: NDArray[np.floating], sigma: float) -> Array:
    """Gaussian blur, cut at 2.5 sigma."""
    size = 2 * int(np.ceil(2.5 * sigma)) + 1
    border = cv2.BORDER_REFLECT_101
    return np.asarray(cv2.GaussianBlur(image, (size, size), sigma, borderType=border))
