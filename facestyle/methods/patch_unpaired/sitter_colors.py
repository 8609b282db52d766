"""The sitter's own colors: red lips stay red, brown hair brown, as far as the medium has colors.

The exemplars' color at each luminance makes lips as brown as skin of their luminance, and hair
gray or blue where the exemplars' sitters have gray or black hair.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.methods.patch_unpaired.colored_things import of_skin, thing_share
from facestyle.methods.patch_unpaired.luminance_bins import (
    BIN_CENTERS,
    BINS,
    at_luminance,
    bins_of,
    known_means,
)
from facestyle.methods.patch_unpaired.skin_light import in_other_light, light_on_skin

# RMS deviation of a and b (Lab of 1) from their mean at each luminance in faces of photographs: 11
# development sitters, .034 to .070. Pencil, charcoal and engraving have .0023 to .0026,
# watercolor .036, oil .041, eight paintings .063 (blurred as in `tone.py`).
_USUAL_SPREAD = 0.0525
_GRAY_SPREAD = 0.005  # tinted paper, and what JPEG makes of gray
# The least of those photographs: less is dark, faded or tinted, and says little of clothes.
# Hair needs no such rule: in the light that makes gray skin usual, gray hair is brown
_LEAST_SPREAD = 0.034
_FEW = 5  # pixels of a bin, below which its neighbors tell its color
# Shares of the own color in hair (up to 1) and clothes, of a medium as colored as a photograph. By
# eye: brown hair stays purple in oil with .8 (four development sitters); clothes are part of a
# painter's palette.
_HAIR_KEPT = 1.2
_CLOTHES_KEPT = 0.8
# How far a color of the face may leave the range between the exemplars' and its own. Skin is pinker
# than most media's, and the white of an eye would be less pink than theirs by as much: green; dark
# irises beside orange skin were blue. Nine sitters in oil and watercolor, by eye: .04 leaves both
_BEYOND = 0.02
# Share of the usual face's chroma below which a tone is the paper's. Without it watercolor leaves
# pale sitters white; with .75 crayon draws them as orange as others (five sitters, by eye)
_PAPER_CHROMA = 0.6
FACE, HAIR, CLOTHES = 0, 1, 2  # groups of regions


@dataclass(frozen=True)
class SitterColors:
    """What a portrait tells of its sitter's colors.

    Attributes
    ----------
    means : (2, 32) float32
        a and b of its skin for each bin of luminance, in the exemplars' light.
    light, exemplars_light : (float, float)
        See `facestyle.methods.patch_unpaired.skin_light`.
    known : float
        How much it tells of clothes, from 0, a picture of one tint, to 1, one in colors.
    """

    means: np.ndarray
    light: tuple[float, float]
    exemplars_light: tuple[float, float]
    known: float


def sitter_colors(
    skin: np.ndarray, face: np.ndarray, exemplars_light: tuple[float, float]
) -> SitterColors:
    """Find out about a sitter's colors.

    Parameters
    ----------
    skin, face : (N, 3) float32
        The portrait's skin, and its whole face, in blurred Lab of 1.
    exemplars_light : (float, float)
        From `light_on_skin` of theirs.

    Returns
    -------
    SitterColors
    """
    light = light_on_skin(skin)
    adapted = skin.copy()
    adapted[:, 1:] = in_other_light(skin, light, exemplars_light)
    known = (color_spread(face) - _GRAY_SPREAD) / (_LEAST_SPREAD - _GRAY_SPREAD)
    means = mean_colors(adapted[of_skin(skin)])
    return SitterColors(means, light, exemplars_light, float(np.clip(known, 0, 1)))


def color_spread(colors: np.ndarray) -> float:
    """How far colors are from their mean at each luminance, RMS.

    Parameters
    ----------
    colors : (N, 3) float32
        Blurred Lab of 1.
    """
    if not len(colors):
        return 0.0
    rest = colors[:, 1:] - colors_at(mean_colors(colors), colors[:, 0])
    return float(np.sqrt((rest.astype(np.float64) ** 2).sum(axis=1).mean()))


def mean_colors(colors: np.ndarray) -> np.ndarray:
    """Mean a and b for each bin of luminance, (2, 32) float32; of (N, 3) Lab of 1."""
    known, _, means = known_means(colors[:, 0], (colors[:, 1], colors[:, 2]), _FEW)
    if not len(known):
        return np.zeros((2, BINS), np.float32)
    return np.stack([np.interp(np.arange(BINS), known, own) for own in means]).astype(np.float32)


def colors_at(means: np.ndarray, luminance: np.ndarray) -> np.ndarray:
    """Mean a and b at any luminance in [0, 1], (..., 2) float32."""
    return np.stack([at_luminance(channel, luminance) for channel in means], axis=-1)


def color_share(spread: float) -> float:
    """How colored a medium is, from 0 (gray, or one tint) to 1 (as a photograph)."""
    return float(np.clip((spread - _GRAY_SPREAD) / (_USUAL_SPREAD - _GRAY_SPREAD), 0, 1))


def room_for_colors(colors: np.ndarray) -> np.ndarray:
    """How far colors of each luminance are from their mean, as a share of the usual.

    Paper leaves no room: what is nearly white in a watercolor has the paper's color, and a
    highlight or a collar that was a little cooler than its surroundings would be cyan.

    Parameters
    ----------
    colors : (N, 3) float32
        Blurred Lab of 1, of a group of the exemplars.

    Returns
    -------
    (32,) float64
        For each bin of luminance; at most 1.
    """
    rest = colors[:, 1:] - colors_at(mean_colors(colors), colors[:, 0])
    squares = (rest.astype(np.float64) ** 2).sum(axis=1)
    known, _, (squares,) = known_means(colors[:, 0], (squares,), _FEW)
    if not len(known):
        return np.ones(BINS)
    spread = np.sqrt(squares)
    shares = np.minimum(spread / max(np.median(spread), 1e-6), 1)
    return np.interp(np.arange(BINS), known, shares)


def lightest_color(chroma: np.ndarray, quantiles: np.ndarray, spread: float) -> float:
    """The lightest luminance of exemplars' faces that is still of a color.

    Parameters
    ----------
    chroma : (2, 32) float64
        Mean a and b of the faces for each bin of luminance.
    quantiles : (41,) float64
        Of the faces' luminance.
    spread : float
        From `color_spread` of them.

    Returns
    -------
    float
        1 where the medium has one color.
    """
    if color_share(spread) == 0:
        return 1.0
    strength = np.hypot(*chroma)
    usual = strength[bins_of(np.median(quantiles))]
    return float(BIN_CENTERS[strength >= _PAPER_CHROMA * usual].max())


def add_sitters_colors(
    toned: np.ndarray,
    lab: np.ndarray,
    weights: np.ndarray,
    colors: SitterColors,
    spread: float,
    room: np.ndarray,
    sigma: float,
) -> np.ndarray:
    """Give a tone-mapped portrait the colors in which its sitter differs.

    Parameters
    ----------
    toned : (h, w, 3) float32
        The portrait in the exemplars' tones, Lab of 1.
    lab : (h, w, 3) float32
        The portrait itself.
    weights : (4, h, w) uint8
        How much each pixel belongs to face, hair, clothes and background.
    colors : SitterColors
        From `sitter_colors` of this portrait, or of another frame of its clip.
    spread : float
        From `color_spread` of the exemplars' faces.
    room : (4, 32) float64
        From `room_for_colors` of each of the exemplars' groups.
    sigma : float
        Of the blur that leaves grain and noise of the photograph out, px.

    Returns
    -------
    (h, w, 3) float32
        Lab of 1; the same array where the medium has one color.
    """
    share = color_share(spread)
    if share == 0:
        return toned
    own = cv2.GaussianBlur(lab, (0, 0), sigma)
    lights = colors.light, colors.exemplars_light
    luminance, in_light = own[..., 0], in_other_light(own, *lights)
    things = in_other_light(own, *lights, whites=colors.known)
    scale = np.float32(share) / np.maximum(weights.astype(np.float32).sum(axis=0), 1)
    in_face, in_hair, in_clothes = (
        weights[group] * at_luminance(room[group], toned[..., 0]) for group in (FACE, HAIR, CLOTHES)
    )
    unlike = in_light - colors_at(colors.means, luminance)
    face = (in_face * scale)[..., None] * unlike
    face = _between(toned[..., 1:], things, face)
    thing = np.minimum(thing_share(in_light, unlike) * in_face * scale / np.float32(share), 1)
    face += thing[..., None] * (np.float32(share) * things - toned[..., 1:] - face)
    other = np.float32(_HAIR_KEPT) * in_hair + np.float32(_CLOTHES_KEPT * colors.known) * in_clothes
    rest = np.minimum(other * scale, 1)[..., None] * (np.float32(share) * things - toned[..., 1:])
    result = toned.copy()
    result[..., 1:] += face + rest
    return result


def _between(colors: np.ndarray, own: np.ndarray, change: np.ndarray) -> np.ndarray:
    """A change of colors, no further than to what a thing has by itself."""
    least, most = np.minimum(own - colors, 0), np.maximum(own - colors, 0)
    return np.asarray(np.clip(change, least - np.float32(_BEYOND), most + np.float32(_BEYOND)))
