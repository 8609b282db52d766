"""Grounds of pictures that are wider than their exemplars: composed, and laid in blocks."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from synthetic_faces import drawing_of, photograph

from facestyle.faces.contours import face_width
from facestyle.faces.regions import BACKGROUND, segment_regions
from facestyle.imaging.color import from_lab, to_lab
from facestyle.methods.patch_unpaired import prepare_exemplar, resize_portrait
from facestyle.methods.patch_unpaired.background import Background, lay_background
from facestyle.methods.patch_unpaired.background_blocks import lay_blocks, room_for_blocks
from facestyle.methods.patch_unpaired.background_search import Backdrop
from facestyle.methods.patch_unpaired.clip_drawing import backdrop_change
from facestyle.methods.patch_unpaired.ground_rays import ground_rays, places_along_rays, stretch
from facestyle.methods.patch_unpaired.sources import make_sources

WIDTH = 96.0  # of the face, px


def sitter_at(shape, corner):
    """Regions and face of a sitter in a picture of another size."""
    sitter = photograph(seed=1)
    sitter = resize_portrait(sitter, WIDTH / face_width(sitter.face))
    own = segment_regions(sitter).region_map
    region_map = np.full(shape, BACKGROUND, np.uint8)
    place = region_map[corner[0] :, corner[1] :][: own.shape[0], : own.shape[1]]
    place[...] = own[: place.shape[0], : place.shape[1]]
    outline = sitter.face.outline + np.array(corner[::-1])
    return region_map, replace(sitter.face, outline=outline)


def sources_before(ground):
    """Sources of two drawings before a ground (h, w, 3) of their own size."""
    drawings = []
    for seed in (7, 8):
        drawing = drawing_of(photograph((330, 300), seed=seed))
        matte = drawing.matte[..., None]
        image = matte * drawing.image + (1 - matte) * ground(drawing.image.shape[:2])
        drawings.append(replace(drawing, image=image.astype(np.float32), photo=None))
    return make_sources([prepare_exemplar(drawing) for drawing in drawings], WIDTH)


def shaded(shape):
    """Paper with grain, dark at the left and light at the right."""
    grain = np.random.default_rng(0).normal(0, 0.03, shape)
    across = np.linspace(0.45, 0.85, shape[1])
    return np.clip(across + grain, 0, 1)[..., None].repeat(3, axis=-1)


def hatched(shape):
    """Paper with black lines beside the middle of the left."""
    lines = np.full((*shape, 3), 0.9)
    lines[shape[0] // 4 : shape[0] // 2 : 5, : shape[1] // 4] = 0.0
    lines[shape[0] // 4 + 1 : shape[0] // 2 : 5, : shape[1] // 4] = 0.0
    return lines


def drawn(background, sources):
    """The pieces of a background beside each other, sRGB."""
    layers = [layer.image for layer in sources.layers[: len(sources.faces)]]
    lab = np.zeros((*background.placed.shape, 3), np.float32)
    for number, image in enumerate(layers):
        own = background.placed & (background.layers == number)
        rows, columns = background.places[own].astype(int).T
        lab[own] = cv2.cvtColor(image / np.float32(255), cv2.COLOR_RGB2LAB)[rows, columns] / 100
    return from_lab(lab + background.change)


def test_a_wide_ground_runs_from_the_exemplars_one_side_to_the_other():
    region_map, face = sitter_at((300, 700), (100, 270))
    sources = sources_before(shaded)
    background = lay_background(region_map, face, sources)
    behind = region_map == BACKGROUND
    assert background.of_blocks
    assert background.placed[behind].mean() > 0.95
    light = drawn(background, sources)[..., 0]
    left, right = (light[20:200, part].mean() for part in (slice(10, 120), slice(580, 690)))
    assert left < 0.58
    assert right > 0.72
    # between them no step: patchwork had steps of .1 and more from one piece to the next
    low = cv2.GaussianBlur(light[10:60], (0, 0), 6)[20:-20]
    assert np.abs(np.diff(low[:, 10:-10:4], axis=1)).max() < 0.04


def test_a_wide_grounds_grain_is_as_large_as_the_exemplars():
    region_map, face = sitter_at((300, 700), (100, 270))
    sources = sources_before(shaded)
    background = lay_background(region_map, face, sources)
    image = sources.layers[0].image / np.float32(255)

    def detail(light):
        return light - cv2.GaussianBlur(light, (0, 0), 2)

    theirs = detail(np.ascontiguousarray(image[5:40, 5:40, 0])).std()
    ours = detail(np.ascontiguousarray(drawn(background, sources)[10:90, 10:240, 0])).std()
    assert ours == pytest.approx(theirs, rel=0.25)  # drawn apart with its tones it had a third


def test_lines_are_not_spread_to_a_fog():
    region_map, face = sitter_at((300, 700), (100, 270))
    background = lay_background(region_map, face, sources_before(hatched))
    assert background.of_blocks
    tone = background.tone[region_map == BACKGROUND]
    assert np.ptp(tone[:, 0]) < 0.01
    assert tone[:, 0].mean() > 0.85


def dabbed(shape):
    """Broad dabs."""
    dabs = np.random.default_rng(1).uniform(0.3, 0.9, (shape[0] // 16 + 1, shape[1] // 16 + 1))
    return np.kron(dabs, np.ones((16, 16)))[: shape[0], : shape[1], None].repeat(3, axis=-1)


def test_broad_dabs_are_left_to_pieces():
    region_map, face = sitter_at((300, 700), (100, 270))
    assert not lay_background(region_map, face, sources_before(dabbed)).of_blocks


def test_a_portrait_that_an_exemplar_covers_is_laid_in_pieces():
    region_map, face = sitter_at((190, 180), (0, 0))
    background = lay_background(region_map, face, sources_before(shaded))
    assert not background.of_blocks


# --- Rays --------------------------------------------------------------------------------------


def rays_before(shape, corner, least=0.02):
    region_map, face = sitter_at(shape, corner)
    return region_map == BACKGROUND, ground_rays(region_map == BACKGROUND, face, WIDTH, least)


def test_rays_take_outline_to_outline_and_border_to_border():
    near_ground, near = rays_before((210, 230), (20, 25))
    wide_ground, wide = rays_before((400, 700), (130, 270))
    places = places_along_rays(wide_ground.shape, wide, near)
    rows, columns = np.moveaxis(places, -1, 0)
    inside = (rows > -1) & (rows < 210) & (columns > -1) & (columns < 230)
    assert inside[wide_ground].all()
    level = round(wide.center[1]) - 40
    along = columns[level][wide_ground[level]]
    assert along[0] < 12
    assert along[-1] > 230 - 12
    assert (np.diff(along) >= -0.01).all()  # nothing is folded
    shown = near_ground[
        rows.round().astype(int).clip(0, 209), columns.round().astype(int).clip(0, 229)
    ]
    assert shown[:260][wide_ground[:260]].mean() > 0.97  # nobody is drawn apart with the ground
    assert stretch(wide, near) > 3
    assert stretch(near, near) == pytest.approx(1, abs=0.01)


def test_without_ground_there_are_no_rays():
    region_map, face = sitter_at((190, 180), (0, 0))
    assert ground_rays(np.zeros(region_map.shape, bool), face, WIDTH, 0.1) is None
    away = replace(face, outline=face.outline + 1000)
    assert ground_rays(region_map == BACKGROUND, away, WIDTH, 0.1) is None


# --- Blocks ------------------------------------------------------------------------------------


def backdrop(picture, plain):
    """A background without a face, at four levels."""
    pictures = tuple(np.ascontiguousarray(picture[:: 2**n, :: 2**n]) for n in range(4))
    frees = tuple(np.ones(one.shape[:2], bool) for one in pictures)
    low = np.full((*frees[-1].shape, 3), picture.mean() / 255, np.float32)
    return Backdrop(pictures, frees, low, np.zeros(2, int), plain)


def test_blocks_are_copied_from_what_is_plain_and_fill_everything():
    picture = np.random.default_rng(0).integers(180, 200, (256, 256, 1), np.uint8).repeat(3, axis=2)
    plain = np.ones((32, 32), bool)
    plain[20:] = False  # somebody's collar
    drop = backdrop(picture, plain)
    side = room_for_blocks(drop, WIDTH)
    assert side == round(0.6 * WIDTH / 4)
    wanted = np.ones((60, 120), bool)
    wanted[30:, 40:80] = False
    pieces, _ = lay_blocks([drop], wanted, side, WIDTH)
    np.testing.assert_array_equal(pieces.owners >= 0, wanted)
    source = pieces.steps // 4 + np.stack(np.indices(wanted.shape), axis=-1)
    assert source[wanted].min() >= 0
    assert source[wanted][:, 0].max() < 40
    assert source[wanted][:, 1].max() < 64
    assert np.unique(pieces.steps[wanted], axis=0).shape[0] > 20  # no few places again and again


def test_blocks_meet_where_they_agree():
    rows = np.indices((256, 256))[0]
    waves = (128 + 60 * np.sin(rows / 6)).astype(np.uint8)[..., None].repeat(3, axis=2)
    drop = backdrop(waves, np.ones((32, 32), bool))
    wanted = np.ones((60, 60), bool)
    pieces, _ = lay_blocks([drop], wanted, 14, WIDTH)
    places = pieces.steps // 4 + np.stack(np.indices(wanted.shape), axis=-1)
    laid = drop.pictures[2][tuple(places[wanted].T)].reshape(60, 60, 3)[..., 0].astype(float)
    across = np.abs(np.diff(laid, axis=1))
    assert across.mean() < 2  # .8; of blocks at random 5


def test_a_ground_without_plain_places_has_no_room():
    picture = np.full((256, 256, 3), 200, np.uint8)
    assert room_for_blocks(backdrop(picture, np.zeros((32, 32), bool)), WIDTH) == 0


def test_in_clips_blocks_meet_in_a_composed_tone():
    """Each block's own mean leaned towards its middle: a grid of pale lines in the shades."""
    shape = (96, 160)
    places = np.stack(np.indices(shape), axis=-1).astype(np.float32)
    for block in range(4):
        places[:, 40 * block : 40 * (block + 1)] -= 8 * block
    tone = np.zeros((*shape, 3), np.float32)
    tone[..., 0] = np.linspace(0.2, 0.8, shape[1])
    paper = np.full((*shape, 3), 0.5, np.float32)
    change = tone - to_lab(paper)
    layers = np.zeros(shape, np.int32)
    background = Background(layers, places, np.ones(shape, bool), tone, change, {}, of_blocks=True)
    added = backdrop_change(paper, background, 200.0, shape)
    light = (to_lab(paper) + added)[..., 0]
    assert np.abs(np.diff(light, axis=1) - 0.6 / (shape[1] - 1)).max() < 0.001


def spotted(seed, spots):
    """Paper with even grain and a few dark spots, and the same without a face at four levels."""
    random = np.random.default_rng(seed)
    picture = random.normal(190, 6, (256, 256, 1)).repeat(3, axis=2)
    for row, column in random.integers(10, 246, (spots, 2)):
        picture[row - 6 : row + 6, column - 6 : column + 6] -= 60
    return np.clip(picture, 0, 255).astype(np.uint8)


def laid(drops, pieces):
    """What pieces show at the level that they are cut at, RGB of 255."""
    places = pieces.steps // 4 + np.stack(np.indices(pieces.owners.shape), axis=-1)
    shown = np.zeros((*pieces.owners.shape, 3))
    for number, drop in enumerate(drops):
        own = pieces.owners == number
        shown[own] = drop.pictures[2][tuple(places[own].T)]
    return shown


def test_blocks_leave_out_the_spots_that_would_be_seen_again_and_again():
    picture = spotted(0, 12)
    drop = backdrop(picture, np.ones((32, 32), bool))
    pieces, lent = lay_blocks([drop], np.ones((150, 200), bool), 8, WIDTH)
    assert (drop.pictures[2] < 150).mean() > 0.02
    assert (laid(lent, pieces) < 150).mean() < 0.002


def test_grounds_that_look_alike_lend_blocks_together_and_loud_ones_lend_none():
    plain = np.ones((32, 32), bool)
    calm = [backdrop(spotted(seed, 0), plain) for seed in (0, 1)]
    loud = backdrop(spotted(2, 300), plain)
    wanted = np.ones((120, 160), bool)
    wanted[60:, 50:90] = False
    pieces, lent = lay_blocks([*calm, loud], wanted, 8, WIDTH)
    np.testing.assert_array_equal(pieces.owners >= 0, wanted)
    shares = [(pieces.owners[wanted] == number).mean() for number in range(3)]
    assert min(shares[:2]) > 0.25
    assert shares[2] == 0
    places = pieces.steps // 4 + np.stack(np.indices(wanted.shape), axis=-1)
    assert places[wanted].min() >= 0
    assert places[wanted].max() < 64
    assert laid(lent, pieces)[wanted].mean() == pytest.approx(190, abs=2)


def test_blotches_are_of_the_tone_where_blocks_show_them_often():
    clouds = cv2.GaussianBlur(np.random.default_rng(3).normal(0, 1, (256, 256)), (0, 0), 12)
    picture = (180 + 6 * clouds / clouds.std()).clip(0, 255).astype(np.uint8)
    drop = backdrop(picture[..., None].repeat(3, axis=2), np.ones((32, 32), bool))
    _, few = lay_blocks([drop], np.ones((40, 40), bool), 14, WIDTH)
    _, many = lay_blocks([drop], np.ones((400, 600), bool), 14, WIDTH)
    assert few[0].low_band is drop.low_band
    beside = drop.pictures[2] / 255 - many[0].low_at(2)
    assert beside.std() < 0.5 * (drop.pictures[2] / 255 - drop.low_at(2)).std()


def test_small_heads_before_a_broken_ground_stand_before_no_lattice():
    def cloudy(shape):
        spots = np.random.default_rng(5).uniform(0, 1, (shape[0] // 12 + 1, shape[1] // 12 + 1))
        spots = np.kron(spots > 0.8, np.ones((12, 12)))[: shape[0], : shape[1]]
        paper = 0.85 - 0.12 * cv2.GaussianBlur(spots, (0, 0), 3)
        return paper[..., None].repeat(3, axis=-1)

    region_map, face = sitter_at((700, 1100), (500, 500))
    sources = sources_before(cloudy)
    background = lay_background(region_map, face, sources)
    assert background.of_blocks
    light = drawn(background, sources)[:450, :, 0]
    light = light - cv2.GaussianBlur(light, (0, 0), 25)
    spectrum = np.abs(np.fft.rfft2(light * np.outer(np.hanning(450), np.hanning(1100)))) ** 2
    # with one exemplar's blocks, spots and all, the strongest 40 frequencies had .249
    assert np.sort(spectrum.ravel())[-40:].sum() / spectrum.sum() < 0.18
