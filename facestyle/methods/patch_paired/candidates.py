"""Candidate search: which exemplar patches look like each patch of the photograph."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facestyle.kernels.patch_grid import PatchPlaces
from facestyle.methods.patch_paired.grid import RADIUS, Grid


@dataclass(frozen=True)
class Candidates:
    """The K best patches for every node of a grid, best first.

    Attributes
    ----------
    exemplar : (h, w, K) int32
    rows, columns : (h, w, K) int32
        Center of the patch, padded coordinates of the input's frame.
    cost : (h, w, K) float32
        Mean square difference of photo features.
    """

    exemplar: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    cost: np.ndarray

    def every(self, step: int) -> Candidates:
        """Keep the candidates of every `step`-th row and column of nodes."""
        return Candidates(*(np.ascontiguousarray(a[::step, ::step]) for a in self.arrays))

    def take(self, order: np.ndarray) -> Candidates:
        """Reorder or thin out the candidates: `order` (h, w, k) indexes the last axis."""
        return Candidates(*(np.take_along_axis(a, order, axis=2) for a in self.arrays))

    def zoomed(self, grid: Grid, enlarged: Grid) -> Candidates:
        """Return the same candidates in pictures enlarged from one grid's zoom to the other's."""
        zoom = enlarged.zoom // grid.zoom
        shift = np.int32(enlarged.rows[0] - zoom * grid.rows[0])
        rows, columns = self.rows * zoom + shift, self.columns * zoom + shift
        return Candidates(self.exemplar, rows, columns, self.cost)

    @property
    def places(self) -> PatchPlaces:
        """Where they lie, as the kernels want it."""
        return PatchPlaces(self.exemplar, self.rows, self.columns)

    @property
    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """The four arrays in the order of the fields."""
        return self.exemplar, self.rows, self.columns, self.cost


def find_candidates(
    features: np.ndarray, exemplar_features: np.ndarray, grid: Grid, count: int
) -> Candidates:
    """Find the best patch of each exemplar near each node, and keep the best exemplars.

    Parameters
    ----------
    features : (C, H, W) float32
        Of the photograph, padded.
    exemplar_features : (N, C, H, W) float32
        Of the aligned exemplar photographs, padded.
    grid : Grid
    count : int
        How many to keep at most.

    Returns
    -------
    Candidates
    """
    from facestyle.kernels.candidate_search import search

    cost, down, right = search(features, exemplar_features, grid.nodes, RADIUS)
    down += grid.rows[:, None].astype(np.int32)
    right += grid.columns.astype(np.int32)
    best = np.argsort(cost, axis=0, kind="stable")[:count]

    def chosen(values: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(np.moveaxis(np.take_along_axis(values, best, axis=0), 0, 2))

    exemplar = np.ascontiguousarray(np.moveaxis(best, 0, 2).astype(np.int32))
    return Candidates(exemplar, chosen(down), chosen(right), chosen(cost))
