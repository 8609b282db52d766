"""Processes of a batch: lost ones cost nothing, and none outlives what began them."""

import logging
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from processes import is_alive, wait_for

from facestyle.errors import MissingDependencyError, WorkerError
from facestyle.pipeline.batch import stylize_files
from facestyle.pipeline.worker_pool import run_in_processes

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="looks processes up in /proc"
)


def lost(item, ending):
    return ("lost", item, ending)


def test_answers_come_in_order_and_the_function_is_sent_once():
    class Loaded:
        """Counts in each process how often it was unpickled."""

        def __init__(self):
            self.times = 0

        def __setstate__(self, state):
            self.times = state["times"] + 1

        def __call__(self, item):
            import os

            return item, self.times, os.getpid()

    answers = list(run_in_processes(Loaded(), range(9), 2, lost=lost))
    assert [item for item, _, _ in answers] == list(range(9))
    assert {times for _, times, _ in answers} == {1}
    assert 1 <= len({pid for _, _, pid in answers} - {os.getpid()}) <= 2


def test_a_killed_process_costs_one_more_try(tmp_path):
    def work(item):
        import os
        import signal
        from pathlib import Path

        once = Path(tmp_path, f"{item}")
        if item == "always" or (item == "first time" and not once.exists()):
            once.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return item

    items = ["a", "always", "b", "first time", "c"]
    answers = list(run_in_processes(work, items, 2, lost=lost))
    assert answers == ["a", ("lost", "always", "SIGKILL"), "b", "first time", "c"]


def test_what_processes_log_is_logged_here(caplog):
    def work(item):
        import logging

        logging.getLogger("facestyle.somewhere").warning("picture %d", item)
        return item

    with caplog.at_level(logging.WARNING, "facestyle"):
        list(run_in_processes(work, [1, 2], 2, lost=lost))
    assert sorted(record.message for record in caplog.records) == ["picture 1", "picture 2"]
    assert {record.name for record in caplog.records} == {"facestyle.somewhere"}


def test_no_process_is_left_when_the_results_are_not_wanted_any_more():
    def work(item):
        import os
        import time

        if item:
            time.sleep(60)
        return os.getpid()

    results = run_in_processes(work, [0, 1, 2, 3], 2, lost=lost)
    pid = next(results)
    results.close()
    assert wait_for(lambda: not is_alive(pid), 10)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_processes_end_with_the_one_that_began_them(tmp_path, number):
    script = textwrap.dedent(
        """
        from facestyle.pipeline.worker_pool import run_in_processes

        def main():
            def work(item):
                import os, time
                open(f"{item}.begun", "w").write(str(os.getpid()))
                time.sleep(30)
                open(f"{item}.ended", "w").close()
            list(run_in_processes(work, range(4), 2, lost=print))

        main()
        """
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path, env=environment) as process:
        try:
            assert wait_for(lambda: len(list(tmp_path.glob("*.begun"))) == 2, 60)
            assert wait_for(lambda: all(p.read_text() for p in tmp_path.glob("*.begun")), 5)
            pids = [int(path.read_text()) for path in tmp_path.glob("*.begun")]
            process.send_signal(number)
            process.wait(10)
            assert wait_for(lambda: not any(map(is_alive, pids)), 10)
        finally:
            process.kill()
    assert list(tmp_path.glob("*.ended")) == []


def test_a_batch_reports_the_lost_picture_and_does_the_others(tmp_path):
    from facestyle.io.images import write_image

    class Deadly:
        """Stands in for a stylizer; dark pictures take more memory than there is."""

        settings = method = None

        def stylize(self, source, *, landmarks=None, matte=None):
            import os
            import signal

            if source.array.mean() < 0.1:
                os.kill(os.getpid(), signal.SIGKILL)
            raise MissingDependencyError("torch", "the neural method", "neural")

    paths = [tmp_path / f"{name}.png" for name in "abc"]
    for path, value in zip(paths, (0.5, 0.0, 0.6), strict=True):
        write_image(path, np.full((4, 4, 3), value, np.float32))
    results = list(stylize_files(Deadly(), paths, jobs=2))
    assert [type(result.error) for result in results] == [
        MissingDependencyError,
        WorkerError,
        MissingDependencyError,
    ]
    assert "b.png" in results[1].message
    assert "SIGKILL" in results[1].message
    assert "--jobs 1" in results[1].message
    assert "pip install 'facestyle[neural]'" in results[0].message
