"""Pillow pictures are read as the files that they would be."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facestyle.errors import ImageError
from facestyle.io.images import read_image, read_pillow

MEDIA = Path(__file__).parent / "media"
MODES = ("La", "RGBa", "LA", "RGBA", "CMYK", "YCbCr", "HSV", "LAB", "P", "1")


@pytest.fixture(scope="module")
def base():
    return Image.open(MEDIA / "base160.png").convert("RGB")


@pytest.mark.parametrize("name", ["krita_linear.png", "camera_adobergb_r03.jpg", "dpi300.jpg"])
def test_colors_are_read_as_from_the_file(name):
    picture, file = read_pillow(Image.open(MEDIA / name)), read_image(MEDIA / name)
    np.testing.assert_array_equal(picture.rgb, file.rgb)


def test_orientation_is_applied(base, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    base.resize((160, 120)).save(tmp_path / "turned.png", exif=exif)
    turned = read_pillow(Image.open(tmp_path / "turned.png"))
    np.testing.assert_array_equal(turned.rgb, read_image(tmp_path / "turned.png").rgb)
    assert turned.rgb.shape == (160, 120, 3)


@pytest.mark.parametrize("mode", ["I;16", "I", "F"])
def test_deep_pictures_keep_their_values(base, mode):
    gray = np.asarray(base.convert("L"))
    values = {
        "I;16": gray.astype(np.uint16) * 257,
        "I": gray.astype(np.int32) * 257,
        "F": gray.astype(np.float32) / 255,
    }[mode]
    picture = read_pillow(Image.fromarray(values))
    assert picture.bit_depth == 16
    np.testing.assert_allclose(picture.rgb[..., 0], gray / 255, atol=1e-4)


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_is_read(base, mode):
    step = {"La": "LA", "RGBa": "RGBA"}.get(mode)
    image = base.convert(step).convert(mode) if step else base.convert(mode)
    picture = read_pillow(image)
    expected = base.convert("L").convert("RGB") if mode in ("La", "LA") else base
    expected = image.convert("RGB") if mode == "P" else expected  # of few colors
    limit = 0.5 if mode == "1" else 0.03
    assert np.abs(picture.rgb - np.asarray(expected) / 255).mean() < limit


def test_values_that_are_no_picture_are_refused():
    with pytest.raises(ImageError, match="expected 0 to 65535"):
        read_pillow(Image.fromarray(np.full((8, 8), 1 << 20, np.int32)))
