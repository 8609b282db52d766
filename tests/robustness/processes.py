"""Processes that tests end, and whether they are gone."""

import os
import signal
import time
from pathlib import Path

TORTURE = os.environ.get("FACESTYLE_TORTURE") == "1"

# under nohup it is ignored, by the processes that are to be ended with it, too
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def is_alive(pid):
    """Whether a process runs; one that nobody has waited for yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def children(pid):
    """Processes that a process has begun, theirs too."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            child = int(stat.parent.name)
            found += [child, *children(child)]
    return found


def wait_for(condition, seconds):
    """Whether something comes true within a time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())
