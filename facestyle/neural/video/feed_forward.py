"""Videos through a trained network: each frame with the warped results of earlier ones."""

import torch

from facestyle.neural.large_pictures import redraw
from facestyle.neural.settings import VIDEO_INPUTS
from facestyle.neural.transformer import Transformer, join_inputs


@torch.no_grad()
def redraw_frame(
    network: Transformer,
    frame: torch.Tensor,
    known: tuple[torch.Tensor, torch.Tensor] | None = None,
) -> torch.Tensor:
    """Redraw a frame.

    Parameters
    ----------
    network : Transformer
        In evaluation mode. One for pictures redraws the frame alone.
    frame : torch.Tensor
        RGB (1, 3, H, W) in [0, 1].
    known : (1, 3, H, W) tensor and (H, W) tensor, optional
        Earlier results warped to this frame, and in [0, 1] how sure they are; None at the
        beginning.

    Returns
    -------
    torch.Tensor
        RGB (1, 3, H, W) in [0, 1].
    """
    inputs = frame
    if network.architecture.inputs == VIDEO_INPUTS and known is not None:
        warped, weights = known
        inputs = join_inputs(frame, warped, weights[None, None])
    return redraw(network, inputs).clamp(0, 1)
