"""Kills, damage and odd values: nothing lost, nothing trusted, one clear line."""

import json
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from video_clips import make_clip

from facestyle.errors import ImageError, OutputExistsError, UsageError, VideoError
from facestyle.io.images import write_image
from facestyle.io.videos import (
    SegmentedWriter,
    SequenceWriter,
    check_video_output,
    containers,
    is_complete,
    open_video,
    open_video_writer,
)


class KilledError(Exception):
    pass


def run(source_path: Path, path: Path, *, kill_at: int | None = None, look: str = "a") -> int:
    """Write a clip whose frames depend on those before; return how many were made."""
    source = open_video(source_path)
    made = 0
    kind = SequenceWriter if "%" in path.name else SegmentedWriter
    with kind(path, source.info, fingerprint=look, segment_frames=8) as writer:
        point = writer.resume_point()
        memory = None if point.state is None else point.state["memory"]
        for frame in source.frames(skip=point.frames):
            if frame.number == kill_at:
                raise KilledError
            pixels = frame.pixels.astype(np.float32) / 255
            memory = pixels if memory is None else 0.8 * memory + 0.2 * pixels
            writer.write(memory, frame)
            made += 1
            if writer.segment_is_full:
                writer.finish_segment({"memory": memory})
        writer.finish()
    return made


@pytest.fixture
def clip(tmp_path):
    return make_clip(tmp_path / "a.mp4", count=30, sound=None).path


def pictures(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.glob("*.png"))]


@pytest.mark.parametrize("kill_at", [3, 7, 8, 20, 29])
def test_a_killed_sequence_goes_on_by_the_same_command(tmp_path, clip, kill_at):
    run(clip, tmp_path / "whole" / "%05d.png")
    pattern = tmp_path / "out" / "%05d.png"
    with pytest.raises(KilledError):
        run(clip, pattern, kill_at=kill_at)
    assert not is_complete(pattern)
    check_video_output(pattern, overwrite=False)  # the same command is not refused
    assert run(clip, pattern) == 30 - kill_at // 8 * 8
    assert is_complete(pattern)
    assert is_complete(pattern, frames=30)
    assert not is_complete(pattern, frames=31)
    assert pictures(tmp_path / "out") == pictures(tmp_path / "whole")
    with pytest.raises(OutputExistsError):
        check_video_output(pattern, overwrite=False)


def test_pictures_that_were_deleted_or_changed_are_made_again(tmp_path, clip):
    run(clip, tmp_path / "whole" / "%05d.png")
    pattern = tmp_path / "out" / "%05d.png"
    with pytest.raises(KilledError):
        run(clip, pattern, kill_at=27)
    (tmp_path / "out" / "00010.png").unlink()
    assert run(clip, pattern) == 22
    assert pictures(tmp_path / "out") == pictures(tmp_path / "whole")
    (tmp_path / "out" / "00010.png").unlink()
    assert not is_complete(pattern)


def test_an_interrupted_sequence_of_another_look_is_not_overwritten_unasked(tmp_path, clip):
    pattern = tmp_path / "out" / "%05d.png"
    with pytest.raises(KilledError):
        run(clip, pattern, kill_at=10)
    info = open_video(clip).info
    with pytest.raises(OutputExistsError, match=r"00000\.png.*other settings"):
        open_video_writer(pattern, info, fingerprint="b", overwrite=False)
    assert not is_complete(pattern)
    assert run(clip, pattern, look="a") == 22


def test_older_pictures_that_stay_are_said(tmp_path, clip, caplog):
    write_image(tmp_path / "out" / "00031.png", np.zeros((8, 8, 3), np.float32))
    run(clip, tmp_path / "out" / "%05d.png")
    assert "1 more pictures of the pattern were there before (00031.png)" in caplog.text


def damaged(data: bytes, rng: np.random.Generator) -> bytes:
    """Cut, flip, fill or lengthen."""
    kind, place = rng.integers(5), int(rng.integers(len(data)))
    if kind == 0:
        return data[:place]
    if kind == 1:
        flipped = bytearray(data)
        flipped[place] ^= 1 << int(rng.integers(8))
        return bytes(flipped)
    if kind == 2:
        return data[:place] + bytes(min(40, len(data) - place)) + data[place + 40 :]
    if kind == 3:
        return data + b"more"
    return data[place:] + data[:place]


@pytest.mark.parametrize("name", ["b.mp4", "b/%05d.png"])
def test_damaged_parts_count_as_absent(tmp_path, clip, name):
    path = tmp_path / name
    run(clip, tmp_path / ("whole.mp4" if name == "b.mp4" else "whole/%05d.png"))
    rng = np.random.default_rng(5)
    for _ in range(12):
        with pytest.raises(KilledError):
            run(clip, path, kill_at=26)
        parts = sorted((path.parent / f"{path.name}.parts").glob("*.npz"))
        victim = parts[int(rng.integers(len(parts)))]
        victim.write_bytes(damaged(victim.read_bytes(), rng))
        made = run(clip, path)
        assert made >= 30 - 24
        if name == "b.mp4":
            assert path.read_bytes() == (tmp_path / "whole.mp4").read_bytes()
        else:
            assert pictures(tmp_path / "b") == pictures(tmp_path / "whole")


@pytest.mark.parametrize("name", ["b.mp4", "b/%05d.png"])
def test_every_damage_to_a_part_is_noticed(tmp_path, clip, name):
    path = tmp_path / name
    with pytest.raises(KilledError):
        run(clip, path, kill_at=26)
    parts = sorted((path.parent / f"{path.name}.parts").glob("*.npz"))
    info, rng = open_video(clip).info, np.random.default_rng(9)
    kind = SequenceWriter if "%" in name else SegmentedWriter
    for _ in range(350 if os.environ.get("FACESTYLE_TORTURE", "0") != "0" else 30):
        number = int(rng.integers(len(parts)))
        whole = parts[number].read_bytes()
        parts[number].write_bytes(damaged(whole, rng))
        writer = kind(path, info, fingerprint="a", segment_frames=8)
        assert writer.resume_point().frames == 8 * number
        parts[number].write_bytes(whole)


def test_parts_that_are_whole_but_of_another_kind_count_as_absent(tmp_path, clip):
    run(clip, tmp_path / "whole.mp4")
    with pytest.raises(KilledError):
        run(clip, tmp_path / "b.mp4", kill_at=26)
    parts = tmp_path / "b.mp4.parts"
    with open(parts / "000001.npz", "wb") as file:
        np.savez(file, pts=np.zeros(3))  # no checksum
    assert run(clip, tmp_path / "b.mp4") == 22
    assert (tmp_path / "b.mp4").read_bytes() == (tmp_path / "whole.mp4").read_bytes()


@pytest.mark.parametrize(
    "manifest", [b"[" * 100_000, b"{}", b"", b"\xff\xfe", b'{"settings": 1e999}', b"9" * 5000]
)
def test_an_odd_manifest_begins_anew(tmp_path, clip, manifest):
    with pytest.raises(KilledError):
        run(clip, tmp_path / "b.mp4", kill_at=26)
    (tmp_path / "b.mp4.parts" / "manifest.json").write_bytes(manifest)
    assert run(clip, tmp_path / "b.mp4") == 30


def test_parts_hold_no_pickles(tmp_path, clip):
    with pytest.raises(KilledError):
        run(clip, tmp_path / "b.mp4", kill_at=26)
    for part in (tmp_path / "b.mp4.parts").glob("*.npz"):
        with zipfile.ZipFile(part) as archive:
            for entry in archive.namelist():
                assert b"|O" not in archive.read(entry)[:128]
    manifest = json.loads((tmp_path / "b.mp4.parts" / "manifest.json").read_bytes())
    assert set(manifest) == {"settings"}


@pytest.mark.parametrize("name", ["b.mp4", "b.mkv", "b.webm", "b.gif", "b/%03d.png"])
def test_runs_are_equal_and_the_umask_is_respected(tmp_path, clip, name):
    previous = os.umask(0o027)
    try:
        for folder in "12":
            (tmp_path / folder).mkdir()
        run(clip, tmp_path / "1" / name)
        with pytest.raises(KilledError):
            run(clip, tmp_path / "2" / name, kill_at=20)
        run(clip, tmp_path / "2" / name)
    finally:
        os.umask(previous)
    first, second = (
        sorted(path for path in (tmp_path / folder).rglob("*") if path.is_file()) for folder in "12"
    )
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert {oct(path.stat().st_mode & 0o777) for path in first} == {"0o640"}


def test_a_video_keeps_its_frame_rate_which_is_said(clip, caplog):
    own = open_video(clip).info.frame_rate
    assert not caplog.records
    assert open_video(clip, frame_rate=own + 7).info.frame_rate == own
    assert "keeps its own frame rate; --fps is for sequences" in caplog.text


def test_times_and_rates_that_cannot_be_are_named(tmp_path, clip):
    source = open_video(clip, start=1e18)
    assert list(source.frames()) == []
    with pytest.raises(VideoError, match=r"has no frame from 1e\+18 s"):
        open_video_writer(tmp_path / "b.mp4", source.info).finish()
    assert not list(tmp_path.glob("b.mp4*"))
    assert len(list(open_video(clip, end=1e18).frames())) == 30
    with pytest.raises(UsageError, match="start is inf"):
        open_video(clip, start=float("inf"))
    for count in (0, -1):
        with pytest.raises(UsageError, match="preview is"):
            open_video(clip, preview=count)
    write_image(tmp_path / "p1.png", np.zeros((8, 8, 3), np.float32))
    for rate in (0, -1, 1e-9, 1e30, float("nan"), float("inf")):
        with pytest.raises(UsageError, match="frame_rate is"):
            open_video(tmp_path / "p%d.png", frame_rate=rate)
    source = open_video(tmp_path / "p%d.png", start=1e18)
    with pytest.raises(VideoError, match="has no frame"):
        open_video_writer(tmp_path / "c" / "%d.png", source.info).finish()


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (1, 3), (5, 700)])
@pytest.mark.parametrize("name", ["b.mp4", "b.mov", "b.webm", "b.gif", "b/%d.png"])
def test_tiny_frames_are_written(tmp_path, size, name):
    frame = np.full((size[1], size[0], 3), 90, np.float32) / 255
    for number in range(3):
        write_image(tmp_path / f"{number}.png", frame)
    run(tmp_path / "%d.png", tmp_path / name)
    read = list(open_video(tmp_path / name).frames())
    assert len(read) == 3
    shown = read[0].pixels[: size[1], : size[0]]
    assert shown.shape[:2] == size[::-1]
    assert np.abs(shown.astype(int) - 90).max() < 4


def test_frames_of_too_many_pixels_are_named(tmp_path, clip, monkeypatch):
    monkeypatch.setenv("FACESTYLE_MAX_FRAME_PIXELS", "3000")
    with pytest.raises(VideoError, match=r"64 x 48|cannot be read"):
        open_video(clip)
    monkeypatch.setenv("FACESTYLE_MAX_FRAME_PIXELS", "nonsense")
    assert open_video(clip).info.frames == 30
    monkeypatch.setattr(containers, "MAX_FRAME_PIXELS", 100)
    write_image(tmp_path / "g.png", np.zeros((11, 11, 3), np.float32))
    with pytest.raises(VideoError, match=r"11 x 11"):
        containers.check_frame_size(Path("g.png"), 11, 11)


def test_a_huge_picture_in_a_small_file_takes_no_memory(tmp_path):
    """A header that claims 60,000 x 60,000 px."""
    clip = make_clip(tmp_path / "a.mov", codec="png", pix_fmt="rgb24", sound=None, count=2)
    data = bytearray(clip.path.read_bytes())
    place = -1
    while (place := data.find(b"IHDR", place + 1)) >= 0:
        data[place + 4 : place + 12] = (60000).to_bytes(4, "big") * 2
    clip.path.write_bytes(data)
    with pytest.raises(VideoError):
        list(open_video(clip.path).frames())


@pytest.mark.parametrize("width", [20_000, 70_000])
@pytest.mark.parametrize("name", ["b.mp4", "b.mov", "b.webm", "b.gif", "b/%d.webp"])
def test_sides_that_a_format_cannot_have_are_one_line(tmp_path, width, name):
    for number in range(2):
        write_image(tmp_path / f"{number}.png", np.zeros((2, width, 3), np.float32))
    message = ""
    try:
        run(tmp_path / "%d.png", tmp_path / name)
    except (VideoError, ImageError) as error:
        message = str(error)
    if message:
        assert f"{width} x 2" in message
        assert len(message.splitlines()) == 1
        assert not (tmp_path / name).exists()
    else:
        assert next(iter(open_video(tmp_path / name).frames())).pixels.shape == (2, width, 3)
