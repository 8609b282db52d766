"""Further members of the kinds in tests/media: interlaced, transparent, turned, late, uneven."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from video_clips import make_clip, smooth_frame

from facestyle.errors import VideoError
from facestyle.io.videos import is_animated, open_video, open_video_writer, supports_alpha

SIZE = (96, 80)


def write(
    path: Path, frames: list[np.ndarray], codec: str, pix_fmt: str, **options: object
) -> Path:
    """Write RGB or RGBA frames without any loss that matters."""
    flags = options.pop("flags", 0)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25, options=options.pop("codec_options", {}))
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pix_fmt
        stream.codec_context.flags |= flags
        for key, value in options.items():
            setattr(stream.codec_context, key, value)
        for number, pixels in enumerate(frames):
            name = "rgba" if pixels.shape[2] == 4 else "rgb24"
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format=name)
            frame = frame.reformat(format=pix_fmt, dst_colorspace=1, src_color_range=2)
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def moving_lines(count: int, first: int) -> list[np.ndarray]:
    """Frames whose two fields, the top or the bottom one first, are half a frame apart."""
    frames = []
    for number in range(count):
        fields = [
            np.roll(smooth_frame(0, *SIZE), 8 * number + 4 * half, axis=1) for half in range(2)
        ]
        woven = fields[0].copy()
        late = slice(1 - first, None, 2)
        woven[late] = fields[1][late]
        frames.append(woven)
    return frames


def combing(pixels: np.ndarray) -> float:
    luma = pixels.astype(float).mean(axis=2)
    return float(np.abs(np.diff(luma, axis=0)).mean() / np.abs(luma[2:] - luma[:-2]).mean())


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize(("codec", "suffix"), [("mpeg2video", ".mpg"), ("libx264", ".ts")])
def test_both_orders_of_fields_are_deinterlaced(tmp_path, caplog, first, codec, suffix):
    flags = av.codec.context.Flags.interlaced_dct
    options = {"x264-params": f"crf=4:{('tff', 'bff')[first]}=1"} if codec == "libx264" else {}
    quality = {"bit_rate": 20_000_000} if codec == "mpeg2video" else {}
    path = write(
        tmp_path / f"a{suffix}",
        moving_lines(6, first),
        codec,
        "yuv420p",
        flags=flags,
        codec_options=options,
        **quality,
    )
    source = open_video(path)
    frames = [frame.pixels for frame in source.frames()]
    if "deinterlaced" not in caplog.text:
        pytest.skip("this encoder did not mark the frames as interlaced")
    assert len(frames) == 6
    woven = combing(moving_lines(6, first)[3])
    assert combing(frames[3]) < 0.6 * woven


@pytest.mark.parametrize(("codec", "pix_fmt"), [("png", "rgba"), ("qtrle", "argb")])
def test_unused_opacity_is_ignored_and_used_is_kept(tmp_path, codec, pix_fmt):
    rgb = smooth_frame(0, *SIZE)
    for value, alpha in ((0, False), (77, True)):
        rgba = np.dstack([rgb, np.full(rgb.shape[:2], value, np.uint8)])
        path = write(tmp_path / f"{value}.mov", [rgba] * 2, codec, pix_fmt)
        source = open_video(path)
        assert source.info.alpha == alpha
        frame = next(iter(source.frames()))
        np.testing.assert_array_equal(frame.pixels, rgb)
        assert (frame.alpha is not None) == alpha
        if alpha:
            assert (frame.alpha == 77).all()


def test_a_clip_that_fades_in_from_nothing_is_transparent(tmp_path):
    frames = [np.zeros((*SIZE[::-1], 4), np.uint8)]
    frames += [np.dstack([smooth_frame(0, *SIZE), np.full(SIZE[::-1], 200, np.uint8)])]
    source = open_video(write(tmp_path / "a.mov", frames, "png", "rgba"))
    assert [int(frame.alpha.max()) for frame in source.frames()] == [0, 200]


def test_results_bring_their_own_opacity(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", count=2, sound=None)
    info = open_video(clip.path).info
    for name in ("b.mov", "b.webm", "b/%d.png"):
        assert supports_alpha(tmp_path / name)
        with open_video_writer(tmp_path / name, info, alpha=True) as writer:
            for frame in open_video(clip.path).frames():
                alpha = np.full(frame.pixels.shape[:2], 30, np.uint8)
                alpha[:, 32:] = 255
                writer.write(np.dstack([frame.pixels, alpha]), frame)
            writer.finish()
        source = open_video(tmp_path / name)
        frame = next(iter(source.frames()))
        most = np.iinfo(frame.alpha.dtype).max
        assert abs(frame.alpha[:, :28].mean() / most - 30 / 255) < 0.01
        assert frame.alpha[:, 36:].mean() / most > 0.99
    assert not supports_alpha(tmp_path / "b.mp4")
    assert not supports_alpha(tmp_path / "%d.jpg")


def test_parts_of_a_transparent_webm_go_on_after_a_kill(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", count=5, sound=None)
    info = open_video(clip.path).info

    def run(path: Path, stop: int | None = None) -> None:
        from facestyle.io.videos import SegmentedWriter

        with SegmentedWriter(path, info, segment_frames=2, alpha=True) as writer:
            for frame in open_video(clip.path).frames(skip=writer.resume_point().frames):
                if frame.number == stop:
                    return
                alpha = np.full(frame.pixels.shape[:2], 40 * frame.number, np.uint8)
                writer.write(np.dstack([frame.pixels, alpha]), frame)
                if writer.segment_is_full:
                    writer.finish_segment()
            writer.finish()

    run(tmp_path / "whole.webm")
    run(tmp_path / "b.webm", stop=3)
    run(tmp_path / "b.webm")
    assert (tmp_path / "b.webm").read_bytes() == (tmp_path / "whole.webm").read_bytes()
    alphas = [int(frame.alpha.mean()) for frame in open_video(tmp_path / "b.webm").frames()]
    np.testing.assert_allclose(alphas, [0, 40, 80, 120, 160], atol=2)


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_animated_pictures_of_every_kind(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    pictures = [
        Image.fromarray(np.dstack([smooth_frame(9 * n, 40, 30), np.full((30, 40), 255, np.uint8)]))
        for n in range(4)
    ]
    for number in (0, 2):
        hole = np.array(pictures[number])
        hole[:10, :10, 3] = 0
        pictures[number] = Image.fromarray(hole)
    times = [100, 50, 200, 70]
    lossless = {"lossless": True, "exact": True} if suffix == ".webp" else {}
    disposal = {"disposal": 2} if suffix == ".gif" else {}
    pictures[0].save(
        path, save_all=True, append_images=pictures[1:], duration=times, **lossless, **disposal
    )
    assert is_animated(path)
    source = open_video(path)
    frames = list(source.frames())
    assert [round(1000 * frame.seconds) for frame in frames] == [0, 100, 150, 350]
    assert source.info.alpha
    kept = 1 if suffix == ".gif" else 4  # Pillow writes no opacity into a GIF's later frames
    assert [int(frame.alpha.min()) for frame in frames[:kept]] == [0, 255, 0, 255][:kept]
    for frame, picture in zip(frames, pictures, strict=True):
        shown = np.minimum(frame.alpha, np.asarray(picture)[..., 3]) > 0
        expected = np.asarray(picture)[..., :3]
        assert np.abs(frame.pixels.astype(int) - expected)[shown].mean() < 8
    part = open_video(path, start=0.1, end=0.3)
    assert [frame.number for frame in part.frames()] == [0, 1]
    assert part.info.frames == 2
    assert [frame.number for frame in source.frames(skip=3)] == [3]


def test_a_still_picture_is_no_clip(tmp_path):
    for suffix in (".gif", ".webp", ".png"):
        Image.fromarray(smooth_frame(0, 20, 20)).save(tmp_path / f"a{suffix}")
        assert not is_animated(tmp_path / f"a{suffix}")
    assert not is_animated(tmp_path / "none.gif")
    assert not is_animated(tmp_path)


def test_a_cut_off_animation_is_named(tmp_path):
    pictures = [Image.fromarray(smooth_frame(9 * n, 80, 60)) for n in range(4)]
    path = tmp_path / "a.png"
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=100)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert is_animated(path)
    with pytest.raises(VideoError, match=r"a\.png: the animation is damaged"):
        open_video(path)


def test_a_late_video_keeps_its_distance_from_the_sound(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", pts=[600 + 25 * n for n in range(24)])
    source = open_video(clip.path)
    frames = list(source.frames())
    assert frames[0].seconds == pytest.approx(1.0)
    assert len(list(open_video(clip.path, start=1.5).frames())) == 12
    with open_video_writer(tmp_path / "b.mp4", source.info) as writer:
        for frame in frames:
            writer.write(frame.pixels, frame)
        writer.finish()
    again = [frame.seconds for frame in open_video(tmp_path / "b.mp4").frames()]
    assert again == pytest.approx([frame.seconds for frame in frames])


def test_gif_keeps_uneven_times(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", pts=[0, 60, 180, 210, 600], sound=None)
    source = open_video(clip.path)
    with open_video_writer(tmp_path / "b.gif", source.info) as writer:
        for frame in source.frames():
            writer.write(frame.pixels, frame)
        writer.finish()
    again = [frame.seconds for frame in open_video(tmp_path / "b.gif").frames()]
    assert again == pytest.approx([float(Fraction(t, 600)) for t in clip.pts], abs=0.011)


def test_gif_is_transparent_in_every_frame(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", count=4, sound=None)
    source = open_video(clip.path)
    with open_video_writer(tmp_path / "b.gif", source.info, alpha=True) as writer:
        for frame in source.frames():
            alpha = np.full(frame.pixels.shape[:2], 255, np.uint8)
            alpha[:, : 10 + 10 * frame.number] = 0  # what was shown goes away again
            writer.write(np.dstack([frame.pixels, alpha]), frame)
        writer.finish()
    shown = [frame.alpha for frame in open_video(tmp_path / "b.gif").frames()]
    assert [int((alpha[20] == 0).sum()) for alpha in shown] == [10, 20, 30, 40]
