"""Graph cuts: exact where theory says so, else local optima; against brute force, scipy and gco."""

import sys

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from facestyle.errors import MissingDependencyError, UsageError
from facestyle.mrf.graphcut import mrf_energy, solve_labels


def potts(count, strength=1.0):
    return strength * (1 - np.eye(count))


def truncated_linear(count, strength=1.0, limit=3):
    index = np.arange(count)
    return strength * np.minimum(np.abs(index[:, None] - index), limit)


def problem(height, width, count, *, seed=0, smoothness=0.0, strength=0.5, table=potts):
    """Random unary costs of unit variance, a table, and edge weights in [0, 2)."""
    random = np.random.default_rng(seed)
    unary = gaussian_filter(
        random.standard_normal((height, width, count)), (smoothness,) * 2 + (0,)
    )
    weights = {
        "horizontal": 2 * random.random((height, width - 1)),
        "vertical": 2 * random.random((height - 1, width)),
    }
    return (unary / unary.std()).astype(np.float32), table(count, strength), weights


def brute_force(unary, pairwise, weights):
    """Least energy over all labelings."""
    height, width, count = unary.shape
    labels = np.indices((count,) * (height * width)).reshape(height, width, -1)
    energy = np.zeros(labels.shape[2])
    for y, x in np.ndindex(height, width):
        energy += unary[y, x][labels[y, x]]
        if x + 1 < width:
            energy += weights["horizontal"][y, x] * pairwise[labels[y, x], labels[y, x + 1]]
        if y + 1 < height:
            energy += weights["vertical"][y, x] * pairwise[labels[y, x], labels[y + 1, x]]
    return energy.min()


def iterated_conditional_modes(unary, pairwise, weights):
    """Labels after changing one pixel at a time while it pays."""
    labels = unary.argmin(axis=2)
    height, width, _ = unary.shape
    horizontal, vertical = weights["horizontal"], weights["vertical"]
    before = None
    while before is None or (labels != before).any():
        before = labels.copy()
        for y, x in np.ndindex(height, width):
            cost = unary[y, x].astype(float)
            if x > 0:
                cost = cost + horizontal[y, x - 1] * pairwise[labels[y, x - 1]]
            if x + 1 < width:
                cost = cost + horizontal[y, x] * pairwise[labels[y, x + 1]]
            if y > 0:
                cost = cost + vertical[y - 1, x] * pairwise[labels[y - 1, x]]
            if y + 1 < height:
                cost = cost + vertical[y, x] * pairwise[labels[y + 1, x]]
            labels[y, x] = cost.argmin()
    return labels


def best_expansion(labels, alpha, unary, pairwise, weights, scale=10_000):
    """Labels after the best single move to alpha, by scipy's maximum flow on integer costs."""
    height, width, _ = unary.shape
    pixels = np.arange(height * width).reshape(height, width)
    source, sink = height * width, height * width + 1
    switch = (unary[..., alpha] - np.take_along_axis(unary, labels[..., None], 2)[..., 0]).ravel()
    tails, heads, capacities = [], [], []
    for first, second, weight in (
        (pixels[:, :-1].ravel(), pixels[:, 1:].ravel(), weights["horizontal"].ravel()),
        (pixels[:-1].ravel(), pixels[1:].ravel(), weights["vertical"].ravel()),
    ):
        f, g = labels.ravel()[first], labels.ravel()[second]
        neither = weight * pairwise[f, g]
        stay_first, stay_second = weight * pairwise[f, alpha], weight * pairwise[alpha, g]
        np.add.at(switch, first, stay_second - neither)
        np.add.at(switch, second, -stay_second)
        tails.append(first)
        heads.append(second)
        capacities.append(stay_first + stay_second - neither)
    tails += [np.full(switch.size, source), pixels.ravel()]
    heads += [pixels.ravel(), np.full(switch.size, sink)]
    capacities += [np.maximum(switch, 0), np.maximum(-switch, 0)]
    capacity = np.rint(np.concatenate(capacities) * scale).astype(np.int32)
    graph = csr_matrix(
        (capacity, (np.concatenate(tails), np.concatenate(heads))), shape=(sink + 1, sink + 1)
    )
    residual = graph - maximum_flow(graph, source, sink).flow
    residual.data = np.maximum(residual.data, 0)
    residual.eliminate_zeros()
    stays = np.zeros(sink + 1, bool)
    stays[breadth_first_order(residual, source, return_predecessors=False)] = True
    return np.where(stays[pixels], labels, alpha)


@pytest.mark.parametrize("seed", range(5))
def test_energy_is_the_sum_over_pixels_and_edges(seed):
    unary, pairwise, weights = problem(4, 5, 3, seed=seed, table=truncated_linear)
    labels = np.random.default_rng(seed).integers(0, 3, (4, 5))
    expected = 0.0
    for y, x in np.ndindex(4, 5):
        expected += unary[y, x, labels[y, x]]
        if x < 4:
            expected += weights["horizontal"][y, x] * pairwise[labels[y, x], labels[y, x + 1]]
        if y < 3:
            expected += weights["vertical"][y, x] * pairwise[labels[y, x], labels[y + 1, x]]
    assert mrf_energy(labels, unary, pairwise, **weights) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("strength", [0.1, 0.5, 2.0])
@pytest.mark.parametrize("shape", [(3, 4), (1, 9), (9, 1)])
@pytest.mark.parametrize("seed", range(4))
def test_two_labels_are_solved_exactly(seed, shape, strength):
    unary, pairwise, weights = problem(*shape, 2, seed=seed, strength=strength)
    result = solve_labels(unary, pairwise, solver="numba", **weights)
    assert result.energy == pytest.approx(brute_force(unary, pairwise, weights), abs=1e-5)


@pytest.mark.parametrize("table", [potts, truncated_linear])
@pytest.mark.parametrize("seed", range(6))
def test_many_labels_stay_within_the_bound_of_brute_force(seed, table):
    unary, pairwise, weights = problem(3, 3, 3, seed=seed, table=table)
    unary -= unary.min()
    least = brute_force(unary, pairwise, weights)
    energy = solve_labels(unary, pairwise, solver="numba", **weights).energy
    assert least - 1e-5 <= energy <= 1.02 * least  # Theory promises a factor of 2 (Potts).


@pytest.mark.parametrize("table", [potts, truncated_linear])
@pytest.mark.parametrize(("smoothness", "strength"), [(0, 0.3), (1, 2.0), (3, 0.5)])
def test_no_expansion_move_lowers_the_energy(smoothness, strength, table):
    unary, pairwise, weights = problem(
        16, 19, 5, smoothness=smoothness, strength=strength, table=table
    )
    result = solve_labels(unary, pairwise, solver="numba", **weights)
    for alpha in range(5):
        moved = best_expansion(result.labels, alpha, unary, pairwise, weights)
        energy = mrf_energy(moved, unary, pairwise, **weights)
        assert energy >= result.energy - 1e-4 * abs(result.energy)


@pytest.mark.parametrize("table", [potts, truncated_linear])
@pytest.mark.parametrize("seed", range(4))
def test_a_single_sweep_equals_scipys_moves(seed, table):
    unary, pairwise, weights = problem(12, 10, 3, seed=seed, smoothness=1, table=table)
    expected = unary.argmin(axis=2)
    for alpha in range(3):
        expected = best_expansion(expected, alpha, unary, pairwise, weights)
    result = solve_labels(
        unary, pairwise, solver="numba", initial=unary.argmin(axis=2), max_sweeps=1, **weights
    )
    energy = mrf_energy(expected, unary, pairwise, **weights)
    assert result.energy == pytest.approx(energy, rel=1e-4)
    assert (result.labels != expected).mean() < 0.01


@pytest.mark.parametrize("table", [potts, truncated_linear])
@pytest.mark.parametrize("seed", range(3))
def test_energy_is_below_iterated_conditional_modes(seed, table):
    unary, pairwise, weights = problem(24, 24, 6, seed=seed, smoothness=1, strength=1, table=table)
    modes = iterated_conditional_modes(unary, pairwise, weights)
    ceiling = mrf_energy(modes, unary, pairwise, **weights)
    assert solve_labels(unary, pairwise, **weights).energy < ceiling


@pytest.mark.parametrize("table", [potts, truncated_linear])
@pytest.mark.parametrize("strength", [0.1, 0.5, 2.0])
@pytest.mark.parametrize("smoothness", [0, 2])
def test_energy_matches_the_reference_solver(smoothness, strength, table):
    pytest.importorskip("gco", reason="gco-wrapper has no wheels for this Python")
    unary, pairwise, weights = problem(
        40, 48, 8, smoothness=smoothness, strength=strength, table=table
    )
    unary -= unary.min()
    reference = solve_labels(unary, pairwise, solver="gco", **weights)
    ours = solve_labels(unary, pairwise, solver="numba", **weights)
    assert (reference.solver, ours.solver) == ("gco", "numba")
    assert ours.energy <= 1.001 * reference.energy


def test_edges_of_no_weight_let_labels_change():
    """Two halves prefer different labels weakly: only a free edge lets both have their way."""
    unary = np.zeros((6, 8, 2))
    unary[:, :4, 1] = 0.3
    unary[:, 4:, 0] = 0.1
    tied = solve_labels(unary, potts(2, 1.0))
    assert (tied.labels == 0).all()
    horizontal = np.ones((6, 7))
    horizontal[:, 3] = 0
    freed = solve_labels(unary, potts(2, 1.0), horizontal=horizontal)
    assert (freed.labels == (np.arange(8) >= 4)).all()
    assert freed.energy == 0


def test_independent_pixels_take_their_cheapest_labels():
    unary, _, _ = problem(7, 6, 5)
    for result in (solve_labels(unary, np.zeros((5, 5))), solve_labels(unary[:1, :1], potts(5))):
        shape = result.labels.shape
        assert (result.labels == unary[: shape[0], : shape[1]].argmin(axis=2)).all()
    assert (solve_labels(unary[..., :1], np.zeros((1, 1))).labels == 0).all()


def test_a_huge_cost_forbids_a_label_without_blurring_the_others():
    unary, pairwise, weights = problem(20, 20, 4, smoothness=1)
    plain = solve_labels(unary, pairwise, **weights)
    forbidden = unary.astype(np.float64)
    forbidden[..., 2] = 1e12
    result = solve_labels(forbidden, pairwise, **weights)
    assert not (result.labels == 2).any()
    fewer = [0, 1, 3]
    expected = solve_labels(unary[..., fewer], pairwise[np.ix_(fewer, fewer)], **weights)
    assert result.energy == pytest.approx(expected.energy, rel=1e-6)
    assert result.energy > plain.energy


def test_scale_and_offset_of_the_costs_do_not_matter():
    unary, pairwise, weights = problem(30, 31, 5, smoothness=1)
    labels = solve_labels(unary, pairwise, **weights).labels
    scaled = solve_labels(1000.0 * unary - 5.0, 1000.0 * pairwise, **weights).labels
    assert (labels != scaled).mean() < 0.005


def test_the_same_input_gives_the_same_labels():
    unary, pairwise, weights = problem(40, 40, 6, smoothness=1, strength=1)
    first, second = (solve_labels(unary, pairwise, **weights) for _ in range(2))
    assert (first.labels == second.labels).all()
    assert first.labels.dtype == np.int32
    assert first.energy == second.energy


def test_inputs_are_left_alone():
    unary, pairwise, weights = problem(10, 10, 3)
    copies = unary.copy(), pairwise.copy(), weights["horizontal"].copy()
    solve_labels(unary, pairwise, **weights)
    for array, copy in zip((unary, pairwise, weights["horizontal"]), copies, strict=True):
        assert (array == copy).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"unary": np.zeros((4, 5))}, "shape"),
        ({"unary": np.full((4, 5, 3), np.nan)}, "nan"),
        ({"pairwise": np.zeros((2, 2))}, "pairwise has the shape"),
        ({"pairwise": np.ones((3, 3))}, "diagonal"),
        ({"pairwise": np.triu(np.ones((3, 3)), 1)}, "symmetric"),
        ({"pairwise": np.square(np.subtract.outer(range(3), range(3)))}, "metric"),
        ({"pairwise": -potts(3)}, "negative"),
        ({"horizontal": np.ones((4, 5))}, "horizontal has the shape"),
        ({"vertical": -np.ones((3, 5))}, "vertical holds negative"),
        ({"solver": "simplex"}, "simplex"),
        ({"initial": np.zeros((5, 4), int)}, "initial"),
        ({"initial": np.full((4, 5), 3)}, "outside"),
        ({"max_sweeps": 0}, "max_sweeps"),
    ],
)
def test_unusable_arguments_are_named(arguments, message):
    usable = {"unary": np.zeros((4, 5, 3)), "pairwise": potts(3)}
    with pytest.raises(UsageError, match=message):
        solve_labels(**{**usable, **arguments})


def test_a_missing_reference_solver_names_the_pip_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "gco", None)
    unary, pairwise, weights = problem(5, 5, 3)
    with pytest.raises(MissingDependencyError, match=r"pip install 'facestyle\[gco\]'"):
        solve_labels(unary, pairwise, solver="gco", **weights)
