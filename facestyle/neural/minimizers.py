"""L-BFGS and Adam on a picture, with the relative-change stop of Ruder et al. 2016.

`torch.optim.LBFGS` with its strong Wolfe search gets no further in as many evaluations (96 px, loss
after 10, 20, 40: 336, 214, 134 against ours 318, 199, 131; benchmarks/handmade.py), and can neither
stop by the change of the loss nor return the best picture that it saw; so ours stays.
"""

from collections.abc import Callable
from contextlib import suppress

import torch

from facestyle.neural.limited_memory import LimitedMemory
from facestyle.neural.settings import Minimizer

Evaluate = Callable[[torch.Tensor], tuple[dict[str, float], torch.Tensor]]
Report = Callable[[int, dict[str, float], torch.Tensor], None]

_FIRST_STEP = 0.02  # root mean square over pixels, in units of the picture's range
_LONGEST_STEP = 0.2  # likewise: the quadratic model means nothing beyond
_SUFFICIENT = 1e-4  # share of the predicted decrease that a step must reach (Armijo)
_SHRINK = 0.3  # of a step that was too long; chosen, not measured
_SHORTEST = 1e-3  # of the whole step; the memory misleads where even that does not descend


class _Stopped(Exception):  # noqa: N818 - it ends the search, it is no error
    """Raised by the evaluation that was the last one."""


class _Search:
    """Counts evaluations, keeps the best picture, and says when to stop."""

    def __init__(self, evaluate: Evaluate, settings: Minimizer, report: Report | None) -> None:
        self.evaluate, self.settings, self.report = evaluate, settings, report
        self.history: list[dict[str, float]] = []
        self.totals: list[float] = []
        self.best: torch.Tensor | None = None

    def __call__(self, picture: torch.Tensor) -> tuple[float, torch.Tensor]:
        """Return loss and gradient; raise `_Stopped` when that was the last evaluation."""
        terms, gradient = self.evaluate(picture)
        total = sum(terms.values())
        if self.best is None or total < min(self.totals):
            self.best = picture.clone()
        self.history.append(terms)
        self.totals.append(total)
        if self.report is not None:
            self.report(len(self.totals), terms, self.best)
        if len(self.totals) >= self.settings.iterations or self._converged():
            raise _Stopped
        return total, gradient

    def _converged(self) -> bool:
        settings = self.settings
        if settings.tolerance <= 0 or len(self.totals) <= settings.window:
            return False
        before, now = min(self.totals[: -settings.window]), min(self.totals)
        return before - now < settings.tolerance * abs(before)


def minimize(
    evaluate: Evaluate, start: torch.Tensor, settings: Minimizer, report: Report | None = None
) -> tuple[torch.Tensor, list[dict[str, float]]]:
    """Minimize a loss of a picture.

    Parameters
    ----------
    evaluate : callable
        Returns the terms of the loss and the gradient of their sum.
    start : torch.Tensor
        Initial picture (1, 3, H, W).
    settings : Minimizer
        How to minimize.
    report : callable, optional
        Called after every evaluation with its number, from 1, the terms of the loss, and the
        best picture so far.

    Returns
    -------
    picture : torch.Tensor
        The picture of least loss among those evaluated.
    history : list of dict of str to float
        Terms of the loss at every evaluation; the first is the initial picture's.
    """
    search = _Search(evaluate, settings, report)
    descend = _descend_adam if settings.method == "adam" else _descend_lbfgs
    with suppress(_Stopped):
        descend(search, start.detach().clone(), settings)
    assert search.best is not None
    return search.best, search.history


def _descend_adam(search: _Search, picture: torch.Tensor, settings: Minimizer) -> None:
    optimizer = torch.optim.Adam([picture], lr=settings.learning_rate)
    while True:
        _, picture.grad = search(picture)
        optimizer.step()


def _descend_lbfgs(search: _Search, picture: torch.Tensor, settings: Minimizer) -> None:
    """Descend by L-BFGS (Nocedal and Wright 2006, algorithm 7.5)."""
    memory = LimitedMemory(settings.history, smoothing=settings.smoothing)
    loss, gradient = search(picture)
    while True:
        direction = _bounded(memory.direction(gradient), bool(memory))
        found = _backtrack(search, picture, loss, direction, _dot(direction, gradient))
        if found is None:
            if not memory:
                return  # not even the steepest descent descends: a minimum but for rounding
            memory.clear()
            continue
        step, loss, new_gradient = found
        memory.remember(step, new_gradient - gradient)
        picture, gradient = picture + step, new_gradient


def _bounded(direction: torch.Tensor, informed: bool) -> torch.Tensor:
    """Set the length of the first step, and limit that of the others."""
    if not informed:
        return direction * (_FIRST_STEP / _size(direction))
    return direction * min(1.0, _LONGEST_STEP / _size(direction))


def _backtrack(
    search: _Search, picture: torch.Tensor, loss: float, direction: torch.Tensor, slope: float
) -> tuple[torch.Tensor, float, torch.Tensor] | None:
    """Shorten the step until the loss falls enough (algorithm 3.1); None where it never does."""
    share = 1.0
    while share > _SHORTEST:
        step = direction * share
        new_loss, gradient = search(picture + step)
        if new_loss <= loss + _SUFFICIENT * share * slope:
            return step, new_loss, gradient
        share *= _SHRINK
    return None


def _dot(a: torch.Tensor, b: torch.Tensor) -> float:
    return (a * b).sum().item()


def _size(step: torch.Tensor) -> float:
    """Return the root mean square, never zero."""
    return max(step.square().mean().sqrt().item(), 1e-30)
