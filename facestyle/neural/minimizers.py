"""L-BFGS and Adam on a picture, with the relative-change stop of Ruder et al. 2016."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

Evaluate = Callable[[torch.Tensor], tuple[dict[str, float], torch.Tensor]]
Report = Callable[[int, dict[str, float]], None]

MINIMIZERS = ("lbfgs", "adam")
_DIVERGED = 10.0  # times the best loss so far


@dataclass(frozen=True)
class Settings:
    """How to minimise.

    Attributes
    ----------
    method : {"lbfgs", "adam"}
        L-BFGS is Gatys et al.'s choice; Adam needs less memory and more iterations.
    iterations : int
        Evaluations of loss and gradient at most.
    tolerance : float
        Stop when the loss fell by less than this share of itself over `window` iterations;
        0 never stops early.
    window : int
        See `tolerance`.
    learning_rate : float
        Step of Adam, in units of the picture's range [0, 1].
    history : int
        Pairs of vectors that L-BFGS remembers; each has the size of the picture.
    """

    method: str = "lbfgs"
    iterations: int = 500
    tolerance: float = 1e-4
    window: int = 50
    learning_rate: float = 0.02
    history: int = 100


def minimize(
    evaluate: Evaluate, start: torch.Tensor, settings: Settings, report: Report | None = None
) -> tuple[torch.Tensor, list[dict[str, float]]]:
    """Minimise a loss of a picture.

    Parameters
    ----------
    evaluate : callable
        Returns the terms of the loss and the gradient of their sum.
    start : torch.Tensor
        Initial picture (1, 3, H, W).
    settings : Settings
        How to minimise.
    report : callable, optional
        Called after every evaluation with its number, from 1, and the terms of the loss.

    Returns
    -------
    picture : torch.Tensor
        The picture of least loss among those evaluated.
    history : list of dict of str to float
        Terms of the loss at every evaluation; the first is the initial picture's.
    """
    picture = start.detach().clone().requires_grad_()
    optimizer = _optimizer(picture, settings)
    history: list[dict[str, float]] = []
    totals: list[float] = []
    best = picture.detach().clone()

    def closure() -> float:
        terms, gradient = evaluate(picture)
        picture.grad = gradient
        history.append(terms)
        totals.append(sum(terms.values()))
        if totals[-1] <= min(totals):
            best.copy_(picture.detach())
        if report is not None:
            report(len(totals), terms)
        return totals[-1]

    for _ in range(settings.iterations):
        optimizer.step(closure)
        if _converged(totals, settings):
            break
        if not totals[-1] < _DIVERGED * min(totals):
            # L-BFGS without a line search can overshoot: begin again at the best picture.
            with torch.no_grad():
                picture.copy_(best)
            optimizer = _optimizer(picture, settings)
    return best, history


def _optimizer(picture: torch.Tensor, settings: Settings) -> torch.optim.Optimizer:
    if settings.method == "adam":
        return torch.optim.Adam([picture], lr=settings.learning_rate)
    # One iteration a step costs one evaluation; the memory of L-BFGS lives on between steps.
    return torch.optim.LBFGS(
        [picture],
        lr=1.0,
        max_iter=1,
        history_size=settings.history,
        tolerance_grad=0.0,
        tolerance_change=0.0,
    )


def _converged(totals: list[float], settings: Settings) -> bool:
    """Tell whether the last `window` iterations changed the loss by too little to go on."""
    if settings.tolerance <= 0 or len(totals) <= settings.window:
        return False
    before = totals[-1 - settings.window]
    return abs(before - totals[-1]) < settings.tolerance * abs(before)
