"""Style pictures as NumPy arrays; light, so that nothing waits for PyTorch."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class StyleImage:
    """A style picture and its part in the mixture.

    Attributes
    ----------
    image : (h, w, 3) float
        RGB in [0, 1].
    share : float
        Weight >= 0 among the style pictures.
    regions : (R, h, w) float or None
        Masks in [0, 1] that name the same regions as the content's; None where the whole serves
        every region.
    name : str
        Kept in the record of a training.
    """

    image: np.ndarray
    share: float = 1.0
    regions: np.ndarray | None = None
    name: str = ""


def style_image(style: np.ndarray | StyleImage) -> StyleImage:
    """A plain array as a style picture."""
    return style if isinstance(style, StyleImage) else StyleImage(style)
