"""The part of a picture that is drawn: a small face in a large picture leaves most of it paper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from facestyle.faces import Face, Portrait

# reach from the point between the eyes, and the width in which its edge fades, in inter-ocular
# distances (not measured)
_SIDEWAYS, _UP, _DOWN = 7.0, 5.0, 9.0
_FEATHER = 1.0


def crop_to_window(portrait: Portrait) -> tuple[Portrait, tuple[slice, slice]]:
    """Cut out the surroundings of the face.

    Parameters
    ----------
    portrait : Portrait

    Returns
    -------
    Portrait
        The part within 7 inter-ocular distances sideways, 5 above and 9 below the eyes.
    (slice, slice)
        Its rows and columns in the picture.
    """
    height, width = portrait.matte.shape
    (x, y), unit = portrait.face.eyes.mean(axis=0), portrait.face.inter_ocular
    rows = _range(y - _UP * unit, y + _DOWN * unit, height)
    columns = _range(x - _SIDEWAYS * unit, x + _SIDEWAYS * unit, width)
    image, matte = portrait.image[rows, columns], portrait.matte[rows, columns]
    face = _moved(portrait.face, np.array([-columns.start, -rows.start], np.float64))
    part = replace(portrait, image=np.ascontiguousarray(image), matte=matte, face=face)
    return part, (rows, columns)


def place_on_paper(
    drawing: np.ndarray,
    window: tuple[slice, slice],
    size: tuple[int, int],
    paper: np.ndarray,
    inter_ocular: float,
) -> np.ndarray:
    """Put the drawn part back on a sheet of the picture's size; it fades out at inner borders.

    Parameters
    ----------
    drawing : (h, w, C) float32
    window : (slice, slice)
        From `crop_to_window`.
    size : (int, int)
        Height and width of the picture.
    paper : (C,) float32
    inter_ocular : float
        Distance between the eyes, px.

    Returns
    -------
    (H, W, C) float32
    """
    if drawing.shape[:2] == size:
        return drawing
    feather = _FEATHER * inter_ocular
    down, across = (_fade(part, length, feather) for part, length in zip(window, size, strict=True))
    sheet = np.empty((*size, drawing.shape[2]), np.float32)
    sheet[:] = paper
    share = (down[:, None] * across)[..., None]
    sheet[window] += share * (drawing - paper)
    return sheet


def _range(first: float, last: float, length: int) -> slice:
    """Whole pixels from `first` to `last` inside the picture."""
    return slice(max(0, int(first)), min(length, int(np.ceil(last)) + 1))


def _fade(part: slice, length: int, feather: float) -> np.ndarray:
    """1, falling to 0 towards the ends that lie inside the picture, (n,) float32."""
    position = np.arange(part.start, part.stop)
    fade = np.ones(len(position), np.float32)
    if part.start > 0:
        fade = np.minimum(fade, (position - part.start) / feather)
    if part.stop < length:
        fade = np.minimum(fade, (part.stop - 1 - position) / feather)
    return np.clip(fade, 0, 1).astype(np.float32)


def _moved(face: Face, shift: np.ndarray) -> Face:
    """The same face in a cropped picture."""
    mesh = None if face.mesh is None else face.mesh + shift
    return Face(face.landmarks + shift, mesh, face.outline + shift, face.source)
