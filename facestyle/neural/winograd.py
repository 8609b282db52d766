"""3x3 convolutions on a CPU with a quarter of the multiplications: Winograd's F(4x4, 3x3).

Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks", section 4.3. A tile of 4x4
results needs 6x6 inputs. Both sides are transformed, so that the convolution is 36 products of
matrices, one for each place of the transformed tile:

    result = A^T [(G kernel G^T) * (B^T inputs B)] A, summed over the input channels

Channels come last in memory, so that tiles are gathered by copies of whole runs, and a few rows of
tiles are computed at a time, so that what is transformed stays in the cache.
"""

from typing import Any

import torch
import torch.nn.functional as F

# The transforms of tiles, kernels and results for the points 0, 1, -1, 2, -2 (section 4.3)
_TILES = torch.tensor(
    [
        [4.0, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ]
)
_KERNELS = torch.tensor(
    [
        [1 / 4, 0, 0],
        [-1 / 6, -1 / 6, -1 / 6],
        [-1 / 6, 1 / 6, -1 / 6],
        [1 / 24, 1 / 12, 1 / 6],
        [1 / 24, -1 / 12, 1 / 6],
        [0, 0, 1],
    ]
)
_RESULTS = torch.tensor(
    [
        [1.0, 1, 1, 1, 1, 0],
        [0, 1, -1, 2, -2, 0],
        [0, 1, 1, 4, 4, 0],
        [0, 1, -1, 8, -8, 1],
    ]
)
# Both axes at once: (36, 36) and (16, 36)
_TILES_2D, _RESULTS_2D = torch.kron(_TILES, _TILES), torch.kron(_RESULTS, _RESULTS)

_CACHE = 4 << 20  # bytes of transformed tiles, on both sides, at a time: the second-level caches
_FEWEST = 64  # tiles at a time: fewer waste the transformed kernels' way through the caches


class Kernels:
    """The kernels of a convolution, transformed when they are first used.

    Parameters
    ----------
    weight : torch.Tensor
        (O, C, 3, 3); its gradient is not computed.
    bias : torch.Tensor
        (O,).
    """

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor) -> None:
        self.weight, self.bias = weight.detach(), bias.detach()
        self._forward: torch.Tensor | None = None
        self._backward: torch.Tensor | None = None

    @property
    def forward(self) -> torch.Tensor:
        """Those of the convolution, (36, C, O)."""
        if self._forward is None:
            self._forward = _transform_kernels(self.weight)
        return self._forward

    @property
    def backward(self) -> torch.Tensor:
        """Those of its gradient by the input, which is a convolution too, (36, O, C)."""
        if self._backward is None:
            self._backward = _transform_kernels(self.weight.flip(2, 3).transpose(0, 1))
        return self._backward


def pays(x: torch.Tensor, weight: torch.Tensor) -> bool:
    """Return whether `convolve` is faster than PyTorch's convolution.

    Measured on two cores with AVX-512, forward, of what PyTorch takes: .5 with 128 channels or more
    on each side, .7 from 64 to 128, 1.2 from 64 to 64.

    Parameters
    ----------
    x : torch.Tensor
        Inputs (B, C, H, W).
    weight : torch.Tensor
        Kernels (O, C, K, K).
    """
    outputs, inputs, height, width = weight.shape
    large = inputs >= 64 and inputs * outputs >= 64 * 128 and (height, width) == (3, 3)
    plain = x.device.type == "cpu" and x.dtype == torch.float32 == weight.dtype
    return large and plain and not torch.is_autocast_enabled("cpu")


def convolve(
    x: torch.Tensor, kernels: Kernels, *, padding: int = 0, rectify: bool = False
) -> torch.Tensor:
    """Convolve by 3x3 kernels, and rectify the result if asked to.

    Parameters
    ----------
    x : torch.Tensor
        (B, C, H, W), float32, on a CPU.
    kernels : Kernels
        From C to O channels.
    padding : {0, 1}
        Zeros around x.
    rectify : bool
        Whether negative results become 0.

    Returns
    -------
    torch.Tensor
        (B, O, H - 2, W - 2) or (B, O, H, W), channels last in memory. Its gradient by x is computed
        in the same way.
    """
    result: torch.Tensor = _Convolution.apply(x, kernels, padding, rectify)
    return result


class _Convolution(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, x: torch.Tensor, kernels: Kernels, padding: int, rectify: bool
    ) -> torch.Tensor:
        result = _convolve(x, padding, kernels.forward, kernels.bias, rectify)
        ctx.kernels, ctx.padding = kernels, padding
        ctx.save_for_backward(*([result] if rectify else []))
        return result

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        if ctx.saved_tensors:
            gradient = torch.ops.aten.threshold_backward(gradient, ctx.saved_tensors[0], 0)
        kernels = ctx.kernels.backward
        return _convolve(gradient, 2 - ctx.padding, kernels, None, False), None, None, None


def _transform_kernels(weight: torch.Tensor) -> torch.Tensor:
    """Return kernels (O, C, 3, 3) transformed, (36, C, O)."""
    outputs, inputs = weight.shape[:2]
    transformed = torch.einsum("ij,ocjk,lk->ilco", _KERNELS, weight, _KERNELS)
    return transformed.reshape(36, inputs, outputs)


def _convolve(
    x: torch.Tensor, padding: int, kernels: torch.Tensor, bias: torch.Tensor, rectify: bool
) -> torch.Tensor:
    """Convolve (B, C, H, W) to (B, O, H - 2, W - 2), both sides larger by twice the padding."""
    height, width = (side + 2 * padding - 2 for side in x.shape[2:])
    below, right = -height % 4, -width % 4
    x = F.pad(x, (padding, padding + right, padding, padding + below))
    x = x.permute(0, 2, 3, 1).contiguous()
    result = x.new_empty((len(x), height + below, width + right, kernels.shape[2]))
    for inputs, outputs in zip(x, result, strict=True):
        _convolve_tiles(inputs, outputs, kernels, bias, rectify)
    if below or right:
        result = result[:, :height, :width].contiguous()
    return result.permute(0, 3, 1, 2)


def _convolve_tiles(
    x: torch.Tensor, result: torch.Tensor, kernels: torch.Tensor, bias: torch.Tensor, rectify: bool
) -> None:
    """Convolve (H + 2, W + 2, C) to (H, W, O), both sides multiples of 4, in bands of tiles."""
    down, across = result.shape[0] // 4, result.shape[1] // 4
    inputs, outputs = kernels.shape[1:]
    most = max(_FEWEST, _CACHE // (4 * 36 * (inputs + outputs)))
    bands = -(-down // max(1, most // across))
    rows = -(-down // bands)  # of tiles; the last band overlaps the one before
    tiles = x.new_empty((6, 6, rows, across, inputs))
    transformed = x.new_empty((36, rows * across * inputs))
    products = x.new_empty((36, rows * across, outputs))
    finished = x.new_empty((16, rows * across * outputs))
    biases = None if bias is None else bias.repeat(rows * across)
    line, pixel, _ = x.stride()
    for band in range(bands):
        top = 4 * min(band * rows, down - rows)
        strides = (line, pixel, 4 * line, 4 * pixel, 1)
        tiles.copy_(x.as_strided(tiles.shape, strides, top * line + x.storage_offset()))
        torch.mm(_TILES_2D, tiles.view(36, -1), out=transformed)
        torch.bmm(transformed.view(36, -1, inputs), kernels, out=products)
        if biases is None:
            torch.mm(_RESULTS_2D, products.view(36, -1), out=finished)
        else:
            torch.addmm(biases, _RESULTS_2D, products.view(36, -1), out=finished)
        there = result[top : top + 4 * rows].view(rows, 4, across, 4, outputs)
        there = there.permute(1, 3, 0, 2, 4)
        here = finished.view(there.shape)
        torch.clamp_min(here, 0, out=there) if rectify else there.copy_(here)
