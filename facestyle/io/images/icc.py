"""ICC profiles: any tagged picture to sRGB.

Pictures of 8 bits go through LittleCMS (Pillow's ImageCms), which knows every kind of profile.
It offers no 16-bit RGB there, so deep pictures are converted here in float: exactly for the usual
matrix/tone-curve profiles (ICC.1:2022, 8.3 and 10), and for table-based ones by LittleCMS on the
8-bit part, to which the rest is added back.
"""

import io
import struct
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from facestyle.io.images.arrays import quantize

FloatImage = NDArray[np.float32]
Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]

# Linear sRGB to XYZ relative to D50 (IEC 61966-2-1, adapted by Bradford as in ICC profiles).
_SRGB_TO_XYZ = np.array(
    [
        [0.4360747, 0.3850649, 0.1430804],
        [0.2225045, 0.7168786, 0.0606169],
        [0.0139322, 0.0971045, 0.7141733],
    ]
)


class ProfileError(Exception):
    """The profile is malformed, or it does not fit the picture's mode."""


def is_srgb(profile: bytes) -> bool:
    """Whether the profile names itself sRGB, so that nothing needs to be converted.

    Raises
    ------
    ProfileError
        If the profile cannot be parsed.
    """
    name = ImageCms.getProfileDescription(_open(profile)).strip().lower()
    return name.startswith("srgb") or name == "c2"  # c2: Facebook's tiny sRGB


@lru_cache(maxsize=1)
def srgb_profile() -> bytes:
    """The sRGB profile that is embedded in converted pictures; the same bytes every time."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    data[24:36] = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)  # LittleCMS writes the current time
    return bytes(data)


def convert_image(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert an 8-bit picture without alpha to sRGB, perceptually, black point compensated.

    Parameters
    ----------
    image : PIL image
        Of mode L, RGB, CMYK or LAB.
    profile : bytes or None
        The picture's profile; None only for LAB, which needs none.

    Returns
    -------
    PIL image
        Of mode RGB.

    Raises
    ------
    ProfileError
        If the profile is malformed or does not fit the mode.
    """
    source = ImageCms.createProfile("LAB") if profile is None else _open(profile)
    try:
        converted = ImageCms.profileToProfile(
            image,
            source,
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.PERCEPTUAL,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, ValueError) as error:
        raise ProfileError(str(error)) from error
    assert converted is not None  # only None when converting in place
    return converted


def convert_array(rgb: FloatImage, profile: bytes, *, gray: bool) -> FloatImage:
    """Convert a deep picture to sRGB without losing its depth.

    Parameters
    ----------
    rgb : (H, W, 3) float32 in [0, 1]
        Values in the space of `profile`.
    profile : bytes
    gray : bool
        Whether the three channels are copies of one.

    Returns
    -------
    (H, W, 3) float32 in [0, 1]

    Raises
    ------
    ProfileError
        If the profile is malformed or does not fit the picture.
    """
    _open(profile)  # LittleCMS's check of the whole file
    tags = _read_tags(profile)
    space = profile[16:20]
    try:
        if gray and space == b"GRAY" and b"kTRC" in tags:
            encoded = _encode_srgb(_read_curve(tags[b"kTRC"])(rgb[..., 0].astype(np.float64)))
            return np.repeat(encoded[..., None], 3, axis=2)
        if space == b"RGB " and b"A2B0" not in tags and b"rXYZ" in tags:
            return _convert_by_matrix(rgb, tags)
    except (KeyError, struct.error, IndexError, ValueError) as error:
        raise ProfileError(f"the profile's tone curves are malformed ({error})") from error
    return _convert_by_table(rgb, profile, gray)


def _open(profile: bytes) -> ImageCms.ImageCmsProfile:
    try:
        return ImageCms.ImageCmsProfile(io.BytesIO(profile))
    except (OSError, ImageCms.PyCMSError) as error:
        raise ProfileError(f"the profile cannot be parsed ({error})") from error


def _read_tags(profile: bytes) -> dict[bytes, bytes]:
    """Tag table of the profile: signature -> data (ICC.1:2022, 7.3)."""
    count = struct.unpack_from(">I", profile, 128)[0]
    tags = {}
    for index in range(min(count, 100)):
        signature, offset, size = struct.unpack_from(">4sII", profile, 132 + 12 * index)
        tags[signature] = profile[offset : offset + size]
    return tags


def _convert_by_matrix(rgb: FloatImage, tags: dict[bytes, bytes]) -> FloatImage:
    """Tone curves, primaries to XYZ, XYZ to sRGB (ICC.1:2022, F.3)."""
    columns = [struct.unpack_from(">3i", tags[name], 8) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]
    to_xyz = np.array(columns, np.float64).T / 65536
    to_srgb = np.linalg.solve(_SRGB_TO_XYZ, to_xyz)
    curves = [_read_curve(tags[name]) for name in (b"rTRC", b"gTRC", b"bTRC")]
    linear = np.stack([curves[c](rgb[..., c].astype(np.float64)) for c in range(3)], axis=-1)
    return _encode_srgb(linear @ to_srgb.T)


def _convert_by_table(rgb: FloatImage, profile: bytes, gray: bool) -> FloatImage:
    coarse = quantize(rgb, np.uint8)
    image = Image.fromarray(np.ascontiguousarray(coarse[..., 0]) if gray else coarse)
    converted = np.asarray(convert_image(image, profile), np.float32)
    return np.clip((converted - coarse) / 255 + rgb, 0, 1).astype(np.float32)


def _encode_srgb(linear: NDArray[np.float64]) -> FloatImage:
    linear = np.clip(linear, 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return encoded.astype(np.float32)


def _read_curve(tag: bytes) -> Curve:
    """Tone curve from a `curv` or `para` element (ICC.1:2022, 10.6 and 10.18)."""
    if tag[:4] == b"curv":
        return _read_sampled_curve(tag)
    if tag[:4] == b"para":
        return _read_parametric_curve(tag)
    raise ValueError(f"unknown curve type {tag[:4]!r}")


def _read_sampled_curve(tag: bytes) -> Curve:
    count = struct.unpack_from(">I", tag, 8)[0]
    if count == 0:
        return lambda x: x
    samples = np.array(struct.unpack_from(f">{count}H", tag, 12), np.float64)
    if count == 1:
        gamma = samples[0] / 256
        return lambda x: np.asarray(x**gamma)
    return lambda x: np.interp(x, np.linspace(0, 1, count), samples / 65535)


def _read_parametric_curve(tag: bytes) -> Curve:
    kind = struct.unpack_from(">H", tag, 8)[0]
    names = ("g", "gab", "gabc", "gabcd", "gabcdef")[kind]
    values = struct.unpack_from(f">{len(names)}i", tag, 12)
    p = dict.fromkeys("gabcdef", 0.0) | {"a": 1.0}
    p |= {name: value / 65536 for name, value in zip(names, values, strict=True)}
    if kind in (1, 2):  # the break is where the base of the power reaches zero
        p["d"] = -p["b"] / p["a"]
        p["e"] = p["f"] = p["c"]
        p["c"] = 0.0

    def curve(x: NDArray[np.float64]) -> NDArray[np.float64]:
        power = np.maximum(p["a"] * x + p["b"], 0) ** p["g"] + p["e"]
        return np.where(x >= p["d"], power, p["c"] * x + p["f"])

    return curve
