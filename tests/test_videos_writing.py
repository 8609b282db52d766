"""Videos written: times, size and sound of the source, and a kill at any moment survived."""

import gc
import weakref
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from video_clips import make_clip, psnr, sound_packets, video_times

from facestyle.errors import OutputExistsError, UsageError, VideoError
from facestyle.io.videos import (
    SegmentedWriter,
    SequenceWriter,
    check_video_output,
    open_video,
    open_video_writer,
)


def copy(source_path: Path, path: Path, **options) -> None:
    source = open_video(source_path, **options)
    with open_video_writer(path, source.info) as writer:
        for frame in source.frames():
            writer.write(frame.pixels, frame)
            if writer.segment_is_full:
                writer.finish_segment()
        writer.finish()


def duration(path: Path) -> Fraction:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return stream.duration * stream.time_base


def test_times_duration_and_sound_are_the_source_s(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", count=100)
    copy(clip.path, tmp_path / "b.mp4")
    assert video_times(tmp_path / "b.mp4") == video_times(clip.path)
    assert duration(tmp_path / "b.mp4") == duration(clip.path)
    assert len(sound_packets(clip.path)) > 30
    assert sound_packets(tmp_path / "b.mp4") == sound_packets(clip.path)
    with av.open(str(tmp_path / "b.mp4")) as container:
        assert container.metadata["title"] == "A test"
        assert container.streams.video[0].codec_context.name == "h264"
        assert container.streams.video[0].format.name == "yuv420p"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "b.mp4"]


def test_uneven_times_are_kept(tmp_path):
    options = {"crf": "4", "bf": "0"}  # with B-frames a file's duration is not that of display
    clip = make_clip(tmp_path / "a.mp4", pts=[0, 20, 60, 75, 170, 171, 300], options=options)
    copy(clip.path, tmp_path / "b.mp4")
    assert video_times(tmp_path / "b.mp4") == [Fraction(pts, 600) for pts in clip.pts]
    assert duration(tmp_path / "b.mp4") == duration(clip.path)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".m4v", ".mkv"])
def test_every_format_plays_the_frames_and_the_sound(tmp_path, suffix):
    clip = make_clip(tmp_path / "a.mp4")
    target = tmp_path / f"b{suffix}"
    copy(clip.path, target)
    times = np.array(video_times(target), float)
    sound = sound_packets(target)
    np.testing.assert_allclose(np.diff(times), 1 / 24, atol=1.1e-3)  # Matroska counts ms
    assert [data for _, data in sound] == [data for _, data in sound_packets(clip.path)]
    # sound and picture begin as far apart as they did
    apart = float(sound[1][0]) - times[0]
    assert apart == pytest.approx(float(sound_packets(clip.path)[1][0]), abs=2e-3)


def test_frames_are_as_they_were_given(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", size=(128, 96))
    copy(clip.path, tmp_path / "b.mp4")
    given, written = open_video(clip.path).frames(), open_video(tmp_path / "b.mp4").frames()
    worst = min(psnr(a.pixels, b.pixels) for a, b in zip(given, written, strict=True))
    assert worst > 43  # 44.9 measured


@pytest.mark.parametrize("matrix", [1, 5])
def test_colors_are_tagged_as_they_are_written(tmp_path, matrix):
    clip = make_clip(tmp_path / "a.mp4", count=2, matrix=matrix)
    copy(clip.path, tmp_path / "b.mp4")
    info = open_video(tmp_path / "b.mp4").info
    assert info.color.matrix == open_video(clip.path).info.color.matrix
    with av.open(str(tmp_path / "b.mp4")) as container:
        frame = next(container.decode(video=0))
        assert (frame.colorspace, frame.color_range) == (matrix, 1)


@pytest.mark.parametrize("size", [(63, 48), (64, 47), (33, 31)])
def test_odd_sizes_grow_to_what_every_player_shows(tmp_path, size, caplog):
    clip = make_clip(tmp_path / "a.mkv", size=size, pix_fmt="yuv444p", count=3)
    copy(clip.path, tmp_path / "b.mp4")
    assert f"instead of {size[0]} x {size[1]}" in caplog.text
    with av.open(str(tmp_path / "b.mp4")) as container:
        assert container.streams.video[0].format.name == "yuv420p"
    pixels = [frame.pixels for frame in open_video(tmp_path / "b.mp4").frames()][2]
    assert pixels.shape == (size[1] + size[1] % 2, size[0] + size[0] % 2, 3)
    assert psnr(pixels[: size[1], : size[0]], clip.frames[2]) > 35
    assert psnr(pixels[-1, : size[0]], clip.frames[2][-1]) > 25  # no seam


@pytest.mark.parametrize("size", [(63, 48), (33, 31), (1, 1)])
def test_odd_sizes_stay_in_webm(tmp_path, size):
    clip = make_clip(tmp_path / "a.mkv", size=size, pix_fmt="yuv444p", count=3, sound="libopus")
    copy(clip.path, tmp_path / "b.webm")
    pixels = [frame.pixels for frame in open_video(tmp_path / "b.webm").frames()][2]
    assert pixels.shape == (size[1], size[0], 3)
    assert psnr(pixels, clip.frames[2]) > 30


def test_a_rotated_video_comes_out_upright(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", count=3, rotation=90)
    copy(clip.path, tmp_path / "b.mp4")
    with av.open(str(tmp_path / "b.mp4")) as container:
        frame = next(container.decode(video=0))
        assert frame.rotation == 0
        assert psnr(frame.to_ndarray(format="rgb24"), np.rot90(clip.frames[0])) > 36


def test_a_part_keeps_its_sound(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", count=72)
    copy(clip.path, tmp_path / "b.mp4", start=1.01, end=2.0)
    times = video_times(tmp_path / "b.mp4")
    assert times == [Fraction(number, 24) for number in range(23)]  # of frames 25 to 47
    before, after = sound_packets(clip.path), sound_packets(tmp_path / "b.mp4")
    shift = Fraction(25, 24)
    kept = [
        (time, data) for time, data in before if shift < time + Fraction(128, 1000) and time < 2
    ]
    assert [data for _, data in after] == [data for _, data in kept]
    for (old, _), (new, _) in zip(kept, after, strict=True):
        assert float(new) == pytest.approx(float(old - shift), abs=1e-4)


def test_frames_of_any_kind_are_taken(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", count=3, sound=None)
    source = open_video(clip.path)
    kinds = [
        lambda p: p,
        lambda p: p.astype(np.uint16) * 257,
        lambda p: p.astype(np.float32) / 255,
    ]
    results = []
    for number, convert in enumerate(kinds):
        path = tmp_path / f"b{number}.mp4"
        with open_video_writer(path, source.info) as writer:
            for frame in source.frames():
                writer.write(convert(frame.pixels), frame)
            writer.finish()
        results.append(path.read_bytes())
    assert results[0] == results[1] == results[2]


def smear(
    source_path: Path,
    path: Path,
    *,
    kill_at: int | None = None,
    fingerprint: str = "",
    resume: bool = True,
) -> int:
    """Write a video whose every frame depends on all before; return how many were made."""
    source = open_video(source_path)
    made = 0
    with SegmentedWriter(
        path, source.info, fingerprint=fingerprint, resume=resume, segment_frames=8
    ) as writer:
        point = writer.resume_point()
        memory = None if point.state is None else point.state["memory"]
        for frame in source.frames(skip=point.frames):
            if frame.number == kill_at:
                raise KeyboardInterrupt
            pixels = frame.pixels.astype(np.float32) / 255
            memory = pixels if memory is None else 0.8 * memory + 0.2 * pixels
            writer.write(memory, frame)
            made += 1
            if writer.segment_is_full:
                writer.finish_segment({"memory": memory})
        writer.finish()
    return made


@pytest.fixture
def clip_and_result(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", count=30)
    smear(clip.path, tmp_path / "whole.mp4")
    return clip.path, (tmp_path / "whole.mp4").read_bytes()


@pytest.mark.parametrize("kills", [[3], [8], [9], [25], [29], [5, 17, 17, 28]])
def test_a_killed_run_goes_on_to_the_same_bytes(tmp_path, clip_and_result, kills):
    clip, expected = clip_and_result
    path = tmp_path / "b.mp4"
    for kill_at in kills:
        with pytest.raises(KeyboardInterrupt):
            smear(clip, path, kill_at=kill_at)
        assert not path.exists()
    made = smear(clip, path)
    assert made == 30 - kills[-1] // 8 * 8
    assert path.read_bytes() == expected
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.mp4", "b.mp4", "whole.mp4"]


def test_a_kill_while_a_part_was_written_or_the_file_joined(tmp_path, clip_and_result, monkeypatch):
    clip, expected = clip_and_result
    path = tmp_path / "b.mp4"

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("facestyle.io.videos.joining._seconds", fail)
        with pytest.raises(KeyboardInterrupt):
            smear(clip, path)
    assert not path.exists()
    parts = tmp_path / "b.mp4.parts"
    assert len(list(parts.glob("*.npz"))) == 4  # the last of 6 frames too
    third = parts / "000002.npz"
    third.write_bytes(third.read_bytes()[:500])
    (parts / "000003.npz.unfinished").write_bytes(b"half")
    assert smear(clip, path) == 14
    assert path.read_bytes() == expected
    assert not parts.exists()


def test_nothing_is_made_twice_when_only_joining_is_left(tmp_path, clip_and_result, monkeypatch):
    clip, expected = clip_and_result
    with monkeypatch.context() as patch:
        patch.setattr(SegmentedWriter, "_segments", lambda self: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            smear(clip, tmp_path / "b.mp4")
    assert smear(clip, tmp_path / "b.mp4") == 0
    assert (tmp_path / "b.mp4").read_bytes() == expected


def test_parts_of_other_settings_are_not_continued(tmp_path, clip_and_result):
    clip, expected = clip_and_result
    path = tmp_path / "b.mp4"
    for options in ({"fingerprint": "other"}, {"resume": False}):
        with pytest.raises(KeyboardInterrupt):
            smear(clip, path, kill_at=20)
        assert smear(clip, path, **options) == 30
        assert path.read_bytes() == expected
    with pytest.raises(KeyboardInterrupt):
        smear(clip, path, kill_at=20)
    make_clip(clip, count=30, size=(32, 32))  # the source was replaced
    assert smear(clip, path) == 30


def test_files_of_others_in_the_parts_folder_stay(tmp_path, clip_and_result):
    clip, _ = clip_and_result
    parts = tmp_path / "b.mp4.parts"
    parts.mkdir()
    (parts / "notes.txt").write_text("mine")
    smear(clip, tmp_path / "b.mp4")
    assert [path.name for path in parts.iterdir()] == ["notes.txt"]


def test_memory_holds_a_few_frames_however_long_the_clip(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", count=90, sound=None)
    source = open_video(clip.path)
    alive: list[weakref.ref] = []
    most = 0
    gc.collect()
    with SegmentedWriter(tmp_path / "b.mp4", source.info, segment_frames=30) as writer:
        for frame in source.frames():
            alive.append(weakref.ref(frame.pixels))
            writer.write(frame.pixels, frame)
            if writer.segment_is_full:
                writer.finish_segment()
            most = max(most, sum(reference() is not None for reference in alive))
        writer.finish()
    assert len(alive) == 90
    assert most <= 3


def test_a_video_becomes_pictures_and_pictures_a_video(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", count=10)
    pattern = tmp_path / "frames" / "%04d.png"
    copy(clip.path, pattern)
    names = sorted(path.name for path in pattern.parent.iterdir())
    assert names == [f"{number:04d}.png" for number in range(10)]
    given, written = open_video(clip.path).frames(), open_video(pattern).frames()
    for a, b in zip(given, written, strict=True):
        np.testing.assert_array_equal(a.pixels, b.pixels)
    copy(pattern, tmp_path / "b.mp4", frame_rate=Fraction(30000, 1001))
    times = video_times(tmp_path / "b.mp4")
    assert times == [Fraction(1001 * number, 30000) for number in range(10)]
    assert open_video(tmp_path / "b.mp4").info.color.matrix == 1


def test_pictures_go_on_after_a_kill(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", count=10, sound=None)
    source = open_video(clip.path)
    pattern = tmp_path / "frames" / "%04d.png"
    with SequenceWriter(pattern, source.info, segment_frames=4) as writer:
        for frame in source.frames():
            writer.write(frame.pixels, frame)
            if writer.segment_is_full:
                writer.finish_segment({"last": np.array(frame.number)})
            if frame.number == 5:
                break  # killed
    with SequenceWriter(pattern, source.info, segment_frames=4) as writer:
        point = writer.resume_point()
        assert (point.frames, point.state) == (4, {"last": np.array(3)})
        for frame in source.frames(skip=point.frames):
            writer.write(frame.pixels, frame)
        writer.finish()
    assert len(list(pattern.parent.iterdir())) == 10


def test_what_cannot_be_written_is_named_before_the_work(tmp_path):
    with pytest.raises(VideoError, match=r"cannot write '\.avi'.*\.mp4"):
        check_video_output(tmp_path / "a.avi")
    with pytest.raises(VideoError, match=r"cannot write '\.xyz'.*\.png"):
        check_video_output(tmp_path / "%d.xyz")
    (tmp_path / "b.mp4").mkdir()
    with pytest.raises(VideoError, match="is a folder"):
        check_video_output(tmp_path / "b.mp4")
    (tmp_path / "c.mp4").touch()
    check_video_output(tmp_path / "c.mp4")
    with pytest.raises(OutputExistsError, match=r"c\.mp4"):
        check_video_output(tmp_path / "c.mp4", overwrite=False)
    (tmp_path / "000.png").touch()
    with pytest.raises(OutputExistsError, match=r"000\.png"):
        check_video_output(tmp_path / "%03d.png", overwrite=False)


def test_sound_that_does_not_fit_is_named(tmp_path):
    clip = make_clip(tmp_path / "a.mkv", sound="tta", count=3)
    info = open_video(clip.path).info
    with pytest.raises(VideoError, match=r"a\.mkv: its sound \(tta\).*\.mkv"):
        SegmentedWriter(tmp_path / "b.mp4", info)
    copy(clip.path, tmp_path / "b.mkv")
    assert [d for _, d in sound_packets(tmp_path / "b.mkv")] == [
        d for _, d in sound_packets(clip.path)
    ]


def test_wrong_frames_and_states_are_named(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", count=3, sound=None)
    source = open_video(clip.path)
    frame = next(iter(source.frames()))
    with open_video_writer(tmp_path / "b.mp4", source.info) as writer:
        with pytest.raises(UsageError, match=r"\(47, 64, 3\), not \(48, 64, 3\)"):
            writer.write(frame.pixels[1:], frame)
        writer.write(frame.pixels, frame)
        with pytest.raises(VideoError, match=r"state\.it is not a plain array"):
            writer.finish_segment({"it": np.array([object()])})
    empty = open_video(clip.path, start=9)
    writer = open_video_writer(tmp_path / "c.mp4", empty.info)
    with pytest.raises(VideoError, match="no frame from 9 s"):
        writer.finish()
    with pytest.raises(VideoError, match="cannot write into"):
        open_video_writer(clip.path / "d.mp4", source.info)
