"""Counts of what was tried and what failed, so that a long run goes on after its first failure."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

_MOST_SHOWN = 5
_KEY = "cases"


class Tally:
    """Counts the cases of one test."""

    def __init__(self) -> None:
        self.tried = 0
        self.failures: list[str] = []

    @contextmanager
    def case(self, name: object) -> Iterator[None]:
        """Run a case: what it raises is noted, and the next ones are tried too."""
        self.tried += 1
        try:
            yield
        except Exception as error:  # whatever a reader raises is what is looked for
            self.failures.append(f"{name}: {type(error).__name__}: {str(error)[:400]}")


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    """A count that fails the test at its end, if a case failed."""
    counts = Tally()
    yield counts
    request.node.user_properties.append((_KEY, (counts.tried, len(counts.failures))))
    if counts.failures:
        pytest.fail(
            f"{len(counts.failures)} of {counts.tried} cases failed:\n"
            + "\n".join(counts.failures[:_MOST_SHOWN])
        )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the counts of every part."""
    parts: dict[str, list[int]] = {}
    for report in (one for reports in terminalreporter.stats.values() for one in reports):
        if getattr(report, "when", None) != "teardown":
            continue
        for key, value in report.user_properties:
            if key == _KEY:
                counts = parts.setdefault(
                    report.nodeid.partition("[")[0].rpartition("::")[2], [0, 0]
                )
                counts[0] += value[0]
                counts[1] += value[1]
    if parts:
        terminalreporter.section("cases tried / failed")
        for part, (tried, failed) in sorted(parts.items()):
            terminalreporter.write_line(f"{tried:7d} / {failed:d}  {part}")
