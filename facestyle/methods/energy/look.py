"""A set of prepared exemplars and what goes behind a person in their look."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from facestyle.compositing.background import paper_color, smooth_background
from facestyle.methods.energy.exemplar import EnergyExemplar


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
        """Each exemplar's background without its person, (h, w, 3) float32."""
        return tuple(smooth_background(e.portrait) for e in self.exemplars)

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
