"""What a photograph's and the exemplars' patches show, and where tones are to be evened by it."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.methods.patch_paired.candidates import Candidates
from facestyle.methods.patch_paired.dense_alignment import AlignedExemplars
from facestyle.methods.patch_paired.fitting import Content, NodeContents
from facestyle.methods.patch_paired.groups import BACKGROUND, FACE
from facestyle.methods.patch_paired.tones import (
    ToneCurves,
    fit_tone_curves,
    reduced,
    wanted_tones,
)

# fitting exemplars, over how many are enough, from which tones are left alone, and below which
# they are the curves' altogether: pulled everywhere, aligned pairs lose .007 SSIM and .004 LPIPS
_LEFT_ALONE, _PULLED = 1.6, 1.0
_PULL_SIGMA = 1.5  # nodes
# range of the background's tone curve up to which the artist counts as not drawing it; at twice as
# much it is drawn (the bundled pencil set has .13 to .17)
_DRAWN_BACKGROUND = 0.15
_GOOD_FIT = 0.5  # misfit up to which an exemplar's background counts


def node_contents(
    gray: np.ndarray,
    groups: np.ndarray,
    face: np.ndarray,
    aligned: AlignedExemplars,
    drawings: np.ndarray,
) -> tuple[ToneCurves, NodeContents]:
    """Learn the exemplars' tone curves, and what is where.

    Parameters
    ----------
    gray : (H, W) float32
        The photograph.
    groups : (h, w, 4) float32
        What it shows at the nodes.
    face : (h, w) bool
        Nodes near the face.
    aligned : AlignedExemplars
    drawings : (N, C, H, W) float32
        The aligned drawings at the photograph's size.

    Returns
    -------
    ToneCurves
    NodeContents
    """
    nodes = face.shape
    photos = np.stack([reduced(features[0], nodes) for features in aligned.features])
    tones = np.stack([reduced(np.moveaxis(d, 0, 2), nodes) for d in drawings])
    curves = fit_tone_curves(photos, tones, aligned.groups)
    wanted = wanted_tones(reduced(gray, nodes), groups, curves)
    drawn = np.stack([cv2.blur(tone.mean(axis=2), (3, 3)) for tone in tones])
    contents = NodeContents(
        Content(groups, wanted),
        Content(aligned.groups, drawn),
        np.asarray(1 - face * groups[..., FACE]),
    )
    return curves, contents


def bare_paper(contents: NodeContents, curves: ToneCurves) -> np.ndarray:
    """Where the artist draws nothing of what is behind the person, 0 to 1, (h, w) float32."""
    drawn = float(np.ptp(curves.drawn[BACKGROUND], axis=0).mean())
    bare = np.clip(2 - drawn / _DRAWN_BACKGROUND, 0, 1)
    behind = np.clip(5 * contents.ours.groups[..., BACKGROUND] - 4, 0, 1)
    return np.asarray(bare * behind, np.float32)


def tone_pull(contents: NodeContents, bare: np.ndarray) -> np.ndarray:
    """How far tones are to be brought to the curves, 0 to 1, (h, w) float32."""
    pull = np.clip((_LEFT_ALONE - contents.fitting) / (_LEFT_ALONE - _PULLED), 0, 1)
    return np.maximum(cv2.GaussianBlur(pull, (0, 0), _PULL_SIGMA), bare)


def evened(
    weights: np.ndarray, share: np.ndarray, contents: NodeContents, candidates: Candidates
) -> np.ndarray:
    """Give the candidates that fit the same weight, as far as is said.

    Behind the person similar photographs don't have similar drawings: weights that rebuild the
    photograph make clouds.

    Parameters
    ----------
    weights : (h, w, K) float32
    share : (h, w) float32
        From 0, the weights as they are, to 1.
    contents : NodeContents
    candidates : Candidates

    Returns
    -------
    (h, w, K) float32
    """
    i, j = np.indices(share.shape)[..., None]
    fits = (contents.misfit[candidates.exemplar, i, j] < _GOOD_FIT).astype(np.float32)
    fits /= np.maximum(fits.sum(axis=2, keepdims=True), 1)
    fits[fits.sum(axis=2) == 0] = 1 / weights.shape[2]
    share = share[..., None]
    return np.ascontiguousarray(weights * (1 - share) + share * fits, np.float32)
