"""What a frame of a clip is to look like in patch mode: tones and regions, steady in time."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.faces import Portrait
from facestyle.faces.regions import BACKGROUND, paint_region_map, segment_regions
from facestyle.imaging.color import luminance
from facestyle.methods.patch_unpaired.eye_lines import eye_lines
from facestyle.methods.patch_unpaired.sources import PatchSources
from facestyle.methods.patch_unpaired.target import exemplar_positions, toned_and_searched
from facestyle.methods.patch_unpaired.tone import ToneCurves
from facestyle.tracking.motion import Motion

# regions are segmented in every so many frames, and move along the flow in between
_EVERY = 4
# share of the carried regions where the flow is trusted
_KEPT = 0.6
# share of the lines found in a frame in those that are drawn: creases are found in one frame and
# not in the next
_LINES_PACE = np.float32(0.25)
# size of the target over that of the coarse maps
_COARSE = 4


@dataclass(frozen=True)
class FrameTarget:
    """The target of one frame, on a reduced copy.

    Attributes
    ----------
    lab : (h, w, 3) float32
        The tone-mapped photo before the background that is drawn, Lab of 1.
    searched : (h, w, 3) float32
        The same in the tones that strokes are searched in.
    behind : (h, w, 3) float32, or None
        Low band of the background that is drawn, Lab of 1; None where it is the photo's.
    region_map : (h, w) uint8
        Regions.
    groups : (4, h, w) float32
        Probabilities of face, hair, clothes and background.
    age : int
        Frames since the regions were segmented.
    lines : (h, w) float32
        Thin lines around the eyes; see `eye_lines`.
    """

    lab: np.ndarray
    searched: np.ndarray
    behind: np.ndarray | None
    region_map: np.ndarray
    groups: np.ndarray
    age: int
    lines: np.ndarray


def find_frame_target(
    portrait: Portrait,
    sources: PatchSources,
    scale: float,
    curves: ToneCurves,
    previous: FrameTarget | None,
    motion: Motion | None,
    *,
    seen: bool,
    behind: np.ndarray | None = None,
) -> FrameTarget:
    """The target of a frame.

    Parameters
    ----------
    portrait : Portrait
        The reduced frame.
    sources : PatchSources
    scale : float
        Size of the reduced frame over that of the drawing.
    curves : ToneCurves
        Of the clip.
    previous : FrameTarget or None
    motion : Motion or None
    seen : bool
        Whether the face is in the picture; without it regions only move along.
    behind : (h, w, 3) float32, optional
        Of a first frame: low band of the background that is drawn; it moves along.
    """
    groups, age = _groups(portrait, previous, motion, seen)
    region_map = paint_region_map(portrait, groups) if seen or previous is None else _plain(groups)
    if previous is not None and motion is not None and previous.behind is not None:
        behind = motion.carry(previous.behind)
    lab, searched = toned_and_searched(
        portrait, region_map, sources, scale=scale, curves=curves, behind=behind
    )
    width = scale * sources.face_width
    lines = _lines(portrait, region_map, width, previous, motion, seen=seen)
    return FrameTarget(lab, searched, behind, region_map, groups, age, lines)


def _lines(
    portrait: Portrait,
    region_map: np.ndarray,
    face_width: float,
    previous: FrameTarget | None,
    motion: Motion | None,
    *,
    seen: bool,
) -> np.ndarray:
    """Lines around the eyes, which come and go within some frames, (h, w) float32."""
    carried = None if previous is None or motion is None else motion.carry(previous.lines)
    if carried is not None and not seen:
        return carried
    found = eye_lines(luminance(portrait.image), region_map, portrait.face, face_width)
    return found if carried is None else carried + _LINES_PACE * (found - carried)


def _groups(
    portrait: Portrait, previous: FrameTarget | None, motion: Motion | None, seen: bool
) -> tuple[np.ndarray, int]:
    """Probabilities of the groups, and the frames since they were segmented."""
    if previous is None or motion is None:
        return segment_regions(portrait).weights, 0
    carried = motion.carry(np.ascontiguousarray(previous.groups.transpose(1, 2, 0)))
    carried = np.ascontiguousarray(carried.transpose(2, 0, 1))
    if not seen or previous.age + 1 < _EVERY:
        return carried, previous.age + 1
    fresh = segment_regions(portrait).weights
    kept = np.float32(_KEPT) * motion.trust_for(*fresh.shape[1:])
    return fresh + kept * (carried - fresh), 0


def _plain(groups: np.ndarray) -> np.ndarray:
    """Regions without a face: skin, hair, clothes, background."""
    table = np.array([0, 5, 6, BACKGROUND], np.uint8)
    return table[groups.argmax(axis=0)]


def coarse_positions(
    portrait: Portrait, region_map: np.ndarray, sources: PatchSources
) -> np.ndarray:
    """Where each point lies in each exemplar, on a coarse grid, (E, h, w, 2) float32.

    Parameters
    ----------
    portrait : Portrait
        The reduced frame.
    region_map : (h, w) uint8
    sources : PatchSources
        Of E exemplars.

    Returns
    -------
    (E, h', w', 2) float32
        Row and column.
    """
    height, width = (max(8, -(-side // _COARSE)) for side in region_map.shape)
    small = cv2.resize(region_map, (width, height), interpolation=cv2.INTER_NEAREST)
    face = portrait.face.scaled(width / region_map.shape[1])
    image = np.empty((height, width, 3), np.float32)
    matte = np.empty((height, width), np.float32)
    return exemplar_positions(Portrait(image, face, matte), small, sources)
