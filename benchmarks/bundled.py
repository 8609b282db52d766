"""Data that comes with the repository: portraits, pairs, styles. Anyone may show it."""

from pathlib import Path
from typing import Literal

from benchmarks import splits
from benchmarks.report import ROOT

EXEMPLARS = ROOT / "exemplars"
STILLS = EXEMPLARS / "pencil_photos"  # ten sitters with the next: photographs and paintings
PORTRAIT = EXEMPLARS / "portraits" / "eileen_collins.jpg"
# of the bundled network wave
MODEL_STYLE = ROOT / "benchmarks" / "styles" / "great_wave.jpg"
PHOTOGRAPHED = ("eileen_collins", "grace_hopper", "luis_pedro_coelho")  # in color, by a camera
PHOTOGRAPHIC = ("noir", "high_key", "warm", "faded_film")
DRAWN = ("pencil", "charcoal", "engraving", "watercolor", "oil")


def portraits() -> list[Path]:
    """One picture of each of ten sitters, 768x960."""
    return sorted([*STILLS.glob("*.jpg"), PORTRAIT], key=lambda path: path.stem)


def pairs() -> list[tuple[Path, Path]]:
    """Photographs or paintings, each with its pencil drawing by a script: nine sitters."""
    return [(path, EXEMPLARS / "pencil" / path.name) for path in sorted(STILLS.glob("*.jpg"))]


def style(name: str) -> list[Path]:
    """The exemplars of one bundled set."""
    return sorted((EXEMPLARS / name).glob("*.jpg"))


def half_of(name: str, data_set: str = "bundled") -> Literal["development", "test", "none"]:
    """The half of the split that a sitter, style or look is in; "none" where it is in neither."""
    try:
        half = splits.half_of(data_set, name)
    except KeyError:
        return "none"
    return "test" if half == splits.TEST else "development"


def half_of_file(path: Path, data_set: str) -> Literal["development", "test", "none"]:
    """The half of a picture of a data set whose names are bare numbers: others have such, too.

    It is of the data set if a folder above it is called so.
    """
    known = any(parent.name == data_set for parent in path.absolute().parents)
    return half_of(path.stem, data_set) if known else "none"
