"""The sitter's own skin, hair and clothes: what is lighter or darker than most stays so drawn.

Matching a portrait's quantiles to the exemplars' gives everyone the skin of the exemplars' sitters.
An artist draws a dark skin darker with the same pencil: the exemplars' tones are taken for those
of a usual sitter, and the portrait's offset from the usual is kept, inside the medium's own range
from its darkest stroke to its paper.
"""

from __future__ import annotations

import numpy as np

# Luminance (L of 1) of faces at 41 quantiles from .5 to 99.5 %, blurred and its lighting flattened
# as in `flattening.py`: the mean over 25 ordinary photographs of people, the development half of
# `benchmarks/splits.py`. Every fourth of the 41 is given, the rest lies between.
USUAL_FACE = np.interp(
    np.arange(41),
    np.arange(0, 41, 4),
    (0.225, 0.409, 0.474, 0.515, 0.550, 0.580, 0.607, 0.633, 0.658, 0.683, 0.731),
)
# Share of a face's offset that is kept. Where faces are nearly the color of the paper,
# little room is left for lighter ones, and darker ones tell sitters apart: they move further
# (DESIGN 4.3, step 3).
_FACE_KEPT = 1.0
_DARKER_KEPT = 1.5
_ENOUGH_ROOM = 0.25  # luminance between usual faces and the lightest tone, for an even treatment
# Share of the own lightness of hair and clothes against that of the exemplars' sitters. Set by eye
# for hair; without it white blouses turn gray or black where the exemplars wear dark
_OWN_KEPT = 0.7
# Share of a face's offset that the search for strokes sees. With none, a dark skin is a wash over
# the strokes of a light one; with all, the few dark passages of a light face repeat, and texture
# suffers (4 sitters in pencil: texture error 1.25, 1.46, 1.96 with 0, .5, 1; before 1.27).
SEARCHED_OFFSET = 0.5
# how sharply offsets end at the medium's limits: 1 bends early, infinity clips
_KNEE = 3.0


def sitters_face(
    own: np.ndarray,
    wanted: np.ndarray,
    limits: tuple[float, float],
    share: float = 1.0,
    lightest: float = 1.0,
) -> np.ndarray:
    """Move the tones of the exemplars' faces by what the sitter's differ from the usual.

    Parameters
    ----------
    own : (41,) float64
        Quantiles of the luminance of the portrait's face.
    wanted : (41,) float64
        Of the exemplars' faces.
    limits : (float, float)
        The medium's darkest and lightest tones.
    share : float
        Of the offset.
    lightest : float
        No further than this is a face's median moved: a pale skin in paint is no bare paper.

    Returns
    -------
    (41,) float64
        Not falling; within the limits where the wanted ones are.
    """
    offset = own - USUAL_FACE
    end = min(limits[1], lightest)
    crowded = 1 - min(1.0, max(0.0, end - float(np.median(wanted))) / _ENOUGH_ROOM)
    darker = _FACE_KEPT + (_DARKER_KEPT - _FACE_KEPT) * crowded
    offset = np.where(offset < 0, darker, _FACE_KEPT) * offset
    moved = np.maximum.accumulate(_within(wanted, offset, limits))
    middle = len(moved) // 2
    painted = _within(wanted, offset, (limits[0], end))[middle]
    # highlights as well: with the median alone a pale face was spots of paper beside tan
    moved -= (moved[middle] - painted) * np.interp(moved, (limits[0], moved[middle]), (0.0, 1.0))
    return np.maximum.accumulate(wanted + share * (moved - wanted))


def _within(wanted: np.ndarray, offset: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    """Tones moved by an offset that ends softly at the limits; (41,) float64."""
    room = np.where(offset < 0, wanted - limits[0], limits[1] - wanted)
    room = np.maximum(room, 1e-3)
    return wanted + offset / (1 + (np.abs(offset) / room) ** _KNEE) ** (1 / _KNEE)


def sitters_tones(
    own: np.ndarray, wanted: np.ndarray, face: np.ndarray, limits: tuple[float, float]
) -> np.ndarray:
    """Mix the tones of the exemplars' hair or clothes with what the medium makes of the sitter's.

    Exemplars' sitters may all be gray, or all wear black. How dark the medium draws a tone is known
    from faces: the usual photograph's tones and the exemplars' at equal ranks.

    Parameters
    ----------
    own : (41,) float64
        Quantiles of the luminance of the portrait's hair, or clothes.
    wanted : (41,) float64
        Of the exemplars' hair, or clothes.
    face : (41,) float64
        Of the exemplars' faces.
    limits : (float, float)
        The medium's darkest and lightest tones.

    Returns
    -------
    (41,) float64
        Not falling.
    """
    known = np.concatenate([[0.0], USUAL_FACE, [1.0]])
    drawn = np.clip(np.concatenate([limits[:1], face, limits[1:]]), *limits)
    own_drawn = np.interp(own, known, np.maximum.accumulate(drawn))
    return np.maximum.accumulate(wanted + _OWN_KEPT * (own_drawn - wanted))
