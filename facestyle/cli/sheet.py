"""`facestyle sheet`: one portrait in many looks, on one page."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facestyle.cli import exit_codes, options, setting_options
from facestyle.methods import method_choices
from facestyle.pipeline.settings import StylizerSettings

if TYPE_CHECKING:
    from facestyle.pipeline.sheet import SheetEntry, SheetPlan

USAGE = "PORTRAIT [--looks LOOK|DIR...] [-o FILE.html|FILE.jpg] [options]"
DESCRIPTION = """\
Show one portrait in many looks, to choose from: a page that holds its pictures and needs nothing
else, or one picture.

  facestyle sheet portrait.jpg                                  every look: portrait_sheet.html
  facestyle sheet portrait.jpg --looks noir warm sketches/ -o sheet.html
  facestyle sheet portrait.jpg --looks noir --strength 0.3,0.6,1 --method energy,patch
  facestyle sheet portrait.jpg --looks pencil oil -o sheet.jpg"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("portrait", type=Path, metavar="PORTRAIT", help="one picture")
    parser.add_argument(
        "--looks",
        nargs="+",
        metavar="LOOK|DIR",
        help="looks that come with facestyle, folders, pictures (all that come with facestyle)",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="a page or a picture (PORTRAIT_sheet.html)",
    )
    parser.add_argument("--title", help="heading of the page (the portrait's name)")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing sheet")
    style = parser.add_argument_group("style")
    style.add_argument(
        "--strength",
        dest="strengths",
        type=options.amounts,
        default=(1.0,),
        metavar="0..1,...",
        help="amounts of style, with commas between (1)",
    )
    style.add_argument(
        "--method",
        dest="methods",
        type=_methods,
        default=("auto",),
        metavar="METHOD,...",
        help=f"with commas between: {', '.join(method_choices())} (auto)",
    )
    style.add_argument(
        "--size",
        dest="longest",
        type=options.count,
        default=900,
        metavar="N",
        help="px on the longer side that every result is made at (900)",
    )
    names = [n for n in StylizerSettings.options() if n not in ("strength", "flow")]
    setting_options.add_settings(style, StylizerSettings, names)
    options.add_landmarks_file(style)


def run(arguments: argparse.Namespace) -> int:
    """Stylize, write the sheet; return the exit code."""
    from facestyle.cli.messages import print_result, report_error, show_progress, to_json
    from facestyle.cli.sheet_files import check_sheet
    from facestyle.faces import read_landmarks
    from facestyle.pipeline.sheet import sheet_entries, sheet_portrait

    output = arguments.output or arguments.portrait.with_name(
        f"{arguments.portrait.stem}_sheet.html"
    )
    check_sheet(output, arguments.overwrite)
    plan = _plan(arguments)
    points = arguments.landmarks_file and read_landmarks(arguments.landmarks_file)
    portrait, points = sheet_portrait(arguments.portrait, plan.size, points)
    found = sheet_entries(portrait, plan, points)
    entries = []
    for entry in show_progress(found, plan.count, quiet=arguments.quiet):
        entries.append(entry)
        if entry.error:
            report_error(f"{arguments.portrait} in {entry.look}: {entry.error}")
        if arguments.json:
            print_result(to_json(_record(entry)))
    failed = sum(bool(entry.error) for entry in entries)
    if failed < len(entries):
        title = arguments.title or arguments.portrait.name
        _write(output, title, portrait, entries, arguments.overwrite)
        print_result(to_json({"sheet": str(output)}) if arguments.json else str(output))
    return exit_codes.from_counts(done=len(entries) - failed, failed=failed)


def _plan(arguments: argparse.Namespace) -> "SheetPlan":
    from facestyle.looks import bundled_looks
    from facestyle.pipeline.sheet import SheetPlan

    return SheetPlan(
        arguments.looks or list(bundled_looks()),
        arguments.methods,
        arguments.strengths,
        arguments.longest,
        setting_options.given_settings(arguments, StylizerSettings),
    )


def _methods(text: str) -> tuple[str, ...]:
    """Parse names of methods, with commas between."""
    names = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
    for name in names:
        if name not in method_choices():
            raise argparse.ArgumentTypeError(
                f"'{name}': expected {', '.join(method_choices())}, with commas between"
            )
    return names


def _write(
    output: Path, title: str, portrait: Any, entries: "list[SheetEntry]", overwrite: bool
) -> None:
    from facestyle.cli.sheet_files import is_page
    from facestyle.io.images import write_image
    from facestyle.pipeline.pages.sheet_page import draw_sheet_picture, write_sheet_page

    if is_page(output):
        write_sheet_page(output, title, portrait, entries, overwrite=overwrite)
    else:
        write_image(output, draw_sheet_picture(portrait, entries), overwrite=overwrite)


def _record(entry: "SheetEntry") -> dict[str, Any]:
    return {
        "look": entry.look,
        "method": entry.method,
        "strength": entry.strength,
        "status": "failed" if entry.error else "done",
        "error": entry.error or None,
        "seconds": round(entry.seconds, 3),
    }
