"""Tasks on the machines of a Dask cluster: a worker that dies costs nothing but time."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from facestyle.errors import MissingDependencyError, UsageError
from facestyle.thread_log import hearing_records

Item = TypeVar("Item")
Answer = TypeVar("Answer")

_AHEAD = 2  # tasks that wait at each worker's thread while one is worked on
_ATTEMPTS = 4  # of an item whose function was lost with all workers that held it
_NEW_WORKER = 60.0  # s for another worker to come when the last one has died
_PATIENCE = 15.0  # s for a scheduler to answer, and for a first worker


@dataclass(frozen=True)
class Cluster:
    """Where pictures are worked on, beside this machine.

    Attributes
    ----------
    address : str
        Of a Dask scheduler: "tcp://192.168.0.10:8786".
    send_files : bool
        Pictures are sent, and results come back and are written here; else workers read and write
        the same paths as this machine would.
    """

    address: str
    send_files: bool = False


def run_on_cluster(
    function: Callable[[Item], Answer],
    items: Iterable[Item],
    address: str,
    *,
    lost: Callable[[Item, str], Answer],
) -> Iterator[Answer]:
    """Call a function for each item, on the workers of a Dask cluster.

    The function, with the exemplars that it holds, is sent to each worker once. What workers log
    comes out here.

    Parameters
    ----------
    function : callable
        Must not raise.
    items : iterable
    address : str
        Of the scheduler.
    lost : callable
        Makes an answer for an item whose workers were lost again and again, from the item and what
        happened.

    Yields
    ------
    object
        In the order of the items.

    Raises
    ------
    MissingDependencyError
        If the extra ``cluster`` is not installed.
    UsageError
        If no scheduler answers there, or it has no worker.
    """
    client = _connect(address)
    try:
        threads = _count_threads(client, address)
        work = _Work(client, function)
        waiting: deque[tuple[Item, Any]] = deque()
        for item in items:
            waiting.append((item, work.submit(item)))
            if len(waiting) > _AHEAD * threads:
                yield work.answer(*waiting.popleft(), lost)
        while waiting:
            yield work.answer(*waiting.popleft(), lost)
    finally:
        client.close()


class _Work(Generic[Item, Answer]):
    """What the workers do, and where the function is that they do it with.

    A function that was sent is gone when all workers die that were there at the time, though
    others have come: the scheduler cannot make it again, and gives up all that needs it.
    """

    def __init__(self, client: Any, function: Callable[[Item], Answer]) -> None:
        self._client, self._function = client, function
        self._level = logging.getLogger("facestyle").getEffectiveLevel()
        self._patience = _NEW_WORKER
        self._there: Any = None

    def submit(self, item: Item) -> Any:
        """The answer to come, with what is logged meanwhile; None where no worker is left."""
        if self._there is None or self._there.cancelled():
            try:
                self._client.wait_for_workers(1, timeout=self._patience)
                self._there = self._client.scatter(self._function, broadcast=True, hash=False)
            except OSError:  # time-outs are of this kind
                self._patience = 0.1  # the items after this one need not wait as long again
                return None
        return self._client.submit(_call, self._there, item, self._level, pure=False)

    def answer(self, item: Item, future: Any, lost: Callable[[Item, str], Answer]) -> Answer:
        """What became of one item; what its worker logged is logged here."""
        ending = ""
        for _ in range(_ATTEMPTS):
            if future is None:
                return lost(item, "no worker is left")
            try:
                answer, records = future.result()
            except CancelledError as error:
                ending = _describe(error)
                future = self.submit(item)
            except Exception as error:  # a worker that died again and again, or lacks this package
                ending = _describe(error)
                break
            else:
                for name, level, text in records:
                    logging.getLogger(name).log(level, "%s", text)
                return answer
        return lost(item, ending)


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


def _connect(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise MissingDependencyError("distributed", "--cluster", "cluster") from None
    try:
        return Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(
            f"cluster: no Dask scheduler answers at '{address}' ({type(error).__name__}); expected "
            "an address such as tcp://192.168.0.10:8786, as 'dask scheduler' prints it"
        ) from error


def _count_threads(client: Any, address: str) -> int:
    from distributed import TimeoutError as NobodyError

    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except NobodyError as error:
        raise UsageError(
            f"cluster: the scheduler at {address} has no worker; start some with "
            f"'dask worker {address}' where facestyle is installed"
        ) from error
    return sum(client.nthreads().values()) or 1


def _call(function: Callable[[Item], Answer], item: Item, level: int) -> tuple[Answer, list[Any]]:
    """Run on a worker: the answer, and what was logged meanwhile."""
    records: list[tuple[str, int, str]] = []

    def keep(record: logging.LogRecord) -> None:
        records.append((record.name, record.levelno, record.getMessage()))

    log = logging.getLogger("facestyle")
    log.setLevel(min(level, log.level or level))
    with hearing_records(keep, level):
        return function(item), records
