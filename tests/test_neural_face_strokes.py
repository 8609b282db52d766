"""A trained network's strokes on faces: fewer, so that skin stays clean."""

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage import data

pytest.importorskip("torch", reason="PyTorch is not installed (extra 'neural')")

from facestyle import Stylizer
from facestyle.errors import UsageError
from facestyle.methods.neural import face_strokes
from facestyle.methods.neural.face_strokes import stroke_weights
from facestyle.neural.model_files import save_model
from facestyle.neural.settings import Architecture
from facestyle.neural.transformer import Transformer

PHOTO = np.ascontiguousarray(data.astronaut()[:256, 96:352])
FACE, CORNER = (slice(90, 140), slice(105, 150)), (slice(0, 60), slice(0, 60))


def redrawn(**options):
    image = Stylizer.from_model("wave", device="cpu", **options)(PHOTO).image
    return image.astype(np.float32) / 255


def detail(image, place):
    return np.abs(np.diff(image[place].mean(2), axis=1)).mean()


def test_strokes_are_weak_on_faces_alone():
    weights = stroke_weights(PHOTO / np.float32(255), 0.25)
    np.testing.assert_allclose(weights[FACE], 0.25, atol=0.02)
    np.testing.assert_allclose(weights[CORNER], 1, atol=1e-3)
    assert np.abs(np.diff(weights, axis=1)).max() < 0.1  # no edge is seen


def test_every_face_of_a_group_is_spared():
    both = np.concatenate((PHOTO, PHOTO[:, ::-1]), 1) / np.float32(255)
    weights = stroke_weights(both, 0.25)
    mirrored = (FACE[0], slice(512 - 150, 512 - 105))
    assert weights[FACE].max() < 0.3
    assert weights[mirrored].max() < 0.3


@pytest.mark.parametrize(("picture", "strength"), [("astronaut", 1.0), ("coffee", 0.4)])
def test_nothing_is_weakened_without_a_face_or_a_wish(picture, strength):
    image = getattr(data, picture)()[::2, ::2] / np.float32(255)
    assert stroke_weights(image, strength) is None


def test_a_face_has_the_colors_of_the_style_and_few_of_its_strokes():
    full, usual, none = (redrawn(face_strength=x) for x in (1.0, 0.4, 0.0))
    for image in (usual, none):  # elsewhere nothing changes
        np.testing.assert_allclose(image[CORNER], full[CORNER], atol=2 / 255)
    own = detail(PHOTO / np.float32(255), FACE)
    assert detail(none, FACE) < detail(usual, FACE) < detail(full, FACE)
    assert detail(none, FACE) < 1.3 * own
    tint = none[FACE].mean((0, 1)) - (PHOTO[FACE] / 255).mean((0, 1))
    assert np.abs(tint).max() > 0.05
    np.testing.assert_array_equal(redrawn(), usual)  # .4 is usual for a face this small


def test_large_faces_have_fewer_strokes_unless_told():
    """Strokes have a size in pixels: on a large face they are small, and look like tattoos."""
    image = cv2.resize(PHOTO, None, fx=4, fy=4) / np.float32(255)
    place = tuple(slice(4 * part.start, 4 * part.stop) for part in FACE)
    assert stroke_weights(image)[place].max() < 0.3
    np.testing.assert_allclose(stroke_weights(image, 0.4)[place], 0.4, atol=0.02)
    np.testing.assert_allclose(stroke_weights(image, None, 0.25)[place], 0.4, atol=0.02)


def test_a_face_counts_by_the_size_that_it_is_redrawn_at():
    large = cv2.resize(PHOTO, None, fx=3, fy=3)
    usual, told = (
        Stylizer.from_model("wave", device="cpu", size=256, face_strength=x)(large).image
        for x in (None, 0.4)
    )
    np.testing.assert_array_equal(usual, told)


def test_the_strength_on_faces_belongs_to_a_model(tmp_path):
    Image.fromarray(PHOTO).save(tmp_path / "style.png")
    with pytest.raises(UsageError, match="face_strength: belongs to a trained model"):
        Stylizer(tmp_path, method="neural", face_strength=0.2, device="cpu")
    stylizer = Stylizer.from_model("wave", face_strength=0.2, device="cpu")
    assert stylizer.fingerprint != Stylizer.from_model("wave", device="cpu").fingerprint
    with pytest.raises(UsageError, match="face_strength: has no effect where the background alone"):
        Stylizer.from_model("wave", face_strength=0.2, area="background", device="cpu")
    with pytest.raises(UsageError, match="face_strength: found 2"):
        Stylizer.from_model("wave", face_strength=2, device="cpu")


def test_faces_are_found_by_the_detector_that_was_asked_for(monkeypatch):
    """Who may not use dlib's landmarks may not use them here either."""
    asked = []

    def find(image, *, landmarks="auto"):
        asked.append(landmarks)
        return []

    monkeypatch.setattr(face_strokes, "find_faces", find)
    redrawn(landmarks="mesh")
    redrawn()
    assert asked == ["mesh", "auto"]


def test_a_network_that_knows_no_strength_says_so_once(tmp_path, caplog):
    save_model(tmp_path / "plain.safetensors", Transformer(Architecture(4, 1)), {})
    told = Stylizer.from_model(tmp_path / "plain.safetensors", face_strength=0.2, device="cpu")
    usual = Stylizer.from_model(tmp_path / "plain.safetensors", device="cpu")
    with caplog.at_level("WARNING"):
        np.testing.assert_array_equal(told(PHOTO).image, usual(PHOTO).image)
        told(PHOTO)
        next(iter(told.video([PHOTO])))
    assert [r.getMessage().partition(" with ")[0] for r in caplog.records] == [
        "face_strength: has no effect"
    ]
