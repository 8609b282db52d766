"""Flat styles whose works have each the few colors of its sitter: comics, vector portraits."""

import itertools
from dataclasses import replace

import cv2
import numpy as np
from moving_faces import moving_clip

from facestyle import ExemplarSet, Stylizer
from facestyle.imaging.color import from_lab, luminance, to_lab
from facestyle.imaging.levels import to_float
from facestyle.methods.patch_unpaired import prepare_exemplar, transfer_patches
from facestyle.methods.patch_unpaired.flat_colors import frequent_colors, lead_colors
from facestyle.methods.patch_unpaired.flat_pictures import in_flat_colors
from facestyle.methods.patch_unpaired.sitters_palette import sitters_colors

NONE = np.empty((0, 3))


def palette(number):
    """Ink, a shade and a light, of another hue for each number."""
    hue = np.array([np.cos(1.4 * number), np.sin(1.4 * number)])
    colors = ((0.08, 0.0), (0.5, 0.22), (0.85, 0.1))
    return np.array([[light, *(chroma * hue)] for light, chroma in colors])


def comic(portrait, number):
    """A portrait in ink and two colors of its own."""
    light = cv2.GaussianBlur(luminance(portrait.image), (0, 0), 2)
    lab = palette(number).astype(np.float32)[np.digitize(light, [0.25, 0.6])]
    return replace(portrait, image=np.clip(from_lab(lab), 0, 1))


def most_frequent(image):
    """The six colors that most of a picture has, Lab of 1, and the share of it that is near one."""
    lab = to_lab(image)
    found = np.array(list(itertools.islice(frequent_colors(lab.reshape(-1, 3), 0.01), 6)))
    near = np.linalg.norm(lab[..., None, :] - found, axis=-1).min(axis=-1) < 0.03
    return found, near.mean()


def _away(pixels, colors):
    """Median distance of a person's pixels from the nearest of some colors, Lab of 1."""
    lab = to_lab(pixels[None])[0]
    return float(np.median(np.linalg.norm(lab[:, None] - colors, axis=-1).min(axis=1)))


def test_where_each_work_has_its_own_colors_the_leads_are_a_beginning():
    own = [palette(number) for number in range(4)]
    colors, each = lead_colors([NONE, *own])
    assert each
    np.testing.assert_array_equal(colors, own[0])
    assert not lead_colors(own[:1] * 3)[1]
    assert len(lead_colors(own[:1] * 3)[0]) == 3
    assert not len(lead_colors([NONE, NONE, *own[:2]])[0])


def test_a_sitters_colors_are_steps_of_his_own_tones():
    random = np.random.default_rng(0)
    brown, light, ink = (0.45, 0.15, 0.2), (0.7, 0.1, 0.12), (0.1, 0.0, 0.02)
    person = np.repeat([brown, light, ink], (500, 300, 200), axis=0)
    person = (person + random.normal(0, 0.02, person.shape)).astype(np.float32)
    olive = np.array([[0.08, 0.0, 0.0], [0.55, 0.0, 0.3], [0.8, 0.0, 0.1], [0.99, 0.0, 0.0]])
    found = sitters_colors(person, olive)
    assert len(found) == 3  # nobody is white here
    np.testing.assert_array_equal(found[0], olive[0])  # all have this ink
    np.testing.assert_allclose(found[1:], [brown, light], atol=0.01)


def test_one_tone_alone_keeps_the_styles_colors():
    colors = palette(0)[1:]
    person = np.full((50, 3), (0.5, 0.1, 0.1), np.float32)
    np.testing.assert_array_equal(sitters_colors(person, colors), colors)


def test_small_spots_are_of_what_lies_beside_them_unless_they_stand_out():
    colors = np.array([[0.1, 0.0, 0.0], [0.6, 0.1, 0.1], [0.75, 0.1, 0.1]])
    lab = np.full((100, 100, 3), colors[2], np.float32)
    lab[20:24, 20:24] = colors[1]  # a mottle
    lab[20:24, 60:64] = colors[0]  # a nostril
    lab[60:80, 20:80] = colors[1]  # a shade
    cut = in_flat_colors(lab, colors, 100)
    np.testing.assert_allclose(cut[22, 22], colors[2], atol=0.01)
    assert cut[22, 62, 0] < 0.25
    np.testing.assert_allclose(cut[70, 50], colors[1], atol=0.01)


def test_a_portrait_is_drawn_in_a_few_colors_that_are_its_own(portrait, sitters):
    exemplars = [prepare_exemplar(comic(sitter, n)) for n, sitter in enumerate(sitters[:4])]
    image = transfer_patches(portrait, exemplars).image
    assert most_frequent(image)[1] > 0.85  # the rest is contours
    # the lead's alone are what the person would be in
    inside = portrait.matte > 0.95
    lead = min(range(4), key=lambda n: _away(image[inside], palette(n)))
    assert _away(image[inside], palette(lead)) > 0.04


def test_a_clip_has_the_colors_of_its_first_frame_as_a_picture(astronaut, sitters):
    frames, _ = moving_clip(astronaut, 3, noise=0.004)
    works = [comic(sitter, n) for n, sitter in enumerate(sitters[:4])]
    stylizer = Stylizer(ExemplarSet(works), method="patch")
    results = [to_float(result.image) for result in stylizer.video(frames)]
    colors, share = most_frequent(to_float(stylizer(frames[0]).image))
    assert share > 0.8
    for image in results:
        near = np.linalg.norm(to_lab(image)[..., None, :] - colors, axis=-1).min(axis=-1) < 0.03
        assert near.mean() > 0.8
