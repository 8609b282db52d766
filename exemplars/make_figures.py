"""Make the README's pictures in `exemplars/figures/` by running facestyle as a user would.

python exemplars/make_figures.py          # about a minute
python exemplars/make_figures.py skin     # light and dark sitters in drawn styles, into docs/
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from facestyle import Stylizer
from facestyle.exemplars import ExemplarSet

HERE = Path(__file__).resolve().parent
FIGURES = HERE / "figures"
PORTRAIT = HERE / "portraits" / "eileen_collins.jpg"
SETS = ("noir", "warm", "pencil")
HEIGHT = 480
STRIP = 100  # height of the exemplars below each result

SKIN = HERE.parent / "docs" / "figures" / "skin.jpg"
SITTERS = ("eileen_collins", "luis_pedro_coelho", "pocahontas")  # from light to dark
DRAWN = ("pencil", "charcoal", "watercolor", "oil", "engraving")
OTHERS = 4  # exemplars a style, none of the sitter's own
SIDE = (256, 320)  # px while drawing
SHEET = (1200, 750)


def stylize(name: str, folder: Path) -> Image.Image:
    """Run the command line on the demo portrait."""
    output = folder / f"{name}.png"
    command = [sys.executable, "-m", "facestyle", str(PORTRAIT)]
    command += ["--exemplars", str(HERE / name), "-o", str(output)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return Image.open(output).convert("RGB")


def with_exemplars(picture: Image.Image, name: str | None) -> Image.Image:
    """Put a row of the set's exemplars below a picture."""
    width = round(picture.width * HEIGHT / picture.height)
    column = Image.new("RGB", (width, HEIGHT + STRIP), "white")
    column.paste(picture.resize((width, HEIGHT), Image.Resampling.LANCZOS), (0, 0))
    if name is not None:
        paths = sorted((HERE / name).glob("*.jpg"))
        each = width // len(paths)
        for index, path in enumerate(paths):
            small = Image.open(path).convert("RGB")
            small = small.resize((each - 2, (each - 2) * small.height // small.width))
            column.paste(small, (index * each, HEIGHT + 4))
    return column


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
    """Write `figures/looks.jpg`: the portrait, then each set's result above its exemplars."""
    with tempfile.TemporaryDirectory() as folder:
        columns = [with_exemplars(Image.open(PORTRAIT).convert("RGB"), None)]
        columns += [with_exemplars(stylize(name, Path(folder)), name) for name in SETS]
    sheet = Image.new("RGB", (sum(c.width + 6 for c in columns) - 6, columns[0].height), "white")
    left = 0
    for column in columns:
        sheet.paste(column, (left, 0))
        left += column.width + 6
    FIGURES.mkdir(exist_ok=True)
    sheet.save(FIGURES / "looks.jpg", quality=88)


if __name__ == "__main__":
    skin_sheet() if sys.argv[1:] == ["skin"] else main()
