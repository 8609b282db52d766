"""Videos through a trained network: each frame with the warped result of the one before."""

import torch

from facestyle.neural.large_pictures import redraw
from facestyle.neural.settings import VIDEO_INPUTS
from facestyle.neural.transformer import Transformer, join_inputs
from facestyle.neural.video.motion import Motion, warp_along


@torch.no_grad()
def redraw_frame(
    network: Transformer,
    frame: torch.Tensor,
    previous: torch.Tensor | None = None,
    motion: Motion | None = None,
) -> torch.Tensor:
    """Redraw a frame.

    Parameters
    ----------
    network : Transformer
        In evaluation mode. One for pictures redraws the frame alone.
    frame : torch.Tensor
        RGB (1, 3, H, W) in [0, 1].
    previous : torch.Tensor, optional
        The result of the frame before; None at the beginning.
    motion : Motion, optional
        From this frame to the one before.

    Returns
    -------
    torch.Tensor
        RGB (1, 3, H, W) in [0, 1].
    """
    inputs = frame
    if network.architecture.inputs == VIDEO_INPUTS and previous is not None and motion is not None:
        warped, weights = warp_along(previous, motion)
        inputs = join_inputs(frame, warped, weights[None, None])
    return redraw(network, inputs).clamp(0, 1)
