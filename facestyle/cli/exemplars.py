"""`facestyle exemplars`: check a folder of exemplars before it is used."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facestyle.cli import exit_codes, options

if TYPE_CHECKING:
    from facestyle.exemplars import ReadExemplar
    from facestyle.faces import Portrait
    from facestyle.pipeline.exemplar_advice import ExemplarReport, SetReport

USAGE = "LOOK|DIR [--exemplar-photos DIR] [--sheet FILE] [--landmarks {auto,dlib,mesh}] [--json]"
DESCRIPTION = """\
Check a folder of exemplars: what is usable and why not; size, sharpness, pose and medium of each;
doubles, pictures unlike the others, works that are not used together; the method that suits them,
and whether more would help.

  facestyle exemplars sketches/
  facestyle exemplars sketches/ --exemplar-photos sitters/
  facestyle exemplars sketches/ --sheet sketches.html     or .jpg: all of them at a glance"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="look, folder, or one picture")
    parser.add_argument(
        "--exemplar-photos",
        type=Path,
        metavar="DIR",
        help="the photographs that the exemplars were made from, of the same stems",
    )
    parser.add_argument(
        "--sheet", type=Path, metavar="FILE", help="also show them all on a page or a picture"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an existing sheet")
    options.add_landmarks_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """List every file, then say what suits the set; return the exit code."""
    from facestyle.cli.messages import print_result, report_error, show_progress, to_json
    from facestyle.cli.sheet_files import check_sheet
    from facestyle.errors import ExemplarError
    from facestyle.io.images import expand_inputs
    from facestyle.looks import find_exemplars

    if arguments.sheet is not None:
        check_sheet(arguments.sheet, arguments.overwrite)
    items = expand_inputs([find_exemplars(arguments.folder)])
    # a folder without pictures stands for itself
    paths = [item.path for item in items if item.found or not item.path.is_dir()]
    if not paths:
        raise ExemplarError(
            f"{arguments.folder}: the folder holds no pictures; "
            "put several stylized portraits in it"
        )
    photos = _photos(arguments.exemplar_photos)
    found: dict[Path, ReadExemplar | str] = {}
    quiet = arguments.quiet or not arguments.verbose  # the list itself shows how far it is
    for path in show_progress(paths, len(paths), quiet=quiet):
        found[path] = _read(path, arguments.landmarks, photos)
    usable = {path: item.portrait for path, item in found.items() if not isinstance(item, str)}
    report = _advise([item for item in found.values() if not isinstance(item, str)])
    reports = dict(zip(usable, report.exemplars, strict=True)) if report else {}
    for path, item in found.items():
        record = _record(path, item, reports.get(path))
        print_result(to_json(record) if arguments.json else _line(record))
    if report is None:
        report_error(
            f"{arguments.folder}: none of the {len(paths)} pictures is usable as an exemplar. "
            "Each must show one face of 64 px or more, or have its 68 points beside it."
        )
        return exit_codes.NOTHING_DONE
    print_result(_summary(report, len(usable), len(paths), as_json=arguments.json))
    if arguments.sheet is not None:
        _write_sheet(arguments, usable, report)
    return exit_codes.ALL_DONE if len(usable) == len(paths) else exit_codes.SOME_FAILED


def _photos(folder: Path | None) -> dict[str, Path] | None:
    from facestyle.io.images import expand_inputs
    from facestyle.looks import find_exemplars

    if folder is None:
        return None
    return {item.path.stem: item.path for item in expand_inputs([find_exemplars(folder)])}


def _read(path: Path, landmarks: str, photos: dict[str, Path] | None) -> "ReadExemplar | str":
    """What `ExemplarSet.from_folder` will find in a file, or why it will not be used."""
    from facestyle.errors import FacestyleError
    from facestyle.exemplars import read_exemplar, read_with_photo

    try:
        if photos is None:
            return read_exemplar(path, landmarks=landmarks)
        return read_with_photo(path, photos, landmarks, True)
    except FacestyleError as error:
        return " ".join(str(error).split()).removeprefix(f"{path}: ")


def _advise(found: "list[ReadExemplar]") -> "SetReport | None":
    """What to know of the set; what is found out of it need not be, when it is used."""
    from facestyle.exemplars import ExemplarSet
    from facestyle.pipeline.exemplar_advice import advise

    if not found:
        return None
    portraits, contents = [item.portrait for item in found], [item.fingerprint for item in found]
    return advise(ExemplarSet(portraits, fingerprints=contents))


def _record(
    path: Path, item: "ReadExemplar | str", report: "ExemplarReport | None"
) -> dict[str, Any]:
    if isinstance(item, str) or report is None:
        return {"path": str(path), "usable": False, "reason": item}
    face = item.portrait.face
    x0, y0, x1, y1 = face.box
    return {
        "path": str(path),
        "usable": True,
        "size": list(report.size),
        "inside_frame": None if item.frame is None else list(item.frame),
        "face": {
            "box": [round(value, 1) for value in (x0, y0, x1, y1)],
            "size": [round(x1 - x0), round(y1 - y0)],
            "inter_ocular": round(face.inter_ocular, 1),
            "landmarks": face.source,
        },
        "pose": report.pose,
        "turn": round(report.turn, 1),
        "tilt": round(report.tilt, 1),
        "sharpness": round(report.sharpness, 2),
        "medium": report.medium,
        "medium_reason": report.medium_reason,
        "remarks": list(report.remarks),
    }


def _line(record: dict[str, Any]) -> str:
    if not record["usable"]:
        return f"{record['path']}: not usable: {record['reason']}"
    width, height = record["face"]["size"]
    return "; ".join(
        [
            f"{record['path']}: usable: face {width} x {height} px ({record['face']['landmarks']})",
            f"{record['size'][0]} x {record['size'][1]} px, {record['pose']}, {record['medium']}",
            *(["without its frame"] if record["inside_frame"] else []),
            *record["remarks"],
        ]
    )


def _summary(report: "SetReport", usable: int, count: int, *, as_json: bool) -> str:
    from facestyle.cli.messages import to_json

    together = report.together
    if as_json:
        summary: dict[str, Any] = {"usable": usable, "pictures": count, "method": report.method}
        used = (usable, usable) if together is None else (together.fewest, together.most)
        return to_json({"summary": summary | {"more": report.more, "used_together": used}})
    lines = [f"{usable} of {count} are usable", f"method: {report.method}", report.more]
    return "\n".join(lines if together is None else [*lines, together.words])


def _write_sheet(
    arguments: argparse.Namespace, usable: "dict[Path, Portrait]", report: "SetReport"
) -> None:
    from facestyle.cli.messages import print_result
    from facestyle.cli.sheet_files import is_page
    from facestyle.io.images import write_image
    from facestyle.pipeline.pages.exemplar_page import draw_exemplars, write_exemplar_page

    portraits = list(usable.values())
    if is_page(arguments.sheet):
        title = f"{len(portraits)} exemplars: {arguments.folder.name or arguments.folder}"
        write_exemplar_page(
            arguments.sheet, title, portraits, report, overwrite=arguments.overwrite
        )
    else:
        drawn = draw_exemplars(portraits, report)
        write_image(arguments.sheet, drawn, overwrite=arguments.overwrite)
    if not arguments.json:
        print_result(str(arguments.sheet))
