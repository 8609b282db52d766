"""The right and lower border of a picture, where a network knows nothing of what follows.

Of the last columns of `auvers` two were 30 to 50 of 255 too light in six of twelve portraits; those
of a picture that goes on are not. Training pictures are cut out of larger ones, and end nowhere.
"""

import torch
import torch.nn.functional as F

from facestyle.neural.large_pictures import Progress, redraw
from facestyle.neural.transformer import Transformer

_MARGIN = 8  # px that are drawn beyond the picture: two cells of the coarsest grid


def redraw_within(
    network: Transformer,
    picture: torch.Tensor,
    strength: torch.Tensor | None = None,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> torch.Tensor:
    """Redraw a picture that goes on as a reflection beyond its right and lower border.

    Parameters
    ----------
    network : Transformer
    picture : (1, 3, H, W) tensor
    strength : (1, 1, h, w) tensor, optional
    seed : int
    progress : callable, optional
        See `redraw`.

    Returns
    -------
    (1, 3, H, W) tensor
    """
    height, width = picture.shape[-2:]
    further = [0, min(_MARGIN, width - 1), 0, min(_MARGIN, height - 1)]
    if strength is not None:
        strength = F.interpolate(strength, (height, width), mode="bilinear", align_corners=False)
        strength = F.pad(strength, further, mode="replicate")
    larger = F.pad(picture, further, mode="reflect")
    return redraw(network, larger, strength, seed=seed, progress=progress)[..., :height, :width]
