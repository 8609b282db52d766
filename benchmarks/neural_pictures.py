"""Pictures as tensors: within a size, or their middle square."""

import warnings
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from facestyle.errors import ImageError
from facestyle.neural.pictures import to_tensor


def read(path: Path, longer: int) -> torch.Tensor:
    """A picture with at most so many px on its longer side, (1, 3, H, W)."""
    picture = _read_rgb(path)
    picture.thumbnail((longer, longer), Image.Resampling.LANCZOS)
    return to_tensor(np.asarray(picture, np.float32) / 255)


def read_square(path: Path, side: int) -> torch.Tensor:
    """The middle square of a picture, (1, 3, side, side)."""
    picture = _read_rgb(path)
    shorter = min(picture.size)
    left, top = (picture.width - shorter) // 2, (picture.height - shorter) // 2
    box = (left, top, left + shorter, top + shorter)
    pixels = picture.resize((side, side), Image.Resampling.LANCZOS, box=box)
    return to_tensor(np.asarray(pixels, np.float32) / 255)


def _read_rgb(path: Path) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as file:
                return file.convert("RGB")
    except (OSError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        why = getattr(error, "strerror", None) or error
        raise ImageError(f"{path}: cannot be read as a picture ({why})") from error
