"""Where the background is copied from: large pieces of the exemplars', in one of their tones.

A search for small patches broke a background into a lattice, with hard edges between its tones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.faces.contours import OUTLINE_CHIN
from facestyle.faces.face import Face
from facestyle.faces.regions import BACKGROUND
from facestyle.imaging.color import to_lab
from facestyle.methods.patch_unpaired.background_pieces import Pieces, lay_pieces
from facestyle.methods.patch_unpaired.background_search import Backdrop, shifted
from facestyle.methods.patch_unpaired.pictures import depth_inside, halved
from facestyle.methods.patch_unpaired.recipe import LEVELS
from facestyle.methods.patch_unpaired.sources import PatchSources

_NARROW = 90.0  # px; below this face width the coarsest level shows nothing but mixtures
# Lengths in face widths, by eye on eleven sitters in five styles: of the low band that pieces are
# brought to, of what is kept from an exemplar's person (its halo), and of the shoulders, which are
# taken for paper where they are drawn in outlines
_TONE_SIGMA = 0.08
_FROM_PERSON = 0.06
# Times the usual squared detail, plus grain, RGB of 1; and how far low bands are from the usual
_MOST_DETAIL, _GRAIN, _MOST_AWAY = 2.5, 1e-4, 0.08
# Width of what lies along an exemplar's border, in sigmas of the tones, and the least share of its
# background that this has to be. A ground ends in paper where that deviates less than the whole, in
# this ratio: engravings and watercolors have .04 to .4 (one of each .6), pencil .4 to .8
_RIM, _LEAST_RIM, _EVEN = 2.0, 0.05, 0.4
_MEETING = 0.2  # of the tones of pieces beyond the first exemplar's border
_SHOULDERS = (0.15, 0.5, 1.5)  # below the chin, half width there, slope
# how much more of the background another exemplar than the lead has to cover to be the first
_LEAD = 0.15
_MOST_EXEMPLARS = 2  # that lend pieces: repeats are rarer than with one
_UTMOST_EXEMPLARS, _REPEATS = 4, 8  # but up to so many, where each place would repeat as often
_BORDER = 3  # px that patches keep from the border: their radius and one


@dataclass(frozen=True)
class Background:
    """Where a background is copied from, at the working size.

    Attributes
    ----------
    layers : (h, w) int32
        Exemplar of each pixel; of those that are not placed, the first piece's.
    places : (h, w, 2) float32
        Row and column in it.
    placed : (h, w) bool
        What the pieces reach; the rest is left to the search.
    tone : (h, w, 3) float32
        Low band of the background, Lab of 1.
    change : (h, w, 3) float32
        What brings each piece to that low band, Lab; 0 where nothing is placed.
    drops : mapping of int to Backdrop
        The backgrounds of the exemplars that lend pieces.
    """

    layers: np.ndarray
    places: np.ndarray
    placed: np.ndarray
    tone: np.ndarray
    change: np.ndarray
    drops: Mapping[int, Backdrop]


def lay_background(region_map: np.ndarray, face: Face, sources: PatchSources) -> Background | None:
    """Lay pieces of the exemplars' backgrounds into that of a target.

    Parameters
    ----------
    region_map : (h, w) uint8
        The target's regions.
    face : Face
        Its face, as wide as the sources'.
    sources : PatchSources

    Returns
    -------
    Background or None
        None where there is no background, or none to copy.
    """
    wanted = [region_map == BACKGROUND]
    level = _coarse_level(sources)
    for _ in range(level):
        wanted.append(halved(wanted[-1].astype(np.uint8)) > 0)
    if not wanted[-1].any():
        return None
    firsts = _usual_offsets(face, sources)
    free = [_picture(sources, number, level)[1] for number in range(len(firsts))]
    shares = _shares(wanted[-1], firsts, free)
    chosen = np.argsort(-shares, kind="stable")[:_MOST_EXEMPLARS]
    if shares[chosen[0]] <= _LEAD:
        return None
    areas = [int(own.sum()) for own in free]
    chosen = _with_more(chosen[shares[chosen] > 0], int(wanted[-1].sum()), areas)
    drops = [_backdrop(sources, int(number), firsts[number]) for number in chosen]
    tone, toned = drops[0].tone_for(wanted[-1].shape)
    pieces = lay_pieces(drops, wanted, tone, toned, sources.face_width)
    tone = _continued(tone, toned, pieces, sources.face_width / 2**level)
    return _at_working_size(region_map == BACKGROUND, chosen, drops, pieces, tone)


def _continued(tone: np.ndarray, known: np.ndarray, pieces: Pieces, unit: float) -> np.ndarray:
    """The low band with that of the pieces where it was not known; (h, w, 3) float32 sRGB."""
    if known.all():
        return tone
    size = known.shape[::-1]
    weight = pieces.toned.astype(np.float32)
    share = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
    theirs = cv2.resize(pieces.tone * weight[..., None], size, interpolation=cv2.INTER_AREA)
    theirs /= np.maximum(share, np.float32(1e-3))[..., None]
    theirs[known], laid = tone[known], share > np.float32(0.25)
    smooth = _filled_low_band(theirs, laid | known, _MEETING * unit)
    share = np.minimum(depth_inside(known) / (2 * _MEETING * unit), 1)[..., None]
    return smooth + share * (tone - smooth)


def _coarse_level(sources: PatchSources) -> int:
    """Level of the pyramid at which tones are compared and offsets are searched."""
    return LEVELS - 1 if sources.face_width >= _NARROW else LEVELS - 2


def _usual_offsets(face: Face, sources: PatchSources) -> list[np.ndarray]:
    """Row and column that take the target's face to each exemplar's, in px of the coarse level."""
    center = face.outline.mean(axis=0)
    moves = [own.outline.mean(axis=0) - center for own in sources.faces]
    scale = 2 ** _coarse_level(sources)
    return [np.round(move[::-1] / scale).astype(int) for move in moves]


def _shares(
    wanted: np.ndarray, firsts: Sequence[np.ndarray], free: Sequence[np.ndarray]
) -> np.ndarray:
    """Share of the background that each exemplar covers as it stands; the lead's with a bonus."""
    covered = [
        shifted(own, offset, wanted.shape)[wanted].mean()
        for own, offset in zip(free, firsts, strict=True)
    ]
    shares = np.array(covered, np.float64)
    shares[0] += _LEAD
    return shares


def _with_more(chosen: np.ndarray, wanted: int, areas: Sequence[int]) -> np.ndarray:
    """The chosen exemplars, and those with most background where that is little for the target."""
    others = [n for n in np.argsort(areas)[::-1] if n not in chosen and areas[n]]
    while others and len(chosen) < _UTMOST_EXEMPLARS:
        if sum(areas[n] for n in chosen) > wanted / _REPEATS:
            break
        chosen = np.append(chosen, others.pop(0))
    return chosen


def _backdrop(sources: PatchSources, number: int, first: np.ndarray) -> Backdrop:
    """One exemplar's background at every level."""
    levels = range(_coarse_level(sources) + 1)
    pictures, free = zip(*(_picture(sources, number, level) for level in levels), strict=True)
    sigma = _TONE_SIGMA * sources.face_width / 2 ** levels[-1]
    coarse = pictures[-1] / np.float32(255)
    low_band = _filled_low_band(coarse, free[-1], sigma)
    plain, ends = _plain(coarse, low_band, free[-1], sigma)
    return Backdrop(pictures, free, low_band, first, plain, ends)


def _plain(
    picture: np.ndarray, low_band: np.ndarray, free: np.ndarray, sigma: float
) -> tuple[np.ndarray, bool]:
    """Where a background has nothing of its own to show: not a collar's line, nor a dark corner.

    And whether its ground ends in paper before the border: then only that is plain.
    """
    if not free.any():
        return free, False
    detail = cv2.GaussianBlur(((picture - low_band) ** 2).sum(axis=-1), (0, 0), sigma)
    rim = free & _rim(free.shape, _RIM * sigma)
    seen = rim.sum() > _LEAST_RIM * free.sum()
    ends = bool(seen and _deviation(low_band[rim]) < _EVEN * _deviation(low_band[free]))
    usual = rim if ends else free
    away = np.abs(low_band - np.median(low_band[usual], axis=0)).max(axis=-1)
    limit = _MOST_DETAIL * np.median(detail[usual]) + _GRAIN
    plain = free & (detail < limit) & (away < max(_MOST_AWAY, 2 * np.median(away[usual])))
    return plain, ends


def _rim(shape: tuple[int, ...], width: float) -> np.ndarray:
    """Places near the upper border and those at the sides, bool."""
    rows, columns = np.indices(shape)
    return np.minimum(np.minimum(rows, columns), shape[1] - 1 - columns) < width


def _deviation(tones: np.ndarray) -> float:
    """Median distance from the median, of the channel that has most."""
    return float(np.median(np.abs(tones - np.median(tones, axis=0)), axis=0).max())


def _picture(sources: PatchSources, number: int, index: int) -> tuple[np.ndarray, np.ndarray]:
    """An exemplar at one level, uint8 RGB, and what is surely its background, bool."""
    level = sources.levels[index]
    start, height, width = (int(v[number]) for v in (level.start, level.height, level.width))
    end = start + height * width
    picture = level.image[3 * start : 3 * end].reshape(height, width, 3)
    regions = level.regions[start:end].reshape(height, width)
    unit = sources.face_width / 2**index
    # at coarse levels the pixel beside the person shows both
    free = depth_inside(regions == BACKGROUND) > max(_FROM_PERSON * unit, 1.0)
    x, y = sources.faces[number].outline[OUTLINE_CHIN] / 2**index
    drop, half, slope = _SHOULDERS
    below = (np.arange(height)[:, None] - y) / unit - drop
    aside = np.abs(np.arange(width)[None, :] - x) / unit
    free &= (below <= 0) | (aside > half + slope * below)
    border = _BORDER if index == 0 else 2
    inner = np.zeros_like(free)
    inner[border:-border, border:-border] = free[border:-border, border:-border]
    return picture, inner


def _filled_low_band(picture: np.ndarray, free: np.ndarray, sigma: float) -> np.ndarray:
    """Low band of the background, and of what is not: from ever farther away; (h, w, 3)."""
    weight = free.astype(np.float32)
    values = picture * weight[..., None]
    filled, missing = np.zeros_like(values), np.ones_like(weight)
    for _ in range(7):
        total = cv2.GaussianBlur(weight, (0, 0), sigma)
        mean = cv2.GaussianBlur(values, (0, 0), sigma) / (total[..., None] + np.float32(1e-6))
        share = missing * np.minimum(total / np.float32(0.3), 1)
        filled += share[..., None] * mean
        missing -= share
        sigma *= 1.7
    return np.asarray(filled + missing[..., None] * mean, np.float32)


def _at_working_size(
    background: np.ndarray,
    chosen: np.ndarray,
    drops: Sequence[Backdrop],
    pieces: Pieces,
    tone: np.ndarray,
) -> Background:
    """The pieces pixel by pixel."""
    size = background.shape[::-1]
    steps, owners = (
        cv2.resize(values.astype(np.float32), size, interpolation=cv2.INTER_NEAREST).astype(int)
        for values in (pieces.steps, pieces.owners)
    )
    rows, columns = np.indices(background.shape)
    places = np.stack([rows, columns], axis=-1) + steps
    placed = np.zeros_like(background)
    wanted = cv2.resize(to_lab(tone), size, interpolation=cv2.INTER_LINEAR)
    change = np.zeros_like(wanted)
    for own, drop in enumerate(drops):
        mine = background & (owners == own)
        mine &= ((places >= 0) & (places < drop.free[0].shape)).all(axis=-1)
        mine[mine] = drop.free[0][tuple(places[mine].T)]  # cells of the cut may show strands
        change[mine] = wanted[mine] - drop.low_lab()[tuple(places[mine].T)]
        placed |= mine
    lent = dict(zip(chosen.tolist(), drops, strict=True))
    layers = chosen[np.where(placed, owners, 0)].astype(np.int32)
    return Background(layers, places.astype(np.float32), placed, wanted, change, lent)
