"""Noise as a further input of a network: what strokes in a flat part of a picture begin from.

Convolutions make the same of the same: a flat wall stays flat, whatever the training (for this
Ulyanov et al. 2016, "Texture Networks", section 3.2, feed noise of several scales to theirs). As a
channel of its own noise draws strokes there, without being seen itself. It is given to flat parts
alone: on skin it drew waves and flakes that the photo does not ask for.
"""

import functools

import torch
import torch.nn.functional as F

from facestyle.neural.box_mean import box_mean

_SCALES = (4, 16)  # px between values of the coarser noise; strokes are some 5 to 40 px
_COARSE = 1.5  # deviation of coarser noise, of which interpolation takes a part; that of fine is 1
_DEVIATION = 0.5 / 3**0.5  # of the sum, near what a picture's channels have; as the bundled set
_FINE = 5  # px: side of the square over which a photo's own noise is averaged
_WINDOW = 21  # px: side of the square that has to be flat; about a stroke
# Deviation of luminance in that square at which a third of the noise is left. Of eight portraits of
# the development half, 512 px, the flattest tenth of the background has 0 to .009, 27 of 32 places
# on cheeks .0105 and more, and the other five (of two sitters) .005 to .007
_FLAT = 0.012
_SOFT = 9  # px: side of the square over which the noise fades in
_MOST_KEPT = 2_000_000  # pixels up to which noise is kept for the next picture: 8 MB


def grain_for(picture: torch.Tensor, seed: int = 0) -> torch.Tensor:
    """Return noise where a picture is flat, nothing elsewhere.

    Parameters
    ----------
    picture : torch.Tensor
        RGB (B, 3, H, W) in [0, 1].
    seed : int
        Of the noise.

    Returns
    -------
    torch.Tensor
        (B, 1, H, W), the same for the same picture and seed.
    """
    height, width = picture.shape[-2:]
    make = _kept_grain if height * width <= _MOST_KEPT else make_grain
    return make(height, width, seed).to(picture) * flatness(picture)


def make_grain(height: int, width: int, seed: int = 0) -> torch.Tensor:
    """Return noise of three scales, the same for the same size and seed.

    Parameters
    ----------
    height, width : int
        px.
    seed : int
        From 0.

    Returns
    -------
    torch.Tensor
        (1, 1, height, width) float32 on the CPU, around 0; not to be changed.
    """
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(1, 1, height, width, generator=generator)
    for scale in _SCALES:
        size = (-(-height // scale) + 2, -(-width // scale) + 2)
        coarse = torch.randn(1, 1, *size, generator=generator)
        fine = F.interpolate(coarse, scale_factor=scale, mode="bilinear")
        noise += _COARSE * fine[..., scale : scale + height, scale : scale + width]
    return noise * _DEVIATION


_kept_grain = functools.lru_cache(maxsize=2)(make_grain)


def flatness(picture: torch.Tensor) -> torch.Tensor:
    """Return how flat a picture is around each pixel, from 0 (edges, skin) to 1 (a plain wall).

    Parameters
    ----------
    picture : torch.Tensor
        RGB (B, 3, H, W) in [0, 1].

    Returns
    -------
    torch.Tensor
        (B, 1, H, W).
    """
    gray = box_mean(picture.mean(1, keepdim=True), _FINE)
    gray = gray - gray.mean((2, 3), keepdim=True)  # for the difference of squares below
    mean = box_mean(gray, _WINDOW)
    variance = (box_mean(gray.square(), _WINDOW) - mean.square()).clamp_min(0)
    return box_mean(torch.exp(-variance / _FLAT**2), _SOFT)
