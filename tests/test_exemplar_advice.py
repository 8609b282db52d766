"""The advisor of exemplars, and landmark files that go out and come back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from facestyle.cli import main
from facestyle.exemplars import ExemplarSet, read_exemplar
from facestyle.faces import Face, Portrait, read_landmarks, write_landmarks
from facestyle.io.images import read_image, write_image
from facestyle.methods.choice import choose_method
from facestyle.pipeline.exemplar_advice import ExemplarReport, SetReport, advise, sharpness

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("grace_hopper", "erik_dahlgren", "george_washington", "mona_lisa", "jacob_fugger")


@pytest.fixture(scope="module")
def noir() -> list[Portrait]:
    return [read_exemplar(ROOT / "exemplars" / "noir" / f"{name}.jpg")[0] for name in NAMES]


@pytest.fixture(scope="module")
def report(noir) -> SetReport:
    """A set with every fault: a double, a small one, a blurred one, and one in another style."""
    grace, erik, _, mona, jacob = noir
    width, height = 240, 300
    small = Portrait(
        cv2.resize(erik.image, (96, 120), interpolation=cv2.INTER_AREA),
        erik.face.scaled(0.125),
        cv2.resize(erik.matte, (96, 120)),
        "small",
    )
    reduced = cv2.resize(mona.image, (width, height), interpolation=cv2.INTER_AREA)
    blurred = replace(mona, image=cv2.resize(reduced, (768, 960)), name="blurred")
    light = replace(jacob, image=1 - 0.5 * (1 - jacob.image) ** 2, name="light")
    double = replace(grace, image=np.clip(grace.image * 1.02, 0, 1), name="double")
    return advise(ExemplarSet([*noir, double, small, blurred, light]))


def remarks(report: SetReport, name: str) -> str:
    (own,) = (item for item in report.exemplars if item.name == name)
    return "; ".join(own.remarks)


def test_each_fault_is_named_and_only_it(report):
    assert remarks(report, "double") == "nearly the same picture as grace_hopper.jpg"
    assert "small face" in remarks(report, "small")
    assert "blurred or enlarged" in remarks(report, "blurred")
    assert "unlike the others: lighter" in remarks(report, "light")
    for name in NAMES:
        assert remarks(report, f"{name}.jpg") == ""


def test_method_and_how_many_more(report):
    assert report.method.startswith("energy (")
    # nine, of which four show what others show
    assert report.more.startswith("3 more would help, 8 in all")


def test_the_bundled_sets_are_in_order():
    for name in ("warm", "pencil"):
        found = advise(ExemplarSet.load(ROOT / "exemplars" / name))
        odd = [item.name for item in found.exemplars if "unlike" in " ".join(item.remarks)]
        assert odd == []
        assert not any("same picture" in " ".join(item.remarks) for item in found.exemplars)


def test_every_line_counts_the_media_alike(noir, monkeypatch, caplog):
    # one clearly and one barely drawn: the second would raise no warning by itself, yet it counts
    scores = dict(zip(NAMES, (-3.0, -3.0, -3.0, 0.1, 5.0), strict=True))

    def judge(portrait):
        return scores[Path(portrait.name).stem], "its skin"

    monkeypatch.setattr("facestyle.methods.choice.looks_drawn", judge)
    monkeypatch.setattr("facestyle.pipeline.exemplar_advice.looks_drawn", judge)
    found = advise(ExemplarSet(noir))
    assert [item.medium for item in found.exemplars].count("photographed") == 3
    assert "3 of 5 exemplars look photographed: " in found.method
    [record] = caplog.records
    assert "3 of 5 look photographed, 2 drawn" in record.message
    assert "(jacob_fugger.jpg, mona_lisa.jpg)" in record.message  # the clearest first
    caplog.clear()
    scores["jacob_fugger"] = 0.2
    assert advise(ExemplarSet(noir)).method == found.method
    assert not caplog.records


def test_smooth_paintings_may_be_taken_for_photographs(noir, monkeypatch, caplog):
    scores = dict(zip(NAMES, (-2.0, -1.0, -0.7, 1.0, 2.0), strict=True))

    def judge(portrait):
        return scores[Path(portrait.name).stem], "its skin"

    monkeypatch.setattr("facestyle.methods.choice.looks_drawn", judge)
    assert choose_method(ExemplarSet(noir))[0].name == "energy"
    [record] = caplog.records
    # the median's odds, exp(.7); which of them look drawn is no second message
    assert "may be smooth paintings (odds of 2.0 to 1" in record.message
    assert "--method patch" in record.message
    caplog.clear()
    scores.update(dict.fromkeys(NAMES[:3], -1.5))  # four to one and more is clear
    scores.update(dict.fromkeys(NAMES[3:], 0.1))
    choose_method(ExemplarSet(noir))
    assert not caplog.records


def test_turn_follows_the_nose(noir):
    own = noir[0].face
    axis = (own.eyes[1] - own.eyes[0]) / own.inter_ocular
    points = own.landmarks.copy()
    points[27:36] += 0.3 * own.inter_ocular * axis
    turned = replace(noir[0], face=Face(points, None, own.outline, "file"))
    found = advise(ExemplarSet([noir[0], turned])).exemplars
    assert found[0].pose == "frontal"
    assert found[1].pose == "turned 30 degrees to the right"
    mirrored = replace(found[1], turn=-found[1].turn)
    assert isinstance(mirrored, ExemplarReport)
    assert mirrored.pose == "turned 30 degrees to the left"


def moved(portrait, nose=0.0, angle=0.0):
    """The portrait with its nose elsewhere, inter-ocular distances, or turned in the plane."""
    face = portrait.face
    points = face.landmarks.copy()
    points[27:36] += nose * (face.eyes[1] - face.eyes[0])
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    turn = np.array([[cosine, sine], [-sine, cosine]])
    center = np.array(portrait.image.shape[1::-1]) / 2
    points, outline = ((p - center) @ turn + center for p in (points, face.outline))
    return replace(portrait, face=Face(points, None, outline, "file"), name=f"{nose}, {angle}")


def test_profiles_and_lying_heads_are_advised_against(noir):
    poses = ((0.53, 0), (-0.7, 0), (0.4, 0), (0, 60), (0, -90), (0, 20), (0, 0))
    heads = [moved(noir[0], *pose) for pose in poses]
    profile, clipped, turned, lying, across, leaning, upright = advise(ExemplarSet(heads)).exemplars
    assert profile.pose == "turned 60 degrees or more to the right"
    assert clipped.pose == "turned 60 degrees or more to the left"
    assert clipped.turn == -60  # 90 would be made up
    assert lying.pose == "frontal, tilted 60 degrees clockwise"
    assert across.pose == "frontal, tilted 90 degrees counterclockwise"
    assert leaning.pose == "frontal, tilted 20 degrees clockwise"
    assert upright.pose == "frontal"
    said = {
        words: [words in " ".join(head.remarks) for head in (profile, clipped, turned, lying)]
        for words in ("in profile", "turned far", "rotate the picture")
    }
    assert said == {
        "in profile": [True, True, False, False],
        "turned far": [False, False, True, False],
        "rotate the picture": [False, False, False, True],
    }
    assert "rotate the picture" in " ".join(across.remarks)
    assert not any("tilted" in remark for remark in leaning.remarks + upright.remarks)


def test_sharpness_falls_when_a_picture_is_enlarged(noir):
    image = cv2.resize(noir[0].image, None, fx=1 / 3, fy=1 / 3, interpolation=cv2.INTER_AREA)
    size = noir[0].image.shape[1::-1]
    enlarged = replace(noir[0], image=cv2.resize(image, size, interpolation=cv2.INTER_CUBIC))
    assert sharpness(enlarged) < 0.62 < sharpness(noir[0])


def test_verb_writes_a_sheet(tmp_path, noir, capsys):
    for portrait in noir[:2]:
        write_image(tmp_path / "set" / f"{Path(portrait.name).stem}.png", portrait.image)
    page, picture = tmp_path / "set.html", tmp_path / "set.png"
    assert main(["exemplars", str(tmp_path / "set"), "--sheet", str(page), "--json"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert records[0]["pose"] == "turned 25 degrees to the right"
    assert records[-1]["summary"]["more"].startswith("6 more would help")
    assert page.read_text(encoding="utf-8").count('alt="exemplar ') == 2
    assert main(["exemplars", str(tmp_path / "set"), "--sheet", str(picture), "-q"]) == 0
    height, width = read_image(picture).rgb.shape[:2]
    assert width > 500  # the two lie side by side, and nothing is empty beside them
    assert width > height
    assert main(["exemplars", str(tmp_path / "set"), "--sheet", str(picture)]) == 3
    assert "exists already" in capsys.readouterr().err


# --- Landmarks -------------------------------------------------------------------------------


def test_landmarks_come_back_as_they_were_written(tmp_path):
    points = np.random.default_rng(0).uniform(100, 400, (68, 2))
    points[36:42], points[42:48] = (150, 200), (350, 200)  # eyes apart
    points[48:, 1] = 350  # and a mouth below
    path = tmp_path / "new" / "points.txt"
    write_landmarks(path, Face(points, None, np.zeros((36, 2)), "dlib"), "a\nb.jpg", (500, 500))
    np.testing.assert_allclose(read_landmarks(path), points, atol=0.006)


def test_verb_writes_points_beside_the_picture_and_draws_them(tmp_path, astronaut, capsys):
    picture = tmp_path / "eileen.png"
    write_image(picture, astronaut)
    assert main(["landmarks", str(picture)]) == 0
    beside = tmp_path / "eileen.landmarks.txt"
    assert capsys.readouterr().out.strip() == str(beside)
    portrait = read_exemplar(picture, cache=False).portrait
    assert portrait.face.source == "file"
    shifted = tmp_path / "shifted.txt"
    np.savetxt(shifted, read_landmarks(beside) + 5)
    drawn = tmp_path / "drawn.png"
    arguments = ["landmarks", str(picture), "--landmarks-file", str(shifted), "-o", str(drawn)]
    assert main(arguments) == 0
    changed = np.abs(read_image(drawn).rgb - astronaut).max(axis=2) > 0.3
    x, y = np.rint(read_landmarks(shifted)[8]).astype(int)
    assert changed[y - 1 : y + 2, x - 1 : x + 2].any()
    assert main(arguments) == 3
    assert "drawn.png: exists already" in capsys.readouterr().err
    assert main(["landmarks", str(picture), "-o", str(picture), "--overwrite"]) == 2
