"""Backgrounds of drawings: large pieces, copied from what may be copied, in one tone."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic_faces import drawing_of, photograph

from facestyle.faces.contours import face_width, feature_contours
from facestyle.faces.face_coordinates import face_coordinates
from facestyle.faces.regions import BACKGROUND, CLOTHES, HAIR, SKIN, segment_regions
from facestyle.imaging.color import to_lab
from facestyle.methods.patch_unpaired import prepare_exemplar, resize_portrait
from facestyle.methods.patch_unpaired.background import Background, lay_background
from facestyle.methods.patch_unpaired.background_pieces import lay_pieces
from facestyle.methods.patch_unpaired.background_seams import softened_seams
from facestyle.methods.patch_unpaired.background_search import Backdrop, shifted
from facestyle.methods.patch_unpaired.blemishes import strokes_beside_head
from facestyle.methods.patch_unpaired.palette import palette_of
from facestyle.methods.patch_unpaired.prepared import resize_region_map
from facestyle.methods.patch_unpaired.sources import make_sources

WIDTH = 96.0  # of the face, px


def backdrop(picture, free):
    """A background without a face, at four levels."""
    pictures = tuple(np.ascontiguousarray(picture[:: 2**n, :: 2**n]) for n in range(4))
    frees = tuple(np.ascontiguousarray(free[:: 2**n, :: 2**n]) for n in range(4))
    low = np.full((*frees[-1].shape, 3), picture.mean() / 255, np.float32)
    return Backdrop(pictures, frees, low, np.zeros(2, int), frees[-1])


def wanted_levels(mask):
    return [np.ascontiguousarray(mask[:: 2**n, :: 2**n]) for n in range(4)]


def laid(drops, wanted, tone, toned=True):
    """Steps and owners of the pieces in a background whose tone is known everywhere, or nowhere."""
    pieces = lay_pieces(drops, wanted, tone, np.full(tone.shape[:2], toned), WIDTH)
    return pieces.steps, pieces.owners


def test_a_hole_is_filled_with_one_piece_of_what_is_free():
    noise = np.random.default_rng(0).integers(100, 156, (256, 256, 1), np.uint8).repeat(3, axis=2)
    free = np.ones((256, 256), bool)
    free[96:160, 96:160] = False  # the exemplar's person
    drop = backdrop(noise, free)
    wanted = wanted_levels(np.ones((256, 256), bool))
    steps, owners = laid([drop], wanted, drop.low_band)
    rows, columns = np.indices(owners.shape)
    placed = owners >= 0
    source = (steps // 4 + np.stack([rows, columns], axis=-1))[placed]
    assert placed.mean() > 0.97
    assert drop.free[2][tuple(source.T)].all()
    assert (steps[placed & drop.free[2]] == 0).all(axis=-1).mean() > 0.7  # most stays as it is
    assert len(np.unique(steps[placed], axis=0)) <= 4


def test_offsets_are_moved_to_where_lines_meet():
    lines = np.where(np.arange(256) % 12 < 6, 90, 160).astype(np.uint8)
    picture = np.broadcast_to(lines[:, None, None], (256, 256, 3)).copy()
    free = np.ones((256, 256), bool)
    free[80:170, 80:170] = False
    drop = backdrop(picture, free)
    steps, owners = laid([drop], wanted_levels(np.ones((256, 256), bool)), drop.low_band)
    assert (steps[owners >= 0][:, 0] % 12 == 0).all()


def test_a_picture_too_far_in_tone_is_left_to_the_search():
    picture = np.full((128, 128, 3), 200, np.uint8)
    drop = backdrop(picture, np.ones((128, 128), bool))
    wanted = wanted_levels(np.ones((128, 128), bool))
    other = np.zeros_like(drop.low_band)
    assert (laid([drop], wanted, other)[1] == -1).all()


def test_a_piece_that_fills_nothing_does_not_end_the_search():
    noise = np.random.default_rng(0).integers(-20, 20, (256, 256, 1)).repeat(3, axis=2)
    tone = np.full((256, 256, 1), 128 + 31)  # .12 too light but for a strip
    tone[:, :64] = 128
    picture = (tone + noise).astype(np.uint8)
    drop = backdrop(picture, np.ones((256, 256), bool))
    drop = replace(drop, low_band=np.repeat(tone[::8, ::8] / np.float32(255), 3, axis=2))
    plain = np.full_like(drop.low_band, 128 / 255)
    owners = laid([drop], wanted_levels(np.ones((256, 256), bool)), plain)[1]
    assert (owners >= 0).mean() > 0.9


def test_a_picture_many_times_as_wide_is_filled_to_both_ends():
    noise = np.random.default_rng(0).integers(100, 156, (128, 128, 1), np.uint8).repeat(3, axis=2)
    drop = replace(backdrop(noise, np.ones((128, 128), bool)), first=np.array([0, -56]))
    wanted = wanted_levels(np.ones((128, 1024), bool))
    tone, toned = drop.tone_for(wanted[-1].shape)
    assert toned[:, 56:72].all()
    assert toned.mean() == pytest.approx(1 / 8)
    steps, owners = laid([drop], wanted, tone, False)
    assert (owners[:, :64] >= 0).mean() > 0.95
    assert (owners[:, -64:] >= 0).mean() > 0.95
    assert len(np.unique(steps[owners >= 0], axis=0)) < 24


def test_beyond_its_border_an_exemplar_lends_what_is_plain():
    random = np.random.default_rng(0)
    picture = random.integers(180, 200, (256, 256, 1), np.uint8).repeat(3, axis=2)
    picture[192:] = random.integers(0, 255, (64, 256, 1))  # somebody's collar
    drop = backdrop(picture, np.ones((256, 256), bool))
    plain = drop.plain.copy()
    plain[24:] = False
    drop = replace(drop, first=np.array([0, -96]), plain=plain)
    wanted = wanted_levels(np.ones((192, 1024), bool))
    steps, owners = laid([drop], wanted, drop.tone_for(wanted[-1].shape)[0], False)
    rows = steps[..., 0] // 4 + np.arange(48)[:, None]
    assert (owners >= 0).mean() > 0.9
    assert (rows[owners >= 0] >= 48).mean() < 0.02


def test_shifted_reads_beside_and_is_empty_beyond():
    values = np.arange(12).reshape(3, 4)
    np.testing.assert_array_equal(
        shifted(values, np.array([1, -2]), (3, 4)), [[0, 0, 4, 5], [0, 0, 8, 9], [0, 0, 0, 0]]
    )


@pytest.fixture(scope="module")
def sources():
    drawings = [replace(drawing_of(photograph(seed=seed)), photo=None) for seed in (7, 8)]
    return make_sources([prepare_exemplar(drawing) for drawing in drawings], WIDTH)


def test_a_background_is_copied_from_backgrounds(sources):
    sitter = photograph(seed=1)
    sitter = resize_portrait(sitter, WIDTH / face_width(sitter.face))
    region_map = segment_regions(sitter).region_map
    background = lay_background(region_map, sitter.face, sources)
    behind = region_map == BACKGROUND
    assert background.placed.sum() > 0.5 * behind.sum()
    assert not background.placed[~behind].any()
    layers = background.layers[background.placed]
    rows, columns = background.places[background.placed].astype(int).T
    found = [
        sources.layers[layer].region_map[row, column]
        for layer, row, column in zip(layers, rows, columns, strict=True)
    ]
    assert set(found) == {BACKGROUND}
    assert np.abs(background.change).max() < 0.3


def test_a_small_face_in_a_wide_picture_has_no_bands_of_its_exemplars_border():
    drawings = []
    for seed in (7, 8):
        drawing = drawing_of(photograph(seed=seed))
        image = drawing.image.copy()
        image[: len(image) // 4, : image.shape[1] // 5] = 0.4  # a curtain, say
        drawings.append(replace(drawing, image=image, photo=None))
    sources = make_sources([prepare_exemplar(drawing) for drawing in drawings], WIDTH)
    sitter = photograph(seed=1)
    sitter = resize_portrait(sitter, WIDTH / face_width(sitter.face))
    height, width = sitter.matte.shape
    region_map = np.full((2 * height, 4 * width), BACKGROUND, np.uint8)
    region_map[height:, width : 2 * width] = segment_regions(sitter).region_map
    face = replace(sitter.face, outline=sitter.face.outline + np.array([width, height]))
    background = lay_background(region_map, face, sources)
    behind = region_map == BACKGROUND
    assert background.placed.sum() > 0.8 * behind.sum()
    far = background.tone[: height // 2]
    assert np.percentile(far[..., 0], 5) > 0.65  # .69; the border carried on: .53


def test_pieces_meet_in_one_tone_and_keep_their_strokes():
    shape = (120, 200)
    placed = np.ones(shape, bool)
    placed[100:] = False
    places = np.stack(np.indices(shape), axis=-1).astype(np.float32)
    places[:, 100:, 1] -= 40  # the second piece, of the same exemplar
    picture = np.full((*shape, 3), 0.6, np.float32)
    picture[:, 50:, 0] -= 0.1  # an edge inside the first piece
    picture[:, 100:] += 0.1
    picture[:, ::4, 0] += 0.05
    none = np.zeros((*shape, 3), np.float32)
    background = Background(np.zeros(shape, np.int32), places, placed, none, none, {})
    change = softened_seams(picture, background, 200.0)
    assert not change[100:].any()
    both = (picture + change)[40]
    assert np.abs(np.diff(both[:, 1])).max() < 0.01
    np.testing.assert_allclose(both[:75], picture[40, :75], atol=1e-3)
    np.testing.assert_allclose(both[130:], picture[40, 130:], atol=1e-3)
    assert both[100, 0] - both[101, 0] > 0.04


def test_a_white_wig_among_dark_hair_is_no_gray_source():
    drawn = prepare_exemplar(replace(drawing_of(photograph(seed=8)), photo=None))
    dark, light = (with_hair(drawn, value) for value in (0.1, 0.95))
    costs = []
    for other in (dark, light):
        made = make_sources([dark, other], WIDTH)
        regions = made.layers[1].region_map
        start = int(made.levels[0].start[1])
        costs.append(made.source_unary[0][start:][: regions.size].reshape(regions.shape))
    added, wig = costs[1] - costs[0], regions == HAIR
    assert wig.sum() > 500
    assert np.median(added[wig]) > 10  # times what it costs to be used once too often
    assert np.abs(added[regions == BACKGROUND]).max() == 0


def with_hair(drawn, value):
    """A prepared drawing whose hair has one gray."""
    portrait = drawn.portrait
    region_map = resize_region_map(drawn.region_map, portrait.image.shape[1::-1])
    image = np.where((region_map == HAIR)[..., None], np.float32(value), portrait.image)
    palette = palette_of(to_lab(image), region_map)
    analysis = replace(drawn.analysis, palette=palette)
    return replace(drawn, portrait=replace(portrait, image=image), analysis=analysis)


def test_where_the_person_fills_the_picture_there_is_no_background(sources):
    sitter = photograph(seed=1)
    assert lay_background(np.full(sitter.matte.shape, SKIN), sitter.face, sources) is None


def test_strokes_beside_a_head_are_nobodys():
    sitter = photograph((250, 400), seed=1)
    place = face_coordinates(sitter, feature_contours(sitter.face))
    for region, limit in ((SKIN, 0.75), (HAIR, 1.0)):
        marks = strokes_beside_head(np.full(sitter.matte.shape, region), place)
        above = place.down < place.chin
        np.testing.assert_array_equal(marks, (np.abs(place.across) > limit) & above)
    assert not strokes_beside_head(np.full(sitter.matte.shape, CLOTHES), place).any()
