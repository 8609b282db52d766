"""The pictures that the sets are made from: who, where from, under which terms, how framed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from recipes.studio import Frame, Polygon

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
    license : str
        Why it may be shipped.
    frame : Frame
    kind : {"photograph", "monochrome", "painting"}
        What has to be added to make it a color photograph.
    tone : float
        Lightness of the skin, 1 for light skin: the sets' exposures keep a dark skin darker.
    bare, beard : tuples of polygons
        Bare skin and gray hair of a monochrome source, xy px of the finished picture.
    """

    name: str
    title: str
    origin: str
    license: str
    frame: Frame
    kind: str = "photograph"
    tone: float = 1.0
    bare: tuple[Polygon, ...] = ()
    beard: tuple[Polygon, ...] = ()

    @property
    def path(self) -> Path:
        """The enlarged picture where there is one, else the original."""
        enlarged = FOLDER / f"{self.name}.jpg"
        if enlarged.exists():
            return enlarged
        (original,) = (FOLDER / "originals").glob(f"{self.name}.[jp][pn]g")
        return original


_BY_AGE = "public domain by age: Swedish portrait photograph of the early 20th century"
_BY_AGE_PAINTING = "public domain: painter died more than 100 years ago; faithful reproduction"
_BY_AGE_FAITHFUL = (
    "public domain: painting of the {century} century; faithful reproduction, its frame cut off"
)
_DEBIAN_FREECOL = "Debian package freecol 1.0.0-1, resources/images/"
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
            176.0,
            (384.0, 440.0),
            behind=(
                (
                    *(
                        (0, 0),
                        (372, 0),
                        (370, 89),
                        (336, 91),
                        (311, 97),
                        (296, 109),
                        (289, 124),
                        (262, 137),
                        (232, 160),
                    ),
                    *((208, 195), (202, 218), (185, 228), (165, 262), (156, 300), (150, 400)),
                    *(
                        (158, 425),
                        (162, 450),
                        (168, 480),
                        (177, 520),
                        (172, 600),
                        (160, 650),
                        (100, 700),
                    ),
                    (0, 700),
                ),
                ((205, 650), (236, 640), (244, 668), (232, 700), (205, 715)),
                ((0, 700), (160, 650), (215, 660), (222, 690), (150, 726), (60, 768), (0, 800)),
            ),
            front=(
                (
                    *((152, 380), (157, 312), (164, 262), (181, 234), (209, 216), (222, 181)),
                    *((250, 150), (297, 131), (312, 104), (337, 98), (369, 96), (400, 101)),
                    *((431, 113), (459, 136), (500, 145), (537, 170), (566, 217), (590, 229)),
                    *((600, 275), (602, 350), (590, 410), (560, 380), (200, 380)),
                ),
            ),
        ),
    ),
    Source(
        "luis_pedro_coelho",
        "Luis Pedro Coelho, scientist, author of mahotas",
        "PyPI package mahotas 1.4.19, mahotas/demos/data/luispedro.jpg",
        "MIT; copyright Luis Pedro Coelho, see sources/originals/luis_pedro_coelho.LICENSE",
        Frame(
            212.0,
            (332.0, 412.0),
            straighten=0.5,
            behind=(
                (
                    *((0, 0), (520, 0), (500, 8), (440, 12), (411, 18), (380, 22), (340, 31)),
                    *((297, 42), (249, 67), (203, 114), (190, 150), (169, 193), (151, 236)),
                    *((142, 284), (135, 332), (139, 407), (148, 462), (100, 520), (0, 520)),
                ),
            ),
            front=(
                (
                    *((299, 46), (252, 71), (207, 119), (195, 152), (174, 195), (156, 238)),
                    *((148, 286), (141, 334), (146, 407), (155, 462), (200, 460), (200, 250)),
                    *((260, 120), (320, 60)),
                ),
            ),
        ),
    ),
    Source(
        "aksel_andersson",
        "Aksel Andersson, librarian (1851-1923)",
        _DEBIAN_GRAMPS + "654px-Aksel_Andersson.jpg",
        _BY_AGE,
        Frame(168.0, (384.0, 400.0)),
        "monochrome",
        bare=(
            (
                *((185, 215), (235, 150), (300, 115), (400, 102), (500, 112), (530, 150)),
                *((545, 230), (560, 300), (600, 360), (610, 420), (640, 440), (650, 520)),
                *((610, 560), (520, 540), (400, 520), (330, 520), (250, 590), (230, 570)),
                *((200, 530), (165, 430), (180, 390), (205, 330), (180, 270)),
            ),
        ),
        beard=(
            ((235, 590), (320, 530), (470, 530), (560, 560), (600, 590), (500, 760), (260, 760)),
        ),
    ),
    Source(
        "erik_dahlgren",
        "Erik Wilhelm Dahlgren, national librarian (1848-1934)",
        _DEBIAN_GRAMPS + "E_W_Dahlgren.jpg",
        _BY_AGE,
        Frame(166.0, (400.0, 400.0)),
        "monochrome",
        bare=(
            (
                *((140, 160), (200, 105), (320, 80), (420, 92), (500, 150), (535, 220)),
                *((550, 300), (555, 380), (530, 560), (500, 700), (400, 755), (290, 700)),
                *((170, 600), (165, 505), (130, 480), (112, 400), (118, 355), (165, 345)),
                *((205, 300), (190, 230)),
            ),
        ),
        beard=(
            ((290, 590), (300, 540), (350, 500), (430, 510), (500, 560), (500, 620), (290, 660)),
        ),
    ),
    Source(
        "mona_lisa",
        "Lisa del Giocondo, painted by Leonardo da Vinci",
        "Wikimedia Commons, through facestyle's shared data",
        _BY_AGE_PAINTING,
        Frame(160.0, (372.0, 400.0)),
        "painting",
    ),
    Source(
        "pocahontas",
        "Pocahontas (Rebecca Rolfe), 1616; unknown painter after Simon van de Passe",
        _DEBIAN_FREECOL + "foundingFathers/pocahontas.size6.jpg",
        _BY_AGE_FAITHFUL.format(century="17th or 18th"),
        Frame(
            164.0,
            (384.0, 420.0),
            behind=(
                (
                    *((470, 0), (768, 0), (768, 420), (560, 400), (532, 380), (528, 300)),
                    *((535, 250), (548, 200), (540, 130), (512, 100), (492, 60)),
                ),
                (
                    *((0, 0), (170, 0), (150, 60), (110, 110), (80, 150), (85, 200), (110, 250)),
                    *((160, 290), (165, 340), (150, 400), (100, 440), (60, 440), (0, 400)),
                ),
            ),
        ),
        "painting",
        tone=0.86,
    ),
    Source(
        "william_penn",
        "William Penn at 22, 1666; unknown painter",
        _DEBIAN_FREECOL + "foundingFathers/williamPenn.size6.jpg",
        _BY_AGE_FAITHFUL.format(century="17th or 18th"),
        Frame(160.0, (384.0, 400.0)),
        "painting",
    ),
    Source(
        "george_washington",
        "George Washington, painted by Gilbert Stuart in 1796",
        _DEBIAN_FREECOL + "foundingFathers/georgeWashington.size6.jpg",
        _BY_AGE_FAITHFUL.format(century="18th"),
        Frame(
            160.0,
            (384.0, 400.0),
            behind=(
                (
                    *((0, 0), (768, 0), (768, 300), (735, 262), (650, 165), (560, 108), (505, 88)),
                    *((450, 84), (360, 112), (295, 175), (250, 250), (235, 300), (200, 330)),
                    *((170, 380), (155, 430), (165, 520), (205, 590), (262, 640), (330, 745)),
                    *((290, 800), (243, 960), (0, 960)),
                ),
            ),
        ),
        "painting",
    ),
    Source(
        "jacob_fugger",
        "Jakob Fugger, painted by Albrecht Duerer about 1519",
        _DEBIAN_FREECOL + "foundingFathers/jacobFugger.size6.jpg",
        _BY_AGE_FAITHFUL.format(century="16th"),
        Frame(160.0, (384.0, 400.0)),
        "painting",
    ),
)

BY_NAME = {source.name: source for source in SOURCES}
