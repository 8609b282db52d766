"""Work that takes longer than a request: done in one thread, in order, told of while it runs."""

from __future__ import annotations

import logging
import queue
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from facestyle.errors import FacestyleError
from facestyle.progress import Step, listening
from facestyle.thread_log import hearing_records

_LOG = logging.getLogger("facestyle.web")
QUEUED, RUNNING, DONE, FAILED, CANCELED = "queued", "running", "done", "failed", "canceled"
# s after which a job that no page asks for any more ends, so that others need not wait for it;
# browsers let pages in the background ask once a minute
ABANDONED = 150.0


class CanceledError(Exception):
    """Raised in the working thread where nobody waits for the result any more."""


@dataclass
class Job:
    """One piece of work and what is known of it.

    Attributes
    ----------
    work : callable
        Called with the job; gives what the page is told of the result.
    kind : str
        "preview", "full" or "clip".
    folder : Path
        Where its files go.
    asked : float
        When the page last asked how far it is, by the monotonic clock.
    """

    work: Callable[[Job], dict[str, Any]]
    kind: str
    folder: Path
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    state: str = QUEUED
    step: tuple[str, int, int] = ("", 0, 0)
    message: str = ""
    notices: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    asked: float = field(default_factory=time.monotonic)
    _canceled: threading.Event = field(default_factory=threading.Event)

    @property
    def is_wanted(self) -> bool:
        """Whether somebody waits for it: it was not canceled, and was asked for lately."""
        return not self._canceled.is_set() and time.monotonic() - self.asked < ABANDONED

    def cancel(self) -> None:
        """Let it end where it is, or not begin."""
        self._canceled.set()
        if self.state == QUEUED:
            self.state = CANCELED

    def tell(self, what: str, done: int, most: int) -> None:
        """Tell how far it is; where it was canceled it ends here.

        Parameters
        ----------
        what : str
            A few words.
        done, most : int
            Steps.

        Raises
        ------
        CanceledError
            If nobody waits for it any more.
        """
        if not self.is_wanted:
            raise CanceledError
        self.step = (what, done, most)

    def _hear(self, step: Step) -> None:
        """Take a step of the computation itself."""
        self.tell(step.what, step.done, step.most)

    def run(self) -> None:
        """Do the work in this thread."""
        if not self.is_wanted:
            self.state = CANCELED
            return
        self.state = RUNNING
        start = time.perf_counter()
        try:
            with listening(self._hear), hearing_records(self._take_notice):
                self.facts = self.work(self)
            self.state = DONE
        except CanceledError:
            self.state = CANCELED
        except FacestyleError as error:
            self.message, self.state = str(error), FAILED
        except Exception as error:  # the server goes on; the page says that it is our fault
            _LOG.exception("a job failed")
            self.message = f"facestyle stumbled ({type(error).__name__}); the server's log has more"
            self.state = FAILED
        self.seconds = time.perf_counter() - start

    def _take_notice(self, record: logging.LogRecord) -> None:
        if record.name != _LOG.name:
            self.notices.append(record.getMessage())

    def report(self) -> dict[str, Any]:
        """What the page is told."""
        what, done, most = self.step
        return {
            "id": self.key,
            "kind": self.kind,
            "state": self.state,
            "step": {"what": what, "done": done, "most": most},
            "message": self.message,
            "notices": self.notices,
            "seconds": round(self.seconds, 2),
            **self.facts,
        }


class JobQueue:
    """One thread that does the jobs, first come, first served: the engine uses all cores itself."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="facestyle-jobs", daemon=True)
        self._thread.start()

    def put(self, job: Job) -> None:
        """Do a job when its turn comes."""
        self._queue.put(job)

    def close(self) -> None:
        """Begin nothing more."""
        self._queue.put(None)

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            job.run()
