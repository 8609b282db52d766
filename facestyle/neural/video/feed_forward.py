"""Videos through a trained network: each frame with the warped results of earlier ones."""

import torch

from facestyle.neural.large_pictures import redraw
from facestyle.neural.settings import VIDEO_INPUTS
from facestyle.neural.transformer import Transformer
from facestyle.neural.video_inputs import join_inputs

# Mean difference from the warped result from which on the network is doubted. It is .011 to .045 in
# some 90 frames of four clips of 128 to 192 px in two styles. In rare frames all edges flare up,
# maybe for want of the raised place that the normalization needs (spots.py): .24 in one, .04 for
# the frame alone.
_FAR = 0.12


@torch.no_grad()
def redraw_frame(
    network: Transformer,
    frame: torch.Tensor,
    known: tuple[torch.Tensor, torch.Tensor] | None = None,
    strength: torch.Tensor | None = None,
    *,
    seed: int = 0,
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
    strength : (1, 1, h, w) tensor, optional
        Of the strokes at each place, as the network takes it.
    seed : int
        Of the grain.

    Returns
    -------
    torch.Tensor
        RGB (1, 3, H, W) in [0, 1]. Where the network goes astray with what is known, far from it
        though the frame alone is not, that of the frame alone.
    """
    if network.architecture.inputs != VIDEO_INPUTS or known is None:
        return redraw(network, frame, strength, seed=seed).clamp(0, 1)
    warped, weights = known
    inputs = join_inputs(frame, warped, weights[None, None])
    redrawn = redraw(network, inputs, strength, seed=seed).clamp(0, 1)
    distance = _distance(redrawn, warped, weights)
    if distance > _FAR:
        alone = redraw(network, frame, strength, seed=seed).clamp(0, 1)
        if _distance(alone, warped, weights) < distance / 2:
            return alone
    return redrawn


def _distance(picture: torch.Tensor, warped: torch.Tensor, weights: torch.Tensor) -> float:
    """Return the mean difference from what is known, where it is."""
    difference = (picture - warped).abs().mean(1)[0]
    return float((difference * weights).sum() / weights.sum().clamp_min(1e-6))
