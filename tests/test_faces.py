"""Finding faces: backends, several and none, small and tilted ones, landmarks files."""

import cv2
import numpy as np
import pytest
from synthetic_faces import landmarks, make_face

from facestyle.errors import FaceError, LandmarksError, UsageError
from facestyle.faces import (
    Face,
    face_from_landmarks,
    find_faces,
    person_matte,
    portrait_from_image,
    read_landmarks,
    select_face,
)
from facestyle.faces.analysis import _mesh_face, _with_mouth
from facestyle.faces.detection import _dlib_detector
from facestyle.faces.landmarks import outline_from_landmarks
from facestyle.faces.matte import _look_again, _segment, segment_person
from facestyle.imaging.levels import to_bytes


@pytest.fixture(scope="module")
def two(astronaut, sitters):
    """Two people side by side: the astronaut, and a larger sitter at the right."""
    other = cv2.resize(sitters[0].image, None, fx=1.3, fy=1.3)
    height = max(len(astronaut), len(other))
    pad = [np.pad(p, ((0, height - len(p)), (0, 0), (0, 0))) for p in (astronaut, other)]
    return np.ascontiguousarray(np.hstack(pad))


def eyes_error(face, other):
    return np.abs(face.eyes - other.eyes).max() / other.inter_ocular


@pytest.mark.parametrize(
    ("backend", "source"), [("auto", "dlib"), ("dlib", "dlib"), ("mesh", "mesh")]
)
def test_each_backend_finds_the_face(astronaut, portrait, backend, source):
    (face,) = find_faces(astronaut, landmarks=backend)
    assert face.source == source
    assert face.landmarks.shape == (68, 2)
    assert face.landmarks.dtype == np.float64
    assert face.mesh.shape == (468, 2)
    assert face.outline.shape == (36, 2)
    assert eyes_error(face, portrait.face) < 0.1
    error = np.linalg.norm(face.landmarks - portrait.face.landmarks, axis=1)
    assert error[17:].mean() / portrait.face.inter_ocular < 0.08


def test_the_bundled_detector_is_dlib_s(two):
    import dlib

    original = dlib.get_frontal_face_detector()
    pixels = to_bytes(two)
    boxes = [[r.left(), r.top(), r.right(), r.bottom()] for r in original(pixels, 1)]
    found = [[r.left(), r.top(), r.right(), r.bottom()] for r in _dlib_detector()(pixels, 1)]
    assert found == boxes
    assert len(boxes) == 2


def test_auto_falls_back_to_the_mesh(astronaut, monkeypatch):
    monkeypatch.setattr("facestyle.faces.analysis.detect_dlib", lambda *_: [])
    (face,) = find_faces(astronaut)
    assert face.source == "mesh"
    assert find_faces(astronaut, landmarks="dlib") == []


def test_points_lie_where_they_belong(portrait):
    """Right eye left of left eye, brows above eyes, mouth above chin, outline around all."""
    points = portrait.face.landmarks
    (right, left), unit = portrait.face.eyes, portrait.face.inter_ocular
    assert right[0] < left[0]
    assert points[17:27, 1].max() < right[1]
    assert points[36:48, 1].max() < points[48:60, 1].min() < points[8, 1]
    x0, y0, x1, y1 = portrait.face.box
    assert x0 < points[:, 0].min() + 1e-9
    assert y1 > points[8, 1] - 1e-9
    top = portrait.face.outline[0]
    assert abs(top[0] - points[27, 0]) < 0.4 * unit
    assert top[1] < points[17:27, 1].min() - 0.2 * unit
    assert x1 - x0 < 3 * unit
    assert y1 - y0 < 4 * unit


def test_several_faces_come_largest_first(two):
    faces = find_faces(two)
    assert len(faces) == 2
    assert faces[0].inter_ocular > faces[1].inter_ocular
    assert select_face(faces, "largest", "two") is faces[0]
    ordered = sorted(faces, key=lambda face: face.eyes[0, 0])
    assert select_face(faces, 1, "two") is ordered[0]
    assert select_face(faces, 2, "two") is ordered[1]
    with pytest.raises(FaceError, match=r"two: face 3 was asked for, 2 found"):
        select_face(faces, 3, "two")
    assert len(find_faces(two, landmarks="mesh")) == 2


def test_no_face_is_said_with_a_way_out():
    noise = np.random.default_rng(0).random((200, 150, 3), dtype=np.float32)
    for backend in ("auto", "dlib", "mesh"):
        assert find_faces(noise, landmarks=backend) == []
    with pytest.raises(FaceError, match=r"wall\.png: no face was found.*--landmarks-file"):
        portrait_from_image(noise, name="wall.png")
    line = np.zeros((10, 20_000, 3), np.float32)  # its reduced copies would have no height
    assert find_faces(line) == []


def test_a_face_below_64_px_is_refused(astronaut, portrait):
    factor = 55 / (portrait.face.box[3] - portrait.face.box[1])
    small = cv2.resize(astronaut, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    with pytest.raises(FaceError, match=r"the face is \d\dx\d\d px; at least 64 px"):
        portrait_from_image(small, name="small.png")


@pytest.fixture(scope="module")
def cut_off(sitters):
    """A man of whom nothing is seen below the tip of the nose."""
    _, man, *_ = sitters
    return np.ascontiguousarray(man.image[: int(man.face.landmarks[30, 1])])


def test_a_face_that_the_border_cuts_off_is_said_so(cut_off, sitters):
    """Nobody gave landmarks: they are not of another size of the picture."""
    (face,) = find_faces(cut_off)  # which raises nothing in the middle of a clip
    assert face.source == "dlib"
    words = r"a\.png: the face is cut off by the picture's border: 3\d of its 68 points lie inside"
    with pytest.raises(FaceError, match=words + r"\. Use a picture that shows it .*, or try"):
        portrait_from_image(cut_off, name="a.png")
    guessed = portrait_from_image(cut_off, landmarks="mesh").face
    assert eyes_error(guessed, sitters[1].face) < 0.15


def test_a_whole_face_comes_before_a_larger_one_that_is_cut_off(cut_off, astronaut, portrait):
    large = cv2.resize(cut_off, None, fx=1.3, fy=1.3)
    picture = np.zeros((340, 340 + large.shape[1], 3), np.float32)
    picture[:, :340] = astronaut
    picture[-len(large) :, 340:] = large[-340:]
    faces = find_faces(picture)
    assert len(faces) == 2
    chosen = select_face(faces, "largest", "two", picture.shape)
    assert chosen is not faces[0]
    assert eyes_error(chosen, portrait.face) < 0.1
    with pytest.raises(FaceError, match="two: the face is cut off"):
        select_face(faces, 2, "two", picture.shape)


@pytest.mark.parametrize("angle", [-25, 25])
def test_a_tilted_head_is_found_at_its_angle(astronaut, portrait, angle):
    height, width = astronaut.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1)
    tilted = cv2.warpAffine(astronaut, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    face, *_ = find_faces(tilted)
    change = np.degrees(face.tilt - portrait.face.tilt)
    assert abs(change - angle) < 6
    eyes = portrait.face.eyes @ matrix[:, :2].T + matrix[:, 2]
    assert np.abs(face.eyes - eyes).max() < 0.12 * portrait.face.inter_ocular


def test_an_upside_down_face_is_fitted_upside_down(astronaut, portrait):
    """The detector names its eyes from left to right, as those of an upright face."""
    last = np.array([astronaut.shape[1] - 1, astronaut.shape[0] - 1])
    pixels = to_bytes(np.ascontiguousarray(astronaut[::-1, ::-1]))
    x0, y0, x1, y1 = portrait.face.box
    box = np.concatenate([last - (x1, y1), last - (x0, y0)])
    eyes = (last - portrait.face.eyes)[::-1]
    found, _ = _mesh_face(pixels, box, eyes)
    error = np.linalg.norm(last - found.landmarks - portrait.face.landmarks, axis=1)[17:]
    assert error.mean() < 0.1 * portrait.face.inter_ocular


def test_a_mouth_on_the_chin_is_not_believed(astronaut, portrait):
    pixels, face = to_bytes(astronaut), portrait.face
    assert _with_mouth(face, pixels) is face
    points = face.landmarks.copy()
    points[48:, 1] += 0.35 * face.inter_ocular
    found = _with_mouth(Face(points, face.mesh, face.outline, "dlib"), pixels)
    assert found.source == "mesh"
    error = np.linalg.norm(found.landmarks - face.landmarks, axis=1)[48:]
    assert error.mean() < 0.1 * face.inter_ocular
    # a mesh that is unsure is not believed either
    assert _with_mouth(Face(points, face.mesh + 200, face.outline, "dlib"), pixels).source == "dlib"


@pytest.mark.parametrize("factor", [0.6, 2.0])
def test_scaled_is_the_face_of_the_resized_picture(astronaut, portrait, factor):
    size = (round(340 * factor), round(340 * factor))
    resized = cv2.resize(astronaut, size, interpolation=cv2.INTER_AREA if factor < 1 else 1)
    expected = portrait.face.scaled(factor)
    (found,) = find_faces(resized)
    assert eyes_error(found, expected) < 0.06
    assert expected.inter_ocular == pytest.approx(factor * portrait.face.inter_ocular)
    np.testing.assert_allclose(expected.scaled(1 / factor).mesh, portrait.face.mesh)
    # the middle of a picture stays its middle
    middle = Face(np.full((68, 2), 169.5), None, np.full((36, 2), 169.5), "file").scaled(factor)
    np.testing.assert_allclose(middle.landmarks, 340 * factor / 2 - 0.5)


def test_the_outline_without_a_mesh_is_nearly_the_mesh_s(portrait):
    estimated = outline_from_landmarks(portrait.face.landmarks)
    assert estimated.shape == (36, 2)
    one, two = (
        cv2.fillPoly(np.zeros((340, 340), np.uint8), [np.round(o).astype(np.int32)], 1)
        for o in (estimated, portrait.face.outline)
    )
    assert (one & two).sum() / (one | two).sum() > 0.8
    # clockwise on screen from the top middle
    assert np.argmin(estimated[:, 1]) in (0, 1, 35)
    assert estimated[9, 0] > estimated[27, 0]


def test_a_mesh_that_does_not_fit_is_left_out(astronaut, portrait):
    moved = portrait.face.landmarks + np.array([0, 120])
    pixels = np.round(astronaut * 255).astype(np.uint8)
    face = face_from_landmarks(pixels, moved)
    assert face.mesh is None
    assert face.source == "file"
    np.testing.assert_array_equal(face.outline, outline_from_landmarks(moved))


@pytest.mark.parametrize(
    "text",
    [
        "{points}",
        "68\n{points}\n",
        "# iBUG\n\n{points}  # end\n",
        "{commas}",
    ],
    ids=["plain", "count first", "comments", "commas"],
)
def test_landmarks_files_are_read(tmp_path, portrait, text):
    points = [f"{x:.3f} {y:.3f}" for x, y in portrait.face.landmarks]
    commas = "\n".join(point.replace(" ", ", ") for point in points)
    path = tmp_path / "points.txt"
    path.write_text(text.format(points="\n".join(points), commas=commas))
    np.testing.assert_allclose(read_landmarks(path), portrait.face.landmarks, atol=1e-3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot be read"),
        ("", "expected 68"),
        ("1 2\n" * 67, "expected 68"),
        ("1 2 3\n" * 68, "expected 68"),
        ("1 x\n" * 68, "68 lines"),
        ("1 2\n3\n" * 34, "68 lines"),
        ("nan 1\n" * 68, "expected 68 finite"),
        ("0.5 0.5\n" * 68, "fractions"),
    ],
)
def test_landmarks_files_that_cannot_be_used(tmp_path, text, message):
    path = tmp_path / "points.txt"
    if text is not None:
        path.write_text(text)
    with pytest.raises(LandmarksError, match=message) as caught:
        read_landmarks(path)
    assert str(path) in str(caught.value)


def test_given_landmarks_are_used(astronaut, portrait):
    found = portrait_from_image(astronaut, given=portrait.face.landmarks + 1)
    assert found.face.source == "file"
    np.testing.assert_array_equal(found.face.landmarks, portrait.face.landmarks + 1)
    with pytest.raises(LandmarksError, match="68"):
        portrait_from_image(astronaut, given=np.zeros((5, 2)))


def test_an_unknown_backend_is_named(astronaut):
    with pytest.raises(UsageError, match="found 'haar', expected auto, dlib or mesh"):
        find_faces(astronaut, landmarks="haar")


def test_gray_and_dark_pictures_work(astronaut, portrait):
    gray = np.repeat(astronaut.mean(axis=2, keepdims=True), 3, axis=2)
    for picture in (gray, np.float32(0.4) * astronaut):
        (face,) = find_faces(np.ascontiguousarray(picture))
        assert eyes_error(face, portrait.face) < 0.08


def test_the_matte_holds_the_person(astronaut, portrait):
    matte = person_matte(astronaut, portrait.face)
    assert matte.shape == astronaut.shape[:2]
    assert matte.dtype == np.float32
    assert matte.min() >= 0
    assert matte.max() <= 1
    x, y = np.round(portrait.face.landmarks).astype(int).T
    assert matte[y, x][17:].min() > 0.9
    assert matte[y, x].min() > 0.5  # the jaw is an edge
    assert matte[:60, :60].max() < 0.1
    assert 0.2 < matte.mean() < 0.8
    soft = (matte > 0.1) & (matte < 0.9)
    assert 0 < soft.mean() < 0.1


def test_the_person_of_a_mirrored_picture_is_the_mirrored_person(astronaut, portrait):
    mirrored = np.ascontiguousarray(astronaut[:, ::-1])
    same, other = _look_again(astronaut, 0.5), _look_again(mirrored, 0.5)[:, ::-1]
    assert np.abs(same - other).max() < 1e-3
    once = np.abs(_segment(astronaut) - _segment(mirrored)[:, ::-1])
    assert once.max() > 0.05  # which one look does not give


def test_a_margin_is_for_heads_that_fill_the_picture(astronaut):
    small, large = _look_again(astronaut, 0.2), _look_again(astronaut, 0.5)
    mirrored = np.ascontiguousarray(astronaut[:, ::-1])
    without = (_segment(astronaut) + _segment(mirrored)[:, ::-1]) / 2
    np.testing.assert_allclose(small, without, atol=1e-4)
    assert np.abs(large - without).max() > 0.1


def test_a_crop_round_a_small_face_is_no_narrower_in_profile():
    points = landmarks((300.0, 200.0), 20.0)
    profile = points.copy()
    profile[:, 0] = 300 + 0.4 * (points[:, 0] - 300)
    looks = []

    def look(image, filled):
        looks.append((image.shape[:2], filled))
        return np.zeros(image.shape[:2], np.float32)

    image = np.zeros((400, 600, 3), np.float32)
    for face in (make_face(points), make_face(profile)):
        segment_person(image, face, look=look)
    (_, _), (frontal, _), (_, far), (turned, near) = looks
    assert turned[0] > 0.6 * frontal[0]  # the eyes alone say .4
    assert near > 2 * far


@pytest.mark.parametrize("name", ["coffee", "clock", "coins", "colorwheel"])
def test_things_are_no_faces(name):
    from skimage import data

    picture = np.atleast_3d(getattr(data, name)())[..., :3]
    picture = np.broadcast_to(picture, (*picture.shape[:2], 3)).astype(np.float32) / 255
    for turned in range(4):
        assert find_faces(np.ascontiguousarray(np.rot90(picture, turned))) == []
