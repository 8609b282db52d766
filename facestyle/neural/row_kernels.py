"""A layer's convolution on a few rows, channels last in memory, and its kernels for that.

Two layers of the network multiply more than they need to. After an upsampling by nearest neighbor
a 3x3 kernel sees each pixel two or four times: its sums are 2x2 kernels, one for each of the four
places in a pixel. And a processor computes 16 channels at once, of which the last layer has three:
the same kernels, moved by a pixel each, make several pixels of a row at once.
"""

from typing import Protocol

import torch
import torch.nn.functional as F

from facestyle.neural.transformer import ConvLayer
from facestyle.neural.winograd import Kernels, convolve, pays

_AT_ONCE = 16  # channels that a processor computes together


class RowKernels(Protocol):
    """What makes rows of a layer's output.

    Attributes
    ----------
    border : int
        Rows and columns that it sees beyond those of its input.
    reflects : bool
        Whether the input goes on beyond its border by reflection, or by its last pixels.
    multiplications : float
        For each of its output pixels.
    weight : torch.Tensor
        The kernels.
    """

    border: int
    reflects: bool
    multiplications: float
    weight: torch.Tensor

    def __call__(self, padded: torch.Tensor) -> torch.Tensor:
        """Make output rows of input rows with their border, (1, C, h + 2 border, ...)."""
        ...


def row_kernels(layer: ConvLayer) -> RowKernels:
    """Return what computes a layer a few rows at a time.

    Parameters
    ----------
    layer : ConvLayer
    """
    if layer.upsample > 1:
        return UpsampledKernels(layer)
    outputs = layer.weight.shape[0]
    if layer.stride == 1 and pays(layer.weight, layer.weight):
        return WinogradKernels(layer)
    if layer.stride == 1 and 2 * outputs <= _AT_ONCE and layer.kernel > 3:
        return SeveralPixels(layer, _AT_ONCE // outputs)
    return PlainKernels(layer)


def empty_rows(like: torch.Tensor, channels: int, height: int, width: int) -> torch.Tensor:
    """Return room for (1, C, H, W), channels last in memory.

    Parameters
    ----------
    like : torch.Tensor
        Gives type and device.
    channels, height, width : int
    """
    return like.new_empty(1, height, width, channels).permute(0, 3, 1, 2)


class PlainKernels:
    """The layer's own kernels.

    Parameters
    ----------
    layer : ConvLayer
        Without upsampling.
    """

    reflects = True

    def __init__(self, layer: ConvLayer) -> None:
        self.border = layer.kernel // 2
        self.multiplications = float(layer.weight.numel())
        self.weight = layer.weight.detach().contiguous(memory_format=torch.channels_last)
        self._bias, self._stride = layer.bias.detach(), layer.stride

    def __call__(self, padded: torch.Tensor) -> torch.Tensor:
        """Make output rows."""
        return F.conv2d(padded, self.weight, self._bias, stride=self._stride)


class WinogradKernels:
    """3x3 kernels between many channels (`winograd.py`).

    Parameters
    ----------
    layer : ConvLayer
        Of stride 1, without upsampling.
    """

    reflects, border = True, 1

    def __init__(self, layer: ConvLayer) -> None:
        self.weight = layer.weight.detach()
        self.multiplications = float(self.weight.numel())
        self._kernels = Kernels(layer.weight, layer.bias)

    def __call__(self, padded: torch.Tensor) -> torch.Tensor:
        """Make output rows."""
        return convolve(padded, self._kernels)


class SeveralPixels:
    """Kernels wider by some pixels, each of which makes a pixel at another place of a row.

    Parameters
    ----------
    layer : ConvLayer
        Of stride 1, without upsampling.
    count : int
        Pixels at once.
    """

    reflects = True

    def __init__(self, layer: ConvLayer, count: int) -> None:
        outputs, inputs, height, width = layer.weight.shape
        self.border, self._count, self._outputs = layer.kernel // 2, count, outputs
        self.multiplications = float(layer.weight.numel())
        weight = layer.weight.new_zeros((count, outputs, inputs, height, width + count - 1))
        for place in range(count):
            weight[place, ..., place : place + width] = layer.weight.detach()
        self.weight = weight.flatten(0, 1).contiguous(memory_format=torch.channels_last)
        self._bias = layer.bias.detach().repeat(count)

    def __call__(self, padded: torch.Tensor) -> torch.Tensor:
        """Make output rows."""
        width = padded.shape[3] - 2 * self.border
        padded = F.pad(padded, [0, -width % self._count, 0, 0])
        made = F.conv2d(padded, self.weight, self._bias, stride=(1, self._count))
        rows = made.permute(0, 2, 3, 1).reshape(1, made.shape[2], -1, self._outputs)
        return rows[:, :, :width].permute(0, 3, 1, 2)


class UpsampledKernels:
    """Upsampling by two and a 3x3 convolution, as 2x2 convolutions of what is not upsampled.

    Reflection of upsampled pixels about their border repeats the pixel at the border.

    Parameters
    ----------
    layer : ConvLayer
        Upsampling by 2, of 3x3 kernels.
    """

    reflects, border = False, 1

    def __init__(self, layer: ConvLayer) -> None:
        if (layer.upsample, layer.kernel, layer.stride) != (2, 3, 1):
            raise ValueError(f"no rows of {layer.kernel}x{layer.kernel} upsampled {layer.upsample}")
        self._outputs = layer.weight.shape[0]
        self.multiplications = layer.weight.numel() * 4 / 9
        # which of the kernel's three rows see the first and the second row of a pair
        sums = layer.weight.new_tensor([[[1, 0, 0], [0, 1, 1]], [[1, 1, 0], [0, 0, 1]]])
        weight = torch.einsum("pak,qbl,ockl->pqocab", sums, sums, layer.weight.detach())
        self.weight = weight.flatten(0, 2).contiguous(memory_format=torch.channels_last)
        self._bias = layer.bias.detach().repeat(4)

    def __call__(self, padded: torch.Tensor) -> torch.Tensor:
        """Make output rows, two of each input row."""
        pairs = F.conv2d(padded, self.weight, self._bias)
        height, width = padded.shape[2] - 2, padded.shape[3] - 2
        made = empty_rows(padded, self._outputs, 2 * height, 2 * width)
        for number, part in enumerate(pairs.split(self._outputs, 1)):
            row, column = divmod(number, 2)
            made[:, :, row::2, column::2] = part[:, :, row : row + height, column : column + width]
        return made
