"""68 facial landmarks: from dlib's shape predictor, from a file, and a face made of them."""

from __future__ import annotations

import codecs
import functools
import importlib.util
from pathlib import Path

import numpy as np

from facestyle.array_files import forget_pages
from facestyle.errors import LandmarksError, ModelFileError, clause
from facestyle.faces.face import CHIN, Face
from facestyle.faces.mesh import OUTLINE, fit_mesh_to_landmarks
from facestyle.faces.shape_predictor import (
    ShapePredictor,
    load_shape_predictor,
    predict_shape,
)
from facestyle.files import read_regular, write_whole
from facestyle.imaging.points import share_inside

# which of the 68 points belong to what (iBUG 300-W), as seen in the picture
PARTS = {
    "jaw, from the left ear over the chin to the right ear": slice(0, 17),
    "left brow": slice(17, 22),
    "right brow": slice(22, 27),
    "bridge of the nose, downwards": slice(27, 31),
    "below the nose": slice(31, 36),
    "left eye, from its outer corner, clockwise": slice(36, 42),
    "right eye, from its inner corner, clockwise": slice(42, 48),
    "outer lips, from the left corner, clockwise": slice(48, 60),
    "inner lips": slice(60, 68),
}
_LARGEST_FILE = 2**20  # bytes; 68 points need some 2,000
_FARTHEST = 1e6  # px
# of the spread along the line: faces in profile have .3 and more
_FLATTEST = 0.02
LEAST_INSIDE = 0.5  # share of the landmarks that are inside the picture
_LEAST_EYES = 0.08  # distance of the eyes over the landmarks' extent: in profile .15


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


def put_predictor_away() -> None:
    """Take dlib's predictor out of memory, if it is there; it comes back by itself."""
    if _shape_predictor.cache_info().currsize:
        forget_pages(_shape_predictor().leaves)


def read_landmarks(path: str | Path) -> np.ndarray:
    """Read 68 landmarks from a text file of `x y` lines, or an iBUG ``.pts`` file.

    A first line with the count alone, blank lines, commas, semicolons and `#` comments are
    accepted, and UTF-8 or UTF-16 with or without a byte order mark. Coordinates are taken as they
    are: pixels whose first center is (0, 0).

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
        text = _decode_text(read_regular(path, _LARGEST_FILE))
        points = np.array(_rows_of_points(text), dtype=np.float64)
    except (OSError, ValueError) as error:
        raise LandmarksError(
            f"{path}: cannot be read as landmarks ({clause(error)}); expected 68 lines of "
            "'x y' in pixels"
        ) from error
    return check_landmarks(points, str(path))


def write_landmarks(path: str | Path, face: Face, name: str, size: tuple[int, int]) -> None:
    """Write 68 landmarks as `read_landmarks` reads them, with comments that tell which is which.

    Parameters
    ----------
    path : path-like
        Replaced at once where it exists.
    face : Face
    name : str
        The picture's, for a comment.
    size : (int, int)
        Height and width of the picture.

    Raises
    ------
    LandmarksError
        If it cannot be written.
    """
    lines = [
        f"# 68 landmarks of {' '.join(name.split())}, {size[1]} x {size[0]} px, by {face.source}",
        "# x y in pixels of the upright picture; the center of its first pixel is 0 0",
    ]
    for part, points in PARTS.items():
        lines.append(f"# {part}")
        lines += [f"{x:.2f} {y:.2f}" for x, y in face.landmarks[points]]
    text = "\n".join(lines) + "\n"
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        write_whole(Path(path), lambda file: file.write(text.encode()))
    except OSError as error:
        raise LandmarksError(
            f"{path}: cannot be written ({error.strerror or error}); choose another place with -o"
        ) from error


def _decode_text(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16")
    return data.decode("utf-8-sig")


def _rows_of_points(text: str) -> list[list[str]]:
    """Words of the lines that hold points."""
    lines = (line.split("#")[0].replace(",", " ").replace(";", " ") for line in text.splitlines())
    rows = [words for words in (line.split() for line in lines) if words]
    if ["{"] in rows:  # iBUG's .pts: a head, then the points in braces
        start = rows.index(["{"])
        end = rows.index(["}"]) if ["}"] in rows else len(rows)
        return rows[start + 1 : end]
    if rows and len(rows[0]) == 1 and rows[0][0] == str(len(rows) - 1):
        return rows[1:]
    return rows


def check_landmarks(
    points: np.ndarray, name: str, size: tuple[int, int] | None = None
) -> np.ndarray:
    """Return `points` as (68, 2) float64, or say what is wrong with them.

    Parameters
    ----------
    points : array-like
        xy px.
    name : str
        What they belong to, for messages.
    size : (int, int), optional
        Height and width of the picture.

    Raises
    ------
    LandmarksError
        If they are not 68 finite points with two eyes apart from each other, spread over an area,
        in iBUG's order, most of them inside the picture and none far outside.
    """
    points = np.asarray(points, dtype=np.float64)
    if points.shape != (68, 2) or not np.isfinite(points).all():
        raise LandmarksError(
            f"{name}: found landmarks of shape {points.shape}; "
            "expected 68 finite points, one 'x y' in pixels a line (iBUG order)"
        )
    if np.abs(points).max() > _FARTHEST:
        raise LandmarksError(
            f"{name}: a landmark lies at {np.abs(points).max():g}; expected pixels of a picture"
        )
    eyes = np.hypot(*(points[36:42].mean(axis=0) - points[42:48].mean(axis=0)))
    if eyes < 2:
        raise LandmarksError(
            f"{name}: both eyes lie on one spot; are these pixels (not fractions)?"
        )
    if size is not None:
        _check_inside(points, name, size)
    extent = float(np.ptp(points, axis=0).max())
    if eyes < _LEAST_EYES * extent:
        raise LandmarksError(
            f"{name}: the eyes are {eyes:.0f} px apart in landmarks of {extent:.0f} px; expected "
            "those of a face (iBUG order)"
        )
    spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    if spread[1] < _FLATTEST * spread[0]:
        raise LandmarksError(f"{name}: the landmarks lie on one line; expected those of a face")
    _check_order(points, name)
    return points


def _check_order(points: np.ndarray, name: str) -> None:
    """Ask for a mouth below the eyes, as seen with the first eye at the left, however tilted."""
    first, second, mouth = (points[a:b].mean(axis=0) for a, b in ((36, 42), (42, 48), (48, 68)))
    across, down = second - first, mouth - (first + second) / 2
    if across[0] * down[1] <= across[1] * down[0]:
        raise LandmarksError(
            f"{name}: left and right are swapped, or the points are in another order; expected "
            "iBUG's, from the picture's left to its right, as 'facestyle landmarks' writes it"
        )


def _check_inside(points: np.ndarray, name: str, size: tuple[int, int]) -> None:
    sides = np.array([size[1], size[0]], np.float64)
    near = ((points > -sides) & (points < 2 * sides)).all()
    if share_inside(points, size) < LEAST_INSIDE or not near:
        (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
        raise LandmarksError(
            f"{name}: the landmarks, from ({x0:.0f}, {y0:.0f}) to ({x1:.0f}, {y1:.0f}), lie "
            f"outside the picture of {size[1]} x {size[0]} pixels; are they of another size of it?"
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

    Raises
    ------
    LandmarksError
        If they are none of a face in the picture.
    """
    # of a face that the picture's border cuts off, a detector guesses points outside
    size = (image.shape[0], image.shape[1]) if source == "file" else None
    landmarks = check_landmarks(landmarks, "landmarks", size)
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
