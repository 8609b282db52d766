"""Style pictures: their share, their regions, their colors."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from facestyle.errors import UsageError
from facestyle.neural.pictures import color_statistics, fit_size, match_colors, resize_masks
from facestyle.neural.settings import MINIMUM_SIZE

_PRESENT = 1e-3  # share of a style picture from which on a region counts as shown


@dataclass(frozen=True)
class StylePicture:
    """A style picture and its part in the mixture.

    Attributes
    ----------
    picture : torch.Tensor
        RGB (1, 3, H, W) in [0, 1].
    share : float
        Weight >= 0 among the style pictures.
    regions : torch.Tensor or None
        Masks (R, H, W) that name the same regions as the content's.
    """

    picture: torch.Tensor
    share: float = 1.0
    regions: torch.Tensor | None = None


def style_size(picture: torch.Tensor, longer: int) -> tuple[int, int]:
    """Return the style picture's (height, width): longer side `longer`, large enough to measure."""
    height, width = fit_size(picture.shape[2], picture.shape[3], longer)
    return max(MINIMUM_SIZE, height), max(MINIMUM_SIZE, width)


def style_masks(
    styles: Sequence[StylePicture],
    regions: torch.Tensor | None,
    sizes: Sequence[tuple[int, int]],
) -> tuple[list[torch.Tensor | None], torch.Tensor]:
    """Return every style picture's masks at its size, and which regions it shows, (S, R).

    Parameters
    ----------
    styles : sequence of S StylePicture
    regions : (R, H, W) tensor or None
        Of the content.
    sizes : sequence of (int, int)
        Height and width of each style picture as it is measured.

    Returns
    -------
    masks : list of (R, h, w) tensor or None
    shown : (S, R) bool tensor

    Raises
    ------
    UsageError
        If a style picture has another number of regions.
    """
    if regions is None:
        shown = torch.ones((len(sizes), 1), dtype=torch.bool, device=styles[0].picture.device)
        return [None] * len(sizes), shown
    count = regions.shape[0]
    masks = []
    for style, size in zip(styles, sizes, strict=True):
        if style.regions is None:
            # Without masks of its own a style picture serves every region with all of itself.
            masks.append(regions.new_ones((count, *size)))
        elif style.regions.shape[0] != count:
            raise UsageError(
                f"a style picture has {style.regions.shape[0]} region masks, the content has "
                f"{count}; they must name the same regions"
            )
        else:
            masks.append(resize_masks(style.regions, size))
    shown = torch.stack([mask.mean((1, 2)) > _PRESENT for mask in masks])
    nowhere = ~shown.any(0)
    for mask in masks:  # a region that no style picture shows takes the style of the whole
        mask[nowhere] = 1.0
    return list(masks), shown | nowhere


def recolor(
    content: torch.Tensor,
    styles: Sequence[StylePicture],
    regions: torch.Tensor | None = None,
) -> torch.Tensor:
    """Give a picture (1, 3, H, W) the mean and covariance of the style pictures' colors.

    With regions (R, H', W'), every region takes those of the same region of the style pictures.
    Where none of these has regions, the picture takes them as a whole: in a region, all of a
    style's colors would stretch its tones.

    Parameters
    ----------
    content : (1, 3, H, W) tensor
        In [0, 1].
    styles : sequence of StylePicture
    regions : (R, H', W') tensor, optional

    Returns
    -------
    (1, 3, H, W) tensor
        Not clipped.
    """
    size = (content.shape[2], content.shape[3])
    if regions is None or all(style.regions is None for style in styles):
        return match_colors(content, *_mean_colors(content, [(s, None) for s in styles]))
    weights = resize_masks(regions, size)
    sizes = [(style.picture.shape[2], style.picture.shape[3]) for style in styles]
    masks, shown = style_masks(styles, regions, sizes)
    whole = weights.sum(0).clamp_min(1e-6)
    result = content * (1 - weights.sum(0)).clamp_min(0)
    for region, weight in enumerate(weights):
        parts = [
            (style, mask[region])
            for style, mask, visible in zip(styles, masks, shown, strict=True)
            if mask is not None and visible[region]
        ]
        recolored = match_colors(content, *_mean_colors(content, parts), weight)
        result = result + recolored * (weight / whole.clamp_min(1))
    return result


def mean_colors(styles: Sequence[StylePicture]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return mean (3,) and covariance (3, 3) of the style pictures' colors, averaged by share."""
    return _mean_colors(styles[0].picture, [(style, None) for style in styles])


def _mean_colors(
    like: torch.Tensor, parts: Sequence[tuple[StylePicture, torch.Tensor | None]]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return mean and covariance of the colors of style pictures, averaged by share."""
    whole = sum(style.share for style, _ in parts) or 1.0
    mean, covariance = like.new_zeros(3), like.new_zeros(3, 3)
    for style, weights in parts:
        style_mean, style_covariance = color_statistics(style.picture.to(like), weights)
        mean += style_mean * (style.share / whole)
        covariance += style_covariance * (style.share / whole)
    return mean, covariance
