"""Every metric that has a public implementation, against it.

scikit-image and SciPy are dependencies. The rest is optional and skipped where it is absent:
pip install torch torchvision piq torchmetrics lpips.
"""

import importlib
import warnings
from typing import Any

import numpy as np
import pytest
from scipy import stats
from skimage import color
from skimage import metrics as skimage_metrics

from facestyle import metrics
from facestyle.metrics import texture

SHAPE = (176, 192)  # multiples of 16: implementations differ in how they halve odd sides
Pair = tuple[np.ndarray, np.ndarray]


def optional(name: str) -> Any:
    """Import an optional package, or skip with a reason."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return importlib.import_module(name)
        except ImportError:
            package = name.split(".")[0]
            pytest.skip(f"the reference implementation is not installed: pip install {package}")
        except RuntimeError as error:  # a torchvision that was built for another torch
            pytest.skip(f"the reference implementation {name} cannot be imported: {error}")


@pytest.fixture(scope="module")
def pair(astronaut: np.ndarray) -> Pair:
    """A photograph in color and a darker, blurred, noisy version, float32 in [0, 1]."""
    first = astronaut[: SHAPE[0], 60 : 60 + SHAPE[1]]
    blurred = (first + np.roll(first, 1, axis=0) + np.roll(first, 1, axis=1)) / 3
    noise = np.random.default_rng(0).normal(0, 0.04, first.shape)
    return first, np.clip(0.9 * blurred + noise, 0, 1).astype(np.float32)


@pytest.fixture(scope="module")
def grays(pair: Pair) -> Pair:
    return pair[0].mean(axis=2), pair[1].mean(axis=2)


def tensors(*pictures: np.ndarray) -> list[Any]:
    """Pictures as (1, C, H, W) float64 tensors."""
    torch = optional("torch")
    planes = (p[None] if p.ndim == 2 else p.transpose(2, 0, 1) for p in pictures)
    return [torch.from_numpy(np.ascontiguousarray(p[None], np.float64)) for p in planes]


def interior(border: int) -> np.ndarray:
    mask = np.zeros(SHAPE)
    mask[border:-border, border:-border] = 1
    return mask


def test_psnr_is_that_of_scikit_image(pair):
    expected = skimage_metrics.peak_signal_noise_ratio(pair[0], pair[1], data_range=1)
    assert metrics.psnr(*pair) == pytest.approx(expected, abs=1e-4)


def test_psnr_is_that_of_piq(pair):
    expected = optional("piq").psnr(*tensors(*pair))
    assert metrics.psnr(*pair) == pytest.approx(float(expected), abs=1e-3)


def test_psnr_is_that_of_torchmetrics(pair):
    a, b = tensors(*pair)
    functional = optional("torchmetrics.functional.image")
    expected = functional.peak_signal_noise_ratio(a, b, data_range=1.0)
    assert metrics.psnr(*pair) == pytest.approx(float(expected), abs=1e-4)


def test_ssim_is_that_of_scikit_image_but_for_the_border(grays):
    expected = skimage_metrics.structural_similarity(
        *grays, data_range=1, gaussian_weights=True, use_sample_covariance=False
    )
    assert metrics.ssim(*grays, interior(5)) == pytest.approx(expected, abs=1e-5)


def test_ssim_is_that_of_piq_but_for_the_border(grays):
    a, b = tensors(*grays)
    expected = optional("piq").ssim(a, b, downsample=False)
    assert metrics.ssim(*grays, interior(5)) == pytest.approx(float(expected), abs=1e-5)


def test_ssim_is_that_of_torchmetrics(grays):
    a, b = tensors(*grays)
    functional = optional("torchmetrics.functional.image")
    mean, full = functional.structural_similarity_index_measure(
        a, b, data_range=1.0, return_full_image=True
    )
    inside = float(full[..., 5:-5, 5:-5].mean())
    assert metrics.ssim(*grays, interior(5)) == pytest.approx(inside, abs=1e-5)
    # it mirrors the border about the last pixel, scikit-image about the picture's edge
    assert metrics.ssim(*grays) == pytest.approx(float(mean), abs=2e-3)


def test_ms_ssim_is_that_of_piq(grays):
    a, b = tensors(*grays)
    expected = optional("piq").multi_scale_ssim(a, b)
    assert metrics.ms_ssim(*grays) == pytest.approx(float(expected), abs=1e-5)


def test_ms_ssim_is_that_of_torchmetrics(grays):
    a, b = tensors(*grays)
    functional = optional("torchmetrics.functional.image")
    expected = functional.multiscale_structural_similarity_index_measure(a, b, data_range=1.0)
    # it counts the border of the last scale
    assert metrics.ms_ssim(*grays) == pytest.approx(float(expected), abs=1e-4)


def test_fsim_is_that_of_piq(grays):
    a, b = tensors(*grays)
    expected = optional("piq").fsim(a, b, chromatic=False)
    assert metrics.fsim(*grays) == pytest.approx(float(expected), abs=1e-4)


def test_gmsd_is_that_of_piq(grays):
    a, b = tensors(*grays)
    expected = float(optional("piq").gmsd(a, b))
    # piq takes zeros beyond the border where we reflect: one pixel in 44 counts otherwise
    assert metrics.gmsd(*grays) == pytest.approx(expected, rel=0.02)


def test_lpips_is_that_of_its_authors(pair):
    """Their network and formula and heads, with our convolutions: theirs are downloaded."""
    torch, authors = optional("torch"), optional("lpips")
    from facestyle.neural.loss_network import load_loss_network

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = authors.LPIPS(net="vgg", pnet_rand=True, verbose=False)
    ours = iter(load_loss_network().buffers())
    for module in theirs.net.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.weight.data, module.bias.data = next(ours), next(ours)
    a, b = (2 * picture.float() - 1 for picture in tensors(*pair))
    with torch.no_grad():
        expected = float(theirs(a, b))
    assert metrics.lpips(*pair) == pytest.approx(expected, rel=1e-3)


def test_gram_style_distance_is_piqs_style_loss_but_for_its_scale(pair):
    torch, piq = optional("torch"), optional("piq")
    from facestyle.metrics.deep_features import STYLE_LAYERS
    from facestyle.neural.loss_network import load_loss_network

    expected = 0.0
    with torch.no_grad():
        features = load_loss_network()(torch.cat(tensors(*pair)).float(), STYLE_LAYERS)
        for values in features.values():
            a, b = (piq.StyleLoss.gram_matrix(v[None]) for v in values)
            expected += float(((a - b) / values[0].numel()).square().sum())
    assert metrics.gram_style_distance(*pair) == pytest.approx(expected, rel=1e-3)


def test_color_differences_are_those_of_scikit_image(pair):
    first, second = (color.rgb2lab(picture.astype(np.float64)) for picture in pair)
    expected = color.deltaE_cie76(first, second).mean()
    assert metrics.delta_e_76(*pair) == pytest.approx(expected, abs=0.02)
    expected = color.deltaE_ciede2000(first, second).mean()
    assert metrics.delta_e_2000(*pair) == pytest.approx(expected, abs=0.02)


def test_texture_distance_is_scipys_wasserstein_distance_of_every_projection(grays, monkeypatch):
    monkeypatch.setattr(texture, "PROJECTIONS", 8)
    monkeypatch.setattr(texture, "MOST_PATCHES", 500)
    generator = np.random.default_rng(0)
    directions = generator.standard_normal((texture.PATCH**2, 8))
    directions /= np.linalg.norm(directions, axis=0)
    ours, theirs = (texture._high_pass_patches(g, 1.5, None, 0) @ directions for g in grays)
    distances = [stats.wasserstein_distance(a, b) for a, b in zip(ours.T, theirs.T, strict=True)]
    expected = pytest.approx(np.mean(distances), rel=1e-6)
    assert metrics.texture_distance(*grays, sigma=1.5) == expected
