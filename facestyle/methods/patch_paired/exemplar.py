"""What paired patch mode keeps of a drawing and of the photograph it was made from."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.errors import ExemplarError
from facestyle.faces import Portrait
from facestyle.methods.patch_paired.borders import fill_black_borders
from facestyle.methods.patch_paired.groups import group_map
from facestyle.methods.patch_paired.photo_features import (
    normalized_gray,
    photo_feature_maps,
    thumbnail,
)
from facestyle.methods.patch_paired.tone_matching import PhotoStatistics, photo_statistics

WORKING_INTER_OCULAR = 51.0  # px; the scale at which photographs are compared (DESIGN 4.2)
_SNAP = 1.25  # scales nearer to 1 than this leave the pixels alone: no resampling blur
_MOST_ZOOM = 4  # of a drawing over its photograph's working scale: bounds memory
_PAPER_TOLERANCE = 0.1  # bare paper differs less from its median


@dataclass(frozen=True)
class PreparedExemplar:
    """A drawing and its photograph at the working scale.

    Attributes
    ----------
    name : str
    features : (h, w, 3) float32
        Of the photograph; see `photo_feature_maps`.
    texture : (h, w) uint8
        Its locally normalized gray picture.
    thumbnail : (64, 48, 3) float32
        Small features with the eyes at a fixed place.
    drawing : (zoom * h, zoom * w, C) float32
        In [0, 1]; C is 1 for a gray drawing (its luma), else 3 (sRGB).
    zoom : int
        Drawings that are finer than the working scale are kept up to 4 times larger.
    matte : (h, w) float32
        Opacity of the person.
    points : (68, 2) float64
        The photograph's landmarks, xy px.
    statistics : PhotoStatistics
        Tones of the photograph.
    groups : (h / 2, w / 2, 4) uint8
        What the photograph shows where; see `group_map`.
    paper : (3,) float32
        sRGB of the drawing's bare paper.
    bare : bool
        Whether nothing is drawn behind the person.
    """

    name: str
    features: np.ndarray
    texture: np.ndarray
    thumbnail: np.ndarray
    drawing: np.ndarray
    zoom: int
    matte: np.ndarray
    points: np.ndarray
    statistics: PhotoStatistics
    groups: np.ndarray
    paper: np.ndarray
    bare: bool


def prepare_exemplar(portrait: Portrait) -> PreparedExemplar:
    """Bring a drawing and its photograph to the working scale.

    Parameters
    ----------
    portrait : Portrait
        The drawing, with the portrait of its photograph as `portrait.photo`. Both show the same
        frame; their sizes may differ.

    Returns
    -------
    PreparedExemplar

    Raises
    ------
    ExemplarError
        If the drawing comes without its photograph, or in another shape.
    """
    photo = portrait.photo
    if photo is None:
        raise ExemplarError(
            f"{portrait.name}: found a drawing without its photograph, which paired patch mode "
            "needs; give --exemplar-photos a folder with a photo of the same stem"
        )
    _check_shapes(portrait, photo)
    scale = working_scale(photo.face.inter_ocular)
    image, matte = resize(photo.image, scale), resize(photo.matte, scale)
    image = fill_black_borders(image)
    face = photo.face.scaled(scale)
    points = face.landmarks
    height, width = matte.shape
    zoom = int(np.clip(portrait.image.shape[1] / width + 0.25, 1, _MOST_ZOOM))
    drawing = fill_black_borders(_resize_to(portrait.image, zoom * height, zoom * width))
    return PreparedExemplar(
        portrait.name,
        photo_feature_maps(image),
        normalized_gray(image),
        thumbnail(image, points),
        _essential_channels(drawing),
        zoom,
        matte,
        points,
        photo_statistics(image, matte, points),
        group_map(Portrait(image, face, matte)),
        *_paper(drawing, matte),
    )


def working_scale(inter_ocular: float) -> float:
    """Factor that brings a face to the working scale; 1 where it is nearly there."""
    scale = WORKING_INTER_OCULAR / inter_ocular
    return 1.0 if 1 / _SNAP < scale < _SNAP else scale


def resize(image: np.ndarray, scale: float) -> np.ndarray:
    """Resize by a factor, averaging areas when reducing."""
    height, width = image.shape[:2]
    return _resize_to(image, max(1, round(height * scale)), max(1, round(width * scale)))


def _resize_to(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize to a height and width."""
    if image.shape[:2] == (height, width):
        return image
    interpolation = cv2.INTER_AREA if width < image.shape[1] else cv2.INTER_CUBIC
    return np.clip(cv2.resize(image, (width, height), interpolation=interpolation), 0, 1)


def _essential_channels(drawing: np.ndarray) -> np.ndarray:
    """One channel for a gray drawing, three for a colored one."""
    if np.ptp(drawing, axis=2).mean() > 0.01:
        return drawing
    return cv2.cvtColor(drawing, cv2.COLOR_RGB2GRAY)[..., None]


def _paper(drawing: np.ndarray, matte: np.ndarray) -> tuple[np.ndarray, bool]:
    """Color of the paper, and whether it is bare behind the person."""
    height, width = drawing.shape[:2]
    behind = cv2.resize(matte, (width, height), interpolation=cv2.INTER_LINEAR) < 0.05
    if behind.mean() < 0.02:  # the person fills the picture: the lightest color
        return np.asarray(np.quantile(drawing, 0.95, axis=(0, 1)), np.float32), False
    paper = np.asarray(np.median(drawing[behind], axis=0), np.float32)
    distance = np.abs(drawing[behind] - paper).max(axis=1)
    return paper, bool(np.mean(distance > _PAPER_TOLERANCE) < 0.1)


def _check_shapes(drawing: Portrait, photo: Portrait) -> None:
    """Refuse a drawing that cannot show its photograph's frame."""
    (height, width), (rows, columns) = drawing.image.shape[:2], photo.image.shape[:2]
    if abs(width / height - columns / rows) > 0.03 * columns / rows:
        raise ExemplarError(
            f"{drawing.name}: the drawing has {width}x{height} px, its photo "
            f"{columns}x{rows}; expected the same frame. Crop one like the other"
        )
