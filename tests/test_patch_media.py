"""Exemplars too unlike the leading one are left out, and that is said."""

import json
import logging
from dataclasses import replace

import cv2
import numpy as np
import pytest

from facestyle import ExemplarSet, Stylizer
from facestyle.cli.exemplars import _summary
from facestyle.exemplars import read_exemplar
from facestyle.faces import Portrait
from facestyle.io.images import write_image
from facestyle.methods.patch_unpaired import prepare_exemplar
from facestyle.methods.patch_unpaired.media import of_one_medium, possible_leads
from facestyle.methods.patch_unpaired.source_cache import SourceCache
from facestyle.pipeline.clips import stylize_clip
from facestyle.pipeline.exemplar_advice import SetReport, advise
from facestyle.pipeline.used_together import used_together


def drawing(style, sitter, exemplars) -> Portrait:
    read = read_exemplar(exemplars / style / f"{sitter}.jpg").portrait
    factor = 45 / read.face.inter_ocular
    image = cv2.resize(read.image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    matte = cv2.resize(read.matte, image.shape[1::-1], interpolation=cv2.INTER_AREA)
    return Portrait(image, read.face.scaled(factor), matte, f"{style}_{sitter}")


@pytest.fixture(scope="module")
def works(request):
    """Two pencil drawings, a painting, and one of the drawings on yellow paper."""
    folder = request.config.rootpath / "exemplars"
    pencil = [drawing("pencil", name, folder) for name in ("grace_hopper", "erik_dahlgren")]
    yellow = replace(pencil[1], image=pencil[1].image * np.float32([1, 0.8, 0.4]), name="yellow")
    return [*pencil, drawing("oil", "pocahontas", folder), yellow]


def test_works_of_one_medium_are_used_together(works, portrait, caplog):
    sources = SourceCache([prepare_exemplar(work) for work in works[:2]])
    assert sorted(sources.order(sources.choose_lead(portrait))) == [0, 1]
    assert not caplog.records


@pytest.mark.parametrize("other", [2, 3])
def test_an_odd_work_of_many_neither_leads_nor_shows(works, astronaut, other, caplog):
    mixed = Stylizer(ExemplarSet([works[other], *works[:2]]), method="patch")
    with caplog.at_level(logging.WARNING):
        result = mixed(astronaut)
        mixed(astronaut)
    said = [r.getMessage() for r in caplog.records if "too unlike" in r.getMessage()]
    assert len(said) == 1  # once, not for each picture
    assert said[0].startswith("the picture: ")
    assert works[other].name in said[0]
    assert set(np.unique(result.labels)) <= {1, 2}
    alone = Stylizer(ExemplarSet(works[:2]), method="patch")(astronaut)
    np.testing.assert_array_equal(result.image, alone.image)


@pytest.mark.parametrize("other", [2, 3])
def test_what_is_left_out_is_said_beforehand(works, portrait, other):
    found = advise(ExemplarSet([works[other], *works[:2]]))
    sources = SourceCache([prepare_exemplar(works[n]) for n in (other, 0, 1)])
    used = sources.order(sources.choose_lead(portrait))
    assert (found.together.fewest, found.together.most) == (len(used), len(used)) == (2, 2)
    assert found.together.words.startswith("of 3 works 2 are used for one portrait")
    odd, *alike = ("; ".join(own.remarks) for own in found.exemplars)
    assert "used for no portrait" in odd
    assert not any("used" in remarks for remarks in alike)
    # the odd one does not count among those that are enough
    assert found.more.startswith("4 more would help, 6 in all")


def test_works_that_are_used_with_some_only_are_named():
    names = ["a", "b", "c", "d", "e", "f"]
    orders = {0: [0, 1, 2, 3], 1: [1, 0, 2], 2: [2, 0, 1], 3: [3, 0, 4]}
    found = used_together(names, orders)
    assert (found.fewest, found.most, found.largest) == (3, 4, (0, 1, 2, 3))
    assert found.words.startswith("of 6 works 3 to 4 are used for one portrait")
    assert found.remarks[:5] == (
        "",
        "not used where d leads",
        "not used where d leads",
        "not used where b or c lead",
        "used only where d leads",
    )
    assert found.remarks[5].startswith("used for no portrait")
    many = used_together(
        names, {lead: [n for n in range(6) if n != 5] for lead in range(4)} | {5: [5]}
    )
    assert many.remarks[5] == "used only where f leads"
    assert used_together(names, {lead: [0, 1, 2, 3, 4, 5] for lead in (1, 2)}) is None
    assert used_together(names, {}) is None  # of methods that leave nothing out


def test_the_verb_says_how_many_are_used_together():
    together = used_together(["a", "b", "c"], {0: [0, 1], 1: [1, 0]})
    report = SetReport((), "patch", "enough", together)
    assert _summary(report, 3, 3, as_json=False).splitlines()[-1] == together.words
    assert json.loads(_summary(report, 3, 3, as_json=True))["summary"]["used_together"] == [2, 2]
    whole = replace(report, together=None)
    assert _summary(whole, 3, 3, as_json=False).splitlines()[-1] == "enough"
    assert json.loads(_summary(whole, 3, 3, as_json=True))["summary"]["used_together"] == [3, 3]


def test_what_is_left_out_is_said_of_the_first_picture_and_of_those_that_differ(
    works, portrait, monkeypatch, caplog
):
    leads = iter([0, 1, 2, 0, 2])
    module = "facestyle.methods.patch_unpaired.source_cache"
    monkeypatch.setattr(f"{module}.choose_lead", lambda *_: next(leads))
    sources = SourceCache([prepare_exemplar(work) for work in works])
    sources._alike = np.kron(np.eye(2), np.ones((2, 2))) > 0
    with caplog.at_level(logging.INFO):
        for name in "abcde":
            sources.choose_lead(replace(portrait, name=f"{name}.png"))
    first, second, other, again, more = caplog.records
    names = [work.name for work in works]
    assert first.message.startswith(f"a.png: {names[0]} leads, and {names[2]}, {names[3]} are left")
    assert "too unlike" in first.message
    left = f"{names[0]}, {names[1]} are left out (2 of 4 works are used)"
    assert other.message == f"c.png: {names[2]} leads, and {left}"
    # silence means as the first; the others are told with -v
    warned = [r.levelno == logging.WARNING for r in (first, second, other, again, more)]
    assert warned == [True, False, True, False, True]


def test_nothing_left_out_is_said_only_after_something_was(works, portrait, monkeypatch, caplog):
    module = "facestyle.methods.patch_unpaired.source_cache"
    prepared = [prepare_exemplar(work) for work in works[:3]]
    for order, expected in (((0, 1), ["a", "b"]), ((1, 0), ["b"])):
        leads = iter(order)
        monkeypatch.setattr(f"{module}.choose_lead", lambda *_, leads=leads: next(leads))
        sources = SourceCache(prepared)
        # the middle one is like both, which are not like each other
        sources._alike = np.array([[1, 1, 0], [1, 1, 1], [0, 1, 1]]) > 0
        caplog.clear()
        for name in "ab":
            sources.choose_lead(replace(portrait, name=name))
        assert [record.message[0] for record in caplog.records] == expected
    assert "a: " not in caplog.text
    assert "too unlike" in caplog.text  # explained where something is left out first


def test_a_clip_is_called_by_its_name(works, astronaut, tmp_path, caplog):
    write_image(tmp_path / "00000.png", astronaut)
    mixed = Stylizer(ExemplarSet([works[2], *works[:2]]), method="patch")
    stylize_clip(mixed, tmp_path / "%05d.png", None)
    [said] = [r.message for r in caplog.records if "too unlike" in r.message]
    assert said.startswith(f"{tmp_path / '%05d.png'}: ")


def test_equal_numbers_leave_the_choice_to_the_sitter():
    traits = np.array([[0, 0, -3.0], [0, 0.05, -3.3], [0, 0.3, -3.0], [0, 0.28, -3.1]])
    alike = of_one_medium(traits)
    np.testing.assert_array_equal(alike, np.kron(np.eye(2), np.ones((2, 2))))
    assert possible_leads(alike, np.ones(4)) == [0, 1, 2, 3]
    grain = of_one_medium(np.array([[0, 0, -3.0], [0, 0, -1.5], [np.nan] * 3]))
    np.testing.assert_array_equal(grain, [[1, 0, 1], [0, 1, 1], [1, 1, 1]])


def test_a_photograph_among_drawings_does_not_lead():
    alike = np.ones((4, 4), bool)
    assert possible_leads(alike, np.array([3.0, -3.0, 1.0, 4.0])) == [0, 2, 3]
    # what may be drawn may lead, and so may all where most are photographs
    assert possible_leads(alike, np.array([3.0, -1.0, 1.0, 4.0])) == [0, 1, 2, 3]
    assert possible_leads(alike, np.array([3.0, -3.0, -1.0, -4.0])) == [0, 1, 2, 3]
    # nor is a set left without any
    alone = np.array([[1, 0, 0, 0], [0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 1]]) > 0
    assert possible_leads(alone, np.array([2.0, -3.0, -3.0, 9.0])) == [1, 2]
