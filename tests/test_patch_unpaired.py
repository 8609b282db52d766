"""Unpaired patch mode: tone, warp, dials, backgrounds, determinism; and the guides' export."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from scipy import ndimage
from synthetic_faces import drawing_of, photograph

from facestyle.compositing.background import parse_background
from facestyle.errors import UsageError
from facestyle.faces import Portrait
from facestyle.faces.contours import face_width, feature_contours
from facestyle.faces.face_coordinates import face_coordinates
from facestyle.faces.regions import BACKGROUND, BROW, CLOTHES, EYE, HAIR, SKIN, segment_regions
from facestyle.imaging.color import to_lab
from facestyle.kernels.matches import Matches
from facestyle.kernels.patch_voting import Voting, vote
from facestyle.kernels.threads import set_thread_count, thread_count
from facestyle.methods.engine import Rendering
from facestyle.methods.patch_unpaired import (
    UnpairedSettings,
    prepare_exemplar,
    resize_portrait,
    transfer_patches,
)
from facestyle.methods.patch_unpaired.blemishes import missed_ears, unusable
from facestyle.methods.patch_unpaired.clutter import facial_clutter, hair_clutter
from facestyle.methods.patch_unpaired.correction import correction, correction_weights, last_weights
from facestyle.methods.patch_unpaired.grain import grain_of, likeness_to_first
from facestyle.methods.patch_unpaired.grain_distribution import grain_quantiles, with_grain_like
from facestyle.methods.patch_unpaired.layers import OUTSIDE
from facestyle.methods.patch_unpaired.prepared import working_factor
from facestyle.methods.patch_unpaired.render_pictures import render_pictures
from facestyle.methods.patch_unpaired.sitter_tones import USUAL_FACE, sitters_face, sitters_tones
from facestyle.methods.patch_unpaired.sources import make_sources
from facestyle.methods.patch_unpaired.surroundings import set_before
from facestyle.methods.patch_unpaired.target import drawn_by
from facestyle.methods.patch_unpaired.tone import exemplar_tones, tone_mapped
from facestyle.methods.patch_unpaired.warp import warp_to_exemplar
from facestyle.metrics.skin_tone import skin_lightness
from facestyle.pipeline.guides import make_guides, write_guides
from facestyle.pipeline.settings import StylizerSettings

OFFSETS = [-0.4, -0.2, 0.0, 0.1, 0.2]  # of luminance, from a usual face


def transfer(portrait, exemplars, *, strength=1.0, background="stylize", **settings):
    general = StylizerSettings(strength=strength, background=background)
    rendering = Rendering(general.strength, parse_background(general.background))
    return transfer_patches(portrait, exemplars, UnpairedSettings(**settings), rendering)


@pytest.fixture(scope="module")
def sitter():
    return photograph((180, 150), seed=1, inter_ocular=38.0)


@pytest.fixture(scope="module")
def drawings():
    """Drawings of other people, without their photographs."""
    return [
        prepare_exemplar(replace(drawing_of(photograph(seed=seed), ink=ink), photo=None))
        for seed, ink in ((7, (0, 0, 0)), (8, (0.5, 0.2, 0.1)))
    ]


def working(exemplar):
    """An exemplar's portrait at the size that it is analyzed at."""
    return resize_portrait(exemplar.portrait, working_factor(exemplar.portrait))


@pytest.fixture(scope="module")
def result(sitter, drawings):
    return transfer(sitter, drawings[:1])


def test_a_photo_becomes_a_drawing(sitter, drawings, result):
    assert result.image.shape == sitter.image.shape
    assert result.image.dtype == np.float32
    assert result.alpha is None
    chroma = np.abs(to_lab(result.image)[..., 1:]).mean()
    assert chroma < 0.1 * np.abs(to_lab(sitter.image)[..., 1:]).mean()
    assert result.image[:20, :20].mean() > 0.95  # the paper
    x, y = np.round(sitter.face.eyes[0]).astype(int)
    cheek = result.image[y + 14 : y + 20, x : x + 6].mean()
    assert result.image[y - 1 : y + 2, x - 3 : x + 4].mean() < cheek - 0.15


def test_the_number_of_threads_changes_nothing(sitter, drawings, result):
    before = thread_count()
    set_thread_count(1)
    again = transfer(sitter, drawings[:1])
    set_thread_count(before)
    np.testing.assert_array_equal(again.image, result.image)


@pytest.mark.parametrize("scale", [1.0, 1.7])
@pytest.mark.parametrize("rows", [slice(0, None), slice(40, 43)])
def test_rows_that_no_vote_reads_are_not_rendered(drawings, monkeypatch, scale, rows):
    sources = make_sources(drawings, 68.0)
    random, reach = np.random.default_rng(0), 1.25
    field = np.empty((50, 60, 3), np.int32)
    field[..., 0] = random.integers(0, len(sources.layers), field.shape[:2])
    for axis in (0, 1):
        sides = np.array([layer.region_map.shape[axis] for layer in sources.layers])
        field[..., axis + 1] = random.random(field.shape[:2]) * sides[field[..., 0]]
    if rows.stop:
        field[..., 1] = random.integers(rows.start, rows.stop, field.shape[:2])
    read = render_pictures(sources, drawings, scale, field, reach)[0]
    every = "facestyle.methods.patch_unpaired.render_pictures._rows_read"
    monkeypatch.setattr(every, lambda field, number, height, *_: np.ones(height, bool))
    whole = render_pictures(sources, drawings, scale, field, reach)[0]
    matches, size = (
        Matches(field, np.zeros((50, 60), np.float32)),
        (round(50 * scale), round(60 * scale)),
    )
    one, other = (vote(matches, p, size, Voting(scale, reach, 2, 0.1)) for p in (read, whole))
    np.testing.assert_array_equal(one, other)
    assert len(sources.layers) > len(drawings)
    if rows.stop:
        assert (read.image == 0).sum() > 1.3 * (whole.image == 0).sum()


def test_strength_zero_is_the_portrait(sitter, drawings):
    image = transfer(sitter, drawings[:1], strength=0.0).image
    np.testing.assert_allclose(image, sitter.image, atol=1e-6)


def test_identity_pulls_towards_the_photos_forms(sitter, drawings):
    """The luminance inside the face correlates more with the photo's."""
    face = segment_regions(sitter).region_map < 5
    photo = to_lab(sitter.image)[..., 0][face]

    def correlation(identity):
        image = transfer(sitter, drawings[:1], identity=identity).image
        return np.corrcoef(to_lab(image)[..., 0][face], photo)[0, 1]

    assert correlation(1.0) > correlation(0.0) + 0.02


def test_texture_scales_the_grain(sitter, drawings):
    weak, strong = (transfer(sitter, drawings[:1], texture=t).image for t in (0.0, 1.0))
    labels = [segment_regions(sitter).region_map]
    width = face_width(sitter.face)
    grains = [grain_of([to_lab(i)[..., 0]], labels, width)[:2] for i in (weak, strong)]
    assert (grains[1] > 1.5 * grains[0]).all()


@pytest.mark.parametrize("background", ["keep", "paper", "transparent", "#ff0000"])
def test_backgrounds(sitter, drawings, background):
    done = transfer(sitter, drawings[:1], background=background)
    corner = done.image[:12, :12].reshape(-1, 3)
    if background == "keep":
        np.testing.assert_allclose(corner, sitter.image[:12, :12].reshape(-1, 3), atol=0.02)
    elif background == "paper":
        assert corner.min() > 0.9
    elif background == "transparent":
        # what is painted as background at the edge is cut off, nothing is added
        assert (done.alpha <= sitter.matte).all()
        assert np.abs(done.alpha - sitter.matte).mean() < 0.01
    else:
        np.testing.assert_allclose(corner, np.broadcast_to([1, 0, 0], corner.shape), atol=1e-5)


@pytest.mark.parametrize("labels", ["mrf", "free"])
def test_several_exemplars_share_the_palette_of_the_first(sitter, drawings, labels):
    done = transfer(sitter, drawings, labels=labels)
    assert set(np.unique(done.labels)) <= {0, 1}
    assert done.labels.max() == 1
    behind = (segment_regions(sitter).region_map == BACKGROUND).astype(np.uint8)
    behind = cv2.resize(behind, done.labels.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    assert (done.labels[behind] == 0).mean() > 0.4  # the lead's own, as far as it reaches
    assert np.abs(to_lab(done.image)[..., 1:]).mean() < 0.02


@pytest.mark.parametrize("factor", [0.6, 2.5])
def test_any_size(sitter, drawings, result, factor):
    resized = resize_portrait(sitter, factor)
    image = transfer(resized, drawings[:1]).image
    assert image.shape == resized.image.shape
    assert abs(image.mean() - result.image.mean()) < 0.05


@pytest.mark.parametrize(
    "options",
    [{"strength": 2}, {"identity": -1}, {"texture": 7}, {"labels": "x"}, {"background": "x"}],
)
def test_impossible_options_are_refused(sitter, drawings, options):
    with pytest.raises(UsageError):
        transfer(sitter, drawings[:1], **options)


def test_no_exemplar_is_refused(sitter):
    with pytest.raises(UsageError, match="no exemplar"):
        transfer(sitter, [])


def darkened(sitter):
    """The same person with a darker skin; hair and background as they are."""
    skin = (segment_regions(sitter).groups == 0)[..., None]
    return replace(sitter, image=np.where(skin, 0.55 * sitter.image, sitter.image))


def test_a_darker_skin_is_drawn_darker(sitter, drawings, result):
    dark = darkened(sitter)
    change = [
        skin_lightness(after, sitter.face.landmarks) - skin_lightness(before, sitter.face.landmarks)
        for before, after in (
            (sitter.image, dark.image),
            (result.image, transfer(dark, drawings[:1]).image),
        )
    ]
    assert change[0] < -20
    assert change[1] < 0.4 * change[0]


def test_faces_keep_their_offset_inside_the_mediums_range():
    paper, stroke = 0.95, 0.2
    wanted = np.linspace(0.5, 0.9, 41)
    tones = [sitters_face(USUAL_FACE + offset, wanted, (stroke, paper)) for offset in OFFSETS]
    assert np.all(np.diff([np.median(tone) for tone in tones]) > 0)  # nobody's order is lost
    assert np.all(np.diff(tones, axis=1) >= 0)
    assert np.min(tones) >= stroke
    assert np.max(tones) <= paper
    np.testing.assert_allclose(tones[OFFSETS.index(0.0)], wanted)


def test_hair_is_as_dark_as_the_medium_draws_it():
    gray, face = np.linspace(0.6, 0.8, 41), np.linspace(0.4, 0.9, 41)
    black, blond = (
        np.median(sitters_tones(np.full(41, tone), gray, face, (0.1, 0.95))) for tone in (0.1, 0.6)
    )
    assert black < 0.5
    assert blond > 0.65


def test_tone_mapping_matches_the_quantiles(sitter, drawings):
    exemplar = working(drawings[0])
    lab = to_lab(exemplar.image)
    tones = exemplar_tones([lab], [drawings[0].region_map], 3.0)
    labels = segment_regions(sitter).region_map
    mapped = tone_mapped(to_lab(sitter.image), labels, tones, 1.5)
    behind = labels == BACKGROUND
    assert np.median(mapped[behind, 0]) == pytest.approx(tones[3].quantiles[20], abs=0.06)
    assert np.abs(mapped[..., 1:]).max() < 0.02


def test_the_warp_takes_landmarks_to_landmarks(sitter, drawings):
    exemplar, labels = working(drawings[0]), drawings[0].region_map
    factor = face_width(exemplar.face) / face_width(sitter.face)
    target = resize_portrait(sitter, factor)
    positions = warp_to_exemplar(
        target.face, segment_regions(target).region_map, exemplar.face, labels
    )
    for number in (30, 36, 45, 48, 54):
        x, y = np.round(target.face.landmarks[number]).astype(int)
        error = np.hypot(*(positions[y, x] - exemplar.face.landmarks[number]))
        assert error < 0.03 * face_width(exemplar.face)


def test_a_signature_is_not_copied(sitter):
    luminance = np.full((200, 200), 0.9, np.float32)
    labels = np.full((200, 200), BACKGROUND, np.uint8)
    labels[120:, 80:] = CLOTHES
    luminance[30:38, 40:43] = luminance[33:35, 40:52] = 0.2
    marked = unusable(luminance, labels, 100.0)
    assert marked[30:38, 40:43].all()
    assert marked[:20].sum() == marked[150:, 100:].sum() == 0
    assert marked[119, 150]  # the background's rim along the clothes


def test_a_star_on_the_forehead_is_no_source(drawings):
    face, region_map = working(drawings[0]).face, drawings[0].region_map
    width = face_width(face)
    lab = to_lab(working(drawings[0]).image)
    above = (face.landmarks[19] - [0, 0.2 * width]).astype(int)
    assert region_map[above[1], above[0]] == SKIN
    star = np.hypot(*(np.indices(region_map.shape)[::-1] - above[:, None, None])) < 0.04 * width
    star &= region_map == SKIN  # the hairline touches it
    plain = facial_clutter(lab, region_map, face, width)
    lab[star] = (0.2, 0.3, 0.2)
    marked = facial_clutter(lab, region_map, face, width)
    assert marked[star].mean() > 0.8
    assert not plain[star].any()
    assert (marked & ~plain).sum() < 6 * star.sum()


def test_strokes_that_leave_the_head_are_not_copied_but_its_contour_is():
    luminance = np.full((200, 200), 0.9, np.float32)
    labels = np.full((200, 200), BACKGROUND, np.uint8)
    labels[60:, 60:140] = HAIR
    luminance[60:, 60:140] = 0.4
    luminance[80:, 58:60] = 0.3  # a contour along the edge
    luminance[100:103, 10:60] = 0.7  # a long loose stroke that starts at it
    marked = unusable(luminance, labels, 100.0)
    assert marked[100:103, 10:54].all()
    assert not marked[150:, 58:60].any()
    assert marked[:90].sum() == 0
    # a background that is all strokes is drawn with them
    luminance[::6, :54] = luminance[1::6, :54] = 0.7
    assert not unusable(luminance, labels, 100.0).any()


def test_grain_of_another_medium_does_not_count():
    first = np.array([0.02, 0.03, np.nan, 0.01])
    alike, other = 1.1 * first, 4 * first
    other[2] = 0.05
    weights = likeness_to_first(np.stack([first, alike, other]))
    np.testing.assert_array_equal(weights[0], [1, 1, 0, 1])
    assert weights[1, [0, 1, 3]].min() > 0.9
    assert weights[2, [0, 1, 3]].max() < 1e-5
    assert weights[2, 2] == 1  # the first has no such group: whatever there is counts


def test_hair_of_the_leads_grain_is_preferred(drawings):
    hair = drawings[0].region_map == HAIR
    image = working(drawings[0]).image.copy()
    image[hair] = image[hair].mean(axis=0)
    portrait = replace(working(drawings[0]), image=image)
    flat = replace(drawings[0], portrait=portrait)
    sources = make_sources([drawings[0], drawings[0], flat], 96.0)
    cost = {layer.origin: sources.region_costs[n] for n, layer in enumerate(sources.layers)}
    assert max(cost[0][HAIR, HAIR], cost[1][HAIR, HAIR]) < 1e-6
    assert cost[2][HAIR, HAIR] > 0.1
    assert cost[2][SKIN, SKIN] == 0


def test_no_rim_of_painted_background_is_cut_out(sitter):
    rows, columns = np.mgrid[:180, :150]
    distance = np.hypot(rows - 90, columns - 75)
    matte = np.clip(52.5 - distance, 0, 1).astype(np.float32)
    painted = np.where((distance < 50)[..., None], 0.3, 0.95).astype(np.float32)
    painted = np.broadcast_to(painted, (180, 150, 3)).copy()
    image, _ = set_before(
        painted, replace(sitter, matte=matte), [sitter], parse_background("#0000ff")
    )
    ring = (distance > 48) & (distance < 54)
    # red is .3 in the person and 0 behind: the painted background's .95 would show
    assert image[ring][:, 0].max() < 0.45
    assert image[distance < 45][:, 0].min() > 0.28


def test_grain_is_of_the_exemplars_kind():
    """Rare dark strokes stay rare and dark, and are as strong as in the exemplar."""
    random = np.random.default_rng(0)
    labels = np.zeros((120, 120), np.uint8)
    noise = (0.5 + 0.06 * random.standard_normal((120, 120))).astype(np.float32)
    strokes = (0.9 - 0.2 * (random.random((120, 120)) < 0.1)).astype(np.float32)
    wanted = grain_quantiles(strokes, labels, 150.0)
    result = with_grain_like(noise, labels, 150.0, wanted, 0.5)
    found = grain_quantiles(result, labels, 150.0)[0, 0]
    before = grain_quantiles(noise, labels, 150.0)[0, 0]
    assert np.abs(found - wanted[0, 0]).mean() < 0.5 * np.abs(before - wanted[0, 0]).mean()
    assert found[0] < -1.5 * found[-1]  # darker below than lighter above
    np.testing.assert_allclose(result.mean(), noise.mean(), atol=0.01)


def test_guides_agree_on_both_sides(sitter, tmp_path):
    drawing = replace(drawing_of(photograph(seed=7)), photo=None)
    guides = make_guides(sitter, drawing)
    source, target = guides.pairs["position"]
    exemplar = drawing.face.scaled(source.shape[0] / drawing.image.shape[0])
    for number in (30, 36, 45):
        ours = np.round(sitter.face.landmarks[number]).astype(int)
        theirs = np.round(exemplar.landmarks[number]).astype(int)
        np.testing.assert_allclose(
            target[ours[1], ours[0]], source[theirs[1], theirs[0]], atol=0.03
        )
    command = write_guides(tmp_path / "g", guides)
    names = {path.name for path in (tmp_path / "g").iterdir()}
    assert {word for word in command.split() if word.endswith(".png")} - {"result.png"} <= names
    assert (tmp_path / "g" / "ebsynth.txt").read_text().strip() == command


def test_white_clothes_stay_light_where_the_exemplars_wear_black():
    black, face = np.linspace(0.1, 0.2, 41), np.linspace(0.4, 0.9, 41)
    white = sitters_tones(np.full(41, 0.9), black, face, (0.05, 0.95))
    assert np.median(white) > 0.6


def test_pearls_in_dark_hair_are_no_source_and_its_own_lights_are():
    rows, columns = np.mgrid[:200, :200]
    lab = np.zeros((200, 200, 3), np.float32)
    lab[..., 0] = 0.2 + 0.1 * np.sin(columns / 25)  # a sheen
    hair = np.full((200, 200), HAIR, np.uint8)
    assert not hair_clutter(lab, hair, 200).any()
    pearls = np.zeros((200, 200), bool)
    for column in range(40, 170, 20):
        pearls |= (rows - 100) ** 2 + (columns - column) ** 2 < 3**2
    lab[pearls, 0] = 0.9
    found = hair_clutter(lab, hair, 200)
    assert found[pearls].all()
    assert found.mean() < 0.1


def test_an_eye_has_the_targets_color(sitter):
    region_map = segment_regions(sitter).region_map
    width = face_width(sitter.face)
    eyes = ndimage.binary_erosion(region_map == EYE, iterations=2)
    target = to_lab(sitter.image)
    blue = target.copy()
    blue[eyes, 2] -= 0.3
    weights = last_weights(correction_weights(region_map, width), region_map, width)
    change = correction(blue, target, weights, width, 1.0)
    coarse = correction(blue, target, replace(weights, one_color=None), width, 1.0)
    assert change[eyes, 2].mean() > 0.15
    assert change[eyes, 2].mean() > 1.5 * coarse[eyes, 2].mean()


def test_two_brows_have_one_color():
    """Red strokes beside green ones, of two exemplars; the photo's are brown."""
    region_map = np.full((120, 200), SKIN, np.uint8)
    target = np.full((120, 200, 3), (0.7, 0.02, 0.03), np.float32)
    brows = np.zeros(region_map.shape, bool)
    brows[55:65, 30:80] = brows[55:65, 120:170] = True
    region_map[brows], target[brows] = BROW, (0.3, 0.03, 0.04)
    drawn = target.copy()
    drawn[:, :100, 1][brows[:, :100]] += 0.1
    drawn[:, 100:, 1][brows[:, 100:]] -= 0.1
    weights = last_weights(correction_weights(region_map, 200), region_map, 200)
    lab = drawn + correction(drawn, target, weights, 200, 1.0)
    left, right = lab[60, 40:70, 1].mean(), lab[60, 130:160, 1].mean()
    assert abs(left - right) < 0.4 * 0.2


def test_hair_of_two_exemplars_has_one_color():
    region_map = np.full((200, 200), HAIR, np.uint8)
    target = np.full((200, 200, 3), 0.2, np.float32)
    patches = target.copy()
    patches[60:80, ::2, 1] += 0.2  # brown strokes, as wide as a patch, in hair that is blue
    patches[60:80, :, 1] += 0.1
    weights = last_weights(correction_weights(region_map, 200), region_map, 200)
    left = (patches + correction(patches, target, weights, 200, 1.0))[70, :, 1] - 0.2
    coarse = replace(weights, fine_chroma=None, even=None)
    before = (patches + correction(patches, target, coarse, 200, 1.0))[70, :, 1] - 0.2
    assert abs(left.mean()) < 0.4 * abs(before.mean())
    assert left.std() > 0.9 * before.std()  # strokes stay


def test_edge_between_patches_of_unlike_tone_goes_and_strokes_stay():
    region_map = np.full((200, 200), HAIR, np.uint8)
    target = np.full((200, 200, 3), 0.4, np.float32)
    patches = target.copy()
    patches[:, 100:, 0] += 0.2  # dark hair beside light hair
    strokes = np.zeros_like(patches)
    strokes[:, ::3, 0] = 0.1
    weights = last_weights(correction_weights(region_map, 200), region_map, 200)

    def left(image, weights):
        return (image + correction(image, target, weights, 200, 1.0))[100, :, 0] - target[100, :, 0]

    def step(row):
        return row[104:110].mean() - row[90:96].mean()

    before = replace(weights, even=None)
    assert step(left(patches, weights)) < 0.5 * step(left(patches, before))
    drawn = left(patches + strokes, weights) - left(patches, weights)
    assert drawn.std() > 0.95 * (left(target + strokes, before)).std()


def test_islands_of_tone_in_light_cloth_go_and_its_mottling_stays():
    region_map = np.full((200, 200), CLOTHES, np.uint8)
    target = np.full((200, 200, 3), 0.6, np.float32)
    islands = target.copy()
    islands[:, 100:, 0] += 0.1
    weights = last_weights(correction_weights(region_map, 200), region_map, 200)
    left = islands + correction(islands, target, weights, 200, 0.8) - target
    assert np.abs(left[:, 130:, 0]).max() < 0.01  # at a share of .5 it was .047
    mottled = target.copy()
    mottled[..., 1] += np.float32(0.02) * noise_of(3.0)
    kept = mottled + correction(mottled, target, weights, 200, 0.8) - target
    assert kept[..., 1].std() > 0.8 * (mottled - target)[..., 1].std()


def noise_of(sigma):
    """Noise of a deviation of 1, blurred, (200, 200) float32."""
    noise = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(200, 200)), sigma)
    return (noise / noise.std()).astype(np.float32)


def test_cloth_drawn_by_skin_takes_its_strokes_and_not_its_color():
    region_map = np.full((200, 200), CLOTHES, np.uint8)
    drawn_by = np.broadcast_to(np.where(np.arange(200) < 100, SKIN, CLOTHES), (200, 200)).copy()
    drawn_by[:5, :5] = 8  # outside of an exemplar
    target = np.full((200, 200, 3), 0.6, np.float32)
    image = target.copy()
    image[:, :100, 1] += 0.1
    image[:, ::3, 0] += 0.05
    inner = last_weights(correction_weights(region_map, 200), region_map, 200)
    weights = last_weights(correction_weights(region_map, 200), region_map, 200, drawn_by)
    left = image + correction(image, target, weights, 200, 0.8) - target
    coarse = image + correction(image, target, inner, 200, 0.8) - target
    assert np.abs(left[:, 96:99, 1]).mean() < 0.8 * np.abs(coarse[:, 96:99, 1]).mean()
    assert left[..., 0].std() > 0.9 * (image - target)[..., 0].std()


def test_strokes_tell_the_region_that_they_are_drawn_by(drawings):
    sources = make_sources(drawings[:2], 48.0)
    region_map = sources.layers[1].region_map
    field = np.stack([np.ones(region_map.shape, int), *np.indices(region_map.shape)], axis=-1)
    np.testing.assert_array_equal(drawn_by(field.astype(np.int32), sources), region_map)


def test_blue_patch_on_a_cheek_goes():
    region_map = np.full((200, 200), SKIN, np.uint8)
    target = np.full((200, 200, 3), 0.4, np.float32)
    patches = target.copy()
    patches[90:102, 90:102, 2] -= 0.2
    weights = last_weights(correction_weights(region_map, 200), region_map, 200)
    before = correction(patches, target, replace(weights, even=None), 200, 1.0)[95, 95, 2]
    change = correction(patches, target, weights, 200, 1.0)
    assert change[95, 95, 2] > max(0.12, 2 * before)
    assert np.abs(change[:60]).max() < 0.01


def test_hairs_strokes_follow_the_photo_less_in_the_end_than_in_the_search():
    region_map = np.full((200, 200), HAIR, np.uint8)
    searched = correction_weights(region_map, 200)
    last = last_weights(searched, region_map, 200)
    np.testing.assert_allclose(searched.middle, 0.8, atol=1e-5)
    np.testing.assert_allclose(last.middle, 0.4, atol=1e-5)


def test_pieces_of_the_background_are_brought_together(sitter, drawings, monkeypatch):
    def darker(lab, pieces, behind, images, scale):
        assert len(pieces) > 1
        assert [image.shape[2] for image in images] == [3, 3]
        lab[..., 0] -= np.float32(0.05) * cv2.resize(behind.astype(np.float32), lab.shape[1::-1])

    before = transfer(sitter, drawings[:2]).image
    name = "facestyle.methods.patch_unpaired.finish.blend_pieces"
    monkeypatch.setattr(name, darker)
    change = transfer(sitter, drawings[:2]).image - before
    assert change[sitter.matte < 0.01].mean() < -0.01
    assert np.abs(change[sitter.matte > 0.99]).mean() < 0.008


def test_exemplars_are_brought_together_on_the_person(sitter, drawings, monkeypatch):
    seen = []

    def darker(rest, region_map, origins, width):
        seen.append(set(np.unique(origins)))
        return np.float32(-0.05) * (region_map != BACKGROUND)[..., None] * np.float32([1, 0, 0])

    before = transfer(sitter, drawings[:2]).image
    monkeypatch.setattr("facestyle.methods.patch_unpaired.finish.meeting_exemplars", darker)
    change = transfer(sitter, drawings[:2]).image - before
    assert seen == [{0, 1}]
    assert change[sitter.matte > 0.99].mean() < -0.01


def test_an_ear_that_counts_as_background_is_no_source(drawings):
    drawing = working(drawings[0])
    place = face_coordinates(drawing, feature_contours(drawing.face))
    region_map = drawings[0].region_map.copy()
    ear = (np.abs(place.across - 0.58) < 0.06) & (np.abs(place.down) < 0.15)
    region_map[ear] = BACKGROUND
    found = missed_ears(region_map, place)
    assert found[ear].all()
    assert (region_map[found] == BACKGROUND).all()
    assert not found[np.abs(place.across) > 0.8].any()


def test_sources_leave_out_what_may_be_an_ear(drawings):
    sources = make_sources(drawings[:1], 48.0)
    layer, face = sources.layers[0], sources.faces[0]
    place = face_coordinates(Portrait(layer.image, face, layer.usable), feature_contours(face))
    ears = missed_ears(layer.region_map, place)
    regions = sources.levels[0].regions[: ears.size].reshape(ears.shape)
    assert ears.any()
    assert (regions[ears] == OUTSIDE).all()
    assert (regions == BACKGROUND).any()


def test_sources_are_the_same_from_kept_measures(drawings, tmp_path, monkeypatch):
    monkeypatch.setenv("FACESTYLE_CACHE", str(tmp_path))
    first = make_sources(drawings, 68.0, key="0" * 40)
    (entry,) = tmp_path.iterdir()
    assert entry.stat().st_size < 50_000
    monkeypatch.setattr("facestyle.methods.patch_unpaired.sources.measure_set", None)
    again = make_sources(drawings, 68.0, key="0" * 40)
    pairs = [
        *zip(first.levels, again.levels, strict=True),
        (first.source_unary, again.source_unary),
    ]
    for one, two in [pair for both in pairs for pair in zip(*both, strict=True)]:
        np.testing.assert_array_equal(one, two)
    assert any(cost.any() for cost in first.source_unary)
    np.testing.assert_array_equal(first.region_costs, again.region_costs)
    np.testing.assert_array_equal(first.contours.dips, again.contours.dips)
    for one, two in zip(first.tones, again.tones, strict=True):
        np.testing.assert_array_equal(one.quantiles, two.quantiles)
        assert (one.detail, one.limits) == (two.detail, two.limits)


def test_tone_mapping_keeps_white_clothes_light():
    regions = (SKIN, HAIR, CLOTHES, BACKGROUND)
    region_map = np.repeat(np.uint8(regions), 20)[:, None].repeat(80, 1)

    def picture(*tones):
        lab = np.zeros((*region_map.shape, 3), np.float32)
        lab[..., 0] = np.random.default_rng(0).normal(0, 0.02, region_map.shape)
        for region, tone in zip(regions, tones, strict=True):
            lab[region_map == region, 0] += tone
        return lab

    tones = exemplar_tones([picture(0.6, 0.2, 0.15, 0.8)], [region_map], 2.0)  # in black
    mapped = tone_mapped(picture(0.65, 0.2, 0.9, 0.8), region_map, tones, 2.0)
    assert np.median(mapped[45:55, :, 0]) > 0.5
