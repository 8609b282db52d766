"""`facestyle lut`: the tones of a look as a lookup table for other programs."""

import argparse
from pathlib import Path

from facestyle.cli import exit_codes, options

USAGE = "LOOK|DIR [-o FILE.cube] [--strength 0..1] [--size N] [--overwrite]"
DESCRIPTION = """\
Write the tone part of a look as a .cube table, which photo and video editors take: its tone curve,
tint and saturation. Colors are sRGB.

  facestyle lut noir                          writes noir.cube
  facestyle lut looks/ -o my.cube --strength 0.7

A table knows colors, not places: local contrast, light that follows the face, the background and
strokes are left to `facestyle` itself."""
_COMMENTS = (
    "Made by facestyle from the tones of {count} exemplars, strength {strength:g}; in sRGB.",
    "Holds the look's tone curve, tint and saturation. What no table can hold is missing: local "
    "contrast (the gains of each place), light that follows the face, skin told from the rest, the "
    "background, grain, strokes. Of dark looks much is light: the table is lighter than the look.",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("look", type=Path, metavar="LOOK", help="look, folder, or one picture")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="the table (LOOK.cube in this folder)"
    )
    parser.add_argument(
        "--strength", type=options.amount, default=1.0, metavar="0..1", help="amount of it (1)"
    )
    parser.add_argument(
        "--size", type=options.count, default=33, metavar="N", help="levels of a channel (33)"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an existing table")


def run(arguments: argparse.Namespace) -> int:
    """Write the table; return the exit code."""
    import os

    from facestyle.cli.messages import print_result, report_note, to_json
    from facestyle.errors import OutputExistsError, UsageError
    from facestyle.exemplars import ExemplarSet
    from facestyle.io.cube_files import SIZES, write_cube
    from facestyle.looks import find_exemplars, name_of
    from facestyle.methods.choice import choose_method
    from facestyle.methods.energy import EnergyMethod, EnergySettings, look_table

    folder = find_exemplars(arguments.look)
    output = arguments.output or Path(f"{name_of(folder)}.cube")
    if output.suffix.lower() != ".cube":
        raise UsageError(f"-o {output}: expected a name that ends in .cube")
    if not SIZES[0] <= arguments.size <= SIZES[1]:
        raise UsageError(f"--size {arguments.size}: expected 2 to 256")
    if not arguments.overwrite and os.path.lexists(output):
        raise OutputExistsError(f"{output}: exists already; add --overwrite, or name another file")
    exemplars = ExemplarSet.load(folder)
    chosen, reason = choose_method(exemplars)
    if chosen.name != "energy":
        report_note(
            f"{name_of(folder)} suits method {reason}: the table has its tones, not its strokes",
            quiet=arguments.quiet,
        )
    look = EnergyMethod(exemplars, EnergySettings()).look
    table = look_table(look.exemplars, arguments.size, arguments.strength)
    comments = [c.format(count=len(exemplars), strength=arguments.strength) for c in _COMMENTS]
    write_cube(output, table, name_of(folder), comments, overwrite=arguments.overwrite)
    record = {"path": str(output), "look": name_of(folder), "size": arguments.size}
    print_result(to_json(record) if arguments.json else str(output))
    return exit_codes.ALL_DONE
