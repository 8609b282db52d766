"""What of an exemplar is not copied, or copied at a cost: stray strokes, the skin of old faces."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from synthetic_faces import drawing_of, photograph

from facestyle.faces.contours import face_width, feature_contours
from facestyle.faces.face_coordinates import face_coordinates
from facestyle.faces.regions import BACKGROUND, HAIR, SKIN
from facestyle.methods.patch_unpaired import prepare_exemplar
from facestyle.methods.patch_unpaired.blemishes import (
    excess_roughness,
    person_in_background,
    unusable,
)
from facestyle.methods.patch_unpaired.measures import measure_set
from facestyle.methods.patch_unpaired.prepared import resize_region_map

WIDTH = 100.0  # of the face, px


def beside_head():
    """Paper around a head, hatched on its left."""
    region_map = np.full((200, 300), BACKGROUND, np.uint8)
    region_map[80:, 110:180] = HAIR
    luminance = np.full(region_map.shape, 0.9, np.float32)
    luminance[region_map == HAIR] = 0.4
    luminance[:, :100:6] = luminance[:, 1:100:6] = 0.7
    return luminance, region_map


def test_a_stray_stroke_is_no_source_where_much_else_is_hatched():
    luminance, region_map = beside_head()
    luminance[40:42, 220:260] = 0.6
    marked = unusable(luminance, region_map, WIDTH)
    assert marked[40:42, 222:258].all()
    assert not marked[:, :90].any()  # the hatching is
    assert marked.sum() < 60 * 12  # and so is the paper around the stroke


def test_specks_of_paper_may_be_copied():
    luminance, region_map = beside_head()
    luminance[40:42, 220:223] = 0.78
    luminance[100:103, 250:252] = 0.78
    assert not unusable(luminance, region_map, WIDTH)[:, 200:].any()


def test_roughness_counts_from_a_fifth_above_what_is_usual():
    local = np.float32([[0, 0.01, 0.012, 0.022, 1]])
    np.testing.assert_allclose(excess_roughness(local, 0.01), [[0, 0, 0, 1, 3]], atol=1e-5)


def test_black_hair_that_counts_as_background_of_a_print_is_no_source():
    portrait = photograph(seed=7)
    place = face_coordinates(portrait, feature_contours(portrait.face))
    region_map = np.where(place.inside > 0, np.uint8(SKIN), np.uint8(BACKGROUND))
    hair = (region_map == BACKGROUND) & (np.abs(place.across) < 0.7) & (place.down < 0)
    far = np.abs(place.across) > 1.15
    luminance = np.full(region_map.shape, 0.9, np.float32)
    luminance[hair] = 0.1
    luminance[far] = 0.1
    width = face_width(portrait.face)
    marked = person_in_background(luminance, region_map, place, width)
    inner = cv2.erode(hair.astype(np.uint8), np.ones((5, 5))) > 0
    assert marked[inner].mean() > 0.95
    assert not marked[far].any()
    assert not marked[(place.down > 0.6) & (np.abs(place.across) < 0.8)].any()
    assert not marked[region_map == SKIN].any()
    # dots all over are the paper's tone
    dots = np.full(region_map.shape, 0.9, np.float32)
    dots[::3, ::3] = 0.1
    assert not person_in_background(dots, region_map, place, width).any()


def with_wrinkles(drawing):
    """The same drawing with stripes over the whole face."""
    stripes = np.zeros(drawing.image.shape[:2], np.float32)
    stripes[::6] = stripes[1::6] = 0.25
    lines = cv2.GaussianBlur(stripes, (0, 0), 0.8)[..., None]
    return replace(drawing, image=np.clip(drawing.image - lines, 0, 1))


@pytest.fixture(scope="module")
def exemplars():
    drawings = [replace(drawing_of(photograph(seed=seed)), photo=None) for seed in (7, 8, 9)]
    return [prepare_exemplar(one) for one in (*drawings[:2], with_wrinkles(drawings[2]))]


def face_costs(exemplars):
    """Mean cost of each exemplar's skin as a set of these measures it."""
    images, region_maps, faces = [], [], []
    for exemplar in exemplars:
        shape = exemplar.portrait.image.shape
        region_maps.append(resize_region_map(exemplar.region_map, shape[1::-1]))
        images.append(exemplar.portrait.image)
        faces.append(exemplar.portrait.face)
    width = np.ptp(faces[0].outline[:, 0])
    measures = measure_set(exemplars, faces, images, region_maps, float(width))
    return [
        own.rough(region_map.shape).mean()
        for own, region_map in zip(measures.exemplars, region_maps, strict=True)
    ]


def test_an_old_face_among_young_ones_costs_more_than_by_itself(exemplars):
    alone = face_costs(exemplars[2:])[0]
    young, other, old = face_costs(exemplars)
    assert old > 4 * alone
    assert old > max(young, other)
    assert young == face_costs(exemplars[:1])[0]  # smooth ones stay as they were
