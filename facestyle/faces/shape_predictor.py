"""dlib's shape predictor, evaluated by ourselves: its 100 MB file takes dlib half a second to read.

The file is converted once; its leaves lie in the cache as a plain array, of which a prediction
maps only the pages that it needs. Our landmarks are the same as dlib's before it rounds them to
whole pixels; the first face of a process takes .06 instead of .61 CPU s (benchmarks/handmade.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from facestyle import disk_cache
from facestyle.errors import ModelFileError

_POINTS, _CASCADES, _TREES, _SPLITS = 68, 15, 500, 15
_LEAVES = _SPLITS + 1
_VECTOR = 2 * _POINTS
# of a packed file: a float is two integers, a column vector has its negated sizes before it
_TREE_INTEGERS = 1 + 4 * _SPLITS + 1 + _LEAVES * (2 + 2 * _VECTOR)
_MAXIMUM_EXPONENT = 1000  # above it dlib writes infinities


@dataclass(frozen=True)
class Forests:
    """A cascade of forests of regression trees (Kazemi and Sullivan 2014, algorithm 1).

    Attributes
    ----------
    mean_shape : (68, 2) float32
        Where a prediction starts, in units of the box.
    pairs : (15, 500, 15, 2) int32
        For each split of a tree the two pixels whose difference decides.
    thresholds : (15, 500, 15) float32
        A larger difference goes to child 2 i + 1, any other to 2 i + 2.
    anchors : (15, P) int32
        Landmark that each pixel moves with.
    offsets : (15, P, 2) float32
        The pixel's place relative to it on the mean shape.
    """

    mean_shape: np.ndarray
    pairs: np.ndarray
    thresholds: np.ndarray
    anchors: np.ndarray
    offsets: np.ndarray


@dataclass(frozen=True)
class ShapePredictor:
    """Forests with the increments in their leaves, (15, 500, 16, 136) float32."""

    forests: Forests
    leaves: np.ndarray


def load_shape_predictor(path: Path) -> ShapePredictor:
    """Load dlib's 68-point predictor, converted before where the cache has it.

    Raises
    ------
    ModelFileError
        If the file is not that predictor.
    """
    status = path.stat()
    key = disk_cache.fingerprint("shape predictor", path.name, f"{status.st_size}")
    forests = disk_cache.load(Forests, key)
    leaves = disk_cache.load_array(key)
    if forests is not None and leaves is not None:
        return ShapePredictor(forests, leaves)
    predictor = read_shape_predictor(path)
    disk_cache.save_array(key, predictor.leaves)
    disk_cache.save(key, predictor.forests)
    mapped = disk_cache.load_array(key)  # which memory can do without
    return predictor if mapped is None else ShapePredictor(predictor.forests, mapped)


def read_shape_predictor(path: Path) -> ShapePredictor:
    """Read a file that dlib's `shape_predictor` was saved to.

    Raises
    ------
    ModelFileError
        If the file is damaged or another model.
    """
    stream = _Stream(path)
    stream.expect(1, "version")
    stream.expect(-_VECTOR, "size of the mean shape")
    stream.expect(-1, "size of the mean shape")
    mean_shape = _floats(stream.take(2 * _VECTOR)).reshape(_POINTS, 2)
    pairs = np.empty((_CASCADES, _TREES, _SPLITS, 2), np.int32)
    thresholds = np.empty((_CASCADES, _TREES, _SPLITS), np.float32)
    leaves = np.empty((_CASCADES, _TREES, _LEAVES, _VECTOR), np.float32)
    stream.expect(_CASCADES, "number of cascades")
    for cascade in range(_CASCADES):
        stream.expect(_TREES, "number of trees")
        for tree in range(_TREES):
            values = stream.take(_TREE_INTEGERS)
            splits = values[1 : 1 + 4 * _SPLITS].reshape(_SPLITS, 4)
            vectors = values[2 + 4 * _SPLITS :].reshape(_LEAVES, -1)
            if values[0] != _SPLITS or (vectors[:, :2] != (-_VECTOR, -1)).any():
                stream.refuse(f"tree {tree} of cascade {cascade} has another shape")
            pairs[cascade, tree] = splits[:, :2]
            thresholds[cascade, tree] = _floats(splits[:, 2:].ravel())
            leaves[cascade, tree] = _floats(vectors[:, 2:].ravel()).reshape(_LEAVES, _VECTOR)
    anchors = stream.take_lists(1)[..., 0].astype(np.int32)
    offsets = _floats(stream.take_lists(4).ravel()).reshape(*anchors.shape, 2)
    if anchors.max() >= _POINTS or pairs.max() >= anchors.shape[1] or min(anchors.min(), 0) < 0:
        stream.refuse("an index lies outside its list")
    return ShapePredictor(Forests(mean_shape, pairs, thresholds, anchors, offsets), leaves)


class _Stream:
    """A file of packed integers, read from front to back."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._data = np.fromfile(path, np.uint8)
        self._position = 0

    def take(self, count: int) -> np.ndarray:
        """The next integers, (count,) int64."""
        from facestyle.kernels.packed_integers import unpack

        values, self._position = unpack(self._data, self._position, count)
        if self._position < 0:
            self.refuse("it is cut off or damaged")
        return values

    def take_lists(self, integers: int) -> np.ndarray:
        """A list for each cascade, all of one length; (15, length, integers) int64."""
        self.expect(_CASCADES, "number of lists")
        lists: list[np.ndarray] = []
        for _ in range(_CASCADES):
            count = int(self.take(1)[0])
            if not 0 < count <= 1 << 16 or (lists and count != len(lists[0])):
                self.refuse(f"a list has {count} entries")
            lists.append(self.take(count * integers).reshape(count, integers))
        return np.stack(lists)

    def expect(self, value: int, what: str) -> None:
        """Take one integer that has to be `value`."""
        found = int(self.take(1)[0])
        if found != value:
            self.refuse(f"the {what} is {found}, not {value}")

    def refuse(self, reason: str) -> None:
        raise ModelFileError(
            f"{self._path}: this is not dlib's predictor of 68 landmarks ({reason}). Install it "
            "again: pip install --force-reinstall face-recognition-models"
        )


def _floats(integers: np.ndarray) -> np.ndarray:
    """Floats of pairs (mantissa, exponent of two)."""
    mantissa, exponent = integers.reshape(-1, 2).T
    if (np.abs(exponent) > _MAXIMUM_EXPONENT).any():
        return np.full(len(mantissa), np.nan, np.float32)
    return np.ldexp(mantissa.astype(np.float64), exponent.astype(np.int32)).astype(np.float32)


def predict_shape(predictor: ShapePredictor, image: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Predict 68 landmarks in a face box.

    Parameters
    ----------
    predictor : ShapePredictor
    image : (H, W, 3) uint8
        RGB.
    box : (4,) float64
        x0, y0, x1, y1 of dlib's detector, px.

    Returns
    -------
    (68, 2) float64
        xy px; dlib's own are these, rounded.

    References
    ----------
    Kazemi, Sullivan: One Millisecond Face Alignment with an Ensemble of Regression Trees.
    CVPR 2014, algorithm 1.
    """
    forests = predictor.forests
    corner, side = box[:2], box[2:] - box[:2]
    shape = forests.mean_shape
    trees = np.arange(_TREES)
    for cascade in range(_CASCADES):
        turn = _similarity(forests.mean_shape, shape).astype(np.float32)
        places = shape[forests.anchors[cascade]] + forests.offsets[cascade] @ turn.T
        gray = _intensities(image, corner + places.astype(np.float64) * side)
        first, second = np.moveaxis(gray[forests.pairs[cascade]], -1, 0)
        larger = first - second > forests.thresholds[cascade]
        node = np.zeros(_TREES, np.intp)
        while node[0] < _SPLITS:  # the trees are complete: all reach a leaf at once
            node = 2 * node + np.where(larger[trees, node], 1, 2)
        steps = predictor.leaves[cascade][trees, node - _SPLITS]
        # one after the other, as dlib adds: another rounding can move a landmark by pixels
        sums = np.cumsum(np.concatenate([shape.reshape(1, -1), steps]), axis=0, dtype=np.float32)
        shape = sums[-1].reshape(_POINTS, 2)
    return corner + shape.astype(np.float64) * side


def _similarity(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Rotation and scale, (2, 2), that take one shape to another best (Umeyama 1991)."""
    a = source.astype(np.float64) @ (1, 1j)
    b = target.astype(np.float64) @ (1, 1j)
    a, b = a - a.mean(), b - b.mean()
    factor = np.vdot(a, b) / np.vdot(a, a).real
    return np.array([[factor.real, -factor.imag], [factor.imag, factor.real]])


def _intensities(image: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Mean of the channels, whole numbers as dlib has them, at the nearest pixel; 0 outside."""
    height, width = image.shape[:2]
    x, y = np.floor(points + 0.5).astype(np.intp).T
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    pixels = image[np.where(inside, y, 0), np.where(inside, x, 0)]
    return np.where(inside, pixels.sum(axis=1, dtype=np.int32) // 3, 0).astype(np.float32)
