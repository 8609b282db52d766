"""What the page offers to pick from: folders of exemplars and trained networks, by name."""

from __future__ import annotations

import functools
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from facestyle.errors import UsageError
from facestyle.io.images import expand_inputs
from facestyle.looks import bundled_looks

_THUMBNAIL = (220, 275)  # px; the exemplars that come with the package are of this shape


@dataclass(frozen=True)
class PageLook:
    """One look to pick.

    Attributes
    ----------
    name : str
    folder : Path or None
        Exemplars; None for a trained network.
    picture : Path or None
        What it is shown by.
    """

    name: str
    folder: Path | None
    picture: Path | None

    @property
    def title(self) -> str:
        """The name as people write it."""
        return self.name.replace("_", " ").capitalize()


def page_looks(folders: Sequence[Path]) -> dict[str, PageLook]:
    """The looks that come with facestyle, and those of some folders, by name.

    Parameters
    ----------
    folders : sequence of Path
        Each with a sub-folder of exemplars for each look.

    Raises
    ------
    UsageError
        If there is no look in a folder.
    """
    found = {
        name: PageLook(name, look.folder, look.thumbnail) for name, look in bundled_looks().items()
    }
    for folder in folders:
        looks = [path for path in sorted(folder.iterdir()) if path.is_dir() and _pictures(path)]
        if not looks:
            raise UsageError(f"{folder}: expected a folder of folders, one of exemplars each")
        found.update({path.name: PageLook(path.name, path, _pictures(path)[0]) for path in looks})
    return found


@functools.lru_cache(maxsize=64)
def thumbnail(path: Path) -> bytes:
    """A picture as a small JPEG."""
    with Image.open(path) as image:
        small = ImageOps.fit(image.convert("RGB"), _THUMBNAIL, centering=(0.5, 0.35))
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=85)
    return stream.getvalue()


def _pictures(folder: Path) -> list[Path]:
    return [item.path for item in expand_inputs([folder]) if item.found]
