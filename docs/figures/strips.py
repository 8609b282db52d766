"""Pictures side by side, each above a caption, in a JPEG file that is small enough for a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

PICTURES = Path(__file__).resolve().parents[1] / "pictures"
HEIGHT = 270  # px of each panel: three or four fit a page
_GAP = 6
_QUALITY = 80

Panel = tuple[str, np.ndarray | Image.Image]


def write_strip(name: str, panels: Sequence[Panel], *, height: int = HEIGHT) -> Path:
    """Write `pictures/NAME.jpg`.

    Parameters
    ----------
    name : str
    panels : sequence of (str, picture)
        The caption, and an (H, W, 3) uint8 array or a Pillow picture.
    height : int
        Of every panel, px.

    Returns
    -------
    Path
    """
    font = ImageFont.load_default(15)
    columns = []
    for caption, picture in panels:
        image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
        width = round(image.width * height / image.height)
        column = Image.new("RGB", (width, height + 24), "white")
        column.paste(_on_paper(image).resize((width, height), Image.Resampling.LANCZOS), (0, 0))
        ImageDraw.Draw(column).text((2, height + 3), caption, fill=(20, 20, 20), font=font)
        columns.append(column)
    sheet = Image.new(
        "RGB", (sum(c.width + _GAP for c in columns) - _GAP, columns[0].height), "white"
    )
    left = 0
    for column in columns:
        sheet.paste(column, (left, 0))
        left += column.width + _GAP
    PICTURES.mkdir(exist_ok=True)
    path = PICTURES / f"{name}.jpg"
    sheet.save(path, quality=_QUALITY, optimize=True)
    return path


def grid(pictures: Sequence[Image.Image], columns: int, size: tuple[int, int]) -> Image.Image:
    """Equal pictures in rows."""
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * size[0], rows * size[1]), "white")
    for index, picture in enumerate(pictures):
        place = (index % columns * size[0], index // columns * size[1])
        sheet.paste(picture.convert("RGB").resize(size, Image.Resampling.LANCZOS), place)
    return sheet


def crop(image: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
    """A part of a picture; the box in shares of its width and height: left, top, right, bottom."""
    height, width = image.shape[:2]
    left, top, right, bottom = box
    rows = slice(round(top * height), round(bottom * height))
    return image[rows, round(left * width) : round(right * width)]


def _on_paper(image: Image.Image) -> Image.Image:
    """A transparent picture over a checkerboard, so that one sees that it is."""
    if image.mode != "RGBA":
        return image.convert("RGB")
    y, x = np.mgrid[: image.height, : image.width] // max(1, image.height // 24)
    board = np.where((x + y) % 2, 205, 245).astype(np.uint8)
    paper = Image.fromarray(np.repeat(board[..., None], 3, axis=2))
    paper.paste(image, (0, 0), image)
    return paper
