"""The options of the front door and of the scripts: what is refused, and what a run tells."""

import argparse
import importlib
import json
import sys

import pytest

from benchmarks import bundled, options, portraits, regions_rows, solver
from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.protocol import Recorder
from benchmarks.report import run_script
from benchmarks.result_files import read_results
from benchmarks.running import NOTHING_MEASURED, add_common_arguments
from benchmarks.site_page import RESULTS
from facestyle.errors import ImageError
from facestyle.io.images import read_image

# what changes a figure without being told by its row
SETTINGS = {
    "known-looks": {"exemplars"},
    "sketch": {"align", "hand"},
    "portraits": {"labels", "identity", "texture"},
    "skin-tone": {"split", "every"},
    "neural": {"model", "style", "device", "train", "photos", "iterations", "steps", "crop"},
    "video": {"frames"},
}


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_run_tells_its_options(name):
    if name in ("neural", "ruder"):
        pytest.importorskip("torch")
    module = importlib.import_module(f"benchmarks.{BENCHMARKS[name][0]}")
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    add_common_arguments(parser)
    told = {}
    for words in ([], ["--quick"]):
        arguments = parser.parse_args(words)
        getattr(module, "set_defaults", lambda _: None)(arguments)
        told[not words] = options.recorded(module, arguments)
        assert json.loads(json.dumps(told[not words])) == told[not words]
        assert told[not words]["settings"].keys() == SETTINGS.get(name, set())
        assert told[not words]["chosen"].keys() == set(getattr(module, "CHOOSING", ()))
    if name in ("neural", "video", "speed", "known-looks", "ruder", "solver"):
        assert told[True] != told[False]  # a quick run's own defaults


def test_a_run_that_cannot_be_compared_is_refused_before_it_is_made(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(regions_rows, "CHOOSING", ())
    monkeypatch.setattr(
        regions_rows, "run", lambda _, r: r.add("a", "b", {"ssim": 1}, split="none")
    )
    old = tmp_path / "old.jsonl"
    words = ["regions", "--quick", "--split"]
    assert main([*words, "test", "--json", str(old)]) == 0
    (run,) = read_results(old).runs
    assert (run["settings"], run["chosen"]) == ({"split": "test"}, {})
    assert main([*words, "test", "--against", str(old)]) == 0
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main([*words, "development", "--against", str(old)])
    said = capsys.readouterr()
    assert 'settings: split "test", now "development"; they cannot be compared' in said.err
    assert said.out == ""


def test_counts_below_one_are_refused(capsys):
    for words in (
        ["sketch", "--images", "-2"],
        ["sketch", "--images", "0"],
        ["known-looks", "--exemplars", "0"],
        ["skin-tone", "--every", "0"],
        ["speed", "--megapixels", "-1"],
        ["video", "--frames", "1"],
        ["video", "--frames", "x"],
        ["portraits", "--identity", "2"],
        ["portraits", "--texture", "nan"],
        ["solver", "--seed", "-1"],
    ):
        with pytest.raises(SystemExit):
            main([*words, "--quick"])
        assert f"argument {words[1]}: found '{words[2]}', expected a" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("known_looks", "--exemplars 0"),
        ("known_looks", "--counts 2 -1"),
        ("neural_styles", "--photos -1"),
        ("neural_styles", "--iterations -1"),
        ("neural_faces", "--size 0"),
        ("video_neural", "--frames 1"),
        ("video_neural", "--temporal-weight -1"),
        ("video_occlusion", "--hidden 0"),
        ("handmade", "--size 0"),
    ],
)
def test_scripts_refuse_such_numbers_too(script, words, monkeypatch, capsys):
    if script in ("neural_styles", "neural_faces", "video_neural", "video_occlusion"):
        pytest.importorskip("torch")
    monkeypatch.setattr(sys, "argv", [script, *words.split()])
    with pytest.raises(SystemExit):
        importlib.import_module(script).main()
    option, *_, value = words.split()
    assert f"argument {option}: found '{value}', expected a" in capsys.readouterr().err


def test_a_fault_of_a_scripts_files_is_one_line(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["some/script.py"])
    with pytest.raises(SystemExit, match=r"^script\.py: gone\.png: there is no such file"):
        run_script(lambda: read_image("gone.png"))


def test_a_photograph_that_cannot_be_read_is_named(tmp_path):
    pytest.importorskip("torch")
    neural_pictures = importlib.import_module("benchmarks.neural_pictures")
    neural = importlib.import_module("benchmarks.neural")
    good, bad = bundled.PORTRAIT, tmp_path / "bad.png"
    bad.write_bytes(good.read_bytes()[:50])
    recorder = Recorder("neural")
    assert [neural.is_picture(path, recorder) for path in (bad, good)] == [False, True]
    assert [skip["what"] for skip in recorder.results.skips] == ["bad.png"]
    with pytest.raises(ImageError, match=r"bad\.png: cannot be read"):
        neural_pictures.read_square(bad, 8)


def test_all_passes_options_on_and_goes_on_where_nothing_is_measured(tmp_path, monkeypatch, capsys):
    commands, codes = [], {"solver": NOTHING_MEASURED}

    def run(command, **_):
        commands.append(command[3:])
        return argparse.Namespace(returncode=codes.get(command[3], 0))

    monkeypatch.setattr("benchmarks.__main__.subprocess.run", run)
    words = ["--quick", "--pictures", "--data", str(tmp_path), "--seed", "7"]
    assert main(["all", *words]) == 0
    assert [command[0] for command in commands] == list(BENCHMARKS)
    assert all(sorted(command[1:]) == sorted(words) for command in commands)
    assert "measured nothing: solver" in capsys.readouterr().out
    codes["sketch"] = 1
    assert main(["all"]) == 1
    codes.update(dict.fromkeys(BENCHMARKS, NOTHING_MEASURED))
    assert main(["all"]) == NOTHING_MEASURED


def code_of(words):
    """The exit code of a command, also where its arguments are refused."""
    try:
        return main(words)
    except SystemExit as end:
        return end.code


def test_where_nothing_can_be_written_is_said_before_anything_is_measured(tmp_path, capsys):
    file, pictures = tmp_path / "file", bundled.EXEMPLARS
    file.write_text("")
    study = ["study", f"a={pictures / 'pencil'}", f"b={pictures / 'oil'}"]
    for words, code in (
        (["regions", "--json", str(tmp_path)], 2),
        (["regions", "--json", str(file / "x.jsonl")], 2),
        (["portraits", "--save", str(file)], 2),
        (["sketch", "--export", str(file)], 2),
        (["all", "--json", str(file)], 2),
        (["report", str(RESULTS), "-o", str(tmp_path)], 2),
        ([*study, "-o", str(file / "study.html")], 2),
        (["study-score", "key", "subject", "--json", str(tmp_path)], 2),
    ):
        assert code_of(words) == code
        said = capsys.readouterr()
        assert "is a folder; expected" in said.err or "cannot be made" in said.err
        assert said.out == ""
    assert list(tmp_path.iterdir()) == [file]


def test_earlier_results_that_say_nothing_of_a_benchmark_are_refused(tmp_path, capsys):
    sketch = str(RESULTS / "sketch.jsonl")
    for words, why in (
        (["regions", "--against", sketch], "holds no run of regions"),
        (["regions", "--against", str(tmp_path / "gone")], "gone: there is no such file"),
        (["all", "--against", str(tmp_path / "gone")], "gone: there is no such folder"),
        (["sketch", "--against", sketch], "one run is quick"),
    ):
        with pytest.raises(SystemExit):
            main(words)
        assert why in capsys.readouterr().err


def test_names_that_are_given_are_found_in_quick_runs_too():
    names = ["grace_hopper", "luis_pedro_coelho"]
    given = ["--quick", "--portraits", *names, "nosuch", "--styles", "oil"]
    parser = argparse.ArgumentParser()
    portraits.add_arguments(parser)
    add_common_arguments(parser)
    recorder = Recorder("portraits")
    found, styles, _ = portraits.sources(parser.parse_args(given), recorder)
    assert ([path.stem for path in found], list(styles)) == (names, ["oil"])
    (skip,) = recorder.results.skips
    assert skip["what"] == "nosuch"
    assert "grace_hopper" in skip["why"]
    found, styles, _ = portraits.sources(parser.parse_args(["--quick"]), recorder)
    assert (len(found), tuple(styles)) == (1, portraits.QUICK_STYLES)


def test_a_seed_makes_other_problems(tmp_path, monkeypatch):
    monkeypatch.setattr(solver, "GRIDS", {"16x3": (16, 3)})
    monkeypatch.setattr(solver, "stereo", lambda size, count: ())
    monkeypatch.setattr(solver, "portrait", lambda size, count: ())
    arguments = argparse.Namespace(data=None, grids=["16x3"], runs=1)
    energies = []
    for seed in (1, 1, 2):
        with Recorder("solver", seed=seed, quick=True) as recorder:
            solver.run(arguments, recorder)
        energies.append([row.value for row in recorder.results.rows if row.measure == "energy"])
    assert energies[0] == energies[1] != energies[2]
