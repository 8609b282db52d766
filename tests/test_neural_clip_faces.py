"""A trained network's strokes on the faces of a clip: fewer, and steadily so."""

from dataclasses import replace

import numpy as np
import pytest
from moving_faces import moving_clip, true_flow
from skimage import data

torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra 'neural')")

from facestyle import Stylizer  # noqa: E402
from facestyle.flow import warp  # noqa: E402
from facestyle.io.images import write_image  # noqa: E402
from facestyle.methods.neural import NetworkFrames, PictureNetworkFrames  # noqa: E402
from facestyle.methods.neural.clip_faces import FaceStrokes, _steady_weights  # noqa: E402
from facestyle.methods.neural.clip_frames import NetworkClip  # noqa: E402
from facestyle.neural.settings import VIDEO_INPUTS, Architecture  # noqa: E402
from facestyle.neural.transformer import Transformer  # noqa: E402
from facestyle.pipeline.clips import stylize_clip  # noqa: E402
from facestyle.tracking import all_faces  # noqa: E402
from facestyle.tracking.motion import Motion  # noqa: E402
from facestyle.tracking.tracker import FaceTracker  # noqa: E402

PHOTO = np.ascontiguousarray(data.astronaut()[:256, 96:352])
FACE, CORNER = (slice(90, 140), slice(105, 150)), (slice(0, 20), slice(0, 20))
STEP = 0.08 + 1e-5
SIZE = (256, 256)


def strokes(on_faces=0.25, base="recolored", inputs=3):
    network = Transformer(Architecture(4, 1, base=base, inputs=inputs), seed=3).eval()
    return FaceStrokes(NetworkClip(network, torch.device("cpu"), on_faces=on_faces))


def weights_of(follower, frames):
    """The strength in each frame, (N, H, W)."""
    found = [follower.step(frame) for frame in frames]
    return np.stack([np.ones(SIZE, np.float32) if w is None else w.numpy()[0, 0] for w in found])


def test_the_faces_of_a_clip_are_spared_from_its_first_frame_on():
    weights = weights_of(strokes(), [PHOTO] * 3)
    np.testing.assert_allclose(weights[:, *FACE], 0.25, atol=0.02)
    np.testing.assert_allclose(weights[:, *CORNER], 1, atol=1e-3)
    np.testing.assert_allclose(weights_of(strokes(None), [PHOTO])[:, *FACE], 0.15, atol=0.02)


def test_the_strength_moves_with_the_face():
    frames, poses = moving_clip(PHOTO / np.float32(255), 8, noise=0.01)
    weights = weights_of(strokes(), frames)
    for number in range(1, 8):
        flow = true_flow(poses[number], poses[number - 1], SIZE)
        change = np.abs(weights[number] - warp(weights[number - 1], flow))[20:-20, 20:-20]
        assert change.max() < 0.15
        assert change.mean() < 0.004
    assert np.abs(weights[4] - weights[0]).max() > 0.2  # what stays in its place does not


def test_a_strength_is_carried_as_far_as_the_motion_is_trusted():
    """A face that goes 20 px a frame keeps its strength; what comes into sight has its own."""
    before = np.ones((40, 100), np.float32)
    wanted = before.copy()
    before[:, 20:40] = wanted[:, 40:60] = 0.2
    back = np.full((40, 100, 2), (-20, 0), np.float32)
    trust = np.ones((40, 100), np.float32)
    still = np.zeros_like(back)

    def steady(flow, trust):
        motion = Motion(flow, -flow, trust, (40, 100))
        return _steady_weights(wanted, before, motion, missing=False)

    np.testing.assert_allclose(steady(back, trust)[:, 20:], wanted[:, 20:], atol=1e-5)
    np.testing.assert_allclose(steady(still, 0 * trust), wanted, atol=1e-5)
    np.testing.assert_allclose(steady(still, trust)[:, 50], 1 - 0.08, atol=1e-5)
    np.testing.assert_allclose(steady(still, trust)[:, 30], 0.2 + 0.08, atol=1e-5)


def test_a_face_that_is_found_late_is_spared_by_and_by(monkeypatch):
    find = all_faces.find_faces
    looks = []

    def late(*arguments, **options):
        looks.append(1)
        return find(*arguments, **options) if len(looks) > 2 else []

    monkeypatch.setattr(all_faces, "find_faces", late)
    weights = weights_of(strokes(), [PHOTO] * 18)
    assert weights[:6].min() == 1  # frames 0 and 3 are looked at in vain, 6 is not
    assert np.abs(np.diff(weights, axis=0)).max() < STEP
    np.testing.assert_allclose(weights[-1][FACE], 0.25, atol=0.02)


@pytest.mark.parametrize(("frames", "most"), [(6, 0.27), (30, 1.0)])
def test_a_face_that_is_missed_is_spared_where_it_was(monkeypatch, frames, most):
    """For some frames; then strokes come back, by and by."""
    missed = range(3, 3 + frames)
    step, find = FaceTracker.step, all_faces.find_faces
    present = [0]

    def losing(self, frame, number, track, motion):
        found = step(self, frame, number, track, motion)
        return replace(found, found=False) if number in missed else found

    def blind(*arguments, **options):
        return [] if present[0] in missed else find(*arguments, **options)

    monkeypatch.setattr(FaceTracker, "step", losing)
    monkeypatch.setattr(all_faces, "find_faces", blind)
    follower, weights = strokes(), []
    for number in range(45):
        present[0] = number
        weights.append(weights_of(follower, [PHOTO])[0])
    weights = np.stack(weights)
    assert np.abs(np.diff(weights, axis=0)).max() < STEP
    np.testing.assert_allclose(weights[:14, *FACE], 0.25, atol=0.02)
    assert weights[:, *FACE].max() == pytest.approx(most, abs=0.02)
    np.testing.assert_allclose(weights[-1][FACE], 0.25, atol=0.02)  # found again


def test_a_new_scene_is_looked_at_at_once():
    noise = np.random.default_rng(1).integers(0, 255, PHOTO.shape, np.uint8)
    weights = weights_of(strokes(), [noise, PHOTO, noise])
    assert weights[0].min() == weights[2].min() == 1
    np.testing.assert_allclose(weights[1][FACE], 0.25, atol=0.02)


def test_every_face_of_a_clip_is_spared():
    both = np.concatenate((PHOTO, PHOTO[:, ::-1]), 1)
    weights = strokes().step(both).numpy()[0, 0]
    scale = weights.shape[1] / 512
    for columns in ((105, 150), (512 - 150, 512 - 105)):
        rows, columns = (slice(*(round(scale * p) for p in part)) for part in ((90, 140), columns))
        assert weights[rows, columns].max() < 0.3


@pytest.mark.parametrize(("on_faces", "base"), [(1.0, "recolored"), (None, "none")])
def test_no_face_is_looked_for_where_none_is_spared(monkeypatch, on_faces, base):
    monkeypatch.setattr(all_faces, "find_faces", None)
    assert strokes(on_faces, base).step(PHOTO) is None


def test_following_goes_on_from_its_state():
    frames, _ = moving_clip(PHOTO / np.float32(255), 5)
    whole, first, second = strokes(), strokes(), strokes()
    expected = weights_of(whole, frames)
    weights_of(first, frames[:3])
    second.restore(first.state())
    np.testing.assert_array_equal(weights_of(second, frames[3:]), expected[3:])
    second.restore({})
    np.testing.assert_array_equal(weights_of(second, frames[:1]), expected[:1])


@pytest.mark.parametrize(
    ("kind", "inputs"), [(PictureNetworkFrames, 3), (NetworkFrames, VIDEO_INPUTS)]
)
def test_frames_are_drawn_with_fewer_strokes_on_faces(kind, inputs):
    network = Transformer(Architecture(4, 1, base="recolored", inputs=inputs), seed=3).eval()
    network.layers[-1].weight.data *= 30
    full, spared, resumed = (
        kind(NetworkClip(network, torch.device("cpu"), on_faces=x)) for x in (1.0, 0.0, 0.0)
    )
    images = [[engine.step(PHOTO).outcome.image for _ in range(2)] for engine in (full, spared)]
    for one, other in zip(*images, strict=True):
        apart = np.abs(one - other).mean(2)
        assert apart[FACE].mean() > 20 * apart[CORNER].mean()
    resumed.restore(spared.state())
    third = spared.step(PHOTO).outcome.image
    np.testing.assert_array_equal(resumed.step(PHOTO).outcome.image, third)


def test_a_clip_heeds_the_strength_on_faces():
    clips = [Stylizer.from_model("wave", device="cpu", face_strength=x) for x in (None, 0.15, 0.5)]
    usual, told, more = (next(one.video([PHOTO])).image / np.float32(255) for one in clips)
    np.testing.assert_array_equal(usual, told)
    apart = np.abs(more - told).mean(2)
    assert apart[FACE].mean() > 0.004
    assert apart[CORNER].max() < 2 / 255


@pytest.mark.parametrize(("strength", "said"), [(0.5, 1), (None, 0), (1.0, 0)])
def test_a_strength_that_no_frame_heeds_is_told_at_the_end(strength, said, caplog):
    wall = np.full((64, 96, 3), 90, np.uint8)
    clip = Stylizer.from_model("wave", device="cpu", face_strength=strength).video([wall, wall])
    next(clip)
    assert "face_strength" not in caplog.text  # a face may come yet
    assert len(list(clip)) == 1
    messages = [record.getMessage() for record in caplog.records]
    told = "the clip: face_strength has no effect, for no face was found"
    assert messages.count(told) == said


def test_a_strength_that_no_frame_of_a_file_heeds_is_told_with_its_name(tmp_path, caplog):
    for number in range(2):
        write_image(tmp_path / f"{number}.png", np.full((64, 96, 3), 0.3, np.float32))
    clip = tmp_path / "%d.png"
    stylizer = Stylizer.from_model("wave", device="cpu", face_strength=0.5)
    stylize_clip(stylizer, clip, tmp_path / "out" / "%d.png")
    told = f"{clip}: face_strength has no effect, for no face was found"
    assert [record.getMessage() for record in caplog.records].count(told) == 1


def test_a_face_that_was_seen_before_the_clip_was_interrupted_is_remembered(caplog):
    first, second = (strokes() for _ in range(2))
    first.step(PHOTO)
    second.restore(first.state())
    second.step(np.full_like(PHOTO, 90))
    second.finish()
    assert not caplog.records
