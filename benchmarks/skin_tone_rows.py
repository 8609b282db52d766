"""Does a sitter's own skin tone survive a drawn style? Slope and rank over sitters.

python -m benchmarks skin-tone               # ten bundled sitters
python -m benchmarks skin-tone --data DIR    # portraits of one sitter each
"""

import argparse

from benchmarks.protocol import BUNDLED, Recorder
from benchmarks.script_rows import run_script


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--script", nargs=argparse.REMAINDER, default=[], help="words for it")


def run(arguments: argparse.Namespace, recorder: Recorder) -> None:
    """Run the script."""
    words = ["--data", str(arguments.data)] if arguments.data is not None else []
    words += ["--quick"] if arguments.quick else []
    data = BUNDLED if arguments.data is None else arguments.data.name
    run_script("skin_tone", [*words, *arguments.script], recorder, split="none", data=data)
