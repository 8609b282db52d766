"""Folders of pictures that belong together by name: listing, reading, checking."""

import os
from copy import copy
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facestyle.errors import ImageError, UsageError
from facestyle.io.images import IMAGE_SUFFIXES, read_image
from facestyle.metrics.inputs import eight_bit
from facestyle.metrics.name_pairs import pair_names

Picture = NDArray[np.uint8]


class PictureFolder:
    """The pictures of one folder by stem; sub-folders and hidden files are left alone.

    Parameters
    ----------
    path : path-like
    contents : str
        What the pictures are, for messages: "result", "true picture", "photograph".

    Raises
    ------
    UsageError
        If there is no such folder, or no picture in it.
    """

    def __init__(self, path: str | os.PathLike[str], contents: str) -> None:
        self.path, self.contents = Path(path).expanduser(), contents
        if not self.path.is_dir():
            raise UsageError(f"{self.path}: there is no such folder; expected one of {contents}s.")
        self._files: dict[str, list[Path]] = {}
        for file in sorted(self.path.iterdir()):
            hidden = file.name.startswith(".")
            if file.suffix.lower() in IMAGE_SUFFIXES and not hidden and file.is_file():
                self._files.setdefault(file.stem, []).append(file)
        if not self._files:
            raise UsageError(f"{self.path}: holds no picture; expected {contents}s.")

    def named_as(self, other: "PictureFolder") -> tuple["PictureFolder", dict[str, str]]:
        """The same pictures under the names of their partners in another folder.

        Returns
        -------
        PictureFolder
        dict of str to str
            Own name by partner's, where the two differ.
        """
        pairs = pair_names(other.stems, self.stems)
        names = {own: theirs for theirs, own in pairs.items()}
        folder = copy(self)
        folder._files = {names.get(stem, stem): files for stem, files in self._files.items()}
        return folder, {theirs: own for theirs, own in pairs.items() if theirs != own}

    @property
    def stems(self) -> set[str]:
        """Names of all pictures, without their suffixes."""
        return set(self._files)

    def read(self, stem: str, like: Picture | None = None) -> Picture:
        """Read the picture of this stem as 8-bit sRGB, over white where it is transparent.

        Parameters
        ----------
        stem : str
        like : (H, W, 3) uint8, optional
            Result whose height and width it must have.

        Returns
        -------
        (H, W, 3) uint8

        Raises
        ------
        ImageError
            If there is none, if two files bear that name, if it cannot be read, or if its size
            is another.
        """
        files = self._files.get(stem, [])
        if not files:
            raise ImageError(f"no {self.contents} named '{stem}' in {self.path}.")
        if len(files) > 1:
            names = ", ".join(file.name for file in files)
            raise ImageError(f"{self.path}: {names} bear one name; keep one of them.")
        picture = read_image(files[0])
        rgb = picture.rgb
        if picture.alpha is not None:
            alpha = picture.alpha[..., None]
            rgb = rgb * alpha + (1 - alpha)
        if like is not None and rgb.shape != like.shape:
            raise ImageError(
                f"{files[0]}: has {rgb.shape[1]}x{rgb.shape[0]} px, the result "
                f"{like.shape[1]}x{like.shape[0]} px; pictures of one size are compared: "
                "crop or resize one of them."
            )
        return eight_bit(rgb)
