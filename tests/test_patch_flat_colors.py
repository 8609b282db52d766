"""Styles of a few flat colors: found, shared by a set, and the only ones in a finished picture."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from moving_faces import mean_warping_error, moving_clip

from facestyle import ExemplarSet, Stylizer
from facestyle.faces.contours import face_width
from facestyle.faces.regions import BACKGROUND, CLOTHES, SKIN
from facestyle.imaging.color import from_lab, luminance, to_lab
from facestyle.imaging.levels import to_float
from facestyle.methods.patch_unpaired import prepare_exemplar, transfer_patches
from facestyle.methods.patch_unpaired.flat_colors import common_colors, flat_colors
from facestyle.methods.patch_unpaired.flat_pictures import cut_out, in_flat_colors, sharpened
from facestyle.methods.patch_unpaired.source_cache import SourceCache

POSTER = np.array([[0.2, 0.02, -0.1], [0.46, 0.25, 0.15], [0.9, 0.0, 0.1]])  # Lab of 1


def poster(portrait):
    """A portrait cut out of three papers."""
    light = cv2.GaussianBlur(luminance(portrait.image), (0, 0), 2)
    lab = POSTER.astype(np.float32)[np.digitize(light, [0.25, 0.6])]
    return replace(portrait, image=np.clip(from_lab(lab), 0, 1))


def everywhere(image):
    """A region map without a background."""
    return np.full(image.shape[:2], SKIN, np.uint8)


def distances(image, colors):
    """Of each pixel from the nearest color, Lab of 1."""
    lab = to_lab(image)
    return np.linalg.norm(lab[..., None, :] - colors, axis=-1).min(axis=-1)


def test_the_colors_of_a_poster_are_found(sitters):
    image = poster(sitters[0]).image
    found = flat_colors(to_lab(image), everywhere(image))
    assert len(found) == 3
    assert distances(from_lab(found[None].astype(np.float32)), POSTER).max() < 0.01


@pytest.mark.parametrize("number", [0, 4])
def test_the_colors_of_a_compressed_poster_are_found(sitters, number):
    """JPEG leaves .46 and .71 of these posters flat, where PNG leaves .85 and .94."""
    picture = np.uint8(255 * poster(sitters[number]).image)[..., ::-1]
    coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 60])[1]
    image = cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1] / np.float32(255)
    found = flat_colors(to_lab(image), everywhere(image))
    assert len(found) == 3
    assert distances(from_lab(found[None].astype(np.float32)), POSTER).max() < 0.03


@pytest.mark.parametrize("kind", ["photo", "paper", "two papers", "grain"])
def test_other_pictures_have_none(sitters, kind):
    image = sitters[0].image
    if kind == "paper":
        image = np.ones_like(image)
    elif kind == "two papers":  # nearly the same white
        image = np.where(luminance(image)[..., None] > 0.4, 1, 0.94) * np.ones_like(image)
    elif kind == "grain":
        noise = np.random.default_rng(0).normal(0, 0.05, (*image.shape[:2], 1))
        image = np.clip(poster(sitters[0]).image + noise, 0, 1).astype(np.float32)
    assert flat_colors(to_lab(image), everywhere(image)).shape == (0, 3)


@pytest.mark.parametrize("lines", [0, 40])
def test_a_face_of_hatching_is_not_flat(lines):
    """Black ink on paper, a fifth of it in strokes a few pixels wide."""
    image = np.full((300, 240, 3), 0.9, np.float32)
    image[:100] = 0.05
    for row in range(110, 110 + 4 * lines, 4):
        image[row : row + 2, 30:210] = 0.05
    found = flat_colors(to_lab(image), everywhere(image))
    assert len(found) == (0 if lines else 2)


def test_a_set_shares_colors_or_has_none():
    none = np.empty((0, 3))
    near, other = POSTER + 0.01, np.vstack([POSTER[:2], [[0.0, 0.3, 0.0]]])
    np.testing.assert_allclose(common_colors([POSTER, near]), POSTER + 0.005)
    assert len(common_colors([POSTER, near, none])) == 3  # one odd work
    assert len(common_colors([POSTER, none])) == 0
    many = [POSTER + np.array([0.0, 0.0, 0.1 * n]) for n in range(4)]
    assert len(common_colors(many)) == 0  # each has its own
    assert len(common_colors([POSTER, other])) == 4


def test_works_in_the_same_colors_are_of_one_medium(sitters):
    """Of two stencils one may be mostly ink and have the rougher cut; a third work is not flat."""
    exemplars = [prepare_exemplar(poster(sitter)) for sitter in sitters[:2]]
    exemplars.append(prepare_exemplar(sitters[2]))
    traits = np.array([[0.0, 0.0, -4.0], [0.3, 0.2, -1.0], [0.0, 0.3, -7.0]])
    unlike = [
        replace(exemplar, analysis=replace(exemplar.analysis, medium=own))
        for exemplar, own in zip(exemplars, traits, strict=True)
    ]
    assert [list(SourceCache(unlike).order(lead)) for lead in range(3)] == [[0, 1], [1, 0], [2]]


def test_contours_are_smooth_and_forms_stay():
    """A line a fifth as dark as what is cut away, in two papers: sharpening keeps it."""
    two = np.array([[0.1, 0.0, 0.0], [0.9, 0.0, 0.0]])
    lab = np.full((80, 80, 3), (0.7, 0.0, 0.0), np.float32)
    lab[38:42, 10:70, 0] = 0.54
    assert (in_flat_colors(lab, two, 100)[..., 0] > 0.8).all()
    cut = in_flat_colors(sharpened(lab, two, 100), two, 100)[..., 0]
    assert (cut[39:41, 20:60] < 0.2).all()
    assert (cut[:30] > 0.8).all()
    assert ((cut[:, 40] > 0.15) & (cut[:, 40] < 0.85)).any()  # soft over a pixel


def test_what_is_behind_the_person_keeps_its_own_colors():
    """A teal wall, in a style whose people are white and black."""
    two = np.array([[0.1, 0.0, 0.0], [0.9, 0.0, 0.0]])
    lab = np.full((60, 80, 3), (0.6, -0.2, -0.05), np.float32)
    person = np.zeros((60, 80), np.float32)
    person[:, :40] = 1
    target = np.where(person[..., None] > 0, np.float32(two[1]), lab)
    cut = cut_out(lab.copy(), target, person, two, 60, 1.0)
    np.testing.assert_allclose(cut[:, 44:], lab[:, 44:], atol=1e-5)
    np.testing.assert_allclose(cut[:, :36] - np.float32(two[1]), 0, atol=1e-5)


def test_a_picture_has_the_styles_colors_alone(portrait, sitters):
    exemplars = [prepare_exemplar(poster(sitter)) for sitter in sitters[:3]]
    outcome = transfer_patches(portrait, exemplars)
    assert np.mean(distances(outcome.image, POSTER) < 0.03) > 0.85  # the rest is contours
    # the person: light is light and dark is dark, and all three papers are used
    own, drawn = luminance(portrait.image), luminance(outcome.image)
    x, y = portrait.face.outline.mean(axis=0).astype(int)
    half = int(0.5 * face_width(portrait.face))
    near = (slice(y - half, y + half), slice(x - half, x + half))
    assert np.corrcoef(own[near].ravel(), drawn[near].ravel())[0, 1] > 0.6
    nearest = np.linalg.norm(to_lab(outcome.image)[..., None, :] - POSTER, axis=-1).argmin(axis=-1)
    assert (np.bincount(nearest.ravel(), minlength=3) > 0.02 * nearest.size).all()


def test_paper_and_coat_around_a_face_say_nothing(sitters):
    """A photo set before white paper and a black coat, of which there is more than of the face."""
    photo = sitters[0].image[:250, :250]
    image = np.ones((600, 600, 3), np.float32)
    image[300:] = 0.02
    assert len(flat_colors(to_lab(image), everywhere(image))) == 2
    regions = np.full(image.shape[:2], BACKGROUND, np.uint8)
    regions[300:] = CLOTHES
    image[100:350, 100:350], regions[100:350, 100:350] = photo, SKIN
    assert len(flat_colors(to_lab(image), regions)) == 0


def test_a_clip_has_the_styles_colors_alone_and_moves_with_the_person(astronaut, sitters):
    frames, matrices = moving_clip(astronaut, 4, noise=0.004)
    stylizer = Stylizer(ExemplarSet([poster(sitter) for sitter in sitters[:3]]), method="patch")
    results = [to_float(result.image) for result in stylizer.video(frames)]
    for image in results:
        assert np.mean(distances(image, POSTER) < 0.03) > 0.8
    singles = [to_float(stylizer(frame).image) for frame in frames]
    error = [mean_warping_error(images, matrices) for images in (results, singles)]
    assert error[0] < error[1] / 1.5
