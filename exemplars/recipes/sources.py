"""The pictures that the sets are made from: who, where from, under which terms, how framed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from recipes.studio import Frame

FOLDER = Path(__file__).resolve().parents[1] / "sources"


@dataclass(frozen=True)
class Source:
    """One picture.

    Attributes
    ----------
    name : str
        Stem of every file made from it.
    title : str
        What it shows.
    origin : str
        Where the file was taken from.
    licence : str
        Why it may be shipped.
    frame : Frame
    kind : {"photograph", "monochrome", "painting"}
        What has to be added to make it a colour photograph.
    """

    name: str
    title: str
    origin: str
    licence: str
    frame: Frame
    kind: str = "photograph"

    @property
    def path(self) -> Path:
        """The enlarged picture where there is one, else the original."""
        enlarged = FOLDER / f"{self.name}.jpg"
        if enlarged.exists():
            return enlarged
        (original,) = (FOLDER / "originals").glob(f"{self.name}.*")
        return original


_BY_AGE = "public domain by age: Swedish portrait photograph of the early 20th century"
_BY_AGE_PAINTING = "public domain: painter died more than 100 years ago; faithful reproduction"
_DEBIAN_GRAMPS = "Debian package gramps 5.1.5-1, /usr/share/doc/gramps/example/gramps/"

SOURCES = (
    Source(
        "eileen_collins",
        "Eileen Collins, astronaut; official portrait, NASA",
        "scikit-image, skimage.data.astronaut",
        "public domain: work of the US government (NASA)",
        Frame(162.0, (384.0, 400.0)),
    ),
    Source(
        "grace_hopper",
        "Grace Hopper, rear admiral and computer scientist; official portrait, 1984",
        "Matplotlib's sample data",
        "public domain: work of the US government (James S. Davis, US Navy)",
        Frame(
            164.0,
            (384.0, 424.0),
            behind=(
                ((110, 150), (160, 150), (163, 300), (166, 420), (160, 500), (110, 520)),
                ((150, 60), (230, 100), (218, 205), (172, 235), (150, 235)),
            ),
        ),
    ),
    Source(
        "luis_pedro_coelho",
        "Luis Pedro Coelho, scientist, author of mahotas",
        "PyPI package mahotas 1.4.19, mahotas/demos/data/luispedro.jpg",
        "MIT, (c) 2008-2026 Luis Pedro Coelho",
        Frame(196.0, (322.0, 400.0), straighten=0.5),
    ),
    Source(
        "aksel_andersson",
        "Aksel Andersson, librarian (1851-1923)",
        _DEBIAN_GRAMPS + "654px-Aksel_Andersson.jpg",
        _BY_AGE,
        Frame(168.0, (384.0, 400.0)),
        "monochrome",
    ),
    Source(
        "erik_dahlgren",
        "Erik Wilhelm Dahlgren, national librarian (1848-1934)",
        _DEBIAN_GRAMPS + "E_W_Dahlgren.jpg",
        _BY_AGE,
        Frame(166.0, (400.0, 400.0)),
        "monochrome",
    ),
    Source(
        "mona_lisa",
        "Lisa del Giocondo, painted by Leonardo da Vinci",
        "Wikimedia Commons, through facestyle's shared data",
        _BY_AGE_PAINTING,
        Frame(160.0, (372.0, 400.0)),
        "painting",
    ),
)

BY_NAME = {source.name: source for source in SOURCES}
