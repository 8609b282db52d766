"""Pictures as they are in the world: orientation, color, depth, alpha, damage, atomic writing."""

import io
import logging
import os
import struct
import sys
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms, TiffImagePlugin

from facestyle.errors import ImageError, MissingDependencyError, OutputExistsError, UsageError
from facestyle.io.images import (
    Extras,
    expand_inputs,
    from_array,
    plan_outputs,
    read_image,
    to_array,
    write_image,
)
from facestyle.io.images.icc import srgb_profile


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def colors(rng):
    """A smooth picture with every channel different, 24 x 36, 8 bits."""
    y, x = np.mgrid[0:24, 0:36]
    picture = np.stack([x * 7, y * 10, 255 - x * 3 - y * 4], axis=-1)
    return picture.astype(np.uint8)


def as_bytes(picture):
    return np.rint(picture * 255).astype(np.uint8)


def write_tiff16(path, pixels, **tags):
    """An uncompressed 16-bit TIFF with any tags, independent of the package's writer."""
    ifd = TiffImagePlugin.ImageFileDirectory_v2()
    height, width, channels = pixels.shape
    data = pixels.astype("<u2").tobytes()
    ifd[256], ifd[257], ifd[258], ifd[259] = width, height, (16,) * channels, 1
    ifd[262], ifd[277], ifd[278], ifd[279], ifd[273] = 2, channels, height, len(data), 0
    for tag, value in tags.items():
        ifd[int(tag[1:])] = value
    buffer = io.BytesIO()
    ifd.save(buffer)
    path.write_bytes(buffer.getvalue() + data)


def matrix_profile(gamma, primaries, name="Test space"):
    """A minimal ICC v2 matrix/gamma display profile; the primaries' XYZ (D50) are the columns."""

    def s15(values):
        return struct.pack(f">{len(values)}i", *(round(v * 65536) for v in values))

    def xyz(values):
        return b"XYZ \0\0\0\0" + s15(values)

    text = name.encode() + b"\0"
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + b"\0" * 78,
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": xyz([0.9642, 1.0, 0.8249]),
        b"rXYZ": xyz(primaries[:, 0]),
        b"gXYZ": xyz(primaries[:, 1]),
        b"bXYZ": xyz(primaries[:, 2]),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, body, offset = b"", b"", 132 + 12 * len(tags)
    for name, data in tags.items():
        data += b"\0" * (-len(data) % 4)
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data
    size = offset + len(body)
    head = struct.pack(">I4sI4s4s4s12s4s", size, b"\0" * 4, 0x02400000, b"mntr", b"RGB ", b"XYZ ",
                       struct.pack(">6H", 2020, 1, 1, 0, 0, 0), b"acsp")  # fmt: skip
    head += b"\0" * 28 + s15([0.9642, 1.0, 0.8249]) + b"\0" * 48
    return head + struct.pack(">I", len(tags)) + table + body


# Adobe RGB (1998), relative to D50.
ADOBE_PRIMARIES = np.array(
    [
        [0.60974, 0.20528, 0.14919],
        [0.31111, 0.62567, 0.06322],
        [0.01947, 0.06087, 0.74457],
    ]
)
SRGB_TO_XYZ = np.array(
    [
        [0.43607, 0.38506, 0.14308],
        [0.22250, 0.71688, 0.06062],
        [0.01393, 0.09710, 0.71417],
    ]
)


def adobe_to_srgb(values):
    """Oracle: the textbook conversion in float64."""
    linear = np.clip(values**2.19921875 @ (np.linalg.inv(SRGB_TO_XYZ) @ ADOBE_PRIMARIES).T, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


ADOBE = matrix_profile(2.19921875, ADOBE_PRIMARIES)


# --- Orientation -----------------------------------------------------------------------------


def rotate(pixels, orientation):
    """Oracle: the stored pixels for an upright picture and an EXIF orientation (EXIF 2.3)."""
    stored = {
        1: pixels,
        2: pixels[:, ::-1],
        3: pixels[::-1, ::-1],
        4: pixels[::-1],
        5: pixels.swapaxes(0, 1),
        6: np.rot90(pixels, 1),
        7: pixels[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(pixels, -1),
    }
    return np.ascontiguousarray(stored[orientation])


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp"])
def test_orientation_is_applied_once(tmp_path, colors, orientation, suffix):
    exif = Image.Exif()
    exif[0x0112] = orientation
    source = tmp_path / f"in{suffix}"
    Image.fromarray(rotate(colors, orientation)).save(source, exif=exif, lossless=True)
    picture = read_image(source)
    np.testing.assert_array_equal(as_bytes(picture.rgb), colors)

    target = tmp_path / f"out{suffix if suffix != '.webp' else '.png'}"
    write_image(target, picture.rgb, extras=Extras(exif=picture.exif))
    np.testing.assert_array_equal(as_bytes(read_image(target).rgb), colors)
    with Image.open(target) as image:
        assert image.getexif().get(0x0112, 1) == 1


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_orientation_of_deep_pictures(tmp_path, rng, orientation, suffix):
    upright = rng.integers(0, 65536, (6, 9, 3), np.uint16)
    stored = rotate(upright, orientation)
    path = tmp_path / f"in{suffix}"
    if suffix == ".tif":
        write_tiff16(path, stored, t274=orientation)
    else:
        exif = Image.Exif()
        exif[0x0112] = orientation
        write_image(
            path, stored / np.float32(65535), bit_depth=16, extras=Extras(exif=exif.tobytes())
        )
    read = read_image(path)
    np.testing.assert_array_equal(to_array(read.rgb, None, stored), upright)


def test_date_and_camera_are_kept_and_the_place_is_not(tmp_path, colors):
    exif = Image.Exif()
    exif[0x0112], exif[0x0110], exif[0x0132] = 6, "Camera X", "2020:02:03 04:05:06"
    exif.get_ifd(0x8769)[0x9003] = "2020:02:03 04:05:06"
    exif.get_ifd(0x8825)[1] = "N"
    Image.fromarray(colors).save(tmp_path / "in.jpg", exif=exif)
    picture = read_image(tmp_path / "in.jpg")
    for name, depth in (("out.jpg", 8), ("out.png", 8), ("deep.png", 16)):
        write_image(tmp_path / name, picture.rgb, extras=Extras(exif=picture.exif), bit_depth=depth)
        with Image.open(tmp_path / name) as image:
            image.load()
            kept = image.getexif()
        assert kept[0x0110] == "Camera X"
        assert kept.get_ifd(0x8769)[0x9003] == "2020:02:03 04:05:06"
        assert not kept.get_ifd(0x8825)
        assert 0x0112 not in kept


def test_damaged_exif_does_not_stop_reading(tmp_path, colors):
    Image.fromarray(colors).save(tmp_path / "in.jpg", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff")
    assert read_image(tmp_path / "in.jpg").rgb.shape == (24, 36, 3)


# --- Color ----------------------------------------------------------------------------------


def test_profile_is_converted_to_srgb(tmp_path, colors):
    Image.fromarray(colors).save(tmp_path / "in.png", icc_profile=ADOBE)
    picture = read_image(tmp_path / "in.png")
    expected = adobe_to_srgb(colors / 255.0)
    assert np.abs(picture.rgb - expected).max() < 2.6 / 255  # LittleCMS rounds to 8 bits twice
    assert np.abs(picture.rgb - colors / 255.0).max() > 0.1
    assert picture.profile == srgb_profile()


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_profile_of_a_deep_picture_keeps_its_depth(tmp_path, rng, suffix):
    stored = rng.random((20, 20, 3), np.float32)
    write_image(tmp_path / f"in{suffix}", stored, bit_depth=16, extras=Extras(profile=ADOBE))
    picture = read_image(tmp_path / f"in{suffix}")
    assert picture.bit_depth == 16
    # Steep near black: the error of the oracle's primaries is magnified there.
    assert np.abs(picture.rgb - adobe_to_srgb(stored.astype(np.float64))).max() < 2e-3
    assert np.median(np.abs(picture.rgb - adobe_to_srgb(stored.astype(np.float64)))) < 5e-5


@pytest.mark.parametrize("kind", [0, 1, 2, 3, 4])
def test_parametric_curves(kind):
    """The five kinds of ICC.1:2022, table 68, against the printed formulas."""
    from facestyle.io.images.icc_curves import _read_curve

    g, a, b, c, d, e, f = 2.0, 0.9, 0.1, 0.3, 0.25, 0.05, 0.02
    x = np.linspace(0, 1, 11)
    b = -0.2 if kind in (1, 2) else b
    power = np.maximum(a * x + b, 0) ** g
    values, expected = {
        0: ((g,), x**g),
        1: ((g, a, b), power),
        2: ((g, a, b, c), power + c),
        3: ((g, a, b, c, d), np.where(x >= d, power, c * x)),
        4: ((g, a, b, c, d, e, f), np.where(x >= d, power + e, c * x + f)),
    }[kind]
    fixed = struct.pack(f">{len(values)}i", *(round(v * 65536) for v in values))
    curve = _read_curve(b"para\0\0\0\0" + struct.pack(">HH", kind, 0) + fixed)
    np.testing.assert_allclose(curve(x), expected, atol=1e-4)


def test_srgb_profile_changes_no_value_and_is_embedded(tmp_path, colors):
    Image.fromarray(colors).save(tmp_path / "in.png", icc_profile=srgb_profile())
    picture = read_image(tmp_path / "in.png")
    np.testing.assert_array_equal(as_bytes(picture.rgb), colors)
    for name, depth in (("a.jpg", 8), ("a.png", 8), ("b.png", 16), ("a.tif", 8), ("b.tif", 16)):
        write_image(
            tmp_path / name, picture.rgb, extras=Extras(profile=picture.profile), bit_depth=depth
        )
        with Image.open(tmp_path / name) as image:
            assert image.info["icc_profile"] == srgb_profile()


@pytest.mark.parametrize("depth", [8, 16])
def test_what_is_called_srgb_is_taken_for_srgb(tmp_path, colors, depth):
    profile = matrix_profile(2.2, SRGB_TO_XYZ, name="sRGB IEC61966-2.1")
    write_image(
        tmp_path / "in.png",
        colors / np.float32(255),
        bit_depth=depth,
        extras=Extras(profile=profile),
    )
    np.testing.assert_array_equal(as_bytes(read_image(tmp_path / "in.png").rgb), colors)


@pytest.mark.parametrize("depth", [8, 16])
def test_malformed_profile_is_ignored_with_a_warning(tmp_path, colors, depth, caplog):
    write_image(
        tmp_path / "in.png",
        colors / np.float32(255),
        bit_depth=depth,
        extras=Extras(profile=b"x" * 200),
    )
    with caplog.at_level(logging.WARNING):
        picture = read_image(tmp_path / "in.png")
    np.testing.assert_array_equal(as_bytes(picture.rgb), colors)
    assert "in.png" in caplog.text
    assert "color profile is ignored" in caplog.text


def test_profile_of_another_space_is_ignored(tmp_path, colors, caplog):
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    Image.fromarray(colors).save(tmp_path / "in.png", icc_profile=lab)
    with caplog.at_level(logging.WARNING):
        np.testing.assert_array_equal(as_bytes(read_image(tmp_path / "in.png").rgb), colors)
    assert "color profile is ignored" in caplog.text


def test_cmyk(tmp_path):
    inks = np.zeros((8, 8, 4), np.uint8)
    inks[:, 4:] = (0, 255, 255, 0)  # red
    Image.fromarray(inks, "CMYK").save(tmp_path / "in.tif")
    rgb = as_bytes(read_image(tmp_path / "in.tif").rgb)
    assert (rgb[:, :4] == 255).all()
    assert (rgb[:, 4:] == (255, 0, 0)).all()
    Image.fromarray(inks, "CMYK").save(tmp_path / "in.jpg", quality=100)
    assert np.abs(as_bytes(read_image(tmp_path / "in.jpg").rgb).astype(int) - rgb).max() <= 6


def test_lab(tmp_path):
    lab = np.zeros((4, 4, 3), np.uint8)
    lab[..., 0] = 137  # L* = 53.7: mid gray
    Image.fromarray(lab, "LAB").save(tmp_path / "in.tif")
    rgb = as_bytes(read_image(tmp_path / "in.tif").rgb).astype(int)
    assert np.abs(rgb - 128).max() <= 2


@pytest.mark.parametrize(
    ("mode", "gray"), [("1", True), ("L", True), ("LA", True), ("P", False), ("RGB", False)]
)
def test_modes(tmp_path, colors, mode, gray):
    image = Image.fromarray(colors).convert("L" if mode == "LA" else mode)
    if mode == "LA":
        image.putalpha(77)
    image.save(tmp_path / "in.png")
    picture = read_image(tmp_path / "in.png")
    assert picture.rgb.dtype == np.float32
    assert picture.rgb.flags.c_contiguous
    np.testing.assert_array_equal(as_bytes(picture.rgb), np.asarray(image.convert("RGB")))
    assert picture.gray == gray
    assert picture.bit_depth == 8
    assert (picture.alpha is not None) == (mode == "LA")


def test_gray_deep_pictures(tmp_path, rng):
    values = rng.integers(0, 65536, (6, 8), np.uint16)
    for name in ("in.png", "in.tif"):
        Image.fromarray(values).save(tmp_path / name)
        picture = read_image(tmp_path / name)
        assert picture.gray
        assert picture.bit_depth == 16
        np.testing.assert_array_equal(to_array(picture.rgb, None, values), values)


def test_float_tiff(tmp_path, rng):
    values = rng.random((6, 8, 3), np.float32)
    cv2.imwrite(str(tmp_path / "in.tif"), values[..., ::-1])
    cv2.imwrite(str(tmp_path / "gray.tif"), values[..., 0])
    np.testing.assert_array_equal(read_image(tmp_path / "in.tif").rgb, values)
    assert read_image(tmp_path / "gray.tif").bit_depth == 16
    cv2.imwrite(str(tmp_path / "hdr.tif"), values * 9)
    with pytest.raises(ImageError, match=r"hdr\.tif: its values.*expected 0 to 1"):
        read_image(tmp_path / "hdr.tif")


# --- Depth and alpha -------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("gray", [False, True])
@pytest.mark.parametrize("has_alpha", [False, True])
def test_sixteen_bits_round_trip(tmp_path, rng, suffix, gray, has_alpha):
    like = rng.integers(0, 65536, (7, 9, 3), np.uint16)
    if gray:
        like[...] = like[..., :1]
    rgb, _ = from_array(like)
    alpha = rng.random((7, 9), np.float32) if has_alpha else None
    path = tmp_path / f"a{suffix}"
    write_image(path, rgb, alpha=alpha, bit_depth=16, gray=gray)
    picture = read_image(path)
    assert picture.bit_depth == 16
    np.testing.assert_array_equal(to_array(picture.rgb, None, like), like)
    if alpha is None:
        assert picture.alpha is None
    else:
        assert np.abs(picture.alpha - alpha).max() <= 0.5 / 65535 + 1e-7
    with Image.open(path) as image:  # other readers see it too
        image.load()
        assert image.size == (9, 7)


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif"])
def test_alpha_is_straight(tmp_path, suffix):
    rgba = np.zeros((32, 32, 4), np.uint8)
    rgba[...] = (200, 100, 50, 128)
    rgba[:, 16:] = (20, 200, 60, 0)  # color under full transparency survives as well
    Image.fromarray(rgba).save(tmp_path / f"in{suffix}", lossless=True, exact=True)
    picture = read_image(tmp_path / f"in{suffix}")
    np.testing.assert_array_equal(as_bytes(picture.rgb), rgba[..., :3])
    np.testing.assert_array_equal(as_bytes(picture.alpha), rgba[..., 3])
    write_image(tmp_path / "out.png", picture.rgb, alpha=picture.alpha)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "out.png")), rgba)
    write_image(tmp_path / "out.webp", picture.rgb, alpha=picture.alpha)
    assert np.abs(read_image(tmp_path / "out.webp").rgb - picture.rgb)[:, 24:].max() < 0.05


def test_premultiplied_tiff(tmp_path):
    straight = np.array([40000, 20000, 10000])
    pixels = np.zeros((4, 4, 4), np.uint16)
    pixels[..., :3], pixels[..., 3] = straight // 2, 32768
    write_tiff16(tmp_path / "in.tif", pixels, t338=1)
    picture = read_image(tmp_path / "in.tif")
    np.testing.assert_allclose(picture.rgb[0, 0] * 65535, straight, atol=3)
    np.testing.assert_allclose(picture.alpha, 0.5, atol=1e-4)


def test_palette_with_transparency(tmp_path, colors):
    image = Image.fromarray(colors).quantize(16)
    image.save(tmp_path / "in.png", transparency=3)
    picture = read_image(tmp_path / "in.png")
    np.testing.assert_array_equal(picture.alpha == 0, np.asarray(image) == 3)


def test_jpeg_composites_alpha_on_white(tmp_path):
    rgb = np.zeros((16, 16, 3), np.float32)
    write_image(tmp_path / "a.jpg", rgb, alpha=np.full((16, 16), 0.25, np.float32))
    np.testing.assert_allclose(read_image(tmp_path / "a.jpg").rgb, 0.75, atol=0.01)


def test_gray_is_written_as_one_channel(tmp_path, colors):
    write_image(
        tmp_path / "a.png",
        colors / np.float32(255),
        gray=True,
        extras=Extras(profile=srgb_profile()),
    )
    with Image.open(tmp_path / "a.png") as image:
        assert image.mode == "L"
        assert "icc_profile" not in image.info


def test_heic(tmp_path, colors):
    pillow_heif = pytest.importorskip("pillow_heif")
    smooth = np.repeat(np.repeat(colors, 8, axis=0), 8, axis=1)
    pillow_heif.from_pillow(Image.fromarray(smooth)).save(str(tmp_path / "in.heic"), quality=95)
    picture = read_image(tmp_path / "in.heic")
    assert np.abs(picture.rgb - smooth / 255.0).mean() < 0.02


def test_heic_without_its_reader(tmp_path, monkeypatch):
    (tmp_path / "in.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 50)
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(MissingDependencyError, match=r"in\.heic.*facestyle\[heif\]"):
        read_image(tmp_path / "in.heic")


# --- What cannot be read ---------------------------------------------------------------------


def png_header(width, height):
    def chunk(kind, content):
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.jpg", b"", "empty"),
        ("notes.jpg", b"Dear diary, today ...", "a text file"),
        ("page.png", b"<!DOCTYPE html><html>", "web page"),
        ("clip.jpg", b"\0\0\0\x18ftypisom" + b"\0" * 40, "MP4"),
        ("paper.jpg", b"%PDF-1.7", "PDF"),
        ("noise.png", bytes(range(256)), "256 bytes of an unknown kind"),
        ("huge.png", png_header(30000, 10000), "300 megapixels; at most 200"),
        ("hollow.png", png_header(30, 10), "damaged or cut off"),
    ],
)
def test_what_is_no_picture_is_named(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ImageError) as caught:
        read_image(tmp_path / name)
    assert str(caught.value).startswith(str(tmp_path / name))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp", ".bmp", ".gif"])
@pytest.mark.parametrize("depth", [8, 16])
def test_cut_off_files(tmp_path, rng, suffix, depth):
    path = tmp_path / f"in{suffix}"
    picture = rng.random((60, 60, 3), np.float32)
    if suffix == ".gif":
        Image.fromarray(as_bytes(picture)).save(path)
    else:
        write_image(path, picture, bit_depth=depth)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    with pytest.raises(ImageError, match=rf"in\{suffix}.*(damaged|cannot be read|not a picture)"):
        read_image(path)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(ImageError, match=r"nobody\.jpg: there is no such file"):
        read_image(tmp_path / "nobody.jpg")
    (tmp_path / "link.jpg").symlink_to("gone.jpg")
    with pytest.raises(
        ImageError, match=r"link\.jpg: is a link to gone\.jpg, which does not exist"
    ):
        read_image(tmp_path / "link.jpg")
    with pytest.raises(ImageError, match="folder"):
        read_image(tmp_path)


def test_pillows_own_pixel_limit_does_not_count(tmp_path, colors, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    write_image(tmp_path / "a.tif", colors / np.float32(255))
    assert read_image(tmp_path / "a.tif").rgb.shape == (24, 36, 3)
    assert Image.MAX_IMAGE_PIXELS == 100


# --- Writing ---------------------------------------------------------------------------------


def test_existing_output(tmp_path, colors):
    path = tmp_path / "a.png"
    path.write_bytes(b"precious")
    with pytest.raises(OutputExistsError, match=r"a\.png.*--overwrite"):
        write_image(path, colors / np.float32(255), overwrite=False)
    assert path.read_bytes() == b"precious"
    write_image(path, colors / np.float32(255))
    assert read_image(path).rgb.shape == (24, 36, 3)


def test_failure_leaves_the_old_file_and_nothing_else(tmp_path, colors, monkeypatch):
    path = tmp_path / "a.png"
    path.write_bytes(b"precious")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(ImageError, match=r"a\.png.*No space left"):
        write_image(path, colors / np.float32(255))
    assert path.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [path]


def test_folders_are_made_and_the_mode_is_the_usual_one(tmp_path, colors):
    path = tmp_path / "a" / "b" / "c.png"
    write_image(path, colors / np.float32(255))
    (tmp_path / "usual").write_bytes(b"")
    assert path.stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.parametrize("name", ["a.xyz", "a", "a.heic"])
def test_unknown_suffix(tmp_path, colors, name):
    with pytest.raises(ImageError, match=r"suffix.*\.png"):
        write_image(tmp_path / name, colors / np.float32(255))


def test_places_that_cannot_be_written(tmp_path, colors):
    picture = colors / np.float32(255)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ImageError, match="not a folder"):
        write_image(tmp_path / "file" / "a.png", picture)
    (tmp_path / "a.png").mkdir()
    with pytest.raises(ImageError, match="is a folder"):
        write_image(tmp_path / "a.png", picture)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_no_permission(tmp_path, colors):
    tmp_path.chmod(0o500)
    with pytest.raises(ImageError, match=r"no permission.*-o"):
        write_image(tmp_path / "a.png", colors / np.float32(255))
    tmp_path.chmod(0o700)


def test_the_same_bytes_every_time(tmp_path, colors):
    for name in ("a.png", "b.png"):
        write_image(
            tmp_path / name, colors / np.float32(255), extras=Extras(profile=srgb_profile())
        )
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert srgb_profile()[24:36] == struct.pack(">6H", 2000, 1, 1, 0, 0, 0)


def test_nan_is_not_written(tmp_path):
    with pytest.raises(UsageError, match="NaN"):
        write_image(tmp_path / "a.png", np.full((4, 4, 3), np.nan, np.float32))


# --- Arrays ----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1), (5, 7, 3), (5, 7, 4)])
def test_arrays_round_trip(rng, dtype, shape):
    values = rng.random(shape)
    array = (values * np.iinfo(dtype).max if dtype().dtype.kind == "u" else values).astype(dtype)
    rgb, alpha = from_array(array)
    assert rgb.shape == (5, 7, 3)
    assert rgb.dtype == np.float32
    assert rgb.flags.c_contiguous
    assert (alpha is not None) == (shape[-1] == 4)
    back = to_array(rgb, alpha, array)
    assert back.dtype == array.dtype
    assert back.shape == array.shape
    np.testing.assert_allclose(back, array, rtol=0, atol=1e-7)


def test_alpha_without_a_channel_for_it_goes_on_white():
    rgb, alpha = np.zeros((2, 2, 3), np.float32), np.full((2, 2), 0.25, np.float32)
    assert (to_array(rgb, alpha, np.zeros((2, 2, 3), np.uint8)) == 191).all()
    assert (to_array(rgb, None, np.zeros((2, 2, 4), np.uint8))[..., 3] == 255).all()


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.full((4, 4, 3), 255.0), "from 255 to 255; expected 0 to 1"),
        (np.full((4, 4), -0.5, np.float32), "from -0.5"),
        (np.full((4, 4), np.nan), "NaN"),
        (np.zeros((4, 4), np.int64), "int64"),
        (np.zeros((4, 4), bool), "bool"),
        (np.zeros((4, 4, 2), np.uint8), r"\(4, 4, 2\)"),
        (np.zeros((0, 4, 3), np.uint8), r"\(0, 4, 3\)"),
        (np.zeros(4, np.uint8), r"\(4,\)"),
    ],
)
def test_arrays_that_cannot_be_pictures(array, words):
    with pytest.raises(UsageError, match=words):
        from_array(array)


def test_rounding_overshoot_is_clipped():
    rgb, _ = from_array(np.full((2, 2, 3), 1 + 1e-6))
    assert rgb.max() == 1


# --- Inputs ----------------------------------------------------------------------------------


@pytest.fixture
def tree(tmp_path, monkeypatch):
    for name in ("b.jpg", "a.PNG", "sub/c.tif", "sub/deep/d.webp", ".hidden.jpg", ".git/e.jpg",
                 "notes.txt", "weird[1].jpg"):  # fmt: skip
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def relatives(*typed):
    return [str(item.relative) for item in expand_inputs(typed)]


def test_folder_is_searched_recursively(tree):
    assert relatives("photos") == ["a.PNG", "b.jpg", "sub/c.tif", "sub/deep/d.webp", "weird[1].jpg"]


def test_globs_that_the_shell_left(tree):
    assert relatives("photos/*.jpg") == ["b.jpg", "weird[1].jpg"]
    assert relatives("photos/**/*.*") == relatives("photos")
    assert relatives("photos/weird[1].jpg") == ["weird[1].jpg"]


def test_duplicates_are_removed_and_the_order_typed_is_kept(tree):
    typed = ["photos/sub/c.tif", "photos/b.jpg", "photos/sub", str(tree / "photos/b.jpg")]
    assert relatives(*typed) == ["c.tif", "b.jpg", "deep/d.webp"]


def test_what_matches_nothing_is_kept_so_that_its_error_is_reported(tree):
    typed = ["empty", "nobody.jpg", "no*.png", "photos/notes.txt"]
    items = expand_inputs(typed)
    assert [item.path for item in items] == [Path(name) for name in typed]
    for item in items:
        with pytest.raises(ImageError):
            read_image(item.path)


# --- Outputs ---------------------------------------------------------------------------------


def planned(typed, output=None, **options):
    return [str(path) for _, path in plan_outputs(expand_inputs(typed), output, "looks", **options)]


def test_results_go_beside_their_inputs(tree):
    assert planned(["photos/b.jpg", "photos/sub"]) == [
        "photos/b_looks.jpg",
        "photos/sub/c_looks.tif",
        "photos/sub/deep/d_looks.webp",
    ]
    assert planned(["photos/b.jpg"], needs_alpha=True) == ["photos/b_looks.png"]
    assert planned(["x.heic"]) == ["x_looks.png"]


def test_results_of_an_earlier_run_are_no_inputs(tree):
    for path in planned(["photos"]):
        Path(path).write_bytes(b"")
    again = planned(["photos"])
    assert len(again) == 5
    assert not [path for path in again if "looks_looks" in path]
    inside = planned(["photos"], "photos/out")
    for path in inside:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(b"")
    assert not [path for path in planned(["photos"], "photos/out") if "out/out" in path]


def test_output_folder_keeps_names_and_folders(tree):
    assert planned(["photos/sub"], "out") == ["out/c.tif", "out/deep/d.webp"]
    assert planned(["photos/b.jpg"], "out", needs_alpha=True) == ["out/b.png"]
    assert planned(["x.heic"], "out") == ["out/x.png"]


def test_output_file(tree):
    assert planned(["photos/b.jpg"], "new.png") == ["new.png"]
    assert planned(["photos/b.jpg"], "new.png/") == ["new.png/b.jpg"]
    assert planned(["photos/b.jpg"], "version.2") == ["version.2/b.jpg"]
    with pytest.raises(UsageError, match=r"new\.png.*5 inputs"):
        planned(["photos"], "new.png")


def test_clashing_outputs(tree):
    assert planned(["x.png", "x.heic"]) == ["x_looks.png", "x_looks_heic.png"]
    assert planned(["x.gif", "x.png"], "out") == ["out/x_gif.png", "out/x.png"]
    with pytest.raises(UsageError, match=r"a/x\.jpg and b/x\.jpg"):
        planned(["a/x.jpg", "b/x.jpg"], "out")
    with pytest.raises(UsageError, match="overwrite the input"):
        planned(["photos/b.jpg"], "photos")
    with pytest.raises(UsageError, match="overwrite the input"):
        planned(["photos/b.jpg"], "photos/b.jpg")


@pytest.mark.parametrize("dtype", [">u2", ">f4", ">f8"])
def test_arrays_of_the_other_byte_order(tmp_path, dtype):
    values = np.linspace(0, 1, 60).reshape(4, 5, 3)
    values = np.rint(values * 65535) if dtype == ">u2" else values
    array = values.astype(dtype)
    rgb, _ = from_array(array)
    np.testing.assert_allclose(rgb, values / values.max(), atol=1e-6)
    back = to_array(rgb, None, array)
    assert back.dtype == array.dtype
    np.testing.assert_allclose(back, array, rtol=1e-6)
    write_image(tmp_path / "a.png", array)
    assert read_image(tmp_path / "a.png").bit_depth == (16 if dtype == ">u2" else 8)
