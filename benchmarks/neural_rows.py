"""Losses of trained networks and of optimization: the curves of Johnson 2016 and Ulyanov 2017.

    python -m benchmarks neural [--quick] [--parts curves normalization ...]

Parts: `curves` (the iterations of L-BFGS that a network equals, and the speed-up), `normalization`
(instance against batch, same budget), `guidance` (statistics by region), `throughput`, `limits` (of
a GPU). The model is a bundled one; photos are bundled, or those of --data.
"""

import argparse

from benchmarks import bundled
from benchmarks.layouts import portrait_files
from benchmarks.protocol import BUNDLED, Recorder
from benchmarks.script_rows import run_script

QUICK_PARTS = ("curves", "throughput")
PARTS = ("curves", "normalization", "guidance", "throughput", "limits")
MODEL = "wave"  # its style is bundled.MODEL_STYLE: a loss of another says nothing


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--parts", nargs="+", choices=PARTS, help="(all; two for --quick)")
    parser.add_argument("--model", default=MODEL, help=f"file or bundled name ({MODEL})")
    parser.add_argument("--script", nargs=argparse.REMAINDER, default=[], help="more words for it")


def run(arguments: argparse.Namespace, recorder: Recorder) -> None:
    """Run each part, so that one that lacks something stops none of the others."""
    given = arguments.data
    photos = bundled.STILLS if given is None else portrait_files(given)[0].parent
    constants = {
        "HELD_OUT": photos,
        "STYLE": bundled.MODEL_STYLE,
        "DATA": bundled.EXEMPLARS / "none",  # what networks are trained on does not ship
    }
    paths = dict.fromkeys(("neural_bench", "neural_claims", "neural"), constants)
    quick = ["--quick", "--iterations", "20"] if arguments.quick else []
    for part in arguments.parts or (QUICK_PARTS if arguments.quick else PARTS):
        words = [*quick, "--only", part, *arguments.script]
        if part == "curves":
            words += ["--model", arguments.model]
        data = BUNDLED if given is None else given.name
        with recorder.skipping(f"neural, {part}"):
            run_script("neural", words, recorder, split="none", data=data, paths=paths)
