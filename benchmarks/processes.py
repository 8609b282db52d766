"""Costs of whole processes, and processor time for the stages of a stylizer."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import cv2
import numpy as np

from benchmarks.protocol import MissingDataError
from benchmarks.report import ROOT
from facestyle.io.images import read_image, write_image

# A process counts the memory that its parent held when it forked. So a small one starts it.
_LAUNCHER = """
import os, subprocess, sys, time
start = time.perf_counter()
nowhere = subprocess.DEVNULL
process = subprocess.Popen(sys.argv[1:], stdout=nowhere, stderr=nowhere)
_, status, usage = os.wait4(process.pid, 0)
seconds = time.perf_counter() - start
print(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
sys.exit(abs(os.waitstatus_to_exitcode(status)))
"""


@dataclass(frozen=True)
class ProcessCost:
    """What a finished process took.

    Attributes
    ----------
    wall, cpu : float
        Seconds; `cpu` of all threads, user and system.
    peak : float
        Largest resident memory, MiB.
    """

    wall: float
    cpu: float
    peak: float


def run_process(arguments: list[str], **environment: str) -> ProcessCost:
    """Run Python with these arguments and wait for it.

    Raises
    ------
    MissingDataError
        If it fails: what it needs is not here.
    """
    measured = subprocess.run(
        [sys.executable, "-S", "-c", _LAUNCHER, sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if measured.returncode != 0:
        command = " ".join(["python", *arguments[:2]])
        raise MissingDataError(command, f"ended with exit code {measured.returncode}")
    return ProcessCost(*(float(word) for word in measured.stdout.split()))


@contextmanager
def processor_clock() -> Iterator[None]:
    """Let stages book processor time instead of wall time."""
    with mock.patch("time.perf_counter", time.process_time):
        yield


def resized(image: np.ndarray, pixels: float) -> np.ndarray:
    """The picture at about so many pixels."""
    factor = (pixels / (image.shape[0] * image.shape[1])) ** 0.5
    mode = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.clip(cv2.resize(image, None, fx=factor, fy=factor, interpolation=mode), 0, 1)


def write_exemplars(paths: list[Path], folder: Path, count: int) -> None:
    """Fill a folder with the first pictures, mirrored ones once they are used up."""
    pictures = [read_image(path).rgb for path in paths]
    pictures += [np.ascontiguousarray(picture[:, ::-1]) for picture in pictures]
    folder.mkdir(exist_ok=True)
    for index in range(count):
        # beyond twice the set: a shade darker, so that each picture is analyzed for itself
        shade = np.float32(0.97 ** (index // len(pictures)))
        picture = shade * pictures[index % len(pictures)]
        write_image(folder / f"{index:02}.jpg", picture, overwrite=True)
