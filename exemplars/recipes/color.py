"""Colors for the painted sets: natural ones for every source, black-and-white ones included."""

from __future__ import annotations

import cv2
import numpy as np

from recipes.filters import blur
from recipes.relight import skin_mask
from recipes.studio import Sitter
from recipes.warm import from_lab, painted_chroma

SKIN = np.array([15.0, 20.0], np.float32)  # Lab a and b of light skin in daylight


def natural_chroma(sitter: Sitter, luma: np.ndarray, shift: float = 0.85) -> np.ndarray:
    """Lab a and b with the face's mean near that of skin in daylight, (H, W, 2)."""
    if sitter.kind == "monochrome":
        chroma = painted_chroma(sitter, luma) * np.array([0.85, 0.68], np.float32)
        return blur(chroma, 2.0)
    chroma = cv2.cvtColor(sitter.person, cv2.COLOR_RGB2Lab)[..., 1:]
    skin = skin_mask(sitter.face, luma.shape) * sitter.matte > 0.7
    mean = chroma[skin].mean(axis=0)
    scale = float(np.clip(np.hypot(*SKIN) / np.hypot(*mean), 0.5, 1.4))
    # an old varnish tints everything; a photograph's white is white
    varnish = 1.0 if sitter.kind == "painting" else 0.6
    return (chroma * scale + shift * varnish * (SKIN - mean * scale)).astype(np.float32)


def natural_rgb(sitter: Sitter, luma: np.ndarray) -> np.ndarray:
    """RGB of a given luma in natural colors, (H, W, 3)."""
    return from_lab(luma, natural_chroma(sitter, luma))
