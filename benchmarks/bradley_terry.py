"""Scores of methods from paired choices: the model of Bradley and Terry 1952."""

import numpy as np
from numpy.typing import NDArray

TOLERANCE = 1e-10
MOST_ITERATIONS = 100_000


def is_connected(wins: NDArray[np.floating]) -> bool:
    """Whether finite scores exist: no part of the methods that never loses to the rest (Ford 1957).

    Parameters
    ----------
    wins : (N, N)
        How often the row was preferred to the column.
    """
    reached = (wins > 0) | np.eye(len(wins), dtype=bool)
    for middle in range(len(wins)):
        reached |= reached[:, middle, None] & reached[None, middle]
    return bool(reached.all())


def bradley_terry(wins: NDArray[np.floating]) -> NDArray[np.float64]:
    """The scores that make the observed choices most likely.

    A method of score a is preferred to one of score b with probability 1 / (1 + exp(b - a)).

    Parameters
    ----------
    wins : (N, N)
        How often the row was preferred to the column; the diagonal is not read.

    Returns
    -------
    (N,) float64
        Natural logarithms, mean 0.

    Raises
    ------
    ValueError
        If no finite scores exist.

    References
    ----------
    Hunter: MM algorithms for generalized Bradley-Terry models. Annals of Statistics 32, 2004,
    equation 3.
    """
    wins = np.asarray(wins, np.float64) * (1 - np.eye(len(wins)))
    if not is_connected(wins):
        raise ValueError("some methods never lost to the others: their scores are not finite")
    met, won = wins + wins.T, wins.sum(axis=1)
    strength = np.ones(len(wins))
    for _ in range(MOST_ITERATIONS):
        updated = won / (met / (strength[:, None] + strength)).sum(axis=1)
        updated /= np.exp(np.log(updated).mean())
        change = np.abs(np.log(updated / strength)).max()
        strength = updated
        if change < TOLERANCE:
            break
    return np.asarray(np.log(strength))
