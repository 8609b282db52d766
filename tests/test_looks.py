"""Looks by name: which are there, what wins where a folder has the same name, what is said."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from facestyle import ExemplarSet, Stylizer
from facestyle.cli import main
from facestyle.errors import ExemplarError
from facestyle.io.images import read_image
from facestyle.looks import bundled_looks, bundled_sets, find_exemplars, find_look

ROOT = Path(__file__).resolve().parents[1]


def test_listing_agrees_with_the_folders():
    for look in bundled_sets().values():
        assert sorted(path.name for path in look.folder.glob("*.jpg")) == sorted(look.licenses)
        assert read_image(look.pictures[0]).rgb.shape[1::-1] == look.size
    assert len(bundled_looks()) >= 8


def test_thumbnails_are_their_look():
    for look in bundled_sets().values():
        small = read_image(look.thumbnail).rgb
        picture = read_image(look.folder / "grace_hopper.jpg").rgb
        reduced = cv2.resize(picture, small.shape[1::-1], interpolation=cv2.INTER_AREA)
        assert np.abs(reduced - small).mean() < 0.05  # other filter, JPEG


def test_terms_of_the_look_count_its_pictures():
    assert find_look("noir").license == "public domain (8), MIT (1)"


@pytest.mark.parametrize("typed", ["high_key", "High-Key", "high key", Path("high_key")])
def test_a_name_is_found_however_it_is_typed(typed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_exemplars(typed) == bundled_looks()["high_key"].folder


def test_a_folder_wins_and_that_is_said(tmp_path, monkeypatch, caplog):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "noir").mkdir()
    with caplog.at_level(logging.WARNING, "facestyle"):
        assert find_exemplars("noir") == Path("noir")
    assert f"the folder {tmp_path / 'noir'} is used" in caplog.text


def test_mistyped_names_get_a_suggestion(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ExemplarError, match=r"nior: no such .*did you mean noir\?"):
        ExemplarSet.load("nior")
    with pytest.raises(ExemplarError, match=r"no such look \(did you mean charcoal\?\)"):
        find_look("charcol")
    assert main(["looks", "zzz"]) == 3
    assert "expected noir, high_key" in capsys.readouterr().err


def test_a_trained_style_given_as_exemplars_is_told_to_be_one(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ExemplarError, match=r'wave: a trained style, .* give it as model="wave"'):
        Stylizer("wave")
    assert main(["looks", "wave"]) == 3
    assert "wave: a trained style, not a look; give it as --model wave" in capsys.readouterr().err
    Image.new("RGB", (64, 64)).save("portrait.png")
    assert main(["portrait.png", "--exemplars", "wave", "-o", "out.png"]) == 3
    assert "give it as --model wave" in capsys.readouterr().err
    (tmp_path / "wave").mkdir()  # a folder of this name is one of exemplars
    with pytest.raises(ExemplarError, match="no pictures"):
        Stylizer("wave")


def test_load_and_stylizer_take_names(tmp_path, monkeypatch, astronaut):
    monkeypatch.chdir(tmp_path)
    exemplars = ExemplarSet.load("pencil", photos="pencil_photos")
    assert len(exemplars) == 9
    assert all(portrait.photo is not None for portrait in exemplars)
    result = Stylizer("noir")(astronaut)
    assert result.method == "energy"
    assert np.ptp(result.image[120:200, 120:200], axis=2).mean() < 0.02  # gray as the look


def test_verb_lists_what_a_program_needs(capsys):
    assert main(["looks", "--json"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["name"] for record in records] == list(bundled_looks())
    noir = records[0]
    assert noir["medium"] == "photograph"
    assert (noir["pictures"], noir["size"]) == (9, [768, 960])
    assert Path(noir["thumbnail"]).is_file()
    assert main(["looks"]) == 0
    told = capsys.readouterr().err
    assert "three times as long as photographs" in told
    assert "(--model): wave, auvers, engraving" in told
    assert main(["looks", "noir", "warm"]) == 0  # nothing to choose between
    assert not capsys.readouterr().err
    assert noir["bytes"] == sum(p.stat().st_size for p in Path(noir["folder"]).glob("*.jpg"))


def test_the_build_puts_every_look_into_the_package(tmp_path):
    """What `pip wheel` copies, without its isolated environment."""
    pytest.importorskip("setuptools")
    command = [sys.executable, "setup.py", "-q", "build_py", "--build-lib", str(tmp_path / "lib")]
    build = subprocess.run(
        [*command, "egg_info", "--egg-base", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert build.returncode == 0, build.stderr
    installed = tmp_path / "lib" / "facestyle" / "assets" / "looks"
    listing = tomllib.loads((installed / "looks.toml").read_text(encoding="utf-8"))
    for name, entry in listing.items():
        assert sorted(p.name for p in (installed / name).iterdir()) == sorted(entry["licenses"])
        assert (installed / "thumbnails" / f"{name}.jpg").is_file()
    # the terms of MIT ask that the notice goes with the picture
    assert (installed / "sources" / "originals" / "luis_pedro_coelho.LICENSE").is_file()
    assert not list(installed.rglob("*.py"))
    assert sum(p.stat().st_size for p in installed.rglob("*") if p.is_file()) < 60e6
