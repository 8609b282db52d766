"""Several passes over the whole video, back and forth, so that borders know what comes later.

Ruder, Dosovitskiy and Brox 2016, "Artistic Style Transfer for Videos", section 4.4.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch

from facestyle.neural.loss_network import LossNetwork
from facestyle.neural.objective import TemporalTarget
from facestyle.neural.optimize import StylePicture, optimize
from facestyle.neural.video.motion import FindMotion, warp_along
from facestyle.neural.video.sequential import frame_options
from facestyle.neural.video.settings import VideoOptions

Progress = Callable[[int, int], None]


def blend(
    picture: torch.Tensor, neighbours: Sequence[tuple[torch.Tensor, torch.Tensor, float]]
) -> torch.Tensor:
    """Mix a frame's result with its neighbours', where they show the same points.

    ``(x + sum b c w) / (1 + sum b c)``; with one neighbour of b = 1 this is Ruder et al. 2016,
    section 4.4, with delta = 1/2.

    Parameters
    ----------
    picture : torch.Tensor
        x, (1, 3, H, W).
    neighbours : Sequence of (torch.Tensor, torch.Tensor, float)
        Warped result w (1, 3, H, W), weights c (H, W) in [0, 1], and share b of each.

    Returns
    -------
    torch.Tensor
        (1, 3, H, W).
    """
    total, whole = picture, torch.ones_like(picture[:, :1])
    for warped, weights, share in neighbours:
        total = total + share * weights * warped
        whole = whole + share * weights
    return total / whole


def stylize_in_passes(
    network: LossNetwork,
    frames: Sequence[torch.Tensor],
    styles: Sequence[StylePicture],
    options: VideoOptions,
    motion: FindMotion,
    *,
    progress: Progress | None = None,
) -> list[torch.Tensor]:
    """Redraw a whole video in several passes of alternating direction.

    The first pass redraws every frame alone; the second goes forwards, the third backwards, and
    so on. Each starts a frame from its own result blended with that of the neighbour that was
    done before it in this pass.

    Parameters
    ----------
    network : LossNetwork
        The loss network.
    frames : Sequence of torch.Tensor
        All frames (1, 3, H, W); results of all stay in memory.
    styles : Sequence of StylePicture
        One style picture or several.
    options : VideoOptions
        `passes` of them, 1 at least.
    motion : callable
        See `FindMotion`; asked for both neighbours of a frame.
    progress : callable, optional
        Called with the pass and the frame, after each.

    Returns
    -------
    list of torch.Tensor
        A result for every frame.
    """
    results: list[torch.Tensor] = []
    for number, frame in enumerate(frames):
        alone = replace(
            frame_options(options, number, guessed=False), iterations=options.pass_iterations
        )
        results.append(optimize(network, frame, styles, alone).picture)
        if progress is not None:
            progress(1, number)
    for step in range(2, options.passes + 1):
        backwards = step % 2 == 1
        order = range(len(frames))
        for number in reversed(order) if backwards else order:
            before, after = (number + 1, number - 1) if backwards else (number - 1, number + 1)
            results[number] = _refine(
                network, frames, styles, options, motion, results, (number, before, after), step
            )
            if progress is not None:
                progress(step, number)
    return results


def _refine(
    network: LossNetwork,
    frames: Sequence[torch.Tensor],
    styles: Sequence[StylePicture],
    options: VideoOptions,
    motion: FindMotion,
    results: list[torch.Tensor],
    numbers: tuple[int, int, int],
    step: int,
) -> torch.Tensor:
    """Redraw a frame in a pass; `numbers` are its own, and of those done before and after it."""
    number, before, after = numbers
    neighbours, temporal = [], []
    for other, share in ((before, options.blend), (after, options.blend_opposite)):
        if not 0 <= other < len(frames) or (share == 0 and other == after):
            continue
        warped, weights = warp_along(results[other], motion(number, [other])[0])
        neighbours.append((warped, weights, share))
        if other == before and step >= options.temporal_from_pass:
            temporal.append(TemporalTarget(warped, weights))
    settings = replace(
        frame_options(options, number, guessed=True), iterations=options.pass_iterations
    )
    start = blend(results[number], neighbours)
    return optimize(
        network, frames[number], styles, settings, initial=start, temporal=temporal
    ).picture
