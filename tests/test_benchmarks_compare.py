"""What `compare` calls worse: constructed rows with a known change."""

import numpy as np
import pytest

from benchmarks import compare
from benchmarks.__main__ import main
from benchmarks.protocol import Recorder, Results, Row
from benchmarks.result_files import read_results

CASES = 20
MACHINE = {"processor": "one", "threads": 2}


def run_of(values, measure="ssim", better="higher", machine=MACHINE, **more):
    rows = [
        Row("b", f"case {n}", "ours", measure, float(value), better, split="test", **more)
        for n, value in enumerate(values)
    ]
    return Results(runs=[machine], rows=rows)


def verdict(old, new):
    (change,) = compare.compare(old, new)
    return change.verdict


def noisy(seed, mean=0.6, spread=0.1, count=CASES):
    return np.random.default_rng(seed).normal(mean, spread, count)


def test_a_small_loss_in_every_case_is_found_below_the_cases_spread():
    base = noisy(0)
    assert verdict(run_of(base), run_of(base - 0.02)) == "worse"
    assert verdict(run_of(base), run_of(base + 0.02)) == "better"
    assert verdict(run_of(base, better="lower"), run_of(base + 0.02, better="lower")) == "worse"


def test_noise_and_what_is_too_small_are_the_same():
    base = noisy(0)
    calls = [verdict(run_of(base), run_of(base + noisy(n, 0, 0.05))) for n in range(1, 40)]
    assert calls.count("same") >= 36
    assert verdict(run_of(base), run_of(base - 0.001)) == "same"
    assert verdict(run_of(base), run_of(base)) == "same"


@pytest.mark.parametrize("count", [3, 5, 10])
def test_noise_of_few_cases_is_no_change(count):
    old, new = Results(runs=[MACHINE]), Results(runs=[MACHINE])
    for series in range(60):
        for results, seed in ((old, series), (new, 1000 + series)):
            values = noisy(seed, 0.7, 0.02, count)
            results.rows.extend(run_of(values, measure=f"m{series}").rows)
    calls = [change.verdict for change in compare.compare(old, new)]
    assert calls.count("same") >= 59  # one change in twenty comparisons is the rate
    lower = run_of(noisy(0, 0.7, 0.02, count) - 0.05)
    assert verdict(run_of(noisy(0, 0.7, 0.02, count)), lower) == "worse"


def test_two_cases_are_judged_by_themselves_and_that_is_said(capsys):
    assert compare.judge(run_of([0.5, 0.6]), run_of([0.4, 0.5])) == 1
    assert "1 of 1 series have one or two cases" in capsys.readouterr().out
    assert compare.judge(run_of([0.5, 0.6]), run_of([0.4, 0.7])) == 0


def test_quick_runs_are_not_compared_with_full_ones(capsys):
    quick = run_of(noisy(0), machine=MACHINE | {"benchmark": "b", "quick": True})
    full = run_of(noisy(0), machine=MACHINE | {"benchmark": "b", "quick": False, "seed": 2})
    assert compare.judge(quick, full) == 2
    said = capsys.readouterr().err
    assert "b: one run is quick" in said
    assert "other seeds" in said
    assert compare.judge(quick, quick) == 0


def told(settings, chosen=None, **more):
    run = {"benchmark": "b", "quick": True, "settings": settings, "chosen": chosen or {}}
    return run_of(noisy(0), machine=MACHINE | run | more)


def test_runs_with_other_settings_are_not_compared(capsys):
    few, many = told({"iterations": 20, "crop": 64}), told({"iterations": 500, "crop": 64})
    assert compare.judge(few, many) == 2
    said = capsys.readouterr().err
    assert "b: the runs have other settings: iterations 20, now 500; they are not" in said
    # of runs that were joined, both have both
    joined = Results(runs=few.runs + many.runs, rows=few.rows)
    assert compare.judge(joined, few) == 2
    assert compare.judge(joined, joined) == 0
    capsys.readouterr()
    assert compare.judge(few, few) == 0
    assert capsys.readouterr().err == ""


def test_settings_that_a_run_does_not_tell_are_named(capsys):
    now, before = told({"iterations": 20, "crop": 64}), told({"crop": 64})
    assert compare.judge(before, now) == 0
    assert "b: the old run does not tell its iterations; taken to be" in capsys.readouterr().err
    before.runs[0].pop("settings")
    before.runs[0].pop("chosen")  # as runs of before
    assert compare.judge(now, before) == 0
    assert "b: the new run does not tell its crop, iterations;" in capsys.readouterr().err


def test_other_rows_are_said_and_what_both_have_is_compared(capsys):
    assert compare.judge(told({}, {"counts": [1]}), told({}, {"counts": [1, 2]})) == 0
    assert "asked for other rows: counts [1], now [1, 2]; what both" in capsys.readouterr().err


def test_nearest_to_one_counts_from_both_sides():
    ratios = np.full(CASES, 0.9)
    near = {"measure": "high_frequency_ratio", "better": "nearest 1"}
    assert verdict(run_of(ratios, **near), run_of(ratios + 0.1, **near)) == "better"
    assert verdict(run_of(ratios, **near), run_of(ratios + 0.3, **near)) == "worse"
    assert verdict(run_of(ratios, better=""), run_of(ratios + 1, better="")) == "no direction"


def test_times_need_the_machine_and_exceed_their_spread():
    cost = {"measure": "seconds", "better": "lower"}
    assert verdict(run_of([1.0], **cost), run_of([1.1], **cost)) == "same"
    assert verdict(run_of([1.0], **cost), run_of([1.5], **cost)) == "worse"
    assert verdict(run_of([1.0], **cost, spread=0.2), run_of([1.5], **cost, spread=0.2)) == "same"
    other = run_of([9.0], **cost, machine={"processor": "two", "threads": 2})
    assert verdict(run_of([1.0], **cost), other) == "other machine"
    busy = run_of([1.5], **cost, machine=MACHINE | {"cores": 2, "load": 9.0})
    assert verdict(run_of([1.0], **cost), busy) == "busy machine"


def test_cases_are_paired_by_name_and_series_by_factors():
    old = run_of([0.1, 0.5, 0.9])
    new = Results(runs=[MACHINE], rows=old.rows[::-1][:2])
    (change,) = compare.compare(old, new)
    assert (change.cases, change.before, change.after) == (2, 0.7, 0.7)
    assert compare.compare(old, run_of([0.1], factors={"exemplars": 1})) == []


@pytest.mark.parametrize(("loss", "code"), [(0.0, 0), (0.05, 1)])
def test_the_command_fails_on_a_regression_only(tmp_path, capsys, loss, code):
    for name, change in (("old", 0.0), ("new", loss)):
        with Recorder("b", path=tmp_path / f"{name}.jsonl") as recorder:
            for n, value in enumerate(noisy(0)):
                recorder.add(f"{n}", "ours", {"ssim": value - change}, split="test")
            recorder.add("0", name, {"ssim": 1.0}, split="test")  # each run has a method of its own
    words = ["compare", str(tmp_path / "old.jsonl"), str(tmp_path / "new.jsonl")]
    assert main(words) == code
    printed = capsys.readouterr()
    assert ("worse" in printed.out) == bool(code)
    assert "not in the new run: b (bundled, test): old: ssim" in printed.err


def test_nothing_in_common_is_no_success(tmp_path, capsys):
    for name in ("old", "new"):
        with Recorder(name, path=tmp_path / f"{name}.jsonl") as recorder:
            recorder.add("0", "ours", {"ssim": 1.0}, split="test")
    assert len(read_results(tmp_path).rows) == 2
    assert main(["compare", str(tmp_path / "old.jsonl"), str(tmp_path / "new.jsonl")]) == 2
    assert main(["compare", str(tmp_path / "gone"), str(tmp_path / "new.jsonl")]) == 2
    assert "share no row" in capsys.readouterr().err
