"""Videos as cameras and programs write them, each with its right value (tests/media)."""

from pathlib import Path

import av
import numpy as np
import pytest

from facestyle.io.videos import is_clip, open_video, open_video_writer, output_suffix

MEDIA = Path(__file__).parent / "media"


def levels(frame) -> np.ndarray:
    """Pixels as float, of 255."""
    return frame.pixels / (257.0 if frame.pixels.dtype == np.uint16 else 1.0)


def first(name: str) -> np.ndarray:
    return levels(next(iter(open_video(MEDIA / name).frames())))


def copy(source_path: Path, path: Path, **options) -> None:
    source = open_video(source_path, **options)
    with open_video_writer(path, source.info) as writer:
        for frame in source.frames():
            writer.write(frame.pixels, frame)
        writer.finish()


@pytest.fixture(scope="module")
def right() -> np.ndarray:
    return first("base8bit.mp4")


def test_ten_bits_of_half_chroma_have_the_colors_of_eight(right):
    assert np.abs(first("hevc10_sdr.mp4") - right).mean() < 3  # 1.28 measured; magenta: 44


def test_hdr_is_tone_mapped_and_said(right, caplog):
    assert np.abs(first("iphone_hlg.mp4") - right).mean() < 12  # 4.13 measured
    assert "is HDR (HLG) and is tone-mapped to SDR" in caplog.text


def combing(pixels: np.ndarray) -> float:
    """How much more neighboring lines differ than lines two apart."""
    luma = pixels.mean(axis=2)
    return float(np.abs(np.diff(luma, axis=0)).mean() / np.abs(luma[2:] - luma[:-2]).mean())


def test_interlaced_frames_are_made_whole(caplog):
    frames = list(open_video(MEDIA / "interlaced.mts").frames())
    assert len(frames) == 8
    assert "is interlaced and is deinterlaced" in caplog.text
    assert max(combing(levels(frame)) for frame in frames[1:]) < 1
    with av.open(str(MEDIA / "interlaced.mts")) as container:
        raw = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert max(combing(pixels) for pixels in raw) > 1.2


def test_joined_files_play_one_after_the_other(tmp_path, caplog):
    source = open_video(MEDIA / "cat_silent.ts")
    assert "clock starts again" in caplog.text
    frames = list(source.frames())
    assert len(frames) == 54
    assert frames[-1].seconds > 1.9
    steps = np.diff([frame.pts for frame in frames]) * float(source.info.time_base)
    np.testing.assert_allclose(steps, 0.04, atol=1e-6)
    copy(MEDIA / "cat_silent.ts", tmp_path / "b.mp4")
    with av.open(str(tmp_path / "b.mp4")) as container:
        assert container.duration > 1.9e6
    later = open_video(MEDIA / "cat_silent.ts", start=1.2)
    part = next(iter(later.frames()))
    np.testing.assert_array_equal(part.pixels, frames[30].pixels)


@pytest.mark.parametrize(
    ("name", "count"), [("late_video.mp4", 8), ("vfr_slow_start.mp4", 10), ("base8bit.mp4", 30)]
)
def test_a_preview_has_as_many_frames_as_asked_for(tmp_path, name, count):
    source = open_video(MEDIA / name, preview=count)
    frames = list(source.frames())
    assert len(frames) == source.info.frames == count
    copy(MEDIA / name, tmp_path / "b.mp4", preview=count)
    with av.open(str(tmp_path / "b.mp4")) as container:
        assert container.streams.video[0].frames == count
        last = frames[-1].seconds + float(frames[-1].duration * source.info.time_base)
        if container.streams.audio:
            sound = container.streams.audio[0]
            assert float(sound.duration * sound.time_base) == pytest.approx(last, abs=0.05)


def test_a_preview_may_be_longer_than_the_clip():
    assert len(list(open_video(MEDIA / "base8bit.mp4", preview=10**30).frames())) == 30
    assert len(list(open_video(MEDIA / "cutout%03d.png", preview=1).frames())) == 1


def test_odd_sides_play_everywhere(tmp_path):
    copy(MEDIA / "odd.webm", tmp_path / "b.mp4")
    with av.open(str(tmp_path / "b.mp4")) as container:
        assert container.streams.video[0].format.name == "yuv420p"
    assert output_suffix(MEDIA / "odd.webm") == ".webm"
    copy(MEDIA / "odd.webm", tmp_path / "b.webm")
    frame = next(iter(open_video(tmp_path / "b.webm").frames()))
    assert np.abs(levels(frame) - first("odd.webm")).mean() < 2
    assert frame.pixels.shape == (241, 321, 3)


def test_an_animated_picture_is_a_clip(tmp_path):
    assert is_clip(MEDIA / "anim.gif")
    assert not is_clip(MEDIA / "cutout000.png")
    source = open_video(MEDIA / "anim.gif")
    frames = list(source.frames())
    assert [frame.seconds for frame in frames] == [0, 0.1, 0.2, 0.3, 0.4]
    assert not source.info.alpha
    copy(MEDIA / "anim.gif", tmp_path / "b.gif")
    again = list(open_video(tmp_path / "b.gif").frames())
    assert [frame.seconds for frame in again] == [0, 0.1, 0.2, 0.3, 0.4]
    for frame, other in zip(frames, again, strict=True):
        assert np.abs(levels(frame) - levels(other)).mean() < 4


@pytest.mark.parametrize("target", ["b/%03d.png", "b.mov", "b.webm"])
def test_opacity_stays(tmp_path, target):
    given = list(open_video(MEDIA / "cutout%03d.png").frames())
    copy(MEDIA / "cutout%03d.png", tmp_path / target)
    source = open_video(tmp_path / target)
    assert source.info.alpha
    for frame, expected in zip(source.frames(), given, strict=True):
        alpha = frame.alpha / (257.0 if frame.alpha.dtype == np.uint16 else 1.0)
        assert np.abs(alpha - expected.alpha).mean() < 1.5
        shown = expected.alpha > 250
        assert np.abs(levels(frame) - levels(expected))[shown].mean() < 3


def test_opacity_that_does_not_fit_is_said(tmp_path, caplog):
    copy(MEDIA / "cutout%03d.png", tmp_path / "b.mp4")
    assert "cannot hold opacity" in caplog.text
    frame = next(iter(open_video(tmp_path / "b.mp4").frames()))
    clear = next(iter(open_video(MEDIA / "cutout%03d.png").frames())).alpha == 0
    assert levels(frame)[clear].mean() > 250  # white
