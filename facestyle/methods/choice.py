"""Which method suits an exemplar set: photographs want energy, drawings and paintings patches."""

from __future__ import annotations

from facestyle.exemplars import ExemplarSet


def choose_name(exemplars: ExemplarSet) -> tuple[str, str]:
    """Choose a method by the exemplars.

    Returns
    -------
    name : str
    reason : str
        Why, in words for the user.
    """
    if all(portrait.photo is not None for portrait in exemplars):
        return "patch", "the exemplars come with their photographs"
    return "energy", "nothing else is known of the exemplars"
