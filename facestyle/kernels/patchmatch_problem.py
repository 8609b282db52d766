"""What PatchMatch searches: the arrays, their checks, and their pointers.

Pictures and guides are bytes, which are compared sixteen at a time. Sources of different sizes lie
one after another in flat arrays: pixel (y, x) of source k has the index
``start[k] + y * width[k] + x``. Compiled code sees pointers only: counting references to arrays
took most of the search's time.
"""

# mypy: allow-untyped-defs

from typing import Any, NamedTuple

import numpy as np

from facestyle.kernels.arrays import as_input
from facestyle.kernels.byte_distances import PATCH_ROWS
from facestyle.kernels.compiling import compiled
from facestyle.kernels.flat_pictures import FlatPictures
from facestyle.kernels.pointers import pointer

RADIUS = 2
CHANNELS = 3
GUIDES = 16  # bytes for each pixel
SPARE = 3  # bytes that follow a picture's last pixel: comparing patches reads whole vectors
GUIDE_WEIGHT_ONE = 1 << 24  # guides' weights are integers of this unit
REGIONS = 9  # of a source; a target has one less


class Target(NamedTuple):
    """The picture that is being made; h by w pixels, E exemplars."""

    image: np.ndarray  # ((h + 4) * (w + 4) * 3 + SPARE,) uint8, padded by RADIUS
    guides: np.ndarray  # (h * w * 16,) uint8
    regions: np.ndarray  # (h, w) uint8
    positions: np.ndarray  # (E, h, w, 2) float32: row, column that the warp gives in each
    position_weight: np.ndarray  # (h, w) float32
    prior: np.ndarray  # (E, h, w) float32: cost of using an exemplar at all


class Sources(NamedTuple):
    """The K pictures that patches come from, exemplars and rotated ones; P pixels in all."""

    image: np.ndarray  # (P * 3 + SPARE,) uint8
    guides: np.ndarray  # (P * 16,) uint8
    regions: np.ndarray  # (P,) uint8
    start: np.ndarray  # (K,) int64
    height: np.ndarray  # (K,) int64
    width: np.ndarray  # (K,) int64
    origin: np.ndarray  # (K,) int64: which exemplar
    matrix: np.ndarray  # (K, 2, 3) float32: from a row and a column of the exemplar to one here

    @property
    def pictures(self) -> FlatPictures:
        """The pictures alone."""
        return FlatPictures(self.image, self.start, self.height, self.width)


class Costs(NamedTuple):
    """Weights of the terms."""

    guides: np.ndarray  # (8, 16) int32: for each region of the target
    regions: np.ndarray  # (K, 8, 9) float32: a pixel of the first region from one of the second
    style: float
    occurrence: float
    coherence: float


class Problem(NamedTuple):
    """What a search reads and doesn't change.

    Attributes
    ----------
    target : Target
    sources : Sources
    costs : Costs
    use : (P,) float32
        How often each source pixel is used beyond its share.
    """

    target: Target
    sources: Sources
    costs: Costs
    use: np.ndarray


class _Pointers(NamedTuple):
    """Everything that a pixel's search reads, as pointers and numbers."""

    height: Any
    width: Any
    count: Any
    target: Any
    sources: Any
    guide_weights: Any
    region_costs: Any
    style: Any
    occurrence: Any
    coherence: Any
    use: Any
    keys: Any


@compiled(inline=True)
def _take_pointers(problem, keys):
    """Take the pointers; the caller keeps the arrays."""
    target, sources, costs, use = problem
    height, width = target.regions.shape
    return _Pointers(
        height,
        width,
        len(sources.start),
        Target(
            pointer(target.image),
            pointer(target.guides),
            pointer(target.regions),
            pointer(target.positions),
            pointer(target.position_weight),
            pointer(target.prior),
        ),
        Sources(
            pointer(sources.image),
            pointer(sources.guides),
            pointer(sources.regions),
            pointer(sources.start),
            pointer(sources.height),
            pointer(sources.width),
            pointer(sources.origin),
            pointer(sources.matrix),
        ),
        pointer(costs.guides),
        pointer(costs.regions),
        np.float32(costs.style / (PATCH_ROWS * PATCH_ROWS * 255.0 * 255.0)),
        np.float32(costs.occurrence),
        np.float32(costs.coherence),
        pointer(use),
        pointer(keys),
    )


def checked_problem(problem: Problem) -> Problem:
    """Check the arrays; ValueError where one has another type or shape than it should."""
    height, width = problem.target.regions.shape
    count, pixels = len(problem.sources.start), len(problem.sources.regions)
    return Problem(
        _checked_target(problem.target, height, width),
        _checked_sources(problem.sources, count, pixels),
        _checked_costs(problem.costs, count),
        as_input("use", problem.use, np.float32, (pixels,)),
    )


def _checked_target(target: Target, height: int, width: int) -> Target:
    exemplars = len(target.prior)
    padded = (height + 2 * RADIUS) * (width + 2 * RADIUS)
    size = height, width
    return Target(
        as_input("target.image", target.image, np.uint8, (padded * CHANNELS + SPARE,)),
        as_input("target.guides", target.guides, np.uint8, (height * width * GUIDES,)),
        as_input("target.regions", target.regions, np.uint8, size),
        as_input("target.positions", target.positions, np.float32, (exemplars, *size, 2)),
        as_input("target.position_weight", target.position_weight, np.float32, size),
        as_input("target.prior", target.prior, np.float32, (exemplars, *size)),
    )


def _checked_sources(sources: Sources, count: int, pixels: int) -> Sources:
    return Sources(
        as_input("sources.image", sources.image, np.uint8, (pixels * CHANNELS + SPARE,)),
        as_input("sources.guides", sources.guides, np.uint8, (pixels * GUIDES,)),
        as_input("sources.regions", sources.regions, np.uint8, (pixels,)),
        as_input("sources.start", sources.start, np.int64, (count,)),
        as_input("sources.height", sources.height, np.int64, (count,)),
        as_input("sources.width", sources.width, np.int64, (count,)),
        as_input("sources.origin", sources.origin, np.int64, (count,)),
        as_input("sources.matrix", sources.matrix, np.float32, (count, 2, 3)),
    )


def _checked_costs(costs: Costs, count: int) -> Costs:
    return Costs(
        as_input("costs.guides", costs.guides, np.int32, (REGIONS - 1, GUIDES)),
        as_input("costs.regions", costs.regions, np.float32, (count, REGIONS - 1, REGIONS)),
        float(costs.style),
        float(costs.occurrence),
        float(costs.coherence),
    )
