"""Points that move with the picture and follow what is measured: steady, but without lag."""

from __future__ import annotations

import numpy as np

from facestyle.tracking.motion import Motion

# share of the measured deviation that is followed: where it is noise, and where it is movement
# (this and what follows: not measured alone)
_FOLLOW_NOISE, _FOLLOW_MOVEMENT = 0.1, 0.8
# deviation of a neighborhood at which both are as likely, and its extent; inter-ocular distances
_NOISE = 0.035
_NEIGHBORHOOD = 0.12
# how far a point's own flow may deviate from that of the whole face, inter-ocular distances
_OWN_MOTION = 0.06
# the jaw lies on a motion boundary: its own flow may be the background's
_JAW = slice(0, 17)
_ANCHORS = 68  # the landmarks, which come first


def carried_points(points: np.ndarray, inter_ocular: float, motion: Motion) -> np.ndarray:
    """Move a face's points along the flow.

    Parameters
    ----------
    points : (N, 2) float64
        The 68 landmarks, then others; xy px.
    inter_ocular : float
        px.
    motion : Motion

    Returns
    -------
    (N, 2) float64
        Each point where its own flow leads; the jaw, and points whose flow is another than the
        face's, where an affine fit of the face's motion leads.
    """
    own = motion.carry_points(points)
    inner = slice(_JAW.stop, _ANCHORS)
    common = affine_motion(points[inner], own[inner], 0.02 * inter_ocular, points)
    deviation = np.hypot(*(own - common).T) / (_OWN_MOTION * inter_ocular)
    share = np.exp(-(deviation**2))
    share[_JAW] = 0
    return common + share[:, None] * (own - common)


def affine_motion(
    before: np.ndarray, after: np.ndarray, tolerance: float, points: np.ndarray
) -> np.ndarray:
    """Fit an affine motion robustly and apply it.

    Parameters
    ----------
    before, after : (M, 2) float64
        Corresponding points.
    tolerance : float
        Residual at which a point's weight falls to a half, px (Cauchy weights).
    points : (N, 2) float64
        What is moved.

    Returns
    -------
    (N, 2) float64
    """
    center = before.mean(axis=0)
    design = np.hstack([before - center, np.ones((len(before), 1))])
    weight = np.ones(len(before))
    matrix = np.zeros((3, 2))
    for _ in range(4):
        root = np.sqrt(weight)[:, None]
        matrix = np.linalg.lstsq(root * design, root * after, rcond=None)[0]
        residual = np.hypot(*(after - design @ matrix).T)
        weight = 1 / (1 + (residual / tolerance) ** 2)
    return np.hstack([points - center, np.ones((len(points), 1))]) @ matrix


def fused_points(expected: np.ndarray, measured: np.ndarray, inter_ocular: float) -> np.ndarray:
    """Correct expected points by measured ones: little where they deviate at random.

    A neighborhood of points that deviates together has moved (a mouth opens, an eye closes) and
    is followed at once; deviations that cancel are noise.

    Parameters
    ----------
    expected, measured : (N, 2) float64
        The 68 landmarks, then others; xy px.
    inter_ocular : float
        px.

    Returns
    -------
    (N, 2) float64
    """
    deviation = measured - expected
    anchors = expected[:_ANCHORS]
    squared = ((expected[:, None] - anchors) ** 2).sum(axis=-1)
    weight = np.exp(-squared / (2 * (_NEIGHBORHOOD * inter_ocular) ** 2))
    together = weight @ deviation[:_ANCHORS] / (weight.sum(axis=1, keepdims=True) + 1e-9)
    movement = (together**2).sum(axis=1, keepdims=True) / (_NOISE * inter_ocular) ** 2
    share = movement / (1 + movement)
    follow = _FOLLOW_NOISE + (_FOLLOW_MOVEMENT - _FOLLOW_NOISE) * share
    return expected + follow * deviation
