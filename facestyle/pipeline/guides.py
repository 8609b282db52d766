"""Guides for other example-based synthesizers: position, appearance and segmentation, both sides.

Each guide is a pair of pictures, one of the exemplar and one of the portrait, in which places that
correspond have the same color. EbSynth (Jamriska et al., "Stylizing Video by Example", SIGGRAPH
2019) reads them as they are.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from facestyle.faces import Portrait
from facestyle.frozen import FrozenRecord
from facestyle.io.images import write_image
from facestyle.methods.patch_unpaired import correspond

# wider faces are reduced: the guides are smooth, and EbSynth takes minutes for megapixels
MOST_FACE_WIDTH = 600.0
# suggested for EbSynth, which the guides are written for; not measured
WEIGHTS = {"position": 2.0, "appearance": 1.0, "segmentation": 1.5}
# skin, brow, eye, nose, lip, hair, clothes, background: far apart in RGB
_REGION_COLORS = np.array(
    [
        [240, 200, 170],
        [120, 70, 20],
        [0, 90, 255],
        [255, 150, 90],
        [220, 0, 60],
        [20, 70, 20],
        [130, 40, 200],
        [235, 235, 235],
    ],
    np.float32,
)


@dataclass(frozen=True)
class Guides(FrozenRecord):
    """An exemplar and pairs of guides.

    Attributes
    ----------
    style : (h, w, 3) float32
        The exemplar at the portrait's face width, sRGB.
    pairs : dict of str to (source, target)
        position, appearance and segmentation; source (h, w, 3) of the exemplar, target (H, W, 3)
        of the portrait, float32 in [0, 1].
    """

    style: np.ndarray
    pairs: dict[str, tuple[np.ndarray, np.ndarray]]


def make_guides(portrait: Portrait, exemplar: Portrait) -> Guides:
    """Make the guides that lead from an exemplar to a portrait.

    Parameters
    ----------
    portrait, exemplar : Portrait

    Returns
    -------
    Guides
        At the portrait's size; smaller where its face is wider than 600 px.
    """
    found = correspond(portrait, exemplar, widest=MOST_FACE_WIDTH)
    rows, columns = found.exemplar_regions.shape
    size = np.array([columns - 1, rows - 1], np.float32)
    own = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1).astype(np.float32)
    return Guides(
        found.exemplar,
        {
            "position": (_gradient(own / size), _gradient(found.positions / size)),
            "appearance": (_gray(found.exemplar), _gray(found.toned)),
            "segmentation": (_colors(found.exemplar_regions), _colors(found.regions)),
        },
    )


def write_guides(folder: str | Path, guides: Guides) -> str:
    """Write guides as PNG files, and the EbSynth command that uses them.

    Parameters
    ----------
    folder : path-like
        Made if missing. Receives ``style.png``, ``NAME_source.png`` and ``NAME_target.png`` for
        each guide, and ``ebsynth.txt``.
    guides : Guides

    Returns
    -------
    str
        The command; to be run in the folder.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_image(folder / "style.png", guides.style)
    command = ["ebsynth", "-style", "style.png"]
    for name, (source, target) in guides.pairs.items():
        files = f"{name}_source.png", f"{name}_target.png"
        write_image(folder / files[0], source)
        write_image(folder / files[1], target)
        command += ["-guide", *files, "-weight", f"{WEIGHTS[name]:g}"]
    command += ["-output", "result.png"]
    line = shlex.join(command)
    (folder / "ebsynth.txt").write_text(line + "\n", encoding="utf-8")
    return line


def _gradient(places: np.ndarray) -> np.ndarray:
    """Places in [0, 1] as red and green, (H, W, 3) float32."""
    picture = np.zeros((*places.shape[:2], 3), np.float32)
    picture[..., :2] = np.clip(places, 0, 1)
    return picture


def _gray(image: np.ndarray) -> np.ndarray:
    """Luma as a color picture."""
    luma = image @ np.array([0.299, 0.587, 0.114], np.float32)
    return np.repeat(luma[..., None], 3, axis=2)


def _colors(regions: np.ndarray) -> np.ndarray:
    return _REGION_COLORS[regions] / np.float32(255)
