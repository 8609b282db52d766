"""Running the feed-forward network on large pictures, with the same result.

Instance normalization needs the mean and variance of whole channels, so independent tiles
would show their borders and drift in color. Here every layer runs over the whole picture in
strips of rows before the next layer starts: the statistics are those of the whole picture.

Layers at full size are not kept, but computed twice: for their statistics, and when the next layer
reads them. All others share one block of memory, of 64 bytes for each pixel with 32 channels: a
map at half size fills it, one at a quarter takes half of it, and what a strip of a layer has read
is overwritten by what it makes.
"""

from collections.abc import Callable

import torch

from facestyle.neural.allocation import give_back
from facestyle.neural.normalization import ChannelMoments, InstanceNorm
from facestyle.neural.pictures import resize
from facestyle.neural.row_kernels import empty_rows, row_kernels
from facestyle.neural.row_margins import bands
from facestyle.neural.row_strips import (
    ComputedRows,
    Moments,
    Rows,
    Scaling,
    StoredRows,
    output_size,
    run,
    scaling,
)
from facestyle.neural.small_pictures import sufficient_size
from facestyle.neural.spots import find_spots, levels
from facestyle.neural.transformer import (
    ConvLayer,
    NormalizedConv,
    ResidualBlock,
    Transformer,
)

_WHOLE = 2_000_000  # pixels up to which a GPU takes a picture at once, and nobody is told of one
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
    """Return `network(picture, strength, seed=seed)`.

    In strips where the picture is large, and on a processor, where they are faster. One that is too
    small for the network is enlarged for it, and the result reduced.

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
    large = height * width > _WHOLE
    size = sufficient_size(height, width)
    if size != (height, width):
        enlarged = resize(picture, size).clamp(0, 1)
        return resize(redraw(network, enlarged, strength, seed=seed), (height, width))
    if large or picture.device.type == "cpu":
        told = progress if large else None
        return run_in_strips(network, picture, strength, seed=seed, progress=told)
    return network(picture, strength, seed=seed)


@torch.no_grad()
def run_in_strips(
    network: Transformer,
    picture: torch.Tensor,
    strength: torch.Tensor | None = None,
    *,
    seed: int = 0,
    pixels: int = 1 << 16,
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
        Pixels of the picture that have as many activations as a strip, which has one row at least.
    progress : callable, optional
        Called at the beginning, and when a further part of the multiplications is done.

    Returns
    -------
    torch.Tensor
        RGB (1, 3, H, W): `network(picture, strength)` but for rounding, whatever the strips.
    """
    strips = _Strips(network, picture, pixels, progress)
    # neither held while the layers run: the base is made again for the result
    drawn, spots = strips.draw(network.prepare(picture, network.base(picture), seed))
    if drawn[0, 0].numel() > _WHOLE:
        give_back()
    return network.finish(drawn, network.base(picture), spots, strength)


class _Strips:
    """The layers of a network on one picture.

    Parameters
    ----------
    network : Transformer
    picture : torch.Tensor
    pixels, progress
        See `run_in_strips`.
    """

    def __init__(
        self, network: Transformer, picture: torch.Tensor, pixels: int, progress: Progress | None
    ) -> None:
        height, width = picture.shape[-2:]
        self._network = network
        rows = max(1, pixels // width)
        self._rows = rows - rows % 4 if rows > 4 else rows  # tiles of `winograd.py` have four
        self._work, self._progress = _multiplications(network, height, width), progress
        self._done, self._told = 0.0, -1
        self._tell(0)

    def draw(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Return what the last layer puts out, and the spots found on the way.

        Parameters
        ----------
        x : (1, C, H, W) tensor
            What the first layer takes; given back once it has been read.
        """
        blocks = [layer for layer in self._network.layers if isinstance(layer, ResidualBlock)]
        outer, half, quarter, *_, up, wide, last = self._network.layers
        height, width = x.shape[2] // 4, x.shape[3] // 4
        channels = self._network.architecture.channels
        memory = x.new_empty(2, height, width, 4 * channels)
        small, other = memory.permute(0, 3, 1, 2).split(1)
        large = memory.view(1, 2 * height, 2 * width, 2 * channels).permute(0, 3, 1, 2)

        before = self._computed(outer, StoredRows(x))
        scaled = self._stored(half, before, large)
        del x, before
        self._stored(quarter, StoredRows(large, scaled), small).into(small, small)
        for block in blocks:
            self._add(block, small, other, into=other if block is blocks[-1] else small)
        scaled = self._stored(up, StoredRows(other), large)
        source = StoredRows(large, scaled)
        level = self._levels(source, large) if self._network.has_spots else None
        before = self._computed(wide, source, self._network.usual(level))
        made = ComputedRows(last, before)
        drawn = memory.new_empty(1, *made.shape)
        run(made, self._rows, self._tell, drawn, measured=False)
        return drawn, None if level is None else find_spots(level)

    def _levels(self, source: Rows, like: torch.Tensor) -> torch.Tensor:
        """How strong a map's activations are at each place, (1, 1, h, w)."""
        channels, height, width = source.shape
        result = torch.empty(1, 1, height, width, device=like.device)
        for *_, own in bands(0, height, self._rows, 0, height):
            part = empty_rows(like, channels, own.stop - own.start, width)
            source.read(own.start, own.stop, part)
            result[:, :, own] = levels(part)
        return result

    def _computed(
        self, layer: NormalizedConv, source: Rows, usual: ChannelMoments | None = None
    ) -> ComputedRows:
        """Return a normalized layer that is not kept; by moments near the usual ones, if given."""
        made, moments = ComputedRows(layer.conv, source), Moments()
        if isinstance(layer.norm, InstanceNorm):
            moments = run(made, self._rows, self._tell)
        made.scaled = scaling(layer.norm, moments, rectify=layer.rectify, usual=usual)
        return made

    def _stored(self, layer: NormalizedConv, source: Rows, output: torch.Tensor) -> Scaling:
        """Write a layer before its normalization, and return that."""
        measured = isinstance(layer.norm, InstanceNorm)
        made = ComputedRows(layer.conv, source)
        rows = max(1, self._rows // layer.conv.stride)  # of which it reads more
        moments = run(made, rows, self._tell, output, measured=measured)
        return scaling(layer.norm, moments, rectify=layer.rectify)

    def _add(
        self, block: ResidualBlock, x: torch.Tensor, branch: torch.Tensor, into: torch.Tensor
    ) -> None:
        """Add a residual block to x, with room for its branch, and write the sum into either."""
        scaled = self._stored(block.first, StoredRows(x), branch)
        scaled = self._stored(block.second, StoredRows(branch, scaled), branch)
        torch.addcmul(x, branch, scaled.scale, out=into)
        into.add_(scaled.shift)

    def _tell(self, multiplications: float) -> None:
        """Tell that so many more are done."""
        self._done += multiplications
        parts = int(_PARTS * self._done / self._work + 1e-6)
        if self._progress is not None and parts > self._told:
            self._told = parts
            self._progress(parts, _PARTS)


def _multiplications(network: Transformer, height: int, width: int) -> float:
    """Of all convolutions of a picture of this size, as often as they are computed."""
    works = []
    for layer in network.layers.modules():
        if isinstance(layer, ConvLayer):
            height, width = output_size(layer, height, width)
            works.append(row_kernels(layer).multiplications * height * width)
    twice = network.architecture.normalization == "instance"
    return sum(works) + twice * (works[0] + works[-2])
