"""Colors that are described by primaries and a transfer function: to sRGB.

So are those of PNG (cICP, gAMA and cHRM), HEIC and AVIF (nclx), and of cameras that set only DCF's
mark for Adobe RGB. Code points and formulas: ITU-T H.273 (2024), tables 2 and 3. High dynamic range
(PQ and HLG, ITU-R BT.2100) is tone-mapped: what is no brighter than diffuse white stays as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facestyle.io.images.tone_mapping import hlg_to_light, map_tones, pq_to_light
from facestyle.srgb_curve import light_to_srgb, srgb_to_light

FloatImage = NDArray[np.float32]
Primaries = tuple[float, float, float, float, float, float, float, float]
_Doubles = NDArray[np.float64]

_D65 = (0.3127, 0.3290)
# x and y of red, green, blue and white
SRGB_PRIMARIES: Primaries = (0.640, 0.330, 0.300, 0.600, 0.150, 0.060, *_D65)
ADOBE_PRIMARIES: Primaries = (0.640, 0.330, 0.210, 0.710, 0.150, 0.060, *_D65)
# by their codes of ITU-T H.273, table 2
_PRIMARIES: dict[int, Primaries] = {
    1: SRGB_PRIMARIES,
    4: (0.670, 0.330, 0.210, 0.710, 0.140, 0.080, 0.310, 0.316),
    5: (0.640, 0.330, 0.290, 0.600, 0.150, 0.060, *_D65),
    6: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *_D65),
    7: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *_D65),
    8: (0.681, 0.319, 0.243, 0.692, 0.145, 0.049, 0.310, 0.316),
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, *_D65),
    11: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.314, 0.351),
    12: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *_D65),
    22: (0.630, 0.340, 0.295, 0.605, 0.155, 0.077, *_D65),
}
# BT.709's curve and its kin (1, 6, 14, 15) describe cameras; screens and every program show such
# pictures as sRGB
_SRGB_TRANSFERS = {1, 2, 6, 13, 14, 15}
# exponents: of BT.470 M and BG (4, 5), linear (8) and SMPTE ST 428-1 (17)
_GAMMAS = {4: 2.2, 5: 2.8, 8: 1.0, 17: 2.6}
_PQ, _HLG = 16, 18
_ROWS = 128  # converted at a time: the float64 between is several times the picture's size
# Lam 1985, from XYZ to sharpened cone responses; ICC.1, annex E
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


@dataclass(frozen=True)
class ColorEncoding:
    """What the numbers of a picture mean.

    Attributes
    ----------
    primaries : tuple of 8 floats
        CIE x and y of red, green, blue and white.
    transfer : {"srgb", "power", "pq", "hlg"}
    gamma : float
        Exponent from numbers to light, for "power".
    full_range : bool
        False: numbers run from 16/255 to 235/255, as in television.
    """

    primaries: Primaries = SRGB_PRIMARIES
    transfer: str = "srgb"
    gamma: float = 1.0
    full_range: bool = True

    @property
    def is_srgb(self) -> bool:
        """Whether nothing needs to be converted."""
        near = np.allclose(self.primaries, SRGB_PRIMARIES, rtol=0, atol=0.002)
        return self.transfer == "srgb" and self.full_range and near

    @property
    def is_hdr(self) -> bool:
        """Whether the picture has a high dynamic range."""
        return self.transfer in ("pq", "hlg")


ADOBE_RGB = ColorEncoding(ADOBE_PRIMARIES, "power", 563 / 256)  # Adobe RGB (1998), 4.3.4.2


def from_code_points(
    primaries: int, transfer: int, *, full_range: bool = True
) -> ColorEncoding | None:
    """Look up code points of H.273; None for those that this program does not know.

    Parameters
    ----------
    primaries : int
        ColourPrimaries; 2 (unspecified) is taken for sRGB's.
    transfer : int
        TransferCharacteristics.
    full_range : bool
        Whether black is 0 and white the largest code value.

    Returns
    -------
    ColorEncoding or None
    """
    chosen = SRGB_PRIMARIES if primaries == 2 else _PRIMARIES.get(primaries)
    if chosen is None:
        return None
    if transfer in _SRGB_TRANSFERS:
        return ColorEncoding(chosen, "srgb", full_range=full_range)
    if transfer in _GAMMAS:
        return ColorEncoding(chosen, "power", _GAMMAS[transfer], full_range)
    if transfer in (_PQ, _HLG):
        return ColorEncoding(chosen, "pq" if transfer == _PQ else "hlg", full_range=full_range)
    return None


def to_srgb(rgb: FloatImage, encoding: ColorEncoding) -> FloatImage:
    """Convert a picture to sRGB; colors outside are clipped.

    Parameters
    ----------
    rgb : (H, W, 3) float32 in [0, 1]
    encoding : ColorEncoding
        Of `rgb`.

    Returns
    -------
    (H, W, 3) float32 in [0, 1]
    """
    matrix = _to_linear_srgb(encoding.primaries).T
    result = np.empty_like(rgb)
    if encoding.is_hdr:
        peak = max(float(_to_light(rows, encoding).max()) for rows in _in_rows(rgb))
    for start, rows in zip(range(0, len(rgb), _ROWS), _in_rows(rgb), strict=True):
        light = _to_light(rows, encoding)
        if encoding.is_hdr:
            light = map_tones(light, peak)
        result[start : start + _ROWS] = encode_srgb(light @ matrix)
    return result


def encode_srgb(linear: _Doubles) -> FloatImage:
    """Linear light to sRGB numbers, clipped to [0, 1]."""
    return light_to_srgb(np.clip(linear, 0, 1)).astype(np.float32)


def _in_rows(rgb: FloatImage) -> list[FloatImage]:
    return [rgb[start : start + _ROWS] for start in range(0, len(rgb), _ROWS)]


def _to_light(rgb: FloatImage, encoding: ColorEncoding) -> _Doubles:
    """Linear light, 1 for (diffuse) white."""
    values = rgb.astype(np.float64)
    if not encoding.full_range:
        values = np.clip((values * 255 - 16) / 219, 0, 1)
    curves: dict[str, Callable[[_Doubles], _Doubles]] = {
        "srgb": srgb_to_light,
        "power": lambda x: x**encoding.gamma,
        "pq": pq_to_light,
        "hlg": hlg_to_light,
    }
    return curves[encoding.transfer](values)


def _to_linear_srgb(primaries: Primaries) -> _Doubles:
    """Matrix from linear light in these primaries to linear sRGB, white to white (Bradford)."""
    source, target = _to_xyz(primaries), _to_xyz(SRGB_PRIMARIES)
    cones = _BRADFORD @ np.stack([source.sum(axis=1), target.sum(axis=1)], axis=1)
    adapt = np.linalg.inv(_BRADFORD) @ np.diag(cones[:, 1] / cones[:, 0]) @ _BRADFORD
    return np.linalg.inv(target) @ adapt @ source


def _to_xyz(primaries: Primaries) -> _Doubles:
    """Matrix from linear RGB to CIE XYZ (SMPTE RP 177)."""
    points = np.array(primaries, np.float64).reshape(4, 2)
    columns = np.stack([points[:, 0], points[:, 1], 1 - points.sum(axis=1)]) / points[:, 1]
    return columns[:, :3] * np.linalg.solve(columns[:, :3], columns[:, 3])


def primaries_are_possible(primaries: Primaries) -> bool:
    """Whether chromaticities from a file span a triangle, so that they can be converted."""
    points = np.array(primaries, np.float64).reshape(4, 2)
    if not np.isfinite(points).all() or (points[:, 1] < 1e-3).any() or (np.abs(points) > 2).any():
        return False
    columns = np.stack([points[:, 0], points[:, 1], 1 - points.sum(axis=1)]) / points[:, 1]
    if np.linalg.cond(columns[:, :3]) > 1e4:
        return False
    return bool((np.linalg.solve(columns[:, :3], columns[:, 3]) > 1e-3).all())
