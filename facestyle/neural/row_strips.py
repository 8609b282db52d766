"""The activations of a large picture, a few rows at a time.

A map is either in memory or computed when its rows are asked for. Its normalization is applied as
rows are read, so that nothing goes over a whole map twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch

from facestyle.neural.normalization import BatchNorm, ChannelMoments, InstanceNorm, near_usual
from facestyle.neural.row_kernels import RowKernels, empty_rows, row_kernels
from facestyle.neural.row_margins import bands
from facestyle.neural.transformer import ConvLayer


@dataclass(frozen=True)
class Scaling:
    """What a normalization comes to once its mean and variance are known.

    Attributes
    ----------
    scale, shift : torch.Tensor
        (C, 1, 1).
    rectify : bool
        Whether negative results become 0.
    """

    scale: torch.Tensor
    shift: torch.Tensor
    rectify: bool

    def into(self, x: torch.Tensor, result: torch.Tensor) -> None:
        """Write what a strip is scaled to.

        Parameters
        ----------
        x, result : torch.Tensor
            (1, C, h, w); they may be the same.
        """
        torch.addcmul(self.shift, x, self.scale, out=result)
        if self.rectify:
            result.relu_()


class Moments:
    """Mean and variance of channels, gathered strip by strip (Chan et al. 1983)."""

    def __init__(self) -> None:
        self.count = 0
        self.mean = self._squares = torch.zeros((), dtype=torch.float64)

    def add(self, x: torch.Tensor) -> None:
        """Add a strip (1, C, h, w)."""
        flat = x.permute(0, 2, 3, 1).reshape(-1, x.shape[1])
        mean = flat.mean(0)
        squares = (flat - mean).square_().sum(0).cpu().double()  # which Apple's GPUs have not
        count, apart = self.count + len(flat), mean.cpu().double() - self.mean
        self._squares = self._squares + squares + apart.square() * (self.count * len(flat) / count)
        self.mean = self.mean + apart * (len(flat) / count)
        self.count = count

    @property
    def variance(self) -> torch.Tensor:
        """Of what was added, (C,)."""
        return self._squares / self.count


def scaling(
    norm: InstanceNorm | BatchNorm,
    moments: Moments,
    *,
    rectify: bool,
    usual: ChannelMoments | None = None,
) -> Scaling:
    """Return what a normalization does to a map.

    Parameters
    ----------
    norm : InstanceNorm or BatchNorm
    moments : Moments
        Of the map; batch normalization knows its own.
    rectify : bool
        Whether negative results become 0.
    usual : ChannelMoments, optional
        Those of the map are not to be far below; see `near_usual`.
    """
    known = isinstance(norm, BatchNorm)
    mean, variance = (norm.mean, norm.variance) if known else (moments.mean, moments.variance)
    if usual is not None and not known:
        mean, variance = near_usual(ChannelMoments(mean, variance), usual)
    gain, offset, mean, variance = (
        values.detach().cpu().double() for values in (norm.scale, norm.shift, mean, variance)
    )
    scale = gain / (variance + norm.epsilon).sqrt()
    shift = offset - mean * scale
    like = norm.scale.detach()
    return Scaling(scale.to(like)[:, None, None], shift.to(like)[:, None, None], rectify)


class Rows(Protocol):
    """A map (1, C, H, W) whose rows can be read.

    Attributes
    ----------
    shape : (int, int, int)
        C, H, W.
    multiplications : float
        That a row takes each time it is read.
    """

    shape: tuple[int, int, int]
    multiplications: float

    def read(self, start: int, stop: int, into: torch.Tensor) -> None:
        """Write rows [start, stop).

        Parameters
        ----------
        start, stop : int
        into : torch.Tensor
            (1, C, stop - start, W).
        """
        ...


class StoredRows:
    """A map in memory.

    Parameters
    ----------
    x : torch.Tensor
        (1, C, H, W).
    scaled : Scaling, optional
        Applied to what is read.
    """

    def __init__(self, x: torch.Tensor, scaled: Scaling | None = None) -> None:
        self.shape = (x.shape[1], x.shape[2], x.shape[3])
        self.multiplications = 0.0
        self._x, self._scaled = x, scaled

    def read(self, start: int, stop: int, into: torch.Tensor) -> None:
        """Write rows [start, stop).

        Parameters
        ----------
        start, stop : int
        into : torch.Tensor
            (1, C, stop - start, W).
        """
        rows = self._x[:, :, start:stop]
        if self._scaled is None:
            into.copy_(rows)
        else:
            self._scaled.into(rows, into)


class ComputedRows:
    """What a convolution makes of a map, computed as often as it is read.

    Parameters
    ----------
    layer : ConvLayer
    source : Rows
        Its input.

    Attributes
    ----------
    scaled : Scaling or None
        Applied to what is read.
    """

    def __init__(self, layer: ConvLayer, source: Rows) -> None:
        self.shape = (layer.weight.shape[0], *output_size(layer, *source.shape[1:]))
        self.scaled: Scaling | None = None
        self._kernels: RowKernels = row_kernels(layer)
        self._source, self._stride, self._upsample = source, layer.stride, layer.upsample
        beneath = source.multiplications * layer.stride / layer.upsample
        self.multiplications = self._kernels.multiplications * self.shape[2] + beneath

    def rows(self, start: int, stop: int) -> torch.Tensor:
        """Return rows [start, stop), not scaled."""
        first, last = start // self._upsample, -(-stop // self._upsample)
        border = self._kernels.border
        made = self._kernels(
            self._padded(first * self._stride - border, (last - 1) * self._stride + border + 1)
        )
        return made[:, :, start - first * self._upsample :][:, :, : stop - start]

    def read(self, start: int, stop: int, into: torch.Tensor) -> None:
        """Write rows [start, stop), scaled.

        Parameters
        ----------
        start, stop : int
        into : torch.Tensor
            (1, C, stop - start, W).
        """
        if self.scaled is None:
            into.copy_(self.rows(start, stop))
        else:
            self.scaled.into(self.rows(start, stop), into)

    def _padded(self, start: int, stop: int) -> torch.Tensor:
        """Return rows [start, stop) of the source, also those beyond its border."""
        channels, height, width = self._source.shape
        border, like = self._kernels.border, self._kernels.weight
        padded = empty_rows(like, channels, stop - start, width + 2 * border)
        inside = slice(max(start, 0), min(stop, height))
        rows = padded[:, :, inside.start - start : inside.stop - start]
        self._source.read(inside.start, inside.stop, rows[..., border : border + width])
        reflects = self._kernels.reflects
        _continue(rows, 3, border, border, reflects)
        _continue(padded, 2, inside.start - start, stop - inside.stop, reflects)
        return padded


def _continue(x: torch.Tensor, dim: int, before: int, after: int, reflects: bool) -> None:
    """Fill the first and last places along a dimension from those between them."""
    end = x.shape[dim] - after
    for place in range(1, before + 1):
        beside = before + place if reflects else before
        x.select(dim, before - place).copy_(x.select(dim, beside))
    for place in range(after):
        beside = end - 2 - place if reflects else end - 1
        x.select(dim, end + place).copy_(x.select(dim, beside))


def output_size(layer: ConvLayer, height: int, width: int) -> tuple[int, int]:
    """Height and width of what a layer makes of an input of this size.

    Parameters
    ----------
    layer : ConvLayer
    height, width : int
        Of the input.
    """
    rows, columns = ((side * layer.upsample - 1) // layer.stride + 1 for side in (height, width))
    return rows, columns


def run(
    made: ComputedRows,
    rows: int,
    done: Callable[[float], None],
    output: torch.Tensor | None = None,
    *,
    measured: bool = True,
) -> Moments:
    """Compute a map once.

    Parameters
    ----------
    made : ComputedRows
        What to compute.
    rows : int
        Of a strip.
    done : callable
        Told the multiplications of every strip.
    output : torch.Tensor, optional
        (1, C, H, W), where to write it, not scaled. It may share memory with the source: a strip is
        written when the next one is computed. Without it only the moments are of interest.
    measured : bool
        Whether the moments are.

    Returns
    -------
    Moments
    """
    moments = Moments()
    before: tuple[slice, torch.Tensor] | None = None
    height = made.shape[1]
    for *_, own in bands(0, height, rows, 0, height):
        part = made.rows(own.start, own.stop)
        if output is not None:
            _write(output, before)
            before = own, part
        if measured:
            moments.add(part)
        done(made.multiplications * (own.stop - own.start))
    if output is not None:
        _write(output, before)
    return moments


def _write(output: torch.Tensor, strip: tuple[slice, torch.Tensor] | None) -> None:
    if strip is not None:
        rows, part = strip
        output[:, :, rows] = part
