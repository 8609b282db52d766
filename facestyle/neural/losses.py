"""Losses on pictures and features, as pure functions.

Every loss is a mean over pixels or units, so that its weight means the same at another size.

References
----------
Gatys, Ecker and Bethge 2016, "Image Style Transfer Using Convolutional Neural Networks".
Gatys et al. 2017, "Controlling Perceptual Factors in Neural Style Transfer".
Johnson, Alahi and Fei-Fei 2016, "Perceptual Losses for Real-Time Style Transfer".
Ruder, Dosovitskiy and Brox 2016, "Artistic Style Transfer for Videos".
"""

from typing import Any

import torch


def feature_reconstruction_loss(
    features: torch.Tensor, target: torch.Tensor, weights: torch.Tensor | None = None
) -> torch.Tensor:
    """Return the mean squared difference of two feature maps.

    Johnson et al. 2016, equation (2); Gatys et al. 2016, equation (1), divided by half the
    number of units.

    Parameters
    ----------
    features, target : torch.Tensor
        Features (B, C, H, W) of one layer.
    weights : torch.Tensor, optional
        Weights (H, W) >= 0 of the units; ones where it is None.

    Returns
    -------
    torch.Tensor
        Scalar.
    """
    squares = (features - target).square()
    return squares.mean() if weights is None else (squares * weights).mean()


class _Products(torch.autograd.Function):
    """F F^T of (B, C, N), whose gradient takes one product: autograd would take two, and add them.

    That is 7 % of the time of loss and gradient at 256 px.
    """

    @staticmethod
    def forward(ctx: Any, flat: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(flat)
        return flat @ flat.transpose(1, 2)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> torch.Tensor:
        (flat,) = ctx.saved_tensors
        both = (gradient + gradient.transpose(1, 2)).to(flat.dtype)
        if flat.stride(1) == 1:  # channels last in memory, and so in the gradient
            return (flat.transpose(1, 2) @ both).transpose(1, 2)
        return both @ flat


def gram_sums(features: torch.Tensor, weights: torch.Tensor | None = None) -> torch.Tensor:
    """Return the sums over units of f f^T: a Gram matrix before its normalization.

    Sums of tiles add up to the sum of the picture.

    Parameters
    ----------
    features : torch.Tensor
        Features (B, C, H, W) of one layer.
    weights : torch.Tensor, optional
        Weights (R, H, W) >= 0 of the units in R regions; one region of ones where it is None.

    Returns
    -------
    torch.Tensor
        (B, R, C, C).
    """
    flat = features.flatten(2)
    if weights is None:
        products: torch.Tensor = _Products.apply(flat)
        return products[:, None]
    weighted = flat[:, None] * weights.flatten(1)[None, :, None]
    return weighted @ flat[:, None].transpose(2, 3)


def gram_matrix(features: torch.Tensor, weights: torch.Tensor | None = None) -> torch.Tensor:
    """Return the Gram matrices of a feature map, one for every region.

    Johnson et al. 2016, equation (3): the mean of f f^T over the units, divided by the number
    of channels. With weights: the guided Gram matrix of Gatys et al. 2017, equation (5).

    Parameters
    ----------
    features : torch.Tensor
        Features (B, C, H, W) of one layer.
    weights : torch.Tensor, optional
        Weights (R, H, W) >= 0 of the units in R regions; one region of ones where it is None.

    Returns
    -------
    torch.Tensor
        (B, R, C, C). A region without weight has a Gram matrix of zeros.
    """
    return gram_sums(features, weights) / gram_norms(features, weights)


def gram_norms(features: torch.Tensor, weights: torch.Tensor | None = None) -> torch.Tensor:
    """Return what divides `gram_sums`: channels times total weight, (R, 1, 1)."""
    channels, height, width = features.shape[1:]
    if weights is None:
        return features.new_full((1, 1, 1), float(channels * height * width))
    return (channels * weights.sum((1, 2))).clamp_min(1e-8)[:, None, None]


def style_loss(
    gram: torch.Tensor, target: torch.Tensor, importance: torch.Tensor | None = None
) -> torch.Tensor:
    """Return the squared Frobenius norm of the difference of two Gram matrices.

    Johnson et al. 2016, equation (4), averaged over the pictures of a batch; four times
    Gatys et al. 2016, equation (4).

    Parameters
    ----------
    gram, target : torch.Tensor
        Gram matrices (B, R, C, C); the target may have B = 1.
    importance : torch.Tensor, optional
        Weight (R,) of every region; ones where it is None.

    Returns
    -------
    torch.Tensor
        Scalar.
    """
    per_region = (gram - target).square().sum((2, 3)).mean(0)
    return per_region.sum() if importance is None else (per_region * importance).sum()


def total_variation_loss(picture: torch.Tensor) -> torch.Tensor:
    """Return the mean squared difference of neighboring pixels, across plus down.

    Johnson et al. 2016, section 3.2 (after Mahendran and Vedaldi 2015, with beta = 2).

    Parameters
    ----------
    picture : torch.Tensor
        (B, C, H, W) with H, W >= 2.

    Returns
    -------
    torch.Tensor
        Scalar.
    """
    across = picture[..., :, 1:] - picture[..., :, :-1]
    down = picture[..., 1:, :] - picture[..., :-1, :]
    return across.square().mean() + down.square().mean()


def temporal_loss(
    picture: torch.Tensor, warped: torch.Tensor, weights: torch.Tensor
) -> torch.Tensor:
    """Return the weighted mean squared difference to a warped earlier result.

    Ruder et al. 2016, equation (7): the sum is divided by the number of all values, not by the
    sum of the weights, so that a frame of which little is known is bound little.

    Parameters
    ----------
    picture, warped : torch.Tensor
        Pictures (B, C, H, W).
    weights : torch.Tensor
        Per-pixel weights (H, W) or (B, 1, H, W) in [0, 1]; 0 where a disocclusion or a motion
        boundary leaves nothing to compare with.

    Returns
    -------
    torch.Tensor
        Scalar.
    """
    return (weights * (picture - warped).square()).mean()
