"""Rims of glasses are drawn, though no exemplar wears any; coarse skin has no such lines."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from synthetic_faces import drawing_of, photograph

from facestyle import ExemplarSet, Stylizer
from facestyle.faces.contours import face_width
from facestyle.faces.regions import BROW, EYE, NOSE, SKIN, segment_regions
from facestyle.imaging.color import luminance
from facestyle.imaging.levels import to_bytes, to_float
from facestyle.methods.patch_unpaired import UnpairedSettings, prepare_exemplar, transfer_patches
from facestyle.methods.patch_unpaired.eye_lines import drawn_lines, eye_lines


@pytest.fixture(scope="module")
def sitter():
    return photograph((260, 220), seed=1, inter_ocular=54.0)


def rims(shape, face, thickness=1):
    """Two rings around the eyes, (h, w) bool."""
    canvas = np.zeros(shape, np.uint8)
    for eye in face.eyes:
        center = tuple(round(float(value)) for value in eye)
        cv2.circle(canvas, center, round(0.36 * face.inter_ocular), 1, thickness)
    return canvas > 0


def with_rims(portrait, amount):
    ring = rims(portrait.image.shape[:2], portrait.face)[..., None]
    image = np.where(ring, portrait.image + np.float32(amount), portrait.image)
    return replace(portrait, image=np.clip(image, 0, 1).astype(np.float32))


def lines_of(portrait, light=None):
    light = luminance(portrait.image) if light is None else light
    region_map = segment_regions(portrait).region_map
    return eye_lines(light, region_map, portrait.face, face_width(portrait.face)), region_map


@pytest.mark.parametrize("amount", [-0.15, 0.15])
def test_rims_are_found_dark_or_light(sitter, amount):
    found, region_map = lines_of(with_rims(sitter, amount))
    ring = rims(found.shape, sitter.face) & np.isin(region_map, (SKIN, NOSE))
    assert found.dtype == np.float32
    assert found[ring].mean() > 0.6
    far = ~cv2.dilate(ring.astype(np.uint8), np.ones((7, 7))).astype(bool)
    assert (found[far] > 0.5).mean() < 0.01
    assert found[np.isin(region_map, (EYE, BROW))].mean() < 0.1


def test_coarse_skin_has_none(sitter):
    rough = luminance(with_rims(sitter, -0.03).image)
    rough = rough + 0.08 * np.random.default_rng(0).standard_normal(rough.shape).astype(np.float32)
    assert lines_of(sitter, rough)[0].mean() < 0.002


def test_short_marks_are_none(sitter):
    image = sitter.image.copy()
    x, y = sitter.face.eyes.mean(axis=0).astype(int)
    image[y + 12 : y + 16, x - 16 : x - 14] -= 0.3
    plain, marked = (lines_of(replace(sitter, image=i))[0] for i in (sitter.image, image))
    near = (slice(y + 8, y + 20), slice(x - 20, x - 10))
    assert np.abs(marked[near] - plain[near]).max() < 0.05


def test_only_the_fine_part_of_a_difference_is_added():
    rest = np.full((80, 80, 3), 0.2, np.float32)
    rest[40] += 0.3
    lines = np.zeros((80, 80), np.float32)
    lines[39:42] = 1
    change = drawn_lines(rest, lines, 100.0)
    assert (change[40] > 0.2).all()
    assert np.abs(change[:35]).max() < 1e-6
    assert change[40].max() <= 0.3


@pytest.mark.parametrize(("identity", "least", "most"), [(1.0, 0.35, 1.2), (0.0, -0.2, 0.2)])
def test_a_drawing_has_the_sitters_glasses(sitter, identity, least, most):
    """As far as the drawing with glasses differs from that without, at the rims."""
    exemplar = prepare_exemplar(
        replace(drawing_of(photograph((260, 220), seed=7, inter_ocular=54.0)), photo=None)
    )
    ring = rims(sitter.image.shape[:2], sitter.face)
    around = cv2.dilate(ring.astype(np.uint8), np.ones((9, 9))).astype(bool) & ~ring

    def depth(portrait):
        drawn = luminance(
            transfer_patches(portrait, [exemplar], UnpairedSettings(identity=identity)).image
        )
        return float(drawn[around].mean() - drawn[ring].mean())

    share = (depth(with_rims(sitter, -0.3)) - depth(sitter)) / 0.3
    assert least < share < most


def test_a_clip_keeps_them_and_they_do_not_flicker(portrait, sitters):
    """The same of a clip that moves by 2 px a frame, in each frame."""
    moves = [np.float32([[1, 0, 2 * n], [0, 1, n]]) for n in range(5)]
    size = portrait.image.shape[1::-1]

    def moved(image, move, flags=cv2.INTER_LINEAR):
        return cv2.warpAffine(image, move, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)

    ring = rims(portrait.image.shape[:2], portrait.face, 1).astype(np.uint8)
    around = cv2.dilate(ring, np.ones((9, 9))) - cv2.dilate(ring, np.ones((3, 3)))

    def depths(image):
        stylizer = Stylizer(ExemplarSet([drawing_of(sitters[0])]), method="patch", seed=1)
        results = stylizer.video(to_bytes(moved(image, move)) for move in moves)
        lights = [luminance(to_float(result.image)) for result in results]
        masks = [[moved(m, move, cv2.INTER_NEAREST) > 0 for m in (around, ring)] for move in moves]
        return np.array(
            [lit[a].mean() - lit[r].mean() for lit, (a, r) in zip(lights, masks, strict=True)]
        )

    glasses = np.clip(portrait.image - np.float32(0.3) * ring[..., None], 0, 1)
    share = (depths(glasses) - depths(portrait.image)) / 0.3
    assert share.min() > 0.68  # .61 without
    assert np.ptp(share) < 0.15
