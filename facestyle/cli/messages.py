"""What the command says on stderr: logs, errors, progress. stdout is left to results."""

import logging
import sys
from collections.abc import Iterable, Iterator
from typing import Any

_log = logging.getLogger("facestyle")


class _StderrHandler(logging.Handler):
    """Print records above a progress bar, if there is one."""

    def emit(self, record: logging.LogRecord) -> None:
        line = f"facestyle: {record.levelname.lower()}: {record.getMessage()}"
        tqdm = sys.modules.get("tqdm")
        if tqdm is None:
            print(line, file=sys.stderr)
        else:
            tqdm.tqdm.write(line, file=sys.stderr)


def set_up_messages(*, quiet: bool, verbose: int) -> None:
    """Send the package's logs to stderr: errors, warnings, with -v information, with -vv all."""
    levels = (logging.WARNING, logging.INFO, logging.DEBUG)
    _log.setLevel(logging.ERROR if quiet else levels[min(verbose, 2)])
    _log.handlers[:] = [_StderrHandler()]
    _log.propagate = False
    if not verbose:
        import warnings

        warnings.simplefilter("ignore")  # other packages' remarks to programmers


def report_error(message: str) -> None:
    """Print one line about what went wrong."""
    _log.error("%s", " ".join(message.split()))


def report_note(message: str, *, quiet: bool) -> None:
    """Print one line that a user wants to know without asking."""
    if not quiet:
        print(f"facestyle: {message}", file=sys.stderr)


def show_progress(items: Iterable[Any], total: int, *, quiet: bool) -> Iterator[Any]:
    """Iterate with a progress bar on a terminal, else with a line on stderr for each item."""
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
                print(f"facestyle: {number} of {total}", file=sys.stderr)


def print_result(line: str) -> None:
    """Print one line of result to stdout at once, without breaking a progress bar."""
    tqdm = sys.modules.get("tqdm")
    if tqdm is None:
        print(line, flush=True)
    else:
        tqdm.tqdm.write(line, file=sys.stdout)
        sys.stdout.flush()
