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

from benchmarks.layouts import pictures
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
        """Keep a picture; return its number, which depends on its pixels only."""
        text = jpeg_text(image, longest)
        number = hashlib.sha256(text.encode()).hexdigest()[:12]
        self.shown[number], self.key[number] = text, what
        return number


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folders", nargs="+", metavar="NAME=DIR", help="results of two or more")
    parser.add_argument("--photos", type=Path, metavar="DIR", help="show the photograph, too")
    parser.add_argument("--exemplars", type=Path, metavar="DIR", help="show examples of the style")
    parser.add_argument("--question", default=QUESTION)
    parser.add_argument("--catches", type=int, default=4, metavar="N", help="catch trials (4)")
    parser.add_argument(
        "--trials", type=int, metavar="N", help="of a subject, drawn by chance (all)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the choice of catches")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.html")


def main(arguments: argparse.Namespace) -> int:
    """Write page and key; 2 where the folders do not make a study."""
    try:
        methods = dict(_named_folder(text) for text in arguments.folders)
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
    cases = sorted(set().union(*files.values()))
    study = Study()
    for case in cases:
        shown = {
            name: study.put(read_image(of[case]).rgb, LONGEST, case=case, method=name)
            for name, of in files.items()
            if case in of
        }
        photo = None
        if case in photo_files:
            photo = study.put(read_image(photo_files[case]).rgb, ASIDE, case=case, method="")
        for first, second in itertools.combinations(shown.values(), 2):
            if first == second:
                say(f"study: {case}: two methods have the same picture; that pair is left out")
                continue
            study.trials.append({"pair": [first, second], "photo": photo, "catch": False})
    if not study.trials:
        raise ValueError("no two folders hold a picture of the same name")
    _add_catches(study, files, catches, seed)
    return study


def _add_catches(study: Study, files: dict[str, dict[str, Path]], count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    for index in random.permutation(len(study.trials))[:count]:
        trial = study.trials[index]
        good = trial["pair"][int(random.integers(2))]
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
    return [jpeg_text(read_image(files[n]).rgb, ASIDE) for n in chosen]


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
    output.parent.mkdir(parents=True, exist_ok=True)
    _write(output, page)
    _write(key, json.dumps({"study": name, "schema": SCHEMA, "pictures": study.key}, indent=1))
    return output, key


def _write(path: Path, text: str) -> None:
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def _named_folder(text: str) -> tuple[str, Path]:
    name, equals, folder = text.partition("=")
    if not (name and equals and Path(folder).is_dir()):
        raise ValueError(f"{text}: expected NAME=DIR with a folder that exists")
    return name, Path(folder)
