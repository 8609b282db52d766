"""Make the README's picture in `exemplars/figures/` as a user would, with `facestyle sheet`.

python exemplars/make_figures.py    # about a minute
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent
FIGURE = HERE / "figures" / "looks.jpg"
PORTRAIT = HERE / "portraits" / "eileen_collins.jpg"
LONGEST = 1600  # px, of the figure


def main() -> None:
    """Write `figures/looks.jpg`: the portrait, then it in each look above its exemplars."""
    command = [sys.executable, "-m", "facestyle", "sheet", str(PORTRAIT), "--size", "640"]
    subprocess.run([*command, "-o", str(FIGURE), "--overwrite"], check=True)
    with Image.open(FIGURE) as sheet:
        small = sheet.convert("RGB")
    small.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    small.save(FIGURE, quality=85, optimize=True)


if __name__ == "__main__":
    main()
