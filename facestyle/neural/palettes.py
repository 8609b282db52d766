"""The colors of a style inside a network: a picture is given them before strokes are drawn.

The linear map of least displacement between two Gaussians (Pitie and Kokaram 2007, "The Linear
Monge-Kantorovitch Linear Colour Mapping for Example-Based Colour Transfer", section 2.3): unlike
other maps between the same colors it does not turn hues.
"""

import torch
from torch import nn

from facestyle.neural.pictures import luminance

# Added to the variances of a picture's colors, a standard deviation of .07: without it, noise and
# faint tints of pale portraits become vivid patches.
_FLOOR = 0.005
# Sum of the three variances below which a picture's own statistics tell less and less, and those of
# photographs count instead: a picture of one color was the style's mean color, whatever it was. Of
# portraits and exemplars, some faded, the least has .029: none is changed.
_PLAIN = 0.015
_USUAL_MEAN = 0.5
_USUAL_COVARIANCE = 0.066 + 0.007 * torch.eye(3, dtype=torch.float64)  # median of 38 portraits
# Shares of a picture's own lightness and tint that stay: with none a face before white is drawn
# dark and one before black white, whoever it is, and one before orange blue. 13 portraits of the
# development half, 256 px, `wave`, `glass` and `auvers`, none and .5 of the lightness: slope of
# skin lightness on the photo's .35, .44, .36 and .61, .69, .58, rank correlation .69 and .9; style
# loss 5.6, 9.0, 5.2 and 6.4, 11.3, 6.0. With .6, and .3 of the tint, slope .72 (`glass`) and .62
# (`auvers`), loss 12.7 and 9.5; with .5 of it 13.0, 14.4, and no more to see
_OWN_LIGHT, _OWN_TINT = 0.6, 0.3
# Value from which on a channel bends, so that white comes out as white and not beyond: cut
# off, bright faces lost their noses. Of .8 and .6 (two such faces, `engraving`) .8 left cheeks flat
_KNEE = 0.6
_FAINTEST = 1e-6  # likewise to the style's, which may be gray


class Palette(nn.Module):
    """Mean and root of the covariance of a style's colors.

    Attributes
    ----------
    mean : torch.Tensor
        (3,), RGB in [0, 1].
    root : torch.Tensor
        Symmetric square root of the covariance, (3, 3).
    """

    mean: torch.Tensor
    root: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.full((3,), 0.5))
        self.register_buffer("root", 0.2 * torch.eye(3))

    @torch.no_grad()
    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        """Return RGB (B, 3, H, W) in [0, 1] in the style's colors."""
        flat = picture.float().flatten(2)
        own_mean = flat.mean(2, keepdim=True)
        own = _covariance(flat - own_mean)
        light = luminance(own_mean[..., None])[..., 0]
        own_mean = torch.lerp(own_mean, light, _OWN_TINT) + _OWN_LIGHT * (_USUAL_MEAN - light)
        plain = (1 - own.diagonal(dim1=1, dim2=2).sum(1) / _PLAIN).clamp(0, 1)[:, None, None]
        own = torch.lerp(own, _USUAL_COVARIANCE, plain)
        own = own + _FLOOR * torch.eye(3, dtype=torch.float64)
        offset = plain.to(flat) * (own_mean - _USUAL_MEAN) - own_mean
        root = self.root.cpu().double()
        wanted = root @ root + _FAINTEST * torch.eye(3, dtype=torch.float64)
        half, inverse = _powers(own, 0.5), _powers(own, -0.5)
        transform = inverse @ _powers(half @ wanted @ half, 0.5) @ inverse
        transform = transform.to(flat)
        recolored = transform @ (flat + offset) + self.mean[:, None]
        white = transform @ (1 + offset) + self.mean[:, None]
        return _bend(recolored, white).view_as(picture).clamp(0, 1)

    @torch.no_grad()
    def set_colors(self, mean: torch.Tensor, covariance: torch.Tensor) -> None:
        """Take a style's mean (3,) and covariance (3, 3), as `color_statistics` returns them."""
        self.mean.copy_(mean)
        self.root.copy_(_powers(covariance.cpu().double()[None], 0.5)[0])


def _bend(values: torch.Tensor, white: torch.Tensor) -> torch.Tensor:
    """Bend values (B, 3, N) so that those of white (B, 3, 1), where beyond 1, come out as 1."""
    slope = 1 / (1 - _KNEE) - 1 / (white - _KNEE).clamp_min(1 - _KNEE)
    above = (values - _KNEE).clamp_min(0)
    return values.clamp(max=_KNEE) + above / (1 + slope * above)


def _covariance(centered: torch.Tensor) -> torch.Tensor:
    """Return the covariances (B, 3, 3) of (B, 3, N), in double precision on the CPU."""
    return (centered @ centered.transpose(1, 2) / centered.shape[2]).cpu().double()


def _powers(matrices: torch.Tensor, power: float) -> torch.Tensor:
    """Return a power of symmetric positive matrices (B, 3, 3)."""
    values, vectors = torch.linalg.eigh(matrices)
    powered = torch.diag_embed(values.clamp_min(1e-12) ** power)
    return vectors @ powered @ vectors.transpose(1, 2)
