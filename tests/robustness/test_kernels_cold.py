"""A kernel gives the same bytes when it has just been compiled as when it comes from the disk.

With `fastmath` the first run after installation drew other pictures than all later ones. A sample
runs with the other tests, all kernels with ``FACESTYLE_TORTURE=1``.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TORTURE = os.environ.get("FACESTYLE_TORTURE", "") not in ("", "0")
TESTS = Path(__file__).resolve().parents[1]
# its helpers are no part of the functions that call them: those are what differed
SAMPLE = "paired"


def digests(cache: Path, *names: str) -> str:
    """What every kernel of some groups makes of the same input, with compiled code in a folder."""
    paths = os.pathsep.join([str(TESTS.parent), str(TESTS)])
    done = subprocess.run(
        [sys.executable, str(TESTS / "robustness" / "every_kernel.py"), *names],
        env=os.environ | {"NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(not TORTURE, reason="the long form only: make torture")
def test_every_kernel_is_the_same_cold_and_warm(tmp_path):
    cold = digests(tmp_path / "first")
    assert cold.count("\n") == 23
    assert digests(tmp_path / "second") == cold
    assert digests(tmp_path / "first") == cold


@pytest.mark.skipif(not TORTURE, reason="the long form only: make torture")
def test_a_kernel_is_the_same_after_any_others(tmp_path):
    alone = digests(tmp_path / "alone", "unpaired")
    digests(tmp_path / "after", "clips", "paired")
    assert digests(tmp_path / "after", "unpaired") == alone


def test_paired_kernels_are_the_same_cold_and_warm(tmp_path):
    cold = digests(tmp_path, SAMPLE)
    assert cold.count("\n") == 8
    assert digests(tmp_path, SAMPLE) == cold
