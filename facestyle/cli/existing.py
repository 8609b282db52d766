"""Results that exist already and are kept: said once for all inputs, with the likely cause."""

import argparse
from collections.abc import Sequence
from pathlib import Path

_SHOWN = 3  # paths in a message


def existing_in_words(
    arguments: argparse.Namespace, outputs: Sequence[Path], total: int, *, labeled: bool
) -> str:
    """Tell which results were not made because they exist, why that may be, and what to do.

    Parameters
    ----------
    arguments : argparse.Namespace
        Of the verb stylize.
    outputs : sequence of Path
        Results that exist; one at least.
    total : int
        Results in all.
    labeled : bool
        Whether names in an output folder tell the look.

    Returns
    -------
    str
        One line.
    """
    one = len(outputs) == 1
    if total == 1:
        found = f"{outputs[0]}: exists already"
    else:
        shown = ", ".join(map(str, outputs[:_SHOWN])) + (", ..." if len(outputs) > _SHOWN else "")
        found = (
            f"{len(outputs)} of {total} results {'exists' if one else 'exist'} already and "
            f"{'is' if one else 'are'} kept: {shown}"
        )
    them = "it" if one else "them"
    ways = f"--overwrite replaces {them}, --skip-existing makes only those that are missing"
    if labeled or arguments.output is None or Path(arguments.output) in outputs:
        return f"{found}. {ways}"
    together = ""
    if arguments.exemplars:
        together = f"give both looks in one command (--exemplars OTHER {arguments.exemplars[0]}), "
    return (
        f"{found}. In a folder the results of one look have the names of their inputs. Where "
        f"another look made {them}, {together}or name another folder; {ways}"
    )
