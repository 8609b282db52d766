"""Writing pictures: arrays and pictures of every kind, metadata that cameras write, round trips."""

import io
import logging
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, TiffImagePlugin

from facestyle.errors import UsageError
from facestyle.io.images import Extras, read_image, to_array, write_image

MEDIA = Path(__file__).parent / "media"


# --- Arrays and pictures ----------------------------------------------------------------------


def test_arrays_of_whole_numbers_are_written_as_they_are(tmp_path):
    """It wrote a clipped, white picture without a word."""
    pixels = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)
    write_image(tmp_path / "a.png", pixels)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "a.png")), pixels)
    deep = pixels.astype(np.uint16) * 257 + 3
    write_image(tmp_path / "b.png", deep)
    back = read_image(tmp_path / "b.png")
    assert back.bit_depth == 16
    np.testing.assert_array_equal(to_array(back.rgb, None, deep), deep)
    write_image(tmp_path / "c.png", deep, bit_depth=8)
    assert read_image(tmp_path / "c.png").bit_depth == 8


@given(
    array=st.sampled_from([np.uint8, np.uint16, np.float32, np.float64]).flatmap(
        lambda dtype: arrays.arrays(
            dtype,
            st.tuples(st.integers(1, 6), st.integers(1, 6)).flatmap(
                lambda size: st.sampled_from([size, (*size, 1), (*size, 3), (*size, 4)])
            ),
            elements=(
                st.floats(0, 1, width=32)
                if np.dtype(dtype).kind == "f"
                else st.integers(0, np.iinfo(dtype).max)
            ),
        )
    ),
    suffix=st.sampled_from([".png", ".tif"]),
)
@settings(max_examples=80, deadline=None, derandomize=True)
def test_every_array_comes_back(tmp_path_factory, array, suffix):
    path = tmp_path_factory.mktemp("arrays") / f"a{suffix}"
    if array.ndim == 3 and array.shape[2] == 4:  # unused alpha is ignored: see to some use
        array[0, 0, 3] = 1 if array.dtype.kind == "f" else np.iinfo(array.dtype).max
    write_image(path, array)
    picture = read_image(path)
    back = to_array(picture.rgb, picture.alpha, array)
    assert picture.gray == (array.ndim == 2 or array.shape[2] == 1)
    if array.dtype.kind == "f":
        np.testing.assert_allclose(back, array, atol=0.5 / 255 + 1e-6)
    else:
        np.testing.assert_array_equal(back, array)


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.full((4, 4, 3), 200.0), "values from 200 to 200; expected floats from 0 to 1, uint8"),
        (np.full((4, 4), np.inf), "NaN or infinite"),
        (np.zeros((4, 4, 2), np.uint8), r"\(4, 4, 2\)"),
        (np.zeros((4, 4, 3), np.int64), "int64"),
        (np.zeros((0, 4, 3), np.float32), r"\(0, 4, 3\)"),
        (np.zeros(7, np.float32), r"\(7,\)"),
    ],
)
def test_arrays_that_are_no_pictures_are_refused(tmp_path, array, words):
    with pytest.raises(UsageError, match=words):
        write_image(tmp_path / "a.png", array)
    assert list(tmp_path.iterdir()) == []


def test_small_overshoot_of_floats_is_clipped(tmp_path):
    write_image(tmp_path / "a.png", np.array([[[-0.2, 0.5, 1.3]]], np.float32))
    np.testing.assert_allclose(read_image(tmp_path / "a.png").rgb[0, 0], [0, 128 / 255, 1])


def test_alpha_of_another_shape_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"alpha of shape \(2, 2\)"):
        write_image(tmp_path / "a.png", np.zeros((4, 4, 3)), alpha=np.zeros((2, 2)))


@pytest.mark.parametrize("name", ["dpi300.jpg", "base160.png", "miniswhite16.tif"])
def test_pictures_come_back_with_all_that_they_said(tmp_path, name):
    picture = read_image(MEDIA / name)
    write_image(tmp_path / "a.png", picture)
    back = read_image(tmp_path / "a.png")
    np.testing.assert_array_equal(back.rgb, picture.rgb)
    for field in ("bit_depth", "gray", "dpi", "exif"):
        assert getattr(back, field) == getattr(picture, field), field
    assert back.profile == (None if picture.gray else picture.profile)


def test_lost_opacity_is_said(tmp_path, caplog):
    rgba = np.full((6, 6, 4), 100, np.uint8)
    with caplog.at_level(logging.WARNING):
        write_image(tmp_path / "a.jpg", rgba)
    assert "a.jpg: '.jpg' holds no opacity; laid on white" in caplog.text
    caplog.clear()
    rgba[..., 3] = 255  # nothing is lost
    write_image(tmp_path / "b.jpg", rgba)
    assert caplog.text == ""


@pytest.mark.parametrize("suffix", [".jpg", ".webp", ".png", ".tif", ".bmp"])
@pytest.mark.parametrize("quality", [90, 95, 100])
def test_mere_noise_is_written(tmp_path, suffix, quality):
    """Pillow's buffer for optimized JPEG files is too small for it."""
    pixels = np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8)
    write_image(tmp_path / f"a{suffix}", pixels, quality=quality)
    assert read_image(tmp_path / f"a{suffix}").rgb.shape == (300, 400, 3)


# --- Metadata ---------------------------------------------------------------------------------


RATIONAL, DOUBLE, SHORT, BYTE, ASCII, UNDEFINED = 5, 12, 3, 1, 2, 7


def camera_file(path, odd=None):
    """A JPEG with EXIF of two levels, as every camera writes it; `odd`: tag, type and value."""
    details = {
        0x9003: "2020:02:03 04:05:06",
        0x829A: TiffImagePlugin.IFDRational(1, 125),
        0x8827: 400,
    }
    folder = TiffImagePlugin.ImageFileDirectory_v2()
    folder[0x0110], folder[0x0132] = "Camera X", "2020:02:03 04:05:06"
    if odd is not None:
        tag, kind, value = odd
        inner = tag in (0x829A, 0x829D, 0x8827, 0x920A)
        if inner:
            details[tag] = value
        else:
            folder.tagtype[tag] = kind
            folder._tags_v2[tag] = value if isinstance(value, tuple | str | bytes) else (value,)
    folder[0x8769] = details
    buffer = io.BytesIO()
    folder.save(buffer)
    exif = b"Exif\0\0" + buffer.getvalue()
    Image.new("RGB", (12, 8), (90, 60, 30)).save(path, exif=exif, dpi=(240, 240))
    return read_image(path)


@pytest.mark.parametrize("name", ["a.tif", "a.png", "a.jpg", "a.webp"])
@pytest.mark.parametrize("bit_depth", [8, 16])
@pytest.mark.parametrize("software", [None, "facestyle"])
def test_camera_data_of_two_levels_is_kept(tmp_path, name, bit_depth, software):
    """Pillow's TIFF writer fails on the second level, after all the work."""
    picture = camera_file(tmp_path / "in.jpg")
    write_image(tmp_path / name, picture, bit_depth=bit_depth, extras=Extras(software=software))
    with Image.open(tmp_path / name) as image:
        image.load()
        exif = image.getexif()
        assert exif[0x0110] == "Camera X"
        assert exif.get_ifd(0x8769)[0x9003] == "2020:02:03 04:05:06"
        assert float(exif.get_ifd(0x8769)[0x829A]) == pytest.approx(1 / 125)
        assert exif.get(0x0131) == software
    back = read_image(tmp_path / name)
    np.testing.assert_allclose(back.rgb, picture.rgb, atol=3 / 255)


@pytest.mark.parametrize(
    "odd",
    [
        (271, RATIONAL, TiffImagePlugin.IFDRational(3, 7)),  # where a text should be
        (271, RATIONAL, TiffImagePlugin.IFDRational(3, 0)),
        (271, DOUBLE, 2.5),
        (271, SHORT, (1, 2, 3)),
        (271, UNDEFINED, b"\xff\xfe\0"),
        (0x829A, RATIONAL, TiffImagePlugin.IFDRational(1, 0)),
        (0x829D, RATIONAL, TiffImagePlugin.IFDRational(0, 0)),
        (0x8827, SHORT, (100, 200)),
        (0x920A, ASCII, "fifty"),
        (0x270, ASCII, "x" * 60000),
        (0x010E, ASCII, "x" * 60000),
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["a.tif", "a.png", "a.jpg"])
def test_odd_camera_data_does_no_harm(tmp_path, odd, name):
    picture = camera_file(tmp_path / "in.jpg", odd)
    write_image(tmp_path / name, picture, extras=Extras(software="facestyle"))
    with Image.open(tmp_path / name) as image:
        image.load()
        assert image.getexif()[0x0110] == "Camera X"  # the others are kept


def test_camera_data_too_long_for_a_jpeg_is_left_out_with_a_warning(tmp_path, caplog):
    exif = Image.Exif()
    exif[0x010E] = "x" * 70000
    with caplog.at_level(logging.WARNING):
        write_image(tmp_path / "a.jpg", np.zeros((4, 4, 3)), extras=Extras(exif=exif.tobytes()))
    assert "bytes of EXIF do not fit into a JPEG; left out" in caplog.text
    assert read_image(tmp_path / "a.jpg").exif is None


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_random_exif_never_stops_a_picture(tmp_path_factory, noise):
    path = tmp_path_factory.mktemp("exif") / "a.jpg"
    Image.new("RGB", (8, 8), (90, 60, 30)).save(path, exif=b"Exif\0\0II*\0\x08\0\0\0" + noise)
    picture = read_image(path)
    write_image(path.with_suffix(".tif"), picture)
    assert read_image(path.with_suffix(".tif")).rgb.shape == (8, 8, 3)
