"""The options of a run as its file of results keeps them.

`settings` change figures: runs that differ in them are not compared. `chosen` only chooses which
rows there are: a row says by itself what it is of. A benchmark names the latter in `CHOOSING`;
what it does not name counts as a setting.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.peers import Peer

# of every benchmark: kept in fields of their own, or of no effect on figures
_KEPT_ELSEWHERE = ("quick", "data", "seed")
_OF_FILES = ("json", "against", "pictures", "save", "export")


def recorded(module: ModuleType, arguments: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """`settings` and `chosen` of a run.

    Parameters
    ----------
    module : module
        The benchmark.
    arguments : Namespace
        Its own defaults in place. None stands for a default of the package: what becomes of
        figures when that changes is for `compare` to say.
    """
    choosing: Sequence[str] = getattr(module, "CHOOSING", ())
    options: Mapping[str, Any] = {
        name: _plain(value)
        for name, value in sorted(vars(arguments).items())
        if name not in (*_KEPT_ELSEWHERE, *_OF_FILES)
    }
    return {
        "settings": {name: value for name, value in options.items() if name not in choosing},
        "chosen": {name: value for name, value in options.items() if name in choosing},
    }


def _plain(value: Any) -> Any:
    """A value as JSON has it; of files and folders the name: other paths tell a reader nothing."""
    if isinstance(value, Path):
        return value.name
    if isinstance(value, Peer):
        return value.name
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value
