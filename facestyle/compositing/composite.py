"""Putting the stylized person back into the picture."""

from __future__ import annotations

import numpy as np

from facestyle.imaging.normalized_convolution import expanded


def composite(
    image: np.ndarray,
    matte: np.ndarray,
    layers: tuple[np.ndarray, np.ndarray],
    stylized: np.ndarray,
    background: np.ndarray | None,
    strength: float = 1.0,
) -> np.ndarray:
    """Place the stylized person before a new background, or before its own.

    What the matte's two layers do not explain of the picture (a strand of hair that the matte
    missed) stays as far as the background stays, so that nothing changes at strength 0.

    Parameters
    ----------
    image : (H, W, 3) float32
        The input, sRGB in [0, 1].
    matte : (H, W) float32
    layers : (foreground, background), each (H, W, 3) float32
        From `separate_layers`.
    stylized : (H, W, 3) float32
        The person in the new style; replaces the foreground layer.
    background : (H, W, 3) float32, (3,) float32 or None
        What goes behind; None keeps the input's own background.
    strength : float
        How much of the new background to take.

    Returns
    -------
    (H, W, 3) float32
        In [0, 1].
    """
    foreground, behind = layers
    opacity = expanded(matte)
    # what the layers say, and what they don't explain
    person = foreground - behind
    person *= opacity
    unexplained = image - behind
    unexplained -= person
    if background is not None:
        share = np.float32(min(strength, 1.0))
        behind = behind + share * (background - behind)
        unexplained *= 1 - share
    result = stylized - behind
    result *= opacity
    result += behind
    result += unexplained
    return np.clip(result, 0, 1, out=result)
