"""A set of prepared exemplars and what goes behind a person in their look."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from facestyle.compositing.background import paper_color, smooth_background
from facestyle.compositing.lights import with_lights
from facestyle.methods.energy.exemplar import EnergyExemplar

# Share of a background that lights cover, above which it is a ground of lights: in `warm` and a
# night look with them the median is .05 to .08, in three bundled looks before plain grounds 0
_LIT = 0.02


class Look:
    """Prepared exemplars of one look; their backgrounds are made when they are needed.

    Parameters
    ----------
    exemplars : sequence of EnergyExemplar
        One or more.
    """

    def __init__(self, exemplars: Sequence[EnergyExemplar]) -> None:
        self.exemplars = tuple(exemplars)

    @property
    def names(self) -> tuple[str, ...]:
        """What the exemplars are called."""
        return tuple(exemplar.portrait.name for exemplar in self.exemplars)

    @functools.cached_property
    def backgrounds(self) -> tuple[np.ndarray, ...]:
        """Each exemplar's background without its person, (h, w, 3) float32.

        With its lights where most of them show some: in one alone they are a window or a lamp.
        """
        smooth = tuple(smooth_background(e.portrait) for e in self.exemplars)
        lit, shares = zip(
            *(with_lights(e.portrait, own) for e, own in zip(self.exemplars, smooth, strict=True)),
            strict=True,
        )
        most = len(shares) > 1 and float(np.median(shares)) > _LIT
        return lit if most else smooth

    @functools.cached_property
    def paper(self) -> np.ndarray:
        """The exemplars' commonest background color, (3,) float32."""
        return paper_color([e.portrait for e in self.exemplars])

    def most_typical(self, shares: np.ndarray) -> int:
        """Index of the exemplar whose background is nearest to all the others' in mean color.

        Parameters
        ----------
        shares : (K,) float
            How much each exemplar is used.

        Returns
        -------
        int
        """
        colors = np.stack([picture.mean(axis=(0, 1)) for picture in self.backgrounds])
        distance = np.abs(colors[:, None] - colors[None]).sum(axis=-1)
        # ties (sets of one background) go to the exemplar used most
        return int(np.argmin(distance @ shares - 1e-3 * shares))
