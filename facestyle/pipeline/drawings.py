"""Drawings of what a result is made of: landmarks, matte, labels, gains, contact sheets."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from facestyle.faces import Face
from facestyle.imaging.levels import to_bytes, to_float

_GOLDEN_RATIO = 0.618034  # steps of hue: neighbors in the list look different
_PAPER = (255, 255, 255)
_INK = (20, 20, 20)  # RGB
# chains of the 68 points that are drawn as lines; True: closed
_CHAINS = (
    (range(0, 17), False),
    (range(17, 22), False),
    (range(22, 27), False),
    (range(27, 31), False),
    (range(31, 36), False),
    (range(36, 42), True),
    (range(42, 48), True),
    (range(48, 60), True),
    (range(60, 68), True),
)
# what regions are called and how they are drawn, in the order of `facestyle.faces.regions`
REGIONS: tuple[tuple[str, np.ndarray], ...] = tuple(
    (name, np.array(color, np.float32) / 255)
    for name, color in (
        ("skin", (240, 190, 150)),
        ("brows", (120, 70, 30)),
        ("eyes", (40, 120, 220)),
        ("nose", (230, 130, 100)),
        ("lips", (210, 40, 80)),
        ("hair", (90, 60, 150)),
        ("clothes", (50, 150, 90)),
        ("background", (150, 150, 150)),
    )
)
_GAP = 8  # px between the pictures of a sheet
GAIN_LIMIT = 3.0  # gain, and its reciprocal, at full color


def draw_landmarks(image: np.ndarray, face: Face) -> np.ndarray:
    """Draw the 68 points, their chains and the face's outline over a picture.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    face : Face

    Returns
    -------
    (H, W, 3) float32
    """
    canvas = Image.fromarray(to_bytes(image))
    draw = ImageDraw.Draw(canvas)
    thickness = max(1, round(face.inter_ocular / 60))
    # Pillow truncates coordinates
    outline = [tuple(point) for point in np.rint(face.outline)]
    landmarks = [tuple(point) for point in np.rint(face.landmarks)]
    draw.line([*outline, outline[0]], fill=(255, 170, 0), width=thickness)
    for indices, closed in _CHAINS:
        chain = [landmarks[index] for index in indices]
        draw.line(chain + chain[:1] * closed, fill=(0, 200, 255), width=thickness)
    radius = round(1.2 * thickness)
    for x, y in landmarks:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(255, 40, 90))
    return to_float(np.asarray(canvas))


def draw_matte(image: np.ndarray, matte: np.ndarray) -> np.ndarray:
    """Tint what the matte leaves out, so that its edge can be judged on the picture.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    matte : (H, W) float32
        Opacity of the person.

    Returns
    -------
    (H, W, 3) float32
    """
    tint = 0.25 * image + 0.75 * np.array([0.1, 0.75, 0.3], np.float32)
    opacity = matte[..., None]
    return (opacity * image + (1 - opacity) * tint).astype(np.float32)


def draw_labels(
    labels: np.ndarray, image: np.ndarray, matte: np.ndarray, names: Sequence[str]
) -> np.ndarray:
    """Draw which exemplar was chosen where on the person, with a legend below.

    Parameters
    ----------
    labels : (h, w) int
        Index into `names` of each node.
    image : (H, W, 3) float32
        sRGB in [0, 1].
    matte : (H, W) float32
        Opacity of the person; elsewhere labels mean nothing.
    names : sequence of str
        Names of the exemplars.

    Returns
    -------
    (H + legend, W, 3) float32
    """
    height, width = image.shape[:2]
    nodes = cv2.resize(labels.astype(np.int16), (width, height), interpolation=cv2.INTER_NEAREST)
    colors = label_colors(len(names))
    gray = np.repeat(image.mean(axis=2, keepdims=True), 3, axis=2)
    opacity = np.float32(0.55) * matte[..., None]
    picture = (1 - opacity) * gray + opacity * colors[nodes]
    shares = label_shares(labels, matte, len(names))
    return np.vstack([picture, _draw_legend(names, colors, shares, width)])


def draw_sheet(
    images: Sequence[np.ndarray], titles: Sequence[str], side: int = 320, columns: int = 4
) -> np.ndarray:
    """Lay pictures side by side in rows, each under its title.

    Parameters
    ----------
    images : sequence of (H, W, 3) float32
        sRGB in [0, 1], of any sizes.
    titles : sequence of str
    side : int
        Longest side of each, px.
    columns : int
        In a row, at most.

    Returns
    -------
    (H', W', 3) float32
    """
    font = _font(side / 20)
    line = round(1.6 * font.size)
    shown = [ImageOps.contain(Image.fromarray(to_bytes(image)), (side, side)) for image in images]
    width, height = (max(picture.size[axis] for picture in shown) for axis in (0, 1))
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    whole = _GAP + columns * (width + _GAP), _GAP + rows * (height + line + _GAP)
    sheet = Image.new("RGB", whole, _PAPER)
    draw = ImageDraw.Draw(sheet)
    for index, (picture, title) in enumerate(zip(shown, titles, strict=True)):
        row, column = divmod(index, columns)
        x, y = _GAP + column * (width + _GAP), _GAP + row * (height + line + _GAP)
        draw.text((x, y), _fitting(title, font, width), fill=_INK, font=font)
        sheet.paste(picture, (x, y + line))
    return to_float(np.asarray(sheet))


def draw_regions(region_map: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Tint a picture by what each pixel shows.

    Parameters
    ----------
    region_map : (H, W) uint8
        Of `facestyle.faces.regions.segment_regions`.
    image : (H, W, 3) float32
        sRGB in [0, 1].

    Returns
    -------
    (H, W, 3) float32
    """
    colors = np.stack([color for _, color in REGIONS])
    gray = np.repeat(image.mean(axis=2, keepdims=True), 3, axis=2)
    return (0.4 * gray + 0.6 * colors[region_map]).astype(np.float32)


def draw_quilt(aligned: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Put the aligned exemplars together, each as much as its weight says.

    Parameters
    ----------
    aligned : (K, H, W, 3) float32
        sRGB in [0, 1].
    weights : (K, h, w) float32
        Sum 1 over the exemplars.

    Returns
    -------
    (H, W, 3) float32
    """
    height, width = aligned.shape[1:3]
    quilt = np.zeros((height, width, 3), np.float32)
    for exemplar, weight in zip(aligned, weights, strict=True):
        share = cv2.resize(weight, (width, height), interpolation=cv2.INTER_LINEAR)
        quilt += share[..., None] * exemplar
    return np.clip(quilt, 0, 1)


def draw_gains(gains: np.ndarray, limit: float = GAIN_LIMIT) -> np.ndarray:
    """Draw gains in false color: blue below 1, white at 1, red above.

    Parameters
    ----------
    gains : (H, W) float32
        Positive.
    limit : float
        Gain, and its reciprocal, at full color.

    Returns
    -------
    (H, W, 3) float32
    """
    level = np.clip(np.log(np.maximum(gains, 1e-6)) / np.log(limit), -1, 1)[..., None]
    red, blue = np.array([0.8, 0.1, 0.1]), np.array([0.1, 0.25, 0.8])
    color = np.where(level > 0, 1 - level * (1 - red), 1 + level * (1 - blue))
    return color.astype(np.float32)


def label_shares(labels: np.ndarray, matte: np.ndarray, count: int) -> np.ndarray:
    """Share of the person that each exemplar has.

    Parameters
    ----------
    labels : (h, w) int
        Index of the exemplar at each node.
    matte : (H, W) float32
        Opacity of the person.
    count : int
        Exemplars.

    Returns
    -------
    (count,) float64
        Sums to 1.
    """
    height, width = matte.shape
    nodes = cv2.resize(labels.astype(np.int16), (width, height), interpolation=cv2.INTER_NEAREST)
    counts = np.bincount(nodes.ravel(), weights=matte.ravel(), minlength=count)
    return counts / max(1e-6, counts.sum())


def label_colors(count: int) -> np.ndarray:
    """Well separated colors, (count, 3) float32 in [0, 1]."""
    hues = [(index * _GOLDEN_RATIO) % 1 for index in range(count)]
    values = (0.95, 0.7)
    return np.array(
        [colorsys.hsv_to_rgb(hue, 0.8, values[i % 2]) for i, hue in enumerate(hues)], np.float32
    )


def _draw_legend(
    names: Sequence[str], colors: np.ndarray, shares: np.ndarray, width: int
) -> np.ndarray:
    """A line for each exemplar: its color, its share of the person, its name."""
    font = _font(max(11, width / 45))
    line = round(1.5 * font.size)
    legend = Image.new("RGB", (width, line * len(names) + line // 2), _PAPER)
    draw = ImageDraw.Draw(legend)
    for index, (name, color, share) in enumerate(zip(names, colors, shares, strict=True)):
        y = line // 4 + index * line
        swatch = tuple(int(value) for value in np.rint(255 * color))
        draw.rectangle((line // 2, y, 2 * line, y + line - 4), fill=swatch)
        draw.text((2.5 * line, y), f"{share:4.0%}  {name}", fill=_INK, font=font)
    return to_float(np.asarray(legend))


def draw_map(values: np.ndarray) -> np.ndarray:
    """Draw any map in gray or RGB, its range stretched to [0, 1].

    Parameters
    ----------
    values : (H, W) or (H, W, 3) float32

    Returns
    -------
    (H, W, 3) float32
    """
    low, high = float(values.min()), float(values.max())
    unit = ((values - low) / max(high - low, 1e-6)).astype(np.float32)
    return np.repeat(unit[..., None], 3, axis=2) if unit.ndim == 2 else unit[..., :3]


def _font(size: float) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def _fitting(title: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """Cut a title that is too long for its picture."""
    if font.getlength(title) <= width:
        return title
    while title and font.getlength(title + "...") > width:
        title = title[:-1]
    return title + "..."
