"""ICC profiles: any tagged picture to sRGB.

Pictures of 8 bits go through LittleCMS (Pillow's ImageCms), which knows every kind of profile.
It offers no 16-bit RGB there, so deep pictures are converted here in float: exactly for the usual
matrix/tone-curve profiles (ICC.1:2022, 8.3 and 10), and for table-based ones by LittleCMS on the
8-bit part, to which the rest is added back.
"""

import io
import itertools
import struct
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from facestyle.errors import clause
from facestyle.io.images import icc_curves
from facestyle.io.images.arrays import quantize

FloatImage = NDArray[np.float32]

# A profile that calls itself sRGB is believed unless it moves a color by more than this, of 255:
# a plain gamma of 2.2 moves blacks by 9, a gamma of 1.8 mid-tones by 18, a linear curve by 68.
_SRGB_TOLERANCE = 12
_ROWS = 256  # of a deep picture that are converted at a time
# What Pillow and LittleCMS raise for profiles of any kind of damage
_PROFILE_DAMAGE = (
    *(ImageCms.PyCMSError, OSError, ValueError, TypeError, AttributeError),
    *(UnicodeError, struct.error, IndexError),
)


class ProfileError(Exception):
    """The profile is malformed, or it does not fit the picture's mode."""


def is_srgb(profile: bytes) -> bool:
    """Whether the profile names itself sRGB, and is: nothing needs to be converted then.

    Linear variants of sRGB have names that begin with it, too.

    Raises
    ------
    ProfileError
        If the profile cannot be parsed.
    """
    try:
        name = ImageCms.getProfileDescription(_open(profile)).strip().lower()
    except _PROFILE_DAMAGE:
        return False  # a profile may do without a readable name
    # c2: Facebook's tiny sRGB
    return (name.startswith("srgb") or name == "c2") and _is_near_srgb(profile)


@lru_cache(maxsize=8)
def _is_near_srgb(profile: bytes) -> bool:
    if profile[16:20] == b"GRAY":
        samples = Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    else:
        levels = np.array(list(itertools.product(range(0, 256, 51), repeat=3)), np.uint8)
        ramp = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
        samples = Image.fromarray(np.concatenate([levels, ramp])[None])
    try:
        converted = convert_image(samples, profile, ImageCms.Intent.RELATIVE_COLORIMETRIC)
    except ProfileError:
        return True  # as it says; nothing can be converted anyhow
    before = np.asarray(samples.convert("RGB"), np.int16)
    return int(np.abs(np.asarray(converted, np.int16) - before).max()) <= _SRGB_TOLERANCE


@lru_cache(maxsize=1)
def srgb_profile() -> bytes:
    """The sRGB profile that is embedded in converted pictures; the same bytes every time."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    data[24:36] = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)  # LittleCMS writes the current time
    return bytes(data)


def convert_image(
    image: Image.Image,
    profile: bytes | None,
    intent: ImageCms.Intent = ImageCms.Intent.PERCEPTUAL,
) -> Image.Image:
    """Convert an 8-bit picture without alpha to sRGB, black point compensated.

    Parameters
    ----------
    image : PIL image
        Of mode L, RGB, CMYK or LAB.
    profile : bytes or None
        The picture's profile; None only for LAB, which needs none.
    intent : ImageCms.Intent
        Rendering intent.

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
            renderingIntent=intent,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except _PROFILE_DAMAGE as error:
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
    convert = _deep_conversion(profile, gray=gray)
    result = np.empty_like(rgb)
    with np.errstate(all="ignore"):  # odd curves leave the numbers; what comes out is clipped
        for start in range(0, len(rgb), _ROWS):
            result[start : start + _ROWS] = convert(rgb[start : start + _ROWS])
    return result


def _deep_conversion(profile: bytes, *, gray: bool) -> icc_curves.Conversion:
    space = profile[16:20]
    try:
        tags = icc_curves.read_tags(profile)
        if gray and space == b"GRAY" and b"kTRC" in tags:
            return icc_curves.gray_conversion(tags)
        if space == b"RGB " and b"A2B0" not in tags and b"rXYZ" in tags:
            return icc_curves.matrix_conversion(tags)
    except icc_curves.DAMAGE as error:
        raise ProfileError(f"the profile's tone curves are malformed ({clause(error)})") from error
    return lambda rgb: _convert_by_table(rgb, profile, gray)


def _open(profile: bytes) -> ImageCms.ImageCmsProfile:
    try:
        return ImageCms.ImageCmsProfile(io.BytesIO(profile))
    except _PROFILE_DAMAGE as error:
        raise ProfileError(f"the profile cannot be parsed ({clause(error)})") from error


def _convert_by_table(rgb: FloatImage, profile: bytes, gray: bool) -> FloatImage:
    coarse = quantize(rgb, np.uint8)
    image = Image.fromarray(np.ascontiguousarray(coarse[..., 0]) if gray else coarse)
    converted = np.asarray(convert_image(image, profile), np.float32)
    return np.clip((converted - coarse) / 255 + rgb, 0, 1).astype(np.float32)
