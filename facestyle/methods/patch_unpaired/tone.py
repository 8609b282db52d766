"""The tone-mapped photo: the target in the exemplars' tones, group by group (DESIGN 4.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from facestyle.faces.regions import BACKGROUND, GROUP_OF_REGION, SKIN
from facestyle.frozen import FrozenRecord
from facestyle.kernels.tone_curves import RegionTones, apply_tone_curves
from facestyle.methods.patch_unpaired.luminance_bins import BIN_CENTERS, BINS, bins_of, smoothed
from facestyle.methods.patch_unpaired.print_palette import in_palette, print_palette
from facestyle.methods.patch_unpaired.sitter_colors import (
    CLOTHES,
    FACE,
    HAIR,
    SitterColors,
    add_sitters_colors,
    color_share,
    color_spread,
    lightest_color,
    room_for_colors,
    sitter_colors,
)
from facestyle.methods.patch_unpaired.sitter_tones import (
    SEARCHED_OFFSET,
    sitters_face,
    sitters_tones,
)
from facestyle.methods.patch_unpaired.skin_light import NEUTRAL, light_on_skin

GROUPS = 4  # face, hair, clothes, background
# percentiles that tones are matched at (DESIGN 4.3, step 3), and what smooths them (not measured)
_QUANTILES = np.linspace(0.5, 99.5, 41)
_QUANTILE_KERNEL = np.array([0.1, 0.2, 0.4, 0.2, 0.1])
_LIMITS = (0.5, 99.5)  # percentiles of all tones: the darkest strokes and the bare paper
_MOST_GAIN = 1.8  # of detail (DESIGN 4.3, step 3)
_FEW = 50  # px
_PALETTE_SAMPLES = 200_000  # of all exemplars
_SAMPLES = 20_000  # pixels of a group that are measured; any number of this order does
_CURVE_STEPS = 1024  # of a tone curve: a quarter of a level of 8 bits


@dataclass(frozen=True)
class GroupTone(FrozenRecord):
    """Tones of one group of the exemplars.

    Attributes
    ----------
    quantiles : (41,) float64
        Of the blurred luminance.
    chroma : (2, 32) float64
        Mean a and b for each bin of luminance.
    detail : float
        95th percentile of the luminance's deviation from its blur; 0 where unknown.
    limits : (float, float)
        Darkest and lightest blurred luminance of the medium, over all groups.
    spread : float
        See `facestyle.methods.patch_unpaired.sitter_colors.color_spread`; the mean over exemplars.
    light : (float, float)
        That on the exemplars' skin; see `facestyle.methods.patch_unpaired.skin_light`.
    room : (32,) float64
        Share of the usual spread for each bin; see `sitter_colors.room_for_colors`.
    palette : (5, 32) float64
    print_share : float
        Those of all groups together; see `facestyle.methods.patch_unpaired.print_palette`.
    """

    quantiles: np.ndarray
    chroma: np.ndarray
    detail: float
    limits: tuple[float, float] = (0.0, 1.0)
    spread: float = 0.0
    light: tuple[float, float] = NEUTRAL
    room: np.ndarray = field(default_factory=lambda: np.ones(BINS))
    palette: np.ndarray = field(default_factory=lambda: np.zeros((5, BINS)))
    print_share: float = 0.0


def exemplar_tones(
    pictures: Sequence[np.ndarray], region_map: Sequence[np.ndarray], sigma: float
) -> tuple[GroupTone, ...]:
    """Tones of each group over all exemplars.

    Parameters
    ----------
    pictures : sequence of (h, w, 3) float32
        Lab of 1.
    region_map : sequence of (h, w) uint8
        Regions.
    sigma : float
        Of the blur, px.

    Returns
    -------
    tuple of GroupTone
        For face, hair, clothes and background.
    """
    blurred = [cv2.GaussianBlur(picture, (0, 0), sigma) for picture in pictures]
    groups = [GROUP_OF_REGION[np.minimum(label, BACKGROUND)] for label in region_map]
    detail = [p[..., 0] - b[..., 0] for p, b in zip(pictures, blurred, strict=True)]
    total = sum(group.size for group in groups)
    every = np.concatenate([b.reshape(-1, 3) for b in blurred])
    low, high = np.percentile(every[:, 0], _LIMITS)
    palette, is_print = print_palette(every[:: max(1, len(every) // _PALETTE_SAMPLES)])
    skin = [b[label == SKIN] for b, label in zip(blurred, region_map, strict=True)]
    light = light_on_skin(np.concatenate(skin))
    tones = []
    for number in range(GROUPS):
        chosen = [group == number for group in groups]
        if sum(int(mask.sum()) for mask in chosen) < 0.02 * total:
            colors = np.concatenate([b[g != 3] for b, g in zip(blurred, groups, strict=True)])
        else:
            colors = np.concatenate([b[m] for b, m in zip(blurred, chosen, strict=True)])
        deviation = np.concatenate([d[m] for d, m in zip(detail, chosen, strict=True)])
        tone = _group_tone(colors, deviation, (float(low), float(high)))
        # each by itself: what exemplars differ by is not the medium's
        spread = np.mean([color_spread(b[m]) for b, m in zip(blurred, chosen, strict=True)])
        shared = replace(tone, light=light, palette=palette, print_share=is_print)
        tones.append(replace(shared, spread=float(spread)))
    return tuple(tones)


def _group_tone(
    colors: np.ndarray, deviation: np.ndarray, limits: tuple[float, float]
) -> GroupTone:
    quantiles = np.percentile(colors[:, 0], _QUANTILES)
    quantiles = np.convolve(np.pad(quantiles, 2, mode="edge"), _QUANTILE_KERNEL, "valid")
    bins = bins_of(colors[:, 0])
    counts = np.bincount(bins, minlength=BINS)
    known = counts > 5
    chroma = np.zeros((2, BINS))
    for channel in (0, 1):
        sums = np.bincount(bins, colors[:, channel + 1], BINS)
        means = smoothed(sums) / smoothed(counts + 1e-3)
        chroma[channel] = means
        if known.any():
            chroma[channel] = np.interp(BIN_CENTERS, BIN_CENTERS[known], means[known])
    detail = float(np.percentile(np.abs(deviation), 95)) if len(deviation) > _FEW else 0.0
    return GroupTone(quantiles, chroma, detail, limits, room=room_for_colors(colors))


@dataclass(frozen=True)
class ToneCurves:
    """What maps one target's tones to the exemplars'.

    Attributes
    ----------
    curves : (4, 1024) float32
        Luminance of each group over the target's own.
    gains : (4,) float32
        Of the detail.
    colors : SitterColors
        The target's own.
    searched_face : (1024,) float32
        That of the face in the tones that strokes are searched in; see `SEARCHED_OFFSET`.
    """

    curves: np.ndarray
    gains: np.ndarray
    colors: SitterColors
    searched_face: np.ndarray

    @property
    def searched(self) -> ToneCurves:
        """The curves with which strokes are searched."""
        curves = self.curves.copy()
        curves[FACE] = self.searched_face
        return replace(self, curves=curves)


def tone_mapped(
    lab: np.ndarray,
    region_map: np.ndarray,
    tones: Sequence[GroupTone],
    sigma: float,
    curves: ToneCurves | None = None,
) -> np.ndarray:
    """Map a target to the exemplars' tones.

    Parameters
    ----------
    lab : (H, W, 3) float32
        The target in Lab of 1, its lighting flattened.
    region_map : (H, W) uint8
        Its regions.
    tones : sequence of GroupTone
        From `exemplar_tones`.
    sigma : float
        Of the blur that separates tone from detail, px.
    curves : ToneCurves, optional
        Of another frame of the same clip; the target's own by default.

    Returns
    -------
    (H, W, 3) float32
        Lab of 1, not clipped.
    """
    if curves is None:
        curves = tone_curves(lab, region_map, tones, sigma)
    luminance = np.ascontiguousarray(lab[..., 0])
    base = cv2.GaussianBlur(luminance, (0, 0), sigma)
    groups = GROUP_OF_REGION.astype(np.uint8)[region_map]
    weights = np.zeros((len(tones), *region_map.shape), np.uint8)
    for number in range(len(tones)):
        mask = cv2.compare(groups, number, cv2.CMP_EQ)
        if cv2.countNonZero(mask) >= _FEW:
            weights[number] = cv2.GaussianBlur(mask, (0, 0), max(1.0, 0.7 * sigma))
    chroma = np.stack([tone.chroma.T for tone in tones]).astype(np.float32)
    region_tones = RegionTones(curves.curves, curves.gains, chroma)
    toned = apply_tone_curves(base, luminance - base, weights, region_tones)
    room = np.stack([tone.room for tone in tones])
    spread = tones[FACE].spread
    result = add_sitters_colors(toned, lab, weights, curves.colors, spread, room, sigma)
    if color_share(spread) > 0:
        in_palette(result, tones[FACE].palette, tones[FACE].print_share)
    return result


def tone_curves(
    lab: np.ndarray,
    region_map: np.ndarray,
    tones: Sequence[GroupTone],
    sigma: float,
) -> ToneCurves:
    """Find the curves that `tone_mapped` applies; its parameters.

    Parameters
    ----------
    lab : (h, w, 3) float32
        Lab of 1, its lighting flattened.
    region_map : (h, w) uint8
    tones : sequence of GroupTone
        Of the exemplars.
    sigma : float
        Blur that separates tone from detail, px.

    Returns
    -------
    ToneCurves
    """
    blurred = cv2.GaussianBlur(lab, (0, 0), sigma)
    base = np.ascontiguousarray(blurred[..., 0])
    detail = lab[..., 0] - base
    groups = GROUP_OF_REGION.astype(np.uint8)[region_map]
    # a group that is missing here may appear in another frame: any curve will do for it
    curves = np.tile(np.linspace(0, 1, _CURVE_STEPS, dtype=np.float32), (len(tones), 1))
    searched_face = curves[FACE]
    gains = np.ones(len(tones), np.float32)
    for number, tone in enumerate(tones):
        # neighbors are alike: a part of them knows the group's tones
        inside = np.flatnonzero(cv2.compare(groups, number, cv2.CMP_EQ))
        if len(inside) < _FEW:
            continue
        inside = inside[:: max(1, len(inside) // _SAMPLES)]
        quantiles = np.percentile(base.ravel()[inside], _QUANTILES)
        curves[number] = _curve(quantiles, _wanted(quantiles, tones, number, 1.0))
        if number == FACE:
            searched_face = _curve(quantiles, _wanted(quantiles, tones, FACE, SEARCHED_OFFSET))
        gains[number] = _gain(detail.ravel()[inside], tone)
    skin, face = (
        blurred.reshape(-1, 3)[inside[:: max(1, len(inside) // _SAMPLES)]]
        for inside in (np.flatnonzero(region_map == SKIN), np.flatnonzero(groups == FACE))
    )
    colors = sitter_colors(skin, face, tones[FACE].light)
    return ToneCurves(curves, gains, colors, np.asarray(searched_face, np.float32))


def _wanted(own: np.ndarray, tones: Sequence[GroupTone], group: int, offset: float) -> np.ndarray:
    """Quantiles of luminance that one group of the target is to have."""
    tone = tones[group]
    if group == FACE:
        lightest = lightest_color(tone.chroma, tone.quantiles, tone.spread)
        return sitters_face(own, tone.quantiles, tone.limits, offset, lightest)
    if group in (HAIR, CLOTHES):
        return sitters_tones(own, tone.quantiles, tones[FACE].quantiles, tone.limits)
    return tone.quantiles


def _curve(quantiles: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Luminance for each of the curve's steps."""
    rising = np.maximum.accumulate(quantiles + np.arange(len(quantiles)) * 4e-6)
    return np.interp(np.linspace(0, 1, _CURVE_STEPS), rising, wanted)


def _gain(detail: np.ndarray, tone: GroupTone) -> float:
    """Factor of one group's detail."""
    contrast = np.percentile(np.abs(detail), 95) + 1 / 255
    return float(np.clip(tone.detail / contrast, 1.0, _MOST_GAIN)) if tone.detail else 1.0
