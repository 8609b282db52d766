"""Gray pictures: made of marks, or on film?

Without color, faded prints and high-key photographs have no deep darks either, and film grain is as
rough as charcoal. Drawn they are only if they are made of marks, in three ways that fading and
curves of tone leave alone: marks leave gaps where grain is even, features are lines, and darks are
strokes side by side.
"""

from __future__ import annotations

import numpy as np

from facestyle.imaging.pyramid import gaussian_blur
from facestyle.methods.bare_skin import FLOOR, BareSkin, rms

MARKS = ("gaps", "lines", "strokes")
# Logistic model of (gaps, lines, strokes), fitted by benchmarks/choice.py to the gray pictures of
# its development half, films of `grainy.py` among them.
_WEIGHTS = np.array([4.26, 4.66, 11.55])
_BIAS = 50.75
# Added to the log odds: what is in doubt stays as the other measures have it. Without that, one
# drawing more that is left out of the fit is lost.
IN_DOUBT = 1.0
# weighted mean of the measures there: what a measure adds is counted from here
_TYPICAL = np.array([0.85, -3.06, -3.46])
_FILM_BECAUSE = ("a grain as even as film's", "features without lines", "darks without strokes")
_MOST_GAPS = 1.5  # blank paper has infinitely many
_DARKEST = 0.4  # of the person's range of tones


def marks_score(bare: BareSkin) -> tuple[float, str]:
    """Tell what is drawn in gray from gray photographs.

    Parameters
    ----------
    bare : BareSkin

    Returns
    -------
    score : float
        Log odds; above 0 it may be drawn. Nothing is known (infinity) of colored pictures.
    reason : str
        What speaks against it most.
    """
    if not bare.gray:
        return np.inf, ""
    marks = measure_marks(bare)
    terms = _WEIGHTS * (marks - _TYPICAL)
    return float(marks @ _WEIGHTS + _BIAS) + IN_DOUBT, _FILM_BECAUSE[int(np.argmin(terms))]


def measure_marks(bare: BareSkin) -> np.ndarray:
    """Measure what marks leave, whatever the curve of tones.

    Parameters
    ----------
    bare : BareSkin

    Returns
    -------
    (3,) float64
        Gaps: log of the usual local contrast of the skin below .7 px over that of its quietest
        twentieth, from 0 to 1.5; grain has .1 to .3. Lines: log of the contrast of eyes, brows,
        nose and mouth at 1 to 2 px over the face's range of tones. Strokes: the same of the
        person's darks over the person's range. Pixels are of 64 px between the eyes.
    """
    light, face = bare.lab[..., 0], bare.face
    fine = light - gaussian_blur(light, 0.7 * bare.unit)
    contrast = np.sqrt(np.maximum(gaussian_blur(fine**2, 3 * bare.unit), 0))[bare.skin]
    quiet, usual = np.percentile(contrast, [5, 50]) + FLOOR
    band = gaussian_blur(light, bare.unit) - gaussian_blur(light, 2 * bare.unit)
    features = face & ~bare.skin
    person = bare.person if bare.person.any() else face
    low, high = np.percentile(light[person], [1, 99])
    smooth = gaussian_blur(light, 4 * bare.unit)
    darks = person & (smooth < low + _DARKEST * (high - low))
    return np.array(
        [
            min(np.log(usual / quiet), _MOST_GAPS),
            np.log(rms(band[features if features.any() else face]) / _range(light[face], 2)),
            np.log(rms(band[darks if darks.any() else person]) / _range(light[person], 1)),
        ]
    )


def _range(light: np.ndarray, cut: float) -> float:
    """How far apart the tones are, without the darkest and lightest `cut` percent."""
    low, high = np.percentile(light, [cut, 100 - cut])
    return float(high - low) + FLOOR
