"""Paired patch mode on made-up sitters and, where it is there, on the pencil set."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from paired_contents import contents_of
from synthetic_faces import drawing_of, photograph

from facestyle.compositing.background import parse_background
from facestyle.errors import ExemplarError, UsageError
from facestyle.faces import Portrait, portrait_from_image
from facestyle.io.images import read_image
from facestyle.methods.engine import Rendering
from facestyle.methods.patch_paired import (
    PairedSettings,
    draft,
    prepare_exemplar,
    render_draft,
    transfer_patches,
)
from facestyle.methods.patch_paired.borders import black_borders, fill_black_borders
from facestyle.methods.patch_paired.candidates import find_candidates
from facestyle.methods.patch_paired.grid import make_grid
from facestyle.methods.patch_paired.rendering import luma, render
from facestyle.methods.patch_paired.synthesis import Layers
from facestyle.methods.patch_paired.tone_matching import match_tones, photo_statistics
from facestyle.methods.patch_paired.uncovered import add_unpositioned, face_nodes
from facestyle.methods.patch_paired.window import crop_to_window
from facestyle.metrics.fidelity import ssim


def transfer(portrait, exemplars, *, strength=1.0, background="stylize", **settings):
    rendering = Rendering(strength, parse_background(background))
    return transfer_patches(portrait, exemplars, PairedSettings(**settings), rendering)


@pytest.fixture(scope="module")
def exemplars():
    return [prepare_exemplar(drawing_of(photograph(seed=seed))) for seed in range(1, 5)]


@pytest.fixture(scope="module")
def sitter():
    return photograph(seed=0)


@pytest.fixture(scope="module")
def result(sitter, exemplars):
    return transfer(sitter, exemplars)


def test_draws_an_unseen_sitter_as_the_artist_does(sitter, result):
    truth = drawing_of(sitter).image
    assert result.image.shape == sitter.image.shape
    assert result.image.dtype == np.float32
    assert result.alpha is None
    assert ssim(result.image, truth) > 0.8
    assert np.abs(result.image - truth).mean() < 0.04
    assert set(np.unique(result.labels)) <= set(range(4))


def test_paper_behind_the_person_stays_bare(sitter, result):
    behind = cv2.dilate(sitter.matte, np.ones((9, 9))) == 0
    assert result.image[behind].min() > 0.97


def test_keeps_the_hatching_that_averages_lose(sitter, exemplars, result):
    def strokes(image):
        gray = image[..., 0]
        return float((gray - cv2.GaussianBlur(gray, (0, 0), 1.5)).std())

    layers = draft(sitter, exemplars).layers
    truth = strokes(drawing_of(sitter).image)
    assert strokes(layers.quilt) > 0.8 * truth
    assert 0.6 * truth < strokes(result.image) < 1.4 * truth


def test_identity_draws_what_no_exemplar_has(sitter, exemplars):
    image = sitter.image.copy()
    x, y = sitter.face.landmarks[36:42].mean(axis=0).round().astype(int)
    cv2.circle(image, (x, y), 20, (0.1, 0.1, 0.1), 2, cv2.LINE_AA)  # one lens of a pair of glasses
    rim = np.zeros(image.shape[:2], np.uint8)
    cv2.circle(rim, (x, y), 20, 1, 1)
    glasses = replace(sitter, image=image)
    plain = transfer(glasses, exemplars, identity=0.0).image[rim > 0].mean()
    drawn = transfer(glasses, exemplars, identity=1.0).image[rim > 0].mean()
    assert drawn < plain - 0.1


def test_texture_sets_the_share_of_single_strokes(sitter, exemplars):
    layers = draft(sitter, exemplars).layers
    quilt = layers.quilt[..., 0]

    def distance(texture):
        image = transfer(sitter, exemplars, texture=texture, identity=0.0).image[..., 0]
        fine = image - cv2.GaussianBlur(image, (0, 0), 1.5)
        return np.abs(fine - (quilt - cv2.GaussianBlur(quilt, (0, 0), 1.5))).mean()

    assert distance(1.0) < distance(0.5) < distance(0.0)


def test_another_camera_changes_little(sitter, exemplars, result):
    balance = np.array([1.1, 1.0, 0.8], np.float32)
    image = np.clip((0.1 + 0.8 * sitter.image) * balance, 0, 1) ** np.float32(1.6)
    other = replace(sitter, image=image)

    def change(match):
        drafted = draft(other, exemplars, match=match)
        return np.abs(render_draft(drafted, other.matte, exemplars) - result.image).mean()

    assert change(match=True) < 0.02
    assert change(match=False) > 2 * change(match=True)


def test_tones_within_the_exemplars_spread_are_left_alone():
    photos = [photograph(seed=n, skin=(0.81 + 0.02 * n, 0.65, 0.55)) for n in range(5)]
    statistics = [photo_statistics(p.image, p.matte, p.face.landmarks) for p in photos]
    middle = photos[2]
    matched = match_tones(middle.image, middle.matte, statistics[2], statistics)
    assert np.abs(matched - middle.image).mean() < 0.005


@pytest.mark.parametrize("inter_ocular", [30.0, 102.0])
def test_input_of_any_size(exemplars, inter_ocular):
    scale = inter_ocular / 51
    size = (round(250 * scale), round(200 * scale))
    sitter = photograph(size, seed=0, inter_ocular=inter_ocular)
    image = transfer(sitter, exemplars).image
    assert image.shape == (*size, 3)
    assert ssim(image, drawing_of(sitter).image) > 0.6


def test_finer_drawings_give_a_finer_result(sitter):
    photos = [photograph(seed=seed) for seed in (1, 2)]
    fine = [prepare_exemplar(drawing_of(photo, enlarged=2)) for photo in photos]
    coarse = [prepare_exemplar(drawing_of(photo)) for photo in photos]
    assert [e.zoom for e in fine] == [2, 2]
    large = photograph((500, 400), seed=0, inter_ocular=102.0)

    def finest(exemplars):
        image = transfer(large, exemplars, identity=0.0).image[..., 0]
        return float((image - cv2.GaussianBlur(image, (0, 0), 1.5)).std())

    layers = draft(large, fine).layers
    assert layers.base.shape == layers.quilt.shape == (500, 400, 1)
    assert finest(fine) > 1.1 * finest(coarse)
    small = draft(sitter, fine).layers.base
    assert small.shape == (250, 200, 1)


def test_clothes_and_background_beyond_the_exemplars_frames(exemplars):
    wide = photograph((420, 400), seed=0)
    image = transfer(wide, exemplars).image[..., 0]
    shoulders = image[380:410, 120:280]
    assert shoulders.mean() < 0.75  # hatched like the exemplars' clothes
    assert shoulders.std() > 0.03
    assert image[20:300, 10:60].min() > 0.95


def test_colored_drawings_give_colored_results(sitter):
    photos = [photograph(seed=seed) for seed in (1, 2)]
    sanguine = [prepare_exemplar(drawing_of(photo, ink=(0.6, 0.2, 0.1))) for photo in photos]
    image = transfer(sitter, sanguine).image
    hair = image[sitter.image.max(axis=2) < 0.2].mean(axis=0)
    assert hair[0] > hair[1] + 0.15 > hair[2]
    mixed = [sanguine[0], prepare_exemplar(drawing_of(photos[1]))]
    assert transfer(sitter, mixed).image.shape == sitter.image.shape


def test_small_face_in_a_large_picture(exemplars):
    large = photograph((900, 1000), seed=0)
    image = transfer(large, exemplars).image
    assert image.shape == (900, 1000, 3)
    assert image[:, :100].min() > 0.97
    rows, columns = slice(343, 593), slice(400, 600)
    assert ssim(image[rows, columns], drawing_of(large).image[rows, columns]) > 0.6


def test_window_keeps_the_face_on_its_pixels():
    large = photograph((900, 1000), seed=0)
    part, (rows, columns) = crop_to_window(large)
    assert part.image.shape[0] < 900
    assert part.image.shape[1] < 1000
    x, y = large.face.landmarks[36].round().astype(int)
    u, v = part.face.landmarks[36].round().astype(int)
    assert np.array_equal(part.image[v, u], large.image[y, x])
    assert (u + columns.start, v + rows.start) == (x, y)


def test_uncovered_nodes_use_covered_patches_only(exemplars):
    photo, points = exemplars[0].features, exemplars[0].points
    grid = make_grid(*photo.shape[:2])
    features = grid.pad(np.moveaxis(photo, 2, 0))
    stack = np.stack([features, features])
    below = grid.rows - grid.margin >= 200
    contents = contents_of(np.zeros(grid.shape, int), count=2)
    contents.theirs.groups[:, below] = 0
    placed = find_candidates(features, stack, grid, 2)
    merged = add_unpositioned(placed, features, stack, contents, face_nodes(points, grid), grid)
    assert (merged.rows[below] - grid.margin < 200).all()
    eyes = points[36:48].mean(axis=0) + grid.margin
    distance = np.hypot(merged.columns[below] - eyes[0], merged.rows[below] - eyes[1])
    assert distance.min() > 20


def test_dark_lines_on_skin_are_drawn_though_no_drawing_tells_how():
    gray = np.full((60, 60), 0.7, np.float32)
    photo = np.repeat(gray[..., None], 3, axis=2)
    photo[:, 30] = 0.2
    paper, nothing = np.ones((60, 60, 1), np.float32), np.zeros((60, 60, 1), np.float32)
    pull = np.zeros((60, 60), np.float32)
    layers = Layers(paper, paper, gray, nothing, pull, np.zeros((8, 8), np.int32), {})
    drawn = render(luma(photo), photo, photo, layers, identity=0.7, texture=0.5)[..., 0]
    assert drawn[:, 30].max() < 0.75
    assert drawn[:, :25].min() > 0.99


def test_an_exemplar_that_is_the_input(sitter):
    own = prepare_exemplar(drawing_of(sitter))
    assert ssim(transfer(sitter, [own]).image, drawing_of(sitter).image) > 0.9


def test_strength_zero_is_the_input(sitter, exemplars):
    assert np.array_equal(transfer(sitter, exemplars, strength=0.0).image, sitter.image)


def test_backgrounds(sitter, exemplars):
    behind = cv2.dilate(sitter.matte, np.ones((5, 5))) == 0
    kept = transfer(sitter, exemplars, background="keep").image
    assert np.array_equal(kept[behind], sitter.image[behind])
    blue = transfer(sitter, exemplars, background="#0000ff").image
    assert np.array_equal(np.unique(blue[behind], axis=0), [[0, 0, 1]])
    transparent = transfer(sitter, exemplars, background="transparent")
    assert np.array_equal(transparent.alpha, sitter.matte)
    assert transfer(sitter, exemplars, background="paper").image[behind].min() > 0.99


def test_one_exemplar_is_enough(sitter, exemplars):
    one = transfer(sitter, exemplars[:1])
    assert ssim(one.image, drawing_of(sitter).image) > 0.7
    assert not one.labels.any()


def test_refuses_what_it_cannot_use(sitter, exemplars):
    with pytest.raises(UsageError, match="no exemplar"):
        transfer(sitter, [])
    with pytest.raises(UsageError, match="identity: found 2"):
        transfer(sitter, exemplars, identity=2)
    with pytest.raises(ExemplarError, match="without its photograph"):
        prepare_exemplar(sitter)
    drawing = drawing_of(sitter)
    with pytest.raises(ExemplarError, match="same frame"):
        prepare_exemplar(replace(drawing, image=drawing.image[:150]))


def test_black_wedges_are_filled_but_not_dark_hair():
    image = np.full((60, 50, 3), 0.5, np.float32)
    cv2.fillConvexPoly(image, np.array([[0, 0], [49, 0], [0, 8]]), (0, 0, 0))
    image[30:, 20:30] = 0.06
    wedges = black_borders(image)
    assert wedges[0, :40].all()
    assert not wedges[20:].any()
    filled = fill_black_borders(image)
    assert filled[:20].min() == 0.5
    assert np.array_equal(filled[20:], image[20:])


@pytest.mark.parametrize("zoom", [1, 2, 3])
def test_zoomed_grid_shows_the_same_patches(zoom):
    grid = make_grid(41, 30)
    fine = grid.zoomed(zoom)
    picture = np.random.default_rng(0).random((1, 41, 30)).astype(np.float32)
    enlarged = np.repeat(np.repeat(picture, zoom, axis=1), zoom, axis=2)
    padded, fine_padded = grid.pad(picture), fine.pad(enlarged)
    assert fine_padded.shape[1:] == fine.padded_size
    assert np.array_equal(
        padded[0][np.ix_(grid.rows, grid.columns)],
        fine_padded[0][np.ix_(fine.rows, fine.columns)],
    )
    assert fine.rows.min() >= fine.half
    assert fine.rows.max() + fine.half < fine.padded_size[0]
    assert np.array_equal(fine.crop(fine_padded)[..., 0], enlarged[0])


def test_result_does_not_depend_on_the_number_of_threads():
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "import hashlib\n"
        "from synthetic_faces import drawing_of, photograph\n"
        "from facestyle.methods.patch_paired import prepare_exemplar, transfer_patches\n"
        "some = [prepare_exemplar(drawing_of(photograph(seed=n))) for n in range(1, 5)]\n"
        "image = transfer_patches(photograph(seed=0), some).image\n"
        "print(hashlib.sha256(image.tobytes()).hexdigest())\n"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "NUMBA_NUM_THREADS": threads},
            cwd=Path(__file__).parents[1],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    }
    assert len(hashes) == 1


def test_pencil_set(shared):
    folder = shared / "data" / "pencil_pairs"
    drawings = []
    for number in range(2, 22, 2):
        name = f"{number:02d}.png"
        photo = portrait_from_image(read_image(folder / "photos" / name).rgb, name=name)
        image = read_image(folder / "sketches" / name).rgb
        drawings.append(Portrait(image, photo.face, photo.matte, name, photo))
    prepared = [prepare_exemplar(drawing) for drawing in drawings[1:]]
    image = transfer(drawings[0].photo, prepared).image
    assert ssim(image, drawings[0].image) > 0.62
