"""A set of prepared exemplars and what goes behind a person in their look."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from facestyle.compositing.background import paper_color, smooth_background
from facestyle.compositing.lights import with_lights
from facestyle.methods.energy.exemplar import EnergyExemplar, reduce_portrait

_LIGHTS_SCALE = 48.0  # px between the eyes, where exemplars are larger
# Share of a background that lights cover, above which it is a ground of lights. The median is .11
# in `warm`, .08 in a night look, .04 in expired film with leaks of light, at most .0005 in three
# bundled looks before plain grounds
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
        if len(smooth) == 1:
            return smooth
        small = (reduce_portrait(e.portrait, _LIGHTS_SCALE) for e in self.exemplars)
        lit, shares = zip(*map(with_lights, small, smooth), strict=True)
        return lit if float(np.median(shares)) > _LIT else smooth

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
