"""PNG and TIFF files of 16 bits a channel, which Pillow does not write in color.

And TIFF files of 8 bits with EXIF of more than one level, which Pillow fails to write.
"""

import io
import struct
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import TiffImagePlugin

from facestyle.io.images.metadata import exif_details, exif_entries

_IHDR_END = 33  # of a PNG: 8 bytes signature, 25 bytes header chunk
_METER = 100 / 2.54  # inches
_EXIF_IFD = 0x8769  # tag of TIFF that leads to the EXIF block
_INCH = 2  # a resolution's unit (TIFF 6.0)
Resolution = tuple[float, float] | None


def encode_png16(
    pixels: NDArray[np.uint16],
    profile: bytes | None = None,
    exif: bytes | None = None,
    dpi: Resolution = None,
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
    dpi : (float, float) or None
        Print resolution, pixels an inch.
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
    if dpi is not None:
        extra += _png_chunk(b"pHYs", struct.pack(">2IB", *(round(v * _METER) for v in dpi), 1))
    if exif is not None:
        extra += _png_chunk(b"eXIf", exif.removeprefix(b"Exif\0\0"))
    return data[:_IHDR_END] + extra + data[_IHDR_END:]


def encode_tiff(
    pixels: NDArray[np.uint8] | NDArray[np.uint16],
    profile: bytes | None = None,
    exif: bytes | None = None,
    dpi: Resolution = None,
) -> bytes:
    """Encode a deflated TIFF of 8 or 16 bits a channel in one strip (TIFF 6.0; predictor 2).

    Parameters
    ----------
    pixels : (H, W), (H, W, 2), (H, W, 3) or (H, W, 4) uint8 or uint16
        Gray, gray and alpha (written as RGBA), RGB or RGBA; alpha is straight.
    profile : bytes or None
        ICC profile to embed.
    exif : bytes or None
        EXIF block whose entries are written as tags.
    dpi : (float, float) or None
        Print resolution, pixels an inch.
    """
    pixels = pixels[..., None] if pixels.ndim == 2 else pixels
    if pixels.shape[2] == 2:
        pixels = pixels[..., [0, 0, 0, 1]]  # few readers know gray and alpha
    differences = pixels.copy()
    differences[:, 1:] -= pixels[:, :-1]  # modulo the type's range
    little_endian = differences.dtype.newbyteorder("<")
    strip = zlib.compress(differences.astype(little_endian).tobytes(), 3)
    tags = _tiff_tags(pixels, len(strip))
    if profile is not None:
        tags[TiffImagePlugin.ICCPROFILE] = profile
    for tag, value in exif_entries(exif).items():
        tags[tag] = value
    details = exif_details(exif)
    if details:
        tags[_EXIF_IFD] = details
    if dpi is not None:
        tags[TiffImagePlugin.X_RESOLUTION], tags[TiffImagePlugin.Y_RESOLUTION] = dpi
        tags[TiffImagePlugin.RESOLUTION_UNIT] = _INCH
    return _tiff_file(tags, strip)


def _tiff_tags(
    pixels: NDArray[np.uint8] | NDArray[np.uint16], strip_length: int
) -> TiffImagePlugin.ImageFileDirectory_v2:
    height, width, channels = pixels.shape
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[TiffImagePlugin.IMAGEWIDTH] = width
    tags[TiffImagePlugin.IMAGELENGTH] = height
    tags[TiffImagePlugin.BITSPERSAMPLE] = (8 * pixels.itemsize,) * channels
    tags[TiffImagePlugin.COMPRESSION] = 8  # Adobe deflate
    tags[TiffImagePlugin.PHOTOMETRIC_INTERPRETATION] = 2 if channels >= 3 else 1  # RGB or gray
    tags[TiffImagePlugin.SAMPLESPERPIXEL] = channels
    tags[TiffImagePlugin.ROWSPERSTRIP] = height
    tags[TiffImagePlugin.STRIPBYTECOUNTS] = strip_length
    tags[TiffImagePlugin.STRIPOFFSETS] = 0  # relative to the end of the tags
    tags[TiffImagePlugin.PREDICTOR] = 2
    if channels == 4:
        tags[TiffImagePlugin.EXTRASAMPLES] = 2  # straight alpha
    return tags


def _tiff_file(tags: TiffImagePlugin.ImageFileDirectory_v2, strip: bytes) -> bytes:
    buffer = io.BytesIO()
    tags.save(buffer)
    return buffer.getvalue() + strip


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
