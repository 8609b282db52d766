"""`facestyle evaluate`: the table, JSON, what is missing, exit codes."""

import json

import numpy as np
import pytest

from facestyle.cli import main
from facestyle.io.images import write_image
from facestyle.metrics.name_pairs import pair_names


@pytest.fixture
def folders(tmp_path):
    """Results of ann and bob, and true pictures; ann's result is perfect."""
    random = np.random.default_rng(0)
    for name in ("ann", "bob"):
        truth = random.uniform(size=(40, 48, 3)).astype(np.float32)
        write_image(tmp_path / "truth" / f"{name}.png", truth)
        result = truth if name == "ann" else 0.5 * truth
        write_image(tmp_path / "results" / f"{name}.png", result)
    return tmp_path


def evaluate(folders, *words):
    return main(["evaluate", str(folders / "results"), "--truth", str(folders / "truth"), *words])


def test_the_table_has_a_line_for_each_picture_and_the_mean(folders, capsys):
    assert evaluate(folders, "--metrics", "SSIM ↑", "psnr") == 0  # as the heading, too
    printed = capsys.readouterr()
    head, ann, bob, mean = printed.out.splitlines()
    assert head.split() == ["PSNR", "↑", "SSIM", "↑"]
    assert ann.split() == ["ann", "inf", "1"]
    assert bob.split()[0] == "bob"
    # the infinite one is not in the mean
    assert mean.split()[:4] == ["mean", "of", "2", bob.split()[1]]
    assert "PSNR: 1 picture equals its true one" in printed.err


def test_json_has_no_infinity(folders, capsys):
    assert evaluate(folders, "--metrics", "psnr", "--json") == 0
    ann, bob, mean = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert ann == {"name": "ann", "mean": False, "scores": {"psnr": None}, "problems": []}
    assert 0 < bob["scores"]["psnr"] < 30
    assert mean["mean"] is True
    assert mean["compared"] == 2
    assert mean["scores"] == bob["scores"]


def test_what_is_missing_is_said_and_fails(folders, capsys):
    write_image(folders / "truth" / "cid.png", np.zeros((40, 48, 3), np.float32))
    assert evaluate(folders, "--metrics", "ssim", "--mean") == 1
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 2
    assert "cid: no result named 'cid'" in printed.err


def test_unknown_folders_and_metrics_are_usage(folders, capsys):
    assert evaluate(folders, "--metrics", "beauty") == 2
    assert "'beauty'" in capsys.readouterr().err
    assert main(["evaluate", str(folders / "gone"), "--truth", str(folders)]) == 2


def test_names_with_more_before_or_behind_belong_together(folders, capsys):
    for name in ("ann", "bob"):
        (folders / "truth" / f"{name}.png").rename(folders / "truth" / f"{name}_sketch.png")
    assert evaluate(folders, "--metrics", "ssim") == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines()[1].split() == ["ann", "1"]
    assert "ann and ann_sketch" in printed.err
    for name in ("ann", "bob"):
        (folders / "results" / f"{name}.png").rename(folders / "results" / f"fake-{name}.png")
    assert evaluate(folders, "--metrics", "ssim") == 0
    (folders / "results" / "fake-ann.png").rename(folders / "results" / "eve.png")
    (folders / "results" / "fake-bob.png").rename(folders / "results" / "dan.png")
    assert evaluate(folders, "--metrics", "ssim") == 2  # nobody belongs together
    assert "00001_sketch" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("names", "others", "pairs"),
    [
        (["1", "10"], ["1_a", "10_a"], {"1": "1_a", "10": "10_a"}),
        (["f-005-01"], ["F2-005-01-sz1"], {"f-005-01": "F2-005-01-sz1"}),
        (["1", "2"], ["1_2"], {}),  # whose?
        (["ann"], ["ann_x", "ann_y"], {}),
        (["ann"], ["annabel"], {}),
        (["ann", "ann_x"], ["ann", "ann_y"], {"ann": "ann"}),
        (["a_1", "a_2"], ["2_b", "1_b"], {"a_1": "1_b", "a_2": "2_b"}),
        (["lady_bird", "lady_bug"], ["bird", "bug"], {"lady_bird": "bird", "lady_bug": "bug"}),
    ],
)
def test_pairs_are_unambiguous(names, others, pairs):
    assert pair_names(names, others) == pairs
