"""Styles of a few flat colors (stencils, linocuts, posters): which they are, and their colors."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from facestyle.faces.regions import BACKGROUND, GROUP_OF_REGION

# Lab of 1: a flat place has no wider range in 3x3 pixels, and a color no wider radius
_FLAT, _RADIUS = 0.03, 0.02
_FINEST = 0.013  # cells of the histogram that colors are found in
_MOST = 6  # colors of one exemplar
_SCARCE = 0.02  # share of the flat places below which a color is none
_APART = 0.12  # Lab of 1; paper is white and nearly white, which are no two colors
# Share of a person, and of the face (a black coat says nothing), that is flat, and that is near one
# of its colors, at edges too: JPEG leaves few places flat. Vector art and posters at a quality of
# 60 have .39 to .62 and .63 to .84 (as PNG .58 and .86 or more); pencil at most .39 and .58, comics
# in dots .58 and .71 (two of five have both), washes in six grays with grain .43 and .92 (two of
# five), photographs, beauty filters too, .75 and .48. Single sheets of mostly bare paper have one
# color
_FLAT_SHARE, _COVERED, _COVERED_RADIUS = 0.4, 0.65, 0.06
# Changes of color from pixel to pixel in a face, over the root of its area, from which it is drawn
# in lines that only a search can draw: flattened, hatched woodcuts lost all lines, and eyes and
# brows were one mask. Of 14 such woodcuts one has 32, the rest 44 to 71; 17 posters and vector
# portraits 19 to 36
_LINES = 40.0
_SAME = 0.05  # Lab of 1; colors of two exemplars that are nearer are one
_MOST_OF_SET = 8


def flat_colors(lab: np.ndarray, region_map: np.ndarray) -> np.ndarray:
    """Find the few colors that the person in a picture consists of.

    Parameters
    ----------
    lab : (h, w, 3) float32
        Lab of 1, at the working size.
    region_map : (h, w) uint8
        Regions.

    Returns
    -------
    (n, 3) float64
        Lab of 1; none where the person has many colors, or only one, or is drawn in lines.
    """
    kernel = np.ones((3, 3), np.uint8)
    ranges = cv2.dilate(lab, kernel) - cv2.erode(lab, kernel)
    person = region_map != BACKGROUND
    flat = person & (ranges.max(axis=-1) < _FLAT)
    colors: list[np.ndarray] = []
    for color in itertools.islice(frequent_colors(lab[flat], _SCARCE), _MOST):
        if is_apart(color, colors):
            colors.append(color)
    face = GROUP_OF_REGION[np.minimum(region_map, BACKGROUND)] == 0
    covered = np.zeros_like(flat)
    for color in colors:
        covered |= np.linalg.norm(lab - color, axis=-1) < _COVERED_RADIUS
    enough = all(
        mask[part].sum() >= share * part.sum()
        for part in (person, face)
        for mask, share in ((flat, _FLAT_SHARE), (covered, _COVERED))
    )
    if not enough or len(colors) < 2 or _modeled_by_lines(lab, face, colors):
        return np.empty((0, 3))
    return np.array(colors, np.float64)


def _modeled_by_lines(lab: np.ndarray, face: np.ndarray, colors: Sequence[np.ndarray]) -> bool:
    """Whether a face, (h, w) bool, changes from one of the colors to another all the time."""
    nearest = np.argmin([np.linalg.norm(lab - color, axis=-1) for color in colors], axis=0)
    nearest[~face] = -1
    changes = 0
    for own, beside in ((nearest[1:], nearest[:-1]), (nearest[:, 1:], nearest[:, :-1])):
        changes += int(((own != beside) & (own >= 0) & (beside >= 0)).sum())
    return changes > _LINES * float(np.sqrt(face.sum()))


def frequent_colors(values: np.ndarray, scarce: float) -> Iterator[np.ndarray]:
    """Find the colors that most of some values have, and then most of the rest.

    Parameters
    ----------
    values : (m, 3) float32
        Lab of 1.
    scarce : float
        Share of the values at which a color is none.

    Yields
    ------
    (3,) float64
        Some of them are nearly the same.
    """
    total = len(values)
    while True:
        color, near = _most_frequent(values)
        if near.sum() <= scarce * total:
            return
        yield color
        values = values[~near]


def is_apart(color: np.ndarray, others: Sequence[np.ndarray]) -> bool:
    """Whether a color is another one than all of some: paper is white and nearly white."""
    return all(np.linalg.norm(color - other) > _APART for other in others)


def _most_frequent(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The color that most of (m, 3) values have, (3,), and which have it, (m,) bool."""
    if not len(values):
        return np.zeros(3), np.zeros(0, bool)
    cells, counts = np.unique(np.round(values / _FINEST).astype(int), axis=0, return_counts=True)
    color = cells[counts.argmax()] * _FINEST
    for _ in range(3):
        near = np.linalg.norm(values - color, axis=-1) < _RADIUS
        color = values[near].mean(axis=0) if near.any() else color
    return color, near


def common_colors(colors: Sequence[np.ndarray]) -> np.ndarray:
    """The colors that a set of exemplars shares.

    Parameters
    ----------
    colors : sequence of (n, 3) float64
        Of each exemplar, from `flat_colors`.

    Returns
    -------
    (n, 3) float64
        Lab of 1; none where most exemplars have many colors, or each has its own.
    """
    flat = [own for own in colors if len(own)]
    groups: list[list[np.ndarray]] = []
    for color in (color for own in flat for color in own):
        near = [g for g in groups if np.linalg.norm(np.mean(g, axis=0) - color) < _SAME]
        if near:
            near[0].append(color)
        else:
            groups.append([color])
    if 2 * len(flat) <= len(colors) or len(groups) > _MOST_OF_SET:
        return np.empty((0, 3))
    return np.array([np.mean(group, axis=0) for group in groups])


def lead_colors(colors: Sequence[np.ndarray]) -> tuple[np.ndarray, bool]:
    """The colors that exemplars share, or where most are flat, each in its own, the first one's.

    Parameters
    ----------
    colors : sequence of (n, 3) float64
        Of each exemplar, from `flat_colors`; the first one leads.

    Returns
    -------
    (n, 3) float64
        Lab of 1; none where most exemplars have many colors.
    bool
        Whether each exemplar has its own.
    """
    shared = common_colors(colors)
    flat = [own for own in colors if len(own)]
    own_colors = not len(shared) and 2 * len(flat) > len(colors)
    return (flat[0] if own_colors else shared), own_colors
