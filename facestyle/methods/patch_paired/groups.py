"""Where a portrait shows face, hair, clothes and background: hair is to be drawn by hair."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces import Portrait
from facestyle.faces.regions import segment_regions
from facestyle.imaging.levels import to_bytes
from facestyle.imaging.points import scaled_points

# of the working scale: half takes a quarter of the time, and 1 to 3 % of the nodes differ
GROUP_SCALE = 0.5
FACE, BACKGROUND = 0, 3  # the first and the last of the four groups


def group_map(portrait: Portrait) -> np.ndarray:
    """Find the four groups of a portrait.

    Parameters
    ----------
    portrait : Portrait
        At the working scale.

    Returns
    -------
    (h / 2, w / 2, 4) uint8
        Probabilities of face, hair, clothes and background, 0 to 255.
    """
    height, width = (max(8, round(GROUP_SCALE * size)) for size in portrait.matte.shape)
    image, matte = (
        cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        for picture in (portrait.image, portrait.matte)
    )
    small = Portrait(image, portrait.face.scaled(GROUP_SCALE), matte)
    return to_bytes(np.ascontiguousarray(np.moveaxis(segment_regions(small).weights, 0, 2)))


def groups_at(groups: np.ndarray, places: np.ndarray, side: int) -> np.ndarray:
    """Shares of the groups in patches.

    Parameters
    ----------
    groups : (h / 2, w / 2, 4) uint8
    places : (rows, columns, 2) float32
        Their centers, xy px of the working scale.
    side : int
        Px of the working scale.

    Returns
    -------
    (rows, columns, 4) float32
    """
    means = cv2.blur(groups, (max(1, round(side * GROUP_SCALE)),) * 2)
    places = scaled_points(places, GROUP_SCALE).astype(np.float32)
    shares = cv2.remap(means, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return shares * np.float32(1 / 255)
