"""The study kit: a page that is blind, and scores that come back from known preferences."""

import json
import re

import numpy as np
import pytest

from benchmarks import study_score
from benchmarks.__main__ import main
from benchmarks.bradley_terry import bradley_terry, is_connected
from benchmarks.study_files import read_choices, read_key
from benchmarks.study_score import FEW_SUBJECTS, preference_rates, wilson
from facestyle.io.images import write_image

METHODS = ("alpha", "beta", "gamma")
STRENGTHS = {"alpha": 1.0, "beta": 0.0, "gamma": -1.0}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A study of three methods and five cases: page's content, and path of the key."""
    folder = tmp_path_factory.mktemp("study")
    random = np.random.default_rng(0)
    for method in (*METHODS, "photos"):
        (folder / method).mkdir()
        for case in range(5):
            picture = random.uniform(size=(48, 40, 3)).astype(np.float32)
            write_image(folder / method / f"{case}.png", picture)
    folders = [f"{method}={folder / method}" for method in METHODS]
    more = ["--photos", str(folder / "photos"), "--exemplars", str(folder / "photos")]
    page = folder / "study.html"
    ask = ["--question", "Which?</script>"]
    assert main(["study", *folders, *more, *ask, "--catches", "4", "-o", str(page)]) == 0
    text = page.read_text()
    content = json.loads(re.search(r"const content = (\{.*\});\n", text).group(1))
    return text, content, folder / "study.key.json"


def test_the_page_is_whole_and_blind(study):
    text, content, key = study
    assert not any(method in text for method in METHODS)
    assert "http" not in text.replace("http-equiv", "")
    assert text.count("</script>") == 1
    pictures = json.loads(key.read_text())["pictures"]
    assert content["pictures"].keys() == pictures.keys()
    catches = [trial for trial in content["trials"] if trial["catch"]]
    assert len(catches) == 4
    assert len(content["trials"]) == 3 * 5 + 4
    for trial in content["trials"]:
        first, second = (pictures[number] for number in trial["pair"])
        assert first["case"] == second["case"] == pictures[trial["photo"]]["case"]
        assert first["method"] != second["method"]
        assert ("catch" in (first["method"], second["method"])) == trial["catch"]
    assert len(content["examples"]) == 3


def simulate(study, folder, count, *, blind=(), seed=0):
    """Files of subjects who choose by Bradley and Terry's model; `blind` ones by chance."""
    _, content, key = study
    what = json.loads(key.read_text())["pictures"]
    random = np.random.default_rng(seed)
    paths = []
    for subject in range(count):
        answers = []
        for trial in content["trials"]:
            a, b = trial["pair"]
            odds = 0.0
            if trial["catch"]:
                odds = 99.0 if what[b]["method"] == "catch" else -99.0
            else:
                odds = STRENGTHS[what[a]["method"]] - STRENGTHS[what[b]["method"]]
            if subject in blind:
                odds = 99.0 if trial["catch"] == (what[a]["method"] == "catch") else -99.0
            chosen = a if random.uniform() < 1 / (1 + np.exp(-odds)) else b
            left, right = (a, b) if random.integers(2) else (b, a)
            answers.append({"left": left, "right": right, "chosen": chosen, "seconds": 1.0})
        record = {"study": content["study"], "subject": f"s{subject}", "answers": answers}
        paths.append(folder / f"subject-{subject}.json")
        paths[-1].write_text(json.dumps(record))
    return key, paths


def test_scores_of_simulated_subjects_come_back(study, tmp_path, capsys):
    key, paths = simulate(study, tmp_path, 49, blind=(48,))
    (tmp_path / "other.json").write_text('{"study": "x", "subject": "y", "answers": []}')
    (tmp_path / "broken.json").write_text("{")
    extra = [tmp_path / "other.json", tmp_path / "broken.json", paths[0]]
    figures = tmp_path / "figures.json"
    words = [str(key), *map(str, [*paths, *extra]), "--json", str(figures)]
    assert main(["study-score", *words]) == 0
    errors = capsys.readouterr().err
    for reason in ("catches right", "another study", "is no JSON", "there already"):
        assert reason in errors
    found = json.loads(figures.read_text())
    assert found["subjects"] == 48
    assert [score["method"] for score in found["scores"]] == list(METHODS)
    for score in found["scores"]:
        assert score["low"] < STRENGTHS[score["method"]] < score["high"]
        assert score["score"] == pytest.approx(STRENGTHS[score["method"]], abs=0.3)
    for rate in found["rates"]:
        gap = STRENGTHS[rate["method"]] - STRENGTHS[rate["other"]]
        assert rate["rate"] == pytest.approx(1 / (1 + np.exp(-gap)), abs=0.1)
        assert rate["low"] < rate["rate"] < rate["high"]


def test_few_subjects_and_those_who_agree_have_wilsons_interval(study, tmp_path, capsys):
    key, paths = simulate(study, tmp_path, FEW_SUBJECTS)
    few = read_choices(read_key(key), paths[: FEW_SUBJECTS - 1])
    alike = json.loads(paths[0].read_text())
    for number, path in enumerate(paths):
        path.write_text(json.dumps(alike | {"subject": f"s{number}"}))
    for choices in (few, read_choices(read_key(key), paths)):
        for rate in preference_rates(choices):
            won = round(rate["rate"] * rate["choices"])
            assert (rate["low"], rate["high"]) == wilson(won, rate["choices"])
    assert main(["study-score", str(key), str(paths[0])]) == 0
    assert "fewer than 10 subjects" in capsys.readouterr().out
    # published: Newcombe 1998, table I: 81 of 263
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def changed(record, key):
    """Records that no page gives, by what is said of them."""
    answers = record["answers"]
    caught = [n for n, a in enumerate(answers) if key.is_catch({a["left"], a["right"]})]
    first, second = answers[0], answers[1]
    strange = next(
        number
        for number, method in key.method.items()
        if method not in ("", "catch", key.method[first["left"]])
        and {number, first["left"]} not in key.pairs
    )
    return {
        "answered before": [*answers, *answers],
        "never shows together": [first | {"right": strange}],
        "never shows": [first | {"right": "nosuch"}],
        "on both sides": [first | {"right": first["left"]}],
        "on neither side": [first | {"chosen": second["left"]}, *answers[1:]],
        "lacks 1 of 4 catches": [a for n, a in enumerate(answers) if n != caught[0]],
        "nothing but catches": [answers[n] for n in caught],
        "holds no answers": [],
        "answer 1 is damaged": [{"left": 1}],
    }


def test_files_that_no_page_gives_count_for_nothing(study, tmp_path, capsys):
    key, paths = simulate(study, tmp_path, 2)
    record = json.loads(paths[0].read_text())
    for why, answers in changed(record, read_key(key)).items():
        paths[0].write_text(json.dumps(record | {"answers": answers}))
        choices = read_choices(read_key(key), paths)
        assert choices.subjects == ["s1"], why
        assert why in choices.excluded[str(paths[0])]
    paths[0].write_text('{"subject": "s0", "answers": []}')
    assert "it lacks" in read_choices(read_key(key), paths).excluded[str(paths[0])]
    # who stopped early, but saw all catches, counts, with a note
    kept = [a for a in record["answers"] if read_key(key).is_catch({a["left"], a["right"]})]
    kept += [a for a in record["answers"] if a not in kept][:3]
    paths[0].write_text(json.dumps(record | {"answers": kept}))
    capsys.readouterr()
    assert main(["study-score", str(key), str(paths[0])]) == 0
    assert "has 7 of 19 answers" in capsys.readouterr().err
    # keys of before: pairs of one case are allowed
    old = json.loads(key.read_text())
    del old["trials"], old["most"]
    (tmp_path / "old.json").write_text(json.dumps(old))
    assert read_key(tmp_path / "old.json").pairs > read_key(key).pairs
    assert read_choices(read_key(tmp_path / "old.json"), paths).subjects == ["s0", "s1"]


def test_what_a_study_does_not_show_is_said_and_in_no_file(tmp_path, capsys):
    random = np.random.default_rng(0)
    pictures = random.uniform(size=(9, 48, 40, 3)).astype(np.float32)
    shown = {"a": (0, 1, 2, 3), "b": (4, 5, 6), "c": (4, 7)}
    for name, numbers in shown.items():
        for case, number in enumerate(numbers):
            write_image(tmp_path / name / f"{case}.jpg", pictures[number])
    data = (tmp_path / "b" / "2.jpg").read_bytes()
    (tmp_path / "b" / "2.jpg").write_bytes(data[: len(data) // 2])
    page = tmp_path / "page.html"
    words = ["study", *(f"{name}={tmp_path / name}" for name in shown), "-o", str(page)]
    assert main([*words, "--catches", "99"]) == 0
    said = capsys.readouterr().err
    for line in (
        "0: c is left out: its picture is that of b",
        "2: the picture of b is left out",
        "2: c has no picture of this name",
        "3: is left out: fewer than two",
    ):
        assert f"study: {line}" in said
    key = read_key(tmp_path / "page.key.json")
    assert sorted(key.method.values()) == [*"aabb", "c", *["catch"] * key.catches]
    pairs = [pair for pair in key.pairs if not key.is_catch(pair)]
    assert len(pairs) == 1 + 3
    assert key.expected == 4 + key.catches
    # no pair is shown twice
    assert key.expected == len(json.loads((tmp_path / "page.key.json").read_text())["trials"])
    for wrong in (["--trials", "0"], ["--trials", "-1"], ["--catches", "-3"]):
        with pytest.raises(SystemExit):
            main([*words, *wrong])
    assert "whole number of 1 or more" in capsys.readouterr().err
    assert main(["study", f"a={tmp_path / 'b'}", *words[1:]]) == 2
    assert "'a' is given twice" in capsys.readouterr().err


def test_nobody_left_is_no_success(study, tmp_path, capsys):
    key, paths = simulate(study, tmp_path, 1, blind=(0,))
    assert main(["study-score", str(key), str(paths[0])]) == 2
    assert main(["study-score", str(paths[0]), str(paths[0])]) == 2
    assert main(["study", f"one={tmp_path}", "-o", str(tmp_path / "x.html")]) == 2
    assert "expected two or more" in capsys.readouterr().err


def test_bradley_terry_gives_the_published_scores():
    # American League 1987, Agresti 2002, table 10.10: Milwaukee, Detroit, Toronto, New York,
    # Boston, Cleveland, Baltimore; scores beside Baltimore's 0
    wins = np.array(
        [
            [0, 7, 9, 7, 7, 9, 11],
            [6, 0, 7, 5, 11, 9, 9],
            [4, 6, 0, 7, 7, 8, 12],
            [6, 8, 6, 0, 6, 7, 10],
            [6, 2, 6, 7, 0, 7, 12],
            [4, 4, 5, 6, 6, 0, 6],
            [2, 4, 1, 3, 1, 7, 0],
        ]
    )
    scores = bradley_terry(wins)
    assert abs(scores.mean()) < 1e-9
    published = [1.5814, 1.4364, 1.2945, 1.2476, 1.1077, 0.6839, 0]
    assert scores - scores[-1] == pytest.approx(published, abs=5e-5)


def test_scores_that_are_not_finite_are_refused_or_bounded():
    unbeaten = np.array([[0, 5.0], [0, 0]])
    assert not is_connected(unbeaten)
    with pytest.raises(ValueError, match="not finite"):
        bradley_terry(unbeaten)
    first, second = study_score._finite_scores(unbeaten)
    assert first == pytest.approx(-second)
    assert np.log(5.5 / 0.5) == pytest.approx(first - second)
