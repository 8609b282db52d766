"""PNG and TIFF files of 16 bits a channel, which Pillow does not write in color."""

import io
import struct
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import TiffImagePlugin

_IHDR_END = 33  # of a PNG: 8 bytes signature, 25 bytes header chunk


def encode_png16(
    pixels: NDArray[np.uint16], profile: bytes | None = None, exif: bytes | None = None
) -> bytes:
    """Encode a PNG of 16 bits a channel.

    Parameters
    ----------
    pixels : (H, W), (H, W, 2), (H, W, 3) or (H, W, 4) uint16
        Gray, gray and alpha (written as RGBA), RGB or RGBA.
    profile : bytes or None
        ICC profile to embed.
    exif : bytes or None
        EXIF block to embed, with or without its ``Exif`` prefix.
    """
    import cv2

    if pixels.ndim == 3:
        order = {2: [0, 0, 0, 1], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[pixels.shape[2]]
        pixels = np.ascontiguousarray(pixels[..., order])
    done, encoded = cv2.imencode(".png", pixels)
    if not done:
        raise ValueError("OpenCV could not encode the PNG")
    data = encoded.tobytes()
    extra = b""
    if profile is not None:
        extra += _png_chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(profile))
    if exif is not None:
        extra += _png_chunk(b"eXIf", exif.removeprefix(b"Exif\0\0"))
    return data[:_IHDR_END] + extra + data[_IHDR_END:]


def encode_tiff16(pixels: NDArray[np.uint16], profile: bytes | None = None) -> bytes:
    """Encode a deflated TIFF of 16 bits a channel in one strip (TIFF 6.0; predictor 2).

    Parameters
    ----------
    pixels : (H, W), (H, W, 2), (H, W, 3) or (H, W, 4) uint16
        Gray, gray and alpha (written as RGBA), RGB or RGBA; alpha is straight.
    profile : bytes or None
        ICC profile to embed.
    """
    pixels = pixels[..., None] if pixels.ndim == 2 else pixels
    if pixels.shape[2] == 2:
        pixels = pixels[..., [0, 0, 0, 1]]  # few readers know gray and alpha
    height, width, channels = pixels.shape
    differences = pixels.copy()
    differences[:, 1:] -= pixels[:, :-1]  # modulo 65536
    strip = zlib.compress(differences.astype("<u2").tobytes(), 3)

    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[TiffImagePlugin.IMAGEWIDTH] = width
    tags[TiffImagePlugin.IMAGELENGTH] = height
    tags[TiffImagePlugin.BITSPERSAMPLE] = (16,) * channels
    tags[TiffImagePlugin.COMPRESSION] = 8  # Adobe deflate
    tags[TiffImagePlugin.PHOTOMETRIC_INTERPRETATION] = 2 if channels >= 3 else 1  # RGB or gray
    tags[TiffImagePlugin.SAMPLESPERPIXEL] = channels
    tags[TiffImagePlugin.ROWSPERSTRIP] = height
    tags[TiffImagePlugin.STRIPBYTECOUNTS] = len(strip)
    tags[TiffImagePlugin.STRIPOFFSETS] = 0  # relative to the end of the tags
    tags[TiffImagePlugin.PREDICTOR] = 2
    if channels == 4:
        tags[TiffImagePlugin.EXTRASAMPLES] = 2  # straight alpha
    if profile is not None:
        tags[TiffImagePlugin.ICCPROFILE] = profile
    buffer = io.BytesIO()
    tags.save(buffer)
    return buffer.getvalue() + strip


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
