"""The Markov random field over patches: planted exemplars, energies, weights."""

import cv2
import numpy as np
import pytest

from facestyle.alignment.features import analyze
from facestyle.alignment.warp import align_exemplar
from facestyle.selection.patch_selection import (
    NODE_STRIDE,
    node_unaries,
    pairwise_term,
    select_exemplars,
    soft_weights,
    unary_term,
)

HEIGHT, WIDTH = 64, 96


@pytest.fixture
def planted():
    """Costs of three exemplars, each the cheapest in one third, under noise."""
    rng = np.random.default_rng(5)
    costs = np.full((3, HEIGHT, WIDTH), 0.5, np.float32)
    for index in range(3):
        costs[index, :, 32 * index : 32 * (index + 1)] = 0.3
    noise = rng.normal(0, 0.5, costs.shape).astype(np.float32)
    return list(np.maximum(costs + noise, 0))


@pytest.fixture
def matte():
    return np.ones((HEIGHT, WIDTH), np.float32)


def energy_of(labels, unary, horizontal, vertical, smoothness):
    rows, columns = np.indices(labels.shape)
    total = unary[rows, columns, labels].sum(dtype=np.float64)
    total += smoothness * horizontal[labels[:, 1:] != labels[:, :-1]].sum(dtype=np.float64)
    return total + smoothness * vertical[labels[1:] != labels[:-1]].sum(dtype=np.float64)


def iterated_conditional_modes(unary, horizontal, vertical, smoothness):
    """Besag 1986: change one node at a time while that helps."""
    labels = unary.argmin(axis=-1)
    height, width, count = unary.shape
    for _ in range(20):
        before = labels.copy()
        for y in range(height):
            for x in range(width):
                cost = unary[y, x].astype(np.float64)
                for other_y, other_x, weight in (
                    (y, x - 1, horizontal[y, x - 1] if x else 0),
                    (y, x + 1, horizontal[y, x] if x + 1 < width else 0),
                    (y - 1, x, vertical[y - 1, x] if y else 0),
                    (y + 1, x, vertical[y, x] if y + 1 < height else 0),
                ):
                    if weight:
                        differs = np.arange(count) != labels[other_y, other_x]
                        cost += smoothness * weight * differs
                labels[y, x] = cost.argmin()
        if (labels == before).all():
            break
    return labels


def test_the_planted_exemplars_are_found(planted, matte):
    selection = select_exemplars(planted, matte, 0.5 * matte, smoothness=0.1)
    truth = np.repeat([0, 1, 2], WIDTH // NODE_STRIDE // 3)[None]
    assert selection.labels.shape == (HEIGHT // NODE_STRIDE, WIDTH // NODE_STRIDE)
    assert (selection.labels == truth).mean() > 0.95
    alone = node_unaries(planted, matte).argmin(axis=-1)
    assert (alone == truth).mean() < 0.93


def test_energy_is_what_it_says_and_not_above_icm(planted, matte):
    luminance = np.random.default_rng(1).random((HEIGHT, WIDTH), dtype=np.float32)
    selection = select_exemplars(planted, matte, luminance, smoothness=0.2)
    unary = node_unaries(planted, matte)
    size = unary.shape[1::-1]
    edges = pairwise_term(cv2.resize(luminance, size, interpolation=cv2.INTER_AREA))
    found = energy_of(selection.labels, unary, *edges, 0.2)
    assert selection.energy == pytest.approx(found, rel=1e-4)
    icm = iterated_conditional_modes(unary, *edges, 0.2)
    assert found < energy_of(icm, unary, *edges, 0.2)


def test_smoothness_merges_regions(planted, matte):
    counts = []
    for smoothness in (0.0, 0.1, 10.0):
        labels = select_exemplars(planted, matte, matte, smoothness=smoothness).labels
        counts.append((labels[:, 1:] != labels[:, :-1]).sum() + (labels[1:] != labels[:-1]).sum())
    assert counts[0] > counts[1] > counts[2] == 0


@pytest.mark.parametrize("temperature", [0.0, 0.3])
def test_weights_sum_to_one(planted, matte, temperature):
    weights = select_exemplars(planted, matte, matte, temperature=temperature).weights
    assert weights.shape == (3, HEIGHT, WIDTH)
    assert weights.min() >= 0
    np.testing.assert_allclose(weights.sum(axis=0), 1, atol=1e-5)


def test_temperature_zero_returns_the_labels(planted, matte):
    selection = select_exemplars(planted, matte, matte, temperature=0)
    upsampled = selection.labels.repeat(NODE_STRIDE, axis=0).repeat(NODE_STRIDE, axis=1)
    np.testing.assert_array_equal(selection.weights.argmax(axis=0), upsampled)
    assert set(np.unique(selection.weights)) == {0, 1}


def test_soft_weights_follow_costs_and_neighbors():
    unary = np.zeros((3, 3, 2), np.float32)
    labels = np.ones((3, 3), np.int32)
    horizontal, vertical = np.ones((3, 2), np.float32), np.ones((2, 3), np.float32)
    weights = soft_weights(unary, labels, horizontal, vertical, 0.1, 0.3)
    # the middle has four neighbors that label 0 would differ from, a corner has two
    np.testing.assert_allclose(weights[1, 1, 0], 1 / (1 + np.exp(0.4 / 0.3)), rtol=1e-5)
    np.testing.assert_allclose(weights[0, 0, 0], 1 / (1 + np.exp(0.2 / 0.3)), rtol=1e-5)
    unary[..., 1] = 0.6
    costly = soft_weights(unary, labels, 0 * horizontal, 0 * vertical, 0.1, 0.3)
    np.testing.assert_allclose(costly[..., 1], 1 / (1 + np.exp(2)), rtol=1e-5)


def test_one_exemplar_needs_no_labels(matte):
    selection = select_exemplars([0.4 * matte], matte, matte)
    assert (selection.labels == 0).all()
    assert (selection.weights == 1).all()
    assert selection.costs == pytest.approx([0.4], rel=1e-3)


def test_pairwise_weights_are_contrast_sensitive():
    luminance = np.full((10, 12), 0.4, np.float32)
    luminance[:, 6:] = 0.8
    horizontal, vertical = pairwise_term(luminance)
    assert horizontal.shape == (10, 11)
    assert vertical.shape == (9, 12)
    assert horizontal[:, 5].max() < 0.1
    assert np.delete(horizontal, 5, axis=1).min() == 1
    assert (vertical == 1).all()
    noise = np.random.default_rng(0).random((20, 30), dtype=np.float32)
    for edges in pairwise_term(noise):
        assert edges.min() > 0
        assert edges.max() <= 1


def test_a_portrait_fits_itself_best(portrait, sitters):
    features = analyze(portrait)
    costs = {}
    for exemplar in (portrait, *sitters[:3]):
        other = analyze(exemplar)
        mapping = align_exemplar(portrait, exemplar, features, other)
        cost = unary_term(features.patches, other.patches, mapping, other.shape)
        assert cost.shape == features.patches.matte.shape
        assert cost.min() >= 0
        costs[exemplar.name] = cost[features.patches.matte > 0.5].mean()
    own = costs.pop(portrait.name)
    assert own < 0.1 * min(costs.values())


def test_what_an_exemplar_lacks_is_dear(portrait):
    features = analyze(portrait)
    identity = align_exemplar(portrait, portrait, features, features, dense=False)
    beyond = identity + np.float32(10 * portrait.matte.shape[1])
    cost = unary_term(features.patches, features.patches, beyond, features.shape)
    assert cost.min() >= 2.9
