"""Colors wherever a picture file describes them, and the right values of camera files."""

import io
import logging
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from facestyle.io.images import read_image
from facestyle.io.images.boxes import read_color
from facestyle.io.images.color_encoding import (
    ADOBE_RGB,
    SRGB_PRIMARIES,
    ColorEncoding,
    from_code_points,
    primaries_are_possible,
    to_srgb,
)
from facestyle.io.images.icc import is_srgb, srgb_profile
from facestyle.io.images.tone_mapping import hlg_to_light, map_tones, pq_to_light

MEDIA = Path(__file__).parent / "media"


@pytest.fixture(scope="module")
def base():
    return read_image(MEDIA / "base160.png").rgb


def levels(one, two):
    """Mean absolute difference, of 255."""
    return float(np.abs(one - two).mean() * 255)


def png_chunk(kind, content):
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def png_with(pixels, *chunks, depth=8):
    """A PNG with further chunks after its header."""
    buffer = io.BytesIO()
    if depth == 8:
        Image.fromarray(pixels).save(buffer, "PNG")
        data = buffer.getvalue()
    else:
        import cv2

        data = cv2.imencode(".png", pixels[..., ::-1].astype(np.uint16) * 257)[1].tobytes()
    return data[:33] + b"".join(png_chunk(*chunk) for chunk in chunks) + data[33:]


@pytest.mark.parametrize(
    ("name", "most", "now"),
    [
        ("camera_adobergb_r03.jpg", 2, "read as sRGB"),
        ("krita_linear.png", 2, "far too dark"),
        ("cicp_p3.png", 1, "ignored"),
        ("pq.avif", 6, "ignored"),
        ("comfy_workflow.png", 0.01, "refused"),
    ],
)
def test_right_values(base, name, most, now):
    if name.endswith(".avif") and not _reads_avif():
        pytest.skip("Pillow was built without AVIF")
    assert levels(read_image(MEDIA / name).rgb, base) <= most, now


def _reads_avif():
    from PIL import features

    return features.check("avif")


def test_tone_mapping_is_said(caplog):
    if not _reads_avif():
        pytest.skip("Pillow was built without AVIF")
    with caplog.at_level(logging.WARNING):
        picture = read_image(MEDIA / "pq.avif")
    assert "pq.avif" in caplog.text
    assert "high dynamic range (PQ)" in caplog.text
    assert picture.profile == srgb_profile()


# --- Transfer functions and primaries ---------------------------------------------------------


def encode(linear, transfer):
    """Oracle: the inverse curves, as H.273 prints them."""
    if transfer == 8:
        return linear
    if transfer == 4:
        return linear ** (1 / 2.2)
    if transfer == 13:
        return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    assert transfer == 16
    y = (linear * 203 / 10000) ** (2610 / 16384)
    return ((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375


@pytest.mark.parametrize("transfer", [4, 8, 13, 16])
@pytest.mark.parametrize("depth", [8, 16])
def test_code_points_of_png_are_undone(tmp_path, transfer, depth):
    x = np.linspace(0, 1, 60)
    srgb = np.stack([x, x[::-1], np.full_like(x, 0.5)], axis=-1)[None].repeat(4, axis=0)
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    stored = np.rint(encode(linear, transfer) * 255).astype(np.uint8)
    path = tmp_path / "in.png"
    path.write_bytes(png_with(stored, (b"cICP", bytes([1, transfer, 0, 1])), depth=depth))
    # 8 bits of linear light or PQ leave few steps for the shadows and for the whole
    most = {8: 4.5, 16: 2.0}.get(transfer, 0.6)
    assert levels(read_image(path).rgb, srgb) < most


def test_narrow_range_of_png_is_widened(tmp_path):
    stored = np.full((4, 4, 3), 126, np.uint8)
    stored[0], stored[1] = 16, 235
    path = tmp_path / "in.png"
    path.write_bytes(png_with(stored, (b"cICP", bytes([1, 13, 0, 0]))))
    rgb = read_image(path).rgb
    np.testing.assert_allclose(rgb[:3, 0, 0], [0, 1, 110 / 219], atol=1e-3)


def test_code_points_count_more_than_a_profile_and_a_gamma(tmp_path, base):
    pixels = np.rint(base * 255).astype(np.uint8)
    gamma = (b"gAMA", struct.pack(">I", 100000))
    path = tmp_path / "in.png"
    path.write_bytes(png_with(pixels, (b"cICP", bytes([1, 13, 0, 1])), gamma))
    assert levels(read_image(path).rgb, base) == 0
    path.write_bytes(png_with(pixels, (b"sRGB", b"\0"), gamma))
    assert levels(read_image(path).rgb, base) == 0


@pytest.mark.parametrize(
    ("gamma", "changes"),
    [(100000, True), (55556, True), (45455, False), (45000, False), (0, False)],
)
def test_gamma_of_png(tmp_path, base, gamma, changes):
    pixels = np.rint(base * 255).astype(np.uint8)
    path = tmp_path / "in.png"
    path.write_bytes(png_with(pixels, (b"gAMA", struct.pack(">I", gamma))))
    rgb = read_image(path).rgb
    assert (levels(rgb, base) > 1) == changes
    if changes:
        linear = (pixels / 255.0) ** (100000 / gamma)
        want = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
        np.testing.assert_allclose(rgb, want, atol=1e-5)


def test_chromaticities_of_png(tmp_path):
    red = np.zeros((4, 4, 3), np.uint8)
    red[..., 0] = 200
    p3 = (31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
    path = tmp_path / "in.png"
    chunks = [(b"gAMA", struct.pack(">I", 45455)), (b"cHRM", struct.pack(">8I", *p3))]
    path.write_bytes(png_with(red, *chunks))
    assert read_image(path).rgb[0, 0, 0] > 0.82  # P3's red lies outside sRGB
    path.write_bytes(png_with(red, chunks[0], (b"cHRM", struct.pack(">8I", *[0] * 8))))
    np.testing.assert_allclose(read_image(path).rgb[0, 0], [200 / 255, 0, 0], atol=1e-6)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_gray_and_alpha_stay_with_code_points(tmp_path, mode):
    pixels = np.asarray(
        Image.new(mode, (6, 5), 90 if mode == "L" else (90, 90, 90, 77)[: len(mode)])
    )
    path = tmp_path / "in.png"
    path.write_bytes(png_with(pixels, (b"cICP", bytes([12, 13, 0, 1]))))
    picture = read_image(path)
    assert picture.gray == (mode == "L")
    np.testing.assert_allclose(picture.rgb, 90 / 255, atol=1e-5)  # neutral stays neutral
    assert (picture.alpha is not None) == (mode == "RGBA")


def test_adobe_rgb_by_exif_in_every_place_that_cameras_use(tmp_path, base):
    plain = Image.open(MEDIA / "base160.png").convert("RGB")
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA001] = 2
    plain.save(tmp_path / "habit.jpg", quality=98, subsampling=0, exif=exif)
    plain.save(tmp_path / "plain.jpg", quality=98, subsampling=0)
    expected = to_srgb(read_image(tmp_path / "plain.jpg").rgb, ADOBE_RGB)
    np.testing.assert_allclose(read_image(tmp_path / "habit.jpg").rgb, expected, atol=1e-6)


def test_a_profile_counts_more_than_the_cameras_mark(tmp_path, base):
    image = Image.open(MEDIA / "camera_adobergb_r03.jpg")
    image.save(tmp_path / "in.jpg", exif=image.getexif(), icc_profile=srgb_profile(), quality=98)
    as_srgb = np.asarray(Image.open(tmp_path / "in.jpg"), np.float32) / 255
    np.testing.assert_array_equal(read_image(tmp_path / "in.jpg").rgb, as_srgb)


def test_unknown_code_points_are_no_description():
    assert from_code_points(200, 13) is None
    assert from_code_points(1, 200) is None
    assert from_code_points(2, 2) == ColorEncoding()
    assert from_code_points(1, 1).is_srgb  # BT.709 is shown as sRGB everywhere


def test_primaries_of_a_file_may_be_nonsense():
    assert primaries_are_possible(SRGB_PRIMARIES)
    assert not primaries_are_possible((0.3, 0.3) * 4)
    assert not primaries_are_possible((0.0,) * 8)
    assert not primaries_are_possible((float("nan"),) * 8)


def test_printed_values_of_pq_and_hlg():
    """BT.2408-7, table 1: diffuse white lies at 58 % of PQ and 75 % of HLG."""
    assert pq_to_light(np.array(0.58069)) == pytest.approx(1, rel=1e-3)
    assert pq_to_light(np.array(1.0)) * 203 == pytest.approx(10000)
    gray = np.full((1, 1, 3), 0.75)
    assert hlg_to_light(gray)[0, 0, 0] == pytest.approx(1, rel=0.01)
    assert hlg_to_light(np.ones((1, 1, 3)))[0, 0, 0] * 203 == pytest.approx(1000, rel=1e-3)


@given(st.floats(1.0, 60.0), st.lists(st.floats(0.0, 1.0), min_size=2, max_size=20))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_tones_keep_their_order_and_end_at_white(peak, shares):
    light = np.repeat(np.sort(np.array(shares))[:, None] * peak, 3, axis=1)
    mapped = map_tones(light, peak)
    assert (np.diff(mapped[:, 0]) >= -1e-12).all()
    assert mapped.max() <= 1 + 1e-9
    assert map_tones(np.full((1, 3), peak), peak)[0, 0] == pytest.approx(1)
    below = light <= 0.75
    np.testing.assert_allclose(mapped[below], light[below], atol=1e-12)


@given(
    st.sampled_from([1, 4, 5, 6, 8, 9, 11, 12, 22]),
    st.sampled_from([1, 4, 5, 8, 13, 16, 17, 18]),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_every_encoding_gives_a_picture(primaries, transfer, full_range, seed):
    rgb = np.random.default_rng(seed).random((5, 7, 3), np.float32)
    rgb[0, 0], rgb[0, 1] = 0, 1
    encoding = from_code_points(primaries, transfer, full_range=full_range)
    result = to_srgb(rgb, encoding)
    assert result.dtype == np.float32
    assert result.shape == rgb.shape
    assert np.isfinite(result).all()
    assert 0 <= result.min() <= result.max() <= 1
    np.testing.assert_allclose(result[0, 0], 0, atol=1e-3)
    gray = np.full((1, 1, 3), 0.4, np.float32)
    assert np.ptp(to_srgb(gray, encoding)) < 2e-3  # neutral stays neutral


# --- Profiles and boxes -----------------------------------------------------------------------


def test_linear_profiles_are_not_taken_for_srgb():
    with Image.open(MEDIA / "krita_linear.png") as image:
        assert not is_srgb(image.info["icc_profile"])
    assert is_srgb(srgb_profile())


@pytest.mark.parametrize("count", [0, 1, 0xFFFFFFFF])
def test_odd_descriptions_of_profiles_do_no_harm(tmp_path, base, count):
    profile = bytearray(srgb_profile())
    at = profile.index(b"mluc")
    struct.pack_into(">I", profile, at + 8, count)
    profile[at + 28 : at + 32] = b"\xd8\x00\xd8\x00"  # half a surrogate pair, twice
    Image.open(MEDIA / "base160.png").save(tmp_path / "in.png", icc_profile=bytes(profile))
    assert levels(read_image(tmp_path / "in.png").rgb, base) < 1.5


def test_profile_too_long_for_pillow(tmp_path, base):
    profile = srgb_profile() + bytes(range(256)) * 6000
    profile = struct.pack(">I", len(profile)) + profile[4:]
    data = png_with(
        np.rint(base * 255).astype(np.uint8), (b"iCCP", b"x\0\0" + zlib.compress(profile))
    )
    (tmp_path / "in.png").write_bytes(data)
    picture = read_image(tmp_path / "in.png")
    assert levels(picture.rgb, base) < 1
    assert picture.profile == srgb_profile()


def test_code_points_and_profiles_in_boxes():
    def box(kind, content):
        return struct.pack(">I", 8 + len(content)) + kind + content

    def file(*colors):
        inner = b"".join(box(b"colr", color) for color in colors)
        meta = bytes(4) + box(b"iprp", box(b"ipco", inner))
        return box(b"ftyp", b"avif" + bytes(8)) + box(b"meta", meta)

    nclx = b"nclx" + struct.pack(">3HB", 12, 13, 6, 128)
    found = read_color(file(b"prof" + b"profile", nclx))
    assert found.profile == b"profile"
    assert found.encoding == from_code_points(12, 13)
    jp2 = box(b"jP  ", b"") + box(b"jp2h", box(b"colr", b"\2\0\0" + b"p" * 200))
    assert read_color(jp2).profile == b"p" * 200
    assert read_color(b"no boxes at all").encoding is None
    assert read_color(file(nclx)[:-9]).encoding is None
