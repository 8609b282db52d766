"""Colors of videos of every depth, matrix, range and gamut."""

import av
import numpy as np
import pytest
from deep_clips import make_deep_clip
from video_clips import smooth_frame

from facestyle.io.videos import open_video, open_video_writer
from facestyle.io.videos.tone_mapping import REFERENCE_WHITE, nits_to_pq, pq_to_nits, to_srgb

RGB = smooth_frame(3, 96, 80) / 255.0

# The bright corner's edge is soft where chroma is halved; what is compared has no such edge.
SMOOTH = (slice(24, None), slice(28, None))


def read(path) -> tuple[np.ndarray, int]:
    source = open_video(path)
    frame = list(source.frames())[-1]
    return frame.pixels / np.iinfo(frame.pixels.dtype).max, source.info.bit_depth


def error(pixels: np.ndarray, expected: np.ndarray = RGB) -> float:
    """Mean absolute difference, of 255."""
    return float(255 * np.abs(pixels - expected)[SMOOTH].mean())


CODECS = [
    ("libx264", "yuv420p10le", {"crf": "4"}),
    ("libx264", "yuv422p10le", {"crf": "4"}),
    ("libx264", "yuv444p10le", {"crf": "4"}),
    ("libx265", "yuv420p10le", {"x265-params": "log-level=none:crf=4"}),
    ("libx265", "yuv420p12le", {"x265-params": "log-level=none:crf=4"}),
    ("prores_ks", "yuv422p10le", {}),
    ("dnxhd", "yuv422p10le", {"profile": "dnxhr_hqx"}),
    ("ffv1", "yuv420p9le", {}),
    ("ffv1", "yuv420p16le", {}),
]


@pytest.mark.parametrize(("codec", "pix_fmt", "options"), CODECS)
def test_every_codec_and_depth_gives_the_same_colors(tmp_path, codec, pix_fmt, options):
    if codec not in av.codecs_available:
        pytest.skip(f"this FFmpeg has no {codec}")
    rgb = np.tile(RGB, (2, 3, 1)) if codec == "dnxhd" else RGB  # it takes no small frames
    path = make_deep_clip(
        tmp_path / "a.mov" if codec == "dnxhd" else tmp_path / "a.mkv",
        rgb,
        codec=codec,
        pix_fmt=pix_fmt,
        options=options,
    )
    pixels, depth = read(path)
    assert depth == 16
    assert error(pixels[:80, :96]) < 1.5


def test_av1_of_ten_bits(tmp_path, capfd):
    if "libsvtav1" not in av.codecs_available:
        pytest.skip("this FFmpeg has no AV1 encoder")
    options = {"crf": "4", "preset": "12", "svtav1-params": "lp=1"}
    path = make_deep_clip(tmp_path / "a.mkv", RGB, codec="libsvtav1", options=options)
    capfd.readouterr()
    assert error(read(path)[0]) < 1.5


@pytest.mark.parametrize("full_range", [False, True])
@pytest.mark.parametrize("matrix", [1, 6, 7, 8, 9])
@pytest.mark.parametrize("pix_fmt", ["yuv444p", "yuv420p10le", "yuv444p10le", "yuv422p12le"])
def test_every_matrix_and_range_gives_the_same_colors(tmp_path, pix_fmt, matrix, full_range):
    path = make_deep_clip(
        tmp_path / "a.mkv", RGB, pix_fmt=pix_fmt, matrix=matrix, full_range=full_range
    )
    assert error(read(path)[0]) < 1


@pytest.mark.parametrize("pix_fmt", ["gray10le", "gray16le", "gray"])
def test_gray_stays_gray(tmp_path, pix_fmt):
    gray = np.repeat(RGB[..., :1], 3, axis=2)
    with av.open(str(tmp_path / "a.mkv"), "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        stream.height, stream.width, stream.pix_fmt = 80, 96, pix_fmt
        stream.codec_context.color_range = 2
        deep = np.ascontiguousarray(np.rint(65535 * gray[..., 0]).astype(np.uint16))
        frame = av.VideoFrame.from_ndarray(deep, format="gray16le")
        frame = frame.reformat(format=pix_fmt, src_color_range=2, dst_color_range=2)
        frame.color_range = 2
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    pixels = read(tmp_path / "a.mkv")[0]
    assert np.ptp(pixels, axis=2).max() < 1 / 255
    assert error(pixels, gray) < 1


def in_nits(rgb: np.ndarray) -> np.ndarray:
    """Light of sRGB, white at 203 cd/m2."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return REFERENCE_WHITE * linear


TO_BT2020 = np.array(
    [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]]
)  # of linear BT.709 (BT.2087, equation 2)


def as_pq(nits: np.ndarray) -> np.ndarray:
    return nits_to_pq(nits)


def as_hlg(nits: np.ndarray) -> np.ndarray:
    """Inverse OOTF for 1000 cd/m2 and OETF (BT.2100, table 5)."""
    light = nits / 1000
    luminance = np.maximum(light @ [0.2627, 0.678, 0.0593], 1e-9)[..., None]
    scene = light * luminance ** (1 / 1.2 - 1)
    bright = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), bright)


@pytest.mark.parametrize(("encode", "transfer", "name"), [(as_pq, 16, "PQ"), (as_hlg, 18, "HLG")])
@pytest.mark.parametrize("pix_fmt", ["yuv420p10le", "yuv444p12le", "yuv444p"])
def test_hdr_shows_ordinary_colors_as_they_were(tmp_path, caplog, encode, transfer, name, pix_fmt):
    rgb = 0.7 * RGB  # below the knee of the tone curve
    signal = encode(in_nits(rgb) @ TO_BT2020.T)
    path = make_deep_clip(
        tmp_path / "a.mkv", signal, pix_fmt=pix_fmt, matrix=9, primaries=9, transfer=transfer
    )
    pixels, _ = read(path)
    assert error(pixels, rgb) < (4 if pix_fmt == "yuv444p" else 1.5)  # 8 bits of PQ are few
    assert f"is HDR ({name})" in caplog.text
    source = open_video(path)
    with open_video_writer(tmp_path / "b.mp4", source.info) as writer:
        for frame in source.frames():
            writer.write(frame.pixels, frame)
        writer.finish()
    color = open_video(tmp_path / "b.mp4").info.color
    assert (color.matrix, color.primaries, color.transfer) == (1, 1, 1)


@pytest.mark.parametrize("transfer", [16, 18])
def test_highlights_of_hdr_are_rolled_off_and_keep_their_hue(transfer):
    nits = np.linspace(1, 1000, 200)[:, None] * np.array([[1, 1, 1]])
    signal = (as_pq if transfer == 16 else as_hlg)(nits).astype(np.float32)
    gray = to_srgb(signal, transfer, 9, 1000.0)
    assert np.ptp(gray, axis=1).max() < 1e-3
    assert (np.diff(gray[:, 0]) > -1e-4).all()  # steps of the tables
    assert 0.85 < gray[np.argmin(np.abs(nits[:, 0] - 203)), 0] < 0.95
    assert gray[-1, 0] > 0.99
    orange = np.array([[1.0, 0.5, 0.25]]) * 900 @ TO_BT2020.T
    shown = to_srgb(as_pq(orange).astype(np.float32), 16, 9, 1000.0)[0]
    light = in_nits(shown) / in_nits(shown).max()
    np.testing.assert_allclose(light, [1, 0.5, 0.25], atol=0.02)


def test_colors_out_of_the_gamut_keep_their_luminance_and_are_no_noise():
    green = np.array([[0.0, 1.0, 0.0]], np.float32)  # of BT.2020
    shown = to_srgb(green, 1, 9, 1000.0)[0]
    assert shown[1] > 0.9
    assert (shown >= 0).all()
    assert np.isfinite(shown).all()
    rng = np.random.default_rng(0)
    for transfer in (1, 8, 9, 10, 16, 18):
        noise = rng.uniform(-0.2, 1.2, (100, 3)).astype(np.float32)
        mapped = to_srgb(noise, transfer, 9, 4000.0)
        assert np.isfinite(mapped).all()
        assert ((mapped >= 0) & (mapped <= 1)).all()


def test_pq_and_its_inverse_agree():
    nits = np.array([0.01, 1, 100, 203, 1000, 10000])
    np.testing.assert_allclose(pq_to_nits(nits_to_pq(nits)), nits, rtol=1e-3)
    assert float(nits_to_pq(np.array(100.0))) == pytest.approx(0.508, abs=1e-3)  # BT.2408
    assert float(nits_to_pq(np.array(203.0))) == pytest.approx(0.581, abs=1e-3)


def test_display_p3_is_converted_and_said(tmp_path, caplog):
    p3 = np.array([[0.8225, 0.1774, 0.0], [0.0332, 0.9669, 0.0], [0.0171, 0.0724, 0.9108]])
    linear = in_nits(RGB) / REFERENCE_WHITE @ p3.T
    signal = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    path = make_deep_clip(tmp_path / "a.mkv", signal, pix_fmt="yuv444p", primaries=12)
    pixels, depth = read(path)
    assert depth == 8
    assert error(pixels) < 1
    assert error(signal) > 2  # what it would be unconverted
    assert "wide gamut" in caplog.text


def test_ordinary_videos_are_not_said_to_be_anything_else(tmp_path, caplog):
    make_deep_clip(tmp_path / "a.mkv", RGB, pix_fmt="yuv420p")
    assert error(read(tmp_path / "a.mkv")[0]) < 1.5
    assert caplog.text == ""
