"""Make the pictures of the documentation, from what the repository ships.

python docs/figures/make.py                  # all: minutes (the neural ones: more)
python docs/figures/make.py strength labels  # some
python docs/figures/make.py --list

Every picture is `docs/pictures/NAME.jpg`. Pictures of settings change one setting and keep all
others at their defaults. A page can be written before its picture: a line
`<!-- picture: ![...](pictures/NAME.jpg) -->` becomes a picture when NAME is made.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[2])]

import neural  # noqa: E402
import print_styles  # noqa: E402
import screens  # noqa: E402
import settings  # noqa: E402
import stages  # noqa: E402

PAGES = Path(__file__).resolve().parents[1]
FIGURES: dict[str, Callable[[], Path]] = (
    settings.FIGURES | stages.FIGURES | screens.FIGURES | neural.FIGURES | print_styles.FIGURES
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
        if arguments.list:
            print(name)
            continue
        print(FIGURES[name](), flush=True)
        show(name)


def show(name: str) -> None:
    """Show a picture on the pages that wait for it: `<!-- picture: ![...](...) -->`."""
    waiting = re.compile(rf"<!-- picture: (!\[[^]]*\]\(pictures/{name}\.jpg\)) -->")
    for page in PAGES.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        shown = waiting.sub(r"\1", text)
        if shown != text:
            page.write_text(shown, encoding="utf-8")


if __name__ == "__main__":
    main()
