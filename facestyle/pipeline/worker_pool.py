"""Tasks in several processes: a process that is killed costs nothing but time."""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from facestyle.pipeline.worker import receive, send

Item = TypeVar("Item")
Answer = TypeVar("Answer")

_ATTEMPTS = 2  # a task whose process is lost is tried once more
_AHEAD = 2  # tasks begun before the results are fetched, for each process
_THREAD_VARIABLES = (
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"),
    *("VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS"),
)
_PATIENCE = 5.0  # s for a process that says nothing more to end


class _LostError(Exception):
    """A process ended in the middle of a task; says how."""


def run_in_processes(
    function: Callable[[Item], Answer],
    items: Sequence[Item],
    jobs: int,
    *,
    lost: Callable[[Item, str], Answer],
) -> Iterator[Answer]:
    """Call a function for each item, in several processes.

    Each process gets the function once. All of them end with this one, whatever ends it.

    Parameters
    ----------
    function : callable
        Must not raise; what it holds is copied to every process.
    items : sequence
    jobs : int
        Processes.
    lost : callable
        Makes an answer for an item whose process was lost twice, from the item and how it ended.

    Yields
    ------
    object
        In the order of the items.
    """
    pool = _Pool(function, items, min(jobs, len(items)), lost)
    try:
        yield from pool.answers()
    finally:
        pool.stop()


class _Pool(Generic[Item, Answer]):
    """Threads, each of which looks after one process."""

    def __init__(
        self,
        function: Callable[[Item], Answer],
        items: Sequence[Item],
        jobs: int,
        lost: Callable[[Item, str], Answer],
    ) -> None:
        import cloudpickle

        self._items, self._jobs, self._lost = items, jobs, lost
        self._threads_each = max(1, (os.cpu_count() or 1) // jobs)
        level = logging.getLogger("facestyle").getEffectiveLevel()
        self._first_message = cloudpickle.dumps((level, self._threads_each, function))
        self._begun = self._fetched = 0
        self._answers: dict[int, Answer] = {}
        self._error: BaseException | None = None
        self._stopped = False
        self._changed = threading.Condition()
        self._processes: set[_Process] = set()

    def answers(self) -> Iterator[Answer]:
        for number in range(self._jobs):
            name = f"facestyle worker {number + 1}"
            threading.Thread(target=self._look_after_one, name=name, daemon=True).start()
        for number in range(len(self._items)):
            with self._changed:
                while number not in self._answers and self._error is None:
                    self._changed.wait()
                if self._error is not None:
                    raise self._error
                answer = self._answers.pop(number)
                self._fetched = number + 1
                self._changed.notify_all()
            yield answer

    def stop(self) -> None:
        """End all processes, at once where they are at work."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
            processes = list(self._processes)
        for process in processes:
            process.end()

    def _look_after_one(self) -> None:
        process: _Process | None = None
        try:
            while (number := self._take()) is not None:
                answer, process = self._done(self._items[number], process)
                with self._changed:
                    self._answers[number] = answer
                    self._changed.notify_all()
        except BaseException as error:  # the fetching thread raises it
            with self._changed:
                self._error = error
                self._changed.notify_all()
        finally:
            if process is not None:
                process.end()

    def _take(self) -> int | None:
        """The next task's number; waits while too many answers wait; None at the end."""
        with self._changed:
            while not self._stopped and self._begun >= self._fetched + _AHEAD * self._jobs:
                if self._begun >= len(self._items):
                    return None
                self._changed.wait()
            if self._stopped or self._begun >= len(self._items):
                return None
            self._begun += 1
            return self._begun - 1

    def _done(self, item: Item, process: _Process | None) -> tuple[Answer, _Process | None]:
        """An item's answer, and the process that goes on."""
        ending = ""
        for _ in range(_ATTEMPTS):
            if process is None:
                process = self._start()
            try:
                return process.run(item), process
            except _LostError as loss:
                process.end()
                process, ending = None, str(loss)
            if self._stopped:
                break
        return self._lost(item, ending), None

    def _start(self) -> _Process:
        process = _Process(self._threads_each)
        with self._changed:
            self._processes.add(process)
            stopped = self._stopped
        if stopped:
            process.end()
        with contextlib.suppress(_LostError):  # the first task will say so
            process.send(self._first_message)
        return process


class _Process:
    """One process that works; see `facestyle.pipeline.worker`."""

    def __init__(self, threads: int) -> None:
        # -c: the user's own main module is not run again
        code = (
            f"import sys; sys.path[:] = {sys.path!r}; from facestyle.pipeline.worker import main; "
            f"main({os.getpid()})"
        )
        limits = {name: str(threads) for name in _THREAD_VARIABLES if name not in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **limits},
        )

    def run(self, item: Any) -> Any:
        """Have an item worked on; log messages come out here."""
        import cloudpickle

        self.send(cloudpickle.dumps(item))
        assert self._process.stdout is not None
        while True:
            message = receive(self._process.stdout)
            if message is None:
                raise _LostError(self._ending())
            kind, *content = _read(message)
            if kind == "done":
                return content[0]
            name, level, text = content
            logging.getLogger(name).log(level, "%s", text)

    def send(self, message: bytes) -> None:
        """Send a message; a process that is gone raises `_LostError`."""
        assert self._process.stdin is not None
        try:
            send(self._process.stdin, message)
        except (OSError, ValueError) as error:  # a broken pipe, or closed by `end`
            raise _LostError(self._ending()) from error

    def end(self) -> None:
        """End it, if it has not ended."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):  # what was not yet sent has nowhere to go
                if stream is not None:
                    stream.close()

    def _ending(self) -> str:
        """How it ended, in words."""
        try:
            code = self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            return "no answer"
        if code >= 0:
            return f"exit code {code}"
        try:
            return signal.Signals(-code).name
        except ValueError:
            return f"signal {-code}"


def _read(message: bytes) -> Any:
    try:
        return pickle.loads(message)
    except Exception as error:
        raise _LostError(f"an answer that cannot be read: {error}") from error
