"""Record what a checkout draws, and tell whether another one draws the same to the byte.

    python benchmarks/recorded.py --checkout OLD --out old --write old.json
    python benchmarks/recorded.py --checkout . --out new --against old.json [--only NAME ...]
    python benchmarks/recorded.py --list

Every run of `recorded_runs.RUNS` is a process of its own, with the checkout's package, one thread
and a cache of analyzes that begins empty. Compiled kernels are kept for each checkout: a kernel
that was just compiled can round otherwise than the same one from the cache (fastmath), so a run
that compiled anything is repeated. Pictures are compared decoded; the kept files of both sides say
by how much they differ. Bytes can only be expected to repeat on one machine.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from argument_types import at_least_one
from recorded_files import compare_folders, describe_folder
from recorded_inputs import make_inputs
from recorded_runs import RUNS, Command, Run, Spelling

Record = dict[str, Any]
_MOST_REPEATS = 3
_TIME_LIMIT = 900  # s


def main() -> int:
    """Record or compare; return 1 where a run failed or differs."""
    arguments = _parse()
    if arguments.list:
        print("\n".join(run.name for run in RUNS))
        return 0
    runs = [run for run in RUNS if not arguments.only or _chosen(run.name, arguments.only)]
    if not runs:
        raise SystemExit(f"--only {' '.join(arguments.only)}: no such run; see --list")
    old = json.loads(arguments.against.read_text()) if arguments.against else None
    checkout = Checkout(arguments.checkout.resolve(), arguments.cache, arguments.threads)
    material = arguments.material or arguments.checkout / "exemplars"
    inputs = make_inputs(material.resolve(), arguments.out / "_inputs")
    print(f"package: {checkout.package()}", flush=True)
    record: Record = {
        "pictures": os.path.relpath(arguments.out, (arguments.write or arguments.out).parent),
        "machine": _machine(arguments.threads),
        "inputs": describe_folder(arguments.out / "_inputs"),
        "runs": {},
    }
    if old:
        _warn_of_other_conditions(old, record)
    start, good = time.perf_counter(), True
    for run in runs:
        made = checkout.record(run, arguments.out / run.name, inputs)
        record["runs"][run.name] = made
        earlier = old["runs"].get(run.name) if old else None
        kept = arguments.against.parent / old["pictures"] / run.name if old else None
        good &= _report(run.name, made, earlier, arguments.out / run.name, kept, bool(old))
        if arguments.write:  # after every run: one that is stopped is not lost
            _write(arguments.write, record, merge=bool(arguments.only))
    seconds = time.perf_counter() - start
    print(f"{len(runs)} runs, {seconds:.0f} s; {'good' if good else 'NOT GOOD'}")
    return 0 if good else 1


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--checkout", type=Path, default=Path(), help="whose package runs (.)")
    parser.add_argument("--out", type=Path, help="keeps the results")
    parser.add_argument("--write", type=Path, metavar="JSON", help="write the record")
    parser.add_argument("--against", type=Path, metavar="JSON", help="compare with a record")
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help="a name, or its beginning with a *"
    )
    parser.add_argument("--list", action="store_true", help="print the runs' names")
    parser.add_argument(
        "--material", type=Path, metavar="DIR", help="the exemplars to use (the checkout's own)"
    )
    parser.add_argument(
        "--cache",
        type=Path,
        metavar="DIR",
        help="of kernels and analyzes (OUT/../cache-CHECKOUT)",
    )
    parser.add_argument(
        "--threads", type=at_least_one, default=1, help="of Numba, OpenCV and PyTorch (1)"
    )
    arguments = parser.parse_args()
    if arguments.list:
        return arguments
    if arguments.out is None or (arguments.write is None and arguments.against is None):
        parser.error("needs --out, and --write or --against")
    arguments.out = arguments.out.resolve()
    if arguments.cache is None:
        name = arguments.checkout.resolve().name
        arguments.cache = arguments.out.parent / f"cache-{name}"
    for name in ("write", "against"):
        if getattr(arguments, name):
            setattr(arguments, name, getattr(arguments, name).resolve())
    return arguments


def _chosen(name: str, patterns: list[str]) -> bool:
    return any(
        name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern
        for pattern in patterns
    )


class Checkout:
    """A checkout whose package is run in processes of its own.

    Parameters
    ----------
    folder : Path
        Root of the checkout.
    cache : Path
        Its compiled kernels (kept) and its analyzes (emptied here).
    threads : int
    """

    def __init__(self, folder: Path, cache: Path, threads: int) -> None:
        self.folder = folder
        self._kernels, analyzes = cache.resolve() / "numba", cache.resolve() / "analyzes"
        shutil.rmtree(analyzes, ignore_errors=True)
        names = ("OMP", "MKL", "OPENBLAS", "NUMBA")
        self._environment = os.environ | {
            "PYTHONPATH": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "NUMBA_CACHE_DIR": str(self._kernels),
            "XDG_CACHE_HOME": str(analyzes),
            "FACESTYLE_CACHE": str(analyzes / "facestyle"),
            "OPENCV_FOR_THREADS_NUM": str(threads),
            "CUDA_VISIBLE_DEVICES": "",
            **{f"{name}_NUM_THREADS": str(threads) for name in names},
        }

    def package(self) -> str:
        """Where its package is; refuses to run another one's."""
        done = self._run(("python", "-c", "import facestyle; print(facestyle.__file__)"))
        found = done.stdout.strip()
        if not Path(found or "/").is_relative_to(self.folder):
            raise SystemExit(f"{self.folder}: its package is not run, but {found or done.stderr}")
        return found

    def record(self, run: Run, folder: Path, inputs: dict[str, str]) -> Record:
        """Run in the first spelling that works; describe the files that it wrote."""
        errors: list[str] = []
        for spelling in run.spellings:
            error, seconds = self._repeat(spelling, folder, inputs)
            if not error:
                break
            errors.append(error)
        else:
            error = " | ".join(errors)
        outputs = describe_folder(folder)
        if not error and not outputs:
            error = "nothing was written"
        return {
            "spelling": len(errors),
            "seconds": round(seconds, 2),
            "error": error,
            "outputs": outputs,
        }

    def _repeat(
        self, spelling: Spelling, folder: Path, inputs: dict[str, str]
    ) -> tuple[str, float]:
        """Run until nothing more is compiled; return the error or "", and the seconds."""
        for _ in range(_MOST_REPEATS):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            before, start = self._compiled(), time.perf_counter()
            for command in spelling:
                places = inputs | {"out": str(folder)}
                done = self._run(tuple(_filled(word, places) for word in command))
                if done.returncode:
                    return (done.stderr or "no message").strip()[-2000:], 0.0
            if self._compiled() == before:
                break
        return "", time.perf_counter() - start

    def _run(self, command: Command) -> "subprocess.CompletedProcess[str]":
        program = [sys.executable, *(["-m", "facestyle"] if command[0] == "facestyle" else [])]
        try:
            return subprocess.run(
                [*program, *command[1:]],
                cwd=self.folder,
                env=self._environment,
                capture_output=True,
                text=True,
                timeout=_TIME_LIMIT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess([], 124, "", f"not done after {_TIME_LIMIT} s")

    def _compiled(self) -> set[tuple[str, int]]:
        """The kernels in the cache, with their times of writing."""
        files = self._kernels.rglob("*.nb?")
        return {(str(file), file.stat().st_mtime_ns) for file in files}


def _filled(word: str, places: dict[str, str]) -> str:
    """Put paths in the place of {names}; other braces, as in scripts, stay."""
    for name, path in places.items():
        word = word.replace(f"{{{name}}}", path)
    return word


def _report(
    name: str, made: Record, old: Record | None, new_folder: Path, kept: Path | None, compared: bool
) -> bool:
    """Print a run's line and what differs; return whether all is well."""
    head = f"{name:28}{made['seconds']:7.1f} s  {len(made['outputs']):3} files  "
    if made["spelling"]:
        head += f"[spelling {made['spelling']}] "
    if made["error"]:
        print(f"{head}FAILED: {made['error'][-600:]}", flush=True)
        return False
    if not compared:
        print(f"{head}recorded", flush=True)
        return True
    if old is None or kept is None or old["error"]:
        print(f"{head}NOT IN THE RECORD", flush=True)
        return False
    lines = compare_folders(old["outputs"], made["outputs"], kept, new_folder)
    print(head + ("DIFFERENT" if lines else "identical"), *lines, sep="\n    ", flush=True)
    return not lines


def _machine(threads: int) -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {
        "processor": _processor(),
        "python": platform.python_version(),
        "threads": str(threads),
    }
    for package in ("numpy", "scipy", "opencv-contrib-python", "numba", "torch", "av", "pillow"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((x.partition(":")[2].strip() for x in lines if x.startswith("model name")), "")


def _warn_of_other_conditions(old: Record, new: Record) -> None:
    for name, value in new["machine"].items():
        if old["machine"].get(name) != value:
            print(f"note: {name} was {old['machine'].get(name)}, is {value}: bytes may differ")
    for name, made in new["inputs"].items():
        if old["inputs"].get(name, {}).get("sha256") != made["sha256"]:
            print(f"note: the input {name} is not that of the record")


def _write(path: Path, record: Record, *, merge: bool) -> None:
    """Write a record; with `merge`, runs that were not run now keep theirs."""
    if merge and path.exists():
        record = record | {"runs": json.loads(path.read_text())["runs"] | record["runs"]}
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(record, indent=1) + "\n")
    partial.replace(path)


if __name__ == "__main__":
    sys.exit(main())
