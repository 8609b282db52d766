"""From what a network puts out to colors: added to a picture, and kept within a style's range."""

import torch

from facestyle.neural.color_ranges import ColorLimit
from facestyle.neural.row_margins import bands

_BAND_PIXELS = 1 << 19  # computed at once, to spare memory


def to_colors(x: torch.Tensor) -> torch.Tensor:
    """Map the last convolution's output to colors by a scaled tanh (Johnson, section 3.1)."""
    return 0.5 + 0.6 * torch.tanh(x)


def from_colors(picture: torch.Tensor) -> torch.Tensor:
    """Return what `to_colors` maps to a picture in [0, 1]."""
    return torch.atanh((picture - 0.5) / 0.6)


def color(
    x: torch.Tensor, base: torch.Tensor | None = None, limit: ColorLimit | None = None
) -> torch.Tensor:
    """Return the colors of an output, a few rows at a time.

    Parameters
    ----------
    x : (B, 3, H, W) tensor
        What the network puts out.
    base : (B, 3, H, W) tensor, optional
        The picture that it is added to, RGB in [0, 1].
    limit : ColorLimit, optional
        What keeps the result within a style's colors.

    Returns
    -------
    (B, 3, H, W) tensor
    """
    if torch.is_grad_enabled():
        return _color(x, base, limit)
    result = torch.empty_like(x, memory_format=torch.contiguous_format)
    margin = 0 if limit is None else limit.margin
    rows = max(1, _BAND_PIXELS // x.shape[3])
    for outer, inner, own in bands(0, x.shape[2], rows, margin, x.shape[2]):
        beneath = None if base is None else base[:, :, outer]
        result[:, :, own] = _color(x[:, :, outer], beneath, limit)[:, :, inner]
    return result


def _color(x: torch.Tensor, base: torch.Tensor | None, limit: ColorLimit | None) -> torch.Tensor:
    colors = to_colors(x if base is None else x + from_colors(base))
    return colors if limit is None else limit(colors)
