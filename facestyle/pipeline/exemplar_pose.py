"""How an exemplar's head is turned and tilted, and what that means for its use."""

from __future__ import annotations

import math

import numpy as np

from facestyle.faces import Face

# the nose's tip stands so many inter-ocular distances before the eyes' plane: three-quarter
# portraits come out at 40 degrees
_NOSE = 0.65
# degrees of turn: called frontal below, far above
_FRONTAL, _FAR = 12.0, 35.0
# degrees of turn: in profile above, where the nose's tip nears the far eye. In two sets of
# strangers' art and among their sitters profiles come out at 59 to 90, all others at 51 at most.
_PROFILE = 55.0
# degrees of turn that are told apart: above, the sine leaves little of the estimate (heads of two
# thirds came out at 90)
_MOST = 60.0
# degrees of tilt: named above, and remarked on; exemplars/ has 10 at most, people who lean their
# heads 28
_TILTED, _LYING = 15.0, 35.0


def estimate_turn(face: Face) -> float:
    """Turn of the head, degrees, from where the nose's tip is between the eyes.

    Parameters
    ----------
    face : Face

    Returns
    -------
    float
        From -60 to 60, which stands for more, too; positive towards the picture's right.
    """
    right, left = face.eyes
    axis = (left - right) / face.inter_ocular
    offset = float((face.landmarks[30] - (left + right) / 2) @ axis) / face.inter_ocular
    degrees = math.degrees(math.asin(float(np.clip(offset / _NOSE, -1, 1))))
    return float(np.clip(degrees, -_MOST, _MOST))


def pose_in_words(turn: float, tilt: float) -> str:
    """How a head is turned, and how it is tilted where that is seen.

    Parameters
    ----------
    turn : float
        Degrees, positive towards the picture's right.
    tilt : float
        Degrees, positive clockwise.
    """
    words = "frontal"
    if abs(turn) >= _FRONTAL:
        more = " or more" if abs(turn) >= _MOST else ""
        side = "right" if turn > 0 else "left"
        words = f"turned {_to_five(abs(turn))} degrees{more} to the {side}"
    if abs(tilt) >= _TILTED:
        way = "clockwise" if tilt > 0 else "counterclockwise"
        words += f", tilted {_to_five(abs(tilt))} degrees {way}"
    return words


def pose_remarks(face: Face) -> list[str]:
    """What a head's pose speaks against, in words.

    Parameters
    ----------
    face : Face
    """
    remarks = []
    turn = abs(estimate_turn(face))
    if turn > _PROFILE:
        remarks.append(
            "nearly in profile: half of the face is hidden and its points are uncertain; only "
            "portraits turned alike are aligned well"
        )
    elif turn > _FAR:
        remarks.append("turned far: only portraits turned alike are aligned well")
    if abs(math.degrees(face.tilt)) > _LYING:
        remarks.append(
            "tilted far: laid upright its light, strokes and background lie aslant; rotate the "
            "picture if it is not upright"
        )
    return remarks


def _to_five(degrees: float) -> int:
    """Rounded as far as an estimate deserves."""
    return round(degrees / 5) * 5
