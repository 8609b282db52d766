"""Where skin, hair, clothes and background usually are, by face coordinates (DESIGN 4.3).

Lengths are in widths of the face oval. The numbers were set by eye on development portraits, all
together; none was measured by itself.
"""

from __future__ import annotations

import numpy as np

from facestyle.faces.face_coordinates import FaceCoordinates, signed_distance


def _logistic(x: np.ndarray, middle: float, width: float) -> np.ndarray:
    return 1 / (1 + np.exp(np.clip(-(x - middle) / width, -60, 60)))


def group_priors(place: FaceCoordinates, matte: np.ndarray) -> np.ndarray:
    """Where the groups usually are: skin, hair, clothes, background; (4, h, w)."""
    u, v = place.across, place.down
    radius = np.hypot(u, v)
    in_head = np.hypot(u / 0.80, (v + 0.12) / 1.02) < 1
    above_brow = v < place.brow
    below_chin = _logistic(v, place.chin - 0.02, 0.05)
    person = np.clip(matte, 0.02, 0.98)
    in_face = _logistic(place.inside, 0.0, 0.02)
    ears = np.exp(-(((np.abs(u) - 0.56) / 0.09) ** 2)) * np.exp(-(((v + 0.02) / 0.22) ** 2))
    neck = below_chin * np.exp(-((np.abs(u) / 0.42) ** 4))
    neck = neck * np.exp(-((np.maximum(v - place.chin, 0) / 0.5) ** 2))
    forehead = np.exp(-((np.abs(u) / 0.42) ** 6)) * above_brow
    forehead = forehead * np.clip(1 - (place.top - v) / 0.38, 0, 1) * 0.55
    skin = np.maximum.reduce([in_face * 0.97, neck * 0.75 * person, ears * 0.5, forehead])
    # bare shoulders are rarer than coats of a face's color
    skin = skin + 0.01 - 0.008 * below_chin
    near_head = 0.6 * in_head * np.exp(-np.maximum(radius - 0.9, 0) / 0.2)
    not_on_face = 1 - 0.93 * np.exp(-((np.abs(u) / 0.40) ** 6)) * ~above_brow
    hair = (1 - in_face) * np.maximum(person, near_head)
    hair = hair * (0.4 * _logistic(-v + place.chin * 0.8, -0.15, 0.1) + 0.25) * not_on_face
    hair = hair + 0.02 * above_brow + 0.004
    clothes = below_chin * person * (0.35 + 0.3 * np.exp(-((u / 0.5) ** 4))) * (1 - 0.5 * neck)
    background = (1 - person) * (1 - _logistic(place.inside, 0.0, 0.03))
    background = background * (1 - 0.9 * np.exp(-((radius / 0.62) ** 8)))
    return np.stack([skin, hair, clothes + 0.003, background + 0.004])


def first_seeds(
    place: FaceCoordinates, matte: np.ndarray, features: np.ndarray
) -> list[np.ndarray]:
    """Pixels that surely belong to skin, hair, clothes and background.

    Parameters
    ----------
    place : FaceCoordinates
    matte : (h, w) float32
        Opacity of the person.
    features : (h, w) bool
        Brows, eyes, nose and mouth.

    Returns
    -------
    list of (h, w) bool
        Skin, hair, clothes, background.
    """
    u, v = place.across, place.down
    depth = signed_distance(matte > 0.5) / max(1e-6, _unit_of(place))
    # hair is the person's outer shell: right above the oval is forehead
    shell = (v < place.top - 0.22) | ((depth > 0.02) & (depth < 0.14))
    around = (place.inside < -0.06) & (v < place.brow) & (np.abs(u) < 0.62)
    return [
        # strands of hair hang over the sides of the oval
        (place.inside > 0.06) & (np.abs(u) < 0.33) & ~features & (v > place.top + 0.15),
        around & shell & (matte > 0.5),
        (v > place.chin + 0.3) & (matte > 0.7) & (np.abs(u) < 0.3),
        (matte < 0.05) & (place.inside < -0.25),
    ]


def _unit_of(place: FaceCoordinates) -> float:
    """Face width in pixels, recovered from the spacing of the coordinates."""
    step_x = place.across[0, 1] - place.across[0, 0]
    step_y = place.down[0, 1] - place.down[0, 0]
    return float(1 / np.hypot(step_x, step_y))


def without_loose_hair(prior: np.ndarray, hair: np.ndarray, place: FaceCoordinates) -> np.ndarray:
    """Lower the prior of hair below the chin on sides where none hangs beside the jaw.

    Dark coats look like dark hair.

    Parameters
    ----------
    prior : (h, w) float
        Of hair, in [0, 1].
    hair : (h, w) float32
        Probability of hair so far.
    place : FaceCoordinates

    Returns
    -------
    (h, w) float
        1e-6 at least.
    """
    prior = prior.copy()
    for side in (place.across < 0, place.across >= 0):
        reach = np.abs(place.across)
        beside = side & (reach > 0.5) & (reach < 0.75)
        beside &= (place.down > place.chin - 0.45) & (place.down < place.chin - 0.15)
        share = float(hair[beside].mean()) if beside.any() else 1.0
        below = side & (place.down > place.chin - 0.1)
        prior[below] *= np.clip(4 * share - 1, 1e-4, 1)
    return np.maximum(prior, 1e-6)
