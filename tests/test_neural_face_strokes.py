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
FACE, CORNER = (slice(90, 140), slice(105, 150)), (slice(0, 20), slice(0, 20))


def redrawn(**options):
    image = Stylizer.from_model("wave", device="cpu", **options)(PHOTO).image
    return image.astype(np.float32) / 255


def detail(image, place):
    return np.abs(np.diff(image[place].mean(2), axis=1)).mean()


def test_strokes_are_weak_on_faces_alone():
    weights = stroke_weights(PHOTO / np.float32(255), 0.25)
    np.testing.assert_allclose(weights[FACE], 0.25, atol=0.02)
    np.testing.assert_allclose(weights[CORNER], 1, atol=1e-3)
    gray = cv2.cvtColor(PHOTO, cv2.COLOR_RGB2GRAY)
    around = np.ones((9, 9), np.uint8)
    edges = cv2.dilate(gray, around) - cv2.erode(gray, around) > 25
    assert np.abs(np.diff(weights, axis=1))[~edges[:, 1:]].max() < 0.1  # none but the picture's


def with_patches():
    """The sitter with a long neck, and as large a patch of another color beside it."""
    picture = PHOTO / np.float32(255)
    skin = np.median(picture[FACE].reshape(-1, 3), axis=0)
    picture[178:256, 110:150] = 0.85 * skin
    picture[178:256, 30:70] = 0.85 * skin[::-1]
    return picture


def test_skin_is_spared_less_and_less_with_its_distance():
    weights = stroke_weights(with_patches(), 0.25)
    down = weights[178:256, 130]
    assert down[:12].max() < 0.45
    assert down[-8:].min() > 0.8
    assert np.diff(down[4:-4]).min() > -0.01
    assert np.diff(down).max() < 0.05  # nothing ends at the jaw
    assert weights[190:256, 40:60].min() > 0.98


def test_a_throat_in_the_chins_shadow_is_skin_and_a_black_collar_is_not():
    picture = PHOTO / np.float32(255)
    skin = np.median(picture[FACE].reshape(-1, 3), axis=0)
    shaded, collar = picture.copy(), picture.copy()
    shaded[180:200, 110:150] = (0.08 * skin**2.2) ** (1 / 2.2)
    collar[180:200, 110:150] = 0.05
    below = slice(184, 192), slice(118, 142)
    assert stroke_weights(shaded, 0.25)[below].max() < 0.5
    assert stroke_weights(collar, 0.25)[below].min() > 0.85


def test_a_high_forehead_that_the_sky_lights_is_skin():
    """Landmarks end above the brows, and the colors of cheeks are warmer."""
    picture = PHOTO / np.float32(255)
    skin = np.median(picture[FACE].reshape(-1, 3), axis=0)
    forehead = slice(52, 76), slice(105, 150)
    picture[40:80, 95:160] = 0.75 * skin + 0.25 * np.float32([0.6, 0.7, 0.85])
    assert stroke_weights(picture, 0.25)[forehead].mean() < 0.45
    picture[40:80, 95:160] = 0.85, 0.8, 0.1  # a hat
    assert stroke_weights(picture, 0.25)[forehead].mean() > 0.85


def test_dark_hair_over_the_forehead_has_the_strokes_of_hair():
    picture = PHOTO / np.float32(255)
    fringe, middle = (slice(70, 86), slice(95, 160)), (slice(80, 83), slice(112, 143))
    picture[fringe] = np.median(picture[FACE].reshape(-1, 3), axis=0)
    np.testing.assert_allclose(stroke_weights(picture, 0.25)[middle], 0.25, atol=0.02)
    picture[fringe] = 0.1
    covered = stroke_weights(picture, 0.25)
    assert covered[middle].min() > 0.8
    np.testing.assert_allclose(covered[FACE], 0.25, atol=0.05)


def test_a_gray_picture_spares_no_background():
    picture = np.repeat(with_patches().mean(2, keepdims=True), 3, axis=2)
    weights = stroke_weights(picture, 0.25)
    np.testing.assert_allclose(weights[FACE], 0.25, atol=0.02)
    assert weights[205:].min() > 0.98


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
    full, usual, none = (redrawn(face_strength=x) for x in (1.0, 0.5, 0.0))
    for image in (usual, none):  # elsewhere nothing changes
        np.testing.assert_allclose(image[CORNER], full[CORNER], atol=2 / 255)
    own = detail(PHOTO / np.float32(255), FACE)
    assert detail(none, FACE) < detail(usual, FACE) < detail(full, FACE)
    assert detail(none, FACE) < 1.3 * own
    tint = none[FACE].mean((0, 1)) - (PHOTO[FACE] / 255).mean((0, 1))
    assert np.ptp(tint) > 0.05  # a hue of the style, whatever the lightness
    np.testing.assert_array_equal(redrawn(), redrawn(face_strength=0.25))


def test_large_pictures_are_spared_at_the_same_places():
    large = cv2.resize(PHOTO, None, fx=4, fy=4) / np.float32(255)
    small = stroke_weights(PHOTO / np.float32(255))
    weights = stroke_weights(large)
    assert weights.shape == large.shape[:2]
    reduced = cv2.resize(weights, small.shape[::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(reduced - small).mean() < 0.02


def test_small_faces_have_fewer_strokes_unless_told():
    """By the size that they are redrawn at: lines would hide the eyes."""
    image = PHOTO / np.float32(255)
    assert stroke_weights(image, None, 0.5)[FACE].max() < 0.2
    np.testing.assert_allclose(stroke_weights(image, 0.4, 0.5)[FACE], 0.4, atol=0.02)
    np.testing.assert_allclose(stroke_weights(image, None, 2.0)[FACE], 0.5, atol=0.02)


def test_an_engraved_face_is_hatched_and_keeps_its_tones():
    photo = cv2.resize(PHOTO, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    place = tuple(slice(2 * part.start, 2 * part.stop) for part in FACE)
    image, none = (
        Stylizer.from_model("engraving", device="cpu", face_strength=x)(photo).image[place] / 255.0
        for x in (None, 0.0)
    )
    assert detail(image, ...) > 2 * detail(none, ...)
    tones = [cv2.GaussianBlur(picture, (0, 0), 4)[8:-8, 8:-8] for picture in (image, none)]
    assert np.abs(tones[0] - tones[1]).mean() < 0.06


def test_styles_have_a_usual_strength_of_their_own():
    weights = stroke_weights(PHOTO / np.float32(255), usual=0.25)
    assert 0 < weights[FACE].max() < 0.3
    np.testing.assert_allclose(
        stroke_weights(PHOTO / np.float32(255), 0.5, usual=1)[FACE], 0.5, atol=0.02
    )
    # more chalk on a face, fewer curls of waves
    for style, strength in {"charcoal": 0.75, "wave": 0.25}.items():
        usual, given = (
            Stylizer.from_model(style, device="cpu", **options)(PHOTO).image.astype(int)
            for options in ({}, {"face_strength": strength})
        )
        assert np.abs(usual - given)[FACE].mean() < 2


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
