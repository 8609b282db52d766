"""Which exemplars paired patch mode takes where, and how dark it draws."""

import numpy as np
import pytest
from paired_contents import contents_of
from synthetic_faces import drawing_of, photograph

from facestyle.methods.patch_paired import (
    align_exemplars,
    find_candidates,
    make_grid,
    normalized_gray,
    prepare_exemplar,
)
from facestyle.methods.patch_paired.candidates import Candidates
from facestyle.methods.patch_paired.contents import bare_paper, evened, tone_pull
from facestyle.methods.patch_paired.dense_alignment import smeared
from facestyle.methods.patch_paired.tones import ToneCurves, fit_tone_curves, tone_change
from facestyle.methods.patch_paired.uncovered import add_unpositioned


def half_covered():
    """A grid, and which of its nodes lie in the picture's left half."""
    grid = make_grid(120, 120)
    return grid, grid.at_nodes(np.arange(120) < 60 + np.zeros((120, 1))) > 0


def offered(contents, grid):
    """Candidates in place in a flat picture, and with those from elsewhere."""
    features = grid.pad(np.full((3, *grid.size), 0.5, np.float32))
    stack = np.stack([features, features])
    placed = find_candidates(features, stack, grid, 2)
    nowhere = np.zeros(grid.shape, bool)
    return placed, add_unpositioned(placed, features, stack, contents, nowhere, grid)


def test_hair_where_no_exemplar_has_any_is_drawn_by_hair():
    grid, left = half_covered()
    contents = contents_of(np.ones(grid.shape, int), np.where(left, 1, 3), count=2)
    placed, merged = offered(contents, grid)
    assert np.array_equal(merged.columns[left], placed.columns[left])
    assert (merged.columns[~left] - grid.margin < 60).all()
    # all are alike here: the same few would be seen as a lattice
    first = np.stack([values[~left][:, 0] for values in merged.arrays[:3]], axis=1)
    assert len(np.unique(first, axis=0)) > 10


def test_patches_that_reach_beyond_an_exemplar_are_not_sources():
    """Its border is repeated there, which would be drawn as bars."""
    grid, left = half_covered()
    contents = contents_of(np.ones(grid.shape, int), count=2)
    contents.theirs.groups[:, ~left] = 0
    _, merged = offered(contents, grid)
    places = np.stack([merged.rows[~left], merged.columns[~left]]) - grid.margin
    assert places.min() >= grid.half
    assert places[0].max() <= 119 - grid.half
    assert places[1].max() < 60 - grid.half


def test_patches_of_unusual_tone_are_replaced():
    grid, left = half_covered()
    contents = contents_of(np.ones(grid.shape, int), count=2)
    contents.theirs.tone[:, ~left] = 0.9
    _, merged = offered(contents, grid)
    assert (merged.columns[~left] - grid.margin < 60).all()
    assert tone_pull(contents, 0 * contents.ours.tone)[:, -1].min() > 0.9
    assert tone_pull(contents, 0 * contents.ours.tone)[:, 0].max() < 0.1


def test_tone_curves_are_of_each_group():
    rng = np.random.default_rng(0)
    photos = np.kron(rng.random((6, 10, 10)), np.ones((8, 8)))[..., None].astype(np.float32)
    groups = np.zeros((6, 80, 80, 4), np.float32)
    groups[:, :, :40, 1], groups[:, :, 40:, 2] = 1, 1
    drawings = np.where(groups[..., 1:2] > 0, photos, 0.6 + 0.4 * photos)
    curves = fit_tone_curves(photos, drawings, groups)
    gray = np.full((1, 1), 0.5, np.float32)
    assert curves(1, gray)[0, 0, 0] == pytest.approx(0.5, abs=0.03)
    assert curves(2, gray)[0, 0, 0] == pytest.approx(0.8, abs=0.03)


def test_tone_curves_are_never_darker_where_the_photo_is_lighter():
    photos = np.linspace(0, 1, 80, dtype=np.float32)[None, None, :, None].repeat(80, axis=1)
    groups = np.zeros((1, 80, 80, 4), np.float32)
    groups[..., 1] = 1
    curves = fit_tone_curves(photos, np.where(photos < 0.3, 0.7, photos), groups)
    assert (np.diff(curves.drawn, axis=1) > -1e-6).all()
    assert curves(1, np.full((1, 1), 0.9, np.float32))[0, 0, 0] > 0.8


def test_tones_change_only_where_they_are_pulled():
    photo = np.full((40, 40), 0.2, np.float32)
    groups = np.zeros((20, 20, 4), np.uint8)
    groups[..., 1] = 255
    curves = ToneCurves(np.array([0, 1], np.float32), np.full((4, 2, 1), 0.3, np.float32))
    pull = np.zeros((10, 10), np.float32)
    pull[:, :5] = 1
    base = np.full((40, 40, 1), 0.8, np.float32)
    base[10] = 0.7
    changed = base + tone_change(base, photo, groups, pull, curves)
    assert changed[:, :12].mean() == pytest.approx(0.3, abs=0.01)
    assert np.allclose(changed[:, 24:], base[:, 24:])
    assert changed[5, 5, 0] - changed[10, 5, 0] > 0.08  # what is fine stays


def test_background_that_the_artist_leaves_out_has_no_clouds():
    curves = ToneCurves(np.array([0, 1], np.float32), np.full((4, 2, 1), 0.9, np.float32))
    contents = contents_of(np.full((4, 4), 3), count=3)
    bare = bare_paper(contents, curves)
    assert (bare == 1).all()
    index = np.broadcast_to(np.arange(3, dtype=np.int32), (4, 4, 3))
    weights = np.broadcast_to(np.array([3, -1, -1], np.float32), (4, 4, 3))
    candidates = Candidates(index, index, index, np.zeros((4, 4, 3), np.float32))
    assert np.allclose(evened(weights, bare, contents, candidates), 1 / 3)
    drawn = ToneCurves(curves.gray, np.array([[[0.1], [0.9]]] * 4, np.float32))
    assert (bare_paper(contents, drawn) == 0).all()
    assert (bare_paper(contents_of(np.full((4, 4), 1), count=3), curves) == 0).all()


def test_stretched_drawings_are_not_sources():
    sitter = photograph(seed=0)
    exemplars = [prepare_exemplar(drawing_of(photograph(seed=1)))]
    texture = normalized_gray(sitter.image)
    usual = align_exemplars(texture, sitter.face.landmarks, exemplars[:1])
    # beyond the exemplar's frame its border is repeated
    wide = np.pad(texture, ((0, 0), (0, 120)), mode="edge")
    aligned = align_exemplars(wide, sitter.face.landmarks, exemplars[:1])
    assert usual.groups.sum(axis=3).mean() > 0.8
    assert aligned.groups[0, :, -20:].max() == 0


def test_smears_are_what_is_stretched_in_any_direction():
    places = np.stack(np.meshgrid(4.0 * np.arange(9), 4.0 * np.arange(9)), axis=2)
    turned = places @ np.array([[0.8, -0.6], [0.6, 0.8]])
    assert not smeared(turned).any()
    assert not smeared(1.5 * turned).any()
    assert smeared(turned * [0.3, 1.0]).all()
    assert smeared(turned * [1.0, 0.3]).all()
