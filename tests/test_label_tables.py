"""TRW-S on grids with a cost table per edge, against brute force and iterated conditional modes."""

import itertools

import numpy as np
import pytest

from facestyle.mrf.label_tables import solve_tables


def problem(rows, columns, count, seed=0):
    generator = np.random.default_rng(seed)
    unary = generator.random((rows, columns, count), np.float32)
    horizontal = generator.random((rows, columns - 1, count, count), np.float32)
    vertical = generator.random((rows - 1, columns, count, count), np.float32)
    return unary, horizontal, vertical


def energy(labels, unary, horizontal, vertical):
    i, j = np.indices(labels.shape)
    total = unary[i, j, labels].sum()
    total += horizontal[i[:, 1:], j[:, :-1], labels[:, :-1], labels[:, 1:]].sum()
    return total + vertical[i[:-1], j[:-1], labels[:-1], labels[1:]].sum()


def optimum(unary, horizontal, vertical):
    shape, count = unary.shape[:2], unary.shape[2]
    labelings = itertools.product(range(count), repeat=shape[0] * shape[1])
    return min(
        energy(np.reshape(labels, shape), unary, horizontal, vertical) for labels in labelings
    )


def iterated_conditional_modes(unary, horizontal, vertical):
    labels = unary.argmin(axis=2)
    for _ in range(20):
        before = labels.copy()
        for i, j in np.ndindex(labels.shape):
            costs = []
            for k in range(unary.shape[2]):
                labels[i, j] = k
                costs.append(energy(labels, unary, horizontal, vertical))
            labels[i, j] = int(np.argmin(costs))
        if (labels == before).all():
            break
    return energy(labels, unary, horizontal, vertical)


@pytest.mark.parametrize("shape", [(1, 7), (7, 1)])
def test_chains_are_solved_exactly(shape):
    tables = problem(*shape, 3)
    solution = solve_tables(*tables, iterations=3)
    assert solution.energy == pytest.approx(optimum(*tables), rel=1e-5)
    assert solution.bound == pytest.approx(solution.energy, rel=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_small_grids(seed):
    tables = problem(3, 3, 3, seed)
    best = optimum(*tables)
    solution = solve_tables(*tables, iterations=30)
    assert solution.bound <= best + 1e-4
    assert best <= solution.energy + 1e-4 <= 1.03 * best


def test_energy_is_that_of_the_labels():
    tables = problem(9, 11, 5)
    solution = solve_tables(*tables)
    assert solution.energy == pytest.approx(energy(solution.labels, *tables), rel=1e-5)


def test_beats_iterated_conditional_modes_and_comes_near_its_bound():
    tables = problem(9, 11, 5)
    solution = solve_tables(*tables, iterations=30)
    assert solution.energy < 0.98 * iterated_conditional_modes(*tables)
    assert solution.energy < 1.1 * solution.bound
