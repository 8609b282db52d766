"""Scores of one picture by the package's metrics, without those whose packages are missing."""

from collections.abc import Sequence

import numpy as np

from benchmarks.protocol import Recorder
from facestyle.metrics.registry import METRICS


class Judge:
    """Scores results against true pictures by named metrics.

    Parameters
    ----------
    names : sequence of str
        Of `facestyle.metrics.METRICS`.
    recorder : Recorder
        Is told once what is left out.
    """

    def __init__(self, names: Sequence[str], recorder: Recorder) -> None:
        self.names = tuple(names)
        deep = [name for name in names if METRICS[name].needs_torch]
        if deep and not _has_torch():
            self.names = tuple(name for name in names if name not in deep)
            titles = ", ".join(METRICS[name].title for name in deep)
            recorder.skip(titles, "needs PyTorch: pip install 'facestyle[neural]'")

    def __call__(self, result: np.ndarray, truth: np.ndarray) -> dict[str, float]:
        """Values by metric of two pictures in [0, 1], compared as files of 8 bits."""
        pair = [(np.clip(p, 0, 1) * 255).round().astype(np.uint8) for p in (result, truth)]
        return {name: float(METRICS[name].function(*pair)) for name in self.names}


def _has_torch() -> bool:
    from facestyle.errors import MissingDependencyError
    from facestyle.neural.dependencies import require_torch

    try:
        require_torch()
    except MissingDependencyError:
        return False
    return True
