"""The trained styles that come with facestyle."""

import cv2
import numpy as np
import pytest
from moving_faces import mean_warping_error, moving_clip
from skimage import data

torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra 'neural')")

from facestyle import Stylizer  # noqa: E402
from facestyle.cli import build_parser  # noqa: E402
from facestyle.neural.api import stylize_feedforward  # noqa: E402
from facestyle.neural.model_files import load_named  # noqa: E402
from facestyle.neural.model_names import bundled_models  # noqa: E402

NAMES = ("wave", "auvers", "engraving", "glass", "charcoal", "wash")


def test_the_help_names_every_style_and_a_blend():
    shown = " ".join(build_parser("stylize").format_help().split())
    assert f"{', '.join(NAMES)}, a blend such as paintings:0.7*wave+0.3*glass" in shown
    assert set(NAMES) == set(bundled_models()) - {"paintings", "paintings_video"}


def correlation(a, b):
    return np.corrcoef(a.ravel(), b.ravel())[0, 1]


@pytest.mark.parametrize("name", NAMES)
def test_a_bundled_model_is_small_and_tells_how_it_was_trained(name):
    path = bundled_models()[name]
    assert path.stat().st_size < 3.5e6
    training = load_named(name).training
    assert name in training["styles"]
    assert training["loss_network"] == "vgg16"
    assert training["photos"] >= 17
    assert all(np.isfinite(value) for value in training["losses"].values())


@pytest.mark.parametrize("name", NAMES)
def test_a_bundled_model_changes_colors_and_keeps_the_drawing(name):
    photo = (data.astronaut()[0:192, 130:322] / 255).astype(np.float32)
    result = stylize_feedforward(photo, name, device="cpu")
    assert np.abs(result - photo).mean() > 0.08
    edges, own = (np.abs(np.diff(picture.mean(2), axis=1)) for picture in (result, photo))
    assert correlation(edges, own) > 0.25
    # tones, without the hatching of an engraving
    tones, own = (cv2.GaussianBlur(picture.mean(2), (0, 0), 2) for picture in (result, photo))
    assert correlation(tones, own) > 0.8


def test_a_clip_flickers_less_than_its_frames_alone(astronaut):
    frames, matrices = moving_clip(astronaut[::2, ::2], 6, noise=0.01)
    stylizer = Stylizer.from_model("wave", device="cpu")
    alone = [stylizer(frame).image for frame in frames]
    clip = [result.image for result in stylizer.video(frames)]
    assert mean_warping_error(clip[1:], matrices[1:]) < 0.4 * mean_warping_error(
        alone[1:], matrices[1:]
    )
    detail = [np.abs(np.diff(image.mean(2), axis=1)).mean() for image in (clip[5], alone[5])]
    assert 0.75 < detail[0] / detail[1] < 1.25
    assert correlation(clip[5], alone[5]) > 0.8


@pytest.mark.parametrize("name", ["wave", "wash"])
def test_a_thumbnail_is_drawn_like_a_large_picture(astronaut, name):
    """Below some 130 px everything became black and white: the networks need many places."""
    photo = cv2.resize(astronaut, (256, 256), interpolation=cv2.INTER_AREA)
    thumbnail = cv2.resize(photo, (64, 64), interpolation=cv2.INTER_AREA)
    large, small = (stylize_feedforward(p, name, device="cpu") for p in (photo, thumbnail))
    assert small.shape == thumbnail.shape
    reduced = cv2.resize(large, (64, 64), interpolation=cv2.INTER_AREA)
    assert correlation(small, reduced) > 0.85
    frames = [np.asarray(thumbnail * 255, np.uint8)] * 2
    *_, last = Stylizer.from_model(name, device="cpu").video(frames)
    assert correlation(last.image, reduced) > 0.8


def test_a_clip_does_not_fade_in():
    """The network for clips draws with half its strokes what it has not seen before."""
    wall = np.random.default_rng(3).integers(150, 156, (192, 192, 3)).astype(np.uint8)
    stylizer = Stylizer.from_model("paintings_video:glass", device="cpu")
    deviations = [float(result.image.std()) for result in stylizer.video([wall] * 5)]
    assert deviations[0] > 0.9 * deviations[-1]
