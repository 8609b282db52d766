"""Settings and regions for optimization region by region: skin from skin, hair from hair."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from facestyle.errors import FaceError
from facestyle.faces import Portrait, portrait_from_image
from facestyle.faces.regions import segment_regions
from facestyle.imaging.color import from_lab, to_lab
from facestyle.neural.settings import OptimizeOptions

# deeper layers hold whole eyes and mouths: a face's own statistics there fill it with small faces
_FACE_STYLE_LAYERS = ("relu1_1", "relu2_1")
# how much more the face's content weighs, and how much less its style: identity of one sitter after
# the wave .505 before (these layers everywhere, content alone 5 times), .480 with all layers but
# for the face, .493 with 10 for 5, .420 with .2 of the style
_FACE_CONTENT, FACE_STYLE = 5.0, 0.2
# Share of the lightness of skin and of hair that stays the sitter's, as in trained styles
# (`facestyle/neural/palettes.py`): after oil portraits of fair people a dark woman's cheek had 229
# of 255 instead of 120, now 208, and her black hair 76 instead of 15. An exponent of L, within
# these limits, and the regions, of four, that have it
_OWN_LIGHTNESS, _LEAST_EXPONENT, _MOST_EXPONENT, _LIT_REGIONS = 0.6, 0.4, 2.5, (0, 1)
# of a style that shows no face: with .2 skin had specks of all its colors (van Gogh's village)
FACE_FOREIGN_STYLE = 0.05


def regions_of_style(name: str, image: np.ndarray, landmarks: str = "auto") -> np.ndarray | None:
    """Regions of a style picture.

    Parameters
    ----------
    name : str
        Of the picture.
    image : (H, W, 3) float32
    landmarks : {"auto", "dlib", "mesh"}
        What finds faces.

    Returns
    -------
    (R, H, W) float32 or None
        None where no face is found.
    """
    try:
        portrait: Portrait = portrait_from_image(image, name=name, landmarks=landmarks)
    except FaceError:
        return None
    return segment_regions(portrait).weights


def with_own_lightness(result: np.ndarray, photo: np.ndarray, regions: np.ndarray) -> np.ndarray:
    """Bring skin and hair of a result nearer to how light the sitter's are.

    Parameters
    ----------
    result : (h, w, 3) float32
        sRGB in [0, 1].
    photo : (H, W, 3) float32
        Of any size.
    regions : (4, H, W) float32
        Weights of the photo's regions.

    Returns
    -------
    (h, w, 3) float32
    """
    height, width = result.shape[:2]
    own, lab = (
        to_lab(cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA)),
        to_lab(result),
    )
    light = lab[..., 0].copy()
    for region in _LIT_REGIONS:
        weight = cv2.resize(regions[region], (width, height), interpolation=cv2.INTER_AREA)
        if weight.sum() < 1:
            continue
        now, before = (float(np.average(values[..., 0], weights=weight)) for values in (lab, own))
        wanted = now + _OWN_LIGHTNESS * (before - now)
        if not 0 < min(now, wanted) <= max(now, wanted) < 1:
            continue
        exponent = np.clip(np.log(wanted) / np.log(now), _LEAST_EXPONENT, _MOST_EXPONENT)
        light += weight * (np.maximum(lab[..., 0], 0) ** np.float32(exponent) - lab[..., 0])
    lab[..., 0] = light
    return from_lab(lab, out=lab)


def face_and_rest(regions: np.ndarray) -> np.ndarray:
    """Make two regions of four, for styles without a face.

    All of such a style serves every region: dark hair by itself would become as light as the style.
    """
    return np.stack((regions[0], regions[1:].sum(0)))


def for_faces(options: OptimizeOptions, style: float, others: int) -> OptimizeOptions:
    """Settings that take colors and fine strokes for the face, and all layers elsewhere.

    Parameters
    ----------
    options : OptimizeOptions
        Those of all else.
    style : float
        Weight of the face's style.
    others : int
        Number of the other regions.
    """
    return replace(
        options,
        layers_of_regions=(_FACE_STYLE_LAYERS, *(options.style_layers,) * others),
        content_of_regions=(_FACE_CONTENT, *(1.0,) * others),
        style_of_regions=(style, *(1.0,) * others),
    )
