"""How each format of video is written: container, encoder, pixels, and what its bytes depend on."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from facestyle.errors import VideoError
from facestyle.io.videos.color import written_color
from facestyle.io.videos.dependencies import import_av
from facestyle.io.videos.info import Color, VideoInfo

FORMATS = {
    ".mp4": "mp4",
    ".m4v": "mp4",
    ".mov": "mov",
    ".mkv": "matroska",
    ".webm": "webm",
    ".gif": "gif",
}
# the first that this build of FFmpeg has; x264 is the only one of high quality
_H264: dict[str, dict[str, str]] = {
    # "rc-lookahead" turns macroblock-tree rate control off, whose vector code reads memory that
    # nobody set: one run in ten gave other bytes (x264 core 165; none of 360 without it).
    # On a portrait clip, 768x1024: 43.5 dB in 20 ms a frame; preset "fast" has 43.9 in 46.
    "libx264": {"preset": "veryfast", "crf": "18", "rc-lookahead": "0"},
    "libopenh264": {"b": "20M"},
    "mpeg4": {"qscale": "2"},
}
# No frames that are not shown (alt-ref): every packet is a frame.
_VP9 = {
    "libvpx-vp9": {
        **{"crf": "20", "b": "0", "deadline": "good", "cpu-used": "4"},
        **{"lag-in-frames": "0", "auto-alt-ref": "0", "row-mt": "0"},
    }
}
_PRORES = {"prores_ks": {"profile": "4444", "alpha_bits": "16", "vendor": "apl0"}}
# Every frame stands alone: none refers to one in another segment.
_GIF = {"gif": {"gifflags": "-offsetting-transdiff"}}
_GIF_TIME_BASE = Fraction(1, 100)  # s (GIF89a, section 23)


@dataclass(frozen=True)
class EncoderSettings:
    """Everything that the encoder's bytes depend on.

    Attributes
    ----------
    width, height : int
        Of the coded frames: 4:2:0 of H.264 needs even sides, so that odd ones grow by one pixel.
    alpha : bool
        Whether frames have opacity.
    """

    encoder: str
    options: Mapping[str, str]
    width: int
    height: int
    pixel_format: str
    time_base: Fraction
    frame_rate: Fraction
    color: Color
    library: str
    alpha: bool = False

    @classmethod
    def of(cls, info: VideoInfo, path: Path, *, alpha: bool = False) -> "EncoderSettings":
        """Choose the settings for a source and an output.

        Parameters
        ----------
        info : VideoInfo
            Of the source.
        path : Path
            The output; its suffix chooses the codec.
        alpha : bool
            Whether opacity is to be kept.

        Returns
        -------
        EncoderSettings

        Raises
        ------
        VideoError
            If this build of PyAV has no encoder for it.
        """
        suffix = path.suffix.lower()
        encoders, pixel_format = _choose(suffix, alpha)
        av = import_av()
        encoder = next((name for name in encoders if name in av.codecs_available), None)
        if encoder is None:
            raise VideoError(
                f"{path}: this build of PyAV has no encoder for it ({', '.join(encoders)})."
            )
        options = dict(encoders[encoder])
        if info.pixel_aspect != 1 and encoder != "gif":
            options["aspect"] = f"{info.pixel_aspect.numerator}/{info.pixel_aspect.denominator}"
        grows = encoders is _H264
        return cls(
            encoder=encoder,
            options=options,
            width=info.width + (info.width % 2 if grows else 0),
            height=info.height + (info.height % 2 if grows else 0),
            pixel_format=pixel_format,
            time_base=_GIF_TIME_BASE if encoder == "gif" else info.time_base,
            frame_rate=info.frame_rate,
            color=written_color(info.color),
            library=str(sorted(av.library_versions.items())),
            alpha=alpha,
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
        if self.encoder == "gif":
            return
        context.colorspace = self.color.matrix
        context.color_primaries = self.color.primaries
        context.color_trc = self.color.transfer
        context.color_range = 1  # limited


def _choose(suffix: str, alpha: bool) -> tuple[dict[str, dict[str, str]], str]:
    """Encoders, the best first, and the format of their pixels."""
    if suffix == ".webm":
        return _VP9, "yuva420p" if alpha else "yuv420p"
    if suffix == ".gif":
        return _GIF, "pal8"
    if suffix == ".mov" and alpha:
        return _PRORES, "yuva444p10le"
    return _H264, "yuv420p"
