"""The methods that a stylizer can use, behind one interface."""

from importlib import import_module
from typing import Any

from facestyle.exemplars import ExemplarSet
from facestyle.methods.engine import Method, Outcome, check_options

__all__ = ["METHODS", "Method", "Outcome", "choose_method", "method_class"]

# each is imported when it is used: all of them together take as long to load as a face to find
METHODS = {
    "energy": ("facestyle.methods.energy.method", "EnergyMethod"),
    "patch": ("facestyle.methods.patch", "PatchMethod"),
}


def method_class(name: str) -> type[Method]:
    """The method of a name in `METHODS`."""
    module, attribute = METHODS[name]
    found: type[Method] = getattr(import_module(module), attribute)
    return found


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
    name, reason = method, "asked for"
    if method == "auto":
        from facestyle.methods.choice import choose_name

        name, reason = choose_name(exemplars)
    reason = f"{name} ({reason})"
    chosen: Any = method_class(name)
    check_options(chosen, options, map(method_class, METHODS), reason)
    return chosen(exemplars, seed=seed, **options), reason
