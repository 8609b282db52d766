"""Training crops from a folder of photos: the same crops for the same seed and step."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps

from facestyle.errors import ImageError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
_KEPT = 256  # decoded photos that stay in memory
_LARGEST = 3  # decoded photos are reduced to this many crops along their shorter side
_SMALLEST_WINDOW = 0.5  # of the photo's shorter side


class PhotoFolder:
    """Random square crops of the photos in a folder and its sub-folders.

    Parameters
    ----------
    folder : Path or str
        The folder.
    crop : int
        Side of a crop in pixels.
    seed : int
        Seed of the choice of photos, windows and reflections.

    Attributes
    ----------
    files : list of Path
        The photos, sorted.
    problems : dict of Path to str
        Files that could not be read, and why; other photos take their place.

    Raises
    ------
    ImageError
        The folder holds no photo.
    """

    def __init__(self, folder: Path | str, crop: int, seed: int = 0) -> None:
        folder = Path(folder)
        if not folder.is_dir():
            raise ImageError(f"{folder}: not a folder; training needs a folder of photos")
        self.files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)
        if not self.files:
            raise ImageError(f"{folder}: holds no photo ({', '.join(sorted(SUFFIXES))})")
        self.crop, self.seed = crop, seed
        self.problems: dict[Path, str] = {}
        self._decoded = lru_cache(_KEPT)(self._decode)

    def batch(self, step: int, places: range) -> torch.Tensor:
        """Return the crops of these places in the batch of a step.

        Parameters
        ----------
        step : int
            Number of the training step.
        places : range
            Places in the batch; workers that share a batch take different ones.

        Returns
        -------
        torch.Tensor
            RGB (B, 3, crop, crop) float32 in [0, 1].
        """
        crops = np.stack([self._crop(step, place) for place in places])
        return torch.from_numpy(crops).permute(0, 3, 1, 2).float().div_(255)

    def _crop(self, step: int, place: int) -> np.ndarray:
        random = np.random.default_rng([self.seed, step, place])
        photo = self._readable(int(random.integers(len(self.files))))
        shorter = min(photo.size)
        side = int(shorter * random.uniform(_SMALLEST_WINDOW, 1.0))
        left = int(random.integers(photo.width - side + 1))
        top = int(random.integers(photo.height - side + 1))
        box = (left, top, left + side, top + side)
        crop = photo.resize((self.crop, self.crop), Image.Resampling.BICUBIC, box=box)
        pixels = np.asarray(crop)
        return pixels[:, ::-1] if random.integers(2) else pixels

    def _readable(self, index: int) -> Image.Image:
        """Return this photo, or the next one that can be read."""
        for offset in range(len(self.files)):
            photo = self._decoded((index + offset) % len(self.files))
            if photo is not None:
                return photo
        path, reason = next(iter(self.problems.items()))
        raise ImageError(f"{path}: {reason}; none of {len(self.files)} photos can be read")

    def _decode(self, index: int) -> Image.Image | None:
        path = self.files[index]
        limit = _LARGEST * self.crop
        try:
            with Image.open(path) as file:
                file.draft("RGB", (limit, limit))
                photo = ImageOps.exif_transpose(file).convert("RGB")
        except (OSError, ValueError, Image.DecompressionBombError) as error:
            self.problems[path] = str(error)
            return None
        if min(photo.size) > limit:
            scale = limit / min(photo.size)
            size = (round(photo.width * scale), round(photo.height * scale))
            photo = photo.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
        return photo
