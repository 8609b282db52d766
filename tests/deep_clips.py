"""Clips of any depth, matrix and range, from RGB in floating point."""

from pathlib import Path

import av
import numpy as np

WEIGHTS = {1: (0.2126, 0.0722), 6: (0.299, 0.114), 7: (0.212, 0.087), 9: (0.2627, 0.0593)}


def to_yuv(rgb: np.ndarray, matrix: int) -> np.ndarray:
    """Luma in [0, 1] and chroma in [-0.5, 0.5], the second plane Cb (of YCgCo: Cg)."""
    red, green, blue = np.moveaxis(np.asarray(rgb, np.float64), -1, 0)
    if matrix == 8:
        luma = (red + 2 * green + blue) / 4
        return np.stack([luma, (2 * green - red - blue) / 4, (red - blue) / 2], axis=-1)
    kr, kb = WEIGHTS[matrix]
    luma = kr * red + (1 - kr - kb) * green + kb * blue
    chroma = [(blue - luma) / (2 - 2 * kb), (red - luma) / (2 - 2 * kr)]
    return np.stack([luma, *chroma], axis=-1)


def make_deep_clip(
    path: Path,
    rgb: np.ndarray,
    *,
    codec: str = "ffv1",
    pix_fmt: str = "yuv420p10le",
    matrix: int = 1,
    primaries: int = 1,
    transfer: int = 1,
    full_range: bool = False,
    count: int = 2,
    options: dict[str, str] | None = None,
) -> Path:
    """Write the picture `rgb` (H, W, 3) in [0, 1] as so many frames."""
    bits = max(c.bits for c in av.VideoFormat(pix_fmt, 16, 16).components)
    low, luma, chroma = (
        (0, 2**bits - 1, 2**bits - 1)
        if full_range
        else (16 << (bits - 8), 219 << (bits - 8), 224 << (bits - 8))
    )
    yuv = to_yuv(rgb, matrix)
    codes = np.dstack([low + luma * yuv[..., :1], 2 ** (bits - 1) + chroma * yuv[..., 1:]])
    deep = np.rint(np.clip(codes, 0, 2**bits - 1)).astype(np.uint16) << (16 - bits)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(deep), format="yuv444p16le")
    # called limited on both sides, so that values are shifted only
    frame = frame.reformat(format=pix_fmt, src_color_range=1, dst_color_range=1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=24, options=options or {})
        stream.height, stream.width = rgb.shape[:2]
        stream.pix_fmt = pix_fmt
        context = stream.codec_context
        context.colorspace, context.color_primaries = matrix, primaries
        context.color_trc, context.color_range = transfer, 2 if full_range else 1
        for number in range(count):
            frame.pts = number
            frame.color_range = 2 if full_range else 1
            frame.colorspace = matrix
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
