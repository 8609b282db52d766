"""Frames around exemplars: found and left out, and nothing of a picture without one."""

import logging
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from facestyle.cli import main
from facestyle.exemplars import ExemplarSet, read_exemplar, reading
from facestyle.exemplars.frame import Box, inside_frame

EXEMPLARS = Path(__file__).parents[1] / "exemplars"
DRAWN = EXEMPLARS / "pencil" / "grace_hopper.jpg"
WOOD = (0.36, 0.22, 0.1)


def rim_of(image):
    """The outermost three pixels of each side, (n, 3)."""
    inner = np.zeros(image.shape[:2], bool)
    inner[3:-3, 3:-3] = True
    return image[~inner]


def picture_of(path):
    return np.asarray(Image.open(path).convert("RGB"), np.float32) / 255


def padded(image, top, right, bottom, left, color):
    sides = (top, bottom, left, right)
    return cv2.copyMakeBorder(image, *sides, cv2.BORDER_CONSTANT, value=color)


def mounted(image):
    """A paper mount of 60 px within 20 px of wood, both with some texture."""
    rng = np.random.default_rng(0)
    mount = padded(image, 60, 60, 60, 60, (0.93, 0.9, 0.87))
    framed = padded(mount, 20, 20, 20, 20, WOOD)
    texture = rng.normal(0, 0.01, framed.shape).astype(np.float32)
    texture[80:-80, 80:-80] = 0
    return np.clip(framed + texture, 0, 1)


def ruled(image):
    """A thin line 25 px inside of the picture's border."""
    framed = image.copy()
    height, width = image.shape[:2]
    cv2.rectangle(framed, (25, 25), (width - 26, height - 26), (0.1, 0.1, 0.1), 2)
    return framed


@pytest.mark.parametrize("style", ["pencil", "engraving", "noir"])
def test_a_mount_and_its_frame_are_left_out(style):
    image = picture_of(EXEMPLARS / style / DRAWN.name)
    framed = mounted(image)
    left, top, right, bottom = inside_frame(framed)
    height, width = framed.shape[:2]
    for depth, side in ((left, width), (top, height), (width - right, width)):
        # in drawings the mount may be paper like the sheet, and stays with it
        assert 20 <= depth <= 80 + 0.02 * side
    assert 20 <= height - bottom <= 80 + 0.02 * height


@pytest.mark.parametrize("degrees", [0.7, 1.0])
def test_a_frame_that_is_not_quite_upright_is_left_out(degrees):
    framed = padded(picture_of(DRAWN), 40, 40, 40, 40, WOOD)
    height, width = framed.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    tilted = cv2.warpAffine(framed, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    left, top, right, bottom = inside_frame(tilted)
    inner = tilted[top:bottom, left:right]
    assert np.abs(rim_of(inner) - WOOD).max(axis=1).min() > 0.1  # none of the wood is left
    assert inner.size > 0.75 * tilted.size


def test_a_drawn_line_is_left_out():
    box = inside_frame(ruled(picture_of(DRAWN)))
    height, width = picture_of(DRAWN).shape[:2]
    for depth in (box.left, box.top, width - box.right, height - box.bottom):
        assert 27 <= depth <= 40


def test_bars_of_one_color_are_left_out_on_two_sides():
    image = picture_of(EXEMPLARS / "warm" / DRAWN.name)
    height, width = image.shape[:2]
    left, top, right, bottom = inside_frame(padded(image, 90, 0, 90, 0, (0, 0, 0)))
    assert (left, right) == (0, width)
    assert 90 <= top <= 105
    assert height + 75 <= bottom <= height + 90


def test_no_picture_without_a_frame_loses_anything():
    paths = sorted(EXEMPLARS.glob("[a-z]*/*.jpg"))
    sets = [path for path in paths if path.parent.name not in ("figures", "thumbnails")]
    assert len(sets) > 80
    assert [path for path in sets if inside_frame(picture_of(path)) is not None] == []


def test_one_edge_and_two_beside_each_other_are_no_frame():
    image = picture_of(EXEMPLARS / "warm" / DRAWN.name)
    assert inside_frame(padded(image, 60, 0, 0, 0, (0, 0, 0))) is None
    assert inside_frame(padded(image, 60, 60, 0, 0, (0, 0, 0))) is None


def test_tiles_are_no_frame():
    tiles = picture_of(EXEMPLARS / "warm" / DRAWN.name)
    tiles[::48] = tiles[1::48] = tiles[:, ::48] = tiles[:, 1::48] = 0
    assert inside_frame(tiles) is None


@pytest.mark.parametrize("shape", [(1, 1), (2, 900), (900, 2), (16, 16), (3000, 20)])
def test_slivers_have_no_frame(shape):
    assert inside_frame(np.zeros((*shape, 3), np.float32)) is None


def save(path, image):
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(np.round(image * 255).astype(np.uint8)).save(path)
    return path


def test_an_exemplar_is_read_without_its_frame_from_the_file_and_from_the_cache(tmp_path):
    image = picture_of(DRAWN)
    path = save(tmp_path / "framed.png", padded(image, 40, 40, 40, 40, WOOD))
    first = read_exemplar(path)
    again = read_exemplar(path)
    assert first.frame == again.frame
    height, width = image.shape[:2]
    assert 40 <= min(first.frame.left, first.frame.top) <= max(first.frame[:2]) <= 52
    assert first.portrait.image.shape[:2] >= (height - 24, width - 24)
    np.testing.assert_array_equal(again.portrait.image, first.portrait.image)
    plain = read_exemplar(DRAWN).portrait
    moved = plain.face.landmarks + 40 - (first.frame.left, first.frame.top)
    unit = plain.face.inter_ocular
    assert np.abs(first.portrait.face.landmarks - moved).mean() < 0.06 * unit


def test_given_landmarks_are_those_of_the_whole_file(tmp_path):
    plain = read_exemplar(DRAWN).portrait
    path = save(tmp_path / "framed.png", padded(picture_of(DRAWN), 40, 40, 40, 40, WOOD))
    points = plain.face.landmarks + 40
    lines = "\n".join(f"{x} {y}" for x, y in points)
    path.with_name("framed.landmarks.txt").write_text(lines)
    found = read_exemplar(path)
    left, top = found.frame[:2]
    np.testing.assert_allclose(found.portrait.face.landmarks, points - (left, top), atol=1e-3)


def test_an_exemplar_is_read_whole_where_that_is_asked_for(tmp_path):
    framed = padded(picture_of(DRAWN), 40, 40, 40, 40, WOOD)
    found = read_exemplar(save(tmp_path / "framed.png", framed), whole=True)
    assert found.frame is None
    assert found.portrait.image.shape == framed.shape


def test_a_frame_that_would_cost_the_face_is_none(monkeypatch):
    monkeypatch.setattr(reading, "inside_frame", lambda image: Box(0, 0, 200, 200))
    found = read_exemplar(DRAWN, cache=False)
    assert found.frame is None
    assert found.portrait.image.shape == picture_of(DRAWN).shape


def test_a_set_says_whose_frames_are_left_out(tmp_path, caplog):
    save(tmp_path / "set" / "a.png", padded(picture_of(DRAWN), 40, 40, 40, 40, WOOD))
    save(tmp_path / "set" / "b.png", picture_of(DRAWN))
    for read in (ExemplarSet.from_folder, ExemplarSet.of_pictures):
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            sizes = [len(picture.image) for picture in read(tmp_path / "set").pictures]
        assert "the frames around 1 of 2 pictures are not used: a.png" in caplog.text
        assert abs(sizes[0] - sizes[1]) < 0.03 * sizes[1]


def test_the_list_of_exemplars_names_frames(tmp_path, capsys):
    save(tmp_path / "set" / "a.png", padded(picture_of(DRAWN), 40, 40, 40, 40, WOOD))
    save(tmp_path / "set" / "b.png", picture_of(DRAWN))
    assert main(["exemplars", str(tmp_path / "set")]) == 0
    framed, plain = capsys.readouterr().out.splitlines()[:2]
    assert "without its frame" in framed
    assert "without its frame" not in plain
