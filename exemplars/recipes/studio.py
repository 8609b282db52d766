"""A source picture brought into the studio: framed, cut out, its background taken away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from recipes.faces import Face, find_faces, person_matte
from recipes.filters import blur, fill_from, guided_filter, luminance, masked_blur, smoothstep
from recipes.relight import skin_mask

WIDTH, HEIGHT = 768, 960
Polygon = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Frame:
    """Where the face sits in the finished picture.

    Attributes
    ----------
    eye_distance : float
        Inter-ocular distance, px.
    eyes_at : tuple of float
        Where the middle between the eyes lies, xy px.
    straighten : float
        Share of the head's tilt that is taken away.
    mirror : bool
        Turn left and right around, so that the light comes from the set's side.
    behind, front : tuple of polygons
        What is surely behind the person, and surely the person, where the segmentation errs;
        each polygon is a tuple of xy px of the finished picture.
    """

    eye_distance: float = 160.0
    eyes_at: tuple[float, float] = (384.0, 410.0)
    straighten: float = 0.4
    mirror: bool = False
    behind: tuple[Polygon, ...] = ()
    front: tuple[Polygon, ...] = ()


@dataclass(frozen=True)
class Sitter:
    """A framed person.

    Attributes
    ----------
    name : str
    photo : (960, 768, 3) float32
        The framed picture with its own background.
    person : (960, 768, 3) float32
        The person's own colors, carried on beyond the matte's edge.
    matte : (960, 768) float32
        Opacity of the person.
    face : Face
    kind : {"photograph", "monochrome", "painting"}
        What the source is.
    tone : float
        Lightness of the skin, 1 for light skin.
    """

    name: str
    photo: np.ndarray
    person: np.ndarray
    matte: np.ndarray
    face: Face
    kind: str = "photograph"
    tone: float = 1.0


def frame_picture(image: np.ndarray, frame: Frame) -> np.ndarray:
    """Place the largest face as `frame` says; what lies outside is mirrored in."""
    if frame.mirror:
        image = np.ascontiguousarray(image[:, ::-1])
    face = find_faces(image)[0]
    scale = frame.eye_distance / face.inter_ocular
    center = face.eyes.mean(axis=0)
    angle = np.degrees(face.tilt) * frame.straighten
    matrix = cv2.getRotationMatrix2D((float(center[0]), float(center[1])), angle, scale)
    matrix[:, 2] += np.array(frame.eyes_at) - center
    return cv2.warpAffine(
        image,
        matrix,
        (WIDTH, HEIGHT),
        flags=cv2.INTER_AREA if scale < 0.7 else cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REFLECT_101,
    ).clip(0, 1)


def make_sitter(
    name: str, image: np.ndarray, frame: Frame, kind: str = "photograph", tone: float = 1.0
) -> Sitter:
    """Cut the person out of a framed picture; a painting's craquelure is smoothed away."""
    image = np.ascontiguousarray(image, np.float32)
    face = find_faces(image)[0]
    if kind == "painting":
        image = smooth_skin(image, face)
    behind, front = (fill_polygons(p, image.shape) for p in (frame.behind, frame.front))
    rough = np.maximum(person_matte(image, face) * (1 - behind), front)
    matte, person = matte_by_color(image, rough, face)
    matte = np.clip(np.maximum(matte, blur(front, 1.5)) - blur(behind, 1.5), 0, 1)
    return Sitter(name, image, person, matte, face, kind, tone)


def smooth_skin(image: np.ndarray, face: Face) -> np.ndarray:
    """Replace the texture of face and forehead by its smooth parts."""
    unit = face.inter_ocular
    forehead = face.outline.copy()
    forehead[forehead[:, 1] < face.eyes[:, 1].mean(), 1] -= 0.55 * unit
    above = fill_polygons((forehead,), image.shape)
    above[int(face.landmarks[17:27, 1].min() - 0.15 * unit) :] = 0
    skin = np.maximum(skin_mask(face, image.shape), blur(above, 0.05 * unit))
    smooth = guided_filter(luminance(image), image, 0.045 * unit, 2e-3)
    return (image + skin[..., None] * (smooth - image)).astype(np.float32)


def fill_polygons(polygons: Iterable[Any], shape: tuple[int, ...]) -> np.ndarray:
    """Mask of the polygons, (H, W) float32 in {0, 1}."""
    mask = np.zeros(shape[:2], np.float32)
    for polygon in polygons:
        cv2.fillPoly(mask, [np.asarray(polygon).round().astype(np.int32)], 1.0)
    return mask


def matte_by_color(
    image: np.ndarray, rough: np.ndarray, face: Face
) -> tuple[np.ndarray, np.ndarray]:
    """Refine a matte by the colors on either side of its edge, and unmix the person's color.

    In a band around the edge a pixel is a mixture of the nearest sure person color and the
    nearest sure background color; its share is the projection on the line between them. Where
    the two colors are alike the rough matte stays.

    Returns
    -------
    matte : (H, W) float32
    person : (H, W, 3) float32
    """
    unit = face.inter_ocular
    soft = blur(rough, 0.05 * unit)
    inside = smoothstep(0.86, 0.97, soft)
    outside = smoothstep(0.86, 0.97, 1 - soft)
    near = (0.05 * unit, 0.15 * unit, 0.6 * unit, 2 * unit)
    front, back = fill_from(image, inside, near), fill_from(image, outside, near)
    axis = front - back
    length = (axis * axis).sum(axis=2)
    share = ((image - back) * axis).sum(axis=2) / (length + 1e-4)
    share = np.clip((share - 0.08) / 0.84, 0, 1)
    trust = smoothstep(0.01, 0.06, length) * (1 - inside) * (1 - outside)
    matte = rough + trust * (share - rough)
    # below the chin the edge is cloth, not hair: keep it quiet
    matte = np.clip(masked_blur(matte, np.ones_like(matte), 0.8), 0, 1)
    unmixed = (image - (1 - matte[..., None]) * back) / np.maximum(matte, 0.25)[..., None]
    certain = smoothstep(0.35, 0.95, matte)[..., None]
    person = front + certain * (np.clip(unmixed, 0, 1) - front)
    return matte.astype(np.float32), np.clip(person, 0, 1).astype(np.float32)
