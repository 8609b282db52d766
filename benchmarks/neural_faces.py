"""Faces as the trained styles draw them: how near to the style, and is it still the person?

    python benchmarks/neural_faces.py [--size PX] [--photos N] [--styles NAME ...] [--data DIR]

The network alone is measured by `neural_styles.py`; a user gets faces with fewer strokes. The style
loss (as trained) is that of the face's box alone, for no strokes, as the command has it, and all
strokes: doing nothing has the best identity, and the first column tells what it is worth. Of the
same twelve sitters, whom nobody was trained on.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import report
import torch
from argument_types import at_least_one
from neural_pictures import read
from neural_styles import DATA, FILES, TEST, Style, load_style, objective

from facestyle import Stylizer
from facestyle.faces import Face, portrait_from_image
from facestyle.metrics import identity_distance
from facestyle.neural.loss_network import LossNetwork, load_loss_network
from facestyle.neural.pictures import to_array, to_tensor

STRENGTHS = (0.0, None, 1.0)  # none, the usual one, all


@dataclass(frozen=True)
class Sitter:
    """A photograph and its face."""

    photo: np.ndarray
    face: Face

    @classmethod
    def read(cls, path: Path, size: int) -> "Sitter":
        """Read a photograph, at most so many px on its longer side."""
        photo = to_array(read(path, size))
        return cls(photo, portrait_from_image(photo, name=path.name).face)

    def cropped(self, image: np.ndarray) -> torch.Tensor:
        """The face's box, (1, 3, h, w)."""
        left, top, right, bottom = self.face.box
        rows, columns = slice(max(0, int(top)), int(bottom)), slice(max(0, int(left)), int(right))
        return to_tensor(np.ascontiguousarray(image[rows, columns]))


def measure(network: LossNetwork, style: Style, stylizer: Stylizer, sitter: Sitter) -> list[float]:
    """Style loss of the face and identity of one result."""
    result = stylizer(sitter.photo).image
    target = objective(network, style, sitter.cropped(sitter.photo))
    loss = target.evaluate(sitter.cropped(result))[0]["style"]
    points = sitter.face.landmarks
    return [float(loss), identity_distance(sitter.photo, result, points, points)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=at_least_one, default=512, metavar="PX", help="longer side")
    parser.add_argument("--photos", type=at_least_one, default=len(TEST))
    parser.add_argument("--styles", nargs="+", choices=list(FILES), default=list(FILES))
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the portraits")
    arguments = parser.parse_args()
    report.print_conditions("Faces in the bundled styles", seed=0)
    network = load_loss_network()
    names = TEST[: arguments.photos]
    sitters = [Sitter.read(arguments.data / f"{name}.png", arguments.size) for name in names]
    rows = []
    for name in arguments.styles:
        style, row = load_style(network, "paintings", name), [name]
        for strength in STRENGTHS:
            report.progress(f"{name}: strength {strength}")
            stylizer = Stylizer.from_model(name, face_strength=strength, device="cpu")
            found = np.array([measure(network, style, stylizer, one) for one in sitters])
            row += [*map(float, found.mean(axis=0)), float(found[:, 1].max())]
        rows.append(row)
    report.progress("")
    three = [f"{what}, {of}" for of in ("none", "usual", "all") for what in ("loss", "id", "worst")]
    report.print_table(["style", *three], rows)


if __name__ == "__main__":
    report.run_script(main)
