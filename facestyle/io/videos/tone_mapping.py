"""From the colors of HDR and of wide gamuts to those of ordinary pictures (BT.709, sRGB)."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facestyle.srgb_curve import light_to_srgb, srgb_to_light

FloatImage = NDArray[np.float32]

# Transfer functions and primaries by their codes of ITU-T H.273.
PQ, HLG, LINEAR, LOG_100, LOG_316 = 16, 18, 8, 9, 10
HDR_NAMES = {PQ: "PQ", HLG: "HLG"}
BT2020, SMPTE_P3, DISPLAY_P3 = 9, 11, 12

# cd/m2 of white in an ordinary picture, when it is part of an HDR one (ITU-R BT.2408, table 1)
REFERENCE_WHITE = 203.0
DEFAULT_PEAK = 1000.0  # cd/m2, the usual mastering display, and that of HLG (BT.2100, note 5f)

_ENTRIES = 65536  # of a table

# chromaticities of red, green, blue and white (H.273, table 2)
_D65 = (0.3127, 0.3290)
_CHROMATICITIES = {
    1: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), _D65),
    BT2020: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),
    SMPTE_P3: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),
    DISPLAY_P3: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),
}
WIDE_GAMUTS = frozenset(_CHROMATICITIES) - {1}
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)  # of linear BT.709

# BT.2100, table 4
_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32


def to_srgb(rgb: FloatImage, transfer: int, primaries: int, peak: float) -> FloatImage:
    """Convert nonlinear RGB of HDR, of a wide gamut or of linear light to sRGB.

    Parameters
    ----------
    rgb : (..., 3) float32
        About [0, 1].
    transfer, primaries : int
        Codes of ITU-T H.273; unknown ones count as those of ordinary pictures.
    peak : float
        Brightest luminance of PQ, cd/m2.

    Returns
    -------
    (..., 3) float32 in [0, 1]
        HDR is tone-mapped: luminances up to 93 of the 203 cd/m2 of white stay as they are, for
        a peak of 1000; those above are rolled off. Hue stays.
    """
    light = _linear(rgb, transfer, primaries)
    if primaries in WIDE_GAMUTS:
        light = _into_gamut(light @ _to_bt709(primaries).T)
    if transfer in HDR_NAMES:
        light = _roll_off(light, DEFAULT_PEAK if transfer == HLG else peak)
    return _encode(light)


def _linear(rgb: FloatImage, transfer: int, primaries: int) -> FloatImage:
    """Light, relative to white."""
    if transfer == PQ:
        nits: FloatImage = pq_to_nits(np.clip(rgb, 0, 1))
        return nits / np.float32(REFERENCE_WHITE)
    if transfer == HLG:
        scene = _hlg_to_scene(np.clip(rgb, 0, 1))
        weights = np.linalg.inv(_from_xyz(primaries))[1].astype(np.float32)
        luminance = np.maximum(scene @ weights, 0)[..., None]
        # BT.2100, table 5: the system's gamma of 1.2 on luminance, for 1000 cd/m2
        return scene * luminance ** np.float32(0.2) * np.float32(DEFAULT_PEAK / REFERENCE_WHITE)
    if transfer == LINEAR:
        return rgb
    if transfer in (LOG_100, LOG_316):
        span = 2.0 if transfer == LOG_100 else 2.5
        return np.where(rgb <= 0, 0, np.power(10, span * (rgb - 1))).astype(np.float32)
    return srgb_to_light(np.clip(rgb, 0, 1))


def _encode(light: FloatImage) -> FloatImage:
    """Encode light as sRGB, by a table over its square root; what is beyond [0, 1] is cut."""
    index = np.sqrt(np.clip(light, 0, 1)) * np.float32(_ENTRIES - 1) + np.float32(0.5)
    return np.take(_encoding(), index.astype(np.uint16))


@lru_cache(maxsize=1)
def _encoding() -> FloatImage:
    """Table of sRGB."""
    return light_to_srgb(np.linspace(0, 1, _ENTRIES) ** 2).astype(np.float32)


def pq_to_nits(signal: NDArray[Any]) -> NDArray[Any]:
    """EOTF of PQ (BT.2100, table 4), cd/m2."""
    power = signal ** np.float32(1 / _M2)
    ratio = np.maximum(power - np.float32(_C1), 0) / (np.float32(_C2) - np.float32(_C3) * power)
    return np.asarray(np.float32(10000) * ratio ** np.float32(1 / _M1))


def nits_to_pq(nits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Inverse EOTF of PQ (BT.2100, table 4); `nits` in cd/m2."""
    power = (np.asarray(nits) / 10000) ** _M1
    return np.asarray(((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2)


def _hlg_to_scene(signal: FloatImage) -> FloatImage:
    """Inverse OETF of HLG (BT.2100, table 5)."""
    a, b, c = np.float32(0.17883277), np.float32(0.28466892), np.float32(0.55991073)
    bright = (np.exp((signal - c) / a) + b) / np.float32(12)
    return np.where(signal <= 0.5, signal * signal / np.float32(3), bright)


def _into_gamut(light: FloatImage) -> FloatImage:
    """Take away as much saturation as brings the lowest channel to 0; luminance and hue stay."""
    luminance = np.maximum(light @ _LUMINANCE, 0)[..., None]
    lowest = np.minimum(np.minimum(light[..., 0], light[..., 1]), light[..., 2])[..., None]
    kept = np.where(lowest < 0, luminance / np.maximum(luminance - lowest, 1e-9), 1)
    return (luminance + kept * (light - luminance)).astype(np.float32)


def _roll_off(light: FloatImage, peak: float) -> FloatImage:
    """Scale every color so that its brightest channel is at most 1 (BT.2390-11, maxRGB)."""
    peak = max(float(peak), REFERENCE_WHITE * 1.01)
    brightest = np.maximum(np.maximum(light[..., 0], light[..., 1]), light[..., 2])[..., None]
    index = np.clip(brightest * np.float32(REFERENCE_WHITE / peak), 0, 1)
    scale = np.take(_scales(peak), (index * np.float32(_ENTRIES - 1)).astype(np.uint16))
    # what is brighter than the peak is shown as white
    return light * np.minimum(scale, 1 / np.maximum(brightest, np.float32(1e-6)))


@lru_cache(maxsize=4)
def _scales(peak: float) -> FloatImage:
    """Table over light up to `peak`: what it is multiplied by.

    EETF of ITU-R BT.2390-11, section 5.4.1, from `peak` to white.
    """
    top = float(nits_to_pq(np.array(peak)))
    target = float(nits_to_pq(np.array(REFERENCE_WHITE))) / top
    knee = 1.5 * target - 0.5
    signal = np.linspace(0, 1, 4096)
    t = np.clip((signal - knee) / (1 - knee), 0, 1)
    spline = (
        (2 * t**3 - 3 * t**2 + 1) * knee
        + (t**3 - 2 * t**2 + t) * (1 - knee)
        + (-2 * t**3 + 3 * t**2) * target
    )
    mapped = np.where(signal < knee, signal, spline)
    light, shown = (pq_to_nits(each * top) for each in (signal, mapped))
    places = np.linspace(0, peak, _ENTRIES)
    scales = np.interp(places[1:], light, shown) / places[1:]
    return np.concatenate([[1], scales]).astype(np.float32)


@lru_cache(maxsize=8)
def _from_xyz(primaries: int) -> NDArray[np.float64]:
    """Matrix from XYZ to linear RGB."""
    *colors, white = _CHROMATICITIES.get(primaries, _CHROMATICITIES[1])
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in colors]).T
    x, y = white
    scale = np.linalg.solve(columns, np.array([x / y, 1, (1 - x - y) / y]))
    return np.asarray(np.linalg.inv(columns * scale))


@lru_cache(maxsize=8)
def _to_bt709(primaries: int) -> FloatImage:
    """Matrix from linear RGB of some primaries to that of BT.709; the white stays white."""
    matrix = _from_xyz(1) @ np.linalg.inv(_from_xyz(primaries))
    return (matrix / matrix.sum(axis=1, keepdims=True)).astype(np.float32)
