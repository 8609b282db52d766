"""What a training aims at, measured of the style pictures at the size they are learned at."""

from collections.abc import Sequence

import torch

from facestyle.neural.color_ranges import ColorRange, measure_range
from facestyle.neural.loss_network import LossNetwork
from facestyle.neural.pictures import resize
from facestyle.neural.settings import TrainOptions
from facestyle.neural.style_pictures import StylePicture, style_size
from facestyle.neural.style_statistics import Grams, measure_grams, mix_grams


def style_target(
    network: LossNetwork, styles: Sequence[StylePicture], options: TrainOptions
) -> Grams:
    """Return the Gram matrices of style pictures, mixed by their shares.

    Parameters
    ----------
    network : LossNetwork
    styles : Sequence of StylePicture
    options : TrainOptions
        Their size and layers.
    """
    device = network.mean.device
    grams = [
        measure_grams(network, _scaled(style.picture.to(device), options), options.style_layers)
        for style in styles
    ]
    shown = torch.ones((len(styles), 1), dtype=torch.bool, device=device)
    return mix_grams(grams, [style.share for style in styles], shown)


def style_range(styles: Sequence[StylePicture], options: TrainOptions) -> ColorRange:
    """Return the colors of style pictures, mixed by their shares.

    Parameters
    ----------
    styles : Sequence of StylePicture
    options : TrainOptions
        Their size.
    """
    pictures = [_scaled(style.picture, options) for style in styles]
    return measure_range(pictures, [style.share for style in styles])


def _scaled(picture: torch.Tensor, options: TrainOptions) -> torch.Tensor:
    return resize(picture, style_size(picture, options.style_size)).clamp(0, 1)
