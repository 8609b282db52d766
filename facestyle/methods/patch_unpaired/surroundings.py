"""What the painted person is set before: painted background, own background, paper, none."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facestyle.compositing.background import Background, paper_color
from facestyle.compositing.composite import composite
from facestyle.compositing.foreground import separate_layers
from facestyle.faces.contours import face_width
from facestyle.faces.face import Portrait
from facestyle.faces.matte_edge import decide_edge

_GRAIN_SIGMA = 0.04  # face widths
# Percentile of the background's grain that is paper's; more is hatching, which showed as a pale
# relief (by eye, pencil and engraving)
_PLAINEST = 20
_PAPER_SEEN = 0.02  # opacity below which nothing but background is seen
_MOST_GRAIN = 0.03  # RGB of 1; more is strokes, not their ground (not measured)
_STROKE_SIGMA = 0.02  # inter-ocular distances
_BAND_WIDTH = 2.0  # twice as far as a photograph's mask strays


def set_before(
    painted: np.ndarray,
    portrait: Portrait,
    exemplars: Sequence[Portrait],
    background: Background,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Place a painted person before a background.

    Parameters
    ----------
    painted : (H, W, 3) float32
        The whole picture redrawn, background included; sRGB.
    portrait : Portrait
        The input.
    exemplars : sequence of Portrait
    background : Background
        What it is to be; "stylize" leaves the painted one.

    Returns
    -------
    image : (H, W, 3) float32
    alpha : (H, W) float32 or None
    """
    if background.kind == "stylize":
        return painted, None
    unit = portrait.face.inter_ocular
    matte = _painted_matte(painted, portrait.matte, unit)
    person = separate_layers(painted, matte, unit)[0]
    if background.kind == "transparent":
        return person, matte
    if background.kind == "keep":
        layers = separate_layers(portrait.image, matte, unit)
        return composite(portrait.image, matte, layers, person, None), None
    behind = (
        _paper(painted, portrait, exemplars)
        if background.kind == "paper"
        else background.filled(painted[0, 0])
    )
    opacity = matte[..., None]
    return np.clip(opacity * person + (1 - opacity) * behind, 0, 1), None


def _painted_matte(painted: np.ndarray, matte: np.ndarray, inter_ocular: float) -> np.ndarray:
    """The matte without its rim where the painting shows background already.

    A painted outline does not follow the photograph's to the pixel. Strokes are blurred before: a
    light one at the edge is no gap.
    """
    smooth = cv2.GaussianBlur(painted, (0, 0), _STROKE_SIGMA * inter_ocular)
    return np.minimum(matte, decide_edge(smooth, matte, inter_ocular, width=_BAND_WIDTH))


def _paper(painted: np.ndarray, portrait: Portrait, exemplars: Sequence[Portrait]) -> np.ndarray:
    """The exemplars' paper color with the grain of the painted background, (H, W, 3) float32."""
    sigma = _GRAIN_SIGMA * face_width(portrait.face)
    grain = painted.mean(axis=2)
    grain = grain - cv2.GaussianBlur(grain, (0, 0), sigma)
    strength = np.sqrt(cv2.GaussianBlur(grain * grain, (0, 0), sigma))
    behind = strength[portrait.matte < _PAPER_SEEN]
    if behind.size:
        plain = np.percentile(behind, _PLAINEST)
        grain *= np.minimum(plain / np.maximum(strength, np.float32(1e-4)), 1)
    color = paper_color(list(exemplars))
    return color + np.clip(grain, -_MOST_GRAIN, _MOST_GRAIN)[..., None]
