"""From a target and a bank of exemplars to what the synthesis is asked for."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces.face import Portrait
from facestyle.faces.regions import BACKGROUND
from facestyle.imaging.color import from_lab, to_lab
from facestyle.methods.patch_unpaired.contour_line import add_contour_line, edge_distances
from facestyle.methods.patch_unpaired.correction import correction_weights
from facestyle.methods.patch_unpaired.label_prior import exemplar_labels, label_preference
from facestyle.methods.patch_unpaired.pictures import halved
from facestyle.methods.patch_unpaired.recipe import LEVELS
from facestyle.methods.patch_unpaired.sources import Bank, tone_sigma
from facestyle.methods.patch_unpaired.synthesis import Goal
from facestyle.methods.patch_unpaired.tone import (
    ToneCurves,
    flattened,
    tone_curves,
    tone_mapped,
)
from facestyle.methods.patch_unpaired.warp import warp_to_exemplar

_BACKGROUND_FROM_LEAD = 1.0


def make_goal(target: Portrait, labels: np.ndarray, bank: Bank, pull: float, mode: str) -> Goal:
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
    mode : {"mrf", "free"}
        Whether a label map leads the choice among several exemplars.

    Returns
    -------
    Goal
    """
    lab = tone_goal(target, labels, bank)
    positions = exemplar_positions(target, labels, bank)
    prior = background_prior(labels, bank)
    first = np.zeros(labels.shape, np.int32)
    if mode == "mrf" and len(bank.faces) > 1:
        chosen = _label_map(lab, labels, positions, bank)
        size = (labels.shape[1], labels.shape[0])
        first = cv2.resize(chosen.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        # on the background the first exemplar leads anyway
        prior = np.maximum(
            prior, label_preference(chosen, len(bank.faces), size) * _off_background(labels)
        )
    weights = correction_weights(labels, bank.face_width)
    return Goal(lab, labels, positions, prior, first.astype(np.int32), weights, pull)


def _label_map(
    lab: np.ndarray, labels: np.ndarray, positions: np.ndarray, bank: Bank
) -> np.ndarray:
    """Solve the label map at the coarsest level."""
    luminance = np.ascontiguousarray(lab[..., 0])
    for _ in range(LEVELS - 1):
        luminance, labels = halved(luminance), halved(labels)
        positions = np.stack([halved(place) for place in positions]) / np.float32(2)
    return exemplar_labels(luminance, labels, positions, bank)


def tone_goal(
    target: Portrait,
    labels: np.ndarray,
    bank: Bank,
    *,
    scale: float = 1.0,
    curves: ToneCurves | None = None,
) -> np.ndarray:
    """The target in the exemplars' tones, with their contour line.

    Parameters
    ----------
    target : Portrait
        At `scale` times the bank's face width.
    labels : (h, w) uint8
        Its regions.
    bank : Bank
    scale : float
    curves : ToneCurves, optional
        Of another frame of the same clip; see `goal_curves`.

    Returns
    -------
    (h, w, 3) float32
        Lab of 1.
    """
    width = scale * bank.face_width
    lab = flattened(to_lab(target.image), labels, width)
    lab = tone_mapped(lab, labels, bank.tones, scale * tone_sigma(bank.face_width), curves)
    distances = edge_distances(labels, target.face, width)
    lab[..., 0] = add_contour_line(np.ascontiguousarray(lab[..., 0]), distances, bank.contours)
    return to_lab(from_lab(lab))


def goal_curves(target: Portrait, labels: np.ndarray, bank: Bank, scale: float) -> ToneCurves:
    """The tone curves of a target, to be kept for a whole clip; parameters as of `tone_goal`."""
    lab = flattened(to_lab(target.image), labels, scale * bank.face_width)
    return tone_curves(lab, labels, bank.tones, scale * tone_sigma(bank.face_width))


def exemplar_positions(target: Portrait, labels: np.ndarray, bank: Bank) -> np.ndarray:
    """Row and column of each pixel in each exemplar, (K, h, w, 2) float32."""
    positions = np.empty((len(bank.faces), *labels.shape, 2), np.float32)
    for number, face in enumerate(bank.faces):
        warp = warp_to_exemplar(target.face, labels, face, bank.layers[number].labels)
        positions[number] = cv2.merge(cv2.split(warp)[::-1])
    return positions


def background_prior(labels: np.ndarray, bank: Bank) -> np.ndarray:
    """Cost that keeps the background on the first exemplar, (K, h, w) float32."""
    prior = np.zeros((len(bank.faces), *labels.shape), np.float32)
    if len(prior) > 1:
        prior[1:] = np.float32(_BACKGROUND_FROM_LEAD) * (1 - _off_background(labels))
    return prior


def _off_background(labels: np.ndarray) -> np.ndarray:
    """1 on the person, 0 on the background, soft between; (h, w) float32."""
    return 1 - cv2.GaussianBlur((labels == BACKGROUND).astype(np.float32), (0, 0), 2)


def origins(field: np.ndarray, bank: Bank) -> np.ndarray:
    """Exemplar that each pixel of a field comes from, (h, w) int32."""
    table = np.array([layer.origin for layer in bank.layers], np.int32)
    return table[field[..., 0]]
