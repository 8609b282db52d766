"""Large pictures a few rows, one channel or one tile at a time: the same as the whole at once."""

import tracemalloc
from pathlib import Path

import cv2
import numpy as np
import pytest

from facestyle import row_bands
from facestyle.compositing.composite import composite, composite_edges
from facestyle.compositing.foreground import separate_edges, separate_layers
from facestyle.exemplars import ExemplarSet
from facestyle.imaging import pyramid
from facestyle.imaging.color import from_lab, luminance, to_lab
from facestyle.imaging.normalized_convolution import premultiplied, weighted_channels
from facestyle.imaging.pyramid import build_stack, collapse_stack
from facestyle.imaging.resampling import maps_by_rows, resized_window
from facestyle.io.images import read_image
from facestyle.methods.energy.gain import agreed_ratio
from facestyle.pipeline.stylizer import Stylizer

LEVEL = 1 / 255
EXEMPLARS = Path(__file__).resolve().parents[1] / "exemplars"


@pytest.fixture
def few_rows(monkeypatch):
    """Bands of a few rows, as a picture of 12 megapixels has them."""
    monkeypatch.setattr(row_bands, "_PIXELS", 2000)
    monkeypatch.setattr(pyramid, "_LARGE", 0)


@pytest.mark.parametrize("size", [(97, 61), (250, 333), (64, 64)])
@pytest.mark.parametrize("mode", [cv2.INTER_LINEAR, cv2.INTER_CUBIC])
def test_a_window_is_a_part_of_the_resized_picture(size, mode):
    values = np.random.default_rng(0).random((31, 23, 3)).astype(np.float32)
    for picture in (values, values[..., 0].copy(), values[..., :1].copy()):
        whole = cv2.resize(picture, size[::-1], interpolation=mode)
        whole = whole.reshape(*size, *picture.shape[2:])  # OpenCV drops a last axis of one
        part = resized_window(
            picture, size, slice(20, 57), slice(3, 44), cubic=mode == cv2.INTER_CUBIC
        )
        np.testing.assert_allclose(part, whole[20:57, 3:44], atol=1e-5)


@pytest.mark.parametrize("size", [(600, 500), (97, 61), (20, 16), (31, 23)])
@pytest.mark.parametrize("count", [1, 9])
def test_maps_of_several_exemplars_are_resized_by_rows_as_at_once(count, size):
    maps = np.random.default_rng(0).random((count, 31, 23)).astype(np.float32)
    mode = cv2.INTER_LINEAR if size[0] >= 31 else cv2.INTER_AREA
    whole = np.stack([cv2.resize(one, size[::-1], interpolation=mode) for one in maps])
    part = maps_by_rows(maps, size)(slice(7, 19))
    np.testing.assert_allclose(part, whole[:, 7:19], atol=1e-5)


def test_gains_of_many_exemplars_hold_no_enlarged_maps(few_rows):
    random = np.random.default_rng(0)
    energies = random.random((9, 600, 500, 3)).astype(np.float32)
    weights = random.random((9, 31, 23)).astype(np.float32)
    tracemalloc.start()
    agreed_ratio(energies[0], energies, weights, 2.0, alike=weights)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 7 * energies[0].nbytes  # the maps at full size would be another 6


def test_colors_are_converted_the_same_in_bands(portrait, few_rows):
    rgb = portrait.image
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2Lab) * np.float32(0.01)
    np.testing.assert_array_equal(to_lab(rgb), lab)
    np.testing.assert_array_equal(luminance(rgb), lab[..., 0])
    back = from_lab(lab)
    assert np.abs(back - rgb).max() < LEVEL
    taken = lab.copy()
    assert from_lab(taken, out=taken) is taken
    np.testing.assert_array_equal(taken, back)


def test_channels_are_filtered_one_by_one_as_together(portrait):
    def blurred(values):
        return cv2.GaussianBlur(values, (0, 0), 2.0)

    expected = blurred(premultiplied(portrait.image, portrait.matte))
    np.testing.assert_allclose(
        weighted_channels(portrait.image, portrait.matte, blurred), expected, atol=1e-6
    )
    squares = blurred(premultiplied(portrait.image**2, portrait.matte))
    found = weighted_channels(portrait.image, portrait.matte, blurred, squared=True)
    np.testing.assert_allclose(found, squares, atol=1e-6)


def test_a_stack_may_take_the_pictures_memory(portrait, monkeypatch):
    lab, unit = to_lab(portrait.image), 2 * portrait.face.inter_ocular
    whole = build_stack(lab, portrait.matte, unit)
    gains = [1 + 0.3 * energy for energy in whole.energies]
    expected = collapse_stack(whole, gains, whole.residual)
    monkeypatch.setattr(row_bands, "_PIXELS", 2000)
    monkeypatch.setattr(pyramid, "_LARGE", 0)
    taken = lab.copy()
    stack = build_stack(taken, portrait.matte, unit, in_place=True)
    assert np.shares_memory(stack.bands[0], taken)
    for one, other in zip(stack.bands, whole.bands, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    result = collapse_stack(stack, gains, stack.residual, out=taken)
    assert result is taken
    np.testing.assert_allclose(result, expected, atol=1e-5)


def test_tiles_of_the_edge_are_the_layers_there(portrait):
    image, matte, unit = portrait.image, portrait.matte, portrait.face.inter_ocular
    front, back = separate_layers(image, matte, unit)
    tiles = separate_edges(image, matte, unit)
    covered = np.zeros(matte.shape, int)
    for tile in tiles:
        covered[tile.place] += 1
        np.testing.assert_allclose(tile.foreground, front[tile.place], atol=1e-4)
        np.testing.assert_allclose(tile.background, back[tile.place], atol=1e-4)
    assert covered.max() == 1
    assert covered[(matte > 0.01) & (matte < 0.99)].all()
    assert covered.mean() < 0.7


@pytest.mark.parametrize("kind", ["own", "color", "picture"])
@pytest.mark.parametrize("strength", [0.4, 1.0])
def test_a_composite_of_tiles_is_that_of_the_layers(portrait, few_rows, kind, strength):
    image, matte, unit = portrait.image, portrait.matte, portrait.face.inter_ocular
    small = np.random.default_rng(1).random((20, 16, 3)).astype(np.float32)
    behind = {"own": None, "color": np.float32([0.2, 0.5, 0.7]), "picture": small}[kind]
    large = behind
    if kind == "picture":
        large = cv2.resize(small, matte.shape[::-1], interpolation=cv2.INTER_CUBIC)
    stylized = np.ascontiguousarray(image[..., ::-1])
    layers = separate_layers(image, matte, unit)
    expected = composite(image, matte, layers, stylized, large, strength)
    tiles = separate_edges(image, matte, unit)
    done = composite_edges(image, matte, tiles, stylized, behind, strength, out=stylized)
    assert done is stylized
    assert np.abs(done - expected).max() < LEVEL / 2


def test_a_mattes_hard_parts_need_no_tile():
    image = np.full((300, 260, 3), 0.4, np.float32)
    matte = np.zeros((300, 260), np.float32)
    assert separate_edges(image, matte, 40.0) == []
    matte[:, 130:] = 1
    done = composite_edges(image, matte, [], 1 - image, np.zeros(3, np.float32))
    np.testing.assert_allclose(done[:, :130], 0, atol=1e-6)
    np.testing.assert_allclose(done[:, 130:], 0.6, atol=1e-6)


@pytest.mark.parametrize("look", ["noir", "pencil", "pencil of a pair"])
def test_a_single_exemplar_serves_a_picture_of_usual_size(look):
    name = look.partition(" ")[0]
    pair = {"photos": EXEMPLARS / "pencil_photos"} if "pair" in look else {}
    exemplars = ExemplarSet.from_folder(EXEMPLARS / name, **pair)
    one = ExemplarSet(list(exemplars)[:1])
    small = read_image(EXEMPLARS / "portraits" / "eileen_collins.jpg").rgb
    # from about a megapixel on rows are worked on a few at a time
    portrait = cv2.resize(small, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_LINEAR)
    result = Stylizer(one)(portrait)
    assert result.image.shape == portrait.shape
    chroma = np.abs(to_lab(result.image)[..., 1:]).mean()
    assert chroma < 0.06 < np.abs(to_lab(portrait)[..., 1:]).mean()
