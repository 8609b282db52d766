"""Photographed sitters of one half of the split, from every data set that has some.

One picture of each. What is not shipped may be absent; the bundled photographs alone are too few
to measure with.
"""

from pathlib import Path

from report import ROOT, progress
from splits import half_of, sitter_of

from facestyle.faces import Portrait, portrait_from_image
from facestyle.io.images import read_image

SHARED = ROOT.parent / "shared" / "data"
SOURCES = ROOT / "exemplars" / "sources"
# of the bundled sitters, those who were photographed in color
_PHOTOGRAPHED = ("eileen_collins", "grace_hopper", "luis_pedro_coelho")
# folder below the data, pattern, data set of the split
_FOLDERS = (
    ("portraits", "*.png", "portraits"),
    ("region_labels/photos", "*.png", "region_labels"),
    ("headshots_bw/inputs", "*.jpg", "headshots"),
)


def sitter_paths(half: str, data: Path = SHARED) -> dict[str, Path]:
    """The first picture of each sitter of a half, "development" or "test", by name."""
    paths: dict[str, Path] = {}
    for folder, pattern, data_set in _FOLDERS:
        for path in sorted((data / folder).glob(pattern)):
            if half_of(data_set, path.stem) == half:
                paths.setdefault(f"{data_set} {sitter_of(data_set, path.stem)}", path)
    for name in _PHOTOGRAPHED:
        if half_of("bundled", name) == half:
            enlarged = sorted(SOURCES.glob(f"{name}.*"))
            originals = sorted((SOURCES / "originals").glob(f"{name}.*g"))
            paths[f"bundled {name}"] = (enlarged or originals)[0]
    return paths


def read_sitters(paths: dict[str, Path]) -> dict[str, Portrait]:
    """Analyze the pictures."""
    sitters = {}
    for name, path in paths.items():
        progress(f"analyzing {path.name}")
        sitters[name] = portrait_from_image(read_image(path).rgb, name=path.name)
    progress("")
    return sitters
