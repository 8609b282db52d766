"""The sitter's own skin: what tone matching takes from a face, its drawing gets back.

Photographs are matched to the exemplars' so that their patches can be compared; drawn from those
alone, everyone has the exemplars' skin. Song et al. 2017 have sitters of one collection only.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facestyle.methods.patch_paired.groups import FACE
from facestyle.methods.patch_paired.tone_matching import PhotoStatistics, beyond
from facestyle.methods.patch_paired.tones import enlarged, group_tones, reduced

_KEPT = 0.8  # drawing over photograph: slope of skin .56 over twelve sitters of development; 1 .60
# of what is left to white: without, four of them had cheeks without a stroke
_LIGHTENED = 0.5
_NODE = 4  # px of the group map


def lost_tones(
    photo: np.ndarray,
    matched: np.ndarray,
    own: PhotoStatistics,
    exemplars: Sequence[PhotoStatistics],
) -> np.ndarray:
    """How far matching changed what is the sitter's, not the camera's, (h, w) float32.

    A darker exposure has darker whites, too: that part is the camera's. Where nothing is lighter
    than dark skin, its darkness counts as the camera's.

    Parameters
    ----------
    photo, matched : (h, w) float32
        Luma before and after `match_tones`.
    own : PhotoStatistics
    exemplars : sequence of PhotoStatistics
    """
    lost = photo - matched
    camera = beyond(own.white, np.array([e.white for e in exemplars]))
    return np.asarray(lost - np.clip(lost, min(camera, 0), 0), np.float32)


def skin_change(base: np.ndarray, lost: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """What to add to a drawing so that light sitters are drawn light and dark ones dark.

    Parameters
    ----------
    base : (zoom * h, zoom * w, C) float32
        The drawing.
    lost : (h, w) float32
        From `lost_tones`.
    groups : (h / 2, w / 2, 4) uint8
        What the photograph shows where.

    Returns
    -------
    (zoom * h, zoom * w, C) float32
    """
    face = np.ascontiguousarray(groups[..., FACE])
    nodes = (max(1, face.shape[0] // _NODE), max(1, face.shape[1] // _NODE))
    share = np.ascontiguousarray(reduced(face, nodes)[..., 0]) * np.float32(1 / 255)
    room = np.maximum(1 - group_tones(reduced(base, nodes), share), 0)
    change = np.float32(_KEPT) * group_tones(reduced(lost, nodes), share)
    change = np.minimum(change, np.float32(_LIGHTENED) * room)
    size = base.shape[:2]
    where = enlarged(face.astype(np.float32), size)
    return where * enlarged(change, size) * np.float32(1 / 255)
