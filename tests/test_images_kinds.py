"""Kinds of picture files: TIFF variants, camera raw, animations, cut files, opacity, resolution."""

import io
import logging
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from facestyle.errors import ImageError, MissingDependencyError
from facestyle.io.images import IMAGE_SUFFIXES, Extras, count_frames, read_image, write_image
from facestyle.io.images.cut_jpeg import with_its_end
from facestyle.io.images.pillow_pictures import read_pillow

MEDIA = Path(__file__).parent / "media"


@pytest.fixture
def colors():
    """A smooth picture with every channel different, 24 x 36, 16 bits."""
    y, x = np.mgrid[0:24, 0:36]
    return np.stack([x * 1799, y * 2570, 65535 - x * 771 - y * 1028], axis=-1).astype(np.uint16)


# --- TIFF -------------------------------------------------------------------------------------


def tiff(path, pixels, **options):
    tifffile.imwrite(path, pixels.copy(), metadata=None, **options)
    return read_image(path)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32", "float16", "float32", "float64"])
def test_color_tiff_of_every_arrangement(tmp_path, colors, order, compression, planar, dtype):
    full = 1.0 if dtype.startswith("f") else np.iinfo(dtype).max
    values = colors / 65535 * full
    pixels = (np.rint(values) if full > 1 else values).astype(dtype)
    stored = pixels if planar == "contig" else np.moveaxis(pixels, 2, 0)
    picture = tiff(
        tmp_path / "in.tif",
        stored,
        photometric="rgb",
        planarconfig=planar,
        byteorder=order,
        compression=compression,
    )
    tolerance = {"uint8": 0.51 / 255, "float16": 5e-4}.get(dtype, 1e-5)
    np.testing.assert_allclose(picture.rgb, colors / 65535, atol=tolerance)
    assert picture.bit_depth == (8 if dtype == "uint8" else 16)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32", "float32"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("photometric", ["miniswhite", "minisblack"])
def test_gray_tiff_of_either_polarity(tmp_path, colors, dtype, order, photometric):
    full = 1.0 if dtype.startswith("f") else np.iinfo(dtype).max
    values = colors[..., 0] / 65535 * full
    stored = (np.rint(values) if full > 1 else values).astype(dtype)
    if photometric == "miniswhite":
        stored = (full - stored).astype(dtype)
    picture = tiff(tmp_path / "in.tif", stored, photometric=photometric, byteorder=order)
    np.testing.assert_allclose(picture.rgb[..., 0], colors[..., 0] / 65535, atol=0.51 / 255)
    assert picture.gray


def test_scanner_tiff_is_no_negative():
    stored = tifffile.imread(MEDIA / "miniswhite16.tif")
    picture = read_image(MEDIA / "miniswhite16.tif")
    np.testing.assert_allclose(picture.rgb[..., 1], 1 - stored / 65535, atol=1e-6)
    # it was made of the green channel: OpenCV and Pillow, inverted, give the same; luma (BT.601)
    # is 3.3 levels off, BT.709's 2.5, and so it is no reference
    green = read_image(MEDIA / "base160.png").rgb[..., 1]
    np.testing.assert_allclose(picture.rgb[..., 0], green, atol=1e-6)
    with Image.open(MEDIA / "miniswhite16.tif") as opened:  # Pillow leaves it a negative
        np.testing.assert_allclose(read_pillow(opened).rgb[..., 0], green, atol=1e-6)


def test_planes_under_lzw(tmp_path, colors):
    """LZW with channels apart: no reader at hand decodes it, every plane does."""
    planes = []
    for channel in range(3):
        buffer = io.BytesIO()
        Image.fromarray(colors[..., channel]).save(buffer, "TIFF", compression="tiff_lzw")
        with Image.open(buffer) as image:
            tags = image.tag_v2
            planes.append(
                b"".join(
                    buffer.getvalue()[start : start + length]
                    for start, length in zip(tags[273], tags[279], strict=True)
                )
            )
            assert len(tags[273]) == 1
    entries = [
        *((256, 36), (257, 24), (259, 5), (262, 2), (277, 3), (278, 24), (284, 2)),
        *((258, 16), (273, 0), (279, 0)),
    ]
    start, extra = 8, 8 + 2 + 12 * len(entries) + 4
    offsets = np.cumsum([extra + 36] + [len(p) for p in planes])[:3]
    lists = {258: (16,) * 3, 273: tuple(offsets), 279: tuple(map(len, planes))}
    folder, tail = struct.pack("<H", len(entries)), b""
    for tag, value in sorted(entries):
        if tag in lists:
            folder += struct.pack("<HHII", tag, 4, 3, extra + len(tail))
            tail += struct.pack("<3I", *lists[tag])
        else:
            folder += struct.pack("<HHII", tag, 4, 1, value)
    data = b"II*\0" + struct.pack("<I", start) + folder + bytes(4) + tail + b"".join(planes)
    (tmp_path / "in.tif").write_bytes(data)
    np.testing.assert_allclose(read_image(tmp_path / "in.tif").rgb, colors / 65535, atol=1e-6)


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize(
    ("kind", "opacity"), [("unassalpha", True), ("assocalpha", True), ("unspecified", False)]
)
def test_fourth_channel_of_deep_tiff(tmp_path, colors, planar, kind, opacity):
    alpha = np.full(colors.shape[:2], 40000, np.uint16)
    color = colors * (40000 / 65535) if kind == "assocalpha" else colors
    pixels = np.dstack([np.rint(color).astype(np.uint16), alpha])
    stored = pixels if planar == "contig" else np.moveaxis(pixels, 2, 0)
    picture = tiff(
        tmp_path / "in.tif", stored, photometric="rgb", planarconfig=planar, extrasamples=[kind]
    )
    np.testing.assert_allclose(picture.rgb, colors / 65535, atol=2e-5)
    assert (picture.alpha is not None) == opacity
    if opacity:
        np.testing.assert_allclose(picture.alpha, 40000 / 65535, atol=1e-6)


def test_gray_with_alpha_of_deep_tiff(tmp_path, colors):
    alpha = np.full(colors.shape[:2], 40000, np.uint16)
    pixels = np.dstack([colors[..., 0], alpha])
    picture = tiff(
        tmp_path / "in.tif", pixels, photometric="minisblack", extrasamples=["unassalpha"]
    )
    assert picture.gray
    np.testing.assert_allclose(picture.rgb[..., 2], colors[..., 0] / 65535, atol=1e-6)
    np.testing.assert_allclose(picture.alpha, 40000 / 65535, atol=1e-6)


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_deep_cmyk_tiff(tmp_path, colors, planar):
    inks = np.dstack([65535 - colors, np.zeros_like(colors[..., 0])])
    stored = inks if planar == "contig" else np.moveaxis(inks, 2, 0)
    picture = tiff(tmp_path / "in.tif", stored, photometric="separated", planarconfig=planar)
    np.testing.assert_allclose(picture.rgb, colors / 65535, atol=1.6 / 255)


def test_orientation_of_planar_tiff_and_what_its_container_says(tmp_path, colors):
    picture = tiff(
        tmp_path / "in.tif",
        np.moveaxis(colors, 2, 0),
        photometric="rgb",
        planarconfig="separate",
        resolution=(300, 300),
        resolutionunit="inch",
        extratags=[(274, 3, 1, 6, True), (271, 2, 0, "Scanner", True)],
    )
    np.testing.assert_allclose(picture.rgb, np.rot90(colors, -1) / 65535, atol=1e-6)
    assert picture.dpi == (300, 300)


@pytest.mark.parametrize(
    ("value", "words"), [(np.nan, "nan"), (np.inf, "inf"), (-0.5, "-0.5"), (7.0, "7")]
)
def test_values_that_are_none_of_a_picture(tmp_path, value, words):
    pixels = np.full((4, 4, 3), 0.5, np.float32)
    pixels[1, 2, 0] = value
    with pytest.raises(ImageError, match=rf"in\.tif.*float values.*{words}"):
        tiff(tmp_path / "in.tif", pixels, photometric="rgb")


def test_negative_whole_numbers_are_refused(tmp_path):
    with pytest.raises(ImageError, match="whole numbers from -5"):
        tiff(tmp_path / "in.tif", np.full((4, 4), -5, np.int16), photometric="minisblack")


# --- Camera raw -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["raw.dng", "renamed.tif", "renamed.jpg"])
def test_raw_file_is_refused_or_developed_but_its_thumbnail_is_never_taken(
    tmp_path, monkeypatch, name
):
    (tmp_path / name).write_bytes((MEDIA / "raw.dng").read_bytes())
    monkeypatch.setitem(sys.modules, "rawpy", None)
    with pytest.raises(MissingDependencyError, match=r"camera raw file.*facestyle\[raw\]") as error:
        read_image(tmp_path / name)
    assert str(error.value).startswith(str(tmp_path / name))
    monkeypatch.undo()
    pytest.importorskip("rawpy")
    with pytest.raises(ImageError, match=r"LibRaw cannot develop.*Export it"):  # a stub
        read_image(tmp_path / name)


@pytest.mark.parametrize(
    "head",
    [
        b"\0\0\0\x18ftypcrx ",
        b"FUJIFILMCCD-RAW 0201",
        b"IIRO\x08\0\0\0",
        b"IIU\0\x08\0\0\0",
        b"FOVb\0\0\0\0",
        b"II*\0\x10\0\0\0CR\x02\0",
    ],
)
def test_raw_files_of_other_makers_are_recognized(tmp_path, monkeypatch, head):
    (tmp_path / "in.jpg").write_bytes(head + bytes(400))
    monkeypatch.setitem(sys.modules, "rawpy", None)
    with pytest.raises(MissingDependencyError, match="camera raw file"):
        read_image(tmp_path / "in.jpg")


def bayer_dng(path, linear):
    """A DNG of an RGGB sensor whose filters are sRGB's."""
    height, width = linear.shape[:2]
    mosaic = np.empty((height, width), np.uint16)
    for row, column, channel in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2)):
        mosaic[row::2, column::2] = np.rint(linear[row::2, column::2, channel] * 60000)
    to_camera = np.linalg.inv(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    matrix = [int(v) for pair in to_camera.ravel() for v in (round(pair * 10000), 10000)]
    tifffile.imwrite(
        path,
        mosaic,
        photometric="cfa",
        metadata=None,
        extratags=[
            (33421, 3, 2, (2, 2), True),
            (33422, 1, 4, (0, 1, 1, 2), True),
            (50706, 1, 4, (1, 4, 0, 0), True),
            (50708, 2, 0, "Test Camera", True),
            (50717, 4, 1, 60000, True),
            (50721, 10, 9, tuple(matrix), True),
            (50728, 5, 3, (1, 1, 1, 1, 1, 1), True),
            (50778, 3, 1, 21, True),
        ],
    )


def test_raw_file_is_developed(tmp_path):
    pytest.importorskip("rawpy")
    linear = np.full((64, 96, 3), 0.2)
    linear[:, 48:] = (0.7, 0.3, 0.1)
    bayer_dng(tmp_path / "in.dng", linear)
    picture = read_image(tmp_path / "in.dng")
    assert picture.bit_depth == 16
    assert picture.rgb.shape == (64, 96, 3)
    left, right = picture.rgb[20:40, 10:30].mean((0, 1)), picture.rgb[20:40, 60:80].mean((0, 1))
    assert np.ptp(left) < 0.05  # gray stays gray
    assert right[0] > right[1] > right[2]


# --- Animations -------------------------------------------------------------------------------


def test_animation_is_said(caplog):
    assert count_frames(MEDIA / "anim.gif") == 5
    with caplog.at_level(logging.WARNING):
        assert read_image(MEDIA / "anim.gif").rgb.shape == (160, 160, 3)
    assert "an animation of 5 frames; only the first is read" in caplog.text


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png", ".apng"])
def test_frames_are_counted(tmp_path, suffix):
    frames = [Image.new("RGB", (8, 8), (60 * k, 0, 0)) for k in range(4)]
    path = tmp_path / f"in{suffix}"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=50)
    assert count_frames(path) == 4
    frames[0].save(path)
    assert count_frames(path) == 1


def test_pages_and_damage_are_no_frames(tmp_path):
    pages = [Image.new("RGB", (8, 8), (60 * k, 0, 0)) for k in range(3)]
    pages[0].save(tmp_path / "in.tif", save_all=True, append_images=pages[1:])
    assert count_frames(tmp_path / "in.tif") == 1
    (tmp_path / "in.gif").write_bytes(b"GIF89a" + bytes(3))
    assert count_frames(tmp_path / "in.gif") == 1
    assert count_frames(tmp_path / "missing.gif") == 1


# --- Cut files --------------------------------------------------------------------------------


def test_jpeg_without_its_last_bytes_is_read_with_a_warning(caplog):
    with caplog.at_level(logging.WARNING):
        picture = read_image(MEDIA / "no_eoi.jpg")
    assert "no_eoi.jpg: the file lacks its last bytes; nothing is lost" in caplog.text
    np.testing.assert_array_equal(picture.rgb, read_image(MEDIA / "dpi300.jpg").rgb)


@pytest.mark.parametrize("progressive", [False, True])
@given(cut=st.integers(1, 6000))
@settings(max_examples=12, deadline=None, derandomize=True)
def test_a_cut_jpeg_is_whole_but_for_a_row_of_blocks_or_refused(progressive, cut):
    noise = np.random.default_rng(1).integers(0, 255, (96, 80, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "JPEG", quality=80, progressive=progressive)
    data = buffer.getvalue()
    whole = np.asarray(Image.open(buffer), np.int16)
    completed = with_its_end(data[: len(data) - cut])
    if completed is not None:
        data, lost = completed
        read = np.asarray(Image.open(io.BytesIO(data)), np.int16)
        assert lost <= 16
        np.testing.assert_array_equal(read[: 96 - lost], whole[: 96 - lost])
    else:
        assert cut > 2


# --- Opacity, resolution, names ----------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif"])
def test_unused_alpha_is_ignored_with_a_warning(tmp_path, caplog, suffix):
    rgba = np.full((16, 16, 4), 90, np.uint8)
    rgba[..., 3] = 0
    Image.fromarray(rgba).save(tmp_path / f"in{suffix}", lossless=True, exact=True)
    with caplog.at_level(logging.WARNING):
        picture = read_image(tmp_path / f"in{suffix}")
    assert picture.alpha is None
    assert "its alpha is unused" in caplog.text
    np.testing.assert_allclose(picture.rgb, 90 / 255, atol=1e-6)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.bmp"])
@pytest.mark.parametrize("bit_depth", [8, 16])
def test_print_resolution_is_kept(tmp_path, name, bit_depth):
    picture = read_image(MEDIA / "dpi300.jpg")
    assert picture.dpi == (300, 300)
    write_image(tmp_path / name, picture, bit_depth=bit_depth)
    with Image.open(tmp_path / name) as image:
        np.testing.assert_allclose([float(v) for v in image.info["dpi"]], 300, atol=0.02)
    assert read_image(tmp_path / name).dpi == (300, 300)


def test_resolution_that_is_not_stated_is_not_made_up(tmp_path):
    picture = read_image(MEDIA / "base160.png")
    assert picture.dpi is None
    assert read_image(MEDIA / "camera_adobergb_r03.jpg").dpi is None  # no unit: a ratio of sides
    for name in ("a.jpg", "a.png", "a.tif"):
        write_image(tmp_path / name, picture)
        assert read_image(tmp_path / name).dpi is None


def test_resolution_of_a_turned_picture(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (8, 6)).save(tmp_path / "in.jpg", dpi=(100, 200), exif=exif)
    assert read_image(tmp_path / "in.jpg").dpi == (200, 100)


def test_suffixes_of_cameras_and_phones():
    assert {".hif", ".heic", ".avif", ".dng", ".nef", ".cr3", ".apng"} <= IMAGE_SUFFIXES


def test_hif_is_heic(tmp_path):
    pillow_heif = pytest.importorskip("pillow_heif")
    image = Image.new("RGB", (64, 64), (200, 90, 30))
    pillow_heif.from_pillow(image).save(str(tmp_path / "in.heic"), quality=95)
    (tmp_path / "in.heic").rename(tmp_path / "in.hif")
    np.testing.assert_allclose(
        read_image(tmp_path / "in.hif").rgb[30, 30] * 255, (200, 90, 30), atol=6
    )


def test_heic_of_10_bits_keeps_them(tmp_path):
    pillow_heif = pytest.importorskip("pillow_heif")
    y, x = np.mgrid[0:64, 0:96]
    values = np.stack([x * 600, y * 900, 0 * x + 20000], axis=-1).astype(np.uint16)
    deep = pillow_heif.from_bytes(mode="RGB;16", size=(96, 64), data=values.tobytes())
    deep.save(tmp_path / "in.heic", quality=-1, chroma=444)
    picture = read_image(tmp_path / "in.heic")
    assert picture.bit_depth == 16
    assert len(np.unique(picture.rgb)) > 300
    np.testing.assert_allclose(picture.rgb, values / 65535, atol=3 / 1023)


def test_reduced_depth_is_said(caplog):
    read_image(MEDIA / "pq.avif")
    assert "8 are read" in caplog.text


def test_texts_of_a_png_are_kept_or_named(tmp_path, caplog):
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("Title", "Zoë at sea")
    texts.add_text("Author", "Ada")
    texts.add_text("workflow", "{}")
    Image.new("RGB", (9, 8)).save(tmp_path / "in.png", pnginfo=texts)
    caplog.set_level(logging.INFO)
    picture = read_image(tmp_path / "in.png")
    assert "text 'workflow'" in caplog.text
    assert "Title" not in caplog.text
    for suffix in ("jpg", "png", "tif", "webp"):
        write_image(tmp_path / f"out.{suffix}", picture, extras=Extras(software="facestyle"))
        with Image.open(tmp_path / f"out.{suffix}") as written:
            exif = written.getexif()
        assert exif[0x010E].encode("latin-1").decode() == "Zoë at sea"
        assert (exif[0x013B], exif[0x0131]) == ("Ada", "facestyle")


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("a.jpg", {"comment": b"by hand"}, "comment"),
        ("a.webp", {"xmp": b"<x:xmpmeta/>"}, "XMP"),
        ("a.tif", {"tiffinfo": {33723: b"IPTC", 700: b"<x/>"}}, "XMP, IPTC"),
    ],
)
def test_what_is_not_kept_is_named(tmp_path, caplog, name, options, said):
    Image.new("RGB", (9, 8)).save(tmp_path / name, **options)
    caplog.set_level(logging.INFO)
    read_image(tmp_path / name)
    assert f"do not keep {'its ' if said == 'comment' else ''}{said}" in caplog.text


def test_deep_gray_with_alpha_stays_gray(tmp_path):
    y, x = np.mgrid[0:20, 0:30]
    gray, alpha = (x / 29).astype(np.float32), (y / 19).astype(np.float32)
    write_image(tmp_path / "a.png", gray, alpha=alpha, bit_depth=16)
    data = (tmp_path / "a.png").read_bytes()
    if data[25] != 4:  # OpenCV writes RGBA: made by hand
        rows = np.rint(np.stack([gray, alpha], axis=-1) * 65535).astype(">u2")
        lines = b"".join(b"\0" + row.tobytes() for row in rows)
        header = struct.pack(">IIBBBBB", 30, 20, 16, 4, 0, 0, 0)
        parts = [(b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b"")]
        data = b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c))
            for k, c in parts
        )
        (tmp_path / "a.png").write_bytes(data)
    picture = read_image(tmp_path / "a.png")
    assert (picture.gray, picture.bit_depth) == (True, 16)
    np.testing.assert_allclose(picture.rgb[..., 2], gray, atol=1e-5)
    np.testing.assert_allclose(picture.alpha, alpha, atol=1e-5)
