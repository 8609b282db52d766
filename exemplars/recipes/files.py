"""Read and write pictures as arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def read_picture(path: Path) -> np.ndarray:
    """Read a picture as (H, W, 3) float32 sRGB in [0, 1]."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"), np.float32) / 255


def write_picture(path: Path, rgb: np.ndarray, quality: int) -> None:
    """Write (H, W, 3) sRGB in [0, 1] as JPEG; equal channels give a gray file."""
    pixels = np.clip(np.rint(rgb * 255), 0, 255).astype(np.uint8)
    gray = bool((pixels == pixels[..., :1]).all())
    image = Image.fromarray(pixels[..., 0] if gray else pixels)
    image.save(path, quality=quality, optimize=True, subsampling=0 if quality > 90 else 2)
