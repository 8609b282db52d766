"""What accompanies the pictures: every sound track with its language, subtitles, joined files."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from video_clips import make_clip, smooth_frame, sound_packets

from facestyle.errors import VideoError
from facestyle.io.videos import SegmentedWriter, open_video, open_video_writer

SUBTITLES = "1\n00:00:00,100 --> 00:00:00,600\nHello\n\n2\n00:00:00,700 --> 00:00:00,900\nBye\n"


def copy(source_path: Path, path: Path, **options) -> None:
    source = open_video(source_path, **options)
    with open_video_writer(path, source.info) as writer:
        for frame in source.frames():
            writer.write(frame.pixels, frame)
        writer.finish()


def tracks(path: Path) -> list[tuple[str, str, str]]:
    with av.open(str(path)) as container:
        return [
            (stream.type, stream.codec_context.name, stream.metadata.get("language", ""))
            for stream in container.streams
        ]


@pytest.fixture
def film(tmp_path):
    """A Matroska file of a second with two languages and subtitles."""
    clip = make_clip(tmp_path / "sound.mkv", sound="aac")
    (tmp_path / "s.srt").write_text(SUBTITLES)
    path = tmp_path / "film.mkv"
    with (
        av.open(str(clip.path)) as picture,
        av.open(str(clip.path)) as source,
        av.open(str(clip.path)) as again,
        av.open(str(tmp_path / "s.srt")) as text,
        av.open(str(path), "w") as target,
    ):
        origins = [
            (picture, picture.streams.video[0], ""),
            (source, source.streams.audio[0], "fre"),
            (again, again.streams.audio[0], "ger"),
            (text, text.streams.subtitles[0], "eng"),
        ]
        added = []
        for _, stream, language in origins:
            copied = target.add_stream_from_template(stream)
            if language:
                copied.metadata["language"] = language
            added.append(copied)
        for (container, stream, _), copied in zip(origins, added, strict=True):
            for packet in container.demux(stream):
                if packet.size and packet.pts is not None:
                    packet.stream = copied
                    target.mux(packet)
    return path


def test_every_sound_track_keeps_its_language(tmp_path, film, caplog):
    copy(film, tmp_path / "b.mp4")
    assert tracks(tmp_path / "b.mp4") == [
        ("video", "h264", "und"),
        ("audio", "aac", "fre"),
        ("audio", "aac", "ger"),
    ]
    assert "its subtitles (eng, subrip) are left out; .mkv holds most kinds" in caplog.text


def test_subtitles_stay_where_the_format_holds_them(tmp_path, film, caplog):
    copy(film, tmp_path / "b.mkv")
    assert [kind for kind, *_ in tracks(tmp_path / "b.mkv")] == [
        "video",
        "audio",
        "audio",
        "subtitle",
    ]
    assert caplog.text == ""
    with av.open(str(tmp_path / "b.mkv")) as container:
        packets = [packet for packet in container.demux(subtitles=0) if packet.size]
    assert [bytes(packet) for packet in packets] == [b"Hello", b"Bye"]
    assert [float(packet.pts * packet.time_base) for packet in packets] == [0.1, 0.7]


def test_a_part_keeps_the_subtitles_of_its_time(tmp_path, film):
    for start, expected in ((0.65, [b"Bye"]), (0.3, [b"Hello", b"Bye"])):
        copy(film, tmp_path / "b.mkv", start=start)
        with av.open(str(tmp_path / "b.mkv")) as container:
            packets = [packet for packet in container.demux(subtitles=0) if packet.size]
        assert [bytes(packet) for packet in packets] == expected
    begins = [float(packet.pts * packet.time_base) for packet in packets]
    assert begins == pytest.approx([0, 0.7 - 8 / 24], abs=0.02)  # the sound starts before 0
    assert float(packets[0].duration * packets[0].time_base) == pytest.approx(
        0.6 - 8 / 24, abs=2e-3
    )


def joined(tmp_path: Path) -> Path:
    """Two transport streams with sound, one behind the other."""
    for name, tone in (("a.ts", 0), ("b.ts", 1)):
        make_clip(tmp_path / name, count=24 + 6 * tone, time_base=Fraction(1, 90000))
    data = (tmp_path / "a.ts").read_bytes() + (tmp_path / "b.ts").read_bytes()
    path = tmp_path / "joined.ts"
    path.write_bytes(data)
    return path


def test_joined_files_with_sound_play_one_after_the_other(tmp_path, caplog):
    path = joined(tmp_path)
    copy(path, tmp_path / "c.mp4")
    assert "clock starts again" in caplog.text
    frames = list(open_video(tmp_path / "c.mp4").frames())
    assert len(frames) == 54
    assert frames[-1].seconds == pytest.approx(53 / 24, abs=0.2)  # blocks of 64 ms of sound
    assert np.diff([frame.seconds for frame in frames]).max() < 0.2
    sound = [float(time) for time, _ in sound_packets(tmp_path / "c.mp4")]
    assert sound[-1] == pytest.approx(54 / 24, abs=0.2)
    assert np.diff(sound).min() > 0
    both = len(sound_packets(tmp_path / "a.ts")) + len(sound_packets(tmp_path / "b.ts"))
    assert len(sound) >= both - 3


def test_three_files_joined_by_their_parts_go_on_after_a_kill(tmp_path):
    path = joined(tmp_path)
    path.write_bytes(path.read_bytes() + (tmp_path / "a.ts").read_bytes())
    copy(path, tmp_path / "whole.mp4")
    source = open_video(path)
    assert source.info.frames == pytest.approx(78, abs=8)
    for _ in range(2):
        with SegmentedWriter(tmp_path / "b.mp4", source.info, segment_frames=60) as writer:
            skip = writer.resume_point().frames
            for frame in source.frames(skip=skip):
                if frame.number == 65 and not skip:
                    break  # killed
                writer.write(frame.pixels, frame)
                if writer.segment_is_full:
                    writer.finish_segment({"n": np.array(frame.number)})
            else:
                writer.finish_segment()
                writer.finish()
    assert len(list(open_video(tmp_path / "b.mp4").frames())) == 78


def test_sound_that_webm_cannot_hold_is_named_before_the_work(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", count=2)
    with pytest.raises(VideoError, match=r"its sound \(aac\) does not fit.*\.mkv"):
        open_video_writer(tmp_path / "b.webm", open_video(clip.path).info)
    assert not (tmp_path / "b.webm.parts").exists()


def test_webm_keeps_its_sound(tmp_path):
    clip = make_clip(tmp_path / "a.webm", codec="libvpx-vp9", sound="libopus", options={})
    copy(clip.path, tmp_path / "b.webm")
    assert [data for _, data in sound_packets(tmp_path / "b.webm")] == [
        data for _, data in sound_packets(clip.path)
    ]
    assert tracks(tmp_path / "b.webm")[0][1] == "vp9"


def test_gif_says_that_it_has_no_sound(tmp_path, caplog):
    clip = make_clip(tmp_path / "a.mp4", count=5)
    copy(clip.path, tmp_path / "b.gif")
    assert "GIF has none" in caplog.text
    frames = list(open_video(tmp_path / "b.gif").frames())
    assert len(frames) == 5
    assert np.abs(frames[0].pixels.astype(float) - smooth_frame(0, 64, 48)).mean() < 6


def test_sound_of_an_unknown_codec_is_said_and_left_out(tmp_path, caplog):
    clip = make_clip(tmp_path / "a.avi", codec="mpeg4", sound="pcm_s16le", options={})
    data = bytearray(clip.path.read_bytes())
    place = data.index(b"strf", data.index(b"auds")) + 8
    data[place : place + 2] = b"\xfe\x7e"  # WAVE format tag of nobody
    clip.path.write_bytes(data)
    copy(clip.path, tmp_path / "b.mp4")
    assert "is of an unknown codec and is left out" in caplog.text
    assert [kind for kind, *_ in tracks(tmp_path / "b.mp4")] == ["video"]


def test_video_of_an_unknown_codec_is_named(tmp_path):
    clip = make_clip(tmp_path / "a.avi", codec="mpeg4", sound=None, options={})
    data = clip.path.read_bytes().replace(b"FMP4", b"QZXJ")
    clip.path.write_bytes(data)
    with pytest.raises(VideoError, match=r"a\.avi: .*codec that this build of FFmpeg"):
        open_video(clip.path)


def add_chapters_and_a_picture_track(path: Path) -> None:
    """A second of 25 frames with two chapters; Matroska with a second picture track."""
    unit = Fraction(1, 1000)
    names = [("One", 0, 400), ("Two", 400, 1000)]
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("libx264", 25) for _ in range(1 + (path.suffix == ".mkv"))]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.set_chapters(
            [
                {"id": n, "start": a, "end": b, "time_base": unit, "metadata": {"title": name}}
                for n, (name, a, b) in enumerate(names)
            ]
        )
        for number in range(25):
            for stream in streams:
                frame = av.VideoFrame.from_ndarray(smooth_frame(number, 64, 48), "rgb24")
                frame.pts, frame.time_base = number, Fraction(1, 25)
                container.mux(stream.encode(frame))
        for stream in streams:
            container.mux(stream.encode(None))


def chapters(path: Path) -> list[tuple[str, float, float]]:
    with av.open(str(path)) as container:
        return [
            (
                one["metadata"]["title"],
                *(float(one[t] * one["time_base"]) for t in ("start", "end")),
            )
            for one in container.chapters()
        ]


@pytest.mark.parametrize("name", ["in.mkv", "in.mp4"])
@pytest.mark.parametrize("suffix", [".mkv", ".mp4", ".mov", ".webm"])
def test_chapters_are_kept(tmp_path, caplog, name, suffix):
    add_chapters_and_a_picture_track(tmp_path / name)
    copy(tmp_path / name, tmp_path / f"out{suffix}")
    assert chapters(tmp_path / f"out{suffix}") == [("One", 0, 0.4), ("Two", 0.4, 1)]
    assert ("other picture track (1)" in caplog.text) == (name == "in.mkv")
    assert "data" not in caplog.text
    copy(tmp_path / name, tmp_path / f"cut{suffix}", start=0.2, end=0.6)
    assert chapters(tmp_path / f"cut{suffix}") == [("One", 0, 0.2), ("Two", 0.2, 0.4)]


def test_what_gif_has_no_place_for_is_said(tmp_path, caplog):
    add_chapters_and_a_picture_track(tmp_path / "in.mp4")
    copy(tmp_path / "in.mp4", tmp_path / "out.gif")
    assert "left out: its chapters" in caplog.text


@pytest.mark.parametrize("plays", [0, 1, 3])
@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_an_animation_is_shown_as_often(tmp_path, plays, suffix):
    pictures = [Image.fromarray(smooth_frame(n, 24, 20)) for n in range(3)]
    loop = {"loop": plays} if suffix != ".gif" or plays == 0 else {"loop": plays - 1}
    options = {} if suffix == ".gif" and plays == 1 else loop
    path = tmp_path / f"in{suffix}"
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=100, **options)
    assert open_video(path).info.plays == plays
    copy(path, tmp_path / "out.gif")
    assert open_video(tmp_path / "out.gif").info.plays == plays
