"""Calls of slowly compiled kernels with next to nothing, which compile what a picture will need."""

from collections.abc import Callable

import numpy as np

from facestyle.kernels.alpha_expansion import expand_nothing
from facestyle.kernels.candidate_search import search
from facestyle.kernels.flat_pictures import FlatPictures
from facestyle.kernels.local_regression import fit_weights, mix_patches
from facestyle.kernels.matches import Matches
from facestyle.kernels.patch_grid import PatchGrid, PatchPlaces
from facestyle.kernels.patch_moments import pooled_moments
from facestyle.kernels.patch_overlap import overlap_tables
from facestyle.kernels.patch_voting import Voting, vote
from facestyle.kernels.patchmatch import SweepOptions, sweep
from facestyle.kernels.patchmatch_problem import (
    CHANNELS,
    GUIDES,
    RADIUS,
    REGIONS,
    SPARE,
    Costs,
    Problem,
    Sources,
    Target,
)
from facestyle.kernels.quilting import quilt
from facestyle.kernels.trw_s import label_grid

_GRID = PatchGrid(np.full(1, 1), np.full(1, 1), 1)
_PICTURES = np.zeros((1, 1, 3, 3), np.float32)


def _places() -> PatchPlaces:
    middle = np.ones((1, 1, 1), np.int32)
    return PatchPlaces(middle - 1, middle, middle)


def _label_grid() -> None:
    tables = np.zeros((2, 2, 1, 1), np.float32)
    label_grid(np.zeros((2, 2, 1), np.float32), tables[:, :1], tables[:1], 1)


def _quilt() -> None:
    quilt(np.zeros((1, 1, 1, 3, 3), np.float32), _GRID, np.zeros((1, 3, 3), np.float32))


def _sweep() -> None:
    empty = np.zeros((0, 0), np.float32)
    target = Target(
        np.zeros((2 * RADIUS) ** 2 * CHANNELS + SPARE, np.uint8),
        np.zeros(0, np.uint8),
        np.zeros((0, 0), np.uint8),
        np.zeros((0, 0, 0, 2), np.float32),
        empty,
        np.zeros((0, 0, 0), np.float32),
    )
    start, none = np.zeros(0, np.int64), np.zeros(0, np.uint8)
    matrices = np.zeros((0, 2, 3), np.float32)
    image = np.zeros(SPARE, np.uint8)
    sources = Sources(image, none, none, start, start, start, start, matrices)
    weights = np.zeros((REGIONS - 1, GUIDES), np.int32)
    tables = np.zeros((0, REGIONS - 1, REGIONS), np.float32)
    problem = Problem(target, sources, Costs(weights, tables, 0, 0, 0), np.zeros(0, np.float32))
    field = np.zeros((0, 0, 3), np.int32)
    sweep(problem, Matches(field, empty), SweepOptions(1, 1, 0, stale=False, skip_coherent=False))


def _vote() -> None:
    pictures = FlatPictures(np.zeros(0, np.uint8), *np.zeros((3, 0), np.int64))
    matches = Matches(np.zeros((0, 0, 3), np.int32), np.zeros((0, 0), np.float32))
    vote(matches, pictures, (0, 0), Voting(1, 1, 0, 1))


# By the kernel that each of them compiles last
EXAMPLES: dict[str, Callable[[], object]] = {
    "alpha_expansion._expand": expand_nothing,
    "candidate_search._search": lambda: search(_PICTURES[0], _PICTURES, _GRID, 0),
    "local_regression._fit_weights": lambda: fit_weights(
        _PICTURES[0], _PICTURES, _GRID, _places(), step=1, ridge=1.0
    ),
    "local_regression._mix_patches": lambda: mix_patches(
        _PICTURES, _places(), np.ones((1, 1, 1), np.float32), 1
    ),
    "patch_moments._pooled_moments": lambda: pooled_moments(_PICTURES, _PICTURES, _places(), 1),
    "patch_overlap._overlap_tables": lambda: overlap_tables(
        np.zeros((2, 1, 1, 1, 3, 3), np.float32), 1, 0
    ),
    "trw_s._pass_messages": _label_grid,
    "quilting._quilt": _quilt,
    "patchmatch._sweep": _sweep,
    "patch_voting._vote": _vote,
}


def compile_examples(kernels: list[str]) -> None:
    """Compile kernels, and print the name of each that is on disk then.

    Parameters
    ----------
    kernels : list of str
        Of `EXAMPLES`.
    """
    for name in kernels:
        EXAMPLES[name]()
        print(name, flush=True)
