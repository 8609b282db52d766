"""Make the README's picture in `exemplars/figures/` as a user would, with `facestyle sheet`.

python exemplars/make_figures.py          # about a minute
python exemplars/make_figures.py skin     # light and dark sitters in drawn styles, into docs/
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from facestyle import Stylizer
from facestyle.exemplars import ExemplarSet

HERE = Path(__file__).resolve().parent
FIGURE = HERE / "figures" / "looks.jpg"
PORTRAIT = HERE / "portraits" / "eileen_collins.jpg"
LONGEST = 1600  # px, of the figure

SKIN = HERE.parent / "docs" / "figures" / "skin.jpg"
SITTERS = ("eileen_collins", "luis_pedro_coelho", "pocahontas")  # from light to dark
DRAWN = ("pencil", "charcoal", "watercolor", "oil", "engraving")
OTHERS = 4  # exemplars a style, none of the sitter's own
SIDE = (256, 320)  # px while drawing
SHEET = (1200, 750)


def skin_sheet() -> None:
    """Write `docs/figures/skin.jpg`: sitters from light to dark, each in every drawn style."""
    sheet = Image.new("RGB", (SIDE[0] * (1 + len(DRAWN)), SIDE[1] * len(SITTERS)), "white")
    for row, name in enumerate(SITTERS):
        path = next(p for p in (PORTRAIT, HERE / "sources" / f"{name}.jpg") if p.stem == name)
        photo = Image.open(path).convert("RGB")
        photo.thumbnail((SIDE[0], 10 * SIDE[1]), Image.Resampling.LANCZOS)
        pictures = [photo]
        for style in DRAWN:
            every = ExemplarSet.from_folder(HERE / style)
            others = [e for e in every if Path(e.name).stem != name][:OTHERS]
            result = Stylizer(ExemplarSet(others), method="patch")(np.asarray(photo))
            pictures.append(Image.fromarray(result.image))
        for column, picture in enumerate(pictures):
            sheet.paste(picture.crop((0, 0, *SIDE)), (column * SIDE[0], row * SIDE[1]))
    SKIN.parent.mkdir(parents=True, exist_ok=True)
    sheet.resize(SHEET, Image.Resampling.LANCZOS).save(SKIN, quality=80)


def main() -> None:
    """Write `figures/looks.jpg`: the portrait, then it in each look above its exemplars."""
    if sys.argv[1:] == ["skin"]:
        return skin_sheet()
    command = [sys.executable, "-m", "facestyle", "sheet", str(PORTRAIT), "--size", "640"]
    subprocess.run([*command, "-o", str(FIGURE), "--overwrite"], check=True)
    with Image.open(FIGURE) as sheet:
        small = sheet.convert("RGB")
    small.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    small.save(FIGURE, quality=85, optimize=True)


if __name__ == "__main__":
    main()
