"""The colors that a style shows at each luminance: a network's results are kept within them.

A network for a style of one tint (an engraving, ink) adds faint blue and yellow of its own where
its loss hardly notices; in large patches the eye does. What the style pictures never show, a
result need not show either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from facestyle.neural.box_mean import box_mean
from facestyle.neural.pictures import from_yiq, to_yiq

KNOTS = 17  # luminances, evenly from black to white, that a range is told at
_WIDTH = 0.04  # standard deviation of the luminances that tell of a knot
# share in a knot of luminances farther off, and their width: a style may have no white or no black
_FAR_SHARE, _FAR_WIDTH = 1e-3, 0.2
_SHOWN = 0.99  # share of a style's colors within its range; the rest is noise of JPEG files
_CELL = 4  # px whose mean is one color of a style picture: the eye sees no tint in thinner lines
_AROUND = 7  # px: side of the square whose mean, taken twice, is the color of a place in a result
_LEAST = 1 / 255  # half axis of an ellipse at least, a level
# spread of chroma at which a style of many colors is let go twice as far: held to the colors of van
# Gogh's village, lips turned brown
_COLORFUL = 0.06
_STEPS = 1024  # of the table that pixels look up


@dataclass(frozen=True)
class ColorRange:
    """Ellipses of chroma (I and Q of NTSC) at `KNOTS` luminances.

    Attributes
    ----------
    center : torch.Tensor
        (K, 2), float64.
    shape : torch.Tensor
        (K, 2, 2), float64: c is inside where (c - center)^T shape^-1 (c - center) <= 1.
    """

    center: torch.Tensor
    shape: torch.Tensor

    def to_json(self) -> list[list[float]]:
        """Return K times center and shape: I, Q, II, IQ, QQ."""
        upper = self.shape[:, (0, 0, 1), (0, 1, 1)]
        return [[float(f"{v:.4g}") for v in row] for row in torch.cat((self.center, upper), 1)]


def range_from_json(value: Any) -> ColorRange:
    """Return what `ColorRange.to_json` told.

    Raises
    ------
    ValueError
        It is something else.
    """
    try:
        rows = torch.tensor(value, dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError("not numbers") from error
    if tuple(rows.shape) != (KNOTS, 5) or not bool(rows.isfinite().all()):
        raise ValueError(f"expected {KNOTS} x 5 numbers")
    shape = rows[:, (2, 3, 3, 4)].view(KNOTS, 2, 2)
    if bool((torch.linalg.eigvalsh(shape) <= 0).any()):
        raise ValueError("an ellipse without extent")
    return ColorRange(rows[:, :2], shape)


def measure_range(pictures: Sequence[torch.Tensor], shares: Sequence[float]) -> ColorRange:
    """Return the range of style pictures, each RGB (1, 3, h, w) in [0, 1], mixed by share."""
    cells = [nn.functional.avg_pool2d(picture.cpu().double(), _CELL) for picture in pictures]
    planes = [to_yiq(picture)[0].flatten(1) for picture in cells]
    counts = [
        plane.new_full((plane.shape[1],), share / plane.shape[1])
        for plane, share in zip(planes, shares, strict=True)
    ]
    luma, chroma = torch.cat(planes, 1).split((1, 2))
    centers, shapes, least = [], [], torch.eye(2, dtype=luma.dtype)
    for knot in torch.linspace(0, 1, KNOTS, dtype=torch.float64):
        off = (luma[0] - knot).square()
        near = torch.exp(-off / (2 * _WIDTH**2)) + _FAR_SHARE * torch.exp(
            -off / (2 * _FAR_WIDTH**2)
        )
        weights = near * torch.cat(counts)
        weights = weights / weights.sum()
        center = chroma @ weights
        away = chroma - center[:, None]
        covariance = (away * weights) @ away.T + 1e-9 * least
        distance = (away * torch.linalg.solve(covariance, away)).sum(0)
        centers.append(center)
        shapes.append(covariance * _quantile(distance, weights).clamp_min(1) + _LEAST**2 * least)
    return ColorRange(torch.stack(centers), torch.stack(shapes))


def _quantile(values: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Return the value that `_SHOWN` of the weights stay below."""
    order = values.argsort()
    found = int(torch.searchsorted(weights[order].cumsum(0), _SHOWN))
    return values[order[min(found, len(order) - 1)]]


def mix_ranges(ranges: Sequence[ColorRange | None], shares: Sequence[float]) -> ColorRange | None:
    """Return the range of a blend: it reaches as far as its styles, and between them.

    None where that of a style in it is not known.
    """
    used = [(known, share) for known, share in zip(ranges, shares, strict=True) if share > 0]
    whole = sum(share for _, share in used)
    known = [(known, share / whole) for known, share in used if known is not None]
    if len(known) < len(used):
        return None
    center = sum(share * own.center for own, share in known)
    shape = torch.zeros_like(known[0][0].shape)
    for own, share in known:
        apart = own.center - center
        shape += share * (own.shape + apart[:, :, None] * apart[:, None])
    return ColorRange(center, shape)


class ColorLimit(nn.Module):
    """Keeps pictures within a range; what is inside stays as it is.

    A range of many colors is let go farther: it keeps the tint of a style of one tint, no more.

    The mean color around each pixel is moved, and the pixel with it. Pixel by pixel the thin lines
    of an engraving lose tints that the eye does not see and the style loss, measured of JPEG files,
    does: it rose by 8 %, and stays as it is with the mean.

    Parameters
    ----------
    limits : ColorRange
    around : int
        Side of the square whose mean is moved, px; 1 moves each pixel by itself.
    """

    table: torch.Tensor

    def __init__(self, limits: ColorRange, around: int = _AROUND) -> None:
        super().__init__()
        self.range, self._around = limits, around
        self.margin = 2 * (around // 2)  # px that a place depends on
        rows = torch.cat((limits.center, limits.shape[:, (0, 0, 1), (0, 1, 1)]), 1)
        rows = nn.functional.interpolate(rows.T[None], _STEPS, mode="linear", align_corners=True)[0]
        i, q, ii, iq, qq = rows
        room = (1 + (ii + qq) / _COLORFUL**2).square() * (ii * qq - iq.square())
        table = torch.stack((i, q, qq / room, -iq / room, ii / room))
        self.register_buffer("table", table.float(), persistent=False)

    @torch.no_grad()
    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        """Return RGB (B, 3, H, W), beyond [0, 1] where the picture is or by rounding."""
        mean = picture.clamp(0, 1).float()
        for _ in range(2):
            mean = box_mean(mean, self._around)
        return picture + self._change(mean).to(picture)

    def _change(self, mean: torch.Tensor) -> torch.Tensor:
        """Return what brings colors into the range, zero for those within."""
        luma, i, q = to_yiq(mean).unbind(1)
        place = (luma.clamp(0, 1) * (_STEPS - 1)).round().long()
        center_i, center_q, ii, iq, qq = (column[place] for column in self.table)
        i, q = i - center_i, q - center_q
        distance = ii * i.square() + 2 * iq * i * q + qq * q.square()
        beyond = distance.clamp_min(1).rsqrt() - 1
        return from_yiq(torch.stack((torch.zeros_like(luma), beyond * i, beyond * q), 1))


def within_styles(
    picture: torch.Tensor,
    styles: Sequence[torch.Tensor],
    shares: Sequence[float],
    strength: float = 1.0,
) -> torch.Tensor:
    """Keep an optimized picture within the colors of its style pictures, pixel by pixel.

    An ink drawing made violet and green specks at eyes and noses: the loss measures features in
    which they count next to nothing.

    Parameters
    ----------
    picture : (1, 3, H, W) tensor
        RGB in [0, 1].
    styles : sequence of (1, 3, h, w) tensor
    shares : sequence of float
    strength : float
        1 keeps it within, 0 as it is.

    Returns
    -------
    (1, 3, H, W) tensor
    """
    limit = ColorLimit(measure_range(styles, shares), around=1).to(picture.device)
    return torch.lerp(picture, limit(picture), strength).clamp(0, 1)
