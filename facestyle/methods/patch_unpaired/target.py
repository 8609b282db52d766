"""From a portrait and a sources of exemplars to what the synthesis is asked for."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from facestyle.faces.face import Portrait
from facestyle.faces.regions import BACKGROUND
from facestyle.imaging.color import from_lab, luminance, to_lab
from facestyle.methods.patch_unpaired.background import Background, lay_background
from facestyle.methods.patch_unpaired.clear_eyes import clear_eyes
from facestyle.methods.patch_unpaired.contour_line import add_contour_line, edge_distances
from facestyle.methods.patch_unpaired.correction import correction_weights
from facestyle.methods.patch_unpaired.exemplar_label_map import (
    exemplar_label_unary,
    exemplar_labels,
)
from facestyle.methods.patch_unpaired.eye_lines import eye_lines
from facestyle.methods.patch_unpaired.flat_pictures import in_flat_colors, sharpened
from facestyle.methods.patch_unpaired.flattening import flattened
from facestyle.methods.patch_unpaired.pictures import halved
from facestyle.methods.patch_unpaired.recipe import LEVELS, LOW_WEIGHT, tone_sigma
from facestyle.methods.patch_unpaired.red_lips import with_dark_lips
from facestyle.methods.patch_unpaired.sources import PatchSources
from facestyle.methods.patch_unpaired.synthesis import SynthesisTarget
from facestyle.methods.patch_unpaired.tone import (
    ToneCurves,
    tone_curves,
    tone_mapped,
)
from facestyle.methods.patch_unpaired.warp import warp_to_exemplar

# above any difference that the search finds between backgrounds, so that one lends it (set by eye)
_BACKGROUND_FROM_OTHERS = 1.0


def make_target(
    portrait: Portrait, region_map: np.ndarray, sources: PatchSources, pull: float, mode: str
) -> SynthesisTarget:
    """Tone-map the portrait, warp it to the exemplars and weigh the correction.

    Parameters
    ----------
    portrait : Portrait
        At the sources's face width.
    region_map : (h, w) uint8
        Its regions.
    sources : PatchSources
    pull : float
        Factor of the in-loop correction.
    mode : {"mrf", "free"}
        Whether a label map leads the choice among several exemplars.

    Returns
    -------
    SynthesisTarget
    """
    positions = exemplar_positions(portrait, region_map, sources)
    background = lay_background(region_map, portrait.face, sources)
    behind = None if background is None else background.tone
    toned, lab = toned_and_searched(portrait, region_map, sources, behind=behind)
    exemplar_unary = background_unary(region_map, sources, background)
    first = np.zeros(region_map.shape, np.int32)
    if mode == "mrf" and len(sources.faces) > 1:
        chosen = _label_map(lab, region_map, positions, sources)
        size = (region_map.shape[1], region_map.shape[0])
        first = cv2.resize(chosen.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        # on the background it is known which leads
        exemplar_unary = np.maximum(
            exemplar_unary,
            exemplar_label_unary(chosen, len(sources.faces), size) * off_background(region_map),
        )
    first = first.astype(np.int32)
    weights = correction_weights(region_map, sources.face_width, sources.looseness)
    if background is not None:
        placed = background.placed
        behind = region_map == BACKGROUND
        first[behind] = background.layers[behind]
        positions[(background.layers[placed], *np.nonzero(placed))] = background.places[placed]
        loose = cv2.GaussianBlur((behind & ~placed).astype(np.float32), (0, 0), 2)
        weights = replace(weights, low=np.maximum(weights.low, LOW_WEIGHT * loose))
    light = luminance(portrait.image)
    lines = eye_lines(light, region_map, portrait.face, sources.face_width)
    parts = lab, toned, region_map, positions, exemplar_unary, first, weights, pull
    return SynthesisTarget(*parts, background, lines)


def _label_map(
    lab: np.ndarray, region_map: np.ndarray, positions: np.ndarray, sources: PatchSources
) -> np.ndarray:
    """Solve the label map at the coarsest level."""
    light = np.ascontiguousarray(lab[..., 0])
    for _ in range(LEVELS - 1):
        light, region_map = halved(light), halved(region_map)
        positions = np.stack([halved(place) for place in positions]) / np.float32(2)
    return exemplar_labels(light, region_map, positions, sources)


def toned_and_searched(
    portrait: Portrait,
    region_map: np.ndarray,
    sources: PatchSources,
    *,
    scale: float = 1.0,
    curves: ToneCurves | None = None,
    behind: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The portrait in the exemplars' tones, with their contour line.

    Parameters
    ----------
    portrait : Portrait
        At `scale` times the sources's face width.
    region_map : (h, w) uint8
        Its regions.
    sources : PatchSources
    scale : float
    curves : ToneCurves, optional
        Of another frame of the same clip; see `target_curves`.
    behind : (h, w, 3) float32, optional
        Low band of the background that is drawn, Lab of 1; the portrait's own by default.

    Returns
    -------
    toned, searched : (h, w, 3) float32
        In the tones of the finished picture, and in those that the search sees; Lab of 1.
    """
    width, sigma = scale * sources.face_width, scale * tone_sigma(sources.face_width)
    flat = flattened(to_lab(portrait.image), region_map, width)
    flat = with_dark_lips(flat, region_map, sources.tones[0].spread, width)
    curves = curves or tone_curves(flat, region_map, sources.tones, sigma)
    # in inks alone, a dark skin has no tone but that of its strokes
    wanted = curves if len(sources.inks) else curves.searched
    toned, searched = (
        tone_mapped(flat, region_map, sources.tones, sigma, own) for own in (curves, wanted)
    )
    if behind is not None:
        share = (1 - off_background(region_map, scale))[..., None]
        toned, searched = (lab + share * (behind - lab) for lab in (toned, searched))
    own, limits = np.ascontiguousarray(flat[..., 0]), sources.tones[0].limits
    for lab in (toned, searched):
        plain = np.ascontiguousarray(lab[..., 0])
        lab[..., 0] = clear_eyes(plain, own, region_map, width, limits)
    distances = edge_distances(region_map, portrait.face, width)
    plain = np.ascontiguousarray(toned[..., 0])
    line = add_contour_line(plain, distances, sources.contours) - plain
    toned[..., 0] += line
    searched[..., 0] += line
    colors = sources.flat_colors
    if len(colors):
        person = off_background(region_map, scale)[..., None]
        toned, searched = (
            lab + person * (in_flat_colors(sharpened(lab, colors, width), colors, width) - lab)
            for lab in (toned, searched)
        )
    return to_lab(from_lab(toned)), to_lab(from_lab(searched))


def target_curves(
    portrait: Portrait,
    region_map: np.ndarray,
    sources: PatchSources,
    scale: float,
) -> ToneCurves:
    """The tone curves of a portrait, kept for a clip.

    Parameters
    ----------
    portrait : Portrait
    region_map : (H, W) uint8
        Its regions.
    sources : PatchSources
        The exemplars.
    scale : float
        Size of the portrait over the exemplars'.

    Returns
    -------
    ToneCurves
    """
    lab = flattened(to_lab(portrait.image), region_map, scale * sources.face_width)
    sigma = scale * tone_sigma(sources.face_width)
    return tone_curves(lab, region_map, sources.tones, sigma)


def exemplar_positions(
    portrait: Portrait, region_map: np.ndarray, sources: PatchSources
) -> np.ndarray:
    """Row and column of each pixel in each exemplar, (K, h, w, 2) float32.

    Parameters
    ----------
    portrait : Portrait
        At any size.
    region_map : (h, w) uint8
    sources : PatchSources
        Of K exemplars.

    Returns
    -------
    (K, h, w, 2) float32
        In pixels of the sources' exemplars.
    """
    positions = np.empty((len(sources.faces), *region_map.shape, 2), np.float32)
    for number, face in enumerate(sources.faces):
        warp = warp_to_exemplar(portrait.face, region_map, face, sources.layers[number].region_map)
        positions[number] = cv2.merge(cv2.split(warp)[::-1])
    return positions


def background_unary(
    region_map: np.ndarray, sources: PatchSources, background: Background | None
) -> np.ndarray:
    """Cost that keeps the background on the exemplars that lend it.

    Parameters
    ----------
    region_map : (h, w) uint8
        The target's regions.
    sources : PatchSources
        Of K exemplars.
    background : Background or None
        Where nothing is laid, the first exemplar lends it.

    Returns
    -------
    (K, h, w) float32
    """
    count = len(sources.faces)
    behind = np.float32(_BACKGROUND_FROM_OTHERS) * (1 - off_background(region_map))
    layers = np.zeros(region_map.shape, int) if background is None else background.layers
    return (layers != np.arange(count)[:, None, None]) * behind


def off_background(region_map: np.ndarray, scale: float = 1.0) -> np.ndarray:
    """1 on the person, 0 on the background, soft between; (h, w) float32."""
    behind = (region_map == BACKGROUND).astype(np.float32)
    return 1 - cv2.GaussianBlur(behind, (0, 0), 2 * scale)


def origins(field: np.ndarray, sources: PatchSources) -> np.ndarray:
    """Exemplar that each pixel of a field comes from, (h, w) int32."""
    table = np.array([layer.origin for layer in sources.layers], np.int32)
    return table[field[..., 0]]


def drawn_by(field: np.ndarray, sources: PatchSources) -> np.ndarray:
    """Region of the exemplars that each pixel of a field comes from, (h, w) uint8; 8 is outside."""
    regions = np.concatenate([layer.region_map.ravel() for layer in sources.layers])
    finest = sources.levels[0]
    number, row, column = np.moveaxis(field, -1, 0)
    return np.asarray(regions[finest.start[number] + row * finest.width[number] + column])
