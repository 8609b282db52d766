"""From the nearest-neighbor field to the picture at full size."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facestyle.faces.contours import face_width
from facestyle.faces.face import Portrait
from facestyle.faces.regions import BACKGROUND
from facestyle.imaging.color import from_lab, luminance, to_lab
from facestyle.imaging.resampling import resized_rows, resized_window
from facestyle.kernels.flat_pictures import FlatPictures
from facestyle.kernels.matches import Matches
from facestyle.kernels.patch_voting import Voting, vote
from facestyle.methods.patch_unpaired.background_blending import blend_pieces, fading_pieces
from facestyle.methods.patch_unpaired.correction import correction, last_weights
from facestyle.methods.patch_unpaired.exemplar_seams import meeting_exemplars
from facestyle.methods.patch_unpaired.exemplars_grain import ExemplarsGrain, exemplars_grain
from facestyle.methods.patch_unpaired.eye_lines import drawn_lines
from facestyle.methods.patch_unpaired.flat_pictures import cut_out
from facestyle.methods.patch_unpaired.grain_by_tone import grain_factors
from facestyle.methods.patch_unpaired.grain_distribution import with_grain_like
from facestyle.methods.patch_unpaired.inks import in_inks
from facestyle.methods.patch_unpaired.lip_color import with_lip_color
from facestyle.methods.patch_unpaired.prepared import PreparedExemplar, resize_region_map
from facestyle.methods.patch_unpaired.recipe import MODE_BANDWIDTH, MODE_ROUNDS, RENDER_REACH
from facestyle.methods.patch_unpaired.render_pictures import render_pictures
from facestyle.methods.patch_unpaired.settings import UnpairedSettings
from facestyle.methods.patch_unpaired.sources import PatchSources
from facestyle.methods.patch_unpaired.synthesis import Match, SynthesisTarget
from facestyle.methods.patch_unpaired.target import drawn_by, off_background, origins
from facestyle.row_bands import row_bands
from facestyle.spare_memory import give_back

# strokes are enlarged at most so far beyond the exemplar's own resolution
_MOST_ENLARGEMENT = 1.5


def finish(
    portrait: Portrait,
    target: SynthesisTarget,
    match: Match,
    sources: PatchSources,
    exemplars: Sequence[PreparedExemplar],
    settings: UnpairedSettings,
) -> np.ndarray:
    """Render the field at the portrait's size, correct its tones and forms, match its grain.

    Parameters
    ----------
    portrait : Portrait
        At its own size.
    target : SynthesisTarget
    match : Match
        What the synthesis found.
    sources : PatchSources
    exemplars : sequence of PreparedExemplar
        As the sources's.
    settings : UnpairedSettings

    Returns
    -------
    (H, W, 3) float32
        sRGB.
    """
    height, width = portrait.image.shape[:2]
    scale = _render_scale(portrait, sources, exemplars)
    full_scale = face_width(portrait.face) / sources.face_width
    size = (round(width * scale / full_scale), round(height * scale / full_scale))
    give_back(width * height)
    pictures, images = render_pictures(sources, exemplars, scale, match.field, RENDER_REACH)
    give_back(width * height)
    face = sources.face_width * scale
    # a style of flat colors has no grain
    wanted = None if len(sources.flat_colors) else _exemplars_grain(sources, images, face)
    lab = to_lab(_rendered(match, pictures, scale, size))
    if wanted is not None and target.background is not None:
        _set_background(lab, target, images, scale, sources.face_width)
    del pictures, images
    if wanted is None:
        person = off_background(target.region_map)
        lab = cut_out(lab, target.toned, person, sources.flat_colors, face, settings.identity)
        lips = sources.flat_colors, sources.lip_color
        lab = with_lip_color(lab, target.region_map, *lips, sources.face_width)
    else:
        small = _at_working_size(lab, target)
        change = _change(small, target, match, sources, settings.identity)
        lab += cv2.resize(change, size, interpolation=cv2.INTER_CUBIC)
        lab[..., 0] = _with_grain(
            lab[..., 0], small[..., 0] + change[..., 0], target, wanted, face, settings.texture
        )
        if len(sources.inks):
            lab = in_inks(lab, sources.inks, face)
    image = from_lab(lab, out=lab)
    give_back(width * height)
    if size != (width, height):
        return _enlarged(image, (height, width))
    return image


def _change(
    small: np.ndarray,
    target: SynthesisTarget,
    match: Match,
    sources: PatchSources,
    identity: float,
) -> np.ndarray:
    """What brings a rendering's tones and forms to its target, at the working size; Lab of 1."""
    weights = last_weights(
        target.correction, target.region_map, sources.face_width, drawn_by(match.field, sources)
    )
    change = correction(small, target.toned, weights, sources.face_width, identity)
    if target.lines is not None:
        rest = target.toned - small - change
        change += np.float32(identity) * drawn_lines(rest, target.lines, sources.face_width)
    drawn = origins(match.field, sources)
    change += meeting_exemplars(
        target.toned - small - change, target.region_map, drawn, sources.face_width
    )
    return change


def _with_grain(
    light: np.ndarray,
    small: np.ndarray,
    target: SynthesisTarget,
    wanted: ExemplarsGrain,
    face_width: float,
    texture: float,
) -> np.ndarray:
    """A drawing's luminance with the exemplars' grain; `small` is it at the working size."""
    size = light.shape[1::-1]
    toned = np.ascontiguousarray(target.toned[..., 0])
    reduced = face_width * small.shape[1] / size[0]
    factors = grain_factors(small, toned, target.region_map, wanted.by_tone, reduced)
    region_map = resize_region_map(target.region_map, size)
    light = np.ascontiguousarray(light)
    return with_grain_like(light, region_map, face_width, wanted.quantiles, texture, factors)


def _set_background(
    lab: np.ndarray,
    target: SynthesisTarget,
    images: Sequence[np.ndarray],
    scale: float,
    face_width: float,
) -> None:
    """Bring the pieces of the background to one low band, and fade them into each other."""
    background, behind = target.background, target.region_map == BACKGROUND
    assert background is not None
    height, width = lab.shape[:2]
    for rows in row_bands(height, width):
        lab[rows] += resized_rows(background.change, (height, width), rows)
    laid = _at_working_size(lab, target)
    pieces = fading_pieces(laid, background, behind, face_width)
    blend_pieces(lab, pieces, behind, images, scale)


def _enlarged(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The rendering at the portrait's size, a few rows at a time."""
    height, width = size
    if height < len(image):  # a hair smaller, by rounding
        return np.clip(cv2.resize(image, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1)
    result = np.empty((height, width, 3), np.float32)
    for rows in row_bands(height, width):
        band = resized_window(image, size, rows, slice(0, width), cubic=True)
        np.clip(band, 0, 1, out=result[rows])
    return result


def _render_scale(
    portrait: Portrait, sources: PatchSources, exemplars: Sequence[PreparedExemplar]
) -> float:
    """Size of the rendering over the working size: the output's, unless exemplars are coarser."""
    full = face_width(portrait.face) / sources.face_width
    finest = max(face_width(exemplar.portrait.face) for exemplar in exemplars)
    scale = min(full, max(1.0, _MOST_ENLARGEMENT * finest / sources.face_width))
    return 1.0 if abs(scale - 1) < 1e-3 else scale


def _exemplars_grain(
    sources: PatchSources, images: Sequence[np.ndarray], width: float
) -> ExemplarsGrain:
    """Grain of the exemplars at the rendering's size: another size would have another grain."""
    region_maps = (
        resize_region_map(layer.region_map, image.shape[1::-1])
        for layer, image in zip(sources.layers, images, strict=False)
    )
    return exemplars_grain((_light(image) for image in images), region_maps, width)


def _light(image: np.ndarray) -> np.ndarray:
    """Luminance of a picture in bytes, a few rows at a time."""
    height, width = image.shape[:2]
    light = np.empty((height, width), np.float32)
    for rows in row_bands(height, width):
        light[rows] = luminance(image[rows] / np.float32(255))
    return light


def _rendered(
    match: Match, pictures: FlatPictures, scale: float, size: tuple[int, int]
) -> np.ndarray:
    """Vote with the exemplars at the rendering's size, (H, W, 3) float32 sRGB."""
    return vote(
        Matches(match.field, match.cost),
        pictures,
        (size[1], size[0]),
        Voting(scale, RENDER_REACH, MODE_ROUNDS, MODE_BANDWIDTH),
    )


def _at_working_size(lab: np.ndarray, target: SynthesisTarget) -> np.ndarray:
    """Reduce the rendering to the size of the target."""
    height, width = target.region_map.shape
    return cv2.resize(lab, (width, height), interpolation=cv2.INTER_AREA)
