"""From the nearest-neighbor field to the picture at full size."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facestyle.faces.contours import face_width
from facestyle.faces.face import Portrait
from facestyle.imaging.color import from_lab, luminance, to_lab
from facestyle.kernels.flat_pictures import FlatPictures
from facestyle.kernels.matches import Matches
from facestyle.kernels.patch_voting import Voting, vote
from facestyle.methods.patch_unpaired.correction import correction
from facestyle.methods.patch_unpaired.grain import (
    grain_gains,
    grain_like_first,
    grain_of,
    with_grain,
)
from facestyle.methods.patch_unpaired.pictures import flat
from facestyle.methods.patch_unpaired.prepared import PreparedExemplar, resize_labels
from facestyle.methods.patch_unpaired.settings import MODE_BANDWIDTH, MODE_ROUNDS, RENDER_REACH
from facestyle.methods.patch_unpaired.sources import Bank, render_images
from facestyle.methods.patch_unpaired.surroundings import set_before
from facestyle.methods.patch_unpaired.synthesis import Goal, Match

# strokes are enlarged at most so far beyond the exemplar's own resolution
_MOST_ENLARGEMENT = 1.5


def finish(
    portrait: Portrait,
    goal: Goal,
    match: Match,
    bank: Bank,
    exemplars: Sequence[PreparedExemplar],
    identity: float,
    texture: float,
    background: str,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Render the field at the portrait's size, correct it and set it on its background.

    Returns
    -------
    image : (H, W, 3) float32
        sRGB.
    alpha : (H, W) float32 or None
    """
    height, width = portrait.image.shape[:2]
    scale = _render_scale(portrait, bank, exemplars)
    full_scale = face_width(portrait.face) / bank.face_width
    size = (round(width * scale / full_scale), round(height * scale / full_scale))
    images = render_images(bank, exemplars, scale)
    lab = to_lab(_rendered(match, images, scale, size))
    change = correction(
        _at_working_size(lab, goal), goal.lab, goal.correction, bank.face_width, identity
    )
    lab += cv2.resize(change, size, interpolation=cv2.INTER_CUBIC)
    face = bank.face_width * scale
    wanted = _exemplars_grain(bank, images, face)
    lightness = np.ascontiguousarray(lab[..., 0])
    gains = grain_gains(lightness, resize_labels(goal.labels, size), face, wanted, texture)
    lab[..., 0] = with_grain(lightness, gains, face)
    image = from_lab(lab)
    if size != (width, height):
        image = np.clip(cv2.resize(image, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1)
    return set_before(image, portrait, [e.portrait for e in exemplars], background)


def _render_scale(portrait: Portrait, bank: Bank, exemplars: Sequence[PreparedExemplar]) -> float:
    """Size of the rendering over the working size: the output's, unless exemplars are coarser."""
    full = face_width(portrait.face) / bank.face_width
    finest = max(face_width(exemplar.portrait.face) for exemplar in exemplars)
    scale = min(full, max(1.0, _MOST_ENLARGEMENT * finest / bank.face_width))
    return 1.0 if abs(scale - 1) < 1e-3 else scale


def _exemplars_grain(bank: Bank, images: Sequence[np.ndarray], width: float) -> np.ndarray:
    """Grain of the exemplars at the rendering's size: another size would have another grain."""
    grains = []
    for number in range(len(bank.faces)):
        labels = resize_labels(bank.layers[number].labels, images[number].shape[1::-1])
        grains.append(grain_of([luminance(images[number] / np.float32(255))], [labels], width))
    return grain_like_first(np.stack(grains))


def _rendered(
    match: Match, images: Sequence[np.ndarray], scale: float, size: tuple[int, int]
) -> np.ndarray:
    """Vote with the exemplars at the rendering's size, (H, W, 3) float32 sRGB."""
    return vote(
        Matches(match.field, match.cost),
        FlatPictures(*flat(images)),
        (size[1], size[0]),
        Voting(scale, RENDER_REACH, MODE_ROUNDS, MODE_BANDWIDTH),
    )


def _at_working_size(lab: np.ndarray, goal: Goal) -> np.ndarray:
    """Reduce the rendering to the size of the goal."""
    height, width = goal.labels.shape
    return cv2.resize(lab, (width, height), interpolation=cv2.INTER_AREA)
