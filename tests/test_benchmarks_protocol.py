"""Files of results, layouts of data, intervals, the clip with known flow."""

import argparse
import json
import struct
import zlib

import numpy as np
import pytest

from benchmarks import layouts, video
from benchmarks.bootstrap import mean_interval
from benchmarks.moving_portrait import MovingPortrait
from benchmarks.protocol import MissingDataError, Recorder
from benchmarks.report import Timing
from benchmarks.result_files import read_results
from facestyle.io.images import write_image
from facestyle.metrics.temporal import warping_error


def test_results_come_back_as_they_were_written(tmp_path):
    path = tmp_path / "deep" / "a.jsonl"
    with Recorder("sketch", seed=3, quick=True, path=path) as recorder:
        scores = {"ssim": 0.5, "lpips": float("nan")}
        recorder.add("look/ann", "ours", scores, split="test", size=(4, 5), exemplars=8)
        recorder.add_timing("ann", "ours", Timing((1.0, 3.0, 2.0), (0.5, 0.5, 0.5)), warm_up=2)
        recorder.picture("ann", "ours", np.zeros((4, 5, 3)))
        recorder.picture("ann", "ours", np.zeros((4, 5, 3)), data="CUFS")  # not ours to show
        with recorder.skipping("bob"):
            raise MissingDataError("bob", "is away")
        assert not path.exists()  # only once everything is in it
    assert [file.name for file in path.parent.iterdir()] == ["a.jsonl"]
    found = read_results(path)
    assert found.rows == recorder.results.rows
    first, wall, cpu = found.rows
    assert (first.better, first.group, first.seed, first.factors) == (
        "higher",
        "look",
        3,
        {"exemplars": 8},
    )
    assert (wall.value, wall.runs, wall.warm_up, wall.spread) == (2.0, 3, 2, 0.5)
    assert (cpu.measure, cpu.spread) == ("CPU seconds", 0)
    assert [skip["what"] for skip in found.skips] == ["look/ann, ours, lpips", "bob"]
    assert len(found.pictures) == 1
    needed = {"schema", "benchmark", "quick", "seed", "settings", "time", "commit", "command"}
    needed |= {"python", "versions", "processor", "cores", "threads", "system"}
    assert needed <= found.runs[0].keys()


def test_joined_files_and_faulty_lines(tmp_path):
    for name in ("a", "b"):
        with Recorder(name, path=tmp_path / f"{name}.jsonl") as recorder:
            recorder.add("ann", "ours", {"ssim": 1.0}, split="none")
    text = "".join((tmp_path / f"{name}.jsonl").read_text() for name in "ab")
    (tmp_path / "a.jsonl").write_text(text)
    (tmp_path / "b.jsonl").unlink()
    assert [row.benchmark for row in read_results(tmp_path).rows] == ["a", "b"]
    row = json.dumps({"kind": "row"})
    for line in ("no JSON", row, '{"kind": "run", "schema": 0}', '{"kind": "other"}', "[]"):
        (tmp_path / "bad.txt").write_text(f"{line}\n")
        with pytest.raises(ValueError, match=r"bad\.txt, line 1: no line of results"):
            read_results(tmp_path / "bad.txt")


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def test_layouts_of_public_data_are_understood(tmp_path):
    touch(tmp_path, "photos/f-005-01.jpg", "photos/Ann.png", "photos/alone.png")
    touch(tmp_path, "sketches/F2-005-01-sz1.jpg", "sketches/ann.jpg", "sketches/.ann.jpg")
    touch(tmp_path, "sketches/stranger.jpg")
    left_out = {}
    pairs = layouts.pair_files(tmp_path, left_out.__setitem__)
    assert left_out == {
        "photos/alone.png": "no drawing belongs to it by name",
        "sketches/stranger.jpg": "no photograph belongs to it by name",
    }
    assert [(p.name, d.name) for p, d in pairs] == [
        ("Ann.png", "ann.jpg"),
        ("f-005-01.jpg", "F2-005-01-sz1.jpg"),
    ]
    touch(tmp_path, "JPEGImages/480p/bear/00000.jpg", "JPEGImages/480p/bear/00001.jpg", "x.mp4")
    assert {name: len(of) for name, of in clip_files(tmp_path).items()} == {
        "bear": 2,
        "x": 1,
    }
    for kind in ("clean", "final"):
        touch(tmp_path, f"training/{kind}/alley_1/frame_0009.png")
        touch(tmp_path, f"training/{kind}/alley_1/frame_0010.png")
    touch(tmp_path, "training/flow/alley_1/frame_0009.flo", "training/flow/alley_1/frame_0010.flo")
    ((first, second, _),) = layouts.flow_files(tmp_path, left_out.__setitem__)
    assert "alley_1/frame_0010.flo" in left_out
    assert first.parent.parent.name == "clean"
    assert second.name == "frame_0010.png"
    touch(tmp_path, "styles/oil.png", "styles/ink/1.png", "styles/ink/2.png", "labels/Ann.png")
    assert {name: len(of) for name, of in layouts.style_files(tmp_path).items()} == {
        "oil": 1,
        "ink": 2,
    }
    assert [photo.name for photo, _ in layouts.label_files(tmp_path, nowhere)] == ["Ann.png"]


def nowhere(_what, _why):
    """Takes what is left out and forgets it."""


def clip_files(folder):
    return layouts.clip_files(folder, nowhere)


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (("f-005-01.png", "f-007-01.png"), "begin differently"),  # CUFS: different people
        (("9.png", "11.png"), "11.png does not follow 9.png"),
        (("1.png", "two.png"), "two.png has no number"),
        (("1.png",), "at least two"),
        (("1.png", "2.png", "large-3.png"), "begin differently"),
        (("1.png", "2.png", "3.jpg"), "3.jpg has 5x4 px, 1.png 4x4"),
    ],
)
def test_a_folder_that_is_no_clip_is_left_out_by_name(names, why, tmp_path):
    for name in names:
        shape = (4, 5, 3) if name == "3.jpg" else (4, 4, 3)
        write_image(tmp_path / "people" / name, np.zeros(shape, np.float32))
    touch(tmp_path, *(f"clip/frame{n}.png" for n in (9, 10, 11)), "photos/1.png", "photos/2.png")
    left_out = {}
    found = layouts.clip_files(tmp_path, left_out.__setitem__)
    assert [path.stem for path in found["clip"]] == ["frame9", "frame10", "frame11"]
    assert found.keys() == {"clip"}
    assert left_out.keys() == {"people/", "photos/"}
    assert why in left_out["people/"]


@pytest.mark.parametrize("side", [12_000, 60_000])  # Pillow warns of one and refuses the other
def test_a_frame_whose_head_claims_an_absurd_size_is_named(side, tmp_path):
    head = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    for folder in ("good", "bad"):
        for number in (1, 2):
            write_image(tmp_path / folder / f"{number}.png", np.zeros((4, 4, 3), np.float32))
    (tmp_path / "bad" / "2.png").write_bytes(bomb + struct.pack(">I", 64) + b"IDAT")
    recorder = Recorder("video")
    given = argparse.Namespace(data=tmp_path, quick=True, frames=2, clips=None)
    assert [clip.name for clip in video.clips(given, recorder)] == ["good"]
    (entry,) = recorder.results.skips
    assert entry["what"].rstrip("/") == "bad"
    assert "2.png" in entry["why"]


def test_what_is_missing_is_named(tmp_path):
    for find in (layouts.pair_files, layouts.clip_files, layouts.label_files):
        with pytest.raises(MissingDataError, match=str(tmp_path)):
            find(tmp_path, nowhere)
    with pytest.raises(MissingDataError, match=str(tmp_path)):
        layouts.style_files(tmp_path)


def test_intervals_hold_the_mean_as_often_as_they_say():
    random = np.random.default_rng(0)
    held = 0
    for _ in range(200):
        low, high = mean_interval(random.normal(1, 2, 40))
        held += low < 1 < high
    assert 0.9 < held / 200 < 0.99


def test_the_flow_of_the_moving_portrait_is_true():
    random = np.random.default_rng(0)
    coarse = random.uniform(size=(7, 6, 3)).astype(np.float32)
    image = np.kron(coarse, np.ones((16, 16, 1), np.float32))
    clip = MovingPortrait(image, 7, noise=0)
    flow = clip.flow(2, 6)
    assert np.abs(flow).max() > 3
    inside = np.zeros(image.shape[:2])
    inside[16:-16, 16:-16] = 1
    error = warping_error(clip.frames[2], clip.frames[6], flow, inside)
    unmoved = warping_error(clip.frames[2], clip.frames[6], np.zeros_like(flow), inside)
    assert error < 0.05 * unmoved
