"""Between the YUV of video files and RGB arrays."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from facestyle.io.videos.dependencies import import_av
from facestyle.io.videos.info import Color

# codes of ITU-T H.273
_UNSPECIFIED = 2
_RGB = 0
BT709 = 1
_BT601 = 6
_BT2020 = 9
_HDR_TRANSFERS = {16: "PQ", 18: "HLG"}
# swscale's number for each matrix, where it is another
_SWS_MATRICES = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9, 10: 9}
_MPEG, _JPEG = 1, 2  # limited and full range


def read_color(frame: Any) -> Color:
    """Read what a PyAV frame says of its colors; where it does not, what players assume."""
    matrix = int(frame.colorspace)
    name = frame.format.name
    if frame.format.is_rgb or name.startswith(("pal", "gray")):
        matrix = BT709
    elif matrix not in _SWS_MATRICES:
        # High definition is BT.709, standard definition BT.601, whatever the file forgot to say.
        matrix = BT709 if frame.height >= 720 or frame.width >= 1280 else _BT601
    return Color(
        matrix=matrix,
        primaries=int(frame.color_primaries),
        transfer=int(frame.color_trc),
        full_range=int(frame.color_range) == _JPEG or name.startswith("yuvj"),
    )


def is_deep(frame: Any) -> bool:
    """Whether a PyAV frame holds more than 8 bits a channel."""
    return max(component.bits for component in frame.format.components) > 8


def is_hdr(color: Color) -> bool:
    """Whether the transfer function is PQ or HLG."""
    return color.transfer in _HDR_TRANSFERS


def to_rgb(frame: Any, color: Color, *, deep: bool, reformatter: Any) -> NDArray[Any]:
    """Convert a PyAV frame to an RGB array (H, W, 3) of full range.

    HDR (PQ or HLG, as some phones record) is brought to the colors and the range of BT.709.
    """
    options: dict[str, Any] = {}
    if is_hdr(color):
        options = {"dst_color_trc": BT709, "dst_color_primaries": BT709}
    converted = reformatter.reformat(
        frame,
        format="rgb48le" if deep else "rgb24",
        src_colorspace=_SWS_MATRICES[color.matrix],
        src_color_range=_JPEG if color.full_range or frame.format.is_rgb else _MPEG,
        dst_color_range=_JPEG,
        interpolation=_interpolation(),
        threads=1,
        **options,
    )
    return np.asarray(converted.to_ndarray())


def from_rgb(pixels: NDArray[Any], matrix: int, pixel_format: str, reformatter: Any) -> Any:
    """Convert an RGB array (H, W, 3) uint8 to a PyAV frame of limited range."""
    frame = import_av().VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
    return reformatter.reformat(
        frame,
        format=pixel_format,
        dst_colorspace=_SWS_MATRICES[matrix],
        src_color_range=_JPEG,
        dst_color_range=_MPEG,
        interpolation=_interpolation(),
        threads=1,
    )


def written_color(color: Color) -> Color:
    """Tell the color tags of the result: the source's, but limited range, and no HDR."""
    if is_hdr(color):
        return Color(BT709, BT709, BT709)
    matrix = BT709 if color.matrix == _RGB else color.matrix
    return Color(matrix, color.primaries, color.transfer)


def _interpolation() -> int:
    # swscale's short cut to RGB is ten times as fast, and a level too dark
    flags = import_av().video.reformatter.Interpolation
    return int(flags.BILINEAR | flags.ACCURATE_RND | flags.FULL_CHR_H_INT)
