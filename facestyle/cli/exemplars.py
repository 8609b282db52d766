"""`facestyle exemplars`: check a folder of exemplars before it is used."""

import argparse
from pathlib import Path
from typing import Any

from facestyle.cli import exit_codes, options

USAGE = "DIR [--landmarks {auto,dlib,mesh}] [--json]"
DESCRIPTION = """\
Check a folder of exemplars: which faces are found, how large they are, what is usable, why not.

  facestyle exemplars looks/"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder, or one picture")
    options.add_landmarks_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """List every file; return the exit code."""
    from facestyle.cli.messages import print_result, report_error, show_progress, to_json
    from facestyle.io.images import expand_inputs
    from facestyle.looks import find_exemplars

    paths = [item.path for item in expand_inputs([find_exemplars(arguments.folder)])]
    quiet = arguments.quiet or not arguments.verbose  # the list itself shows how far it is
    usable = 0
    for path in show_progress(paths, len(paths), quiet=quiet):
        record = _check(path, arguments.landmarks)
        usable += record["usable"]
        print_result(to_json(record) if arguments.json else _line(record))
    if not usable:
        report_error(
            f"{arguments.folder}: none of the {len(paths)} pictures is usable as an exemplar. "
            "Each must show one face of 64 px or more, or have its 68 points beside it."
        )
        return exit_codes.NOTHING_DONE
    return exit_codes.ALL_DONE if usable == len(paths) else exit_codes.SOME_FAILED


def _check(path: Path, landmarks: str) -> dict[str, Any]:
    """Say of one file what `ExemplarSet.from_folder` will find in it."""
    from facestyle.errors import FacestyleError
    from facestyle.exemplars import read_exemplar

    record: dict[str, Any] = {"path": str(path), "usable": False}
    try:
        portrait, _ = read_exemplar(path, landmarks=landmarks)
    except FacestyleError as error:
        reason = " ".join(str(error).split())
        return record | {"reason": reason.removeprefix(f"{path}: ")}
    face = portrait.face
    x0, y0, x1, y1 = (float(value) for value in face.box)
    height, width = portrait.image.shape[:2]
    return record | {
        "usable": True,
        "size": [width, height],
        "face": {
            "box": [round(value, 1) for value in (x0, y0, x1, y1)],
            "size": [round(x1 - x0), round(y1 - y0)],
            "inter_ocular": round(float(face.inter_ocular), 1),
            "landmarks": face.source,
        },
    }


def _line(record: dict[str, Any]) -> str:
    if not record["usable"]:
        return f"{record['path']}: not usable: {record['reason']}"
    width, height = record["face"]["size"]
    return f"{record['path']}: usable: face {width} x {height} px ({record['face']['landmarks']})"
