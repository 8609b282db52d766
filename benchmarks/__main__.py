"""The front door of the benchmarks.

python -m benchmarks                        # what there is
python -m benchmarks sketch --quick         # minutes at most, with data of the repository
python -m benchmarks sketch --data CUFS --json sketch.jsonl
python -m benchmarks all --quick --json results/
python -m benchmarks report results/ -o report.html
"""

import argparse
import importlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from benchmarks.argument_types import at_least_zero
from benchmarks.outputs import prepare_folder

# A benchmark is a module with add_arguments(parser) and run(arguments, recorder). CHOOSING names
# options that only choose rows; set_defaults(arguments) fills in what depends on other options.
BENCHMARKS = {
    "known-looks": ("known_looks_rows", "is a known look recovered? ours, Song, Shih, Reinhard"),
    "sketch": ("sketch", "drawings from photograph-drawing pairs, against the artist's own"),
    "portraits": ("portraits", "portraits in drawn and painted styles: identity and texture"),
    "skin-tone": ("skin_tone", "does a sitter's own skin tone survive a style?"),
    "regions": ("regions_rows", "hair, face and rest against hand-made labels"),
    "matte": ("matte", "opacity of cut-outs before other backgrounds"),
    "neural": ("neural", "losses of networks and of optimization; Johnson's and Ulyanov's"),
    "video": ("video", "flicker and style of clips; the flow against a known one"),
    "ruder": ("ruder", "the five video presets of Ruder 2016 where a wall is long hidden"),
    "speed": ("speed", "seconds and memory against pixels, exemplars and threads"),
    "solver": ("solver", "our alpha-expansion against gco and PyMaxflow"),
}
# A tool is a module with add_arguments(parser), main(arguments) -> exit code.
TOOLS = {
    "report": ("page", "one HTML page of files of results"),
    "compare": ("compare", "is a run worse than an earlier one, outside noise?"),
    "study": ("study", "a blind two-alternative page of result folders"),
    "study-score": ("study_score", "preference rates and Bradley-Terry scores of a study"),
}
ALL = "all"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns
    -------
    int
        0 done; 1 worse than --against, or a benchmark of `all` failed; 2 usage; 3 nothing was
        measured.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in ("-h", "--help"):
        print(_help())
        return 0
    name, *rest = words
    if name == ALL:
        return _run_all(rest)
    if name in TOOLS:
        module = _module(TOOLS[name][0])
        parser = _parser(name, module)
        module.add_arguments(parser)
        return int(module.main(parser.parse_args(rest)))
    if name not in BENCHMARKS:
        print(f"benchmarks: {name}: no such command\n\n{_help()}", file=sys.stderr)
        return 2
    from benchmarks.running import run_benchmark, skip_benchmark

    try:
        module = _module(BENCHMARKS[name][0])
    except ModuleNotFoundError as error:
        return skip_benchmark(name, str(error.name), rest)
    return run_benchmark(name, module, _parser(name, module), rest)


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"benchmarks.{name}")


def _parser(name: str, module: ModuleType) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog=f"python -m benchmarks {name}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def _help() -> str:
    lines = [str(__doc__).strip(), ""]
    for heading, table in (("benchmarks", BENCHMARKS), ("tools", TOOLS)):
        lines += [f"{heading}:", *(f"  {name:<13}{what}" for name, (_, what) in table.items()), ""]
    lines.append(f"  {ALL:<13}every benchmark in turn; --json is a folder then")
    return "\n".join(lines)


def _run_all(words: list[str]) -> int:
    """Run every benchmark in a process of its own, so that none warms up another."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks all",
        description="Every benchmark in turn, each in a process of its own.",
        allow_abbrev=False,
    )
    parser.add_argument("--quick", action="store_true", help="minutes at most, each")
    parser.add_argument("--data", type=Path, metavar="DIR", help="as docs/measuring.md says")
    parser.add_argument("--seed", type=at_least_zero, metavar="N", help="(1)")
    parser.add_argument("--pictures", action="store_true", help="keep small pictures of --data")
    parser.add_argument("--json", type=Path, metavar="DIR", help="one file for each benchmark")
    parser.add_argument("--against", type=Path, metavar="DIR", help="folder of an earlier run")
    arguments = parser.parse_args(words)
    if arguments.data is not None and not arguments.data.is_dir():
        parser.error(f"--data {arguments.data}: there is no such folder")
    if arguments.against is not None and not arguments.against.is_dir():
        parser.error(f"--against {arguments.against}: there is no such folder")
    try:
        if arguments.json is not None:
            prepare_folder(arguments.json)
    except ValueError as error:
        parser.error(f"--json {error}")
    codes = {}
    for name in BENCHMARKS:
        print(f"# {name}\n", flush=True)
        command = [sys.executable, "-m", "benchmarks", name, *_passed_on(arguments, name)]
        codes[name] = subprocess.run(command, check=False).returncode
    return _tell(codes)


def _passed_on(arguments: argparse.Namespace, name: str) -> list[str]:
    """The options of `all` as those of one benchmark."""
    words = [f"--{option}" for option in ("quick", "pictures") if getattr(arguments, option)]
    for option in ("data", "seed"):
        value = getattr(arguments, option)
        words += [] if value is None else [f"--{option}", str(value)]
    for option in ("json", "against"):
        folder = getattr(arguments, option)
        file = None if folder is None else folder / f"{name}.jsonl"
        if file is not None and (option == "json" or file.is_file()):
            words += [f"--{option}", str(file)]
        elif file is not None:
            print(f"{file}: there is no such file; nothing to compare with\n", flush=True)
    return words


def _tell(codes: dict[str, int]) -> int:
    """Say which benchmarks measured something; that none did is no success."""
    from benchmarks.running import NOTHING_MEASURED

    empty = [name for name, code in codes.items() if code == NOTHING_MEASURED]
    failed = [name for name, code in codes.items() if code and name not in empty]
    done = len(codes) - len(empty) - len(failed)
    print(f"{done} of {len(codes)} done")
    for what, names in (("failed, or worse", failed), ("measured nothing", empty)):
        if names:
            print(f"{what}: {', '.join(names)}")
    return 1 if failed else 0 if done else NOTHING_MEASURED


if __name__ == "__main__":
    sys.exit(main())
