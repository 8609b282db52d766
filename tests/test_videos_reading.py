"""Videos read: upright, with their own times and colors, one frame at a time."""

import gc
import sys
import weakref
from fractions import Fraction

import av
import numpy as np
import pytest
from video_clips import make_clip, psnr, smooth_frame, sound_packets

from facestyle.errors import ImageError, MissingDependencyError, UsageError, VideoError
from facestyle.io.images import write_image
from facestyle.io.videos import is_sequence, is_video, list_sequence, open_video


def test_frames_come_with_pixels_times_and_numbers(tmp_path):
    clip = make_clip(tmp_path / "a.mp4")
    source = open_video(clip.path)
    frames = list(source.frames())
    assert [frame.number for frame in frames] == list(range(24))
    assert [frame.pts * source.info.time_base for frame in frames] == [
        Fraction(number, 24) for number in range(24)
    ]
    assert all(frame.duration * source.info.time_base == Fraction(1, 24) for frame in frames)
    assert frames[5].seconds == pytest.approx(5 / 24)
    for frame, expected in zip(frames, clip.frames, strict=True):
        assert frame.pixels.dtype == np.uint8
        assert psnr(frame.pixels, expected) > 40  # 43.7 measured: halved chroma at the corner
    info = source.info
    assert (info.width, info.height, info.frames, info.seconds) == (64, 48, 24, 1.0)
    assert info.sound
    assert not open_video(make_clip(tmp_path / "mute.mp4", sound=None).path).info.sound


def test_uneven_times_are_kept(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", pts=[0, 20, 60, 75, 170, 171, 300])  # with B-frames
    source = open_video(clip.path)
    frames = list(source.frames())
    times = [frame.pts * source.info.time_base for frame in frames]
    assert times == [Fraction(pts, 600) for pts in clip.pts]
    durations = [frame.duration * source.info.time_base for frame in frames[:-1]]
    assert durations == list(np.diff(times))


@pytest.mark.parametrize("rotation", [90, -90, 180])
def test_a_phone_s_rotation_is_applied(tmp_path, rotation):
    clip = make_clip(tmp_path / "a.mp4", count=3, rotation=rotation)
    source = open_video(clip.path)
    expected = np.rot90(clip.frames[0], rotation // 90)
    assert (source.info.height, source.info.width) == expected.shape[:2]
    assert psnr(next(iter(source.frames())).pixels, expected) > 40


def test_a_mirrored_video_is_mirrored_back(tmp_path):
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "4"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.set_display_rotation(90, hflip=True)
        picture = av.VideoFrame.from_ndarray(smooth_frame(0, 64, 48), format="rgb24")
        container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    pixels = next(iter(open_video(path).frames())).pixels
    corners = {"top left": pixels[4, 4], "bottom right": pixels[-4, -4]}
    corners |= {"bottom left": pixels[-4, 4], "top right": pixels[4, -4]}
    # the bright corner goes from the top left to the bottom left, then is mirrored to the right
    assert max(corners, key=lambda name: corners[name].sum()) == "bottom right"


@pytest.mark.parametrize("matrix", [1, 5, 9])
def test_every_color_matrix_gives_the_same_colors(tmp_path, matrix):
    clip = make_clip(tmp_path / "a.mp4", count=2, matrix=matrix, pix_fmt="yuv444p")
    source = open_video(clip.path)
    assert source.info.color.matrix in ({matrix, 6} if matrix == 5 else {matrix})
    assert psnr(next(iter(source.frames())).pixels, clip.frames[0]) > 43  # swapped: below 30


def test_full_range_is_read_as_such(tmp_path):
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "4"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        stream.codec_context.color_range = 2
        frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 8, np.uint8), format="rgb24")
        frame = frame.reformat(format="yuvj420p", src_color_range=2, dst_color_range=2)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    pixels = next(iter(open_video(path).frames())).pixels
    assert np.abs(pixels.astype(int) - 8).max() <= 2  # read as limited range it were 0


def test_ten_bits_stay_ten_bits(tmp_path):
    path = tmp_path / "a.mp4"
    ramp = np.linspace(20000, 24000, 64).astype(np.uint16)
    deep = np.repeat(np.broadcast_to(ramp, (48, 64))[..., None], 3, axis=2)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "1"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv444p10le"
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(deep), format="rgb48le")
        container.mux(stream.encode(frame.reformat(format="yuv444p10le")))
        container.mux(stream.encode(None))
    source = open_video(path)
    pixels = next(iter(source.frames())).pixels
    assert source.info.bit_depth == 16
    assert pixels.dtype == np.uint16
    assert len(np.unique(pixels[20, :, 0])) > 40  # of 64; 8 bits hold 16 levels in this span


def test_hdr_comes_in_the_range_of_ordinary_pictures(tmp_path):
    path = tmp_path / "hlg.mp4"
    levels = np.repeat(np.array([0.2, 0.5, 0.75, 1.0]), 16)  # of HLG's signal; 0.75 is paper white
    gray = (65535 * np.broadcast_to(levels[:, None], (48, 64, 3))).astype(np.uint16)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "1"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv444p10le"
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace = 9, 18, 9
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(gray), format="rgb48le")
        container.mux(stream.encode(frame.reformat(format="yuv444p10le", dst_colorspace=9)))
        container.mux(stream.encode(None))
    row = next(iter(open_video(path).frames())).pixels[20] / 65535
    dark, gray, white, peak = (row[8 + 16 * part].mean() for part in range(4))
    assert dark < gray < white <= peak
    assert 0.75 < white <= 1
    assert np.ptp(row, axis=1).max() < 0.02  # gray stays gray


def test_a_part_is_read_to_the_frame(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", options={"crf": "4", "g": "10"})
    whole = list(open_video(clip.path).frames())
    source = open_video(clip.path, start=0.3, end=0.7)
    frames = list(source.frames())
    assert [frame.pts for frame in frames] == [frame.pts for frame in whole[8:17]]
    assert [frame.number for frame in frames] == list(range(9))
    for frame, expected in zip(frames, whole[8:17], strict=True):
        np.testing.assert_array_equal(frame.pixels, expected.pixels)
    assert source.info.frames in (9, 10)
    assert source.info.seconds == pytest.approx(0.4)
    assert list(open_video(clip.path, start=5).frames()) == []


def test_the_first_frames_can_be_skipped(tmp_path):
    clip = make_clip(tmp_path / "a.mp4")
    source = open_video(clip.path, start=0.1)
    whole, rest = list(source.frames()), list(source.frames(skip=7))
    assert [frame.number for frame in rest] == list(range(7, len(whole)))
    np.testing.assert_array_equal(rest[0].pixels, whole[7].pixels)


def test_memory_holds_a_few_frames_however_long_the_clip(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", count=90, sound=None)
    alive: list[weakref.ref] = []
    most = 0
    gc.collect()
    for frame in open_video(clip.path).frames():
        alive.append(weakref.ref(frame.pixels))
        most = max(most, sum(reference() is not None for reference in alive))
    assert len(alive) == 90
    assert most <= 2


def test_a_damaged_frame_is_named_with_its_time(tmp_path):
    clip = make_clip(tmp_path / "a.mov", codec="png", pix_fmt="rgb24", sound=None)
    data = bytearray(clip.path.read_bytes())
    places = [i for i in range(len(data)) if data.startswith(b"\x89PNG", i)]
    data[places[12] : places[12] + 40] = bytes(40)
    clip.path.write_bytes(data)
    read: list[int] = []
    frames = open_video(clip.path).frames()
    with pytest.raises(VideoError, match=r"a\.mov.*damaged near 0\.4[0-9] s.*--end 0\.0"):
        read.extend(frame.number for frame in frames)
    assert 8 <= len(read) <= 12


def test_a_file_that_was_cut_short_is_told(tmp_path, caplog):
    clip = make_clip(tmp_path / "a.mkv", count=96, sound=None)
    clip.path.write_bytes(clip.path.read_bytes()[: clip.path.stat().st_size // 3])
    frames = list(open_video(clip.path).frames())
    assert 5 < len(frames) < 60
    assert "although it says 4.00 s" in caplog.text


def test_files_that_hold_no_video_are_named(tmp_path):
    with pytest.raises(VideoError, match=r"none\.mp4.*No such file"):
        open_video(tmp_path / "none.mp4")
    (tmp_path / "text.mp4").write_text("no video")
    with pytest.raises(VideoError, match=r"text\.mp4.*cannot be read as a video"):
        open_video(tmp_path / "text.mp4")
    with pytest.raises(VideoError, match="cannot be read as a video"):
        open_video(tmp_path)
    sound_only = tmp_path / "sound.mp4"
    clip = make_clip(tmp_path / "a.mp4")
    with av.open(str(clip.path)) as source, av.open(str(sound_only), "w") as target:
        stream = target.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(audio=0):
            if packet.size:
                packet.stream = stream
                target.mux(packet)
    assert sound_packets(sound_only)
    with pytest.raises(VideoError, match="holds no video, only audio"):
        open_video(sound_only)


def test_times_that_cannot_be_are_named(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", count=3)
    with pytest.raises(UsageError, match="start is -1"):
        open_video(clip.path, start=-1)
    with pytest.raises(UsageError, match=r"end is 2 s.*after the start, 3"):
        open_video(clip.path, start=3, end=2)
    with pytest.raises(UsageError, match="end is nan"):
        open_video(clip.path, end=float("nan"))


def test_a_missing_package_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'facestyle\[video\]'"):
        open_video(tmp_path / "a.mp4")


def test_an_old_package_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(av, "__version__", "12.3.0")
    with pytest.raises(VideoError, match=r"PyAV 12\.3\.0 is too old.*facestyle\[video\]"):
        open_video(tmp_path / "a.mp4")


def make_pictures(folder, numbers, dtype=np.uint8):
    for number in numbers:
        pixels = smooth_frame(number, 20, 12).astype(np.float32) / 255
        depth = 16 if dtype == np.uint16 else 8
        write_image(folder / f"p{number:03d}.png", pixels, bit_depth=depth)


def test_pictures_are_a_video_too(tmp_path):
    make_pictures(tmp_path, range(7, 13))
    source = open_video(tmp_path / "p%03d.png", frame_rate=10)
    assert (source.info.width, source.info.height, source.info.frames) == (20, 12, 6)
    frames = list(source.frames(skip=2))
    assert [frame.number for frame in frames] == [2, 3, 4, 5]
    assert frames[0].seconds == pytest.approx(0.2)
    np.testing.assert_array_equal(frames[0].pixels, smooth_frame(9, 20, 12))
    part = open_video(tmp_path / "p%03d.png", frame_rate=10, start=0.15, end=0.4)
    assert part.info.frames == 2
    assert [frame.pts for frame in part.frames()] == [2, 3]
    np.testing.assert_array_equal(next(iter(part.frames())).pixels, smooth_frame(9, 20, 12))


def test_deep_pictures_stay_deep(tmp_path):
    make_pictures(tmp_path, range(2), np.uint16)
    assert next(iter(open_video(tmp_path / "p%03d.png").frames())).pixels.dtype == np.uint16


def test_sequences_that_are_broken_are_named(tmp_path):
    with pytest.raises(VideoError, match="no picture has a name"):
        open_video(tmp_path / "p%03d.png")
    with pytest.raises(VideoError, match="nowhere"):
        open_video(tmp_path / "nowhere" / "p%03d.png")
    make_pictures(tmp_path, [1, 2, 4])
    with pytest.raises(VideoError, match=r"p003\.png is missing between p002\.png and p004\.png"):
        open_video(tmp_path / "p%03d.png")
    make_pictures(tmp_path, [3])
    assert len(list_sequence(tmp_path / "p%03d.png")) == 4
    (tmp_path / "p003.png").write_bytes(b"broken")
    with pytest.raises(ImageError, match=r"p003\.png"):
        list(open_video(tmp_path / "p%03d.png").frames())
    write_image(tmp_path / "p003.png", np.zeros((3, 5, 3), np.float32))
    with pytest.raises(VideoError, match=r"p003\.png: is 5 x 3 px.*20 x 12"):
        list(open_video(tmp_path / "p%03d.png").frames())


def test_names_tell_videos_and_sequences():
    assert is_video("clip.MP4")
    assert is_video("a/b.mov")
    assert not is_video("clip.png")
    assert is_sequence("frames/%05d.png")
    assert is_sequence("%d.jpg")
    assert not is_sequence("100%.png")
    assert not is_sequence("frames_%d/a.png")
