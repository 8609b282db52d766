"""What the last normalization usually finds: a picture in which no place is raised blows up.

A network relies on its spot (`spots.py`), and raises none in a few small pictures, in every other
frame of a clip: its strokes are then scaled up to four times, to neon colors. The variances that it
relies on are those of any picture, within a tenth, and so of a synthetic one.
"""

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import nn

from facestyle.neural.normalization import ChannelMoments

# Strongest place over the median below which a picture may lack its spot. 44 portraits of 240 and
# 512 px have 15 and more in three styles, pictures that blew up 2.7 and 11
RAISED_AS_USUAL = 14.0
_SIZE = 256  # px
# cells of the smooth fields that the synthetic picture is the sum of, and their amplitudes
_FIELDS = ((3, 0.2), (8, 0.12), (32, 0.06), (128, 0.02))


@torch.no_grad()
def usual_moments(x: torch.Tensor, layers: Iterable[nn.Module]) -> ChannelMoments:
    """Return mean and variance of what layers make of (1, C, H, W), the synthetic picture."""
    for layer in layers:
        x = layer(x)
    return ChannelMoments(x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0))


def synthetic_picture() -> torch.Tensor:
    """Return a picture of broad and fine colors, (1, 3, 256, 256) in [0, 1]."""
    random = torch.Generator().manual_seed(0)
    picture = torch.full((1, 3, _SIZE, _SIZE), 0.5)
    for cells, amplitude in _FIELDS:
        field = amplitude * torch.randn(1, 3, cells, cells, generator=random)
        picture = picture + F.interpolate(field, size=(_SIZE, _SIZE), mode="bicubic")
    return picture.clamp(0, 1)
