"""What users give to be stylized: an array, a Pillow picture, or a file."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from facestyle.errors import UsageError
from facestyle.io.images import Picture, read_image, read_pillow

PictureLike = np.ndarray | Image.Image | str | os.PathLike[str]


@dataclass(frozen=True)
class InputPicture:
    """A picture to be stylized, and how its result is to look.

    Attributes
    ----------
    array : (H, W), (H, W, 3) or (H, W, 4) uint8, uint16 or float
        sRGB.
    like : ndarray
        The result gets its type and its channels.
    name : str
        What to call it in messages.
    file : Picture or None
        What the file said besides its pixels, for writing the result.
    """

    array: np.ndarray
    like: np.ndarray
    name: str
    file: Picture | None = None


def input_picture(picture: PictureLike) -> InputPicture:
    """Take a picture as a user has it.

    Parameters
    ----------
    picture : ndarray, PIL.Image.Image or path-like
        Arrays are (H, W), (H, W, 3) or (H, W, 4) uint8, uint16 or float in [0, 1], sRGB. Files
        and Pillow pictures give results of uint8, or uint16 for files of 16 bits.

    Returns
    -------
    InputPicture

    Raises
    ------
    ImageError
        If the file is no picture.
    UsageError
        If it is none of these.
    """
    if isinstance(picture, np.ndarray):
        return InputPicture(picture, picture, "the picture")
    if isinstance(picture, Image.Image):
        return input_file(read_pillow(picture), Path("the picture"))
    if isinstance(picture, str | os.PathLike):
        return input_file(read_image(picture), Path(picture))
    raise UsageError(
        f"the picture is a {type(picture).__name__}; expected an array, a Pillow picture or a path"
    )


def input_file(file: Picture, path: Path) -> InputPicture:
    """Take a picture that was read from a file."""
    array = file.rgb if file.alpha is None else np.dstack([file.rgb, file.alpha])
    depth = np.uint16 if file.bit_depth == 16 else np.uint8
    return InputPicture(array, np.empty((*array.shape[:2], array.shape[2]), depth), str(path), file)


def reduced_picture(picture: Picture, longest: int | None) -> Picture:
    """Reduce a picture that is longer than `longest` px; None leaves all as they are.

    Parameters
    ----------
    picture : Picture
    longest : int or None

    Returns
    -------
    Picture
        What its file said besides its pixels stays.
    """
    height, width = picture.rgb.shape[:2]
    if longest is None or max(height, width) <= longest:
        return picture
    factor = longest / max(height, width)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    if picture.alpha is None:
        return replace(picture, rgb=cv2.resize(picture.rgb, size, interpolation=cv2.INTER_AREA))
    alpha = cv2.resize(picture.alpha, size, interpolation=cv2.INTER_AREA)
    # colors count as much as they are seen
    seen = cv2.resize(picture.rgb * picture.alpha[..., None], size, interpolation=cv2.INTER_AREA)
    plain = cv2.resize(picture.rgb, size, interpolation=cv2.INTER_AREA)
    rgb = np.where(alpha[..., None] > 1e-3, seen / np.maximum(alpha, 1e-3)[..., None], plain)
    return replace(picture, rgb=np.clip(rgb, 0, 1).astype(np.float32), alpha=alpha)
