"""Prints in lines or dots: their inks are found, and a picture in their style has no others."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from moving_faces import mean_warping_error, moving_clip

from facestyle import ExemplarSet, Stylizer
from facestyle.imaging.color import from_lab, luminance, to_lab
from facestyle.imaging.levels import to_float
from facestyle.methods.patch_unpaired import prepare_exemplar, transfer_patches
from facestyle.methods.patch_unpaired.inks import find_inks, print_in_inks
from facestyle.row_bands import row_bands

INKS = np.array([[0.15, 0.02, -0.08], [0.94, 0.0, 0.06]])  # Lab of 1


def hatched(portrait, inks=INKS, scale=3):
    """A portrait in lines of one ink, the broader the darker, three times as large."""
    size = (portrait.image.shape[1] * scale, portrait.image.shape[0] * scale)
    light = cv2.resize(luminance(portrait.image), size, interpolation=cv2.INTER_CUBIC)
    rows, columns = np.indices(light.shape)
    pattern = 0.5 + 0.36 * np.sin((rows + 0.6 * columns) * 2 * np.pi / 14)
    lab = inks.astype(np.float32)[(light > pattern).astype(int)]
    matte = np.clip(cv2.resize(portrait.matte, size), 0, 1)
    image = np.clip(from_lab(cv2.GaussianBlur(lab, (0, 0), 0.4)), 0, 1)
    return replace(portrait, image=image, matte=matte, face=portrait.face.scaled(float(scale)))


def in_inks(image, inks=INKS):
    """Share of pixels that show an ink."""
    lab = to_lab(image)
    return np.mean(np.linalg.norm(lab[..., None, :] - inks, axis=-1).min(axis=-1) < 0.08)


def test_inks_of_hatching_are_found(sitters):
    found = find_inks(to_lab(hatched(sitters[0]).image))
    order = np.argsort(found[:, 0])
    np.testing.assert_allclose(found[order], INKS, atol=0.02)


@pytest.mark.parametrize("kind", ["photo", "paper", "blurred", "shaded"])
def test_other_pictures_have_none(sitters, kind):
    image = sitters[0].image
    if kind == "paper":
        image = np.ones_like(image)
    elif kind == "blurred":  # too small for its lines
        image = cv2.GaussianBlur(hatched(sitters[0]).image, (0, 0), 3)
    elif kind == "shaded":  # gray between the lines
        image = hatched(sitters[0]).image
        gray = cv2.resize(luminance(sitters[0].image), image.shape[1::-1])
        image = (0.3 * image + 0.7 * gray[..., None]).astype(np.float32)
    assert find_inks(to_lab(image)).shape == (0, 3)


def stippled(portrait, size=2.7):
    """A portrait in dots of one ink that are too small to be flat, at three times the size."""
    image = cv2.resize(luminance(portrait.image), None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    random = np.random.default_rng(0)
    rows, columns = np.indices(image.shape) // 8
    darkness = 1 - cv2.GaussianBlur(image, (0, 0), 6)
    chosen = random.random((rows.max() + 1, columns.max() + 1))[rows, columns] < 0.6 * darkness
    middle = (np.indices(image.shape) % 8) - 3.5
    dots = chosen & (np.hypot(*middle) < size)
    lab = cv2.GaussianBlur(INKS[np.where(dots, 0, 1)].astype(np.float32), (0, 0), 0.35)
    return replace(
        portrait,
        image=np.clip(from_lab(lab), 0, 1),
        matte=np.clip(cv2.resize(portrait.matte, image.shape[::-1]), 0, 1),
        face=portrait.face.scaled(3.0),
    )


def test_the_ink_of_dots_that_are_nowhere_flat_is_found(sitters):
    found = find_inks(to_lab(stippled(sitters[0]).image))
    order = np.argsort(found[:, 0])
    np.testing.assert_allclose(found[order], INKS, atol=0.05)


def test_contours_run_between_pixels():
    """A slanting edge, which choosing pixel by pixel makes a stair of two inks."""
    rows, columns = np.indices((300, 400)).astype(np.float32)
    share = np.clip(columns - 100 - 0.21 * rows, 0, 1)
    lab = (INKS[0] + share[..., None] * (INKS[1] - INKS[0])).astype(np.float32)
    printed = lab.copy()
    print_in_inks(printed, INKS)
    between = (printed[..., 0] > INKS[0, 0] + 0.1) & (printed[..., 0] < INKS[1, 0] - 0.1)
    assert 0.3 < between.sum(axis=1).mean() < 1.5


def test_bands_of_rows_meet_without_a_trace():
    lab = np.zeros((400, 500, 3), np.float32)
    lab[..., 0] = cv2.GaussianBlur(np.random.default_rng(0).random((400, 500)), (0, 0), 1.5)
    lab[..., 0] += (INKS[:, 0].mean() - 0.5).astype(np.float32)
    printed = lab.copy()
    print_in_inks(printed, INKS)
    seams = [rows.stop for rows in row_bands(*lab.shape[:2])][:-1]
    assert seams
    for seam in seams:
        alone = lab[seam - 30 : seam + 30].copy()
        print_in_inks(alone, INKS)
        np.testing.assert_allclose(printed[seam - 10 : seam + 10], alone[20:40], atol=1e-4)


def test_dark_skin_has_more_ink_than_light_skin(portrait, sitters):
    """.47 and .33 of a face; .45 and .35 where strokes are sought for half of its darkness."""
    exemplars = [prepare_exemplar(hatched(sitter)) for sitter in sitters[:2]]
    lab = to_lab(portrait.image)
    lab[..., 0] *= 0.62
    dark = replace(portrait, image=np.clip(from_lab(lab), 0, 1))
    x, y = portrait.face.outline.mean(axis=0).astype(int)
    near = (slice(y - 50, y + 50), slice(x - 40, x + 40))
    light, darker = (
        np.mean(luminance(transfer_patches(sitter, exemplars).image)[near] < 0.4)
        for sitter in (portrait, dark)
    )
    assert darker > light + 0.12


def test_each_pixel_gets_an_ink_and_edges_are_soft():
    lab = np.zeros((3, 101, 3), np.float32)
    lab[..., 0] = np.linspace(0, 1, 101)
    printed = lab.copy()
    print_in_inks(printed, INKS)
    rising = printed[0, :, 0]
    assert (np.diff(rising) >= -1e-6).all()
    np.testing.assert_allclose(printed[0, :40], np.tile(INKS[0], (40, 1)), atol=0.06)
    np.testing.assert_allclose(printed[0, 70:], np.tile(INKS[1], (31, 1)), atol=0.06)
    assert np.abs(rising[50:60].mean() - INKS[:, 0].mean()) < 0.15  # between them both
    again = printed.copy()
    print_in_inks(again, INKS)
    far = (rising < 0.25) | (rising > 0.85)
    np.testing.assert_allclose(again[0][far], printed[0][far], atol=0.05)


def test_a_picture_has_the_inks_alone(portrait, sitters):
    exemplars = [prepare_exemplar(hatched(sitter)) for sitter in sitters[:2]]
    printed = transfer_patches(portrait, exemplars).image
    without = [replace(e, analysis=replace(e.analysis, inks=np.empty((0, 3)))) for e in exemplars]
    gray = transfer_patches(portrait, without).image
    assert in_inks(printed) > 0.75
    assert in_inks(printed) > in_inks(gray) + 0.15
    # tones are those of the person still
    x, y = portrait.face.outline.mean(axis=0).astype(int)
    near = (slice(y - 50, y + 50), slice(x - 40, x + 40))
    own, drawn = (
        cv2.GaussianBlur(luminance(image), (0, 0), 4)[near].ravel()
        for image in (portrait.image, printed)
    )
    assert np.corrcoef(own, drawn)[0, 1] > 0.6


def test_a_clip_has_the_inks_alone_and_moves_with_the_person(astronaut, sitters):
    frames, matrices = moving_clip(astronaut, 4, noise=0.004)
    stylizer = Stylizer(ExemplarSet([hatched(sitter) for sitter in sitters[:2]]), method="patch")
    results = [to_float(result.image) for result in stylizer.video(frames)]
    for image in results:
        assert in_inks(image) > 0.7
    singles = [to_float(stylizer(frame).image) for frame in frames]
    error = [mean_warping_error(images, matrices) for images in (results, singles)]
    assert error[0] < error[1] / 1.5
