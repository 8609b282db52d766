"""Losses against NumPy oracles, and their gradients against finite differences."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra 'neural')")

from facestyle.neural import losses  # noqa: E402


def gram_oracle(features, weights):
    channels = features.shape[0]
    flat, w = features.reshape(channels, -1), weights.reshape(-1)
    gram = np.zeros((channels, channels))
    for unit in range(flat.shape[1]):
        gram += w[unit] * np.outer(flat[:, unit], flat[:, unit])
    return gram / (channels * w.sum())


@pytest.fixture
def random():
    return np.random.default_rng(7)


def test_feature_reconstruction_loss_is_johnsons_equation_2(random):
    a, b = random.normal(size=(2, 1, 3, 4, 5))
    loss = losses.feature_reconstruction_loss(torch.from_numpy(a), torch.from_numpy(b))
    assert loss.item() == pytest.approx(((a - b) ** 2).sum() / (3 * 4 * 5), rel=1e-12)


def test_gram_matrix_is_johnsons_equation_3(random):
    features = random.normal(size=(2, 3, 4, 5))
    gram = losses.gram_matrix(torch.from_numpy(features)).numpy()
    assert gram.shape == (2, 1, 3, 3)
    for picture in range(2):
        expected = gram_oracle(features[picture], np.ones((4, 5)))
        np.testing.assert_allclose(gram[picture, 0], expected, rtol=1e-12)


def test_guided_gram_matrices_weight_the_units_of_each_region(random):
    features, weights = random.normal(size=(1, 3, 4, 5)), random.uniform(size=(2, 4, 5))
    gram = losses.gram_matrix(torch.from_numpy(features), torch.from_numpy(weights)).numpy()
    for region in range(2):
        np.testing.assert_allclose(
            gram[0, region], gram_oracle(features[0], weights[region]), rtol=1e-12
        )


def test_a_region_without_weight_has_no_statistics(random):
    features = torch.from_numpy(random.normal(size=(1, 3, 4, 5)))
    assert losses.gram_matrix(features, torch.zeros(1, 4, 5)).abs().max() == 0


def test_style_loss_is_johnsons_equation_4(random):
    a, b = random.normal(size=(2, 1, 2, 3, 3))
    importance = np.array([0.25, 0.75])
    loss = losses.style_loss(*(torch.from_numpy(x) for x in (a, b, importance)))
    expected = sum(importance[r] * np.linalg.norm(a[0, r] - b[0, r], "fro") ** 2 for r in range(2))
    assert loss.item() == pytest.approx(expected, rel=1e-12)


def test_total_variation_loss_by_hand():
    picture = torch.tensor([[[[0.0, 1.0], [0.0, 3.0]]]])
    # across: 1^2 and 3^2, mean 5; down: 0 and 2^2, mean 2
    assert losses.total_variation_loss(picture).item() == 7.0


def test_temporal_loss_is_ruders_equation_7(random):
    x, warped = random.uniform(size=(2, 1, 3, 4, 5))
    weights = random.uniform(size=(4, 5))
    loss = losses.temporal_loss(*(torch.from_numpy(v) for v in (x, warped, weights)))
    expected = (weights * (x - warped) ** 2).sum() / x.size
    assert loss.item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("tiling", [1, 2])
def test_losses_do_not_depend_on_the_size_of_the_picture(random, tiling):
    a, b = (torch.from_numpy(x) for x in random.normal(size=(2, 1, 3, 8, 8)))
    big_a, big_b = (x.repeat(1, 1, tiling, tiling) for x in (a, b))
    torch.testing.assert_close(
        losses.feature_reconstruction_loss(big_a, big_b), losses.feature_reconstruction_loss(a, b)
    )
    torch.testing.assert_close(losses.gram_matrix(big_a), losses.gram_matrix(a))


def test_gradients_agree_with_finite_differences(random):
    def tensor(*shape):
        return torch.from_numpy(random.normal(size=shape))

    x = tensor(1, 3, 4, 5).requires_grad_()
    other, target, weights = tensor(1, 3, 4, 5), tensor(1, 2, 3, 3), tensor(2, 4, 5).square()
    functions = [
        lambda v: losses.feature_reconstruction_loss(v, other),
        lambda v: losses.style_loss(losses.gram_matrix(v, weights), target),
        losses.total_variation_loss,
        lambda v: losses.temporal_loss(v, other, weights[0]),
    ]
    for function in functions:
        assert torch.autograd.gradcheck(function, (x,), eps=1e-6, atol=1e-8)
