"""Photographic looks on clips."""

from dataclasses import replace

import numpy as np
import pytest
from moving_faces import mean_warping_error, moving_clip

from facestyle import ExemplarSet, Stylizer
from facestyle.errors import UsageError
from facestyle.imaging.color import to_lab
from facestyle.methods.energy.clip import EnergyFrames
from facestyle.methods.energy.clip_look import apply_look, find_look
from facestyle.methods.energy.tone_range import ToneRange, tone_range


@pytest.fixture(scope="module")
def stylizer(sitters):
    return Stylizer(ExemplarSet(sitters[:3]), method="energy")


@pytest.fixture(scope="module")
def clip(astronaut):
    return moving_clip(astronaut, 9, noise=0.008)


@pytest.fixture(scope="module")
def results(stylizer, clip):
    return list(stylizer.video(iter(clip[0])))


def test_a_clip_looks_like_its_frames(stylizer, clip, results):
    single = stylizer(clip[0][6]).image.astype(float)
    ours = results[6].image.astype(float)
    change = np.abs(single - clip[0][6]).mean()
    assert np.abs(ours - single).mean() < 0.25 * change


def test_highlights_of_a_look_are_told_from_what_it_makes(sitters):
    """Of the frame before they are bent, as a picture's are."""
    light = [replace(s, image=np.minimum(2.2 * s.image, 1).astype(np.float32)) for s in sitters[:3]]
    method = Stylizer(ExemplarSet(light), method="energy").method
    image = np.clip(2.2 * sitters[3].image, 0, 1).astype(np.float32)
    portrait, lab = replace(sitters[3], image=image), to_lab(image)
    look = find_look(portrait, lab, method.look.exemplars, method.settings, 1.0, None)
    unbent = apply_look(lab, portrait, replace(look, tones=ToneRange()))
    told = tone_range(unbent, portrait.matte).lightest
    assert look.tones.lightest == pytest.approx(told, abs=0.01)
    higher = apply_look(lab, portrait, replace(look, tones=ToneRange(0.0, 1.3)))[..., 0]
    assert np.percentile(higher, 99) < np.percentile(unbent[..., 0], 99) - 0.02


def test_a_clip_is_as_steady_as_its_input(clip, results):
    frames, matrices = clip
    ours = mean_warping_error([r.image for r in results], matrices)
    assert ours < 1.3 * mean_warping_error(frames, matrices)


def test_a_clip_is_steadier_than_frame_by_frame(stylizer, clip, results):
    frames, matrices = clip[0][4:7], clip[1][4:7]
    single = mean_warping_error([stylizer(frame).image for frame in frames], matrices)
    assert mean_warping_error([r.image for r in results[4:7]], matrices) < 0.7 * single


def test_results_are_as_the_frames(clip, results):
    assert len(results) == len(clip[0])
    for result in results:
        assert result.image.dtype == np.uint8
        assert result.image.shape == clip[0][0].shape
        assert result.method == "energy"
        assert result.alpha is None


def test_what_changes_shows_at_once(stylizer, clip):
    """A patch that darkens within one frame (a blink) is not held back."""
    frames = clip[0][:3].copy()
    still = np.stack([frames[0], frames[0], frames[0]])
    changed = still.copy()
    changed[2, 118:126, 140:170] //= 3
    a, b = (list(stylizer.video(part))[2].image.astype(float) for part in (still, changed))
    place = (slice(119, 125), slice(142, 168))
    wanted = still[2][place].astype(float).mean() - changed[2][place].mean()
    assert a[place].mean() - b[place].mean() > 0.8 * wanted


def test_going_on_from_a_state_gives_the_same_frames(stylizer, clip):
    worker = stylizer.frames()
    for frame in clip[0][:4]:
        worker.step(frame)
    saved = {name: array.copy() for name, array in worker.state().items()}
    expected = [worker.step(frame).outcome.image for frame in clip[0][4:7]]
    other = stylizer.frames()
    other.restore(saved)
    for frame, image in zip(clip[0][4:7], expected, strict=True):
        np.testing.assert_array_equal(other.step(frame).outcome.image, image)


def test_a_frame_without_a_face_keeps_the_style(stylizer, clip):
    empty = np.rint(0.4 * clip[0][0]).astype(np.uint8)
    empty[:] = empty.mean(axis=(0, 1)).astype(np.uint8)
    results = list(stylizer.video([*clip[0][:3], empty, empty, *clip[0][:2]]))
    assert all(np.isfinite(r.outcome.image).all() for r in results)
    again = np.abs(results[-1].image.astype(float) - results[1].image).mean()
    assert again < 0.5 * np.abs(results[1].image.astype(float) - clip[0][1]).mean()


def test_a_clip_may_begin_without_a_face(stylizer, clip):
    empty = np.full_like(clip[0][0], 120)
    results = list(stylizer.video([empty, *clip[0][:3]]))
    # a shot that shows no face is searched now and then
    assert results[0].face is None
    assert results[3].found
    assert results[3].face.source == "dlib"


def test_deep_and_gray_frames_keep_their_type(stylizer, clip):
    deep = clip[0][:2].astype(np.uint16) * 257
    eight = [r.image for r in stylizer.video(clip[0][:2])]
    for result, wanted in zip(stylizer.video(deep), eight, strict=True):
        assert result.image.dtype == np.uint16
        assert np.abs(result.image / 257.0 - wanted).max() < 1.5
    gray = clip[0][:1].mean(axis=-1).astype(np.uint8)
    assert next(stylizer.video(gray)).image.shape == gray[0].shape


def test_backgrounds(stylizer, clip):
    frame = clip[0][0]
    for background in ("keep", "#204060", "transparent"):
        chosen = Stylizer(stylizer.exemplars, method="energy", background=background)
        (result,) = chosen.video([frame])
        corner = result.image[5:30, 5:30]
        if background == "keep":
            assert np.abs(corner.astype(float) - frame[5:30, 5:30]).max() < 3
        elif background == "transparent":
            assert result.image.shape[2] == 4
            assert corner[..., 3].max() < 40
        else:
            assert np.abs(corner.astype(float) - (0x20, 0x40, 0x60)).mean() < 6


def test_strength_0_leaves_the_clip_alone(stylizer, clip):
    none = Stylizer(stylizer.exemplars, method="energy", strength=0.0)
    for result, frame in zip(none.video(clip[0][:2]), clip[0][:2], strict=True):
        assert np.abs(result.image.astype(float) - frame).mean() < 1.5


def test_a_single_exemplar_is_kept_to(stylizer, clip):
    single = Stylizer(stylizer.exemplars, preset="shih2014")
    labels = [result.labels for result in single.video(clip[0][:3])]
    assert len({int(label) for label in np.unique(labels)}) == 1


def test_memory_does_not_grow(stylizer, clip):
    worker = stylizer.frames()
    sizes = []
    for frame in clip[0]:
        worker.step(frame)
        sizes.append(sum(array.nbytes for array in worker.state().values()))
    assert isinstance(worker, EnergyFrames)
    assert max(sizes) < 1.01 * sizes[0]


def test_frames_of_another_size_are_refused(stylizer, clip):
    with pytest.raises(UsageError, match="frame 1"):
        list(stylizer.video([clip[0][0], clip[0][0][:-20]]))


def test_grain_asked_for_a_clip_is_said_to_have_no_effect(stylizer, clip, caplog):
    next(stylizer.video(iter(clip[0])))
    assert "grain" not in caplog.text
    half = Stylizer(stylizer.exemplars, method="energy", grain=0.5)
    next(half.video(iter(clip[0])))
    assert "grain has no effect on clips" in caplog.text
