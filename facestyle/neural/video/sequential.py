"""Frame after frame: each starts from, and is bound to, the results before it.

Ruder, Dosovitskiy and Brox 2016, "Artistic Style Transfer for Videos", sections 4.1 to 4.3.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch

from facestyle.neural.loss_network import LossNetwork
from facestyle.neural.objective import TemporalTarget
from facestyle.neural.optimize import optimize
from facestyle.neural.settings import OptimizeOptions
from facestyle.neural.style_pictures import StylePicture
from facestyle.neural.video.motion import FindMotion, warp_along
from facestyle.neural.video.settings import VideoOptions


class SequentialVideo:
    """Redraws the frames of a video one by one, and remembers as few results as it needs.

    Parameters
    ----------
    network : LossNetwork
        The loss network.
    styles : Sequence of StylePicture
        One style picture or several.
    options : VideoOptions
        How frames depend on each other.
    motion : callable
        See `FindMotion`.

    Attributes
    ----------
    results : dict of int to torch.Tensor
        The latest results (1, 3, H, W), by the frame's number. Give them to another object to go
        on where this one stopped.
    """

    def __init__(
        self,
        network: LossNetwork,
        styles: Sequence[StylePicture],
        options: VideoOptions,
        motion: FindMotion,
    ) -> None:
        self.network, self.styles, self.options, self.motion = network, styles, options, motion
        self.results: dict[int, torch.Tensor] = {}

    def step(self, number: int, frame: torch.Tensor) -> torch.Tensor:
        """Redraw the frame (1, 3, H, W) of this number; numbers rise by one."""
        earlier = [number - d for d in self.options.distances if number - d in self.results]
        temporal = []
        if earlier:
            for other, motion in zip(earlier, self.motion(number, earlier), strict=True):
                temporal.append(TemporalTarget(*warp_along(self.results[other], motion)))
        guess = self._guess(number)
        result = optimize(
            self.network,
            frame,
            self.styles,
            frame_options(self.options, number, guessed=guess is not None),
            initial=guess,
            temporal=temporal,
        ).picture
        self.results[number] = result
        kept = max((1, *self.options.distances))
        self.results = {n: r for n, r in self.results.items() if n > number - kept}
        return result

    def _guess(self, number: int) -> torch.Tensor | None:
        """Return what to start with; None is what a picture alone starts with."""
        previous = self.results.get(number - 1)
        if previous is None or self.options.first_guess == "own":
            return None
        if self.options.first_guess == "previous":
            return previous
        return warp_along(previous, self.motion(number, [number - 1])[0])[0]


def frame_options(options: VideoOptions, number: int, *, guessed: bool) -> OptimizeOptions:
    """Return the settings of a frame's optimization.

    A frame that starts from an earlier result stays at its scale: coarser ones would forget the
    strokes. Noise differs from frame to frame, as in the paper.

    Parameters
    ----------
    options : VideoOptions
    number : int
        Of the frame, from 0.
    guessed : bool
        Whether the frame starts from an earlier result.

    Returns
    -------
    OptimizeOptions
    """
    common = replace(
        options.frame,
        size=None,
        temporal_weight=options.temporal_weight,
        seed=options.frame.seed + number,
    )
    if not guessed:
        return common
    return replace(common, scales=1, iterations=options.iterations, initial="picture")
