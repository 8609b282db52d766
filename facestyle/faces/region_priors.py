"""Where skin, hair, clothes and background usually are, by face coordinates (DESIGN 4.3).

Lengths are in widths of the face oval. The numbers were set on the development half of hand-made
labels (`benchmarks/regions.py`) and on unlabeled portraits; halving or doubling any one of them
moves no group's mean overlap there by more than .01.
"""

from __future__ import annotations

import numpy as np

from facestyle.faces.face_coordinates import FaceCoordinates, signed_distance

# the network errs: its surest pixel still leaves a tenth to the colors, at the matte's edge; inside
# by so many face widths, e times less, down to a hundredth (collars that look like the wall behind
# were holes, and cut the coat off; .05 to .2 are alike)
_LEAST_OPACITY = 0.1
_LEAST_INSIDE, _DOUBT = 0.01, 0.1
# Where nothing hangs beside the jaw, what is so far below the chin and beside the neck, in face
# widths, is cloth; and the opacity there up to which nothing does
_BELOW, _ASIDE, _NOTHING = 0.35, 0.5, 0.3
# how sure the places of a group are at most; clothes are never on a face
_LEAST_PRIOR = np.array([1e-3, 1e-3, 1e-6, 1e-4], np.float32)[:, None, None]

# Share of the person's prior that what looks like the cheeks has as skin at least (development
# labels: .5 and .8 move hair, face and rest by .002 at most; pictures of 21 strangers by eye: .3
# leaves arms to hair, .8 takes red shirts)
_OWN_SKIN = 0.5


def _logistic(x: np.ndarray, middle: float, width: float) -> np.ndarray:
    return 1 / (1 + np.exp(np.clip(-(x - middle) / width, -60, 60)))


def group_priors(place: FaceCoordinates, matte: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Where the groups usually are: skin, hair, clothes, background; (4, h, w) float32.

    Parameters
    ----------
    place : FaceCoordinates
    matte : (h, w) float32
        Opacity of the person.
    depth : (h, w) float32
        From `depth_in`.
    """
    in_oval = _logistic(place.inside, 0, 0.025)
    outside = _groups_outside_the_oval(place)
    hair_inside = _hair_inside_the_oval(place)
    inside = np.exp(np.minimum(-depth, 0) / _DOUBT)
    most = 1 - _LEAST_INSIDE - (_LEAST_OPACITY - _LEAST_INSIDE) * inside
    person = np.clip(matte, _LEAST_OPACITY, most)
    # the oval is the person's, whatever the matte says
    person = np.maximum(person, 0.97 * _logistic(place.inside, 0.02, 0.03))
    # hair near the head that the matte may have missed
    radius = np.hypot(place.across, place.down)
    person_or_hair = np.maximum(person, 0.1 * np.exp(-np.maximum(radius - 0.9, 0) / 0.25))
    priors = np.stack(
        [
            person * (in_oval * (1 - hair_inside) + (1 - in_oval) * outside[0]),
            person_or_hair * (in_oval * hair_inside + (1 - in_oval) * outside[1]),
            person * (1 - in_oval) * outside[2],
            1 - person,
        ]
    )
    return np.maximum(priors, _LEAST_PRIOR, dtype=np.float32)


def with_own_skin(
    priors: np.ndarray,
    own_skin: np.ndarray,
    whole: np.ndarray,
    trust: np.ndarray,
) -> np.ndarray:
    """Raise the prior of skin where something has the color and smoothness of the cheeks.

    High foreheads, bald heads, arms and hands are where hair and clothes usually are.

    Parameters
    ----------
    priors : (4, h, w) float32
        From `group_priors`.
    own_skin : (h, w) bool
        Person's pixels that look like the cheeks.
    whole : (h, w) bool
        Those of parts that look like them as a whole.
    trust : (h, w) float32
        How far that tells skin from what is usual there, in [0, 1].

    Returns
    -------
    (4, h, w) float32
    """
    share = np.float32(_OWN_SKIN) * trust
    person, raised = priors[:3].sum(axis=0), priors.copy()
    raised[:3] *= 1 - share * whole
    raised[0] = np.maximum(raised[0] + share * whole * person, share * own_skin * person)
    raised[0] = np.maximum(raised[0], priors[0])
    return np.maximum(raised, _LEAST_PRIOR, dtype=np.float32)


def _hair_inside_the_oval(place: FaceCoordinates) -> np.ndarray:
    """Probability of hair on the face: fringes above the brows, strands at the sides."""
    above_brow = _logistic(-place.down, -place.brow + 0.03, 0.02)
    strands = 0.02 + 0.1 * _logistic(np.abs(place.across), 0.38, 0.03)
    return 0.12 * above_brow + (1 - above_brow) * strands


def _groups_outside_the_oval(place: FaceCoordinates) -> np.ndarray:
    """Probabilities of skin, hair and clothes on a person outside the face oval, (3, h, w)."""
    v, u = place.down, np.abs(place.across)
    below_chin = _logistic(v, place.chin - 0.02, 0.05)
    drop = np.maximum(v - place.chin, 0)
    ears = np.exp(-(((u - 0.56) / 0.1) ** 2)) * np.exp(-(((v + 0.02) / 0.25) ** 2))
    # a receding hairline, or none: colors decide
    crown = np.clip(1 - (place.top - v) / 0.45, 0, 1) * _logistic(-v, -place.brow, 0.05)
    crown = crown * np.exp(-((u / 0.6) ** 6))
    neck = below_chin * np.exp(-((u / 0.45) ** 4)) * np.exp(-((drop / 0.5) ** 2))
    skin = np.maximum(np.maximum(0.5 * ears, 0.35 * crown), 0.03) * (1 - below_chin)
    skin = skin + below_chin * (0.08 + 0.6 * neck)
    beside_neck = 0.2 + 0.8 * _logistic(u, 0.35, 0.05)
    hair = 0.6 * (1 - below_chin) + 0.35 * below_chin * beside_neck * np.exp(-drop)
    clothes = 0.002 + _logistic(v, place.chin + 0.05, 0.06) * (0.65 - 0.25 * neck)
    clothes = clothes * np.clip((v - place.chin + 0.25) / 0.3, 0.003, 1)
    return np.stack([skin, hair, clothes]) / (skin + hair + clothes)


def first_seeds(
    place: FaceCoordinates, matte: np.ndarray, features: np.ndarray, depth: np.ndarray
) -> list[np.ndarray]:
    """Pixels that surely belong to skin, clothes and background, and those that may be hair.

    Parameters
    ----------
    place : FaceCoordinates
    matte : (h, w) float32
        Opacity of the person.
    features : (h, w) bool
        Brows, eyes, nose and mouth.
    depth : (h, w) float32
        From `depth_in`.

    Returns
    -------
    list of (h, w) bool
        Skin, hair, clothes, background.
    """
    u, v = place.across, place.down
    # hair is the person's outer shell: right above the oval is forehead. The very edge shows the
    # background too
    shell = ((v < place.top - 0.22) | (depth < 0.14)) & (depth > 0.035)
    around = (place.inside < -0.06) & (v < place.brow) & (np.abs(u) < 0.62)
    # long hair hangs there; ears and hands are taken out later, by their color
    beside_face = (place.inside < -0.06) & (v > place.brow) & (v < place.chin - 0.15)
    beside_face &= (np.abs(u) < 0.85) & (matte > 0.9)
    # cheeks: no fringe, no beard, and strands hang over the sides of the oval
    cheeks = (place.inside > 0.06) & (np.abs(u) < 0.33)
    cheeks &= (v > place.brow + 0.06) & (v < place.chin - 0.3)
    return [
        cheeks & ~features,
        (around & shell) | (beside_face & (depth > 0.035)),
        ((v > place.chin + 0.3) & (matte > 0.7) & (np.abs(u) < 0.3)) | _shoulders(place, matte),
        background_seeds(place, matte, depth),
    ]


def _shoulders(place: FaceCoordinates, matte: np.ndarray) -> np.ndarray:
    """What is cloth beside the neck, on sides where no hair hangs, (h, w) bool."""
    reach, found = np.abs(place.across), np.zeros(matte.shape, bool)
    beside_jaw = (reach > 0.55) & (reach < 0.85)
    beside_jaw &= (place.down > place.chin - 0.45) & (place.down < place.chin - 0.1)
    low = (place.down > place.chin + _BELOW) & (matte > 0.9) & (reach > _ASIDE)
    for side in (place.across < 0, place.across >= 0):
        beside = beside_jaw & side
        if beside.any() and matte[beside].mean() < _NOTHING:
            found |= low & side
    return found


def background_seeds(place: FaceCoordinates, matte: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Pixels that surely belong to the background, (h, w) bool.

    Parameters
    ----------
    place : FaceCoordinates
    matte : (h, w) float32
        Opacity of the person.
    depth : (h, w) float32
        From `depth_in`.
    """
    background = (matte < 0.05) & (place.inside < -0.25)
    # the network often misses hair that hangs beside the neck
    beside_neck = (place.down > 0) & (np.abs(place.across) < 1) & (depth > -0.5)
    enough = (background & ~beside_neck).sum() >= 30
    return background & ~beside_neck if enough else background


def depth_in(matte: np.ndarray, place: FaceCoordinates) -> np.ndarray:
    """How far a pixel is inside the person, in face widths, negative outside; (h, w) float32."""
    return signed_distance(matte > 0.5) / np.float32(max(1e-6, _unit_of(place)))


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
    hair : (h, w) bool or float32
        Hair found so far.
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
