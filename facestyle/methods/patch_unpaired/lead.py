"""Which of several exemplars leads: dark hair is not drawn well in a blond sitter's palette."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facestyle.faces import Portrait
from facestyle.faces.contours import face_width
from facestyle.faces.regions import GROUP_OF_REGION, segment_regions
from facestyle.imaging.color import to_lab
from facestyle.methods.busy_ground import BUSY
from facestyle.methods.patch_unpaired.palette import Palette
from facestyle.methods.patch_unpaired.prepared import PreparedExemplar, resize_portrait

_FACE_WIDTH = 80.0  # px; tones of large areas need no more
_FACE, _HAIR, _CLOTHES = range(3)
_SCARCE = 0.02  # of the person's area
_MISSING = 0.5  # difference to an exemplar that has no hair, or no clothes
# Hair that is so much darker than the face has the darkest of a few flat colors, and no outline
# before a ground of that color (posters in four colors: six of 21). What such a ground counts
_DARK, _NO_OUTLINE = -0.25, 1.0
# Difference of luminance from the usual face of a set, beyond which a face is odd: in its palette
# everybody is drawn as dark. In five bundled sets none is; one dark painting among ink washes is
# .25 away, among red chalks .13
_USUAL_FACE = 0.1
_LOUD = 1.0  # of a ground that shows things, where a calm one could be behind everybody (chosen)


def choose_lead(
    portrait: Portrait,
    exemplars: Sequence[PreparedExemplar],
    flat_colors: np.ndarray | None = None,
) -> int:
    """Choose the exemplar whose hair and clothes are as dark beside the face as the portrait's.

    Parameters
    ----------
    portrait : Portrait
    exemplars : sequence of PreparedExemplar
    flat_colors : (n, 3) float64, optional
        The few colors that they consist of, Lab of 1. Dark hair needs a lighter ground then.

    Returns
    -------
    int
        Index of the exemplar; the first one where all are alike.
    """
    if len(exemplars) == 1:
        return 0
    small = resize_portrait(portrait, min(1.0, _FACE_WIDTH / face_width(portrait.face)))
    contrast, share = tone_contrast(small, segment_regions(small).region_map)
    contrasts = np.stack([exemplar.analysis.contrast for exemplar in exemplars])
    differences = np.nan_to_num(np.abs(contrasts - contrast), nan=_MISSING) @ share
    spreads = np.array([exemplar.analysis.ground_spread for exemplar in exemplars])
    differences += _LOUD * np.clip(spreads - BUSY, 0, None)
    palettes = [exemplar.analysis.palette for exemplar in exemplars]
    if flat_colors is not None and len(flat_colors) and contrast[0] < _DARK:
        differences += [_NO_OUTLINE * _darkest_share(own, flat_colors) for own in palettes]
    return int(np.argmin(differences + _odd_face([own.mean[_FACE, 0] for own in palettes])))


def _odd_face(lightness: Sequence[float]) -> np.ndarray:
    """How far the faces of some exemplars are from what is usual among them, (K,) float64."""
    own = np.array(lightness)
    known = own[np.isfinite(own)]
    if not len(known):
        return np.zeros(len(own))
    return np.nan_to_num(np.maximum(np.abs(own - np.median(known)) - _USUAL_FACE, 0))


def _darkest_share(palette: Palette, colors: np.ndarray) -> float:
    """Share of a background that is nearest to the darkest of some colors."""
    steps = (np.arange(len(palette.tones)) + 0.5) / len(palette.tones)
    nearest = np.abs(steps[:, None] - np.sort(colors[:, 0])).argmin(axis=1)
    return float(palette.tones[nearest == 0].sum())


def tone_contrast(portrait: Portrait, region_map: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How light hair and clothes are beside the face, over the person's range of luminance.

    Parameters
    ----------
    portrait : Portrait
    region_map : (H, W) uint8
        Its regions.

    Returns
    -------
    contrast : (2,) float64
        From -1, black beside white, to 1; NaN where there is next to nothing.
    share : (2,) float64
        Of the person's area.
    """
    luminance, groups = to_lab(portrait.image)[..., 0], GROUP_OF_REGION[region_map]
    person = luminance[groups <= _CLOTHES]
    low, high = np.percentile(person, (2, 98))
    face = np.median(luminance[groups == _FACE])
    contrast, share = np.full(2, np.nan), np.zeros(2)
    for index, group in enumerate((_HAIR, _CLOTHES)):
        values = luminance[groups == group]
        share[index] = values.size / person.size
        if share[index] > _SCARCE:
            contrast[index] = (np.median(values) - face) / max(high - low, 0.05)
    return contrast, share
