"""Types of command-line arguments that several benchmarks share."""

import argparse
import math


def at_least_one(text: str) -> int:
    """A whole number of 1 or more."""
    return _whole_number(text, least=1)


def at_least_zero(text: str) -> int:
    """A whole number of 0 or more."""
    return _whole_number(text, least=0)


def at_least_two(text: str) -> int:
    """A whole number of 2 or more."""
    return _whole_number(text, least=2)


def above_zero(text: str) -> float:
    """A number above 0."""
    number = _number(text)
    if not number > 0:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a number above 0")
    return number


def zero_or_above(text: str) -> float:
    """A number of 0 or more."""
    number = _number(text)
    if not number >= 0:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a number of 0 or more")
    return number


def share(text: str) -> float:
    """A number from 0 to 1."""
    number = _number(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a number from 0 to 1")
    return number


def _number(text: str) -> float:
    """A finite number; NaN where the text is none."""
    try:
        number = float(text)
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan


def _whole_number(text: str, *, least: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        raise argparse.ArgumentTypeError(
            f"found {text!r}, expected a whole number of {least} or more"
        )
    return number
