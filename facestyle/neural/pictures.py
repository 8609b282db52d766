"""Pictures between NumPy arrays and tensors: conversion, resizing, keeping colors."""

import numpy as np
import torch
import torch.nn.functional as F

from facestyle.errors import UsageError

# Luma and chroma of NTSC's YIQ, the space of Gatys et al. 2016, "Preserving Color in Neural
# Artistic Style Transfer", section 3.2.
_YIQ = ((0.299, 0.587, 0.114), (0.596, -0.274, -0.322), (0.211, -0.523, 0.312))


def to_tensor(image: np.ndarray, device: torch.device | str = "cpu") -> torch.Tensor:
    """Return an (H, W, 3) float picture in [0, 1] as a (1, 3, H, W) float32 tensor."""
    if image.ndim != 3 or image.shape[2] != 3 or not np.issubdtype(image.dtype, np.floating):
        raise UsageError(
            f"expected a float RGB picture of shape (H, W, 3) in [0, 1], found {image.dtype} "
            f"of shape {image.shape}"
        )
    # records are read-only, and tensors never are
    planes = np.require(image.transpose(2, 0, 1), np.float32, ["C", "W"])
    return torch.from_numpy(planes)[None].to(device)


def to_array(picture: torch.Tensor) -> np.ndarray:
    """Return a (1, 3, H, W) tensor as an (H, W, 3) float32 picture clipped to [0, 1]."""
    planes = picture.detach()[0].clamp(0, 1).float().cpu().numpy()
    return np.ascontiguousarray(planes.transpose(1, 2, 0))


def masks_to_tensor(masks: np.ndarray, device: torch.device | str = "cpu") -> torch.Tensor:
    """Return masks (R, H, W) or (H, W) in [0, 1] as a (R, H, W) float32 tensor."""
    stacked = masks[None] if masks.ndim == 2 else masks
    return torch.from_numpy(np.require(stacked, np.float32, ["C", "W"])).to(device)


def fit_size(height: int, width: int, size: int | None) -> tuple[int, int]:
    """Return (height, width) scaled so that the longer side is `size` pixels.

    Parameters
    ----------
    height, width : int
        px.
    size : int or None
        None leaves the size.

    Returns
    -------
    (int, int)
    """
    if size is None:
        return height, width
    scale = size / max(height, width)
    return max(1, round(height * scale)), max(1, round(width * scale))


def resize(picture: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Resize (B, C, H, W) to (height, width): bicubic, low-pass filtered when it shrinks."""
    if tuple(picture.shape[-2:]) == size:
        return picture
    return F.interpolate(picture, size, mode="bicubic", align_corners=False, antialias=True)


def resize_masks(masks: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Resize (R, H, W) masks to (height, width) bilinearly; they stay in [0, 1]."""
    if tuple(masks.shape[-2:]) == size:
        return masks
    resized = F.interpolate(masks[None], size, mode="bilinear", align_corners=False, antialias=True)
    return resized[0]


def luminance(picture: torch.Tensor) -> torch.Tensor:
    """Return the luma (B, 1, H, W) of an RGB picture (B, 3, H, W)."""
    weights = picture.new_tensor(_YIQ[0]).view(1, 3, 1, 1)
    return (picture * weights).sum(1, keepdim=True)


def to_yiq(picture: torch.Tensor) -> torch.Tensor:
    """Return luma and chroma (B, 3, H, W) of an RGB picture."""
    return torch.einsum("dc,bchw->bdhw", picture.new_tensor(_YIQ), picture)


def from_yiq(planes: torch.Tensor) -> torch.Tensor:
    """Return the RGB picture (B, 3, H, W) of luma and chroma, not clipped."""
    inverse = torch.linalg.inv(torch.tensor(_YIQ, dtype=torch.float64))
    return torch.einsum("dc,bchw->bdhw", inverse.to(planes), planes)


def with_colors_of(picture: torch.Tensor, colors: torch.Tensor) -> torch.Tensor:
    """Combine the luma of one picture with the chroma of another one.

    Gatys et al. 2016, "Preserving Color in Neural Artistic Style Transfer", section 3.2.

    Parameters
    ----------
    picture, colors : torch.Tensor
        RGB pictures (B, 3, H, W) in [0, 1], of one size.

    Returns
    -------
    torch.Tensor
        RGB (B, 3, H, W), not clipped: adding a difference of luma to all channels leaves the
        chroma I and Q of `colors` exactly as they were.
    """
    return colors + (luminance(picture) - luminance(colors))


def match_luminance(style: torch.Tensor, content: torch.Tensor) -> torch.Tensor:
    """Return the style's luma, as gray RGB, with the content's mean and standard deviation.

    Gatys et al. 2016, "Preserving Color in Neural Artistic Style Transfer", equation (10).
    """
    source, target = luminance(style), luminance(content)
    scale = target.std() / source.std().clamp_min(1e-4)
    gray = (source - source.mean()) * scale + target.mean()
    return gray.expand(-1, 3, -1, -1)


def match_colors(
    picture: torch.Tensor,
    mean: torch.Tensor,
    covariance: torch.Tensor,
    weights: torch.Tensor | None = None,
) -> torch.Tensor:
    """Give a picture another mean and covariance of colors, by a linear map.

    Gatys et al. 2016, "Preserving Color in Neural Artistic Style Transfer", equations (3) to
    (5), with the symmetric square root.

    Parameters
    ----------
    picture : torch.Tensor
        RGB (1, 3, H, W).
    mean, covariance : torch.Tensor
        (3,) and (3, 3), as `color_statistics` returns them.
    weights : torch.Tensor, optional
        (H, W): how much each pixel counts among the picture's own colors.

    Returns
    -------
    torch.Tensor
        RGB (1, 3, H, W), not clipped.
    """
    own_mean, own_covariance = color_statistics(picture, weights)
    transform = _matrix_power(covariance, 0.5) @ _matrix_power(own_covariance, -0.5)
    centerd = picture[0].flatten(1) - own_mean[:, None]
    return (transform @ centerd + mean[:, None]).view_as(picture)


def color_statistics(
    picture: torch.Tensor, weights: torch.Tensor | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return mean (3,) and covariance (3, 3) of the colors of (1, 3, H, W), weighted by (H, W)."""
    flat = picture[0].flatten(1)
    shares = torch.ones_like(flat[0]) if weights is None else weights.flatten()
    shares = shares / shares.sum().clamp_min(1e-8)
    mean = flat @ shares
    centerd = flat - mean[:, None]
    return mean, (centerd * shares) @ centerd.T


def _matrix_power(matrix: torch.Tensor, power: float) -> torch.Tensor:
    """Return a power of a symmetric positive matrix; gray pictures are kept invertible."""
    values, vectors = torch.linalg.eigh(matrix.cpu().double())
    powered = vectors @ torch.diag(values.clamp_min(1e-4) ** power) @ vectors.T
    return powered.to(matrix)
