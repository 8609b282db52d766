"""Hair, face and rest against hand-made labels.

    python -m benchmarks regions --data DIR      # photos/ and labels/ in FASSEG's colors

No labels come with the repository: without --data this is skipped.
"""

import argparse

from benchmarks.layouts import label_files
from benchmarks.protocol import MissingDataError, Recorder
from benchmarks.script_rows import run_script


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--script", nargs=argparse.REMAINDER, default=[], help="words for it")


def run(arguments: argparse.Namespace, recorder: Recorder) -> None:
    """Run the script on the labels of --data."""
    if arguments.data is None:
        raise MissingDataError("regions", "hand-made labels are needed: --data DIR")
    label_files(arguments.data)
    words = ["--data", str(arguments.data), *(["--quick"] if arguments.quick else [])]
    run_script(
        "regions", [*words, *arguments.script], recorder, split="none", data=arguments.data.name
    )
