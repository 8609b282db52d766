"""68 facial landmarks: from dlib's shape predictor, from a file, and a face made of them."""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path

import numpy as np

from facestyle.errors import LandmarksError, ModelFileError
from facestyle.faces.face import CHIN, Face
from facestyle.faces.mesh import OUTLINE, fit_mesh_to_landmarks
from facestyle.faces.shape_predictor import (
    ShapePredictor,
    load_shape_predictor,
    predict_shape,
)

# of 68 points: a profile is .3 as flat as it is long, and its eyes .15 of its extent apart
_LEAST_FLATNESS, _LEAST_EYES, _LEAST_INSIDE = 0.1, 0.08, 0.5


@functools.cache
def model_path(name: str) -> Path:
    """Path of a model file in the pip package `face-recognition-models`.

    The package itself is not imported: its `__init__` needs the removed `pkg_resources`.

    Raises
    ------
    ModelFileError
        If the package or the file is missing.
    """
    spec = importlib.util.find_spec("face_recognition_models")
    folders = spec.submodule_search_locations if spec else None
    path = Path(folders[0], "models", name) if folders else None
    if path is None or not path.is_file():
        raise ModelFileError(
            f"dlib's model '{name}' was not found; it comes with a package: "
            "pip install face-recognition-models"
        )
    return path


@functools.cache
def _shape_predictor() -> ShapePredictor:
    return load_shape_predictor(model_path("shape_predictor_68_face_landmarks.dat"))


def predict_landmarks(image: np.ndarray, box: np.ndarray, *, whole: bool = True) -> np.ndarray:
    """Predict 68 landmarks in a face box (Kazemi and Sullivan 2014, as trained by dlib).

    Parameters
    ----------
    image : (H, W, 3) uint8
        RGB.
    box : (4,) float64
        x0, y0, x1, y1 of dlib's detector, px.
    whole : bool
        Cut the box to whole pixels, as dlib's boxes have; a tracked box is better left as it is.

    Returns
    -------
    (68, 2) float64
        xy px.
    """
    return predict_shape(_shape_predictor(), image, np.trunc(box) if whole else box)


def read_landmarks(path: str | Path) -> np.ndarray:
    """Read 68 landmarks from a text file of `x y` lines.

    A first line with the count alone, blank lines, commas and `#` comments are accepted.

    Returns
    -------
    (68, 2) float64
        xy px.

    Raises
    ------
    LandmarksError
        If the file cannot be read or does not hold 68 points.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        rows = [line.split("#")[0].replace(",", " ").split() for line in lines]
        rows = [row for row in rows if row]
        if rows and len(rows[0]) == 1 and rows[0][0] == str(len(rows) - 1):
            rows = rows[1:]
        points = np.array(rows, dtype=np.float64)
    except (OSError, ValueError) as error:
        raise LandmarksError(
            f"{path}: cannot be read as landmarks ({error}); expected 68 lines of 'x y' in pixels"
        ) from error
    return check_landmarks(points, str(path))


def check_landmarks(points: np.ndarray, name: str) -> np.ndarray:
    """Return `points` as (68, 2) float64, or say what is wrong with them.

    Raises
    ------
    LandmarksError
        If they are not 68 finite points with two eyes apart from each other.
    """
    points = np.asarray(points, dtype=np.float64)
    if points.shape != (68, 2) or not np.isfinite(points).all():
        raise LandmarksError(
            f"{name}: found landmarks of shape {points.shape}; "
            "expected 68 finite points, one 'x y' in pixels a line (iBUG order)"
        )
    if np.hypot(*(points[36:42].mean(axis=0) - points[42:48].mean(axis=0))) < 2:
        raise LandmarksError(
            f"{name}: both eyes lie on one spot; are these pixels (not fractions)?"
        )
    return points


def check_landmarks_fit(points: np.ndarray, shape: tuple[int, ...], name: str) -> None:
    """Refuse 68 points that cannot be a face in a picture of a size.

    Parameters
    ----------
    points : (68, 2) float64
        Of `check_landmarks`.
    shape : (height, width, ...)
        Of the picture, px.
    name : str
        What to call the picture.

    Raises
    ------
    LandmarksError
        If they lie on a line or in one place, are not all different features of a face in size, or
        are mostly outside of the picture.
    """
    height, width = shape[:2]
    centered = points - points.mean(axis=0)
    long, short = np.linalg.svd(centered, compute_uv=False)
    eyes = np.hypot(*(points[36:42].mean(axis=0) - points[42:48].mean(axis=0)))
    extent = float(np.ptp(points, axis=0).max())
    inside = ((points >= 0) & (points <= (width - 1, height - 1))).all(axis=1).mean()
    reason = ""
    if short < _LEAST_FLATNESS * long:
        reason = "the points lie on a line"
    elif inside < _LEAST_INSIDE:
        reason = f"{1 - inside:.0%} of the points are outside of the picture, {width} x {height} px"
    elif eyes < _LEAST_EYES * extent:
        reason = f"the eyes are {eyes:.0f} px apart in a face of {extent:.0f} px"
    if reason:
        raise LandmarksError(
            f"{name}: the landmarks are no face: {reason}; expected 68 points 'x y' in pixels of "
            "this picture (iBUG order)"
        )


def face_from_landmarks(image: np.ndarray, landmarks: np.ndarray, source: str = "file") -> Face:
    """Make a face of 68 known landmarks, with the mesh where it fits.

    Parameters
    ----------
    image : (H, W, 3) uint8
        RGB.
    landmarks : (68, 2) float64
        xy px.
    source : str
        Where the landmarks come from.
    """
    landmarks = check_landmarks(landmarks, "landmarks")
    mesh = fit_mesh_to_landmarks(image, landmarks)
    outline = outline_from_landmarks(landmarks) if mesh is None else mesh[list(OUTLINE)]
    return Face(landmarks, mesh, outline, source)


def outline_from_landmarks(landmarks: np.ndarray) -> np.ndarray:
    """Estimate the face oval from 68 landmarks: the jaw, closed by half an ellipse above the brows.

    Returns
    -------
    (36, 2) float64
        xy px, clockwise from the top middle.
    """
    jaw = landmarks[:17]
    middle = (jaw[0] + jaw[16]) / 2
    across = (jaw[16] - jaw[0]) / 2
    down = jaw[CHIN] - landmarks[36:48].mean(axis=0)
    # an average face is about as high above the eyes as .75 of the way from eyes to chin
    height = -0.75 * down + (landmarks[36:48].mean(axis=0) - middle)
    angles = np.radians(np.arange(0, 90, 10))[1:]
    top = middle + height
    right = [middle + height * np.cos(a) + across * np.sin(a) for a in angles]
    left = [middle + height * np.cos(a) - across * np.sin(a) for a in angles[::-1]]
    closed = np.vstack([top, right, jaw[::-1], left, top])
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    steps = np.linspace(0, length[-1], 36, endpoint=False)
    return np.stack([np.interp(steps, length, closed[:, axis]) for axis in (0, 1)], axis=1)
