"""`facestyle guides`: export guides for other synthesizers."""

import argparse
from pathlib import Path

from facestyle.cli import exit_codes, options

USAGE = "INPUT --exemplars PICTURE -o DIR"
DESCRIPTION = """\
Write guides that lead from one stylized portrait to another portrait: position, appearance and
segmentation of both sides as PNG, and the EbSynth command line that uses them.

  facestyle guides portrait.jpg --exemplars style.png -o guides/"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("input", type=Path, metavar="INPUT", help="portrait to be redrawn")
    parser.add_argument(
        "--exemplars", type=Path, required=True, metavar="PICTURE", help="one stylized portrait"
    )
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="DIR", help="folder for the guides"
    )
    options.add_landmarks_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the guides and print the command; return the exit code."""
    from facestyle.cli.messages import print_result, to_json
    from facestyle.errors import UsageError
    from facestyle.exemplars import read_exemplar
    from facestyle.pipeline.guides import make_guides, write_guides

    if not arguments.exemplars.is_file():
        raise UsageError(f"--exemplars {arguments.exemplars}: expected one picture, for guides")
    portrait = read_exemplar(arguments.input, landmarks=arguments.landmarks, whole=True).portrait
    exemplar = read_exemplar(arguments.exemplars, landmarks=arguments.landmarks).portrait
    command = write_guides(arguments.output, make_guides(portrait, exemplar))
    record = {"path": str(arguments.output), "command": command}
    print_result(to_json(record) if arguments.json else command)
    return exit_codes.ALL_DONE
