"""Video files and sequences of pictures, by the library and by the command."""

import json

import numpy as np
import pytest
from moving_faces import moving_clip

from facestyle import ExemplarSet, Stylizer
from facestyle.cli import main
from facestyle.errors import FaceError, UsageError
from facestyle.io.images import read_image, write_image
from facestyle.io.videos import SegmentedWriter, open_video
from facestyle.pipeline import clips
from facestyle.pipeline.batch import BatchOptions, stylize_files
from facestyle.pipeline.clip_options import ClipOptions
from facestyle.pipeline.clips import clip_fingerprint, stylize_clip

av = pytest.importorskip("av")


def write_clip(path, frames, rate=24):
    """An H.264 file of frames with a second of silence beside them."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=rate, options={"crf": "12"})
        video.width, video.height, video.pix_fmt = frames[0].shape[1], frames[0].shape[0], "yuv420p"
        audio = container.add_stream("aac", rate=16000, layout="mono")
        for frame in frames:
            container.mux(video.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(video.encode())
        silence = av.AudioFrame.from_ndarray(
            np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
        )
        silence.sample_rate = 16000
        for number in range(10):
            silence.pts = 1024 * number
            container.mux(audio.encode(silence))
        container.mux(audio.encode())


def pixels_of(path):
    return [frame.pixels for frame in open_video(path).frames()]


@pytest.fixture(scope="module")
def stylizer(sitters):
    return Stylizer(ExemplarSet(sitters[:2]), method="energy", background="keep")


@pytest.fixture(scope="module")
def frames(astronaut):
    return moving_clip(astronaut, 8)[0]


@pytest.fixture(scope="module")
def clip(tmp_path_factory, frames):
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    write_clip(path, frames)
    return path


@pytest.fixture(scope="module")
def exemplar_folder(tmp_path_factory, sitters):
    folder = tmp_path_factory.mktemp("looks") / "looks"
    folder.mkdir()
    for portrait in sitters[:2]:
        write_image(folder / f"{portrait.name}.png", portrait.image)
    return folder


@pytest.fixture
def short_segments(monkeypatch):
    """Segments of three frames."""

    def open_writer(path, info, *, overwrite, **options):
        del overwrite
        return SegmentedWriter(path, info, segment_frames=3, **options)

    monkeypatch.setattr(clips, "open_video_writer", open_writer)


def test_a_file_becomes_a_file(stylizer, clip, frames, tmp_path):
    said = []
    facts = stylize_clip(stylizer, clip, tmp_path / "o.mp4", progress=lambda *a: said.append(a))
    result = pixels_of(tmp_path / "o.mp4")
    assert len(result) == facts["frames"] == facts["frames_with_face"] == len(frames)
    expected = [r.image for r in stylizer.video(pixels_of(clip))]
    assert np.abs(np.stack(result).astype(float) - np.stack(expected)).mean() < 3
    assert np.abs(np.stack(result).astype(float) - frames).mean() > 4
    assert said[-1] == (clip, 8, 8)
    assert list(tmp_path.iterdir()) == [tmp_path / "o.mp4"]
    with av.open(str(tmp_path / "o.mp4")) as container:
        assert container.streams.audio


def test_a_killed_run_goes_on_to_the_same_bytes(stylizer, clip, tmp_path, short_segments):
    whole, broken = tmp_path / "whole.mp4", tmp_path / "broken.mp4"
    stylize_clip(stylizer, clip, whole)

    class KilledError(Exception):
        pass

    def kill(source, done, total):
        if done == 5:
            raise KilledError

    with pytest.raises(KilledError):
        stylize_clip(stylizer, clip, broken, progress=kill)
    assert not broken.exists()
    facts = stylize_clip(stylizer, clip, broken)
    assert facts["resumed_frames"] == 3
    assert broken.read_bytes() == whole.read_bytes()


def test_another_style_is_not_gone_on_with(stylizer, sitters):
    others = [
        Stylizer(stylizer.exemplars, method="energy", background="keep", strength=0.5),
        Stylizer(ExemplarSet(sitters[:1]), method="energy", background="keep"),
        Stylizer(stylizer.exemplars, method="energy", background="keep", tone="residual"),
    ]
    marks = [clip_fingerprint(each, None) for each in (stylizer, *others)]
    marks.append(clip_fingerprint(stylizer, 10))
    assert len(set(marks)) == 5
    assert clip_fingerprint(stylizer, None) == marks[0]


def test_start_end_and_preview(stylizer, clip):
    part = ClipOptions(start=2 / 24, end=5 / 24)
    assert stylize_clip(stylizer, clip, None, part)["frames"] == 3
    assert stylize_clip(stylizer, clip, None, ClipOptions(preview=2))["frames"] == 2
    assert stylize_clip(stylizer, clip, None, ClipOptions(start=6 / 24, preview=5))["frames"] == 2


def test_sequences_in_and_out(stylizer, frames, tmp_path):
    for number, frame in enumerate(frames[:3]):
        write_image(tmp_path / "in" / f"{number + 7:04d}.png", frame / np.float32(255))
    stylize_clip(stylizer, tmp_path / "in" / "%04d.png", tmp_path / "out" / "%03d.png")
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["007.png", "008.png", "009.png"]
    expected = [r.image for r in stylizer.video(frames[:3])]
    for name, image in zip(names, expected, strict=True):
        written = np.rint(255 * read_image(tmp_path / "out" / name).rgb)
        assert np.abs(written - image).max() <= 1


def test_a_clip_without_a_face_is_refused_before_anything_is_written(stylizer, tmp_path):
    noise = np.random.default_rng(0).integers(0, 40, (4, 120, 160, 3), dtype=np.uint8)
    write_clip(tmp_path / "empty.mp4", noise)
    with pytest.raises(FaceError, match=r"empty\.mp4"):
        stylize_clip(stylizer, tmp_path / "empty.mp4", tmp_path / "o.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["empty.mp4"]


def test_a_face_that_no_frame_shows_is_named(stylizer, clip, tmp_path):
    third = Stylizer(stylizer.exemplars, method="energy", face=3)
    with pytest.raises(FaceError, match=r"face 3 was asked for.*no frame shows so many"):
        stylize_clip(third, clip, tmp_path / "o.mp4")


def test_a_video_cannot_be_transparent(stylizer, clip, tmp_path):
    clear = Stylizer(stylizer.exemplars, method="energy", background="transparent")
    with pytest.raises(UsageError, match="opacity"):
        stylize_clip(clear, clip, tmp_path / "o.mp4")


def test_a_bad_file_does_not_stop_the_others(stylizer, clip, frames, tmp_path):
    (tmp_path / "bad.mp4").write_bytes(b"no video")
    write_image(tmp_path / "photo.png", frames[0] / np.float32(255))
    sources = [tmp_path / "bad.mp4", tmp_path / "photo.png", clip]
    outputs = [tmp_path / "o" / name for name in ("bad.mp4", "photo.png", "clip.mp4")]
    options = BatchOptions(clip=ClipOptions(preview=2))
    outcomes = list(stylize_files(stylizer, sources, outputs, options=options))
    assert [outcome.error is None for outcome in outcomes] == [False, True, True]
    assert outcomes[2].facts["frames"] == 2
    assert outputs[1].exists()
    assert outputs[2].exists()


def test_the_command_takes_pictures_and_videos(clip, frames, exemplar_folder, tmp_path, capsys):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "clip.mp4").write_bytes(clip.read_bytes())
    write_image(folder / "photo.jpg", frames[0] / np.float32(255))
    arguments = [str(folder), "--exemplars", str(exemplar_folder), "--method", "energy", "--json"]
    assert main([*arguments, "--preview", "2"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["status"] for record in records] == ["done", "done"]
    assert records[0]["frames"] == 2
    assert (folder / "clip_looks.mp4").exists()
    assert (folder / "photo_looks.jpg").exists()
    # results of the run before are no inputs
    assert main([*arguments, "--preview", "2", "--skip-existing", "-q"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["status"] for record in records] == ["skipped", "skipped"]


def test_names_of_results(tmp_path):
    from facestyle.cli.result_names import clip_names
    from facestyle.io.images import expand_inputs, plan_outputs

    def planned(*inputs, output=None):
        pairs = plan_outputs(expand_inputs(inputs), output, "ink", clips=clip_names())
        return [str(path) for _, path in pairs]

    assert planned("a/clip.mov", "b.png") == ["a/clip_ink.mp4", "b_ink.png"]
    assert planned("clip.webm", "clip.mkv", output="out/") == ["out/clip.webm", "out/clip.mkv"]
    assert planned("clip.mp4", output="new.mkv") == ["new.mkv"]
    assert planned("in/%05d.png", output="out/%03d.jpg") == ["out/%03d.jpg"]
    assert planned("in/%05d.tif", output="out/") == ["out/in/%05d.tif"]
    (only,) = planned(str(tmp_path / "in" / "%05d.png"))
    assert only == str(tmp_path / "in_ink" / "%05d.png")
