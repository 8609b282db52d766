"""Methods that anyone can install, for the same run: OpenCV's filters, color matching.

OpenCV's filters know no exemplar; histogram matching knows colors only. Neither knows a face: what
lies between them and a method is what the method adds.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.protocol import MissingDataError

Bytes = NDArray[np.uint8]
Reference = Callable[[Bytes, Sequence[Bytes]], Bytes]


def stylization(image: Bytes, exemplars: Sequence[Bytes]) -> Bytes:
    """OpenCV's stylization with its own defaults (Gastal and Oliveira 2011)."""
    return np.asarray(cv2.stylization(image))


def pencil_sketch(image: Bytes, exemplars: Sequence[Bytes]) -> Bytes:
    """OpenCV's pencilSketch in gray, with the values of its sample."""
    gray, _ = cv2.pencilSketch(image, sigma_s=60, sigma_r=0.07, shade_factor=0.02)
    return np.repeat(gray[..., None], 3, axis=2)


def edge_preserving_filter(image: Bytes, exemplars: Sequence[Bytes]) -> Bytes:
    """OpenCV's edgePreservingFilter with its own defaults."""
    return np.asarray(cv2.edgePreservingFilter(image))


def match_histograms(image: Bytes, exemplars: Sequence[Bytes]) -> Bytes:
    """scikit-image's histogram matching to all pixels of the exemplars."""
    from skimage import exposure

    pixels = np.concatenate([e.reshape(-1, 3) for e in exemplars])[:, None]
    return np.asarray(exposure.match_histograms(image, pixels, channel_axis=-1)).astype(np.uint8)


def color_matcher(image: Bytes, exemplars: Sequence[Bytes]) -> Bytes:
    """color-matcher's Monge-Kantorovich map to the first exemplar (Pitie and Kokaram 2007)."""
    try:
        from color_matcher import ColorMatcher
    except ImportError as error:
        raise MissingDataError("color-matcher", "pip install color-matcher") from error
    mapped = ColorMatcher().transfer(src=image, ref=exemplars[0], method="mkl")
    return np.clip(mapped, 0, 255).astype(np.uint8)


FILTERS: dict[str, Reference] = {
    "OpenCV stylization": stylization,
    "OpenCV pencilSketch": pencil_sketch,
    "OpenCV edgePreservingFilter": edge_preserving_filter,
}
COLOR: dict[str, Reference] = {
    "histogram matching": match_histograms,
    "color-matcher": color_matcher,
}
EVERY = FILTERS | COLOR


def to_bytes(image: NDArray[np.floating]) -> Bytes:
    """sRGB in [0, 1] as bytes."""
    return (np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8)
