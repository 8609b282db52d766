"""Backgrounds: the exemplar's own, smoothly continued; paper, a color, or none."""

from __future__ import annotations

import re
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import ImageColor

from facestyle.choices import BACKGROUNDS
from facestyle.errors import UsageError
from facestyle.faces import Portrait
from facestyle.imaging.color import to_lab
from facestyle.imaging.pyramid import gaussian_blur, half_size

_SCALE = 16.0  # px per inter-ocular distance of the working copy
_BLUR = 0.25  # inter-ocular distances
LOWEST = 0.75  # share of the height: below the shoulders the matte is least certain


@dataclass(frozen=True)
class Background:
    """What is behind the person of a result.

    Attributes
    ----------
    kind : {"stylize", "keep", "paper", "transparent", "color"}
        The exemplars' background, the input's own, the exemplars' paper, nothing, or a color.
    color : (float, float, float) or None
        sRGB in [0, 1], where the kind is "color".
    """

    kind: str
    color: tuple[float, float, float] | None = None

    @property
    def is_own(self) -> bool:
        """Whether the input's own background stays, visible or not."""
        return self.kind in ("keep", "transparent")

    def filled(self, paper: np.ndarray) -> np.ndarray:
        """The one color behind the person, (C,) float32: the user's, or that of the paper."""
        return paper if self.color is None else np.array(self.color, np.float32)


STYLIZE = Background("stylize")
# kinds that methods make which cut the person out
ALL_KINDS = (*BACKGROUNDS, "color")


def parse_background(value: str) -> Background:
    """Check a background option.

    Parameters
    ----------
    value : str
        stylize, keep, paper, transparent, or a color: #rgb, #rrggbb or its name in CSS.

    Returns
    -------
    Background

    Raises
    ------
    UsageError
        If it is none of these.
    """
    if value in BACKGROUNDS:
        return Background(value)
    match = re.fullmatch(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", value)
    named = ImageColor.colormap.get(value.lower())
    if not match and named is None:
        raise UsageError(
            f"background: found '{value}', expected {', '.join(BACKGROUNDS)} or a color like "
            "#f0e8d8 or skyblue"
        )
    digits = match[1] if match else str(named)[1:]
    digits = digits if len(digits) == 6 else "".join(c * 2 for c in digits)
    red, green, blue = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return Background("color", (red, green, blue))


def smooth_background(portrait: Portrait) -> np.ndarray:
    """Continue an exemplar's background smoothly behind its person.

    Push-pull interpolation (Gortler et al. 1996, section 3.4), then a blur of a quarter of the
    inter-ocular distance; outliers (a bright window, loose hair that the matte missed) count less.

    Parameters
    ----------
    portrait : Portrait

    Returns
    -------
    (h, w, 3) float32
        sRGB, at 16 px per inter-ocular distance.
    """
    height, width = portrait.matte.shape
    scale = min(1.0, _SCALE / portrait.face.inter_ocular)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    image = cv2.resize(portrait.image, size, interpolation=cv2.INTER_AREA)
    matte = cv2.resize(portrait.matte, size, interpolation=cv2.INTER_AREA)
    weight = surely_background(matte, 5)
    weight[int(size[1] * LOWEST) :] = 0
    if weight.sum() < 16:
        weight = surely_background(matte, 1)
    if weight.sum() < 4:
        return np.broadcast_to(_border_color(image), image.shape).astype(np.float32).copy()
    median = np.median(image[weight > 0.5], axis=0).astype(np.float32)
    distance = np.abs(image - median).max(axis=-1)
    weight = weight * np.exp(-0.5 * (distance / 0.12) ** 2)
    filled = _fill(np.dstack([image * weight[..., None], weight]))
    return gaussian_blur(filled, _BLUR * scale * portrait.face.inter_ocular)


def _fill(weighted: np.ndarray) -> np.ndarray:
    """Fill what has no weight from ever coarser means of what has.

    Parameters
    ----------
    weighted : (h, w, 4) float32
        Colors times weight, and the weight in [0, 1].

    Returns
    -------
    (h, w, 3) float32
    """
    height, width = weighted.shape[:2]
    if max(height, width) <= 2:
        total = weighted.sum(axis=(0, 1))
        return np.broadcast_to(total[:3] / (total[3] + 1e-12), (height, width, 3)).copy()
    coarse = half_size(weighted)
    # a cell of which a quarter is known is known
    coarse *= np.minimum(1, 4 * coarse[..., 3:]) / (coarse[..., 3:] + 1e-12)
    below = cv2.resize(_fill(coarse), (width, height), interpolation=cv2.INTER_LINEAR)
    return weighted[..., :3] + (1 - weighted[..., 3:]) * below


def paper_color(portraits: list[Portrait]) -> np.ndarray:
    """The color most common in the exemplars' backgrounds, (3,) float32."""
    colors = [np.median(smooth_background(p).reshape(-1, 3), axis=0) for p in portraits]
    lightness = [to_lab(c[None, None])[0, 0, 0] for c in colors]
    return np.asarray(colors[int(np.argsort(lightness)[len(lightness) // 2])], np.float32)


def surely_background(matte: np.ndarray, margin: int) -> np.ndarray:
    """Where surely no person is.

    Parameters
    ----------
    matte : (h, w) float32
    margin : int
        Twice the distance that is kept from the person, px.

    Returns
    -------
    (h, w) float32
        1 there, else 0.
    """
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (margin, margin))
    return (1 - cv2.dilate(matte, kernel) >= 0.9).astype(np.float32)


def _border_color(image: np.ndarray) -> np.ndarray:
    """Median color of the top corners, for a person who fills the picture."""
    rows, columns = max(1, image.shape[0] // 8), max(1, image.shape[1] // 8)
    corners = np.concatenate(
        [image[:rows, :columns].reshape(-1, 3), image[:rows, -columns:].reshape(-1, 3)]
    )
    return np.median(corners, axis=0)
