"""The color of the light on a face, told from its skin, and colors seen in another light.

Lamps, shade and tinted paintings color skin as they color all else: what skin is beyond the usual
is the light's (von Kries' adaptation, with skin in the place of white; in Lab, X and Z over Y are
a and b over luminance).
"""

from __future__ import annotations

import numpy as np

# Cube roots of X / Y and Z / Y of skin, over those of white: 10th and 90th percentile of the
# development half's 25 photographs
_USUAL = np.array([[1.029, 0.767], [1.054, 0.914]])
NEUTRAL = (1.0, 1.0)


def light_on_skin(skin: np.ndarray) -> tuple[float, float]:
    """How far a light colors X and Z, as factors of their cube roots; (1, 1) on usual skin.

    Parameters
    ----------
    skin : (N, 3) float32
        Lab of 1.
    """
    if not len(skin):
        return NEUTRAL
    luminance, a, b = skin.mean(axis=0, dtype=np.float64)
    root = _root_of_y(luminance)
    ratios = np.array([1 + a / (5 * root), 1 - b / (2 * root)])
    x, z = ratios / np.clip(ratios, *_USUAL)
    return float(x), float(z)


def in_other_light(
    lab: np.ndarray,
    light: tuple[float, float],
    other: tuple[float, float],
    whites: float = 0.0,
) -> np.ndarray:
    """Colors as they are when one light is exchanged for another.

    Parameters
    ----------
    lab : (..., 3) float32
        Lab of 1.
    light, other : (float, float)
        From `light_on_skin`: what they are seen in, and what they are to be seen in.
    whites : float
        How far what is gray in the picture is taken to be gray, from 0 to 1. Skin may be colored
        strongly by nature, or in print: a white collar beside it would come out cyan. So what
        takes the first light away takes no more of a and b than there is.

    Returns
    -------
    (..., 2) float32
        Their a and b.
    """
    if light == other:
        return lab[..., 1:]
    root = _root_of_y(lab[..., 0])
    if whites == 0:
        return _lit(lab[..., 1:], root, (other[0] / light[0], other[1] / light[1]))
    own = lab[..., 1:]
    plain = _lit(own, root, (1 / light[0], 1 / light[1]))
    no_further = np.clip(plain, np.minimum(own, 0), np.maximum(own, 0))
    return _lit(plain + np.float32(whites) * (no_further - plain), root, other)


def _lit(colors: np.ndarray, root: np.ndarray | float, factors: tuple[float, float]) -> np.ndarray:
    """a and b in a light with other factors of the cube roots of X and Z."""
    x, z = np.float32(factors[0]), np.float32(factors[1])
    a = x * colors[..., 0] + 5 * (x - 1) * root
    b = z * colors[..., 1] - 2 * (z - 1) * root
    return np.stack([a, b], axis=-1).astype(np.float32)


def _root_of_y(luminance: np.ndarray | float) -> np.ndarray | float:
    return (luminance + 0.16) / 1.16
