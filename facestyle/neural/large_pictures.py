"""Running the feed-forward network on pictures too large for memory, with the same result.

Instance normalization needs the mean and variance of whole channels, so independent tiles
would show their borders and drift in color. Here every layer runs over the whole picture in
strips of rows before the next layer starts: the statistics are those of the whole picture, and
only the input and the output of one layer are in memory.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn

from facestyle.neural.normalization import BatchNorm, InstanceNorm
from facestyle.neural.pictures import resize
from facestyle.neural.small_pictures import sufficient_size
from facestyle.neural.transformer import (
    ConvLayer,
    NormalizedConv,
    ResidualBlock,
    Transformer,
)

_WHOLE = 2_000_000  # pixels up to which the network takes a picture at once
_PARTS = 100  # of the work, that are told one by one

# called with the parts of the work that are done, and all of them
Progress = Callable[[int, int], None]


def redraw(
    network: Transformer,
    picture: torch.Tensor,
    strength: torch.Tensor | None = None,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> torch.Tensor:
    """Return `network(picture, strength, seed=seed)`, in strips where the picture is large.

    One that is too small for the network is enlarged for it, and the result reduced.

    Parameters
    ----------
    network : Transformer
        In evaluation mode.
    picture : (1, C, H, W) tensor
        What the network takes.
    strength : (1, 1, h, w) tensor, optional
        Likewise.
    seed : int
        Likewise.
    progress : callable, optional
        Told of a large picture, which takes a minute for every 12 MP or so.
    """
    height, width = picture.shape[-2:]
    size = sufficient_size(height, width)
    if size != (height, width):
        enlarged = resize(picture, size).clamp(0, 1)
        return resize(redraw(network, enlarged, strength, seed=seed), (height, width))
    if height * width > _WHOLE:
        return run_in_strips(network, picture, strength, seed=seed, progress=progress)
    return network(picture, strength, seed=seed)


@torch.no_grad()
def run_in_strips(
    network: Transformer,
    picture: torch.Tensor,
    strength: torch.Tensor | None = None,
    *,
    seed: int = 0,
    pixels: int = 1 << 20,
    progress: Progress | None = None,
) -> torch.Tensor:
    """Redraw one picture layer by layer, in strips.

    Parameters
    ----------
    network : Transformer
        The network, in evaluation mode.
    picture : torch.Tensor
        RGB (1, 3, H, W) in [0, 1].
    strength : torch.Tensor, optional
        As the network takes it.
    seed : int
        Likewise.
    pixels : int
        Largest number of output pixels of one strip.
    progress : callable, optional
        Called at the beginning, and when a further part of the multiplications is done.

    Returns
    -------
    torch.Tensor
        RGB (1, 3, H, W): `network(picture, strength)` but for rounding, whatever the strips.
    """
    base = network.base(picture)
    x = network.prepare(picture, base, seed)
    strips = _Strips(pixels, _multiplications(network, *x.shape[-2:]), progress)
    spots = None
    for number, layer in enumerate(network.layers):
        x = _run_layer(layer, x, strips)
        spots = network.spots(number, x, spots)
    return network.finish(x, base, spots, strength)


class _Strips:
    """How large strips are, and how much of the work in them is done.

    Parameters
    ----------
    pixels : int
        See `run_in_strips`.
    work : int
        Multiplications in all.
    progress : callable or None
    """

    def __init__(self, pixels: int, work: int, progress: Progress | None) -> None:
        self.pixels, self._work, self._progress = pixels, work, progress
        self._done, self._told = 0, -1
        self.tell(0)

    def tell(self, multiplications: int) -> None:
        """Tell that so many more are done."""
        self._done += multiplications
        parts = _PARTS * self._done // self._work
        if self._progress is not None and parts > self._told:
            self._told = parts
            self._progress(parts, _PARTS)


def _multiplications(network: Transformer, height: int, width: int) -> int:
    """Of all convolutions of a picture of this size."""
    work = 0
    for layer in network.layers.modules():
        if isinstance(layer, ConvLayer):
            height, width = _output_size(layer, height, width)
            work += layer.weight.numel() * height * width
    return work


def _output_size(layer: ConvLayer, height: int, width: int) -> tuple[int, int]:
    """Height and width of what a layer makes of an input of this size."""
    rows, columns = ((side * layer.upsample - 1) // layer.stride + 1 for side in (height, width))
    return rows, columns


def _run_layer(layer: nn.Module, x: torch.Tensor, strips: _Strips) -> torch.Tensor:
    if isinstance(layer, ConvLayer):
        return convolve_in_strips(layer, x, strips.pixels, strips.tell)
    if isinstance(layer, ResidualBlock):
        branch = _run_layer(layer.second, _run_layer(layer.first, x, strips), strips)
        return branch.add_(x)
    if not isinstance(layer, NormalizedConv):
        raise TypeError(f"no strip-wise form of {type(layer).__name__}")
    x = _normalize(layer.norm, convolve_in_strips(layer.conv, x, strips.pixels, strips.tell))
    return x.relu_() if layer.rectify else x


def convolve_in_strips(
    layer: ConvLayer,
    x: torch.Tensor,
    pixels: int,
    done: Callable[[int], None] | None = None,
) -> torch.Tensor:
    """Return `layer(x)`, computed in strips of at most `pixels` output pixels.

    Parameters
    ----------
    layer : ConvLayer
        The layer.
    x : torch.Tensor
        Its input (1, C, H, W).
    pixels : int
        Largest number of output pixels of one strip; a strip has one row at least.
    done : callable, optional
        Told the multiplications of every strip.

    Returns
    -------
    torch.Tensor
        Its output (1, C', H', W').
    """
    out_height, out_width = _output_size(layer, *x.shape[-2:])
    output = x.new_empty(1, layer.weight.shape[0], out_height, out_width)
    rows = max(1, pixels // out_width)
    for start in range(0, out_height, rows):
        stop = min(start + rows, out_height)
        output[:, :, start:stop] = _convolve_rows(layer, x, start, stop)
        if done is not None:
            done(layer.weight.numel() * (stop - start) * out_width)
    return output


def _convolve_rows(layer: ConvLayer, x: torch.Tensor, start: int, stop: int) -> torch.Tensor:
    """Return rows [start, stop) of the layer's output."""
    pad = layer.kernel // 2
    height = x.shape[2] * layer.upsample
    first, last = start * layer.stride - pad, (stop - 1) * layer.stride + pad
    rows = torch.arange(first, last + 1, device=x.device).abs()
    rows = torch.where(rows >= height, 2 * (height - 1) - rows, rows)  # reflection
    strip = x[:, :, rows // layer.upsample]
    if layer.upsample > 1:
        strip = strip.repeat_interleave(layer.upsample, dim=3)
    strip = F.pad(strip, [pad, pad, 0, 0], mode="reflect")
    return F.conv2d(strip, layer.weight, layer.bias, stride=layer.stride)


def _normalize(norm: InstanceNorm | BatchNorm, x: torch.Tensor) -> torch.Tensor:
    """Normalize (1, C, H, W) in place, channel by channel, without a second copy."""
    if isinstance(norm, BatchNorm):
        mean, variance = norm.mean, norm.variance
    else:
        variance, mean = torch.var_mean(x, dim=(0, 2, 3), correction=0)
    scale = norm.scale / (variance + norm.epsilon).sqrt()
    shift = norm.shift - mean * scale
    return x.mul_(scale[:, None, None]).add_(shift[:, None, None])
