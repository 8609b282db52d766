"""Looks that read nothing but a pixel's color, as a lookup table does: film, fade, split tone.

Mild ones show what strong ones hide: whether a look is told from the people who wear it.
The first six are of the development half, the others of the test half (`splits.py`).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # Rec. 601


def film_stock(image: Array) -> Array:
    """A portrait film: soft shoulder, warm lights, shadows a trace green, little saturation."""
    shouldered = image - 0.06 * np.sin(2 * np.pi * image) * (image > 0.5)
    picture = _curved(shouldered, 0.25)
    luma = (picture @ LUMA)[..., None]
    picture = luma + 0.9 * (picture - luma)
    warm = luma * luma * np.array([0.03, 0.01, -0.035], np.float32)
    return picture + warm + (1 - luma) ** 2 * np.array([0.005, 0.015, 0.0], np.float32)


def pastel(image: Array) -> Array:
    """Lifted blacks, low contrast, faint rose."""
    luma = (image @ LUMA)[..., None]
    picture = luma + 0.75 * (image - luma)
    return 0.14 + 0.8 * picture + np.array([0.02, -0.005, 0.01], np.float32)


def split_tone(image: Array) -> Array:
    """Blue shadows, orange lights, lightness kept."""
    luma = (image @ LUMA)[..., None]
    shadows = (1 - luma) ** 2 * np.array([-0.025, -0.005, 0.06], np.float32)
    return image + shadows + luma**2 * np.array([0.045, 0.005, -0.05], np.float32)


def cross_process(image: Array) -> Array:
    """Slide film in negative chemistry: steep red and green, flat blue."""
    red, green, blue = np.moveaxis(image, 2, 0)
    return np.dstack([_curved(red, 0.6), _curved(green, 0.4), 0.09 + 0.78 * blue])


def soft_curve(image: Array) -> Array:
    """A contrast curve, and nothing else."""
    return _curved(image, 0.4)


def cool_daylight(image: Array) -> Array:
    """A colder white balance, a sixth of a stop down."""
    return image * np.array([0.85, 0.9, 0.97], np.float32)


def amber(image: Array) -> Array:
    """Mostly one hue: luma in amber, a third of the color left, shadows opened."""
    luma = (image @ LUMA)[..., None] ** np.float32(0.9)
    tinted = luma * np.array([1.1, 0.86, 0.52], np.float32) + 0.02
    return tinted + 0.33 * (image - (image @ LUMA)[..., None])


def mild_teal(image: Array) -> Array:
    """Teal shadows and warm lights, as faint as a grade for the cinema."""
    luma = (image @ LUMA)[..., None]
    picture = image + (1 - luma) * np.array([-0.03, 0.012, 0.028], np.float32)
    return picture + luma * np.array([0.018, 0.0, -0.02], np.float32)


def faded(image: Array) -> Array:
    """A print left in the sun: no black, no white, little color, a green-yellow veil."""
    luma = (image @ LUMA)[..., None]
    picture = luma + 0.62 * (image - luma)
    return np.array([0.12, 0.125, 0.09], np.float32) + picture * np.float32(0.76)


def hard_contrast(image: Array) -> Array:
    """A steep curve on luma, with the saturation that comes with it."""
    luma = (image @ LUMA)[..., None]
    steep = 1 / (1 + np.exp(-7.5 * (luma - 0.52)))
    return steep + 1.15 * (image - luma)


def _curved(values: Array, amount: float) -> Array:
    """Move values towards a smooth S curve."""
    return np.asarray(values + np.float32(amount) * (values * values * (3 - 2 * values) - values))


GRADES: dict[str, Callable[[Array], Array]] = {
    "film": film_stock,
    "pastel": pastel,
    "split": split_tone,
    "cross": cross_process,
    "curve": soft_curve,
    "cool": cool_daylight,
    "amber": amber,
    "teal": mild_teal,
    "faded": faded,
    "hard": hard_contrast,
}
