"""Hair that the network does not take for a person's: a painted head may end at its forehead."""

from __future__ import annotations

import numpy as np

from facestyle.faces.face_coordinates import FaceCoordinates

# Half axes in face widths: of the crown above the outline, and of where hair may be about the
# face's middle
_CROWN, _HAIR = (0.3, 0.16), (0.85, 1.25)
# Share of a crown that is seen. Of 130 photographs, drawings and paintings two have less: one with
# blue hair (.67), and an engraving (.37) whose crown has the color of its paper.
_SEEN = 0.85
# Colors (a and b of Lab) nearer than this are alike, and the most of a background that may be
_ALIKE, _MOST_ALIKE = 10.0, 0.2


def missed_crown(
    person: np.ndarray, behind: np.ndarray, colors: np.ndarray, place: FaceCoordinates
) -> tuple[np.ndarray, np.ndarray] | None:
    """Find the crown of a head that was cut off, and where its hair may be.

    Parameters
    ----------
    person, behind : (h, w) bool
        What was found to be the person, and what is surely background.
    colors : (h, w, 3) float32
        Lab of 0..255 and -100..100.
    place : FaceCoordinates

    Returns
    -------
    ((h, w) bool, (h, w) bool) or None
        Crown and hair; None where the crown is the person's, or of the background's color.
    """
    above = place.top - place.down
    across, up = _CROWN
    crown = (above > 0) & ((place.across / across) ** 2 + (above / up) ** 2 < 1)
    if not crown.any() or person[crown].mean() > _SEEN:
        return None
    across, up = _HAIR
    hair = (place.down < 0) & ((place.across / across) ** 2 + (place.down / up) ** 2 < 1)
    beyond = colors[behind & ~hair][:, 1:]
    distance = np.linalg.norm(beyond - np.median(colors[crown][:, 1:], axis=0), axis=1)
    if not len(beyond) or (distance < _ALIKE).mean() > _MOST_ALIKE:
        return None
    return crown, hair
