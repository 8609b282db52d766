"""The two records that describe a face and the portrait it was found in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facestyle.frozen import FrozenRecord
from facestyle.imaging.points import scaled_points

# of the iBUG 300-W scheme; right is the person's own
RIGHT_EYE = slice(36, 42)
LEFT_EYE = slice(42, 48)
CHIN = 8


@dataclass(frozen=True)
class Face(FrozenRecord):
    """A face's geometry, in pixels of the picture it was found in.

    Attributes
    ----------
    landmarks : (68, 2) float64
        The 68 points of the iBUG 300-W scheme, xy.
    mesh : (468, 2) float64 or None
        MediaPipe's face mesh, xy; None where it could not be fitted (statues, some drawings).
    outline : (36, 2) float64
        The face oval with the forehead, clockwise from its top middle.
    source : {"dlib", "mesh", "file"}
        Where the landmarks come from.
    """

    landmarks: np.ndarray
    mesh: np.ndarray | None
    outline: np.ndarray
    source: str

    @property
    def eyes(self) -> np.ndarray:
        """Centers of the eye at the picture's left and of the one at its right, (2, 2) xy."""
        points = self.landmarks
        return np.stack([points[RIGHT_EYE].mean(axis=0), points[LEFT_EYE].mean(axis=0)])

    @property
    def inter_ocular(self) -> float:
        """Distance between the eyes' centers, px: the unit of every radius in this package."""
        right, left = self.eyes
        return float(np.hypot(*(left - right)))

    @property
    def tilt(self) -> float:
        """Angle of the line through the eyes, radians, positive clockwise on screen."""
        dx, dy = self.eyes[1] - self.eyes[0]
        return float(np.arctan2(dy, dx))

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Bounding box (x0, y0, x1, y1) of landmarks and outline, px."""
        points = np.vstack([self.landmarks, self.outline])
        (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
        return float(x0), float(y0), float(x1), float(y1)

    def scaled(self, factor: float) -> Face:
        """Return this face in the coordinates of the picture resized by `factor`."""
        mesh = None if self.mesh is None else scaled_points(self.mesh, factor)
        landmarks, outline = (scaled_points(p, factor) for p in (self.landmarks, self.outline))
        return Face(landmarks, mesh, outline, self.source)


@dataclass(frozen=True)
class Portrait(FrozenRecord):
    """A picture with the face found in it and the matte of the person.

    Attributes
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    face : Face
    matte : (H, W) float32
        Opacity of the person in [0, 1].
    name : str
        What to call it in messages: usually the file's name.
    photo : Portrait or None
        The photograph that a drawing was made from, where it is known.
    """

    image: np.ndarray
    face: Face
    matte: np.ndarray
    name: str = "portrait"
    photo: Portrait | None = None
