"""A picture that is one of its own exemplars comes back as it is, which is said."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from facestyle.exemplars.exemplar_set import ExemplarPicture

_LOG = logging.getLogger(__name__)
_SIDE = 24  # px of the copies that are compared
_SAMPLES = 480  # rows and columns that a copy is made of: more tell no more
# Mean difference of two copies, values of 1, below which they are of one picture. Files of it in
# other sizes and strongly compressed differ by .009 at most (14 bundled ones); of the 98 bundled
# exemplars and photographs no two of other sitters or looks by less than .056, crops by .013
_SAME = 0.012


def small_copies(exemplars: Iterable[ExemplarPicture]) -> list[ExemplarPicture]:
    """What pictures are compared with; making it takes 10 ms an exemplar.

    Parameters
    ----------
    exemplars : iterable of ExemplarPicture

    Returns
    -------
    list of ExemplarPicture
        Of 24x24 px.
    """
    return [ExemplarPicture(_small(picture.image), picture.name) for picture in exemplars]


def warn_of_own_exemplar(image: np.ndarray, name: str, copies: Sequence[ExemplarPicture]) -> None:
    """Say so where a picture is among its exemplars.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    name : str
        What to call it in messages.
    copies : sequence of ExemplarPicture
        From `small_copies`.
    """
    own = _small(image)
    for exemplar in copies:
        if np.abs(exemplar.image - own).mean() < _SAME:
            _LOG.warning(
                "%s: is itself one of the exemplars (%s), which should show other people: it comes "
                "back much as it is. Leave it out of their folder",
                name,
                exemplar.name,
            )
            return


def _small(image: np.ndarray) -> np.ndarray:
    """A picture of 24x24 px, (24, 24, 3) float32."""
    rows, columns = (max(1, side // _SAMPLES) for side in image.shape[:2])
    part = np.ascontiguousarray(image[::rows, ::columns])
    return cv2.resize(part, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
