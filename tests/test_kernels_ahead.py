"""A second process compiles what will soon be needed."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from facestyle.kernels import ahead

ROOT = Path(__file__).resolve().parents[1]
KERNEL = "patch_overlap._overlap_tables"
BEGIN = f"""
import sys, threading
import numpy as np
from facestyle.kernels import ahead

def begin():
    ahead.load_ahead(({KERNEL!r},))
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join()
    return ahead._helpers.get({KERNEL!r})

def use():
    from facestyle.kernels.patch_overlap import _overlap_tables, overlap_tables
    black_and_white = np.arange(2, dtype=np.float32).reshape(2, 1, 1, 1, 1, 1)
    tables = overlap_tables(np.tile(black_and_white, (1, 1, 1, 1, 3, 3)), 1, 0)
    assert tables.shape == (1, 1, 1, 1) and (tables == 1).all()
    stats = _overlap_tables.stats
    return sum(stats.cache_hits.values()), sum(stats.cache_misses.values())
"""


def run(script: str, cache: Path, **variables: str) -> str:
    """What a script prints, in a process that keeps its kernels in a folder."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": str(cache)} | variables
    command = [sys.executable, "-W", "error", "-c", BEGIN + script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


@pytest.mark.skipif(ahead._cores() < 2, reason="a second process needs a second core")
def test_a_kernel_is_compiled_by_another_process_and_loaded(tmp_path):
    assert run("print(begin() is not None, use())", tmp_path) == "True (1, 0)"
    assert run("print(begin() is not None, use())", tmp_path) == "False (1, 0)"


@pytest.mark.skipif(ahead._cores() < 2, reason="a second process needs a second core")
def test_a_process_that_is_lost_costs_nothing(tmp_path):
    assert run("begin()._process.kill(); print(use())", tmp_path) == "(0, 1)"


def test_one_core_compiles_alone(tmp_path):
    script = "ahead._cores = lambda: 1; print(begin(), use())"
    assert run(script, tmp_path) == "None (0, 1)"


def test_the_other_process_ends_with_this_one(tmp_path):
    script = "helper = begin(); print(helper._process.pid if helper else 0)"
    pid = int(run(script, tmp_path))
    with pytest.raises(ProcessLookupError):
        os.kill(pid or 2**22 + 1, 0)


def test_examples_compile_what_pictures_use():
    from test_patchmatch import make_problem, random_field

    from facestyle.kernels import alpha_expansion, patchmatch
    from facestyle.kernels.examples import EXAMPLES
    from facestyle.kernels.matches import Matches
    from facestyle.kernels.patchmatch_problem import Problem
    from facestyle.mrf.graphcut import solve_labels

    names = {*ahead.MRF, *(name for kernels in ahead.BY_METHOD.values() for name in kernels)}
    assert names == EXAMPLES.keys()  # and none that nothing compiles ahead
    unary = np.random.default_rng(0).random((6, 5, 3)).astype(np.float32)
    solve_labels(unary, (1 - np.eye(3)).astype(np.float32))
    target, sources, costs = make_problem()
    use = np.zeros(len(sources.regions), np.float32)
    matches = Matches(random_field(), np.zeros((24, 28), np.float32))
    options = patchmatch.SweepOptions(1, 4, 0, stale=True, skip_coherent=False)
    patchmatch.sweep(Problem(target, sources, costs, use), matches, options)
    for name in ("alpha_expansion._expand", "patchmatch._sweep"):
        EXAMPLES[name]()
    assert len(alpha_expansion._expand.signatures) == len(patchmatch._sweep.signatures) == 1


@pytest.mark.parametrize("name", sorted({n for names in ahead.BY_METHOD.values() for n in names}))
def test_every_example_compiles_its_kernel(name):
    from importlib import import_module

    from facestyle.kernels.examples import EXAMPLES

    EXAMPLES[name]()
    module, _, function = name.partition(".")
    kernel = getattr(import_module(f"facestyle.kernels.{module}"), function)
    assert len(kernel.signatures) == 1


def test_kernels_are_loaded_although_numba_fails_to_import_once(monkeypatch):
    """Its import walks through `builtins` while that of dlib adds to them, in another thread."""
    asked = []

    def kept(name: str) -> bool:
        asked.append(name)
        if len(asked) == 1:
            raise RuntimeError("dictionary changed size during iteration")
        return True

    monkeypatch.setattr(ahead, "_kept", kept)
    ahead._load((KERNEL,))
    assert asked == [KERNEL, KERNEL]
