"""What a clip by a trained network is steadied by: earlier photos and drawings along the flow."""

import cv2
import numpy as np
import pytest
from moving_scenes import MovingDisc

torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra 'neural')")

from facestyle.flow import DEFAULT_FLOW  # noqa: E402
from facestyle.imaging.levels import to_bytes  # noqa: E402
from facestyle.methods.neural import NetworkFrames, PictureNetworkFrames  # noqa: E402
from facestyle.methods.neural.clip_carried import CarriedFrames, Steadying, steadied  # noqa: E402
from facestyle.methods.neural.clip_frames import NetworkClip  # noqa: E402
from facestyle.methods.neural.clip_strokes import with_strokes_of  # noqa: E402
from facestyle.neural.api import load_model  # noqa: E402

SIDE = 64


def high(picture):
    return float((picture - cv2.GaussianBlur(picture, (0, 0), 1)).std())


def test_noise_is_averaged_and_a_change_is_let_be():
    rng = np.random.default_rng(0)
    before = np.full((SIDE, SIDE, 3), 0.5, np.float32)
    now = before + rng.normal(0, 0.01, before.shape).astype(np.float32)
    now[:, 40:] += 0.3
    result = steadied(now, before, np.ones((SIDE, SIDE), np.float32), Steadying(0.9, 0.05, 1.0))
    assert result[:, :34].std() < 0.25 * now[:, :34].std()  # .9 of it is what was there
    np.testing.assert_allclose(result[:, 46:], now[:, 46:], atol=1e-4)
    untrusted = steadied(now, before, np.zeros((SIDE, SIDE), np.float32), Steadying(0.9, 1, 1))
    np.testing.assert_array_equal(untrusted, now)


def test_strokes_are_as_strong_as_alone_where_they_were_soft():
    rng = np.random.default_rng(1)
    own = np.full((128, 128, 3), 0.5, np.float32)
    own[:, :64] += rng.normal(0, 0.15, (128, 64, 1)).astype(np.float32)
    own = cv2.GaussianBlur(np.clip(own, 0, 1), (0, 0), 0.7)
    soft = cv2.GaussianBlur(own, (0, 0), 0.5)
    result = with_strokes_of(soft, own)
    inner = np.s_[20:-20, 8:40]
    assert high(soft[inner]) < 0.8 * high(own[inner])
    assert high(result[inner]) == pytest.approx(high(own[inner]), rel=0.1)
    np.testing.assert_allclose(result[:, 100:], soft[:, 100:], atol=0.003)  # no grain on the plain
    np.testing.assert_array_equal(with_strokes_of(own, soft * 0 + 0.5), own)  # never weaker


def test_fine_strokes_outlast_many_moves():
    """Twelve steps of .3 px there and back: bilinear ones leave .48 of them, these more than .8."""
    rng = np.random.default_rng(2)
    frame = to_bytes(cv2.GaussianBlur(rng.random((96, 96, 3), np.float32), (0, 0), 1.2))
    strokes = cv2.GaussianBlur(rng.random((96, 96, 3), np.float32), (0, 0), 0.9)
    shifted = np.float32([[1, 0, 0.3], [0, 1, 0]])
    moved = cv2.warpAffine(frame, shifted, (96, 96), None, cv2.INTER_CUBIC, cv2.BORDER_REPLICATE)
    carried = CarriedFrames(DEFAULT_FLOW)
    carried.remember(0, frame, strokes, strokes)
    for number in range(1, 13):
        now = moved if number % 2 else frame
        known = carried.recall(number, now)
        carried.remember(number, now, known.photo, known.drawn)
    assert high(known.drawn[10:-10, 10:-10]) > 0.8 * high(strokes[10:-10, 10:-10])
    assert known.photo.min() > -1e-6


def test_a_clip_in_a_bundled_style_flickers_less_with_strokes_as_strong():
    """A still wall with noise: the network draws other strokes in each frame of it."""
    rng = np.random.default_rng(3)
    wall = cv2.GaussianBlur(rng.random((160, 160, 3), np.float32), (0, 0), 6) * 2 - 0.5
    clip = [to_bytes(np.clip(wall + rng.normal(0, 0.01, wall.shape), 0, 1)) for _ in range(5)]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    network = NetworkClip(load_model("wave").network, torch.device("cpu"))
    alone, steady = (
        [engine.step(frame).outcome.image for frame in clip]
        for engine in (NetworkFrames(network), PictureNetworkFrames(network))
    )
    torch.set_num_threads(threads)
    changes = [np.mean((np.diff(results, axis=0) ** 2)[1:]) for results in (alone, steady)]
    assert changes[0] > 6 * changes[1]
    assert high(steady[-1]) == pytest.approx(high(alone[-1]), rel=0.06)
    np.testing.assert_array_equal(steady[0], alone[0])


def test_what_was_hidden_comes_back_as_it_was_drawn():
    """The wall behind a disc that hid it for three frames is known from before."""
    moves = [(-400, 0)] * 5 + [(2 * n, 0) for n in range(3)] + [(-400, 0)]
    scene = MovingDisc(96, moves, [(0, 0)] * len(moves), radius=0.25)
    carried = CarriedFrames(DEFAULT_FLOW)
    for number, frame in enumerate(scene.frames[:-1]):
        shade = 0.9 if scene.masks[number].any() else 0.2
        drawn = np.full_like(frame, shade, np.float32)
        carried.remember(number, to_bytes(frame), frame.astype(np.float32), drawn)
    known = carried.recall(len(moves) - 1, to_bytes(scene.frames[-1]))
    behind = np.logical_and.reduce(scene.masks[5:-1])
    inner = cv2.erode(behind.astype(np.uint8), np.ones((9, 9))) > 0
    assert inner.sum() > 50
    assert np.median(known.drawn[inner]) == pytest.approx(0.2, abs=0.02)
