"""Tiny clips whose frames, times and sound are known."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

TIME_BASE = Fraction(1, 600)


@dataclass(frozen=True)
class Clip:
    """A file and what was put into it."""

    path: Path
    frames: list[np.ndarray]
    pts: list[int]


def smooth_frame(number: int, width: int, height: int) -> np.ndarray:
    """A color gradient that drifts, with a bright corner at the top left, (H, W, 3) uint8."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    phase = 0.1 * number
    frame = np.stack([np.sin(3 * x + phase), np.cos(2 * y - phase), np.sin(x + y + phase)], axis=2)
    frame = 127 + 90 * frame
    frame[: height // 4, : width // 4] = 250
    return frame.astype(np.uint8)


def make_clip(
    path: Path,
    *,
    count: int = 24,
    size: tuple[int, int] = (64, 48),
    pts: list[int] | None = None,
    sound: str | None = "aac",
    rotation: int = 0,
    pix_fmt: str = "yuv420p",
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    matrix: int = 1,
    time_base: Fraction = TIME_BASE,
) -> Clip:
    """Write a clip of 24 frames a second, or of the times `pts` in units of 1/600 s."""
    width, height = size
    step = round(1 / (24 * time_base))
    pts = pts or [step * number for number in range(count)]
    frames = [smooth_frame(number, width, height) for number in range(len(pts))]
    with av.open(str(path), "w") as container:
        container.metadata["title"] = "A test"
        video = container.add_stream(codec, rate=24, options=options or {"crf": "4"})
        video.width, video.height, video.pix_fmt = width, height, pix_fmt
        context = video.codec_context
        context.time_base, context.colorspace, context.color_range = time_base, matrix, 1
        if rotation:
            video.set_display_rotation(rotation)
        audio = container.add_stream(sound, rate=16000, layout="mono") if sound else None
        for frame, time in zip(frames, pts, strict=True):
            picture = av.VideoFrame.from_ndarray(frame, format="rgb24")
            if pix_fmt.startswith("yuv"):
                ranges = {"src_color_range": 2, "dst_color_range": 1}
                picture = picture.reformat(format=pix_fmt, dst_colorspace=matrix, **ranges)
            picture.pts, picture.time_base = time, time_base
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
        if audio is not None:
            _add_sound(container, audio, float((pts[-1] + step) * time_base))
    return Clip(path, frames, pts)


def _add_sound(container: object, audio: object, seconds: float) -> None:
    tone = np.sin(
        np.arange(int(16000 * seconds)) * 0.2 + np.arange(int(16000 * seconds)) ** 1.5 / 9e3
    )
    samples = (tone * 9000).astype(np.int16)
    for start in range(0, len(samples), 1024):
        block = av.AudioFrame.from_ndarray(samples[None, start : start + 1024], "s16", "mono")
        block.sample_rate, block.pts, block.time_base = 16000, start, Fraction(1, 16000)
        container.mux(audio.encode(block))
    container.mux(audio.encode(None))


def sound_packets(path: Path) -> list[tuple[Fraction, bytes]]:
    """Times in seconds and bytes of the sound's packets."""
    with av.open(str(path)) as container:
        return [
            (packet.pts * packet.time_base, bytes(packet))
            for packet in container.demux(container.streams.audio)
            if packet.size
        ]


def video_times(path: Path) -> list[Fraction]:
    """Times of the frames in seconds."""
    with av.open(str(path)) as container:
        return [frame.pts * frame.time_base for frame in container.decode(video=0)]


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    error = np.mean((a.astype(np.float64) - b.astype(np.float64)) ** 2)
    return float(10 * np.log10(255**2 / error))
