"""The ground of a picture that is wider than its exemplars: the tones of one, drawn apart.

Behind a half figure the exemplars, whose faces are as large, reach a face width or less. Their
pieces beside each other made patchwork of what lies beyond.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.faces.face import Face
from facestyle.methods.patch_unpaired.backdrops import (
    COARSE_BORDER,
    coarse_level,
    filled_low_band,
    make_backdrop,
)
from facestyle.methods.patch_unpaired.background_blocks import (
    blotches,
    lay_blocks,
    room_for_blocks,
)
from facestyle.methods.patch_unpaired.background_pieces import CUT_LEVEL, Pieces
from facestyle.methods.patch_unpaired.background_search import Backdrop, shifted
from facestyle.methods.patch_unpaired.ground_rays import (
    GroundRays,
    ground_rays,
    places_along_rays,
    stretch,
)
from facestyle.methods.patch_unpaired.sources import PatchSources

# share of a target's ground beyond the best exemplar from which it is composed; in ordinary
# portraits, of which less is, pieces keep the hatching beside the face
_BEYOND = 0.3
_GROUND, _SEEN = 0.18, 0.02  # face widths of ground that rays of exemplars and target have to see
_LEAST_SPAN = np.deg2rad(60.0)  # that an exemplar's ground has to reach around its head
_MOST_STRETCH = 40.0  # times that tones are drawn apart: a smudge becomes a cloud
# what a ground of another tone than is usual counts: of charcoal drawings on gray paper one is all
# black behind, and whoever was larger than the others' paper was set before night
_UNUSUAL = 5.0
# RGB of 1 that a ground is away from plain to be toned, the least share of it that is, and how
# strong lines are there, over that, where they make the tone: .8 to 1 in seven engravings of eight
# and .3 to .4 in pencil (smeared, they were a gray fog), .1 to .24 in charcoal, watercolor and oil
_TONED, _LEAST_TONED, _LINES = 0.08, 0.03, 0.26
_SIGMA = 0.03  # face widths: what is finer comes from the blocks
# of the calmest blocks, beyond which each stroke is known again; .003 in watercolor and pencil,
# .008 in oil, .045 to .06 in broad dabs (fauves, a pastel), which pieces draw livelier
_BLOTCHY = 0.03
# Lenders' blotches are at most so many times the first one's, and it theirs; and how many lend. By
# eye, oil behind heads of 100 and 190 px: with one a lattice of strokes is seen
_ALIKE, _MOST_LENDERS = 1.5, 4
_SMALLER = 0.7  # times the largest blocks that others may have, if they have fewer blotches


@dataclass(frozen=True)
class WideGround:
    """How a wide ground is copied from exemplars.

    Attributes
    ----------
    drops : dict of int to Backdrop
        The backgrounds of the exemplars that lend blocks.
    pieces : Pieces
        Owned in the order of these.
    tone : (h, w, 3) float32
        Low band of the target's, sRGB, at the coarsest level.
    """

    drops: dict[int, Backdrop]
    pieces: Pieces
    tone: np.ndarray


def wide_ground(
    wanted: Sequence[np.ndarray],
    face: Face,
    sources: PatchSources,
    firsts: Sequence[np.ndarray],
    best: int,
) -> WideGround | None:
    """Compose a ground where the exemplars' reach no farther than around the head.

    Parameters
    ----------
    wanted : sequence of (H, W) bool
        Background of the target at every level.
    face : Face
        The target's, as wide as the sources'.
    sources : PatchSources
    firsts : sequence of (2,) int
        Row and column that take the target's face to each exemplar's, px of the coarsest level.
    best : int
        The exemplar that covers most of the background as it stands.

    Returns
    -------
    WideGround or None
        None where the exemplars are as wide, or none of them has a plain, calm place to copy.
    """
    if _beyond(wanted[-1], sources, best, firsts[best]) < _BEYOND:
        return None
    drops = [make_backdrop(sources, n, first) for n, first in enumerate(firsts)]
    sides = np.array([room_for_blocks(drop, sources.face_width) for drop in drops])
    if not sides.any():
        return None
    tone = None if _of_lines(drops) else _composed_tone(wanted[-1], face, sources, drops)
    if tone is None:
        plain = np.nanmedian([_tone(drop, drop.plain) for drop in drops], axis=0)
        tone = np.broadcast_to(plain, (*wanted[-1].shape, 3)).astype(np.float32)
    lenders, seen = _calmest(drops, sides, tone[wanted[-1]].mean(axis=0))
    if seen > _BLOTCHY:
        return None
    side, cells = int(sides[lenders].min()), wanted[CUT_LEVEL]
    pieces, lent = lay_blocks([drops[n] for n in lenders], cells, side, sources.face_width)
    return WideGround(dict(zip(lenders, lent, strict=True)), pieces, tone)


def _beyond(wanted: np.ndarray, sources: PatchSources, number: int, first: np.ndarray) -> float:
    """Share of a background that lies beyond an exemplar's border."""
    level = sources.levels[coarse_level(sources)]
    whole = np.ones((int(level.height[number]), int(level.width[number])), bool)
    return 1 - float(shifted(whole, first, wanted.shape)[wanted].mean())


def _composed_tone(
    wanted: np.ndarray, face: Face, sources: PatchSources, drops: Sequence[Backdrop]
) -> np.ndarray | None:
    """Low band of the ground that is drawn apart least and is as usual; None where none suits."""
    scale = 2.0 ** -coarse_level(sources)
    unit = sources.face_width * scale
    own = ground_rays(wanted, face.scaled(scale), unit, _SEEN)
    if own is None:
        return None
    usual, least, found = _usual_tone(drops), _MOST_STRETCH, None
    for drop, theirs in zip(drops, sources.faces, strict=True):
        rays = ground_rays(_to_border(drop.free[-1]), theirs.scaled(scale), unit, _GROUND)
        if rays is None or rays.span < _LEAST_SPAN:
            continue
        unusual = np.abs(_tone(drop) - usual).max()
        cost = stretch(own, rays) * float(1 + _UNUSUAL * unusual)
        if cost < least:
            least, found = cost, (drop, rays)
    return None if found is None else _drawn_apart(wanted.shape, own, *found, _SIGMA * unit)


def _of_lines(drops: Sequence[Backdrop]) -> bool:
    """Whether what is no plain ground is lines on it, which cannot be spread."""
    shares = []
    for drop in drops:
        free, picture = drop.free[0], drop.pictures[0] / np.float32(255)
        low = drop.low_at(0)
        away = np.abs(low - _tone(drop, drop.plain)).max(axis=-1)
        toned = free & (away > _TONED)
        if toned.sum() > _LEAST_TONED * free.sum():
            lines = np.abs(picture - low).mean(axis=-1)
            shares.append(lines[toned].mean() / away[toned].mean())
    return bool(shares) and float(np.median(shares)) > _LINES


def _drawn_apart(
    shape: tuple[int, ...], own: GroundRays, drop: Backdrop, rays: GroundRays, sigma: float
) -> np.ndarray:
    """An exemplar's ground as wide as a target, without its strokes; (h, w, 3) float32 sRGB."""
    picture, free = drop.pictures[-1] / np.float32(255), _to_border(drop.free[-1])
    ground = np.where(free[..., None], picture, filled_low_band(picture, free, sigma))
    rows, columns = cv2.split(places_along_rays(shape, own, rays))
    drawn = cv2.remap(ground, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return cv2.GaussianBlur(drawn, (0, 0), sigma)


def _to_border(free: np.ndarray) -> np.ndarray:
    """What is free, without the border that patches keep away from."""
    border = COARSE_BORDER
    return np.pad(free[border:-border, border:-border], border, mode="edge")


def _tone(drop: Backdrop, where: np.ndarray | None = None) -> np.ndarray:
    """Usual tone of a ground, or of a part of it, sRGB; nothing where there is none."""
    free = drop.free[-1] if where is None else where
    return np.median(drop.low_band[free], axis=0) if free.any() else np.full(3, np.nan)


def _usual_tone(drops: Sequence[Backdrop]) -> np.ndarray:
    """Usual tone of the exemplars' grounds, sRGB."""
    return np.asarray(np.nanmedian([_tone(drop) for drop in drops], axis=0))


def _calmest(
    drops: Sequence[Backdrop], sides: np.ndarray, tone: np.ndarray
) -> tuple[list[int], float]:
    """Which exemplars lend blocks, with few blotches and of a tone; and the first one's blotches.

    The others are about as calm: the more places, the more seldom each of them is seen again.
    """
    able = np.flatnonzero(sides >= _SMALLER * sides.max())
    seen = np.array([blotches(drops[n], int(sides[n])) for n in able.tolist()])
    unusual = [np.abs(_tone(drops[n]) - tone).max() for n in able.tolist()]
    order = np.argsort(seen * (1 + _UNUSUAL * np.array(unusual)), kind="stable")
    least = float(seen[order[0]])
    alike = (seen[order] < _ALIKE * least) & (seen[order] * _ALIKE > least)
    return able[order][alike][:_MOST_LENDERS].tolist(), least
