"""Landmark drift: are the features of the face still where they were?"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from facestyle.faces.landmarks import check_landmarks

OUTER_CORNERS = (36, 45)  # of the two eyes, in the iBUG 300-W scheme


def landmark_drift(
    result_landmarks: NDArray[np.floating[Any]], photo_landmarks: NDArray[np.floating[Any]]
) -> float:
    """Return the normalized mean error between the landmarks of a result and of its photograph.

    Parameters
    ----------
    result_landmarks, photo_landmarks : (68, 2)
        The face in each, xy pixels of pictures of the same size.

    Returns
    -------
    float
        Mean distance over the distance between the outer corners of the photograph's eyes, 0 or
        more; 0 for equal landmarks; lower is better.

    Raises
    ------
    LandmarksError
        If an array does not hold 68 points.

    References
    ----------
    Sagonas, Antonakos, Tzimiropoulos, Zafeiriou, Pantic: 300 Faces In-The-Wild Challenge:
    Database and Results. Image and Vision Computing 2016: its point-to-point error.
    """
    ours = check_landmarks(result_landmarks, "landmarks of the result")
    theirs = check_landmarks(photo_landmarks, "landmarks of the photograph")
    first, second = theirs[list(OUTER_CORNERS)]
    unit = np.linalg.norm(first - second)
    return float(np.linalg.norm(ours - theirs, axis=1).mean() / unit)
