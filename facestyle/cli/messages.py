"""What the command says on stderr: logs, errors, progress. stdout is left to results."""

import json
import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facestyle.cli.streams import write_line

if TYPE_CHECKING:
    from facestyle.progress import Step

_log = logging.getLogger("facestyle")
# which of several looks is worked on
_look: ContextVar[str] = ContextVar("look", default="")


class _StderrHandler(logging.Handler):
    """Print records above a progress bar, if there is one."""

    def __init__(self, spelled: Callable[[str], str]) -> None:
        super().__init__()
        self._spelled = spelled

    def emit(self, record: logging.LogRecord) -> None:
        message = self._spelled(record.getMessage())
        line = f"facestyle: {_look.get()}{record.levelname.lower()}: {message}"
        if record.exc_info:
            line += "\n" + logging.Formatter().formatException(record.exc_info)
        write_line(line, sys.stderr)


def set_up_messages(*, quiet: bool, verbose: int, spelled: Callable[[str], str] = str) -> None:
    """Send the package's logs to stderr: errors, warnings, with -v information, with -vv all.

    Parameters
    ----------
    quiet : bool
        Errors alone.
    verbose : int
        How often -v was given.
    spelled : callable, optional
        From a message to how it is shown: the package calls its settings as Python does.
    """
    levels = (logging.WARNING, logging.INFO, logging.DEBUG)
    _log.setLevel(logging.ERROR if quiet else levels[min(verbose, 2)])
    _log.handlers[:] = [_StderrHandler(spelled)]
    _log.propagate = False
    if not verbose:
        import warnings

        warnings.simplefilter("ignore")  # other packages' remarks to programmers


@contextmanager
def about_look(label: str) -> Iterator[None]:
    """Begin each message with a look's name meanwhile, or with nothing where it is empty."""
    token = _look.set(f"{label}: " if label else "")
    try:
        yield
    finally:
        _look.reset(token)


def report_error(message: str) -> None:
    """Print one line about what went wrong."""
    _log.error("%s", " ".join(message.split()))


def report_note(message: str, *, quiet: bool) -> None:
    """Print one line that a user wants to know without asking."""
    if not quiet:
        write_line(f"facestyle: {_look.get()}{message}", sys.stderr)


def show_progress(items: Iterable[Any], total: int, *, quiet: bool) -> Iterator[Any]:
    """Iterate with a progress bar on a terminal, else with a line on stderr for each item.

    Parameters
    ----------
    items : iterable
        What the work yields.
    total : int
        How many there will be.
    quiet : bool
        Whether nothing is shown.

    Yields
    ------
    object
        The items.
    """
    if quiet:
        yield from items
    elif sys.stderr.isatty():
        from tqdm import tqdm

        with tqdm(items, total=total, unit="picture", file=sys.stderr) as bar:
            yield from bar
    else:
        for number, item in enumerate(items, start=1):
            yield item
            if total > 1:
                write_line(f"facestyle: {number} of {total}", sys.stderr)


class ClipProgress:
    """Frames of a video as they are done: a bar on a terminal, else a line now and then.

    Parameters
    ----------
    quiet : bool
    unit : str
        What is counted.
    """

    EVERY = 10.0  # s between two lines

    def __init__(self, *, quiet: bool, unit: str = "frame") -> None:
        self._unit = unit
        self._quiet = quiet
        self._bar: Any = None
        self._source: Path | None = None
        self._started = self._said = 0.0
        self._first = 0

    def show(self, source: Path, done: int, total: int, detail: str = "") -> None:
        """Tell that so many frames of a video are done, of so many (0: nobody knows).

        Parameters
        ----------
        source : Path
            The video; another one begins a new bar.
        done : int
            Frames done.
        total : int
            Frames in all; 0 where nobody knows.
        detail : str
            How it goes, in a few words.
        """
        if self._quiet:
            return
        now = time.monotonic()
        if source != self._source:
            self.close()
            self._source, self._started, self._said, self._first = source, now, now, done
            if sys.stderr.isatty():
                from tqdm import tqdm

                name, known = source.name, total or None
                self._bar = tqdm(
                    total=known,
                    initial=done,
                    desc=name,
                    unit=self._unit,
                    leave=False,
                    file=sys.stderr,
                )
        elif self._bar is not None:
            self._bar.set_postfix_str(detail, refresh=False)
            self._bar.update(done - self._bar.n)
        elif now - self._said >= self.EVERY:
            self._said = now
            write_line(f"facestyle: {self._line(done, total, now, detail)}", sys.stderr)

    def _line(self, done: int, total: int, now: float, detail: str) -> str:
        pace = (now - self._started) / max(1, done - self._first)
        if not total:
            return f"{self._source}: {done} {self._unit}s, {pace:.2f} s each"
        left = max(0, total - done) * pace
        said = detail and f"{detail}, "
        return f"{self._source}: {done} of {total} {self._unit}s, {said}about {left:.0f} s left"

    def show_steps(self, step: "Step") -> None:
        """Tell of one long computation; a listener of `facestyle.progress`."""
        self.show(Path(step.what), step.done, step.most, step.detail)

    def close(self) -> None:
        """End the bar of a video, if there is one."""
        if self._bar is not None:
            self._bar.close()
        self._bar = self._source = None


def print_result(line: str) -> None:
    """Print one line of result to stdout; where that takes nothing, the work goes on."""
    write_line(line, sys.stdout)


def to_json(record: dict[str, Any]) -> str:
    """One line of JSON; names that are no text are escaped as Python's own."""
    line = json.dumps(record, ensure_ascii=False)
    try:
        line.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(record)
    return line
