"""High dynamic range to the range of a sheet of paper: PQ and HLG, and the way down from them."""

import numpy as np
from numpy.typing import NDArray

_Doubles = NDArray[np.float64]

# ITU-R BT.2408-7, table 1: diffuse white of HDR pictures, cd/m2
DIFFUSE_WHITE = 203.0
_HLG_PEAK, _HLG_SYSTEM_GAMMA = 1000.0, 1.2  # BT.2100-2, table 5: the nominal display
# light up to here, of diffuse white, is left as it is; above is rolled off
_KNEE = 0.75


def pq_to_light(values: _Doubles) -> _Doubles:
    """Light of PQ numbers, 1 for diffuse white (BT.2100-2, table 4)."""
    m1, m2 = 2610 / 16384, 2523 / 4096 * 128
    c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    power = np.clip(values, 0, 1) ** (1 / m2)
    return np.asarray(
        10000 / DIFFUSE_WHITE * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    )


def hlg_to_light(values: _Doubles) -> _Doubles:
    """Light of HLG numbers on the nominal display, 1 for diffuse white (BT.2100-2, table 5).

    Parameters
    ----------
    values : (H, W, 3) float64 in [0, 1]
        In the primaries of BT.2020, as HLG's system gamma wants them.
    """
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(values <= 0.5, values**2 / 3, (np.exp((values - c) / a) + b) / 12)
    luminance = scene @ np.array([0.2627, 0.6780, 0.0593])
    gain = np.maximum(luminance, 1e-12) ** (_HLG_SYSTEM_GAMMA - 1)
    return np.asarray(_HLG_PEAK / DIFFUSE_WHITE * gain[..., None] * scene)


def map_tones(light: _Doubles, peak: float) -> _Doubles:
    """Bring light of up to `peak` times diffuse white below diffuse white; hues are kept.

    Pictures without highlights (`peak` at most 1) come back unchanged. Others are unchanged up to
    a knee, and above it follow a rational curve with the knee's slope that ends at white.

    Parameters
    ----------
    light : (..., 3) float64
        Linear light, 1 for diffuse white.
    peak : float
        The brightest of the whole picture.
    """
    if peak <= 1:
        return light
    brightest = light.max(axis=-1, keepdims=True)
    room, excess = 1 - _KNEE, np.maximum(brightest - _KNEE, 0)
    # x / (1 + s x) has slope 1 at 0; s lets it reach the room at the peak
    slope = 1 / room - 1 / (peak - _KNEE)
    mapped = np.where(brightest > _KNEE, _KNEE + excess / (1 + slope * excess), brightest)
    return np.asarray(light * (mapped / np.maximum(brightest, 1e-12)))
