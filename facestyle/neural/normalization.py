"""Normalization of activations: by picture, or by batch."""

import torch
import torch.nn.functional as F
from torch import nn


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
