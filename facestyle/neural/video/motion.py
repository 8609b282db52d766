"""Motion between frames, as the caller found it, and pictures moved along it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from facestyle.errors import UsageError


@dataclass(frozen=True)
class Motion:
    """Where the points of a frame are in another, and how sure that is.

    Attributes
    ----------
    flow : numpy.ndarray
        (H, W, 2) float32, in pixels, xy: the point at ``p`` is at ``p + flow[p]`` there.
    weights : numpy.ndarray
        (H, W) in [0, 1]: 0 where the other frame does not show the point.
    """

    flow: np.ndarray
    weights: np.ndarray


# Called with the number of a frame and those of other frames; returns the motion from the frame
# to each. Where several are asked for, weights are those of long-term consistency: every point
# is bound to the nearest frame that shows it (`facestyle.flow.long_term_weights`).
FindMotion = Callable[[int, Sequence[int]], Sequence[Motion]]


def warp(picture: torch.Tensor, flow: torch.Tensor) -> torch.Tensor:
    """Fetch pictures along flows, bilinearly; points outside show the border.

    Parameters
    ----------
    picture : torch.Tensor
        (B, C, H, W).
    flow : torch.Tensor
        (B, 2, H, W) or (1, 2, H, W), in pixels, x then y.

    Returns
    -------
    torch.Tensor
        (B, C, H, W): at ``p`` the picture at ``p + flow[p]``.
    """
    batch, _, height, width = picture.shape
    x = torch.arange(width, device=flow.device, dtype=flow.dtype) + flow[:, 0]
    y = torch.arange(height, device=flow.device, dtype=flow.dtype)[:, None] + flow[:, 1]
    # grid_sample counts from -1 to 1 between the centers of the first and the last pixel
    grid = torch.stack((2 * x / max(width - 1, 1) - 1, 2 * y / max(height - 1, 1) - 1), dim=3)
    grid = grid.expand(batch, -1, -1, -1)
    return F.grid_sample(picture, grid, mode="bilinear", padding_mode="border", align_corners=True)


def warp_along(picture: torch.Tensor, motion: Motion) -> tuple[torch.Tensor, torch.Tensor]:
    """Warp a picture (1, 3, H, W) along a motion; return it with the weights (H, W).

    Raises
    ------
    UsageError
        If the motion has another size.
    """
    size = tuple(picture.shape[-2:])
    if motion.flow.shape != (*size, 2) or motion.weights.shape != size:
        raise UsageError(
            f"a flow of shape {motion.flow.shape} with weights {motion.weights.shape} does not "
            f"fit frames of {size[1]}x{size[0]} pixels"
        )
    known = np.nan_to_num(np.asarray(motion.flow, dtype=np.float32))
    flow = torch.from_numpy(np.require(known.transpose(2, 0, 1), requirements=["C", "W"]))[None]
    weights = torch.from_numpy(np.require(motion.weights, np.float32, ["C", "W"]))
    return warp(picture, flow.to(picture)), weights.to(picture)
