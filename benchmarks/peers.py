"""Other people's methods by path: folders of results, and an EbSynth binary with our guides."""

import argparse
import shlex
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.layouts import pictures
from benchmarks.protocol import MissingDataError
from facestyle.faces import Portrait
from facestyle.io.images import read_image
from facestyle.pipeline.guides import make_guides, write_guides

TIME_LIMIT = 900  # s


@dataclass(frozen=True)
class Peer:
    """A folder of another method's results.

    Attributes
    ----------
    name : str
    folder : Path
        Pictures whose stems are those that the benchmark asks for.
    """

    name: str
    folder: Path

    def read(self, stem: str, size: tuple[int, int]) -> np.ndarray:
        """The result of this stem, (H, W, 3) float32.

        Raises
        ------
        MissingDataError
            If there is none, or it has another size (width, height).
        """
        found = [path for path in pictures(self.folder) if path.stem == stem]
        if not found:
            raise MissingDataError(f"{self.name}, {stem}", f"{self.folder} has no such picture")
        image = np.asarray(read_image(found[0]).rgb)
        width, height = image.shape[1::-1]
        if (width, height) != size:
            why = f"{found[0].name} has {width}x{height} px, not {size[0]}x{size[1]}"
            raise MissingDataError(f"{self.name}, {stem}", why)
        return image


def add_peer_argument(parser: argparse.ArgumentParser, stems: str) -> None:
    """Add --peer NAME=FOLDER; `stems` says how its pictures are called."""
    parser.add_argument(
        "--peer",
        type=_parse,
        action="append",
        default=[],
        metavar="NAME=DIR",
        help=f"results of another method, named {stems}; may be given several times",
    )


def add_export_argument(parser: argparse.ArgumentParser, what: str) -> None:
    """Add --export DIR; `what` says which files it writes."""
    parser.add_argument(
        "--export", type=Path, metavar="DIR", help=f"write {what} as the methods see them"
    )


def refuse_to_replace(arguments: argparse.Namespace) -> None:
    """See that --export writes beside the data.

    Raises
    ------
    MissingDataError
        If it is the folder of --data.
    """
    places = [p.resolve() for p in (arguments.export, arguments.data) if p is not None]
    if len(set(places)) < len(places):
        raise MissingDataError("--export", "is the folder of --data, and replaces its pictures")


def run_ebsynth(binary: Path, portrait: Portrait, exemplar: Portrait) -> np.ndarray:
    """Stylize with an EbSynth binary and the guides of `facestyle guides`.

    Raises
    ------
    MissingDataError
        If the binary is not there or fails.
    """
    if not binary.is_file():
        raise MissingDataError("EbSynth", f"{binary}: no such file")
    with tempfile.TemporaryDirectory() as name:
        command = shlex.split(write_guides(name, make_guides(portrait, exemplar)))
        try:
            done = subprocess.run(
                [str(binary.resolve()), *command[1:]],
                cwd=name,
                capture_output=True,
                text=True,
                timeout=TIME_LIMIT,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise MissingDataError("EbSynth", f"{binary} did not run: {error}") from error
        result = Path(name) / "result.png"
        if done.returncode or not result.is_file():
            raise MissingDataError("EbSynth", f"exit code {done.returncode}: {done.stderr[-200:]}")
        image = np.asarray(read_image(result).rgb)
    height, width = portrait.image.shape[:2]
    if image.shape[:2] != (height, width):  # wide faces are reduced for it
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(image, 0, 1)


def _parse(text: str) -> Peer:
    name, equals, folder = text.partition("=")
    if not (name and equals and Path(folder).is_dir()):
        raise argparse.ArgumentTypeError(f"'{text}': expected NAME=DIR with a folder that exists")
    return Peer(name, Path(folder))
