"""Between the YUV of video files and RGB arrays."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from facestyle.io.videos import tone_mapping
from facestyle.io.videos.deep_color import FLOAT_MATRICES, deep_to_rgb, mapped_rgb
from facestyle.io.videos.dependencies import import_av
from facestyle.io.videos.info import Color

# codes of ITU-T H.273
_UNSPECIFIED = 2
BT709 = 1
_BT601 = 6
# swscale's number for each matrix, where it is another
_SWS_MATRICES = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9, 10: 9}
_MPEG, _JPEG = 1, 2  # limited and full range


def read_color(frame: Any) -> Color:
    """Read what a PyAV frame says of its colors; where it does not, what players assume."""
    matrix, primaries = int(frame.colorspace), int(frame.color_primaries)
    transfer = int(frame.color_trc)
    name = frame.format.name
    if transfer in tone_mapping.HDR_NAMES and primaries == _UNSPECIFIED:
        primaries = tone_mapping.BT2020
    if frame.format.is_rgb or name.startswith(("pal", "gray")):
        matrix = BT709
    elif matrix not in _SWS_MATRICES and matrix not in FLOAT_MATRICES:
        # High definition is BT.709, standard definition BT.601, whatever the file forgot to say.
        matrix = BT709 if frame.height >= 720 or frame.width >= 1280 else _BT601
        if primaries == tone_mapping.BT2020:
            matrix = primaries  # the two have the same code
    return Color(
        matrix=matrix,
        primaries=primaries,
        transfer=transfer,
        full_range=int(frame.color_range) == _JPEG or name.startswith("yuvj"),
        peak=_read_peak(frame) if transfer == tone_mapping.PQ else tone_mapping.DEFAULT_PEAK,
    )


def is_deep(frame: Any) -> bool:
    """Whether a PyAV frame holds more than 8 bits a channel."""
    return max(component.bits for component in frame.format.components) > 8


def has_alpha(frame: Any) -> bool:
    """Whether a PyAV frame has opacity that is used.

    Where a format of RGB has room for opacity, programs leave it at 0 and mean none: a picture
    below it tells.
    """
    if not any(component.is_alpha for component in frame.format.components):
        return False
    if not frame.format.is_rgb:
        return True
    rgba = frame.to_ndarray(format="rgba")
    return bool(rgba[..., 3].any() or not np.ptp(rgba[..., :3], axis=(0, 1)).any())


def needs_mapping(color: Color) -> bool:
    """Whether colors go beyond those of ordinary pictures: HDR, wide gamuts, linear light."""
    return (
        color.transfer in tone_mapping.HDR_NAMES
        or color.transfer in (tone_mapping.LINEAR, tone_mapping.LOG_100, tone_mapping.LOG_316)
        or color.primaries in tone_mapping.WIDE_GAMUTS
    )


def to_rgb(frame: Any, color: Color, *, deep: bool, reformatter: Any) -> NDArray[Any]:
    """Convert a PyAV frame to an RGB array (H, W, 3) of full range.

    HDR (PQ or HLG, as some phones record) and wide gamuts are brought to the colors of BT.709.

    Parameters
    ----------
    frame : av.VideoFrame
    color : Color
        What its values mean.
    deep : bool
        Whether 16 bits are wanted.
    reformatter : av.video.reformatter.VideoReformatter

    Returns
    -------
    (H, W, 3) uint8, or uint16 if `deep`
    """
    mapped = needs_mapping(color)
    is_rgb = frame.format.is_rgb or frame.format.name.startswith("pal")
    if not is_rgb and (deep or mapped or color.matrix not in _SWS_MATRICES):
        return deep_to_rgb(frame, color, deep=deep, mapped=mapped, reformatter=reformatter)
    converted = reformatter.reformat(
        frame,
        format="rgb48le" if deep else "rgb24",
        src_colorspace=_SWS_MATRICES[color.matrix],
        src_color_range=_JPEG if color.full_range or is_rgb else _MPEG,
        dst_color_range=_JPEG,
        interpolation=_interpolation(),
        threads=1,
    )
    rgb = np.asarray(converted.to_ndarray())
    return mapped_rgb(rgb, color) if mapped else rgb


def to_alpha(frame: Any, *, deep: bool, reformatter: Any) -> NDArray[Any]:
    """Take the opacity (H, W) of a PyAV frame; one without is opaque.

    Parameters
    ----------
    frame : av.VideoFrame
    deep : bool
        Whether 16 bits are wanted.
    reformatter : av.video.reformatter.VideoReformatter

    Returns
    -------
    (H, W) uint8, or uint16 if `deep`
    """
    if not any(component.is_alpha for component in frame.format.components):
        size = (int(frame.height), int(frame.width))
        return np.full(size, 65535, np.uint16) if deep else np.full(size, 255, np.uint8)
    name = "rgba64le" if deep else "rgba"
    rgba = reformatter.reformat(frame, format=name, interpolation=_interpolation(), threads=1)
    return np.ascontiguousarray(np.asarray(rgba.to_ndarray())[..., 3])


def from_rgb(pixels: NDArray[Any], matrix: int, pixel_format: str, reformatter: Any) -> Any:
    """Convert an RGB or RGBA array (H, W, C) uint8 to a PyAV frame of limited range.

    Parameters
    ----------
    pixels : (H, W, 3) or (H, W, 4) uint8
    matrix : int
        MatrixCoefficients of H.273.
    pixel_format : str
        FFmpeg's name.
    reformatter : av.video.reformatter.VideoReformatter

    Returns
    -------
    av.VideoFrame
    """
    name = "rgba" if pixels.shape[2] == 4 else "rgb24"
    frame = import_av().VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format=name)
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
    if needs_mapping(color):
        return Color(BT709, BT709, BT709)
    matrix = color.matrix if color.matrix in _SWS_MATRICES else BT709
    return Color(matrix, color.primaries, color.transfer)


def color_notice(color: Color) -> str:
    """Say what becomes of HDR and of wide gamuts; empty for ordinary videos."""
    name = tone_mapping.HDR_NAMES.get(color.transfer)
    if name is not None:
        return f"is HDR ({name}) and is tone-mapped to SDR (BT.709)"
    return "has a wide gamut and is converted to BT.709" if needs_mapping(color) else ""


def _read_peak(frame: Any) -> float:
    """Read the brightest luminance that the file notes, cd/m2: of the content, or the display."""
    side_data = {str(data.type).split(".")[-1]: data for data in frame.side_data or ()}
    content = side_data.get("CONTENT_LIGHT_LEVEL")
    if content is not None:
        brightest = float(np.frombuffer(bytes(content), np.uint32)[0])
        if 100 <= brightest <= 10000:
            return brightest
    display = side_data.get("MASTERING_DISPLAY_METADATA")
    if display is not None:
        numbers = np.frombuffer(bytes(display), np.int32)
        # AVMasteringDisplayMetadata: 8 chromaticities, the darkest, the brightest, two flags
        if len(numbers) >= 22 and numbers[21] and numbers[19]:
            return float(np.clip(numbers[18] / numbers[19], 100, 10000))
    return tone_mapping.DEFAULT_PEAK


def _interpolation() -> int:
    # swscale's short cut to RGB is ten times as fast, and a level too dark
    flags = import_av().video.reformatter.Interpolation
    return int(flags.BILINEAR | flags.ACCURATE_RND | flags.FULL_CHR_H_INT)
