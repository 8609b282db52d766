"""Every benchmark's --quick runs without other data than the repository's, and skips by name."""

import argparse
import json
import shutil
import sys

import cv2
import numpy as np
import pytest

from benchmarks import bundled, known_looks_rows, regions_rows, sketch
from benchmarks.__main__ import BENCHMARKS, TOOLS, main
from benchmarks.old_photographs import OLD_PHOTOGRAPHS
from benchmarks.protocol import BUNDLED, Recorder
from benchmarks.result_files import read_results
from benchmarks.running import NOTHING_MEASURED
from benchmarks.site_page import RESULTS
from facestyle.exemplars import ExemplarSet
from facestyle.faces import portrait_from_image
from facestyle.io.images import read_image, write_image

SITTERS = ("erik_dahlgren", "grace_hopper", "luis_pedro_coelho")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Three small sitters: portraits, their drawings, one style."""
    folder = tmp_path_factory.mktemp("tiny")
    kinds = {"photos": "pencil_photos", "sketches": "pencil", "styles/ink": "pencil"}
    for kind, source in kinds.items():
        (folder / kind).mkdir(parents=True)
        for name in SITTERS:
            picture = read_image(bundled.EXEMPLARS / source / f"{name}.jpg").rgb
            small = cv2.resize(picture, (160, 200), interpolation=cv2.INTER_AREA)
            write_image(folder / kind / f"{name}.png", small)
    return folder


def measured(tmp_path, *words, code=0):
    """Rows, skips and pictures of a quick run."""
    path = tmp_path / "results.jsonl"
    assert main([*words, "--quick", "--json", str(path)]) == code
    return read_results(path)


def test_known_looks(tiny, tmp_path):
    methods = ["--methods", "input unchanged", "ours: tone first"]
    found = measured(tmp_path, "known-looks", "--data", str(tiny), "--looks", "amber", *methods)
    psnr = {}
    for row in found.rows:
        assert (row.split, row.data, row.group) == ("test", tiny.name, "amber")
        if row.measure == "psnr":
            psnr.setdefault(row.method, []).append(row.value)
    assert {len(values) for values in psnr.values()} == {2}
    assert {"histogram matching", "OpenCV edgePreservingFilter"} < psnr.keys()
    assert np.mean(psnr["ours: tone first"]) > np.mean(psnr["input unchanged"])
    assert found.pictures == []  # given data stay where they are


def test_sketch(tiny, tmp_path, capsys):
    peer = ["--peer", f"the artist={tiny / 'sketches'}", "--peer", f"nobody={tmp_path}"]
    methods = ["--methods", "photograph in gray", "ours", "mean drawing"]
    photo = read_image(tiny / "photos" / "grace_hopper.png").rgb
    write_image(tiny / "photos" / "alone.png", photo)
    data = ["--data", str(tiny), *methods, *peer, "--pictures", "--images", "3"]
    data += ["--export", str(tmp_path / "seen"), "--counts", "1", "9"]
    found = measured(tmp_path, "sketch", *data)
    (tiny / "photos" / "alone.png").unlink()
    ssim = {row.method: row.value for row in found.rows if row.measure == "ssim"}
    assert ssim["the artist"] == pytest.approx(1)  # the drawing itself
    assert ssim["OpenCV pencilSketch"] < 1
    # data in no split are scored whole
    assert {row.case for row in found.rows} == {*SITTERS, "one picture"}
    assert {row.split for row in found.rows} == {"none"}
    assert "3 pairs, 3 in no split, 3 of them are scored" in capsys.readouterr().err
    skipped = {skip["what"] for skip in found.skips}
    assert {"nobody, grace_hopper", "photos/alone.png", "9 exemplars"} <= skipped
    assert found.pictures
    for kind in ("photos", "sketches"):
        assert {path.stem for path in (tmp_path / "seen" / kind).iterdir()} == set(SITTERS)
    own = ["sketch", "--data", str(tiny), "--export", str(tiny)]
    assert "replaces" in measured(tmp_path, *own, code=NOTHING_MEASURED).skips[0]["why"]
    np.testing.assert_allclose(
        read_image(tmp_path / "seen" / "photos" / "grace_hopper.png").rgb, photo, atol=1 / 255
    )


def test_halves_of_sketch_are_those_of_the_split(tmp_path):
    given = argparse.Namespace(data=tmp_path, split="test", images=None, quick=False)
    for folder, expected in (("pencil_pairs", ("test", [1, 3])), ("own", ("none", [0, 1, 2, 3]))):
        files = [(tmp_path / folder / "photos" / f"0{n}.png", tmp_path) for n in range(4)]
        drawings = [argparse.Namespace(name=path.stem) for path, _ in files]
        assert sketch.scored(drawings, files, given) == expected


def test_portraits_and_an_ebsynth_binary(tiny, tmp_path):
    binary = tmp_path / "ebsynth"
    binary.write_text("#!/bin/sh\ntest $# -ge 10 && cp appearance_target.png result.png\n")
    binary.chmod(0o755)
    words = ["--data", str(tiny), "--portraits", "grace_hopper", "--ebsynth", str(binary)]
    shutil.copytree(tiny / "styles" / "ink", tmp_path / "results")  # a peer without all results
    seen = tmp_path / "seen"
    more = ["--export", str(seen), "--peer", f"nobody={tmp_path / 'results'}"]
    found = measured(tmp_path, "portraits", *words, *more)
    assert "nobody, grace_hopper_ink" in {skip["what"] for skip in found.skips}
    # a peer that copies what it is given: the photograph, and the exemplar for all of the set
    (photo,), (exemplar,) = (list((seen / kind).iterdir()) for kind in ("photos", "exemplars"))
    assert exemplar.name == "grace_hopper_ink.png"
    copies = {"photo": photo, "exemplar": exemplar}
    for name, picture in copies.items():
        (tmp_path / name).mkdir()
        shutil.copy(picture, tmp_path / name / exemplar.name)
    peers = [word for name in copies for word in ("--peer", f"{name}={tmp_path / name}")]
    again = measured(tmp_path, "portraits", *words, "--sets", *peers, "--export", str(seen))
    scores = {(r.method, r.factors["exemplars"], r.measure): r.value for r in again.rows}
    assert scores["photo", 1, "identity"] < 0.05
    assert scores["exemplar", 1, "to exemplar"] < scores["ours", 1, "to exemplar"]
    drawn = read_image(exemplar).rgb
    others = [read_image(tiny / "styles" / "ink" / f"{n}.png").rgb for n in SITTERS]
    assert sum(np.allclose(drawn, other, atol=1 / 255) for other in others) == 1
    skipped = {f"{name}, grace_hopper_ink_set" for name in copies} | {
        "EbSynth, grace_hopper_ink_set"
    }
    assert skipped <= {skip["what"] for skip in again.skips}
    assert len(list((seen / "exemplars" / "grace_hopper_ink_set").iterdir())) == 2
    identity = {row.method: row.value for row in found.rows if row.measure == "identity"}
    assert {row.case for row in found.rows} == {"ink/grace_hopper"}
    assert {"ours", "OpenCV stylization", "EbSynth, our guides"} <= identity.keys()
    assert all(0 < value < 1.2 for value in identity.values())


def test_skin_tone(tmp_path):
    found = measured(tmp_path, "skin-tone", "--styles", "pencil")
    tones = {row.measure: row for row in found.rows if row.measure.startswith("skin_tone")}
    assert set(tones) == {"skin_tone_slope", "skin_tone_rank"}
    assert {(row.split, row.method, row.group) for row in tones.values()} == {
        ("test", "ours", "pencil")
    }
    assert 0.3 < tones["skin_tone_slope"].value < 1.2


def test_own_sitters_are_in_no_half(tiny, tmp_path, monkeypatch):
    exemplars = list(ExemplarSet.from_folder(tiny / "styles" / "ink"))
    monkeypatch.setattr("benchmarks.skin_tone.read_exemplars", lambda *_: exemplars)
    own = tmp_path / "own"
    own.mkdir()
    for name in SITTERS:
        shutil.copy(tiny / "photos" / f"{name}.png", own / f"my_{name}.png")
    found = measured(tmp_path, "skin-tone", "--styles", "pencil", "--data", str(own))
    names = (*(f"my_{name}" for name in SITTERS), "all sitters")
    assert {row.case for row in found.rows} == {f"pencil/{name}" for name in names}
    assert {(row.split, row.data) for row in found.rows} == {("none", "own")}
    # of own sitters only the look tells whether anything was tuned on it
    given = argparse.Namespace(data=own, split="development")
    ((_, half), *_) = known_looks_rows.sitter_files(given).values()
    halves = [known_looks_rows.row_split(half, look) for look in ("amber", "bwdodge")]
    assert halves == ["test", "development"]
    given.data = None
    ((_, half), *_) = known_looks_rows.sitter_files(given).values()
    assert known_looks_rows.row_split(half, "amber") == "development"


def test_regions(tiny, tmp_path):
    (tiny / "labels").mkdir()
    for path in (tiny / "photos").glob("*.png"):
        labels = np.full((200, 160, 3), (1, 0, 0), np.float32)  # background
        labels[20:60, 30:130] = (127 / 255, 0, 0)  # hair
        labels[60:150, 40:120] = (1, 1, 0)  # face
        write_image(tiny / "labels" / f"{path.stem}_labels.png", labels)
    found = measured(tmp_path, "regions", "--data", str(tiny), "--split", "test")
    assert {row.measure for row in found.rows} == {"hair IoU", "face IoU", "rest IoU"}
    assert all(0 <= row.value < 1 for row in found.rows)
    plain = [r.value for r in found.rows if not r.factors and r.measure == "face IoU"]
    assert min(plain) > 0.3
    assert {str(row.factors["disturbed"]) for row in found.rows if row.factors} == {"mirrored"}


def test_matte(tiny, tmp_path):
    cutouts = tmp_path / "given" / "cutouts"
    cutouts.mkdir(parents=True)
    portrait = portrait_from_image(read_image(tiny / "photos" / "grace_hopper.png").rgb)
    write_image(cutouts / "grace_hopper.png", np.dstack([portrait.image, portrait.matte]))
    found = measured(tmp_path, "matte", "--data", str(cutouts.parent))
    wrong = {r.method: r.value for r in found.rows if r.measure == "wrong share"}
    assert {"ours", "the network alone", "OpenCV grabCut"} < wrong.keys()
    assert wrong["ours"] < 0.15
    assert {row.case for row in found.rows} == {"painted/grace_hopper", "plain/grace_hopper"}
    assert not any(row.factors for row in found.rows)
    older = measured(tmp_path, "matte", "--data", str(cutouts.parent), "--old-photographs")
    assert {row.factors.get("photograph") for row in older.rows} == {None, *OLD_PHOTOGRAPHS}
    same = [row for row in older.rows if not row.factors]
    assert [(r.case, r.method, r.measure, r.value) for r in same] == [
        (r.case, r.method, r.measure, r.value) for r in found.rows
    ]


def test_neural(tmp_path):
    pytest.importorskip("torch")
    words = ["--sizes", "64", "--photos", "1", "--iterations", "2", "--steps", "2", "--crop", "64"]
    parts = ["--parts", "curves", "normalization", "waiting", "limits"]
    found = measured(tmp_path, "neural", *words, *parts)
    losses = {(r.method, *r.factors.items()): r for r in found.rows if r.measure == "loss"}
    assert {row.split for row in losses.values() if row.case != "training"} == {"test"}
    photo = losses["the photograph", ("px", 64)].value
    assert losses["L-BFGS", ("px", 64), ("iterations", 1)].value <= photo
    assert {m for m, *_ in losses} > {"instance normalization", "batch normalization"}
    assert losses["as the command", ("px", 64)].value < losses["plain", ("px", 64)].value * 2
    assert {"neural, limits"} <= {skip["what"] for skip in found.skips}


def test_a_missing_package_is_skipped_by_name(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "benchmarks.neural", raising=False)
    found = measured(tmp_path, "neural", "--parts", "curves", code=NOTHING_MEASURED)
    assert found.skips[0]["why"] == "needs torch: pip install 'facestyle[neural]'"


def test_video(tmp_path):
    found = measured(tmp_path, "video", "--styles", "noir")
    errors = {row.method: row.value for row in found.rows if row.measure == "endpoint error"}
    assert errors["flow: dis"] < 0.5
    flicker = {row.method for row in found.rows if row.measure == "E_warp"}
    assert flicker == {"input", "energy, as a clip", "energy, frame by frame"}


def test_ruder(tmp_path):
    pytest.importorskip("torch")
    found = measured(tmp_path, "ruder", "--presets", "short-term", "long-term")
    change = {row.method: row.value for row in found.rows if row.measure == "change on return"}
    assert change["long-term"] < 0.1 * change["short-term"]


def test_speed_and_solver(tmp_path):
    found = measured(tmp_path, "speed", "--only", "start", "--runs", "1")
    assert {row.measure for row in found.rows} == {"seconds", "CPU seconds", "peak MiB"}
    assert all(row.value > 0 for row in found.rows)
    peak = {row.method: row.value for row in found.rows if row.measure == "peak MiB"}
    assert peak["python -c pass"] < 60  # its own, not that of the tests' process
    found = measured(tmp_path, "solver")
    ratios = [row.value for row in found.rows if row.measure == "energy to ours"]
    assert ratios
    assert min(ratios) > 0.99


@pytest.mark.parametrize("name", BENCHMARKS)
def test_what_is_missing_is_skipped_by_name(name, tmp_path, capsys):
    if name in ("speed",):
        return  # it takes one picture; the others need folders
    (tmp_path / "empty").mkdir()
    words = [name, "--data", str(tmp_path / "empty")]
    found = measured(tmp_path, *words, code=NOTHING_MEASURED)
    assert found.rows == []
    assert found.skips
    assert "nothing was measured" in capsys.readouterr().err
    page = ["report", str(tmp_path / "results.jsonl"), "-o", str(tmp_path / "page.html")]
    assert main(page) == 2
    assert found.skips[0]["why"] in capsys.readouterr().err
    assert not (tmp_path / "page.html").exists()


def test_undisturbed_portraits_are_not_compared_with_themselves(monkeypatch):
    image = np.zeros((4, 4, 3), np.float32)
    face = ("ann", image, np.zeros((4, 4), int), "test")
    monkeypatch.setattr(regions_rows, "faces", lambda *_: [face])
    monkeypatch.setattr("regions.overlaps", lambda *_: [1.0, 1.0, 1.0])
    recorder = Recorder("regions")
    regions_rows.run(argparse.Namespace(data=None, quick=True), recorder)
    for rows in (recorder.results.rows, read_results(RESULTS / "regions.jsonl").rows):
        assert {str(row.factors["disturbed"]) for row in rows} == {"mirrored"}


def test_the_results_that_are_kept_can_be_compared_with(capsys):
    kept = read_results(RESULTS)
    assert {run["benchmark"] for run in kept.runs} == set(BENCHMARKS)
    assert all(run["quick"] for run in kept.runs)
    assert {row.data for row in kept.rows} == {BUNDLED}
    assert main(["compare", str(RESULTS), str(RESULTS)]) == 0
    assert " same" in capsys.readouterr().out


def test_help_names_every_command(capsys):
    assert main([]) == 0
    text = capsys.readouterr().out
    assert all(f"  {name} " in text for name in [*BENCHMARKS, *TOOLS, "all"])
    assert main(["nothing"]) == 2


def test_the_report_is_one_page(tmp_path):
    pytest.importorskip("jinja2")
    results = tmp_path / "a.jsonl"
    lines = [{"kind": "run", "schema": 1, "benchmark": "speed", "quick": True, "versions": {}}]
    row = {"kind": "row", "better": "lower", "unit": "s", "split": "none"}
    for method, factor in (("ours <b>", 1.0), ("theirs", 2.0)):
        for megapixels in (0.5, 1.0, 2.0):
            value = {"value": factor * megapixels, "factors": {"megapixels": megapixels}}
            lines.append(row | value | {"case": "x/y", "method": method, "measure": "seconds"})
    lines.append({"kind": "picture", "case": "x/y", "method": "theirs", "jpeg": "AAAA"})
    results.write_text("".join(json.dumps(line) + "\n" for line in lines))
    page = tmp_path / "page.html"
    assert main(["report", str(results), "-o", str(page)]) == 0
    text = page.read_text()
    assert "ours &lt;b&gt;" in text
    assert "<b>" not in text
    assert text.count("<polyline") == 2
    assert 'class="best"' in text
    assert "http" not in text
    assert main(["report", str(tmp_path / "gone"), "-o", str(page)]) == 2
