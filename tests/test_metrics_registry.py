"""The table of metrics: exports, documentation, and what its claims are worth."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from facestyle import metrics
from facestyle.errors import UsageError
from facestyle.metrics import METRICS, Inputs, Metric

ROOT = Path(__file__).resolve().parents[1]
PICTURES = [m for m in METRICS.values() if m.inputs in (Inputs.TRUTH, Inputs.EXEMPLAR)]
WITHOUT_NETWORK = [m for m in PICTURES if not m.needs_torch]
SEES_NO_BLUR = {"seam_energy"}


def named(metric: Metric) -> str:
    return metric.name


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    """A drawing of hatching and plain areas, (176, 192, 3) float32."""
    y, x = np.mgrid[:176, :192]
    tone = 0.6 + 0.2 * np.sin(x / 25) * np.cos(y / 31)
    strokes = 0.2 * (np.sin((x + 2 * y) / 1.7) > 0.3) * (x > 60)
    grain = 0.03 * np.random.default_rng(0).normal(size=tone.shape)
    gray = np.clip(tone - strokes + grain, 0, 1)
    return np.stack([gray, 0.95 * gray, 0.9 * gray], axis=2).astype(np.float32)


def worse(metric: Metric, values: list[float]) -> bool:
    """Whether every value is worse than the one before."""
    if metric.better == "higher":
        return bool(np.all(np.diff(values) < 0))
    if metric.better == "lower":
        return bool(np.all(np.diff(values) > 0))
    return bool(np.all(np.diff(np.abs(np.array(values) - 1)) > 0))


def test_every_metric_is_exported_under_its_name():
    for name, metric in METRICS.items():
        assert name == metric.name
        assert name in metrics.__all__
        assert metric.function is getattr(metrics, name)
        assert metric.function.__name__ == name
    assert set(metrics.__all__) <= set(dir(metrics))
    with pytest.raises(AttributeError, match="no_such_metric"):
        _ = metrics.no_such_metric


def test_no_file_hides_a_function():
    files = {path.stem for path in (ROOT / "facestyle" / "metrics").glob("*.py")}
    assert not files & set(metrics.__all__)


def test_the_table_alone_loads_nothing_heavy():
    heavy = ("numpy", "cv2", "dlib", "numba", "torch", "scipy", "skimage", "PIL")
    check = f"print([m for m in {heavy} if m in sys.modules])"
    table = f"import sys; from facestyle.metrics import METRICS; {check}"
    one = "import sys; from facestyle.metrics import ssim; "
    one += "print([m for m in ('torch', 'numba', 'dlib') if m in sys.modules])"
    for script in (table, one):
        command = [sys.executable, "-c", script]
        loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert loaded.stdout.strip() == "[]"


def test_the_page_says_what_the_table_says():
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    sections = {part.split("\n", 1)[0]: part for part in page.split("\n## ")[1:]}
    for metric in METRICS.values():
        section = sections[f"{metric.title} · `{metric.name}`"]
        assert f"- Compares: {metric.inputs}.\n" in section
        assert f"- Range: {metric.range}; better: {metric.better}.\n" in section
        assert f"- Source: {metric.source}.\n" in section
        assert f"- Does not see: {metric.blind_to}\n" in section
        assert "```text\n" in section, "the formula"
    others = {"Evaluating a folder", "Checks"}
    titles = {f"{metric.title} · `{metric.name}`" for metric in METRICS.values()}
    assert set(sections) == titles | others


@pytest.mark.parametrize("metric", PICTURES, ids=named)
def test_a_picture_beside_itself_is_perfect(metric, picture):
    if metric.needs_torch:
        pytest.importorskip("torch", reason=f"{metric.title} needs torch")
    value = metric.function(picture, picture)
    assert value == pytest.approx(metric.perfect, abs=1e-6)


@pytest.mark.parametrize("metric", PICTURES, ids=named)
def test_more_noise_is_worse(metric, picture):
    if metric.needs_torch:
        pytest.importorskip("torch", reason=f"{metric.title} needs torch")
    noise = np.random.default_rng(1).normal(size=picture.shape).astype(np.float32)
    noisy = [np.clip(picture + sigma * noise, 0, 1) for sigma in (0.02, 0.06, 0.15)]
    assert worse(metric, [metric.function(p, picture) for p in noisy])


@pytest.mark.parametrize("metric", PICTURES, ids=named)
def test_more_blur_is_worse_unless_the_metric_sees_none(metric, picture):
    if metric.needs_torch:
        pytest.importorskip("torch", reason=f"{metric.title} needs torch")
    blurred = [ndimage.gaussian_filter(picture, (s, s, 0)) for s in (0.4, 0.8, 1.6)]
    values = [metric.function(p, picture) for p in blurred]
    if metric.name in SEES_NO_BLUR:
        noise = np.random.default_rng(1).normal(0, 0.1, picture.shape).astype(np.float32)
        assert max(values) < 0.5 * metric.function(np.clip(picture + noise, 0, 1), picture)
    else:
        assert worse(metric, values)


@pytest.mark.parametrize("metric", PICTURES, ids=named)
def test_what_is_no_picture_has_no_value(metric, picture):
    if metric.needs_torch:
        pytest.importorskip("torch", reason=f"{metric.title} needs torch")
    unknown = picture.copy()
    unknown[80, 90, 1] = np.nan
    wrong = {
        "in .0, 1.; found .* to 2": picture * 255,
        "in .0, 1.; found -": 2 * picture - 1.2,
        "finite numbers": unknown,
        "NumPy array": picture.tolist(),
        "has pixels": picture[:0],
    }
    for words, other in wrong.items():
        with pytest.raises(UsageError, match=words):
            metric.function(other, other if words == "has pixels" else picture)
    with pytest.raises(UsageError, match="finite numbers"):
        metric.function(picture, unknown)


def test_psnr_and_ssim_prefer_a_blurred_drawing_to_a_sharp_shifted_one(picture):
    shifted, blurred = np.roll(picture, 5, axis=1), ndimage.gaussian_filter(picture, (3, 3, 0))
    assert metrics.psnr(blurred, picture) > metrics.psnr(shifted, picture)
    assert metrics.ssim(blurred, picture) > metrics.ssim(shifted, picture)
    for distance in (metrics.texture_distance, metrics.spectrum_distance):
        assert distance(blurred, picture) > 5 * distance(shifted, picture)


def test_color_is_seen_by_color_differences_alone(picture):
    tinted = picture.copy()
    tinted[..., 2] *= 0.6
    weights = np.array([0.299, 0.587, 0.114], np.float32)
    tinted *= ((picture @ weights) / (tinted @ weights))[..., None]
    assert metrics.ssim(tinted, picture) > 0.99
    assert metrics.gmsd(tinted, picture) < 0.01
    assert metrics.delta_e_2000(tinted, picture) > 5


def test_noise_on_a_blurred_picture_games_the_high_frequency_ratio(picture):
    blurred = ndimage.gaussian_filter(picture, (2, 2, 0))
    noise = np.random.default_rng(2).normal(size=(*picture.shape[:2], 1)).astype(np.float32)
    ratios = [
        metrics.high_frequency_ratio(np.clip(blurred + s * noise, 0, 1), picture)
        for s in (0, 0.05, 0.1, 0.2)
    ]
    assert ratios[0] < 0.1
    assert ratios[0] < ratios[1] < ratios[2] < ratios[3]
    assert ratios[3] > 1


def test_gmsd_forgives_damage_that_is_the_same_everywhere():
    hatched = 0.5 + 0.3 * (np.indices((64, 64)).sum(axis=0) % 8 < 4)
    assert metrics.gmsd(np.full((64, 64), 0.5), hatched) < 0.2
    half = hatched.copy()
    half[:, 32:] = 0.5
    assert metrics.gmsd(half, hatched) > metrics.gmsd(np.full((64, 64), 0.5), hatched)


def test_scoot_does_not_see_where_strokes_lie_within_a_block():
    columns = np.tile([0, 0, 0, 0, 1, 1, 1, 1], (64, 8)).astype(float)
    assert metrics.scoot(1 - columns, columns) > 0.9
    assert metrics.psnr(1 - columns, columns) == pytest.approx(0, abs=1e-6)


def test_texture_measures_are_perfect_for_an_upside_down_picture(picture):
    turned = picture[::-1]
    assert metrics.spectrum_distance(turned, picture) < 0.3
    assert metrics.texture_distance(turned[:, ::-1], picture) < 0.5
    assert metrics.psnr(turned, picture) < 25


def test_a_constant_picture_has_no_seam_and_does_not_flicker(picture):
    constant = np.full_like(picture, picture.mean())
    assert metrics.seam_energy(constant, picture) == 0
    assert metrics.warping_error(constant, constant, np.ones((176, 192, 2), np.float32)) < 1e-12
    for metric in WITHOUT_NETWORK:
        if metric.name != "seam_energy":
            bad = metric.function(constant, picture)
            assert worse(metric, [metric.function(picture, picture), bad]), metric.name
