"""Several passes over the whole video, back and forth, so that borders know what comes later.

Ruder, Dosovitskiy and Brox 2016, "Artistic Style Transfer for Videos", section 4.4.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

import torch

from facestyle.neural.loss_network import LossNetwork
from facestyle.neural.objective import TemporalTarget
from facestyle.neural.optimize import optimize
from facestyle.neural.style_pictures import StylePicture
from facestyle.neural.video.motion import FindMotion, warp_along
from facestyle.neural.video.sequential import frame_options
from facestyle.neural.video.settings import VideoOptions

Progress = Callable[[int, int], None]


class Frames(Protocol):
    """Frames (1, 3, H, W) of a video: a list, or something that fetches them."""

    def __len__(self) -> int: ...

    def __getitem__(self, number: int, /) -> torch.Tensor: ...

    def __iter__(self) -> Iterator[torch.Tensor]: ...


class Store(Protocol):
    """Where results (1, 3, H, W) are kept: a list, or something that puts them elsewhere."""

    def __getitem__(self, number: int, /) -> torch.Tensor: ...

    def __setitem__(self, number: int, picture: torch.Tensor, /) -> None: ...

    def append(self, picture: torch.Tensor, /) -> None:
        """Add a result at the end."""


def blend(
    picture: torch.Tensor, neighbors: Sequence[tuple[torch.Tensor, torch.Tensor, float]]
) -> torch.Tensor:
    """Mix a frame's result with its neighbors', where they show the same points.

    ``(x + sum b c w) / (1 + sum b c)``; with one neighbor of b = 1 this is Ruder et al. 2016,
    section 4.4, with delta = 1/2.

    Parameters
    ----------
    picture : torch.Tensor
        x, (1, 3, H, W).
    neighbors : Sequence of (torch.Tensor, torch.Tensor, float)
        Warped result w (1, 3, H, W), weights c (H, W) in [0, 1], and share b of each.

    Returns
    -------
    torch.Tensor
        (1, 3, H, W).
    """
    total, whole = picture, torch.ones_like(picture[:, :1])
    for warped, weights, share in neighbors:
        total = total + share * weights * warped
        whole = whole + share * weights
    return total / whole


def stylize_in_passes(
    network: LossNetwork,
    frames: Frames,
    styles: Sequence[StylePicture],
    options: VideoOptions,
    motion: FindMotion,
    *,
    store: Store,
    progress: Progress | None = None,
) -> None:
    """Redraw a whole video in several passes of alternating direction.

    The first pass redraws every frame alone; the second goes forwards, the third backwards, and
    so on. Each starts a frame from its own result blended with that of the neighbor that was
    done before it in this pass.

    Parameters
    ----------
    network : LossNetwork
        The loss network.
    frames : Frames
        All frames.
    styles : Sequence of StylePicture
        One style picture or several.
    options : VideoOptions
        `passes` of them, 1 at least.
    motion : callable
        See `FindMotion`; asked for both neighbors of a frame.
    store : Store
        Empty; takes a result for every frame. No more than three of each are in memory.
    progress : callable, optional
        Called with the pass and the frame, after each.
    """
    for number, frame in enumerate(frames):
        alone = replace(
            frame_options(options, number, guessed=False), iterations=options.pass_iterations
        )
        store.append(optimize(network, frame, styles, alone).picture)
        if progress is not None:
            progress(1, number)
    for step in range(2, options.passes + 1):
        backwards = step % 2 == 1
        order = range(len(frames))
        for number in reversed(order) if backwards else order:
            before, after = (number + 1, number - 1) if backwards else (number - 1, number + 1)
            store[number] = _refine(
                network, frames, styles, options, motion, store, (number, before, after), step
            )
            if progress is not None:
                progress(step, number)


def _refine(
    network: LossNetwork,
    frames: Frames,
    styles: Sequence[StylePicture],
    options: VideoOptions,
    motion: FindMotion,
    results: Store,
    numbers: tuple[int, int, int],
    step: int,
) -> torch.Tensor:
    """Redraw a frame in a pass; `numbers` are its own, and of those done before and after it."""
    number, before, after = numbers
    neighbors, temporal = [], []
    for other, share in ((before, options.blend), (after, options.blend_opposite)):
        if not 0 <= other < len(frames) or (share == 0 and other == after):
            continue
        warped, weights = warp_along(results[other], motion(number, [other])[0])
        neighbors.append((warped, weights, share))
        if other == before and step >= options.temporal_from_pass:
            temporal.append(TemporalTarget(warped, weights))
    settings = replace(
        frame_options(options, number, guessed=True), iterations=options.pass_iterations
    )
    start = blend(results[number], neighbors)
    return optimize(
        network, frames[number], styles, settings, initial=start, temporal=temporal
    ).picture
