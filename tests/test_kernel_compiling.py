"""How kernels are compiled: to the same bits every time, anywhere, in threads and forks."""

import ast
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from structure import imported_names

ROOT = Path(__file__).resolve().parents[1]
KERNELS = ROOT / "facestyle" / "kernels"
COMPILER = KERNELS / "compiling.py"
NOBODY = 54321  # a user without an entry in passwd, and so without a home

BANDS = """
import os, threading
import numpy as np
from facestyle.kernels.bands import combine_bands

def bands():
    low = np.random.default_rng(0).random((60, 50, 3), np.float32)
    low[0, 0] = 0
    return combine_bands(low, low[..., 1], low[..., 0], low[..., 2], .7, .3)
"""
THREADS = """
wrong = []
expected = bands()
def work():
    for _ in range(2000):
        if not np.array_equal(bands(), expected):
            wrong.append(1)
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(wrong)
"""
FORK = """
expected = bands()
child = os.fork()
if not child:
    os._exit(0 if np.array_equal(bands(), expected) else 3)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def functions(path: Path) -> Iterator[tuple[ast.FunctionDef, str]]:
    """Functions of a module, and the source of their decorators."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            yield node, " ".join(ast.unparse(decorator) for decorator in node.decorator_list)


def run(script: str, cwd: Path = ROOT, **options: Any) -> "subprocess.CompletedProcess[str]":
    """Run a script with the package that is in `cwd`."""
    environment = options.pop("env", dict(os.environ)) | {"PYTHONPATH": str(cwd)}
    command = [sys.executable, "-c", script]
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, **options
    )


@pytest.mark.parametrize("path", sorted(KERNELS.glob("*.py")), ids=lambda path: path.stem)
def test_one_decorator_compiles_all(path):
    if path != COMPILER:
        names = {name for name in imported_names(path) if name.startswith("numba.")}
        assert not names & {f"numba.{name}" for name in ("njit", "jit", "vectorize", "stencil")}
        assert "fastmath" not in path.read_text(encoding="utf-8")
    for function, decorators in functions(path):
        compiled = "compiled" in decorators or "intrinsic" in decorators
        assert not (decorators.startswith("compiled") and function.name[0] != "_")
        assert compiled or len(function.args.args) + len(function.args.kwonlyargs) <= 8
        assert len(function.args.args) <= 8, function.name


def test_no_flag_lets_results_depend_on_their_surroundings():
    from facestyle.kernels.compiling import _ANY_ORDER_OF_MINIMA, compiled

    # "contract", "reassoc", "arcp" and "afn" round differently from copy to copy of a function
    assert {"nnan", "nsz"} == _ANY_ORDER_OF_MINIMA
    for options in ({}, {"inline": True}, {"minima": True}, {"part": True}, {"allocates": True}):
        made = compiled(**options)(lambda x: x)
        allowed = _ANY_ORDER_OF_MINIMA if "minima" in options else {}
        assert set(made.targetoptions.get("fastmath") or {}) == set(allowed)


def test_parts_of_kernels_refuse_calls_from_python():
    from facestyle.kernels.compiling import compiled

    part = compiled(part=True)(lambda x: x + 1)
    kernel = compiled(lambda x: part(x))
    for _ in range(2):  # before it is compiled, and after
        with pytest.raises(TypeError, match="part of other kernels"):
            part(1)
        assert kernel(1) == 2


def test_private_functions_stay_inside():
    for path in (ROOT / "facestyle").rglob("*.py"):
        if path.is_relative_to(KERNELS):
            continue
        for name in imported_names(path):
            if name.startswith("facestyle.kernels."):
                assert not name.rpartition(".")[2].startswith("_"), f"{path.name}: {name}"


def test_a_kernel_is_compiled_once_for_all_inputs():
    from facestyle.kernels.bands import _combine, combine_bands

    low = np.zeros((6, 8, 3), np.float32)
    still = low.copy()
    still.flags.writeable = False
    for array in (low, still, np.zeros((12, 16, 3), np.float32)[::2, ::2]):
        for number in (1, 1.5, np.float32(2), np.float64(0.5)):
            combine_bands(array, array[..., 0], array[..., 1], array[..., 2], number, number)
    assert len(_combine.signatures) == 1


def test_a_sweep_is_compiled_once_for_all_options():
    from test_patchmatch import make_problem, random_field

    from facestyle.kernels.matches import Matches
    from facestyle.kernels.patchmatch import SweepOptions, _sweep, sweep
    from facestyle.kernels.patchmatch_problem import Problem

    target, sources, costs = make_problem()
    use = np.zeros(len(sources.regions), np.float32)
    matches = Matches(random_field(), np.zeros((24, 28), np.float32))
    problem = Problem(target, sources, costs._replace(style=6), use)
    sweep(problem, matches, SweepOptions(1, 4, 0, stale=True, skip_coherent=False))
    sweep(problem, matches, SweepOptions(*np.array([1, 4, 0, 1, 0])))
    assert len(_sweep.signatures) == 1


def test_several_threads_may_use_a_kernel_at_once():
    done = run(BANDS + THREADS, env=os.environ | {"NUMBA_NUM_THREADS": "3"})
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_process_has_threads_of_its_own():
    done = run(BANDS + FORK, env=os.environ | {"NUMBA_NUM_THREADS": "3"})
    assert done.stdout.split()[-1:] == ["0"], done.stderr


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 40, 1000])
def test_bands_cover_a_range_once(monkeypatch, threads, count):
    from facestyle.kernels import threads as in_threads

    monkeypatch.setattr(in_threads._threads, "most", threads)
    done = np.zeros(count, int)

    def kernel(step, first, last):
        done[first:last] += step

    in_threads.run_in_threads(kernel, count, 2)
    assert (done == 2).all()


def test_what_fails_in_a_band_is_raised(monkeypatch):
    from facestyle.kernels import threads as in_threads

    monkeypatch.setattr(in_threads._threads, "most", 2)

    def kernel(first, last):
        if last == 100:
            raise ValueError("the last band")

    with pytest.raises(ValueError, match="the last band"):
        in_threads.run_in_threads(kernel, 100)


def test_loading_a_kernel_does_not_learn_to_compile(tmp_path):
    script = BANDS + "bands(); import sys; print('numba.np.arraymath' in sys.modules)"
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    assert [run(script, env=environment).stdout.strip() for _ in range(2)] == ["True", "False"]


@pytest.fixture
def container() -> Iterator[tuple[Path, dict[str, str], str]]:
    """A read-only copy of the package, an environment without a home, and a script's beginning."""
    folder = Path(tempfile.mkdtemp())
    ignored = shutil.ignore_patterns("__pycache__", "models", "*.npz")
    shutil.copytree(ROOT / "facestyle", folder / "facestyle", ignore=ignored)
    folders = [path for path in (folder, *folder.rglob("*")) if path.is_dir()]
    for path in folders:
        path.chmod(0o555)
    hidden = ("HOME", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR", "FACESTYLE_CACHE")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    # root may write anywhere: it becomes another user, without an entry in passwd and so without
    # a home, once it has loaded what that user might not be able to read
    become = "import concurrent.futures.thread, mmap, os, numba, numpy, platformdirs;"
    become += "numba.njit(lambda x: x)(1);"
    become += f"os.setuid({NOBODY})"
    if os.geteuid():
        environment["HOME"], become = str(folder), ""
    yield folder, environment, become
    for path in folders:
        path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system has other users")
def test_without_any_folder_kernels_are_compiled_and_that_is_said_once(container):
    folder, environment, become = container
    script = """
import logging, numpy as np
logging.basicConfig(format="%(levelname)s %(name)s %(message)s")
from facestyle import disk_cache
from facestyle.kernels import bands, packed_integers, patchmatch, trw_s
values, end = packed_integers.unpack(np.array([1, 7, 0x81, 200], np.uint8), 0, 2)
disk_cache.save_array("key", values)
print(values.tolist(), end, disk_cache.load_array("key"))
"""
    done = run(become + script, folder, env=environment)
    assert done.stdout.strip() == "[7, -200] 4 None", done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert "WARNING facestyle.kernels.kernel_cache Compiled kernels are not kept" in done.stderr
    assert "NUMBA_CACHE_DIR" in done.stderr
    assert [path.name for path in folder.iterdir()] == ["facestyle"]


def cached_function(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """A compiled function that is kept in a folder, and one more that has yet to be loaded."""
    import numba

    from facestyle.kernels import kernel_cache

    monkeypatch.setattr(numba.config, "CACHE_DIR", str(folder))
    monkeypatch.setattr(kernel_cache, "_reasons", [])

    def double(x):
        return 2 * x

    made = [numba.njit(double) for _ in range(2)]
    for dispatcher in made:
        kernel_cache.keep_on_disk(dispatcher)
    assert made[0](3) == 6
    return made[0], made[1]


def test_kernels_are_loaded_from_the_disk(tmp_path, monkeypatch):
    _, other = cached_function(tmp_path, monkeypatch)
    assert other(3) == 6
    assert sum(other.stats.cache_hits.values()) == 1


def test_a_change_of_any_kernel_is_noticed(tmp_path, monkeypatch):
    from facestyle.kernels import kernel_cache

    _, other = cached_function(tmp_path, monkeypatch)
    monkeypatch.setattr(kernel_cache, "_sources", lambda: "others")
    assert other(3) == 6
    assert sum(other.stats.cache_hits.values()) == 0


def test_damaged_kernels_are_compiled_again(tmp_path, monkeypatch):
    _, other = cached_function(tmp_path, monkeypatch)
    for path in tmp_path.rglob("*.nb?"):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert other(3) == 6
    assert other(3.0) == 6.0


def test_a_full_disk_is_no_error(tmp_path, monkeypatch, caplog):
    from numba.core.caching import IndexDataCacheFile

    def full(self, name, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(IndexDataCacheFile, "_save_data", full)
    with caplog.at_level(logging.WARNING):
        made, other = cached_function(tmp_path, monkeypatch)
        assert (made(3.0), other(4)) == (6.0, 8)
    assert [record.message for record in caplog.records] == [caplog.records[0].message]
    assert "No space left" in caplog.records[0].message


def test_scipy_is_loaded_by_matrix_products_alone(tmp_path):
    script = textwrap.dedent(
        """
        import sys
        import numba
        import numpy as np
        from facestyle.kernels.compiling import compiled

        @compiled
        def doubled(values):
            return 2 * values.sum()

        assert doubled(np.ones(3)) == 6
        assert "scipy.linalg" not in sys.modules
        product = numba.njit(lambda a, b: np.dot(a, b))(np.eye(3), np.full((3, 3), 2.0))
        assert (product == 2 * np.eye(3) + 2 * (1 - np.eye(3))).all()
        assert "scipy.linalg" in sys.modules
        """
    )
    path = tmp_path / "products.py"
    path.write_text(script)
    subprocess.run([sys.executable, path], check=True)
