"""Matrix and tone-curve profiles (ICC.1:2022, 8.3, 10.6 and 10.18), applied in float."""

import struct
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from facestyle.io.images.color_encoding import encode_srgb

FloatImage = NDArray[np.float32]
Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]
Conversion = Callable[[FloatImage], FloatImage]

# What reading a damaged profile raises
DAMAGE = (
    KeyError,
    struct.error,
    IndexError,
    ValueError,
    ZeroDivisionError,
    OverflowError,
    np.linalg.LinAlgError,
)

# Linear sRGB to XYZ relative to D50 (IEC 61966-2-1, adapted by Bradford as in ICC profiles).
_SRGB_TO_XYZ = np.array(
    [
        [0.4360747, 0.3850649, 0.1430804],
        [0.2225045, 0.7168786, 0.0606169],
        [0.0139322, 0.0971045, 0.7141733],
    ]
)


def read_tags(profile: bytes) -> dict[bytes, bytes]:
    """Tag table of the profile: signature -> data (ICC.1:2022, 7.3)."""
    count = struct.unpack_from(">I", profile, 128)[0]
    tags = {}
    for index in range(min(count, 100)):
        signature, offset, size = struct.unpack_from(">4sII", profile, 132 + 12 * index)
        tags[signature] = profile[offset : offset + size]
    return tags


def gray_conversion(tags: dict[bytes, bytes]) -> Conversion:
    """Conversion of three like channels by the one curve of a gray profile."""
    curve = _read_curve(tags[b"kTRC"])

    def convert(rgb: FloatImage) -> FloatImage:
        encoded = encode_srgb(curve(rgb[..., 0].astype(np.float64)))
        return np.repeat(encoded[..., None], 3, axis=2)

    return _checked(convert)


def matrix_conversion(tags: dict[bytes, bytes]) -> Conversion:
    """Conversion by tone curves, primaries to XYZ, XYZ to sRGB (ICC.1:2022, F.3)."""
    columns = [struct.unpack_from(">3i", tags[name], 8) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]
    to_xyz = np.array(columns, np.float64).T / 65536
    to_srgb = np.linalg.solve(_SRGB_TO_XYZ, to_xyz)
    curves = [_read_curve(tags[name]) for name in (b"rTRC", b"gTRC", b"bTRC")]

    def convert(rgb: FloatImage) -> FloatImage:
        linear = np.stack([curves[c](rgb[..., c].astype(np.float64)) for c in range(3)], axis=-1)
        return encode_srgb(linear @ to_srgb.T)

    return _checked(convert)


def _checked(convert: Conversion) -> Conversion:
    """Try a conversion on a ramp: curves of damaged profiles give no numbers."""
    ramp = np.repeat(np.linspace(0, 1, 256, dtype=np.float32)[:, None, None], 3, axis=2)
    with np.errstate(all="ignore"):
        if not np.isfinite(convert(ramp)).all():
            raise ValueError("they give no finite values")
    return convert


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
