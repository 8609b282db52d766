"""YUV of more than 8 bits, of HDR and of rare matrices to RGB, in floating point.

swscale gives green and magenta for 4:2:0 of more than 8 bits in the precise mode; here it only
brings the chroma to the size of the luma.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from facestyle.io.videos import tone_mapping
from facestyle.io.videos.info import Color

_ROWS = 64  # of a band: temporary arrays stay small, and in the cache
# weights of red and blue in the luma, by the codes of ITU-T H.273 (equations 27 ff.)
_WEIGHTS = {
    1: (0.2126, 0.0722),
    4: (0.30, 0.11),
    5: (0.299, 0.114),
    6: (0.299, 0.114),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
    10: (0.2627, 0.0593),
}
_YCGCO, _ICTCP = 8, 14  # codes of matrices
FLOAT_MATRICES = frozenset({_YCGCO, _ICTCP})  # those that swscale does not know

FloatImage = NDArray[np.float32]


def deep_to_rgb(
    frame: Any, color: Color, *, deep: bool, mapped: bool, reformatter: Any
) -> NDArray[Any]:
    """Convert a PyAV frame of YUV or gray to RGB (H, W, 3), uint16 if `deep`, else uint8.

    Parameters
    ----------
    frame : av.VideoFrame
        YUV or gray.
    color : Color
        What its values mean.
    deep : bool
        Whether 16 bits are wanted.
    mapped : bool
        Whether HDR and wide gamuts are brought to the colors of BT.709.
    reformatter : av.video.reformatter.VideoReformatter

    Returns
    -------
    (H, W, 3) uint8, or uint16 if `deep`
    """
    if frame.format.name.startswith(("gray", "ya")):
        return _gray_to_rgb(frame, color, deep=deep, mapped=mapped, reformatter=reformatter)
    bits = max(component.bits for component in frame.format.components)
    # Ranges and matrices are called the same: swscale then shifts the values, and nothing else.
    same = {"src_color_range": 1, "dst_color_range": 1, "src_colorspace": 1, "dst_colorspace": 1}
    converted = reformatter.reformat(frame, format="yuv444p16le", threads=1, **same)
    planes = [_plane(plane, converted.width, converted.height) for plane in converted.planes]
    dtype = np.dtype(np.uint16 if deep else np.uint8)
    rgb = np.empty((converted.height, converted.width, 3), dtype)
    weights, constants = _coefficients(color, bits)
    for top in range(0, converted.height, _ROWS):
        rows = slice(top, top + _ROWS)
        values = _mixed([plane[rows] for plane in planes], weights, constants)
        if color.matrix == _ICTCP:
            values = _from_lms(values)
        rgb[rows] = _finished(values, color if mapped else None, dtype)
    return rgb


def _plane(plane: Any, width: int, height: int) -> NDArray[np.uint16]:
    """Look at a plane of a PyAV frame as (H, W)."""
    values = np.frombuffer(plane, "<u2").reshape(-1, plane.line_size // 2)
    return values[:height, :width]


def _mixed(
    planes: list[NDArray[np.uint16]], weights: FloatImage, constants: FloatImage
) -> FloatImage:
    """Every channel as a weighted sum of the planes; plane by plane, for speed."""
    floats = [plane.astype(np.float32) for plane in planes]
    values = np.empty((*floats[0].shape, 3), np.float32)
    for channel in range(3):
        total = floats[0] * weights[channel, 0]
        for plane, weight in zip(floats[1:], weights[channel, 1:], strict=True):
            if weight:
                total += plane * weight
        np.add(total, constants[channel], out=values[..., channel])
    return values


def _gray_to_rgb(
    frame: Any, color: Color, *, deep: bool, mapped: bool, reformatter: Any
) -> NDArray[Any]:
    """Repeat gray, which FFmpeg takes for full range whatever the file says."""
    gray = reformatter.reformat(
        frame, format="gray16le", src_color_range=2, dst_color_range=2, threads=1
    ).to_ndarray()
    rgb = np.repeat(gray[..., None], 3, axis=2)
    rgb = rgb if deep else (rgb >> 8).astype(np.uint8)
    return mapped_rgb(rgb, color) if mapped else rgb


def mapped_rgb(rgb: NDArray[Any], color: Color) -> NDArray[Any]:
    """Bring an RGB array (H, W, 3) of HDR or of a wide gamut to ordinary colors."""
    done = np.empty_like(rgb)
    for top in range(0, rgb.shape[0], _ROWS):
        rows = slice(top, top + _ROWS)
        values = rgb[rows].astype(np.float32) / np.float32(np.iinfo(rgb.dtype).max)
        done[rows] = _finished(values, color, rgb.dtype)
    return done


def _finished(values: FloatImage, color: Color | None, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Map the colors, if a `color` to map from is given, and round."""
    if color is not None:
        values = tone_mapping.to_srgb(values, color.transfer, color.primaries, color.peak)
    most = np.float32(np.iinfo(dtype).max)
    return np.rint(np.clip(values, 0, 1) * most).astype(dtype)


def _coefficients(color: Color, bits: int) -> tuple[FloatImage, FloatImage]:
    """Weights (3, 3) of the planes, shifted to 16 bits, and constants (3,), for RGB in [0, 1].

    Luma in [0, 1] and chroma in [-0.5, 0.5] by H.273, equations 20 ff.
    """
    if color.full_range:
        zero = np.array([0.0, 32768, 32768])
        spans = np.full(3, float(((1 << bits) - 1) << (16 - bits)))
    else:
        zero = np.array([16 << 8, 32768, 32768], np.float64)
        spans = np.array([219 << 8, 224 << 8, 224 << 8], np.float64)
    weights = _matrix(color.matrix) / spans
    return weights.astype(np.float32), (-weights @ zero).astype(np.float32)


def _matrix(code: int) -> FloatImage:
    """Matrix from luma and chroma to RGB (of ICtCp: to LMS)."""
    if code == _YCGCO:
        return np.array([[1, -1, 1], [1, 1, 0], [1, -1, -1]], np.float32)
    if code == _ICTCP:  # BT.2100, table 7, for PQ
        to_ictcp = np.array([[2048, 2048, 0], [6610, -13613, 7003], [17933, -17390, -543]]) / 4096
        inverse: NDArray[Any] = np.linalg.inv(to_ictcp)
        return inverse.astype(np.float32)
    red, blue = _WEIGHTS[code]
    green = 1 - red - blue
    return np.array(
        [
            [1, 0, 2 * (1 - red)],
            [1, -2 * (1 - blue) * blue / green, -2 * (1 - red) * red / green],
            [1, 2 * (1 - blue), 0],
        ],
        np.float32,
    )


def _from_lms(values: FloatImage) -> FloatImage:
    """Bring LMS of PQ to RGB of PQ (BT.2100, table 7)."""
    to_lms = np.array([[1688, 2146, 262], [683, 2951, 462], [99, 309, 3688]]) / 4096
    light = tone_mapping.pq_to_nits(np.clip(values, 0, 1)) @ np.linalg.inv(to_lms).T
    signal: FloatImage = tone_mapping.nits_to_pq(np.maximum(light, 0)).astype(np.float32)
    return signal
