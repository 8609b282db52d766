"""The medium of an exemplar: photographed or drawn.

Four measures of the bare skin feed a logistic model. None is enough by itself: film grain is as
strong as brushwork, but it has no color. Gray pictures have to be made of marks, too (`marks.py`).
Prints (woodcuts, halftones, posters, cartoons) are known by a fifth, on a finer copy: their skin is
flat or has edges, where that of a photograph has soft shades.
"""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.alignment.features import ANALYSIS_SCALE
from facestyle.faces import Portrait
from facestyle.imaging.color import luminance
from facestyle.imaging.pyramid import gaussian_blur
from facestyle.methods.bare_skin import FLOOR, BareSkin, box, rms, scaled
from facestyle.methods.marks import marks_score

MEASURES = ("roughness", "color", "edges", "paper")
# Logistic model of (roughness, color, edges, paper), fitted by benchmarks/choice.py to
# 214 photographs and 46 drawings and paintings of ../shared and exemplars/. A set that is left out
# of the fit is voted right, each of them; of the single pictures 7 photographs look drawn, and
# the Mona Lisa and one sketch look photographed. Of the ten sets that ship today all are voted
# right, too; a fit with them votes alike, and takes coarse film grain for drawing.
_WEIGHTS = np.array([4.20, 3.08, -9.71, 34.57])
_BIAS = 24.78
# weighted mean of the measures there: what a measure adds is counted from here. The last one
# says nothing of colored pictures, where it is 0.
_TYPICAL = np.array([-4.6, -0.19, 0.59, 0.0])
_DRAWN_BECAUSE = (
    "strokes or brushwork on the skin",
    "colors that change from stroke to stroke",
    "marks in all directions",
    "no deep darks, as on paper",
)
_PHOTO_BECAUSE = (
    "smooth skin",
    "evenly colored skin",
    "fine detail only at edges",
    "deep darks",
)
# Slopes of luminance that are soft shades, L of 1 for each px of a copy with 192 px between the
# eyes; flatter is flat, steeper an edge
_SHADES, _SHADES_SCALE = (0.002, 0.03), 192
# Share of soft shades on the skin at which the odds are even, and what makes them e to 1. In
# `benchmarks/choice.py` sets of photographs have medians of .55 and more, 8 of 622 pictures less
# than .37; six kinds of prints made from 27 portraits have medians of .01 to .19, all 162 less.
# Cartoons with 90 px between the eyes look photographed (medians of .57; .31 with 200).
_EVEN_SHADES, _SHADES_STEP = 0.37, 0.04
# Skin without edges is a print where it is flat altogether: large soft-focus portraits have .30 to
# .48 of shades and .003 of edges at most (eight); six kinds of prints medians of .027 of edges and
# more, 162 pictures of them .006 and more but for some linocuts
_EVEN_SHADES_OF_FLAT, _EDGES = 0.15, (0.003, 0.006)
_CLIPPED = (0.01, 0.99)  # L of 1
_FEW = 0.02  # share of the skin that says enough
_PRINTED_BECAUSE = "flat skin and hard edges, as in prints"


def looks_drawn(portrait: Portrait) -> tuple[float, str]:
    """Tell a drawing or painting from a photograph.

    Parameters
    ----------
    portrait : Portrait

    Returns
    -------
    score : float
        Log odds; above 0 it looks drawn.
    reason : str
        What speaks for it most.
    """
    bare = BareSkin.of(portrait)
    measures = measure_skin(bare)
    terms = _WEIGHTS * (measures - _TYPICAL)
    score, photo_because = float(measures @ _WEIGHTS + _BIAS), _PHOTO_BECAUSE[int(np.argmin(terms))]
    marks, film_because = marks_score(bare)
    if marks < min(score, 0.0):  # enough of them say nothing further
        score, photo_because = marks, film_because
    printed = printed_score(portrait)
    if printed > max(score, 0.0):
        return printed, _PRINTED_BECAUSE
    if score > 0:
        return score, _DRAWN_BECAUSE[int(np.argmax(terms))]
    return max(score, printed), photo_because


def printed_score(portrait: Portrait) -> float:
    """Tell prints from photographs by their skin: edges, and few soft shades between them.

    Parameters
    ----------
    portrait : Portrait

    Returns
    -------
    float
        Log odds; above 0 it looks printed. Nothing is known (minus infinity) of a face with less
        than 64 px between the eyes, where grain is as steep as an edge.
    """
    if portrait.face.inter_ocular < ANALYSIS_SCALE:
        return -np.inf
    scale = min(1.0, _SHADES_SCALE / portrait.face.inter_ocular)
    image, _, skin = scaled(portrait, scale)
    near = box(skin)
    light, skin = luminance(image[near]), skin[near]
    # burnt skin is flat in photographs, too; what is left of a print in white and black are edges
    exposed = skin & (light > _CLIPPED[0]) & (light < _CLIPPED[1])
    if exposed.sum() < _FEW * skin.sum():
        exposed = skin
    slope = np.hypot(cv2.Sobel(light, -1, 1, 0), cv2.Sobel(light, -1, 0, 1))[exposed] / 8
    share = np.mean((slope > _SHADES[0]) & (slope < _SHADES[1]))
    even = np.interp(np.mean(slope >= _SHADES[1]), _EDGES, (_EVEN_SHADES_OF_FLAT, _EVEN_SHADES))
    return float((even - share) / _SHADES_STEP)


def measure_skin(bare: BareSkin) -> np.ndarray:
    """Measure a portrait's bare skin at 64 px between the eyes (or less, where it is smaller).

    Parameters
    ----------
    bare : BareSkin

    Returns
    -------
    (4,) float64
        Roughness: log of the luminance contrast at 1 to 2 px (finer, grain outdoes brushes).
        Color: log of the ratio of chroma to luminance
        contrast at 2 to 4 px; 0 for gray pictures. Edges: coherence of the structure tensor at 1 to
        2 px, 0 for isotropic grain and 1 for lines (Weickert 1999). Paper: luminance (L/100) of the
        darkest fiftieth of a gray picture's face over .2; 0 for colored pictures.
    """
    lab, skin, unit = bare.lab, bare.skin, bare.unit
    blurred = [gaussian_blur(lab, sigma * unit) for sigma in (1, 2, 4)]
    fine = blurred[0][..., 0] - blurred[1][..., 0]
    coarse = (blurred[1] - blurred[2])[skin]
    ratio = rms(coarse[:, 1:]) * np.sqrt(2) / rms(coarse[:, 0])
    return np.array(
        [
            np.log(rms(fine[skin])),
            0.0 if bare.gray else np.clip(np.log(ratio), -1.5, 1),
            _coherence(fine, skin, 5 * unit),
            np.percentile(lab[bare.face][:, 0], 2) - 0.2 if bare.gray else 0.0,
        ]
    )


def _coherence(band: np.ndarray, mask: np.ndarray, sigma: float) -> float:
    """How far the band's gradients agree in direction within `sigma`, from 0 to 1."""
    across, down = cv2.Sobel(band, -1, 1, 0), cv2.Sobel(band, -1, 0, 1)
    xx, yy, xy = (gaussian_blur(v, sigma) for v in (across**2, down**2, across * down))
    oriented = np.sqrt((xx - yy) ** 2 + 4 * xy**2)
    return float(oriented[mask].sum() / ((xx + yy)[mask].sum() + FLOOR**2))
