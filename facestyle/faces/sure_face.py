"""Where a face surely is, whatever the network says; its rim is left to the picture."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces.contours import OUTLINE_LEFT, OUTLINE_RIGHT, face_width
from facestyle.faces.face import Face
from facestyle.faces.face_coordinates import polygon_mask

# Of the face's width. In 46 photographs dlib's jaw (a hull of all points) reached up to .05 into
# the background, the mesh's outline in a dark one .04; where both say face, nothing was deeper than
# .04. In a pencil drawing a strip of .06 stays.
_RIM = 0.05


def sure_face(face: Face, shape: tuple[int, ...]) -> np.ndarray:
    """The face without its rim; what is taken for it stays in the picture whatever it shows.

    Parameters
    ----------
    face : Face
    shape : (height, width, ...)
        Of the picture, px.

    Returns
    -------
    (H, W) uint8
        0 or 1.
    """
    # a border of the picture is no edge of the face
    depth = cv2.distanceTransform(likely_face(face, shape), cv2.DIST_L2, 3)
    return (depth > _RIM * face_width(face)).astype(np.uint8)


def likely_face(face: Face, shape: tuple[int, ...]) -> np.ndarray:
    """What lies inside the mesh's outline and the landmarks' jaw: neither is right to the pixel.

    Parameters
    ----------
    face : Face
    shape : (height, width, ...)
        Of the picture, px.

    Returns
    -------
    (H, W) uint8
        0 or 1.
    """
    size = shape[0], shape[1]
    mask = polygon_mask(size, face.outline)
    if face.mesh is not None:  # else the outline is made of the jaw
        forehead = np.vstack([face.outline[OUTLINE_RIGHT:], face.outline[: OUTLINE_LEFT + 1]])
        mask &= polygon_mask(size, np.vstack([face.landmarks[:17], forehead[::-1]]))
    return mask
