"""Frames of 256 colors, for GIF."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from facestyle.io.videos.dependencies import import_av

_OPAQUE = 128  # opacity from which on a pixel is shown


def to_palette(pixels: NDArray[np.uint8]) -> Any:
    """Reduce a picture (H, W, 3), or (H, W, 4) with opacity, to a PyAV frame with a palette.

    The colors are the frame's own (median cut), dithered after Floyd and Steinberg; one of the 256
    is kept for what is transparent.
    """
    from PIL import Image

    rgb = np.ascontiguousarray(pixels[..., :3])
    reduced = Image.fromarray(rgb).quantize(255, dither=Image.Dither.FLOYDSTEINBERG)
    indices = np.array(reduced)
    colors = np.array(reduced.getpalette("RGB"), np.uint8).reshape(-1, 3)
    palette = np.zeros((256, 4), np.uint8)
    palette[:, 0] = 255
    palette[: len(colors), 1:] = colors[:256]
    if pixels.shape[2] == 4:
        palette[255] = 0
        indices[pixels[..., 3] < _OPAQUE] = 255
    # ARGB, in the order that PyAV takes
    return import_av().VideoFrame.from_ndarray((indices, palette), format="pal8")
