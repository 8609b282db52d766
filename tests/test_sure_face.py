"""A point beside the face does not hang a patch of the background on it."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from synthetic_faces import photograph

from facestyle.faces import Face, Portrait, matte, person_matte
from facestyle.faces.contours import face_width
from facestyle.faces.face_coordinates import polygon_mask, signed_distance
from facestyle.faces.regions import SKIN, paint_region_map
from facestyle.faces.sure_face import sure_face

JAW_AT_LEFT = slice(2, 6)  # of the landmarks: from below the ear to beside the mouth
OUTLINE_AT_LEFT = slice(22, 26)  # the same of the outline


@pytest.fixture(scope="module")
def sitter():
    """A made-up person with hair about the face, and a neck."""
    person = photograph((300, 260), seed=3)
    x, y = np.round(person.face.landmarks[8]).astype(int)
    image, opacity = person.image.copy(), person.matte.copy()
    for picture, value in ((image, (0.85, 0.65, 0.55)), (opacity, 1.0)):
        picture[y - 12 : y + 24, x - 30 : x + 30] = value
    return Portrait(image, person.face, opacity)


def moved(face: Face, share: float, *, outline: bool = False) -> Face:
    """The face with the jaw, or its outline, a share of its width too far to the left there."""
    landmarks, oval = face.landmarks.copy(), face.outline.copy()
    if outline:
        oval[OUTLINE_AT_LEFT, 0] -= share * face_width(face)
    else:
        landmarks[JAW_AT_LEFT, 0] -= share * face_width(face)
    return Face(landmarks, face.mesh, oval, face.source)


@pytest.mark.parametrize("by_color", [True, False])
def test_a_jaw_beside_the_person_leaves_the_background_out(sitter, monkeypatch, by_color):
    coarse = cv2.GaussianBlur(sitter.matte, (0, 0), 3)
    monkeypatch.setattr(matte, "segment_person", lambda *_, **__: coarse.copy())
    beside = moved(sitter.face, 0.3)
    x, y = np.round(beside.landmarks[JAW_AT_LEFT]).astype(int).T
    assert sitter.matte[y, x].max() == 0
    found = person_matte(sitter.image, beside, by_color=by_color)
    assert found[y, x + 3].max() < 0.05
    assert found[sitter.matte == 0].mean() < 0.01
    assert found[sitter.matte == 1].mean() > 0.97


@pytest.mark.parametrize("outline", [True, False])
@pytest.mark.parametrize("by_color", [True, False])
def test_a_misplaced_rim_adds_nothing_to_a_photograph(portrait, by_color, outline):
    right = person_matte(portrait.image, portrait.face, by_color=by_color)
    wrong = moved(portrait.face, 0.12, outline=outline)
    points = np.vstack([wrong.landmarks, wrong.outline]).astype(np.float32)
    near = polygon_mask(right.shape, cv2.convexHull(points)[:, 0]) > 0
    near[: int(wrong.landmarks[1, 1])] = False  # hair may change with the face's coordinates
    assert (right[near] == 0).sum() > 15
    found = person_matte(portrait.image, wrong, by_color=by_color)
    assert (found - right)[near].max() < 0.1
    assert np.abs(found - right)[near].mean() < 0.01


@pytest.mark.parametrize("outline", [True, False])
def test_the_face_is_surely_where_outline_and_jaw_say_so(portrait, outline):
    face, shape = portrait.face, portrait.image.shape
    sure = sure_face(face, shape) > 0
    # below the ears a jaw is closed by the line between them
    jaw, oval = (
        signed_distance(polygon_mask(shape[:2], points)) / face_width(face)
        for points in (face.landmarks[:17], face.outline)
    )
    low = np.arange(shape[0])[:, None] > face.landmarks[[0, 16], 1].max() + 0.1 * face_width(face)
    depth = np.where(low, np.minimum(jaw, oval), oval)
    assert depth[sure].min() > 0.04
    assert sure[depth > 0.06].all()
    wide, narrow = (sure_face(moved(face, s, outline=outline), shape) > 0 for s in (0.12, -0.12))
    assert (jaw if outline else oval)[wide & low].min() > 0.04
    # a point too far inside is believed, too
    assert not narrow[sure].all()


def test_the_border_of_a_picture_is_no_rim(portrait):
    x, y = np.round(portrait.face.landmarks[30]).astype(int)
    cut = sure_face(portrait.face, (y, x))
    np.testing.assert_array_equal(cut, sure_face(portrait.face, portrait.image.shape)[:y, :x])
    assert cut[-1, -1] == 1


def test_what_is_seen_beside_a_misplaced_outline_is_no_skin(sitter):
    face = moved(sitter.face, 0.35, outline=True)
    # outside the hair, well inside the outline
    behind = polygon_mask(sitter.matte.shape, face.outline, -0.06 * face_width(face)) > 0
    behind &= sitter.matte == 0
    assert behind.sum() > 50
    weights = np.zeros((4, *sitter.matte.shape), np.float32)
    weights[3] = 1
    weights[0, sitter.matte > 0.5] = 2
    # with a mesh the jaw is known apart from the outline
    mesh = np.full((468, 2), face.landmarks[30])
    person = Portrait(sitter.image, replace(face, mesh=mesh), sitter.matte)
    labels = paint_region_map(person, weights)
    assert not (labels[behind] == SKIN).any()
    # deep inside, the face is the face whatever the matte says
    blind = paint_region_map(replace(person, matte=np.zeros_like(person.matte)), weights * 0)
    x, y = np.round(sitter.face.landmarks[31:36].mean(axis=0) + np.array([30, 0])).astype(int)
    assert blind[y, x] == SKIN


def test_where_the_network_sees_nobody_edges_say_where_the_face_ends(sitters, monkeypatch):
    kept = []
    for one in sitters:
        nobody = np.full(one.matte.shape, 0.02, np.float32)
        monkeypatch.setattr(matte, "segment_person", lambda *_, found=nobody, **__: found.copy())
        found = person_matte(one.image, one.face)
        rim = (polygon_mask(found.shape, one.face.outline) > 0) & (one.matte > 0.95)
        kept.append(found[rim & (sure_face(one.face, found.shape) == 0)].mean())
    assert np.mean(kept) > 0.55  # .36 where the network's word counts there
