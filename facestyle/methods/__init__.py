"""The methods that a stylizer can use, behind one interface."""

from collections.abc import Callable

from facestyle.exemplars import ExemplarSet
from facestyle.methods.base import Method, Outcome
from facestyle.methods.energy import EnergyMethod

__all__ = ["METHODS", "Method", "Outcome", "choose_method"]

METHODS: dict[str, type[Method]] = {"energy": EnergyMethod}


def choose_method(exemplars: ExemplarSet, method: str) -> tuple[Callable[..., Method], str]:
    """Decide how to stylize.

    Returns
    -------
    method : type of Method
    reason : str
        Why, in words for the user.
    """
    if method != "auto":
        return METHODS[method], f"{method}: asked for"
    return EnergyMethod, "energy: the only method there is"
