"""Make the pictures of the documentation, from what the repository ships.

python docs/figures/make.py                  # all: minutes (the neural ones: more)
python docs/figures/make.py strength labels  # some
python docs/figures/make.py --list

Every picture is `docs/pictures/NAME.jpg`. Pictures of settings change one setting and keep all
others at their defaults.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[2])]

import neural  # noqa: E402
import screens  # noqa: E402
import settings  # noqa: E402
import stages  # noqa: E402

FIGURES: dict[str, Callable[[], Path]] = (
    settings.FIGURES | stages.FIGURES | screens.FIGURES | neural.FIGURES
)


def main() -> None:
    """Make the pictures that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="all by default")
    parser.add_argument("--list", action="store_true", help="print the names")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(FIGURES)
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))}: no such picture; --list names them")
    for name in arguments.names or FIGURES:
        print(name if arguments.list else FIGURES[name](), flush=True)


if __name__ == "__main__":
    main()
