"""What the lit looks begin with: the source's light taken out, its detail evened, a key light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recipes.filters import luminance
from recipes.relight import flatten, key_light, set_black, skin_mask
from recipes.studio import Sitter
from recipes.texture import lift_levels, skin_relief


@dataclass(frozen=True)
class Setup:
    """A look's light and negative.

    Attributes
    ----------
    key : (x, y, z)
        Where the light comes from; x right, y down, z to us.
    flattening : float
        Share of the source's own light that is taken away.
    middle : float
        Luma that the face's median is brought to.
    levels : tuple of float
        RMS of the Laplacian levels inside the face, from fine to coarse.
    relief : float
        Strength of pores and fine folds.
    """

    key: tuple[float, float, float]
    flattening: float
    middle: float
    levels: tuple[float, ...]
    relief: float


def set_up(
    sitter: Sitter, setup: Setup, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Prepare a sitter for a look's print.

    Returns
    -------
    luma, light, skin : (H, W) float32
        The evened negative, the key light from 0 to 1, and where bare skin of the face is.
    """
    face, matte = sitter.face, sitter.matte
    skin = skin_mask(face, matte.shape) * matte
    luma = set_black(luminance(sitter.person), matte)
    luma = np.clip(flatten(luma, matte, face, setup.flattening), 0.002, 1)
    median = float(np.clip(np.median(luma[skin > 0.6]), 0.15, 0.9))
    luma = luma ** (np.log(setup.middle) / np.log(median))
    luma = lift_levels(luma, matte, face, setup.levels)
    luma *= 1 + setup.relief * skin_relief(face, luma.shape, setup.key[:2], rng)
    light = np.clip(key_light(face, luma.shape, setup.key), 0, 1)
    return np.clip(luma, 0, None), light, skin
