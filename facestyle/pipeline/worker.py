"""A process of `facestyle.pipeline.worker_pool`: takes tasks from its stdin, answers on its stdout.

It ends as soon as its stdin does, whatever it is doing: when the process that began it is killed,
nothing of it goes on.
"""

from __future__ import annotations

import logging
import os
import pickle
import queue
import signal
import struct
import sys
import threading
from collections.abc import Callable
from typing import IO, Any

LENGTH = struct.Struct("<Q")
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def send(stream: IO[bytes], message: bytes) -> None:
    """Write a message that `receive` reads."""
    stream.write(LENGTH.pack(len(message)))
    stream.write(message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """Read a message of `send`; None at the stream's end."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    message = stream.read(length)
    return message if len(message) == length else None


class _Forwarder(logging.Handler):
    """Hands records to the process that began this one."""

    def __init__(self, answer: Callable[[tuple[Any, ...]], None]) -> None:
        super().__init__()
        self._answer = answer

    def emit(self, record: logging.LogRecord) -> None:
        self._answer(("log", record.name, record.levelno, record.getMessage()))


def main(parent: int) -> None:
    """Work until stdin ends.

    Parameters
    ----------
    parent : int
        Process number of the one that began this.
    """
    import cloudpickle

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to act on
    _die_with(parent)
    # what libraries print must not come between the answers
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    lock = threading.Lock()

    def answer(message: tuple[Any, ...]) -> None:
        packed = cloudpickle.dumps(message)
        with lock:
            send(answers, packed)

    messages: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, messages), daemon=True).start()
    level, threads, function = pickle.loads(messages.get())
    log = logging.getLogger("facestyle")
    log.setLevel(level)
    log.handlers[:], log.propagate = [_Forwarder(answer)], False
    _limit_threads(threads)
    while True:
        answer(("done", function(pickle.loads(messages.get()))))


def _listen(stream: IO[bytes], messages: queue.SimpleQueue[bytes]) -> None:
    """Queue what comes; at its end, end the process at once."""
    while (message := receive(stream)) is not None:
        messages.put(message)
    os._exit(0)


def _limit_threads(threads: int) -> None:
    import cv2

    cv2.setNumThreads(threads)


def _die_with(parent: int) -> None:
    """Have the kernel end this process with its parent, even inside a long computation."""
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was gone before
        os._exit(0)
