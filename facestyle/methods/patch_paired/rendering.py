"""The drawing at the portrait's own size, set on its background."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facestyle.compositing.background import Background
from facestyle.faces import Portrait
from facestyle.imaging.resampling import resized_rows
from facestyle.methods.patch_paired.composition import compose
from facestyle.methods.patch_paired.exemplar import PreparedExemplar
from facestyle.methods.patch_paired.settings import PairedSettings
from facestyle.methods.patch_paired.synthesis import Layers
from facestyle.row_bands import row_bands

# identity at which what no exemplar has is drawn as strongly as the regression says
_WHOLE_IDENTITY = PairedSettings.defaults()["identity"]
_SHADING_SIGMA = 8.0  # px at the working scale; wider contrasts are shading
_STRONG = 0.06  # gray difference that skin and hair seldom reach
_BOLD_SLOPE = 1.0  # drawing over photograph in strong lines: as dark as in the photograph
_SURE_BACKGROUND = 0.05  # matte
_SAME_BACKGROUND = 0.12  # a background varies by this much in any channel


def render(
    gray: np.ndarray,
    photo: np.ndarray,
    matched: np.ndarray,
    layers: Layers,
    *,
    identity: float,
    texture: float,
) -> np.ndarray:
    """Compose the layers at full size and add what the exemplars lack.

    Parameters
    ----------
    gray : (H, W) float32
        The portrait's luma, in [0, 1].
    photo : (h, w, 3) float32
        The portrait at the working scale, sRGB in [0, 1].
    matched : (h, w, 3) float32
        With its tones matched to the exemplars' photographs.
    layers : Layers
    identity : float
        From 0 to 1: how much of the photo is drawn that no exemplar has.
    texture : float
        From 0 to 1: single strokes (1) or their blend (0).

    Returns
    -------
    (H, W, C) float32
        In [0, 1].
    """
    zoom = layers.base.shape[0] // photo.shape[0]
    drawing = compose(layers.base, layers.quilt, texture=texture, zoom=zoom)
    height, width = gray.shape
    # shading is smooth: it is found at the working scale
    unexplained = luma(matched) - layers.photo_rebuilt
    shading = cv2.GaussianBlur(unexplained, (0, 0), _SHADING_SIGMA)
    rest, small_gray = unexplained - shading, luma(photo)
    shading *= 1 - layers.pull  # there it is in the base's tones
    weight = np.float32(identity / _WHOLE_IDENTITY)
    result = np.empty((height, width, drawing.shape[2]), np.float32)
    for rows in row_bands(height, width):

        def at_size(values: np.ndarray, rows: slice = rows) -> np.ndarray:
            return _resized(values, (height, width), rows)

        slope = at_size(layers.slope)
        # what the working scale cannot show of the photo is unexplained, too
        fine = at_size(rest) + (gray[rows][..., None] - at_size(small_gray))
        added = slope * (at_size(shading) + fine) + _bold_lines(fine, slope)
        np.clip(at_size(drawing) + weight * added, 0, 1, out=result[rows])
    return result


def _bold_lines(fine: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """What to add where strong fine contrasts would be drawn weakly, (H, W, C).

    Around glasses the exemplars show plain skin, whose drawings tell little about dark rims.
    """
    strong = np.sign(fine) * np.maximum(np.abs(fine) - _STRONG, 0)
    return np.maximum(_BOLD_SLOPE - slope, 0) * strong


def clear_paper(
    drawing: np.ndarray,
    matched: np.ndarray,
    matte: np.ndarray,
    exemplars: Sequence[PreparedExemplar],
) -> np.ndarray:
    """Wipe smudges off the paper behind the person, where the artist leaves it bare.

    What differs clearly from the photograph's background stays, whatever the matte says of it:
    loose strands, a braid, a chair's back.

    Parameters
    ----------
    drawing : (H, W, C) float32
    matched : (h, w, 3) float32
        The photograph at the working scale, tones matched.
    matte : (H, W) float32
        Opacity of the person.
    exemplars : sequence of PreparedExemplar

    Returns
    -------
    (H, W, C) float32
    """
    small = cv2.resize(matte, matched.shape[1::-1], interpolation=cv2.INTER_AREA)
    behind = small < _SURE_BACKGROUND
    if np.mean([e.bare for e in exemplars]) < 0.5 or behind.mean() < 0.02:
        return drawing
    distance = np.abs(matched - np.median(matched[behind], axis=0)).max(axis=2)
    kept = np.clip((distance - _SAME_BACKGROUND) / _SAME_BACKGROUND, 0, 1)
    kept = cv2.GaussianBlur(np.maximum(kept, small), (0, 0), 1.0)
    paper = paper_color(exemplars, drawing.shape[2])
    result = np.empty_like(drawing)
    for rows in row_bands(*matte.shape):
        share = np.maximum(_resized(kept, matte.shape, rows), matte[rows][..., None])
        result[rows] = paper + np.clip(share, 0, 1) * (drawing[rows] - paper)
    return result


def paper_color(exemplars: Sequence[PreparedExemplar], channels: int) -> np.ndarray:
    """Color of the paper that is most common, (channels,) float32."""
    color = np.median([e.paper for e in exemplars], axis=0).astype(np.float32)
    return np.asarray(color if channels == 3 else color.mean(keepdims=True))


def set_on_background(
    portrait: Portrait, drawing: np.ndarray, paper: np.ndarray, background: Background
) -> tuple[np.ndarray, np.ndarray | None]:
    """Put a drawing on the background that was asked for.

    Parameters
    ----------
    portrait : Portrait
    drawing : (H, W, C) float32
    paper : (C,) float32
        Bare paper.
    background : Background

    Returns
    -------
    image : (H, W, 3) float32
        Read-only, perhaps.
    alpha : (H, W) float32 or None
    """
    image = np.broadcast_to(drawing, (*drawing.shape[:2], 3))
    if background.kind == "stylize":
        return image, None
    if background.kind == "transparent":
        return image, portrait.matte
    behind = portrait.image if background.kind == "keep" else background.filled(paper)
    opacity = portrait.matte[..., None]
    return (opacity * image + (1 - opacity) * behind).astype(np.float32), None


def luma(image: np.ndarray) -> np.ndarray:
    """Luma, (H, W) float32, of (H, W, 3)."""
    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)


def _resized(image: np.ndarray, size: tuple[int, ...], rows: slice) -> np.ndarray:
    """Some rows of what is resized to a height and width, always (h, W, C)."""
    height, width = size
    part = resized_rows(image, (height, width), rows, cubic=True)
    return part.reshape(len(part), width, -1)
