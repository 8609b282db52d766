"""From a frame's strokes to its drawing: forms by the photo, grain by the exemplars."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facestyle.faces.regions import BACKGROUND
from facestyle.imaging.color import from_lab, luminance, to_lab
from facestyle.methods.patch_unpaired.background import Background
from facestyle.methods.patch_unpaired.background_seams import softened_seams
from facestyle.methods.patch_unpaired.clip_field import whole_field
from facestyle.methods.patch_unpaired.clip_state import PatchState
from facestyle.methods.patch_unpaired.correction import correction, correction_weights, last_weights
from facestyle.methods.patch_unpaired.exemplar_seams import meeting_exemplars
from facestyle.methods.patch_unpaired.exemplars_grain import ExemplarsGrain, exemplars_grain
from facestyle.methods.patch_unpaired.eye_lines import drawn_lines
from facestyle.methods.patch_unpaired.flat_pictures import cut_out
from facestyle.methods.patch_unpaired.grain_by_tone import grain_factors
from facestyle.methods.patch_unpaired.grain_distribution import (
    band_quantiles,
    grain_bands,
    with_bands_like,
)
from facestyle.methods.patch_unpaired.inks import in_inks
from facestyle.methods.patch_unpaired.lip_color import with_lip_color
from facestyle.methods.patch_unpaired.prepared import PreparedExemplar, resize_region_map
from facestyle.methods.patch_unpaired.render_pictures import scaled_exemplar
from facestyle.methods.patch_unpaired.sources import PatchSources
from facestyle.methods.patch_unpaired.target import drawn_by, off_background, origins

# share of the change at seams that stays where strokes do, each time that regions are segmented
_KEPT_AT_SEAMS = np.float32(0.6)
_EDGE_SIGMA = 1.0  # px over which the background's tones end at the person


def corrected_strokes(
    strokes: np.ndarray, state: PatchState, sources: PatchSources, identity: float
) -> tuple[np.ndarray, np.ndarray]:
    """The strokes, their tones and forms corrected by the photo; what makes exemplars meet.

    What is done to the strokes of a picture (`finish.py`) is done on the target's grid.

    Parameters
    ----------
    strokes : (H, W, 3) float32
        sRGB.
    state : PatchState
        With the change of the frame before at seams, NaN where strokes are new.
    sources : PatchSources
        Of its field.
    identity : float
        From 0 to 1.

    Returns
    -------
    lab : (H, W, 3) float32
        Lab of 1.
    seams : (h, w, 3) float32
        What was added where exemplars meet; NaN where it is not known yet.
    """
    lab = to_lab(strokes)
    target, width = state.target, state.width / state.reduction
    rows, columns = target.region_map.shape
    small = cv2.resize(lab, (columns, rows), interpolation=cv2.INTER_AREA)
    field = whole_field(state.field, sources.levels[0], state.reduction)
    weights = correction_weights(target.region_map, width, sources.looseness)
    weights = last_weights(weights, target.region_map, width, drawn_by(field, sources))
    change = correction(small, target.lab, weights, width, identity)
    rest = target.lab - small - change
    change += np.float32(identity) * drawn_lines(rest, target.lines, width)
    seams = state.seams
    if target.age == 0:
        rest, drawn = target.lab - small - change, origins(field, sources)
        seams = _renewed(seams, meeting_exemplars(rest, target.region_map, drawn, width))
    change += np.nan_to_num(seams)
    behind = (target.region_map == BACKGROUND).astype(np.float32)
    change += cv2.GaussianBlur(behind, (0, 0), _EDGE_SIGMA)[..., None] * state.backdrop
    size = (lab.shape[1], lab.shape[0])
    lab = cv2.add(lab, cv2.resize(change, size, interpolation=cv2.INTER_LINEAR), dst=lab)
    return lab, seams


def _renewed(before: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Mix a map with that of the frame before: strokes stay for long, and their noise must not."""
    return np.where(np.isnan(before), found, found + _KEPT_AT_SEAMS * (before - found))


def flat_drawing(
    strokes: np.ndarray, state: PatchState, sources: PatchSources, identity: float
) -> np.ndarray:
    """The strokes in a style's few flat colors; as pictures are, see `flat_colors`.

    Parameters
    ----------
    strokes : (H, W, 3) float32
        sRGB.
    state : PatchState
    sources : PatchSources
        Of flat colors.
    identity : float
        From 0 to 1.

    Returns
    -------
    (H, W, 3) float32
        sRGB.
    """
    target = state.target
    person = off_background(target.region_map)
    colors = sources.flat_colors
    lab = cut_out(to_lab(strokes), target.lab, person, colors, state.width, identity)
    return from_lab(with_lip_color(lab, target.region_map, colors, sources.lip_color, state.width))


def backdrop_change(
    strokes: np.ndarray, background: Background | None, face_width: float, size: tuple[int, ...]
) -> np.ndarray:
    """What brings the pieces of a first frame's background to one tone.

    Parameters
    ----------
    strokes : (H, W, 3) float32
        sRGB.
    background : Background or None
        Of the same size.
    face_width : float
        px.
    size : (int, int)
        Height and width of the result.

    Returns
    -------
    (h, w, 3) float32
        Lab of 1; 0 where no piece is laid.
    """
    if background is None:
        return np.zeros((*size, 3), np.float32)
    toned = to_lab(strokes) + background.change
    change = background.change + softened_seams(toned - background.tone, background, face_width)
    return cv2.resize(change, size[::-1], interpolation=cv2.INTER_AREA)


def finished_drawing(
    lab: np.ndarray, state: PatchState, texture: float, pace: float, inks: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The corrected strokes with the exemplars' grain, and their own grain.

    Parameters
    ----------
    lab : (H, W, 3) float32
        The corrected strokes, Lab of 1.
    state : PatchState
        With the grain of the frame before, or with an unknown one.
    texture : float
        From 0 to 1.
    pace : float
        Share of this frame's own grain in the grain that is mapped.
    inks : (n, 3) float64
        Of a print, which has no other colors; none in other styles.

    Returns
    -------
    picture : (H, W, 3) float32
        sRGB.
    grain : (4, 2, 34) float64
        NaN where a group was never seen.
    """
    region_map = resize_region_map(state.target.region_map, lab.shape[1::-1])
    light = np.ascontiguousarray(lab[..., 0])
    bands = grain_bands(light, state.width)
    own = band_quantiles(bands, region_map)
    own = np.where(np.isfinite(own), own, state.grain)
    before = np.where(np.isfinite(state.grain), state.grain, own)
    grain = before + pace * (own - before)
    grained = lab.copy()
    target = state.target
    factors = grain_factors(
        cv2.resize(light, target.region_map.shape[::-1], interpolation=cv2.INTER_AREA),
        np.ascontiguousarray(target.lab[..., 0]),
        target.region_map,
        state.wanted.by_tone,
        state.width / state.reduction,
    )
    wanted = state.wanted.quantiles
    grained[..., 0] = with_bands_like(light, bands, region_map, grain, wanted, texture, factors)
    if len(inks):
        grained = in_inks(grained, inks, state.width)
    return from_lab(grained), grain


def wanted_grain(sources: PatchSources, exemplars: Sequence[PreparedExemplar]) -> ExemplarsGrain:
    """Grain of the exemplars, at the size that the clip is drawn at."""
    count = len(sources.faces)
    pictures = (scaled_exemplar(exemplars, n, sources, 1.0) for n in range(count))
    lights = (luminance(picture / np.float32(255)) for picture in pictures)
    region_maps = (layer.region_map for layer in sources.layers[:count])
    return exemplars_grain(lights, region_maps, sources.face_width)
