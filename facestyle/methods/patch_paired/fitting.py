"""Which exemplars fit a node: they show the same there, and it is drawn as dark as is usual."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

# Half the square distance of two of these points is how badly patches of the two groups stand in
# for each other. Face, hair, clothes, background: hair for dark clothes is not as bad as the rest.
_PLACES = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0.8, 0.6, 0], [0, 0, 0, 1]], np.float32)
_KINDS = np.array([0, 1, 1, 2])  # of the same groups
_WRONG_TONE = 0.4  # difference of drawings, in [0, 1], that is as bad as a wrong group
# (.3 drew eyes as skin, before tones did not count in faces)
# exemplars that make a good mixture (half of all, where there are fewer than 12): with 12 of 24,
# aligned pairs lose .0015 SSIM and .002 LPIPS
_ENOUGH = 6


@dataclass(frozen=True)
class Content:
    """What patches show, and how dark they are drawn.

    Attributes
    ----------
    groups : (..., 4) float32
        Shares of face, hair, clothes and background; sum 1, or 0 where there is no exemplar.
    tone : (...) float32
        Of the drawing, mean of its channels.
    """

    groups: np.ndarray
    tone: np.ndarray

    def __getitem__(self, index: tuple[np.ndarray, ...]) -> Content:
        return Content(self.groups[index], self.tone[index])

    @property
    def points(self) -> np.ndarray:
        """Points whose square distance is how badly one fits the other; 1 and more: not at all."""
        places = self.groups @ _PLACES * np.float32(np.sqrt(0.5))
        return np.concatenate([places, self.tone[..., None] / np.float32(_WRONG_TONE)], axis=-1)

    @property
    def kind(self) -> np.ndarray:
        """Face, hair or clothes, or background, (...) int: what may stand in for each other."""
        return np.asarray(_KINDS[self.groups.argmax(axis=-1)])

    @property
    def seen(self) -> np.ndarray:
        """Where there is something, (...) bool."""
        return np.asarray(self.groups.sum(axis=-1) > 0.5)


@dataclass(frozen=True)
class NodeContents:
    """At a grid's nodes.

    Attributes
    ----------
    ours : Content
        (h, w): of the photograph, and how dark it is to be drawn.
    theirs : Content
        (N, h, w): of the aligned exemplars.
    tone_counts : (h, w) float32
        From 0 to 1: eyes and lips are as dark as they are.
    """

    ours: Content
    theirs: Content
    tone_counts: np.ndarray

    @functools.cached_property
    def misfit(self) -> np.ndarray:
        """How badly each exemplar's patch in place fits, (N, h, w) float32; infinite beyond it."""
        square = (self.ours.points - self.theirs.points) ** 2
        square[..., -1] *= self.tone_counts
        square = square.sum(axis=3)
        return np.where(self.theirs.seen, square, np.float32(np.inf))

    @functools.cached_property
    def fitting(self) -> np.ndarray:
        """How many exemplars fit in place, over how many are enough, (h, w) float32."""
        enough = min(_ENOUGH, len(self.misfit) / 2)
        return np.asarray(np.maximum(1 - self.misfit, 0).sum(axis=0) / enough, np.float32)
