"""Drawings on clips: strokes that move with the picture."""

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest
from moving_faces import mean_warping_error, moving_clip, true_flow

from facestyle import ExemplarSet, Stylizer
from facestyle.disk_cache import pack, unpack
from facestyle.faces.contours import face_width
from facestyle.faces.regions import BACKGROUND, SKIN
from facestyle.imaging.color import luminance
from facestyle.kernels.flat_pictures import FlatPictures
from facestyle.kernels.float_field import FloatField, advect, tidy
from facestyle.kernels.float_field_rendering import render
from facestyle.methods.frame_by_frame import with_strokes_of
from facestyle.methods.patch_unpaired.clip_drawing import (
    corrected_strokes,
    finished_drawing,
)
from facestyle.methods.patch_unpaired.clip_field import MovingField
from facestyle.methods.patch_unpaired.clip_staleness import stale_pixels, stale_windows
from facestyle.methods.patch_unpaired.clip_state import PatchState, window_of
from facestyle.methods.patch_unpaired.correction import correction_weights
from facestyle.methods.patch_unpaired.exemplars_grain import ExemplarsGrain
from facestyle.methods.patch_unpaired.grain_distribution import grain_quantiles
from facestyle.metrics.texture import texture_distance


def engraved(portrait):
    """A sitter as an engraving: hatched in two directions on paper."""
    height, width = portrait.matte.shape
    light = cv2.GaussianBlur(portrait.image.mean(axis=-1), (0, 0), 1.5)
    y, x = np.mgrid[:height, :width]
    lines = 0.5 + 0.25 * np.sin(0.6 * (x + y)) + 0.25 * np.sin(0.4 * (x - 2 * y))
    ink = np.clip(1.2 - light + 0.5 * (lines - 0.5), 0, 1)
    colors = 1 - ink[..., None] * np.array([0.7, 0.75, 0.85], np.float32)
    return replace(portrait, image=np.clip(colors, 0, 1).astype(np.float32))


@pytest.fixture(scope="module")
def engraving(sitters):
    return engraved(sitters[3])


@pytest.fixture(scope="module")
def stylizer(engraving):
    return Stylizer(ExemplarSet([engraving]), method="patch")


@pytest.fixture(scope="module")
def clip(astronaut):
    return moving_clip(astronaut, 6, noise=0.004)


@pytest.fixture(scope="module")
def results(stylizer, clip):
    return list(stylizer.video(clip[0]))


@pytest.fixture(scope="module")
def singles(stylizer, clip):
    """Frames 3 to 5 by themselves."""
    return [stylizer(frame) for frame in clip[0][3:6]]


def test_strokes_move_with_the_picture(clip, results, singles):
    matrices = clip[1][3:6]
    single = mean_warping_error([r.image for r in singles], matrices)
    ours = mean_warping_error([r.image for r in results[3:6]], matrices)
    assert ours < single / 3


def test_strokes_do_not_stick_to_the_screen(clip, results):
    """Where the picture moves, the drawing differs from frame to frame more than along the way."""
    frames = [r.image for r in results[3:6]]
    still = np.mean([((a / 255.0 - b / 255.0) ** 2).mean() for a, b in pairwise(frames)])
    assert mean_warping_error(frames, clip[1][3:6]) < 0.25 * still


def test_texture_is_that_of_single_pictures(engraving, results, singles):
    def distance(result):
        width = face_width(result.face)
        factor = width / face_width(engraving.face)
        theirs = cv2.resize(engraving.image, None, fx=factor, fy=factor)
        return texture_distance(result.image, theirs, 0.012 * width, result_mask=result.matte)

    single = np.mean([distance(result) for result in singles])
    assert np.mean([distance(result) for result in results[3:6]]) < 1.05 * single


def test_grain_of_a_frame_is_of_the_exemplars_kind(stylizer, clip):
    """Rare dark lines: one factor would make even grain as strong, but not rare and dark."""
    worker = stylizer.frames()
    worker.step(clip[0][0])
    state = unpack(PatchState, worker.state())
    random = np.random.default_rng(0)
    rows, columns = (int(side) for side in state.size)
    lab = np.zeros((rows, columns, 3), np.float32)
    lab[..., 0] = 0.5 + 0.04 * random.standard_normal((rows, columns))
    lines = (0.9 - 0.2 * (random.random((rows, columns)) < 0.1)).astype(np.float32)
    regions = cv2.resize(state.target.region_map, (columns, rows), interpolation=cv2.INTER_NEAREST)
    quantiles = grain_quantiles(lines, regions, state.width)
    wanted = ExemplarsGrain(quantiles, np.ones_like(state.wanted.by_tone))
    state = replace(state, wanted=wanted, grain=np.full(quantiles.shape, np.nan))
    picture, grain = finished_drawing(lab, state, 0.5, 1.0, np.empty((0, 3)))
    state, drawn = replace(state, grain=grain), luminance(picture)
    found = grain_quantiles(drawn, regions, state.width)[0, 1]  # its finer band is empty
    assert found[0] < -1.5 * found[-1]
    # skin of a tone whose strokes are twice as strong has those
    strong = replace(state, wanted=replace(wanted, by_tone=2 * wanted.by_tone))
    doubled = luminance(finished_drawing(lab, strong, 0.5, 1.0, np.empty((0, 3)))[0])
    skin = regions == SKIN
    assert doubled[skin].std() > 1.3 * drawn[skin].std()
    # a frame of other grain moves it by so much
    _, other = finished_drawing(2 * lab, state, 0.5, 0.25, np.empty((0, 3)))
    np.testing.assert_allclose(other[0], 1.25 * state.grain[0], rtol=0.01, atol=1e-4)


def test_pieces_of_the_background_keep_their_tone_in_a_clip(stylizer, clip):
    worker = stylizer.frames()
    worker.step(clip[0][0])
    state = unpack(PatchState, worker.state())
    sources = stylizer.method.sources.at(state.lead, state.width)
    strokes = np.full((*state.size, 3), 0.5, np.float32)
    plain, toned = (
        corrected_strokes(strokes, replace(state, backdrop=backdrop), sources, 0.8)[0]
        for backdrop in (0 * state.backdrop, 0 * state.backdrop + np.float32(0.1))
    )
    behind = state.target.region_map == BACKGROUND
    inner = cv2.erode(behind.astype(np.uint8), np.ones((9, 9))) > 0
    person = cv2.erode((~behind).astype(np.uint8), np.ones((9, 9))) > 0
    change = cv2.resize(toned - plain, behind.shape[::-1], interpolation=cv2.INTER_AREA)
    np.testing.assert_allclose(change[inner], 0.1, atol=0.01)
    np.testing.assert_allclose(change[person], 0, atol=0.01)
    # and it moves with the picture
    state = replace(state, backdrop=np.indices(behind.shape)[1][..., None] + 0 * state.backdrop)
    worker.restore(pack(state))
    worker.step(clip[0][1])
    moved = (unpack(PatchState, worker.state()).backdrop - state.backdrop)[inner][:, 0]
    flow = true_flow(clip[1][1], clip[1][0], clip[0].shape[1:3])[..., 0]
    flow = flow.mean() * behind.shape[1] / flow.shape[1]
    assert abs(flow) > 0.2
    assert np.median(moved) == pytest.approx(flow, rel=0.4)


@pytest.fixture(scope="module")
def two_halves(sitters, clip):
    """A forehead that two exemplars draw, the left one darker: strokes, state, sources."""
    stylizer = Stylizer(ExemplarSet([engraved(sitters[n]) for n in (3, 2)]), method="patch")
    worker = stylizer.frames()
    worker.step(clip[0][0])
    state = unpack(PatchState, worker.state())
    sources = stylizer.method.sources.at(state.lead, state.width)
    rows, columns = (int(side) for side in state.size)
    left = np.broadcast_to(np.arange(columns) < columns // 2, (rows, columns))
    middle = [np.array(layer.region_map.shape) // 2 for layer in sources.layers[:2]]
    places = np.where(left[..., None], *(np.float32(place) for place in middle))
    target = state.target
    even = np.full_like(target.lab, 0.5)
    even[..., 1:] = 0
    target = replace(target, lab=even, region_map=np.full_like(target.region_map, SKIN), age=0)
    field = MovingField(places, (~left).astype(np.uint8))
    seams = np.full_like(even, np.nan)
    light = np.where(left, 0.44, 0.56)[..., None].repeat(3, axis=-1).astype(np.float32)
    state = replace(state, target=target, field=field, backdrop=0 * even, seams=seams)
    return light, state, sources


def step_between_halves(lab):
    middle = lab.shape[1] // 2
    bands = [lab[20:-20, middle + start : middle + start + 3, 0].mean() for start in (1, -4)]
    return bands[0] - bands[1]


def test_exemplars_meet_in_one_tone_in_a_clip(two_halves):
    strokes, state, sources = two_halves
    found, seams = corrected_strokes(strokes, state, sources, 0.8)
    apart = replace(state, target=replace(state.target, age=1))
    step, unknown = corrected_strokes(strokes, apart, sources, 0.8)
    assert np.isnan(unknown).all()  # between two findings, new strokes stay as they are
    assert step_between_halves(step) > 0.02
    assert abs(step_between_halves(found)) < 0.6 * step_between_halves(step)
    # what was found is added without being found again
    kept, again = corrected_strokes(strokes, replace(apart, seams=seams), sources, 0.8)
    np.testing.assert_array_equal(kept, found)
    np.testing.assert_array_equal(again, seams)


def test_tones_at_seams_change_slowly_in_a_clip(two_halves):
    strokes, state, sources = two_halves
    _, seams = corrected_strokes(strokes, state, sources, 0.8)
    _, renewed = corrected_strokes(strokes, replace(state, seams=seams + 0.1), sources, 0.8)
    np.testing.assert_allclose(renewed - seams, 0.06, atol=1e-5)


def test_redrawn_strokes_have_seams_of_their_own(stylizer, clip):
    worker = stylizer.frames()
    worker.step(clip[0][0])
    state = unpack(PatchState, worker.state())
    assert np.isfinite(state.seams).all()
    rows, columns = state.target.region_map.shape
    place = (slice(rows // 2, rows // 2 + 16), slice(columns // 2 - 8, columns // 2 + 8))
    drawn = state.drawn.copy()
    drawn[place] += 0.3
    worker.restore(pack(replace(state, drawn=drawn)))
    worker.step(clip[0][0])
    new = np.isnan(unpack(PatchState, worker.state()).seams).all(axis=-1)
    assert new[place].mean() > 0.8
    assert new.mean() < 0.1


def test_strokes_of_a_clip_are_searched_as_those_of_a_picture(stylizer, clip):
    """In tones nearer to the exemplars' than those of the drawing, before the same background."""
    worker = stylizer.frames()
    worker.step(clip[0][0])
    state = unpack(PatchState, worker.state())
    target, shape = state.target, state.target.region_map.shape
    part = (slice(0, shape[0]), slice(0, shape[1]))
    weights = correction_weights(target.region_map, state.width / state.reduction)
    window = window_of(part, state, weights, np.ones(shape, bool))
    shown = cv2.resize(window.lab, shape[::-1], interpolation=cv2.INTER_AREA)
    skin = cv2.erode((target.region_map == SKIN).astype(np.uint8), np.ones((5, 5))) > 0
    offset = (target.lab - target.searched)[skin][:, 0]
    assert abs(offset.mean()) > 0.01
    assert np.abs((shown - target.searched)[skin]).mean() < 0.2 * abs(offset.mean())
    behind = cv2.erode((target.region_map == BACKGROUND).astype(np.uint8), np.ones((9, 9))) > 0
    worker.step(clip[0][1])
    for found in (target, unpack(PatchState, worker.state()).target):
        own = behind & (found.region_map == BACKGROUND)
        for lab in (found.lab, found.searched):
            assert np.abs(lab - found.behind)[own].mean() < 0.01


def test_clips_are_drawn_as_pictures_are(results, singles):
    """Blurred beyond the strokes, both show the same."""
    for ours, single in zip(results[3:6], singles, strict=True):
        a, b = (cv2.GaussianBlur(r.image.astype(np.float32), (0, 0), 4) for r in (ours, single))
        inside = single.matte > 0.5
        assert np.abs(a - b)[inside].mean() < 12


def test_what_changes_is_drawn_anew(stylizer, clip):
    frames = np.stack([clip[0][0]] * 3)
    changed = frames.copy()
    changed[2, 113:136, 136:181] = 20
    a, b = (list(stylizer.video(part))[2].image.astype(float) for part in (frames, changed))
    place = (slice(116, 133), slice(140, 177))
    assert a[place].mean() - b[place].mean() > 20
    far = np.abs(a - b)[230:]
    assert far.mean() < 1


def test_going_on_from_a_state_gives_the_same_frames(stylizer, clip):
    worker, other = stylizer.frames(), stylizer.frames()
    for frame in clip[0][:3]:
        worker.step(frame)
    other.restore({name: array.copy() for name, array in worker.state().items()})
    for frame in clip[0][3:5]:
        expected = worker.step(frame).outcome.image
        np.testing.assert_array_equal(other.step(frame).outcome.image, expected)


def test_memory_does_not_grow(stylizer, clip):
    worker, sizes = stylizer.frames(), []
    for frame in clip[0][:4]:
        worker.step(frame)
        sizes.append(sum(array.nbytes for array in worker.state().values()))
    assert max(sizes) < 1.01 * sizes[0]


def test_a_frame_without_a_face_keeps_the_style(stylizer, clip):
    empty = np.full_like(clip[0][0], 100)
    results = list(stylizer.video([clip[0][0], empty, empty, clip[0][0]]))
    assert all(np.isfinite(r.outcome.image).all() for r in results)


def test_pairs_are_drawn_frame_by_frame_and_filtered(sitters, clip):
    from synthetic_faces import drawing_of, photograph

    pairs = [drawing_of(photograph(seed=seed)) for seed in range(8)]
    paired = Stylizer(ExemplarSet(pairs), method="patch")
    assert paired.method.name == "patch_paired"
    frames, matrices = clip[0][:3], clip[1][:3]
    single = mean_warping_error([paired(frame).image for frame in frames], matrices)
    ours = mean_warping_error([r.image for r in paired.video(frames)], matrices)
    assert ours < 0.6 * single


def test_strokes_that_average_to_gray_are_strengthened():
    random = np.random.default_rng(0)
    own, other = (
        (0.5 + 0.1 * random.standard_normal((80, 80, 1))).repeat(3, axis=2).astype(np.float32)
        for _ in range(2)
    )
    own[:, 40:] = 0.5  # paper
    mixed = 0.5 * (own + other)
    mixed[:, 40:] = 0.5
    result = with_strokes_of(mixed, own, 2.0)
    strokes, paper = (slice(10, 70), slice(10, 30)), (slice(10, 70), slice(60, 78))
    assert mixed[strokes].std() < 0.75 * own[strokes].std()
    assert result[strokes].std() > 0.9 * own[strokes].std()
    np.testing.assert_allclose(result[paper], mixed[paper], atol=1e-3)
    np.testing.assert_allclose(result.mean(), mixed.mean(), atol=2e-3)


def test_pairs_keep_their_strokes_on_video(clip):
    from synthetic_faces import drawing_of, photograph

    pairs = [drawing_of(photograph(seed=seed)) for seed in range(8)]
    results = [r.image for r in Stylizer(ExemplarSet(pairs), method="patch").video(clip[0])]
    strength = [cv2.Laplacian(image.astype(np.float32), cv2.CV_32F).std() for image in results]
    assert strength[-1] > 0.75 * strength[0]  # .55 without


def one_piece(height=12, width=16):
    """A field that shows its only source as it is, and that source."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    places = np.ascontiguousarray(np.dstack([rows, columns]))
    picture = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    picture = cv2.GaussianBlur(picture, (0, 0), 1.5)
    return places, np.zeros((height, width), np.uint8), picture


def shown(places, layers, picture):
    size = [np.array([side], np.int64) for side in (0, *picture.shape[:2])]
    return render(FloatField(places, layers), FlatPictures(picture.reshape(-1), *size))


def test_a_whole_piece_is_copied():
    places, layers, picture = one_piece()
    np.testing.assert_allclose(shown(places, layers, picture), picture / 255.0, atol=1e-5)


def test_a_piece_moves_by_fractions_of_a_pixel():
    places, layers, picture = one_piece()
    flow = np.full((6, 8, 2), (0.15, -0.1), np.float32)  # .3 and -.2 px of the field
    moved, moved_layers = advect(FloatField(places, layers), flow)
    inner = (slice(2, -2), slice(2, -2))
    np.testing.assert_allclose((moved - places)[inner][..., 0], -0.2, atol=1e-5)
    np.testing.assert_allclose((moved - places)[inner][..., 1], 0.3, atol=1e-5)
    rows, columns = np.mgrid[:12, :16].astype(np.float32)
    expected = cv2.remap(picture / np.float32(255), columns + 0.3, rows - 0.2, cv2.INTER_CUBIC)
    np.testing.assert_allclose(
        shown(moved, moved_layers, picture)[inner], expected[inner], atol=0.02
    )


def test_stray_pixels_join_their_neighbors():
    places, layers, _ = one_piece()
    stray = places.copy()
    stray[5, 7] = (1, 1)
    tidied, _ = tidy(FloatField(stray, layers))
    np.testing.assert_array_equal(tidied, places)


def test_staleness_finds_the_change_and_keeps_to_its_budget():
    goal = np.full((96, 128, 3), 0.5, np.float32)
    drawn = goal.copy()
    drawn[40:56, 64:88] += 0.2
    labels = np.zeros((96, 128), np.uint8)
    staleness = stale_pixels(goal, drawn, labels, np.ones((96, 128), np.float32))
    ((rows, columns),) = stale_windows(staleness)
    assert rows.start <= 40
    assert rows.stop >= 56
    assert columns.start <= 64
    assert columns.stop >= 88
    drawn[:] += 0.2 * (np.indices((96, 128)).sum(axis=0) // 24 % 2)[..., None]
    windows = stale_windows(stale_pixels(goal, drawn, labels, np.ones((96, 128), np.float32)))
    area = sum((r.stop - r.start) * (c.stop - c.start) for r, c in windows[1:])
    assert area < 0.1 * 96 * 128
