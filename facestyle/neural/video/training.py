"""Losses of a network that redraws videos, on two frames at a time.

The network redraws the first frame without knowing anything, or as that of a scene that stood still
for a while, and the second one with the warped result of the first; the temporal loss of Ruder et
al. 2016 binds them together. Without the scenes that stood still, what a network adds to each
result would pile up from frame to frame of a clip.
"""

from collections.abc import Callable, Mapping

import torch

from facestyle.neural.losses import temporal_loss
from facestyle.neural.video.motion import warp
from facestyle.neural.video.synthetic_motion import MovedPair
from facestyle.neural.video_inputs import join_inputs

Redraw = Callable[[torch.Tensor], torch.Tensor]
Perceptual = Callable[[torch.Tensor, torch.Tensor], Mapping[str, torch.Tensor]]


def pair_terms(
    redraw: Redraw,
    perceptual: Perceptual,
    pair: MovedPair,
    temporal_weight: float,
    *,
    earlier: int = 0,
) -> dict[str, torch.Tensor]:
    """Return the terms of the loss of a pair of frames, weighted.

    Parameters
    ----------
    redraw : callable
        The network: takes what `join_inputs` makes, returns pictures (B, 3, H, W).
    perceptual : callable
        Takes results and frames, returns their perceptual terms, weighted.
    pair : MovedPair
        The frames and their motion.
    temporal_weight : float
        Weight of the temporal loss.
    earlier : int
        How many frames like the first one came before it.

    Returns
    -------
    dict of str to torch.Tensor
        The perceptual terms, averaged over both frames, and "temporal".
    """
    inputs = join_inputs(pair.first)
    with torch.no_grad():
        for _ in range(earlier):
            seen = torch.ones_like(pair.first[:, :1])
            inputs = join_inputs(pair.first, redraw(inputs).clamp(0, 1), seen)
    first = redraw(inputs)
    # The first result is given: it must not learn to be easy to continue.
    warped = warp(first.detach(), pair.flow)
    following = redraw(join_inputs(pair.following, warped, pair.weights))
    results = torch.cat((first, following))
    terms = dict(perceptual(results, torch.cat((pair.first, pair.following))))
    terms["temporal"] = temporal_weight * temporal_loss(following, warped, pair.weights)
    return terms
