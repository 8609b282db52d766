"""A blind two-alternative study of result folders, as one page that works from a file.

    python -m benchmarks study ours=DIR theirs=DIR --photos DIR --exemplars DIR -o study.html

Writes study.html, which holds every picture and no name of a method, and study.key.json, which says
what its pictures are: keep that to yourself. A subject opens the page, chooses left or right with
the arrow keys, and sends back the file that it offers at the end; `study-score` reads these. Order
and sides are drawn anew for each subject. Some trials are catches: one picture is a coarse mosaic
of the other, and who prefers it was not looking.
"""

import argparse
import hashlib
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.argument_types import at_least_one, at_least_zero
from benchmarks.layouts import pictures
from benchmarks.outputs import prepare_file, write_whole
from benchmarks.protocol import say
from benchmarks.thumbnails import jpeg_text
from facestyle.errors import FacestyleError
from facestyle.io.images import read_image

SCHEMA = 1
LONGEST = 640  # px of a picture that is chosen
ASIDE = 320  # px of the photograph and the examples
MOSAIC = 20  # blocks across a catch: a face is hardly one
MOST_EXAMPLES = 3
QUESTION = "Which picture is the better portrait of this person in the style of the examples?"
TEMPLATE = Path(__file__).parent / "templates" / "study.html"


@dataclass
class Study:
    """Pictures and trials of a page, and what they are.

    Attributes
    ----------
    shown : dict of str to str
        Base64 of a JPEG, by a number that tells nothing.
    key : dict of str to dict
        Case and method of each number.
    trials : list of dict
        Two numbers, that of the photograph, and whether it is a catch.
    """

    shown: dict[str, str] = field(default_factory=dict)
    key: dict[str, dict[str, str]] = field(default_factory=dict)
    trials: list[dict[str, Any]] = field(default_factory=list)

    def put(self, image: np.ndarray, longest: int, **what: str) -> str:
        """Keep a picture; return its number, which tells nothing of the method.

        It is made of the pixels, and of how often the same picture came before.
        """
        text = jpeg_text(image, longest)
        for again in itertools.count():
            number = hashlib.sha256(f"{text}{again or ''}".encode()).hexdigest()[:12]
            if self.key.get(number, what) == what:
                break
        self.shown[number], self.key[number] = text, what
        return number


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folders", nargs="+", metavar="NAME=DIR", help="results of two or more")
    parser.add_argument("--photos", type=Path, metavar="DIR", help="show the photograph, too")
    parser.add_argument("--exemplars", type=Path, metavar="DIR", help="show examples of the style")
    parser.add_argument("--question", default=QUESTION)
    parser.add_argument(
        "--catches", type=at_least_zero, default=4, metavar="N", help="catch trials (4)"
    )
    parser.add_argument(
        "--trials", type=at_least_one, metavar="N", help="of a subject, drawn by chance (all)"
    )
    parser.add_argument("--seed", type=at_least_zero, default=0, help="of the choice of catches")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.html")


def main(arguments: argparse.Namespace) -> int:
    """Write page and key; 2 where the folders do not make a study."""
    try:
        prepare_file(arguments.output)
        methods = _named_folders(arguments.folders)
        study = make_study(methods, arguments.photos, arguments.catches, arguments.seed)
        examples = read_examples(arguments.exemplars)
    except (ValueError, FacestyleError) as error:
        say(f"study: {error}")
        return 2
    page, key = write_study(
        arguments.output, study, examples, question=arguments.question, most=arguments.trials
    )
    catches = sum(trial["catch"] for trial in study.trials)
    print(f"{page}: {len(study.trials) - catches} trials and {catches} catches; {key}: the key")
    return 0


def make_study(methods: dict[str, Path], photos: Path | None, catches: int, seed: int) -> Study:
    """Every two results of one case; catches of cases drawn by chance.

    What is not shown is said, and is neither in the page nor in the key.

    Parameters
    ----------
    methods : dict of str to Path
        Folders of results; pictures of one stem belong together.
    photos : Path, optional
        Folder of photographs with the same stems.
    catches : int
    seed : int

    Raises
    ------
    ValueError
        If there are no two methods with a picture of one name.
    """
    if len(methods) < 2:
        raise ValueError(f"found {len(methods)} folder, expected two or more as NAME=DIR")
    files = {name: {p.stem: p for p in pictures(folder)} for name, folder in methods.items()}
    photo_files = {} if photos is None else {p.stem: p for p in pictures(photos)}
    study = Study()
    for case in sorted(set().union(*files.values())):
        images = _images_of(case, files)
        if len(images) < 2:
            say(f"study: {case}: is left out: fewer than two methods have a picture of it")
            continue
        shown = [
            study.put(image, LONGEST, case=case, method=name) for name, image in images.items()
        ]
        photo = None
        if photos is not None:
            image = _read(photo_files.get(case), case, "the photographs")
            photo = None if image is None else study.put(image, ASIDE, case=case, method="")
        for pair in itertools.combinations(shown, 2):
            study.trials.append({"pair": list(pair), "photo": photo, "catch": False})
    if not study.trials:
        raise ValueError("no two folders hold different pictures of the same name")
    _add_catches(study, files, catches, seed)
    return study


def _images_of(case: str, files: dict[str, dict[str, Path]]) -> dict[str, np.ndarray]:
    """What the methods made of a case, by method; equal pictures only once."""
    images: dict[str, np.ndarray] = {}
    seen: dict[str, str] = {}
    for name, of in files.items():
        image = _read(of.get(case), case, name)
        if image is None:
            continue
        twin = seen.setdefault(jpeg_text(image, LONGEST), name)
        if twin != name:
            say(f"study: {case}: {name} is left out: its picture is that of {twin}")
            continue
        images[name] = image
    return images


def _read(path: Path | None, case: str, of: str) -> np.ndarray | None:
    """A picture; None, said by name, where there is none that can be read."""
    if path is None:
        say(f"study: {case}: {of} has no picture of this name")
        return None
    try:
        return np.asarray(read_image(path).rgb)
    except FacestyleError as error:
        say(f"study: {case}: the picture of {of} is left out: {error}")
        return None


def _add_catches(study: Study, files: dict[str, dict[str, Path]], count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    made: set[str] = set()  # what has a mosaic: a pair is shown once
    for index in random.permutation(len(study.trials)):
        if len(made) == count:
            break
        trial = study.trials[index]
        good = trial["pair"][int(random.integers(2))]
        if good in made:
            continue
        made.add(good)
        what = study.key[good]
        image = mosaic(read_image(files[what["method"]][what["case"]]).rgb)
        bad = study.put(image, LONGEST, case=what["case"], method="catch")
        study.trials.append({"pair": [good, bad], "photo": trial["photo"], "catch": True})


def mosaic(image: np.ndarray) -> np.ndarray:
    """A picture of a few blocks."""
    height, width = image.shape[:2]
    small = (MOSAIC, max(1, round(MOSAIC * height / width)))
    blocks = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(blocks, (width, height), interpolation=cv2.INTER_NEAREST))


def read_examples(folder: Path | None) -> list[str]:
    """A few exemplars as text, spread over the folder."""
    if folder is None:
        return []
    files = pictures(folder)
    if not files:
        raise ValueError(f"--exemplars {folder}: holds no picture")
    chosen = np.linspace(0, len(files) - 1, min(MOST_EXAMPLES, len(files))).round().astype(int)
    images = [_read(files[n], files[n].name, "the examples") for n in chosen]
    return [jpeg_text(image, ASIDE) for image in images if image is not None]


def write_study(
    output: Path, study: Study, examples: Sequence[str], *, question: str, most: int | None
) -> tuple[Path, Path]:
    """Write the page and its key; return both paths."""
    name = hashlib.sha256("".join(sorted(study.shown)).encode()).hexdigest()[:12]
    content = {
        "study": name,
        "schema": SCHEMA,
        "question": question,
        "most": most,
        "pictures": study.shown,
        "examples": list(examples),
        "trials": study.trials,
    }
    # a "</script>" in the question must not end the script
    text = json.dumps(content, ensure_ascii=False).replace("</", "<\\/")
    page = TEMPLATE.read_text(encoding="utf-8").replace("/*CONTENT*/null", text)
    key = output.with_suffix(".key.json")
    write_whole(output, page)
    secret = {
        "study": name,
        "schema": SCHEMA,
        "most": most,
        "trials": [{"pair": trial["pair"], "catch": trial["catch"]} for trial in study.trials],
        "pictures": study.key,
    }
    write_whole(key, json.dumps(secret, indent=1))
    return output, key


def _named_folders(texts: Sequence[str]) -> dict[str, Path]:
    named: dict[str, Path] = {}
    for text in texts:
        name, equals, folder = text.partition("=")
        if not (name and equals and Path(folder).is_dir()):
            raise ValueError(f"{text}: expected NAME=DIR with a folder that exists")
        if name == "catch":  # what the key calls the mosaics
            raise ValueError(f"{text}: 'catch' names the catch trials; choose another name")
        if name in named:
            raise ValueError(f"{text}: the name {name!r} is given twice; each folder needs its own")
        named[name] = Path(folder)
    return named
