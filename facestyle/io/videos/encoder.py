"""Segments of video that stand alone: each begins with a key frame and refers to no other.

The same frames give the same bytes: one thread, and an encoder of its own for every segment.
There are no B-frames, so that packets come in the order of display and segments join by being
written one after the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facestyle.errors import VideoError
from facestyle.io.videos.codecs import EncoderSettings
from facestyle.io.videos.color import from_rgb
from facestyle.io.videos.dependencies import import_av
from facestyle.io.videos.palettes import to_palette

_ALPHA_DATA = "matroska_block_additional"  # where VP9 puts its opacity


@dataclass(frozen=True)
class Segment:
    """Encoded frames: packets one behind the other, with times in the encoder's time base.

    Attributes
    ----------
    data : (N,) uint8
    sizes : (K,) int64
        Bytes of each packet.
    pts, durations : (K,) int64
    keyframes : (K,) bool
    extra : (M,) uint8
        What goes beside the packets: VP9's opacity.
    extra_sizes : (K,) int64
    """

    data: NDArray[np.uint8]
    sizes: NDArray[np.int64]
    pts: NDArray[np.int64]
    durations: NDArray[np.int64]
    keyframes: NDArray[np.bool_]
    extra: NDArray[np.uint8]
    extra_sizes: NDArray[np.int64]

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Segment":
        """Make a segment of its arrays.

        Raises
        ------
        ValueError, KeyError
            If they are none.
        """
        segment = cls(**{name: arrays[name] for name in cls.__dataclass_fields__})
        for name, dtype in _DTYPES.items():
            array = getattr(segment, name)
            if array.ndim != 1 or array.dtype != dtype:
                raise ValueError(f"{name} is an array of {array.dtype} and {array.ndim} dimensions")
            if name not in ("data", "extra") and len(array) != len(segment.pts):
                raise ValueError(f"{name} has {len(array)} entries for {len(segment.pts)} frames")
        for data, sizes in ((segment.data, segment.sizes), (segment.extra, segment.extra_sizes)):
            if (sizes < 0).any() or sizes.sum() != len(data):
                raise ValueError("the packets are longer or shorter than their data")
        return segment

    def packets(self) -> list[bytes]:
        """Cut the data into packets."""
        return _cut(self.data, self.sizes)

    def extras(self) -> list[bytes]:
        """Cut what goes beside the packets."""
        return _cut(self.extra, self.extra_sizes)


_DTYPES = {
    "data": np.uint8,
    "sizes": np.int64,
    "pts": np.int64,
    "durations": np.int64,
    "keyframes": np.bool_,
    "extra": np.uint8,
    "extra_sizes": np.int64,
}


class SegmentEncoder:
    """Encodes frames until `finish` gives them as a segment; errors name the file `path`."""

    def __init__(self, settings: EncoderSettings, path: Path) -> None:
        self.settings, self.path = settings, path
        self.durations: list[int] = []
        self._pts: list[int] = []
        self._packets: list[Any] = []
        self._context = settings.create()
        self._reformatter = import_av().video.reformatter.VideoReformatter()

    def add(self, pixels: NDArray[np.uint8], pts: int, duration: int) -> None:
        """Encode a frame (H, W, 3), or (H, W, 4) with opacity; times in the settings' time base.

        Parameters
        ----------
        pixels : (H, W, 3) or (H, W, 4) uint8
        pts : int
            When it is shown, in ticks of the settings' time base.
        duration : int
            How long, in such ticks.
        """
        settings = self.settings
        paletted = settings.pixel_format == "pal8"
        frame = to_palette(pixels) if paletted else self._to_yuv(pixels)
        frame.pts, frame.time_base = pts, settings.time_base
        self._pts.append(pts)
        self.durations.append(duration)
        self._encode(frame)

    def finish(self) -> Segment:
        """End the segment."""
        self._encode(None)
        pts = [packet.pts for packet in self._packets]
        if pts != self._pts:
            raise VideoError(
                f"{self.path}: the encoder {self.settings.encoder} reordered or dropped frames."
            )
        data, extra = [bytes(packet) for packet in self._packets], []
        for packet in self._packets:
            has = packet.has_sidedata(_ALPHA_DATA)
            extra.append(bytes(packet.get_sidedata(_ALPHA_DATA)) if has else b"")
        return Segment(
            data=np.frombuffer(b"".join(data), dtype=np.uint8),
            sizes=np.array([len(packet) for packet in data], dtype=np.int64),
            pts=np.array(pts, dtype=np.int64),
            durations=np.array(self.durations, dtype=np.int64),
            keyframes=np.array([packet.is_keyframe for packet in self._packets], dtype=bool),
            extra=np.frombuffer(b"".join(extra), dtype=np.uint8),
            extra_sizes=np.array([len(each) for each in extra], dtype=np.int64),
        )

    def _to_yuv(self, pixels: NDArray[np.uint8]) -> Any:
        settings = self.settings
        below = settings.height - pixels.shape[0]
        right = settings.width - pixels.shape[1]
        if below or right:  # repeated, so that the edge has no seam
            pixels = np.pad(pixels, ((0, below), (0, right), (0, 0)), mode="edge")
        return from_rgb(pixels, settings.color.matrix, settings.pixel_format, self._reformatter)

    def _encode(self, frame: Any) -> None:
        try:
            self._packets += self._context.encode(frame)
        except (import_av().error.FFmpegError, ValueError) as error:
            settings = self.settings
            raise VideoError(
                f"{self.path}: the encoder {settings.encoder} does not take frames of "
                f"{settings.width} x {settings.height} px with times in units of "
                f"{settings.time_base} s ({getattr(error, 'strerror', None) or error})."
            ) from error


def rescaled(ticks: int, source: Fraction, target: Fraction) -> int:
    """Convert a time from one time base to another.

    Parameters
    ----------
    ticks : int
        The time, in units of `source`.
    source, target : Fraction
        Seconds a tick.

    Returns
    -------
    int
        The nearest tick of `target`.
    """
    return ticks if source == target else round(ticks * source / target)


def _cut(data: NDArray[np.uint8], sizes: NDArray[np.int64]) -> list[bytes]:
    ends = np.cumsum(sizes)
    return [data[end - size : end].tobytes() for end, size in zip(ends, sizes, strict=True)]
