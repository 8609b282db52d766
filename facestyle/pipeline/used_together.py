"""Which works of a set are used for one portrait, where they are of several media."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_SHOWN = 3  # names in a remark


@dataclass(frozen=True)
class UsedTogether:
    """Which works of a set are used for one portrait, where not all of them are.

    Attributes
    ----------
    fewest, most : int
        How many are used for one portrait, by which work leads.
    largest : tuple of int
        Indices of the works of the lead that uses the most.
    remarks : tuple of str
        One for each work: where it is left out; "" where it never is.
    words : str
        All that in a sentence.
    """

    fewest: int
    most: int
    largest: tuple[int, ...]
    remarks: tuple[str, ...]
    words: str


def used_together(names: Sequence[str], orders: Mapping[int, Sequence[int]]) -> UsedTogether | None:
    """Tell which works are left out of a portrait, whoever is portrayed.

    Parameters
    ----------
    names : sequence of str
        Of the works.
    orders : mapping of int to sequence of int
        From `Method.used_together`.

    Returns
    -------
    UsedTogether or None
        None where all are used for every portrait.
    """
    counts = {lead: len(order) for lead, order in orders.items()}
    if all(count == len(names) for count in counts.values()):
        return None
    fewest, most = min(counts.values()), max(counts.values())
    remarks = [_remark(index, names, orders) for index in range(len(names))]
    number = f"{most}" if fewest == most else f"{fewest} to {most}"
    words = (
        f"of {len(names)} works {number} {'is' if most == 1 else 'are'} used for one portrait, "
        "those whose colors and strokes are like the leading one's; works that are alike in one "
        "folder are all used"
    )
    largest = tuple(orders[max(counts, key=counts.__getitem__)])
    return UsedTogether(fewest, most, largest, tuple(remarks), words)


def _remark(index: int, names: Sequence[str], orders: Mapping[int, Sequence[int]]) -> str:
    """Where a work is left out, in words."""
    using = [names[lead] for lead, order in orders.items() if index in order]
    leaving = [names[lead] for lead, order in orders.items() if index not in order]
    if not leaving:
        return ""
    if not using:
        return "used for no portrait: its colors or strokes are too unlike the others'"
    if len(using) < len(leaving):
        return f"used only where {_listed(using)} {'leads' if len(using) == 1 else 'lead'}"
    return f"not used where {_listed(leaving)} {'leads' if len(leaving) == 1 else 'lead'}"


def _listed(names: Sequence[str]) -> str:
    """Some names with "or" before the last; not all of many."""
    if len(names) > _SHOWN:
        return f"{', '.join(names[:_SHOWN])} or {len(names) - _SHOWN} more"
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))
