"""From a target and a bank of exemplars to what the synthesis is asked for."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facestyle.color import from_lab, to_lab
from facestyle.faces.face import Portrait
from facestyle.faces.regions import BACKGROUND
from facestyle.transfer.patch_unpaired.bank import Bank, tone_sigma
from facestyle.transfer.patch_unpaired.contour_line import add_contour_line, edge_distances
from facestyle.transfer.patch_unpaired.correction import correction_weights
from facestyle.transfer.patch_unpaired.synthesis import Goal
from facestyle.transfer.patch_unpaired.tone import flattened, tone_mapped
from facestyle.transfer.patch_unpaired.warp import affine_points, warp_to_exemplar

_BACKGROUND_FROM_LEAD = 1.0


def make_goal(target: Portrait, labels: np.ndarray, bank: Bank, pull: float) -> Goal:
    """Tone-map the target, warp it to the exemplars and weigh the correction.

    Parameters
    ----------
    target : Portrait
        At the bank's face width.
    labels : (h, w) uint8
        Its regions.
    bank : Bank
    pull : float
        Factor of the in-loop correction.

    Returns
    -------
    Goal
    """
    positions = layer_positions(target, labels, bank)
    prior = background_prior(labels, bank)
    return Goal(
        tone_goal(target, labels, bank),
        labels,
        positions,
        prior,
        np.zeros(labels.shape, np.int32),
        correction_weights(labels, bank.face_width),
        pull,
    )


def tone_goal(target: Portrait, labels: np.ndarray, bank: Bank) -> np.ndarray:
    """The target in the exemplars' tones, with their contour line; (h, w, 3) Lab of 1."""
    width = bank.face_width
    lab = flattened(to_lab(target.image), labels, width)
    lab = tone_mapped(lab, labels, bank.tones, tone_sigma(width))
    distances = edge_distances(labels, target.face, width)
    lab[..., 0] = add_contour_line(np.ascontiguousarray(lab[..., 0]), distances, bank.contours)
    return to_lab(from_lab(lab))


def layer_positions(target: Portrait, labels: np.ndarray, bank: Bank) -> np.ndarray:
    """Row and column of each pixel in each of the bank's layers, (K, h, w, 2) float32."""
    warps = [
        warp_to_exemplar(target.face, labels, face, bank.layers[number].labels)
        for number, face in enumerate(bank.faces)
    ]
    positions = [affine_points(warps[layer.origin], layer.matrix)[..., ::-1] for layer in bank.layers]
    return np.ascontiguousarray(np.stack(positions))


def background_prior(labels: np.ndarray, bank: Bank) -> np.ndarray:
    """Cost that keeps the background on the first exemplar, (K, h, w) float32."""
    background = cv2.GaussianBlur((labels == BACKGROUND).astype(np.float32), (0, 0), 2)
    return np.stack(
        [
            np.zeros_like(background)
            if layer.origin == 0
            else _BACKGROUND_FROM_LEAD * background
            for layer in bank.layers
        ]
    )


def origins(field: np.ndarray, layers: Sequence[object]) -> np.ndarray:
    """Exemplar that each pixel of a field comes from, (h, w) int32."""
    table = np.array([layer.origin for layer in layers], np.int32)  # type: ignore[attr-defined]
    return table[field[..., 0]]
