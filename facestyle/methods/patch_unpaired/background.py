"""Where the background is copied from: large pieces of the exemplars', in one of their tones.

A search for small patches broke a background into a lattice, with hard edges between its tones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from facestyle.faces.face import Face
from facestyle.faces.regions import BACKGROUND
from facestyle.imaging.color import to_lab
from facestyle.methods.patch_unpaired.backdrops import (
    coarse_level,
    filled_low_band,
    ground_of,
    make_backdrop,
)
from facestyle.methods.patch_unpaired.background_pieces import Pieces, TonedPieces, lay_pieces
from facestyle.methods.patch_unpaired.background_search import Backdrop, shifted
from facestyle.methods.patch_unpaired.pictures import depth_inside, halved
from facestyle.methods.patch_unpaired.sources import PatchSources
from facestyle.methods.patch_unpaired.wide_ground import wide_ground

_MEETING = 0.2  # of the tones of pieces beyond the first exemplar's border
# how much more of the background another exemplar than the lead has to cover to be the first
_LEAD = 0.15
_MOST_EXEMPLARS = 2  # that lend pieces: repeats are rarer than with one
_UTMOST_EXEMPLARS, _REPEATS = 4, 8  # but up to so many, where each place would repeat as often


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
    of_blocks : bool
        Whether its pieces are the blocks of a wide ground.
    """

    layers: np.ndarray
    places: np.ndarray
    placed: np.ndarray
    tone: np.ndarray
    change: np.ndarray
    drops: Mapping[int, Backdrop]
    of_blocks: bool = False


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
    level = coarse_level(sources)
    for _ in range(level):
        wanted.append(halved(wanted[-1].astype(np.uint8)) > 0)
    if not wanted[-1].any():
        return None
    firsts = _usual_offsets(face, sources)
    free = [ground_of(sources, number, level)[1] for number in range(len(firsts))]
    shares = _shares(wanted[-1], firsts, free)
    chosen = np.argsort(-shares, kind="stable")[:_MOST_EXEMPLARS]
    if shares[chosen[0]] <= _LEAD:
        return None
    behind = region_map == BACKGROUND
    wide = wide_ground(wanted, face, sources, firsts, int(chosen[0]))
    if wide is not None:
        lenders, lent = np.array(list(wide.drops)), list(wide.drops.values())
        laid = _at_working_size(behind, lenders, lent, wide.pieces, wide.tone)
        return replace(laid, of_blocks=True)
    areas = [int(own.sum()) for own in free]
    chosen = _with_more(chosen[shares[chosen] > 0], int(wanted[-1].sum()), areas)
    drops = [make_backdrop(sources, int(number), firsts[number]) for number in chosen]
    tone, toned = drops[0].tone_for(wanted[-1].shape)
    pieces = lay_pieces(drops, wanted, tone, toned, sources.face_width)
    tone = _continued(tone, toned, pieces, sources.face_width / 2**level)
    return _at_working_size(behind, chosen, drops, pieces, tone)


def _continued(tone: np.ndarray, known: np.ndarray, pieces: TonedPieces, unit: float) -> np.ndarray:
    """The low band with that of the pieces where it was not known; (h, w, 3) float32 sRGB."""
    if known.all():
        return tone
    size = known.shape[::-1]
    weight = pieces.toned.astype(np.float32)
    share = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
    theirs = cv2.resize(pieces.tone * weight[..., None], size, interpolation=cv2.INTER_AREA)
    theirs /= np.maximum(share, np.float32(1e-3))[..., None]
    theirs[known], laid = tone[known], share > np.float32(0.25)
    smooth = filled_low_band(theirs, laid | known, _MEETING * unit)
    share = np.minimum(depth_inside(known) / (2 * _MEETING * unit), 1)[..., None]
    return smooth + share * (tone - smooth)


def _usual_offsets(face: Face, sources: PatchSources) -> list[np.ndarray]:
    """Row and column that take the target's face to each exemplar's, in px of the coarse level."""
    center = face.outline.mean(axis=0)
    moves = [own.outline.mean(axis=0) - center for own in sources.faces]
    scale = 2 ** coarse_level(sources)
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
