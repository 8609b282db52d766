"""Maps the ground of a wide picture to that of an exemplar, ray by ray from the middle of the face.

A painter composes a ground for the whole picture: what is beside the head stays beside the head,
and what runs to the border runs to the border.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, minimum_filter1d

from facestyle.faces.face import Face

_RAYS = 360
_STEPS = 400  # along a ray, to find where the person ends
# In degrees, by eye on four half figures in eight styles: how far the person's outline and the
# border are smoothed, as each of their corners became a ray through the ground
_OUTLINE_REACH, _OUTLINE_SIGMA, _BORDER_REACH, _BORDER_SIGMA = 2, 3.0, 8, 8.0
_RIM = 2  # px along the border that are no part of a person
_LEAST = 0.01  # face widths of ground that a ray is given at least
_MOST_STRETCHED = 0.9  # quantile of the rays that tells how far a ground is drawn apart


@dataclass(frozen=True)
class GroundRays:
    """How far a person and the picture reach from the middle of the face.

    Attributes
    ----------
    center : (2,) float64
        Middle of the face, xy px.
    person, border : (360,) float64
        Where the person and the picture end, px; at angles clockwise from straight down.
    first, last : float
        Angles between which there is ground, radians clockwise from straight up.
    """

    center: np.ndarray
    person: np.ndarray
    border: np.ndarray
    first: float
    last: float

    @property
    def span(self) -> float:
        """Angle that the ground reaches around the head, radians."""
        return self.last - self.first


def ground_rays(ground: np.ndarray, face: Face, width: float, least: float) -> GroundRays | None:
    """Measure the ground around a head.

    Parameters
    ----------
    ground : (h, w) bool
    face : Face
    width : float
        Of the face, px.
    least : float
        Face widths of ground that a ray has to see.

    Returns
    -------
    GroundRays or None
        None where no ray sees any, or the middle of the face is not in the picture.
    """
    center, angles = face.outline.mean(axis=0), _angles()
    height, length = ground.shape
    across, up = np.sin(angles), np.cos(angles)
    # where a ray is parallel to a border the other one ends it
    sides = np.where(across > 0, length - 1 - center[0], -center[0]) / _not_zero(across)
    ends = np.where(up < 0, center[1] - (height - 1), center[1]) / _not_zero(up)
    border = np.minimum(np.abs(sides), np.abs(ends))
    if not (0 < center[0] < length - 1 and 0 < center[1] < height - 1):
        return None
    radii = border[:, None] * np.linspace(0, 1, _STEPS, endpoint=False)
    columns = (center[0] + radii * across[:, None]).astype(int).clip(0, length - 1)
    rows = (center[1] - radii * up[:, None]).astype(int).clip(0, height - 1)
    last = _STEPS - 1 - _person(ground, center)[rows, columns][:, ::-1].argmax(axis=1)
    person = radii[np.arange(_RAYS), last]
    found = _longest(border - person > least * width, border - person)
    if found is None:
        return None
    person = maximum_filter1d(person, 2 * _OUTLINE_REACH + 1, mode="wrap")
    person = gaussian_filter1d(person, _OUTLINE_SIGMA, mode="wrap")
    border = minimum_filter1d(border, 2 * _BORDER_REACH + 1, mode="wrap")
    border = gaussian_filter1d(border, _BORDER_SIGMA, mode="wrap")
    border = np.maximum(border, person + _LEAST * width)
    return GroundRays(center, person, border, *angles[list(found)])


def stretch(wanted: GroundRays, rays: GroundRays) -> float:
    """How many times as wide an exemplar's ground becomes where it is drawn apart most.

    Parameters
    ----------
    wanted, rays : GroundRays
        Of the target and the exemplar.
    """
    angles = _angles()
    lent = _at(rays.border - rays.person, _angle_there(angles, wanted, rays))
    seen = (angles >= wanted.first) & (angles <= wanted.last)
    return float(np.quantile(((wanted.border - wanted.person) / lent)[seen], _MOST_STRETCHED))


def places_along_rays(shape: tuple[int, ...], wanted: GroundRays, rays: GroundRays) -> np.ndarray:
    """Row and column in the exemplar for every pixel of a target.

    Parameters
    ----------
    shape : (int, int)
        Height and width of the target.
    wanted, rays : GroundRays
        Of the target and the exemplar.

    Returns
    -------
    (h, w, 2) float32
    """
    rows, columns = np.indices(shape[:2])
    right, down = columns - wanted.center[0], rows - wanted.center[1]
    angles, radii = np.arctan2(right, -down), np.hypot(right, down)
    theirs = _angle_there(angles, wanted, rays)
    near, far = _at(wanted.person, angles), _at(wanted.border, angles)
    inner, outer = _at(rays.person, theirs), _at(rays.border, theirs)
    radius = inner + np.clip((radii - near) / (far - near), 0, 1) * (outer - inner)
    found = [rays.center[1] - radius * np.cos(theirs), rays.center[0] + radius * np.sin(theirs)]
    return np.stack(found, axis=-1).astype(np.float32)


def _angles() -> np.ndarray:
    """Of the rays, radians clockwise from straight up, from -pi."""
    return np.linspace(-np.pi, np.pi, _RAYS, endpoint=False)


def _not_zero(values: np.ndarray) -> np.ndarray:
    return np.where(np.abs(values) < 1e-9, 1e-9, values)


def _longest(seen: np.ndarray, ground: np.ndarray) -> tuple[int, int] | None:
    """First and last of the rays in a row that see most ground."""
    edges = np.diff(np.pad(seen.astype(int), 1))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    if not len(starts):
        return None
    sums = [ground[a : b + 1].sum() for a, b in zip(starts, ends, strict=True)]
    best = int(np.argmax(sums))
    return int(starts[best]), int(ends[best])


def _person(ground: np.ndarray, center: np.ndarray) -> np.ndarray:
    """What is not ground and hangs together with the middle of the face, (h, w) bool."""
    taken = ~ground
    taken[:_RIM] = taken[-_RIM:] = taken[:, :_RIM] = taken[:, -_RIM:] = False
    _, parts = cv2.connectedComponents(taken.astype(np.uint8), connectivity=4)
    column, row = center.astype(int)
    return np.asarray((parts == parts[row, column]) & taken)


def _angle_there(angles: np.ndarray, wanted: GroundRays, rays: GroundRays) -> np.ndarray:
    """Angle in the exemplar; what is below the shoulders is as at the shoulders."""
    return np.interp(angles, [wanted.first, wanted.last], [rays.first, rays.last])


def _at(values: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Values of the rays at any angles."""
    return np.interp(angles, _angles(), values, period=2 * np.pi)
