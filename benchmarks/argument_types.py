"""Types of command-line arguments that several benchmarks share."""

import argparse


def at_least_one(text: str) -> int:
    """A whole number of 1 or more."""
    return _whole_number(text, least=1)


def at_least_zero(text: str) -> int:
    """A whole number of 0 or more."""
    return _whole_number(text, least=0)


def above_zero(text: str) -> float:
    """A number above 0."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a number above 0")
    return number


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
