"""From a frame's strokes to its drawing: forms by the photo, grain by the exemplars."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facestyle.imaging.color import from_lab, luminance, to_lab
from facestyle.methods.patch_unpaired.clip_state import PatchState
from facestyle.methods.patch_unpaired.correction import correction, correction_weights, last_weights
from facestyle.methods.patch_unpaired.grain import (
    grain_of,
    group_gains,
    spread_gains,
    with_grain,
)
from facestyle.methods.patch_unpaired.prepared import PreparedExemplar, resize_region_map
from facestyle.methods.patch_unpaired.render_pictures import scaled_exemplar
from facestyle.methods.patch_unpaired.sources import PatchSources


def corrected_strokes(strokes: np.ndarray, state: PatchState, identity: float) -> np.ndarray:
    """The strokes, their tones and forms corrected by the photo; Lab of 1.

    Parameters
    ----------
    strokes : (H, W, 3) float32
        sRGB.
    state : PatchState
    identity : float
        From 0 to 1.

    Returns
    -------
    (H, W, 3) float32
    """
    lab = to_lab(strokes)
    target, width = state.target, state.width / state.reduction
    rows, columns = target.region_map.shape
    small = cv2.resize(lab, (columns, rows), interpolation=cv2.INTER_AREA)
    weights = correction_weights(target.region_map, width)
    weights = last_weights(weights, target.region_map, width)
    change = correction(small, target.lab, weights, width, identity)
    size = (lab.shape[1], lab.shape[0])
    return np.asarray(cv2.add(lab, cv2.resize(change, size, interpolation=cv2.INTER_LINEAR)))


def finished_drawing(lab: np.ndarray, state: PatchState) -> np.ndarray:
    """The finished drawing of the corrected strokes, (h, w, 3) float32 sRGB at its own size."""
    gains = spread_gains(state.gains, state.target.region_map, state.width / state.reduction)
    size = (lab.shape[1], lab.shape[0])
    gains = cv2.resize(gains, size, interpolation=cv2.INTER_LINEAR)
    grained = lab.copy()
    grained[..., 0] = with_grain(np.ascontiguousarray(lab[..., 0]), gains, state.width)
    return from_lab(grained)


def wanted_grain(sources: PatchSources, exemplars: Sequence[PreparedExemplar]) -> np.ndarray:
    """Grain of the exemplars' groups, at the size that the clip is drawn at."""
    pictures = [scaled_exemplar(exemplars, n, sources, 1.0) for n in range(len(sources.faces))]
    region_maps = [layer.region_map for layer in sources.layers[: len(sources.faces)]]
    light = [luminance(picture / np.float32(255)) for picture in pictures]
    return grain_of(light, region_maps, sources.face_width)


def grain_gains_of(lab: np.ndarray, state: PatchState, texture: float) -> np.ndarray:
    """What brings the corrected strokes' grain to that of the exemplars, for each group.

    Parameters
    ----------
    lab : (H, W, 3) float32
        The corrected strokes, Lab of 1.
    state : PatchState
    texture : float
        From 0 to 1.

    Returns
    -------
    (4,) float32
    """
    region_map = resize_region_map(state.target.region_map, (lab.shape[1], lab.shape[0]))
    own = grain_of([np.ascontiguousarray(lab[..., 0])], [region_map], state.width)
    return group_gains(own, state.wanted, texture)
