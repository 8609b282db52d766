"""H.264 segments that stand alone: each begins with a key frame and refers to no other.

The same frames give the same bytes: one thread, and an encoder of its own for every segment.
There are no B-frames, so that packets come in the order of display and segments join by being
written one after the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facestyle.errors import VideoError
from facestyle.io.videos.color import from_rgb, written_color
from facestyle.io.videos.dependencies import import_av
from facestyle.io.videos.info import Color, VideoInfo

# the first that this build of FFmpeg has; x264 is the only one of high quality
_ENCODERS: dict[str, dict[str, str]] = {
    # "rc-lookahead" turns macroblock-tree rate control off, whose vector code reads memory that
    # nobody set: one run in ten gave other bytes (x264 core 165; none of 360 without it).
    # On a portrait clip, 768x1024: 43.5 dB in 20 ms a frame; preset "fast" has 43.9 in 46.
    "libx264": {"preset": "veryfast", "crf": "18", "rc-lookahead": "0"},
    "libopenh264": {"b": "20M"},
    "mpeg4": {"qscale": "2"},
}


@dataclass(frozen=True)
class EncoderSettings:
    """Everything that the encoder's bytes depend on."""

    encoder: str
    options: Mapping[str, str]
    width: int
    height: int
    pixel_format: str
    time_base: Fraction
    frame_rate: Fraction
    color: Color
    library: str

    @classmethod
    def of(cls, info: VideoInfo) -> "EncoderSettings":
        """Choose the settings for a source.

        4:2:0 chroma, which every player shows, needs even sides; odd ones get 4:4:4.
        """
        av = import_av()
        encoder = next((name for name in _ENCODERS if name in av.codecs_available), None)
        if encoder is None:
            raise VideoError("This build of PyAV has no encoder for H.264 or MPEG-4.")
        even = info.width % 2 == 0 and info.height % 2 == 0
        options = dict(_ENCODERS[encoder])
        if info.pixel_aspect != 1:
            options["aspect"] = f"{info.pixel_aspect.numerator}/{info.pixel_aspect.denominator}"
        return cls(
            encoder=encoder,
            options=options,
            width=info.width,
            height=info.height,
            pixel_format="yuv420p" if even else "yuv444p",
            time_base=info.time_base,
            frame_rate=info.frame_rate,
            color=written_color(info.color),
            library=str(sorted(av.library_versions.items())),
        )

    def add_stream(self, container: Any) -> Any:
        """Add a video stream of these settings to an output container."""
        stream = container.add_stream(
            self.encoder, rate=self.frame_rate, options=dict(self.options)
        )
        stream.width, stream.height = self.width, self.height
        stream.pix_fmt = self.pixel_format
        stream.time_base = self.time_base
        self._configure(stream.codec_context)
        return stream

    def create(self) -> Any:
        """Create a codec context that writes its header apart from the packets, as MP4 wants."""
        context = import_av().CodecContext.create(self.encoder, "w")
        context.width, context.height = self.width, self.height
        context.pix_fmt = self.pixel_format
        context.framerate = self.frame_rate
        context.options = dict(self.options)
        context.flags |= import_av().codec.context.Flags.global_header
        self._configure(context)
        return context

    def _configure(self, context: Any) -> None:
        context.time_base = self.time_base
        context.thread_count = 1
        context.max_b_frames = 0
        context.colorspace = self.color.matrix
        context.color_primaries = self.color.primaries
        context.color_trc = self.color.transfer
        context.color_range = 1  # limited


@dataclass(frozen=True)
class Segment:
    """Encoded frames: packets one behind the other, with times in the source's time base."""

    data: NDArray[np.uint8]
    sizes: NDArray[np.int64]
    pts: NDArray[np.int64]
    durations: NDArray[np.int64]
    keyframes: NDArray[np.bool_]

    def packets(self) -> list[bytes]:
        """Cut the data into packets."""
        ends = np.cumsum(self.sizes)
        return [
            self.data[end - size : end].tobytes()
            for end, size in zip(ends, self.sizes, strict=True)
        ]


class SegmentEncoder:
    """Encodes frames until `finish` gives them as a segment."""

    def __init__(self, settings: EncoderSettings) -> None:
        self.settings = settings
        self.durations: list[int] = []
        self._pts: list[int] = []
        self._packets: list[Any] = []
        self._context = settings.create()
        self._reformatter = import_av().video.reformatter.VideoReformatter()

    def add(self, pixels: NDArray[np.uint8], pts: int, duration: int) -> None:
        """Encode a frame (H, W, 3); times in the settings' time base."""
        settings = self.settings
        frame = from_rgb(pixels, settings.color.matrix, settings.pixel_format, self._reformatter)
        frame.pts, frame.time_base = pts, settings.time_base
        self._pts.append(pts)
        self.durations.append(duration)
        self._packets += self._context.encode(frame)

    def finish(self) -> Segment:
        """End the segment."""
        self._packets += self._context.encode(None)
        pts = [packet.pts for packet in self._packets]
        if pts != self._pts:
            raise VideoError(f"The encoder {self.settings.encoder} reordered or dropped frames.")
        data = [bytes(packet) for packet in self._packets]
        return Segment(
            data=np.frombuffer(b"".join(data), dtype=np.uint8),
            sizes=np.array([len(packet) for packet in data], dtype=np.int64),
            pts=np.array(pts, dtype=np.int64),
            durations=np.array(self.durations, dtype=np.int64),
            keyframes=np.array([packet.is_keyframe for packet in self._packets], dtype=bool),
        )
