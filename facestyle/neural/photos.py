"""Training crops from a folder of photos: the same crops for the same seed and step."""

import hashlib
import io
import logging
import os
import warnings
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps

from facestyle.errors import ImageError
from facestyle.files import read_regular

_LOG = logging.getLogger(__name__)
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
# A closed list: Pillow would hand an EPS file to Ghostscript, whatever its name.
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")
_LARGEST_FILE = 2**30  # bytes
_MOST_PIXELS = 200_000_000  # as `facestyle.io.images.limits` has it
_ATTEMPTS = 8  # to find a crop of more than one color
_KEPT = 750_000_000  # bytes of decoded photos that stay in memory: some 300 for crops of 256 px
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
        self.folder, self.files = folder, _photo_files(folder)
        if not self.files:
            raise ImageError(f"{folder}: holds no photo ({', '.join(sorted(SUFFIXES))})")
        self.crop, self.seed = crop, seed
        self.problems: dict[Path, str] = {}
        self._kept: OrderedDict[int, Image.Image | None] = OrderedDict()

    @property
    def fingerprint(self) -> str:
        """How many photos, and a few characters that their names make."""
        names = "\n".join(path.relative_to(self.folder).as_posix() for path in self.files)
        return f"{len(self.files)} files, {hashlib.sha256(names.encode()).hexdigest()[:8]}"

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
        """Return a crop of more than one color, where there is one.

        Normalization divides by the spread of the features: of a crop of one color, all black for
        instance, the gradients are infinite.
        """
        for attempt in range(_ATTEMPTS):
            crop = self._random_crop([self.seed, step, place, attempt][: 4 if attempt else 3])
            if (crop != crop[:1, :1]).any():
                break
        return crop

    def _random_crop(self, seed: list[int]) -> np.ndarray:
        random = np.random.default_rng(seed)
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

    def _decoded(self, index: int) -> Image.Image | None:
        """Return a photo, or None; those asked for last stay in memory, as many as have room."""
        if index in self._kept:
            self._kept.move_to_end(index)
            return self._kept[index]
        photo = self._kept[index] = self._decode(index)
        while len(self._kept) > 1 and sum(map(_bytes_of, self._kept.values())) > _KEPT:
            self._kept.popitem(last=False)
        return photo

    def _decode(self, index: int) -> Image.Image | None:
        path = self.files[index]
        limit = _LARGEST * self.crop
        try:
            photo = _read_photo(path, limit)
        except Exception as error:  # one odd photo among thousands must not stop the training
            if path not in self.problems:
                reason = getattr(error, "strerror", None) or str(error) or repr(error)
                self.problems[path] = reason
                _LOG.warning("%s: left out of the training (%s)", path, reason)
            return None
        if min(photo.size) > limit:
            scale = limit / min(photo.size)
            size = (round(photo.width * scale), round(photo.height * scale))
            photo = photo.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
        return photo


def _bytes_of(photo: Image.Image | None) -> int:
    return 0 if photo is None else 3 * photo.width * photo.height


def _photo_files(folder: Path) -> list[Path]:
    found = []
    for current, _, names in os.walk(folder):
        found += [Path(current, name) for name in names if Path(name).suffix.lower() in SUFFIXES]
    return sorted(found)


def _read_photo(path: Path, limit: int) -> Image.Image:
    """Decode a photo, reduced while decoding where its format allows."""
    data = read_regular(path, _LARGEST_FILE)
    Image.init()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, about large or odd files
        with Image.open(io.BytesIO(data), formats=_FORMATS) as file:
            if file.width * file.height > _MOST_PIXELS:
                raise ValueError(f"{file.width} x {file.height} are too many pixels")
            file.draft("RGB", (limit, limit))
            photo = ImageOps.exif_transpose(file)
            if photo.mode.startswith("I;16"):  # Pillow would clip it to white
                return Image.fromarray((np.asarray(photo) >> 8).astype(np.uint8)).convert("RGB")
            return photo.convert("RGB")
