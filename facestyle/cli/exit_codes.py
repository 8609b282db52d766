"""Exit codes of the command."""

ALL_DONE = 0
SOME_FAILED = 1
USAGE = 2
NOTHING_DONE = 3
INTERRUPTED = 130  # 128 + SIGINT, as shells expect


def from_counts(done: int, failed: int) -> int:
    """Exit code of a run over several inputs."""
    if failed == 0:
        return ALL_DONE
    return SOME_FAILED if done else NOTHING_DONE
