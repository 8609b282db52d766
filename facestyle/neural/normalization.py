"""Normalization of activations: by picture, or by batch."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

# Share of the usual variance, mean over channels, below which a picture's own counts less, and not
# at all. Pictures with a spot have .9 to 1.02, one without .09, one with half a spot .3 (`glass`)
_LITTLE, _NONE = 0.8, 0.5


class ChannelMoments(NamedTuple):
    """Mean and variance of channels.

    Attributes
    ----------
    mean, variance : torch.Tensor
        (..., C).
    """

    mean: torch.Tensor
    variance: torch.Tensor


def near_usual(own: ChannelMoments, usual: ChannelMoments) -> ChannelMoments:
    """Return a picture's moments, or the usual ones where its variance is far below them.

    Parameters
    ----------
    own : ChannelMoments
        (..., C).
    usual : ChannelMoments
        (C,), of any type and on any device.
    """
    usual = ChannelMoments(usual.mean.to(own.mean), usual.variance.to(own.variance))
    ratio = (own.variance / usual.variance.clamp_min(1e-12)).clamp(max=1).mean(-1, keepdim=True)
    share = ((_LITTLE - ratio) / (_LITTLE - _NONE)).clamp(0, 1)
    return ChannelMoments(
        torch.lerp(own.mean, usual.mean.expand_as(own.mean), share.expand_as(own.mean)),
        torch.lerp(own.variance, usual.variance.expand_as(own.mean), share.expand_as(own.mean)),
    )


class InstanceNorm(nn.Module):
    """Normalize every channel of every picture by its own mean and variance, then scale.

    Ulyanov et al. 2017, equation (8); at test time, too.
    """

    def __init__(self, channels: int, epsilon: float = 1e-5) -> None:
        super().__init__()
        self.epsilon = epsilon
        self.scale = nn.Parameter(torch.ones(channels))
        self.shift = nn.Parameter(torch.zeros(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalize (B, C, H, W)."""
        return F.instance_norm(x, weight=self.scale, bias=self.shift, eps=self.epsilon)

    def near(self, x: torch.Tensor, usual: "ChannelMoments") -> torch.Tensor:
        """Normalize (B, C, H, W) by moments that are not far below the usual ones."""
        own = ChannelMoments(x.mean((2, 3)), x.var((2, 3), correction=0))
        moments = near_usual(own, usual)
        scale = self.scale / (moments.variance + self.epsilon).sqrt()
        shift = self.shift - moments.mean * scale
        return x * scale[..., None, None] + shift[..., None, None]


class BatchNorm(nn.Module):
    """Normalize every channel over the batch; at test time by means kept in training.

    Ioffe and Szegedy 2015. Its momentum is PyTorch's.
    """

    epsilon = 1e-5
    momentum = 0.1

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(channels))
        self.shift = nn.Parameter(torch.zeros(channels))
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("variance", torch.ones(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalize (B, C, H, W)."""
        return F.batch_norm(
            x,
            self.mean,
            self.variance,
            self.scale,
            self.shift,
            training=self.training,
            momentum=self.momentum,
            eps=self.epsilon,
        )
