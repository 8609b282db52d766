"""A stylized picture with everything that explains it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from facestyle.faces import Face
from facestyle.methods.engine import Outcome


@dataclass(frozen=True, repr=False)
class Result:
    """A stylized picture with everything that explains it.

    Attributes
    ----------
    image : ndarray
        Of the input's size, type and number of channels.
    face : Face or None
        The face that was stylized (the largest of several); None where the method needs none.
    matte : (H, W) float32 or None
        Opacity of the person.
    alpha : (H, W) float32 or None
        Opacity of the result, where it has one (`background="transparent"`, or the input had one).
    method : str
    timings : dict of str to float
        Seconds of each stage.
    outcome : Outcome
        The method's own record, in the package's float format.
    found : bool
        Whether the face is seen; only in clips it may not be.
    """

    image: np.ndarray
    face: Face | None
    matte: np.ndarray | None
    alpha: np.ndarray | None
    method: str
    timings: dict[str, float]
    outcome: Outcome = field(repr=False)
    found: bool = True

    @property
    def labels(self) -> np.ndarray | None:
        """Which exemplar was used, on a grid over the picture, (h, w) int32."""
        return self.outcome.labels

    @property
    def aligned(self) -> np.ndarray:
        """The exemplars warped onto the face, (K, h, w, 3) float32 in [0, 1]."""
        return self.outcome.aligned()

    def __repr__(self) -> str:
        height, width = self.image.shape[:2]
        return (
            f"<Result {width}x{height} {self.image.dtype}, method {self.method}, "
            f"{self.timings.get('total', 0):.2f} s>"
        )
