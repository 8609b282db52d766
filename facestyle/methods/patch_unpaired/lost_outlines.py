"""A line where a person in flat colors would vanish: a yellow hat before a yellow ground."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces.face_coordinates import signed_distance
from facestyle.methods.patch_unpaired.pictures import masked_mean

# Face widths: half the line, and how far on each side colors are compared; by eye, five sitters in
# four colors
_HALF, _BESIDE = 0.007, 0.025
# Lab of 1: differences at which the line begins and is whole. Flat colors are .12 apart at least
_SEEN, _LOST = 0.2, 0.1
_ANTIALIASING = 0.7  # px


def with_lost_outlines(
    lab: np.ndarray, person: np.ndarray, colors: np.ndarray, face_width: float, identity: float
) -> np.ndarray:
    """Draw the person's outline where both sides of it have one color.

    Parameters
    ----------
    lab : (H, W, 3) float32
        Lab of 1.
    person : (H, W) bool
    colors : (n, 3) float64
        Those of the style, Lab of 1; at least two. The line has the darkest, or the next to it on a
        ground of the darkest.
    face_width : float
        px.
    identity : float
        From 0 to 1: the thinner the less, and none at 0.

    Returns
    -------
    (H, W, 3) float32
    """
    if person.all() or not person.any() or identity <= 0:
        return lab
    sigma = _BESIDE * face_width
    own, ground = (masked_mean(lab, side, sigma)[1] for side in (person, ~person))
    difference = np.linalg.norm(own - ground, axis=-1)
    lost = np.clip((_SEEN - difference) / (_SEEN - _LOST), 0, 1)
    half = _HALF * face_width * identity
    line = np.clip(half + 0.5 - np.abs(signed_distance(person)), 0, 1) * lost
    share = cv2.GaussianBlur(line.astype(np.float32), (0, 0), _ANTIALIASING)[..., None]
    first, second = colors[np.argsort(colors[:, 0])[:2]].astype(np.float32)
    on_dark = np.abs(ground[..., :1] - first[0]) < np.abs(ground[..., :1] - second[0])
    return np.asarray(lab + share * (np.where(on_dark, second, first) - lab))
