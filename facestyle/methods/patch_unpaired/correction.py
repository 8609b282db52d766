"""The pull towards the tone-mapped photo that keeps the person recognizable."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from facestyle.faces.regions import (
    BACKGROUND,
    BROW,
    CLOTHES,
    EYE,
    GROUP_OF_REGION,
    HAIR,
    LIP,
    NOSE,
    SKIN,
)
from facestyle.imaging.color import from_lab, to_lab
from facestyle.kernels.bands import combine_bands
from facestyle.methods.patch_unpaired.colored_things import narrow_things
from facestyle.methods.patch_unpaired.false_edges import false_edges
from facestyle.methods.patch_unpaired.pictures import fine_blur, soft_mask, wide_blur
from facestyle.methods.patch_unpaired.recipe import (
    CHROMA_SHARE,
    LOW_SIGMA,
    LOW_WEIGHT,
    LOW_WEIGHTS,
    MIDDLE_SIGMA,
    MIDDLE_WEIGHTS,
    region_table,
)

# The last correction of the low band, over those inside the loop: it costs no texture and brings
# skin to the wanted tone (5 sitters, 4 styles, 1 -> 1.8: slope of skin lightness .69 -> .79,
# identity .346 -> .335, texture error 1.09 -> 1.10).
_LAST_LOW = 2.2
# Share of it in chroma. At that inside the loop, .5, a face whose halves come from two exemplars
# has two colors; at 1 cheeks lose their blush (watercolor and oil, two sitters, by eye)
_LAST_CHROMA = 0.8
# Share of finer differences in color. A brow would be red beside a green one (one of four sitters
# in oil, by eye). Hair of several exemplars is brown and blue in patches (three development sitters
# in watercolor and oil, by eye: 0, .7 and 1; at 1 oil is of one color)
_LAST_FINE_CHROMA = {LIP: 1.0, HAIR: 0.8, BROW: 0.8}
# An eye is smaller than the low band: one of a pair is drawn by blue smudges, the other by brown
# ones (four of 14 sitters in oil, by eye), as far around it too (face widths). Their color is taken
# over whole at the usual identity of .8
_AROUND_EYES = 0.02
_LAST_COLOR_OF_EYES = 1.25
# Share of what is finer than the middle band in lips: the line between them was black and ragged,
# and hooked at a corner (eight sitters in pencil, charcoal, watercolor and engraving, by eye: at .8
# engraved lips lose their lines)
_LAST_FINEST_OF_LIPS = 0.5
# Share of hair's middle band: at the .8 of the loop the strokes' own would be lost (seven
# development sitters, .4 and .5: texture error in pencil 1.18 and 1.20, in charcoal .96 and .97)
_LAST_MIDDLE_OF_HAIR = 0.4
# Hair beside other hair, dark and light, blue and brown, meets in edges that no sitter has: wide
# differences are taken over whole at the usual identity of .8 (two development sitters in
# watercolor and charcoal, by eye; texture the same. With .6 of the middle band instead of .4 it is
# 1.34 -> 1.40 in pencil, .92 -> .85 in oil). So are those of clothes: light cloth among dark coats
# is drawn by whatever is light, and fell into islands a tenth of the range apart
_LAST_WHOLE_LOW = 1.25
# Wide differences of color in clothes, over those of tone: whole as well. With half of them an
# orange shirt becomes gray
_LAST_CLOTHES_CHROMA = 1.25
# RMS, in Lab of 1, at which half of an edge between patches of unlike tone or color is taken back
_STRONG_TONES, _STRONG_COLORS = 0.015, 0.02
# In clothes, whose washes and threads have colors: at .02 watercolor loses its mottling. Of hair,
# most of the difference in color is `_LAST_FINE_CHROMA`'s
_STRONG_COLORS_OF_CLOTHES, _STRONG_COLORS_OF_HAIR = 0.05, 0.03
# Where dabs of color are as broad as forms (`color_dabs`), at most: share of the middle band that
# skin does not follow, and by how much stronger an edge between patches may be. Chosen on one
# sitter in one set, by eye; six sitters in three such sets, identity .208 .202 .227 -> .281 .270
# .298, the error of fine texture .90 .69 2.06 -> .86 .67 2.09
_LOOSE_SKIN = 0.5
# Share of hair's middle band: at 0 hair in dabs, dots and halftones was that of a photograph (six
# sitters in six sets, by eye; identity .397 -> .400, texture error 2.45 -> 2.44, measured while its
# edges between colors were loose, too). Its colors follow as before: teal and rust of dark hair and
# ground lay in blond hair (seven of 20 in gouache)
_LOOSE_HAIR = 0.75
_LOOSE_TONES, _LOOSE_COLORS = 3.0, 7.0
# regions in which tones and colors have no edges but the photo's
_EVEN = (HAIR, CLOTHES, SKIN, NOSE)


@dataclass(frozen=True)
class CorrectionWeights:
    """How far each pixel follows the photo; (h, w) float32 in [0, 1] each.

    Attributes
    ----------
    low : (h, w) float32
        Share of the low band's difference that is taken over.
    middle : (h, w) float32
        Share of the middle band's difference in luminance.
    chroma : float
        Share of the low band's in color, over that in luminance.
    fine_chroma : (h, w) float32, optional
        Share of finer differences in color; all of those of `narrow_things`.
    wide_chroma : (h, w) float32, optional
        Factor of `chroma`.
    one_color : (h, w) float32, optional
        Share of all differences in color, in place of the others.
    finest : (h, w) float32, optional
        Share of luminance's differences finer than the middle band, over that in the middle band.
    even : (h, w) float32, optional
        Share of edges between patches of unlike tone or color; see `false_edges`.
    strong_tones, strong_colors : float, or (h, w) float32
        RMS at which half of an edge between tones, or colors, is taken back.
    looseness : float
        How much less forms follow the photo in dabs of color, from 0 to 1.
    """

    low: np.ndarray
    middle: np.ndarray
    chroma: float = CHROMA_SHARE
    fine_chroma: np.ndarray | None = None
    wide_chroma: np.ndarray | None = None
    one_color: np.ndarray | None = None
    finest: np.ndarray | None = None
    even: np.ndarray | None = None
    strong_tones: float | np.ndarray = _STRONG_TONES
    strong_colors: float | np.ndarray = _STRONG_COLORS
    looseness: float = 0.0


def correction_weights(
    region_map: np.ndarray, face_width: float, looseness: float = 0.0
) -> CorrectionWeights:
    """Weights from the regions, blurred across their borders.

    Parameters
    ----------
    region_map : (h, w) uint8
    face_width : float
        px.
    looseness : float
        Of the exemplars; see `facestyle.methods.patch_unpaired.color_dabs`.

    Returns
    -------
    CorrectionWeights
    """
    low = region_table(LOW_WEIGHTS, LOW_WEIGHT)[region_map]
    shares = region_table(MIDDLE_WEIGHTS)
    shares[[SKIN, NOSE]] *= 1 - _LOOSE_SKIN * looseness
    shares[HAIR] *= 1 - _LOOSE_HAIR * looseness
    return CorrectionWeights(
        cv2.GaussianBlur(low, (0, 0), 0.03 * face_width),
        cv2.GaussianBlur(shares[region_map], (0, 0), 0.012 * face_width),
        looseness=looseness,
    )


def last_weights(
    weights: CorrectionWeights,
    region_map: np.ndarray,
    face_width: float,
    drawn_by: np.ndarray | None = None,
) -> CorrectionWeights:
    """The weights of the correction that follows the synthesis, from those inside its loop.

    Parameters
    ----------
    weights : CorrectionWeights
        From `correction_weights`.
    region_map : (h, w) uint8
        Regions.
    face_width : float
        px.
    drawn_by : (h, w) uint8, optional
        Regions of the exemplars that the strokes come from, 8 outside of them. What is borrowed
        (cloth drawn by skin) lends its strokes, not its colors.

    Returns
    -------
    CorrectionWeights
        The low band's up to 1.25.
    """
    fine_chroma = region_table(_LAST_FINE_CHROMA)[region_map]
    if drawn_by is not None:
        group = GROUP_OF_REGION[np.minimum(drawn_by, BACKGROUND)]  # 8 is outside
        fine_chroma[group != GROUP_OF_REGION[region_map]] = 1
    hair, clothes = (soft_mask(region_map, (region,), face_width) for region in (HAIR, CLOTHES))
    low = np.maximum(np.float32(_LAST_LOW) * weights.low, np.float32(_LAST_WHOLE_LOW) * clothes)
    lost = (1 - _LOOSE_HAIR * weights.looseness) * (MIDDLE_WEIGHTS[HAIR] - _LAST_MIDDLE_OF_HAIR)
    middle = weights.middle - np.float32(lost) * hair
    strong = _STRONG_COLORS + (_STRONG_COLORS_OF_CLOTHES - _STRONG_COLORS) * clothes
    strong += (_STRONG_COLORS_OF_HAIR - _STRONG_COLORS) * hair
    loose = np.float32(weights.looseness) * soft_mask(region_map, (SKIN, NOSE), face_width)
    loose_tones = np.float32(_LOOSE_TONES) * (loose + np.float32(weights.looseness) * hair)
    return replace(
        weights,
        low=np.minimum(low, 1 + np.float32(_LAST_WHOLE_LOW - 1) * (hair + clothes)),
        middle=middle,
        chroma=_LAST_CHROMA,
        fine_chroma=cv2.GaussianBlur(fine_chroma, (0, 0), 0.012 * face_width),
        wide_chroma=1 + np.float32(_LAST_CLOTHES_CHROMA - 1) * clothes,
        finest=np.float32(_LAST_FINEST_OF_LIPS) * soft_mask(region_map, (LIP,), face_width),
        one_color=_around_eyes(region_map, face_width),
        even=soft_mask(region_map, _EVEN, face_width),
        strong_tones=np.float32(_STRONG_TONES) * (1 + loose_tones),
        strong_colors=(strong * (1 + _LOOSE_COLORS * loose)).astype(np.float32),
    )


def correction(
    image: np.ndarray,
    target: np.ndarray,
    weights: CorrectionWeights,
    face_width: float,
    factor: float,
) -> np.ndarray:
    """What to add to a picture, in Lab, to bring its low and middle bands nearer to a target.

    Parameters
    ----------
    image, target : (h, w, 3) float32
        Lab of 1.
    weights : CorrectionWeights
    face_width : float
        px.
    factor : float
        1 is the full pull.

    Returns
    -------
    (h, w, 3) float32
    """
    difference = target - image
    low = wide_blur(difference, LOW_SIGMA * face_width)
    if weights.fine_chroma is not None:
        fine = fine_blur(difference[..., 1:], MIDDLE_SIGMA * face_width)
        share = np.maximum(weights.fine_chroma, narrow_things(target, face_width))
        low[..., 1:] += share[..., None] * (fine - low[..., 1:])
    if weights.wide_chroma is not None:
        low[..., 1:] *= weights.wide_chroma[..., None]
    middle = fine_blur(difference[..., 0], MIDDLE_SIGMA * face_width)
    if weights.finest is not None:
        middle += weights.finest * (difference[..., 0] - middle)
    change = combine_bands(low, middle, weights.low, weights.middle, factor, weights.chroma)
    if weights.even is not None:
        even = np.float32(factor) * weights.even
        rest = difference - change
        change[..., 0] += even * false_edges(rest[..., 0], face_width, weights.strong_tones)
        found = false_edges(rest[..., 1:], face_width, weights.strong_colors)
        change[..., 1:] += even[..., None] * found
    if weights.one_color is not None:
        share = np.minimum(np.float32(factor * _LAST_COLOR_OF_EYES), 1) * weights.one_color
        rest = difference[..., 1:] - change[..., 1:]
        fine = fine_blur(rest, MIDDLE_SIGMA * face_width)
        change[..., 1:] += share[..., None] * fine
    return change


def _around_eyes(region_map: np.ndarray, face_width: float) -> np.ndarray:
    """1 in the eyes and a little around them, soft between; (h, w) float32."""
    eyes = cv2.compare(region_map, EYE, cv2.CMP_EQ)
    side = 2 * max(1, round(_AROUND_EYES * face_width)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    wide = cv2.dilate(eyes, kernel).astype(np.float32) / 255
    return cv2.GaussianBlur(wide, (0, 0), 0.012 * face_width)


def corrected(
    image: np.ndarray,
    target: np.ndarray,
    weights: CorrectionWeights,
    face_width: float,
    factor: float,
) -> np.ndarray:
    """Apply `correction` to an sRGB picture; `target` is Lab.

    Parameters
    ----------
    image : (h, w, 3) float32
        sRGB.
    target : (h, w, 3) float32
        The tone-mapped photo, Lab of 1.
    weights : CorrectionWeights
    face_width : float
        px.
    factor : float
        From 0 to 1.

    Returns
    -------
    (h, w, 3) float32
        sRGB.
    """
    lab = to_lab(image)
    lab += correction(lab, target, weights, face_width, factor)
    return from_lab(lab)
