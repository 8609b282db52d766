"""Several results of each input: looks, strengths, blends; their names, sizes and formats."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facestyle.cli import main
from facestyle.cli.variants import apart, each_planned, in_format, variants_of
from facestyle.errors import UsageError
from facestyle.io.images import InputFile, Picture, read_image, write_image
from facestyle.methods.engine import Method, Outcome, Rendering, Target
from facestyle.pipeline.blending import BlendedMethod, is_blend, parse_blend
from facestyle.pipeline.pictures import reduced_picture
from facestyle.pipeline.presets import Preset

ROOT = Path(__file__).resolve().parents[1]


def arguments(**given) -> Namespace:
    defaults = {"exemplars": [Path("noir")], "strengths": None, "output": None, "format": None}
    return Namespace(watch=False, **(defaults | given))


def labels(**given) -> list[str]:
    return [variant.label for variant in variants_of(arguments(**given), Preset())]


# --- Names -----------------------------------------------------------------------------------


def test_labels_say_which_look_and_which_strength():
    assert labels() == ["noir"]
    assert labels(strengths=(0.5,)) == ["noir"]
    assert labels(exemplars=[Path("noir"), Path("warm")], strengths=(0.3, 1.0)) == [
        *("noir_0.3", "noir_1", "warm_0.3", "warm_1"),
    ]
    assert labels(exemplars=[Path("noir:2+warm:1")]) == ["noir-2+warm-1"]


def test_strength_of_a_preset_stays_unless_one_is_given():
    preset = Preset(options={"strength": 0.4})
    (kept,) = variants_of(arguments(), preset)
    (given,) = variants_of(arguments(strengths=(0.7,)), preset)
    assert kept.wanted.options["strength"] == 0.4
    assert given.wanted.options["strength"] == 0.7


def test_two_looks_of_one_name_are_refused():
    with pytest.raises(UsageError, match="two looks are called 'noir'"):
        labels(exemplars=[Path("a/noir"), Path("b/noir")])


def test_results_of_variants_do_not_meet(tmp_path):
    item = InputFile(tmp_path / "a.jpg", Path("a.jpg"))
    given = arguments(exemplars=[Path("noir"), Path("warm")], output=str(tmp_path / "out"))
    planned = each_planned(given, variants_of(given, Preset()), [item])
    names = [path.name for _, pairs in planned for _, path in pairs]
    assert names == ["a_noir.jpg", "a_warm.jpg"]
    with pytest.raises(UsageError, match="names one file, but there are several looks"):
        apart([(item, tmp_path / "b.jpg")], arguments(output=str(tmp_path / "b.jpg")), "noir")


def test_format_is_of_pictures_or_of_clips():
    photo, clip = InputFile(Path("a.heic"), Path("a.heic")), InputFile(Path("b.mp4"), Path("b.mp4"))
    pairs = [(photo, Path("out/a.png")), (clip, Path("out/b.mp4"))]
    assert [str(p) for _, p in in_format(pairs, ".webp")] == ["out/a.webp", "out/b.mp4"]
    assert [str(p) for _, p in in_format(pairs, ".gif")] == ["out/a.png", "out/b.gif"]
    with pytest.raises(UsageError, match="--format gif: is of videos, but no input is one"):
        in_format(pairs[:1], ".gif")
    with pytest.raises(UsageError, match="names a format already"):
        in_format(pairs[:1], ".webp", "out/a.png")
    both = [(photo, Path("out/a.png")), (clip, Path("out/a.jpg"))]
    with pytest.raises(UsageError, match=r"--format: the result for b\.mp4 would be"):
        in_format(both, ".webp")


# --- Blends ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("noir+warm", [("noir", 0.5), ("warm", 0.5)]),
        ("noir:3+warm:1", [("noir", 0.75), ("warm", 0.25)]),
        ("noir + oil:3", [("noir", 0.25), ("oil", 0.75)]),
    ],
)
def test_blends_are_parsed(text, parts):
    assert parse_blend(text) == parts


@pytest.mark.parametrize("text", ["noir+", "noir:x+warm", "noir:0+warm", "+"])
def test_odd_blends_are_refused(text):
    with pytest.raises(UsageError, match=r"expected looks with a plus between"):
        parse_blend(text)


def test_a_folder_with_a_plus_is_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert is_blend("a+b")
    (tmp_path / "a+b").mkdir()
    assert not is_blend("a+b")


class Flat(Method):
    """Paints everything in one gray."""

    name = "flat"

    def __init__(self, level: float) -> None:
        self.level = level

    @property
    def fingerprint(self):
        return str(self.level)

    def stylize(self, target, rendering):
        image = np.full_like(target.image, self.level)
        return Outcome(image, timings={"paint": 1.0})

    def frames(self, clip):
        raise NotImplementedError


def test_pictures_are_mixed_by_their_shares():
    method = BlendedMethod([Flat(0.2), Flat(0.8)], [0.75, 0.25])
    target = Target(np.zeros((4, 4, 3), np.float32), "a")
    outcome = method.stylize(target, Rendering())
    np.testing.assert_allclose(outcome.image, 0.35, atol=1e-6)
    assert outcome.timings == {"paint": 2.0}
    assert method.fingerprint != BlendedMethod([Flat(0.2), Flat(0.8)], [0.5, 0.5]).fingerprint


# --- Sizes -----------------------------------------------------------------------------------


def test_reducing_keeps_colors_at_the_edge_of_what_is_seen():
    rgb = np.zeros((40, 80, 3), np.float32)
    rgb[:, :41] = (1.0, 0.5, 0.0)
    alpha = np.zeros((40, 80), np.float32)
    alpha[:, :41] = 1
    small = reduced_picture(Picture(rgb, alpha), 40)
    assert small.rgb.shape == (20, 40, 3)
    np.testing.assert_allclose(small.rgb[small.alpha > 0.01], [(1.0, 0.5, 0.0)] * 420, atol=1e-5)
    assert reduced_picture(small, 40) is small
    assert reduced_picture(small, None) is small


# --- The command -----------------------------------------------------------------------------


def test_looks_strengths_sizes_and_formats_in_one_run(tmp_path, monkeypatch, astronaut, capsys):
    monkeypatch.chdir(tmp_path)
    write_image("eileen.png", astronaut)
    look = ROOT / "exemplars" / "noir"
    for name in ("grace_hopper", "mona_lisa"):
        picture = Image.open(look / f"{name}.jpg").convert("RGB").resize((384, 480))
        (tmp_path / "dark").mkdir(exist_ok=True)
        picture.save(tmp_path / "dark" / f"{name}.png")
        (tmp_path / "light").mkdir(exist_ok=True)
        picture.point(lambda v: 255 - (255 - v) // 2).save(tmp_path / "light" / f"{name}.png")
    options = ["--max-size", "240", "--format", "webp", "--method", "energy", "-q", "--json"]
    command = ["eileen.png", "--exemplars", "dark", "light", "dark+light", *options]
    assert main([*command, "--strength", "0,1"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["output"] for record in records] == [
        f"eileen_{look}_{strength}.webp"
        for look in ("dark", "light", "dark+light")
        for strength in (0, 1)
    ]
    found = {name: read_image(f"eileen_{name}_1.webp").rgb for name in ("dark", "light")}
    blend = read_image("eileen_dark+light_1.webp").rgb
    assert blend.shape == (240, 240, 3)
    assert np.abs(blend - (found["dark"] + found["light"]) / 2).mean() < 0.02
    assert found["dark"].mean() < found["light"].mean() - 0.2
    assert main(["eileen.png", "--exemplars", "dark", "light", "-o", "one.png"]) == 2
    assert "-o one.png: names one file" in capsys.readouterr().err
    assert main(["--exemplars", "dark"]) == 2
    assert "found no input" in capsys.readouterr().err
