"""Batches on a Dask cluster: a real scheduler and two workers, one of which dies."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("distributed", reason="the extra cluster is not installed")

from facestyle.errors import UsageError
from facestyle.exemplars import ExemplarSet
from facestyle.faces import Portrait
from facestyle.io.images import read_image
from facestyle.pipeline.batch import BatchOptions, stylize_files
from facestyle.pipeline.cluster import Cluster, run_on_cluster
from facestyle.pipeline.stylizer import Stylizer

# what the cluster's own packages warn of is not ours
pytestmark = pytest.mark.filterwarnings("ignore")
ROOT = Path(__file__).resolve().parents[1]


class SmallCluster:
    """A scheduler, and workers in processes of their own, without nannies."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.contact, self.started = folder, folder / "scheduler.json", []
        self.start("scheduler", "--port", "0")
        for _ in range(300):
            if self.contact.exists():
                break
            time.sleep(0.1)
        self.address = json.loads(self.contact.read_text())["address"]

    def start(self, *arguments: str) -> None:
        shared = ("--scheduler-file", str(self.contact), "--no-dashboard")
        module = "distributed.cli.dask_" + arguments[0]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_NUM_THREADS": "1"}
        with (self.folder / f"log{len(self.started)}").open("wb") as log:
            self.started.append(
                subprocess.Popen(
                    [sys.executable, "-m", module, *arguments[1:], *shared],
                    cwd=self.folder,
                    env=environment,
                    stdout=log,
                    stderr=log,
                )
            )

    def add_worker(self) -> None:
        self.start("worker", "--nthreads", "1", "--no-nanny")

    def close(self) -> None:
        for process in self.started:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    cluster = SmallCluster(tmp_path_factory.mktemp("cluster"))
    cluster.add_worker()
    cluster.add_worker()
    yield cluster.address
    cluster.close()


@pytest.fixture(scope="module")
def stylizer(sitters):
    tint = np.float32([0.45, 0.55, 0.8])
    tinted = [Portrait(s.image * tint, s.face, s.matte, s.name) for s in sitters[:2]]
    return Stylizer(ExemplarSet(tinted), method="energy")


@pytest.fixture
def pictures(tmp_path, astronaut):
    (tmp_path / "in").mkdir()
    for number in range(3):
        image = Image.fromarray(np.uint8(255 * astronaut * (1 - 0.1 * number)))
        image.save(tmp_path / "in" / f"{number}.png")
    (tmp_path / "in" / "broken.png").write_bytes(b"no picture")
    return sorted((tmp_path / "in").iterdir())


@pytest.mark.parametrize("send", [False, True], ids=["same paths", "sent files"])
def test_a_cluster_gives_what_one_process_gives(address, stylizer, pictures, tmp_path, send):
    here = [tmp_path / "here" / path.name for path in pictures]
    there = [tmp_path / "there" / path.name for path in pictures]
    list(stylize_files(stylizer, pictures, here))
    options = BatchOptions(keep_results=False)
    results = list(
        stylize_files(stylizer, pictures, there, options=options, cluster=Cluster(address, send))
    )
    assert [result.source for result in results] == pictures
    assert [result.error is None for result in results] == [True, True, True, False]
    assert results[3].message.startswith(f"{pictures[3]}: ")
    for first, second in zip(here[:3], there[:3], strict=True):
        np.testing.assert_array_equal(read_image(first).rgb, read_image(second).rgb)
    again = BatchOptions(keep_results=False, skip_existing=True)
    results = stylize_files(
        stylizer, pictures, there, options=again, cluster=Cluster(address, send)
    )
    assert [result.skipped for result in results] == [True, True, True, False]


def lost(item, ending):
    return item, ending


def test_a_worker_that_dies_loses_nothing(address, tmp_path):
    marker = tmp_path / "died"

    def work(number: int) -> int:
        if number == 5 and not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return number**2

    answers = run_on_cluster(work, range(20), address, lost=lost)
    assert list(answers) == [number**2 for number in range(20)]
    assert marker.exists()


def test_a_worker_that_comes_goes_on_where_the_only_one_died(tmp_path):
    cluster = SmallCluster(tmp_path)
    cluster.add_worker()
    first = cluster.started[-1]

    def items():
        for number in range(8):
            if number == 5:
                first.kill()  # with what it was sent, and what it has done
                first.wait()
                cluster.add_worker()
            yield number

    answers = run_on_cluster(lambda number: number**2, items(), cluster.address, lost=lost)
    try:
        assert list(answers) == [number**2 for number in range(8)]
    finally:
        cluster.close()


def test_pictures_without_a_worker_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr("facestyle.pipeline.cluster._NEW_WORKER", 0.1)
    cluster = SmallCluster(tmp_path)
    cluster.add_worker()
    only = cluster.started[-1]

    def items():
        yield 0
        only.kill()
        only.wait()
        yield from range(1, 6)

    answers = run_on_cluster(lambda number: number**2, items(), cluster.address, lost=lost)
    try:
        assert list(answers)[1:] == [(number, "no worker is left") for number in range(1, 6)]
    finally:
        cluster.close()


def test_an_address_where_nobody_answers_is_said():
    with pytest.raises(UsageError, match="no Dask scheduler answers"):
        list(run_on_cluster(abs, [1], "tcp://127.0.0.1:9", lost=lambda *_: 0))
