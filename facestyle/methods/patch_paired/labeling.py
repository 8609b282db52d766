"""One exemplar patch for each node, chosen so that neighbors fit: a Markov random field."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facestyle.methods.patch_paired.candidates import Candidates
from facestyle.methods.patch_paired.grid import Grid
from facestyle.mrf.label_tables import solve_tables

# candidates that a node chooses among; DESIGN 4.2, step 4 had 15: fewer for speed
_LABELS = 10
# DESIGN 4.2, step 4: .5 to 1
_SMOOTHNESS = 1.0
# of message passing; tests/test_label_tables.py compares its energies with exact ones
_ITERATIONS = 10
_TINY = 1e-6  # mean square difference, where an exemplar is the input itself


def choose_patches(
    drawings: np.ndarray,
    candidates: Candidates,
    base_patches: np.ndarray,
    grid: Grid,
    *,
    smooth: bool = True,
) -> Candidates:
    """Choose one candidate for each node.

    The cost of a candidate is its photo's difference from the input plus its drawing's difference
    from the base, each over its mean; the cost of two neighbors is the mean square difference of
    their drawings where they overlap (Wang and Tang, "Face Photo-Sketch Synthesis and
    Recognition", PAMI 2009).

    Parameters
    ----------
    drawings : (N, C, H, W) float32
        Padded.
    candidates : Candidates
    base_patches : (h, w, C, q, q) float32
        Patches of the base, as mixed for each node.
    grid : Grid
    smooth : bool
        False ignores the neighbors.

    Returns
    -------
    Candidates
        One for each node.
    """
    problem = label_problem(drawings, candidates, base_patches, grid)
    labels = problem.unary.argmin(axis=2)
    if smooth:
        labels = solve_tables(
            problem.unary, problem.horizontal, problem.vertical, iterations=_ITERATIONS
        ).labels
    return problem.candidates.take(labels[:, :, None])


@dataclass(frozen=True)
class LabelProblem:
    """Costs of the Markov random field.

    Attributes
    ----------
    candidates : Candidates
        What the K labels of each node stand for.
    unary : (h, w, K) float32
    horizontal : (h, w - 1, K, K) float32
    vertical : (h - 1, w, K, K) float32
    """

    candidates: Candidates
    unary: np.ndarray
    horizontal: np.ndarray
    vertical: np.ndarray


def label_problem(
    drawings: np.ndarray, candidates: Candidates, base_patches: np.ndarray, grid: Grid
) -> LabelProblem:
    """Set up the costs of choosing among the best candidates; see `choose_patches`.

    Parameters
    ----------
    drawings : (N, C, H, W) float32
        Aligned with the photograph.
    candidates : Candidates
        Of each node.
    base_patches : (h, w, C, q, q) float32
        The base layer around each node.
    grid : Grid

    Returns
    -------
    LabelProblem
    """
    unary = _unary(candidates, gather_patches(drawings, candidates, grid), base_patches)
    order = np.argsort(unary, axis=2, kind="stable")[:, :, :_LABELS]
    best = candidates.take(order)
    tables = _edge_tables(gather_patches(drawings, best, grid), grid)
    unary = np.ascontiguousarray(np.take_along_axis(unary, order, axis=2))
    return LabelProblem(best, unary, *tables)


def gather_patches(images: np.ndarray, candidates: Candidates, grid: Grid) -> np.ndarray:
    """Copy the candidates' patches out of padded (N, C, H, W), (h, w, K, C, q, q).

    Parameters
    ----------
    images : (N, C, H, W) float32
        Padded by the grid's margin.
    candidates : Candidates
    grid : Grid

    Returns
    -------
    (h, w, K, C, q, q) float32
    """
    from facestyle.kernels.patch_overlap import gather

    return gather(images, candidates.places, grid.half)


def _unary(candidates: Candidates, patches: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Cost of each candidate by itself, (h, w, K) float32."""
    drawing = ((patches - base[:, :, None]) ** 2).mean(axis=(3, 4, 5))
    photo = candidates.cost / (candidates.cost[..., 0].mean() + _TINY)
    return np.asarray(photo + drawing / (drawing.mean() + _TINY), dtype=np.float32)


def _edge_tables(patches: np.ndarray, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Costs of neighboring labels, horizontal (h, w-1, K, K) and vertical (h-1, w, K, K)."""
    from facestyle.kernels.patch_overlap import overlap_tables

    # the last row and column may be nearer to their neighbors: these compare a smaller overlap
    horizontal = overlap_tables(patches, 0, int(grid.columns[1] - grid.columns[0]))
    vertical = overlap_tables(patches, int(grid.rows[1] - grid.rows[0]), 0)
    scale = np.float32(_SMOOTHNESS / (float(vertical[:, :, 0, 0].mean()) + _TINY))
    return horizontal * scale, vertical * scale
