"""The methods that a stylizer can use, behind one interface."""

from typing import Any

from facestyle.exemplars import ExemplarSet
from facestyle.methods.base import Method, Outcome, check_options
from facestyle.methods.choice import choose_name
from facestyle.methods.energy import EnergyMethod
from facestyle.methods.patch import PatchMethod

__all__ = ["METHODS", "Method", "Outcome", "choose_method"]

METHODS: dict[str, type[Method]] = {"energy": EnergyMethod, "patch": PatchMethod}


def choose_method(
    exemplars: ExemplarSet, method: str, *, seed: int = 0, **options: Any
) -> tuple[Method, str]:
    """Make the method that was asked for, or the one that suits the exemplars.

    Parameters
    ----------
    exemplars : ExemplarSet
    method : str
        A name in `METHODS`, or "auto".
    seed : int
    **options
        The method's own.

    Returns
    -------
    method : Method
    reason : str
        Which and why, in words for the user.

    Raises
    ------
    UsageError
        If the method has no such option, or the option no such value.
    """
    name, reason = (method, "asked for") if method != "auto" else choose_name(exemplars)
    reason = f"{name} ({reason})"
    chosen: Any = METHODS[name]
    check_options(chosen, options, METHODS.values(), reason)
    return chosen(exemplars, seed=seed, **options), reason
