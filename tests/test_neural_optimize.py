"""Style transfer by optimization: it lowers the loss and obeys its options."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra 'neural')")

from facestyle.errors import UsageError  # noqa: E402
from facestyle.neural.api import stylize_optimize  # noqa: E402
from facestyle.neural.loss_network import load_loss_network  # noqa: E402
from facestyle.neural.minimizers import minimize  # noqa: E402
from facestyle.neural.optimize import optimize, scale_sizes  # noqa: E402
from facestyle.neural.pictures import to_tensor, with_colors_of  # noqa: E402
from facestyle.neural.settings import Minimizer, OptimizeOptions  # noqa: E402
from facestyle.neural.style_images import StyleImage  # noqa: E402
from facestyle.neural.style_pictures import StylePicture, recolor  # noqa: E402
from facestyle.neural.style_statistics import (  # noqa: E402
    attention_to_regions,
    importance_of_regions,
)

QUICK = OptimizeOptions(
    size=64,
    scales=1,
    iterations=8,
    content_layers=("relu2_2",),
    style_layers=("relu1_1", "relu2_1"),
)


def photo(height=48, width=64):
    """A bright disc on a dark blue ramp."""
    y, x = np.mgrid[0:height, 0:width]
    disc = ((x - width / 2) ** 2 + (y - height / 2) ** 2 < (height / 3) ** 2).astype(float)
    return np.stack((0.2 + 0.6 * disc, 0.2 + 0.4 * disc, x / width), 2).astype(np.float32)


def stripes(color, height=48, width=48):
    y, x = np.mgrid[0:height, 0:width]
    wave = 0.5 + 0.5 * np.sin((x + y) * 0.8)
    return (wave[..., None] * np.asarray(color)).astype(np.float32)


RED, GREEN = stripes((0.9, 0.2, 0.1)), stripes((0.1, 0.8, 0.2))


@pytest.fixture(scope="module")
def network():
    return load_loss_network()


@pytest.mark.parametrize("method", ["lbfgs", "adam"])
@pytest.mark.parametrize("initial", ["recolored", "content", "noise"])
def test_the_loss_falls(network, method, initial):
    options = replace(
        QUICK, initial=initial, minimizer=Minimizer(method=method, learning_rate=0.05)
    )
    result = optimize(network, to_tensor(photo()), [StylePicture(to_tensor(RED))], options)
    totals = [sum(terms.values()) for terms in result.history[0]]
    assert len(totals) == 8
    assert min(totals) < 0.75 * totals[0]
    assert torch.equal(result.picture, result.picture.clamp(0, 1))


def test_the_same_settings_give_the_same_picture(network):
    options = replace(QUICK, initial="noise", iterations=3)
    first, second = (
        stylize_optimize(photo(), [RED], options=options, loss_network=network, device="cpu")
        for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)


def test_strength_zero_keeps_the_picture(network):
    options = replace(QUICK, strength=0.0, iterations=3, total_variation_weight=0.0)
    result = stylize_optimize(photo(), [RED], options=options, loss_network=network, device="cpu")
    np.testing.assert_allclose(result, photo(), atol=1e-5)


def test_a_style_of_one_tint_stays_so(network):
    """An ink drawing had violet and green specks."""
    sepia = stripes((0.9, 0.85, 0.75))
    options = replace(QUICK, initial="content")  # colored
    result = stylize_optimize(photo(), [sepia], options=options, loss_network=network, device="cpu")
    chroma = np.array([[0.596, -0.274, -0.322], [0.211, -0.523, 0.312]]).T
    assert np.abs(photo() @ chroma).max() > 0.2
    assert np.abs(result @ chroma - (sepia @ chroma).mean((0, 1))).max() < 0.06
    half = replace(options, strength=0.5)
    result = stylize_optimize(photo(), [sepia], options=half, loss_network=network, device="cpu")
    assert np.abs(result @ chroma).max() > 0.1  # and half of the photo's colors


def test_keeping_colors_keeps_chroma(network):
    options = replace(QUICK, colors="keep")
    image = photo() * 0.6 + 0.2  # far from black and white, where clipping changes chroma
    result = stylize_optimize(image, [RED], options=options, loss_network=network, device="cpu")
    assert np.abs(result - image).max() > 0.02
    chroma = np.array([[0.596, -0.274, -0.322], [0.211, -0.523, 0.312]]).T
    np.testing.assert_allclose(result @ chroma, image @ chroma, atol=2e-4)


def test_a_mask_leaves_the_rest_alone(network):
    mask = np.zeros((48, 64), np.float32)
    mask[:, :32] = 1
    result = stylize_optimize(
        photo(), [RED], options=QUICK, mask=mask, loss_network=network, device="cpu"
    )
    np.testing.assert_allclose(result[:, 32:], photo()[:, 32:], atol=1e-6)
    assert np.abs(result[:, :32] - photo()[:, :32]).mean() > 0.05


def test_regions_take_their_style_from_the_same_region(network):
    style = np.concatenate((RED, GREEN), axis=1)
    left = np.zeros((48, 96), np.float32)
    left[:, :48] = 1
    content_left = np.zeros((48, 64), np.float32)
    content_left[:, :32] = 1
    result = stylize_optimize(
        np.random.default_rng(0).uniform(size=(48, 64, 3)).astype(np.float32),
        [StyleImage(style, regions=np.stack((left, 1 - left)))],
        options=replace(QUICK, iterations=15),
        regions=np.stack((content_left, 1 - content_left)),
        loss_network=network,
        device="cpu",
    )
    redness = result[..., 0] - result[..., 1]
    assert redness[:, :28].mean() > 0.15
    assert redness[:, 36:].mean() < -0.15


def test_recoloring_by_region_gives_every_region_its_own_colors():
    left = torch.zeros(1, 48, 64)
    left[..., :32] = 1
    regions = torch.cat((left, 1 - left))
    style = np.concatenate((RED, GREEN), axis=1)
    style_left = torch.zeros(1, 48, 96)
    style_left[..., :48] = 1
    picture = StylePicture(to_tensor(style), 1.0, torch.cat((style_left, 1 - style_left)))
    noise = np.random.default_rng(0).uniform(size=(48, 64, 3))  # colors in all directions
    result = recolor(to_tensor(noise), [picture], regions)[0].numpy()
    np.testing.assert_allclose(result[:, :, :32].mean((1, 2)), RED.mean((0, 1)), atol=1e-4)
    np.testing.assert_allclose(result[:, :, 32:].mean((1, 2)), GREEN.mean((0, 1)), atol=1e-4)
    covariance = np.cov(result[:, :, :32].reshape(3, -1), bias=True)
    expected = np.cov(RED.reshape(-1, 3).T, bias=True)
    np.testing.assert_allclose(covariance, expected, atol=3e-3)


def test_shares_mix_style_pictures(network):
    def greenness(shares):
        pictures = zip([RED, GREEN], shares, strict=True)
        styles = [StyleImage(picture, share) for picture, share in pictures]
        result = stylize_optimize(
            photo(), styles, options=QUICK, loss_network=network, device="cpu"
        )
        return float((result[..., 1] - result[..., 0]).mean())

    assert greenness([1, 0]) < greenness([1, 1]) < greenness([0, 1])


def test_regions_may_take_other_layers_and_keep_more_of_the_content():
    left = torch.zeros(2, 32, 64)
    left[0, :, :16] = 1
    left[1, :, 16:] = 1
    weights = importance_of_regions(left, ("a", "b"), [("a",), ("a", "b")], (0.2, 1.0))
    torch.testing.assert_close(weights["a"], torch.tensor([0.05, 0.75]))
    torch.testing.assert_close(weights["b"], torch.tensor([0.0, 0.75]))
    assert importance_of_regions(None, ("a",)) == {}
    attention = attention_to_regions(left, ("relu2_1",), (5.0, 1.0))["relu2_1"]
    assert attention.shape == (16, 32)
    assert (attention[:, :8] == 5).all()
    assert (attention[:, 8:] == 1).all()


def test_a_finer_scale_begins_with_detail_of_the_start(network):
    noise = np.random.default_rng(1).uniform(size=(64, 512, 1)).astype(np.float32)
    image, gray = np.repeat(noise, 3, axis=2), stripes((1, 1, 1))  # colors of the style
    options = replace(QUICK, size=512, scales=2, iterations=1, initial="content")
    result = stylize_optimize(image, [gray], options=options, loss_network=network, device="cpu")
    # one evaluation a scale moves nothing: what the coarser scale lacks is there again
    np.testing.assert_allclose(result, image, atol=1e-4)


def test_scales_double_and_end_at_the_full_size():
    assert scale_sizes(600, 800, 3) == [(300, 400), (600, 800)]
    assert scale_sizes(600, 1024, 3) == [(150, 256), (300, 512), (600, 1024)]
    assert scale_sizes(100, 200, 4) == [(100, 200)]


def test_minimizing_stops_at_a_small_relative_change():
    def bowl(x):
        return {"content": (x - 0.3).square().sum().item() + 1}, 2 * (x - 0.3).detach()

    settings = Minimizer(iterations=500, tolerance=1e-4, window=5)
    picture, history = minimize(bowl, torch.zeros(1, 3, 4, 4), settings)
    assert len(history) < 30
    torch.testing.assert_close(picture, torch.full((1, 3, 4, 4), 0.3), atol=1e-3, rtol=0)


def test_a_step_that_does_not_descend_is_shortened():
    tried = []

    def narrow(x):
        tried.append(x.clone())
        return {"content": 1e4 * (x - 0.5).square().sum().item()}, 2e4 * (x - 0.5)

    start = torch.full((1, 3, 4, 4), 0.499)
    best, history = minimize(narrow, start, Minimizer(iterations=8, tolerance=0))
    totals = [terms["content"] for terms in history]
    assert totals[1] > totals[0]  # the first step is far too long here
    torch.testing.assert_close(tried[2] - start, 0.3 * (tried[1] - start), rtol=1e-3, atol=1e-6)
    assert narrow(best)[0]["content"] == min(totals) < 1e-3 * totals[0]


def test_a_curved_valley_is_followed_to_its_end():
    """Rosenbrock's function of 24 pairs of pixels."""

    def valley(x):
        moving = x.clone().requires_grad_()
        a, b = moving.flatten()[::2], moving.flatten()[1::2]
        loss = ((0.3 - a).square() + 100 * (b - a * a).square()).sum()
        loss.backward()
        return {"content": loss.item()}, moving.grad

    start = torch.linspace(-1, 1, 48).view(1, 3, 4, 4)
    best, _ = minimize(valley, start, Minimizer(iterations=100, tolerance=0))
    torch.testing.assert_close(best.flatten()[::2], torch.full((24,), 0.3), atol=1e-4, rtol=0)


def test_luminance_transfer_takes_luma_from_one_and_chroma_from_the_other():
    picture, colors = to_tensor(photo()), to_tensor(photo()[::-1, ::-1] * 0.5)
    mixed = with_colors_of(picture, colors)
    red, green, blue = mixed[0]
    torch.testing.assert_close(
        0.299 * red + 0.587 * green + 0.114 * blue,
        0.299 * picture[0, 0] + 0.587 * picture[0, 1] + 0.114 * picture[0, 2],
    )
    torch.testing.assert_close(red - blue, colors[0, 0] - colors[0, 2])


def test_options_that_cannot_be_used_are_refused(network):
    with pytest.raises(UsageError, match="strength is 2"):
        OptimizeOptions(strength=2)
    with pytest.raises(UsageError, match="initial 'zero'"):
        OptimizeOptions(initial="zero")
    with pytest.raises(UsageError, match="one style picture at least"):
        stylize_optimize(photo(), [], options=QUICK, loss_network=network, device="cpu")
    with pytest.raises(UsageError, match=r"mask has shape \(3, 3\)"):
        stylize_optimize(photo(), [RED], mask=np.ones((3, 3)), device="cpu")
