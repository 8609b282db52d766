"""Sheets: one portrait in many looks, on a page or a picture."""

from __future__ import annotations

import base64
import io
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from facestyle.cli import main
from facestyle.cli.options import amounts
from facestyle.io.images import read_image, write_image
from facestyle.pipeline.pages.sheet_page import draw_sheet_picture, entry_parts, write_sheet_page
from facestyle.pipeline.sheet import SheetEntry

SHAPE = (60, 48, 3)


def flat(level: float) -> np.ndarray:
    return np.full(SHAPE, level, np.float32)


@pytest.fixture
def entries() -> list[SheetEntry]:
    strip = (flat(0.1), flat(0.9))
    return [
        SheetEntry("noir", "energy", 1.0, flat(0.2), strip),
        SheetEntry("<oil>", "patch-unpaired", 1.0, flat(0.7), strip),
        SheetEntry("gone", "auto", 1.0, error="gone: no face & nothing else"),
    ]


class Page(HTMLParser):
    """Collects pictures, and what a page would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.images: list[dict[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.images.append(dict(attrs))

    def handle_data(self, data):
        self.text += data


def decoded(source: str) -> np.ndarray:
    data = base64.b64decode(source.removeprefix("data:image/jpeg;base64,"))
    return np.asarray(Image.open(io.BytesIO(data)), np.float32) / 255


def test_page_holds_its_pictures_and_says_what_failed(tmp_path, entries):
    path = tmp_path / "sheet.html"
    write_sheet_page(path, "A & B", flat(0.5), entries)
    text = path.read_text(encoding="utf-8")
    page = Page(text)
    assert not re.search(r'(src|href)="(?!data:)', text)  # nothing from elsewhere
    levels = [decoded(i["src"]).mean() for i in page.images if len(i["src"]) > 10]
    assert levels == pytest.approx([0.5, 0.2, 0.1, 0.9, 0.7, 0.1, 0.9], abs=0.01)
    assert all("alt" in image for image in page.images)
    assert "A & B" in page.text
    assert "gone: no face & nothing else" in page.text
    assert "<oil>" in page.text


def test_entries_are_told_apart_by_what_differs(entries):
    assert entry_parts(entries) == ("look",)
    swept = [SheetEntry("noir", "energy", s, flat(s)) for s in (0.3, 1.0)]
    assert entry_parts(swept) == ("look", "strength")
    assert entry_parts([*swept, SheetEntry("noir", "patch", 1.0, flat(1))]) == (
        *("look", "method"),
        "strength",
    )


def test_picture_shows_every_result(entries):
    sheet = draw_sheet_picture(flat(0.5), entries, side=120)
    for level in (0.5, 0.2, 0.7):
        assert (np.abs(sheet - level).max(axis=2) < 0.01).sum() >= 0.9 * 120 * 96


@pytest.mark.parametrize(
    ("text", "values"), [("0.3,0.6,1", (0.3, 0.6, 1.0)), ("1,1", (1.0,)), (".5", (0.5,))]
)
def test_amounts(text, values):
    assert amounts(text) == values


def test_verb_writes_page_and_picture(tmp_path, monkeypatch, astronaut, capsys):
    monkeypatch.chdir(tmp_path)
    write_image("eileen.png", astronaut)
    arguments = ["sheet", "eileen.png", "--looks", "noir", "--strength", "0,1", "--size", "200"]
    assert main([*arguments, "--json"]) == 0
    *records, last = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(r["look"], r["method"], r["strength"]) for r in records] == [
        ("noir", "energy", 0.0),
        ("noir", "energy", 1.0),
    ]
    assert last == {"sheet": "eileen_sheet.html"}
    page = Page((tmp_path / "eileen_sheet.html").read_text(encoding="utf-8"))
    before, without, full = (
        decoded(i["src"])
        for i in page.images
        if len(i["src"]) > 10 and (i["alt"] or "").startswith("the portrait")
    )
    assert np.abs(before - without).max() < 0.02
    assert full.mean() < 0.7 * before.mean()
    assert main(arguments) == 3
    assert "eileen_sheet.html: exists already" in capsys.readouterr().err
    assert main([*arguments, "-o", "sheet.png"]) == 0
    assert read_image("sheet.png").rgb.shape[1] > 900


def test_the_portrait_is_named_and_its_points_are_taken(tmp_path, monkeypatch, astronaut, capsys):
    monkeypatch.chdir(tmp_path)
    write_image("plain.png", np.full((200, 160, 3), 0.5, np.float32))
    arguments = ["sheet", "plain.png", "--looks", "noir", "--size", "250"]
    assert main(arguments) == 3
    assert "plain.png in noir: no face was found" in capsys.readouterr().err
    write_image("eileen.png", astronaut)
    assert main(["landmarks", "eileen.png", "-o", "points.txt"]) == 0
    arguments[1] = "eileen.png"
    with monkeypatch.context() as nothing:
        nothing.setattr("facestyle.pipeline.stills.find_faces", None)  # would be called
        assert main([*arguments, "--landmarks-file", "points.txt"]) == 0
    page = Page((tmp_path / "eileen_sheet.html").read_text(encoding="utf-8"))
    given = decoded(next(i["src"] for i in page.images if "look noir" in (i["alt"] or "")))
    assert main([*arguments, "--overwrite"]) == 0
    page = Page((tmp_path / "eileen_sheet.html").read_text(encoding="utf-8"))
    found = decoded(next(i["src"] for i in page.images if "look noir" in (i["alt"] or "")))
    assert np.abs(given - found).mean() < 0.02


def test_places_stay_empty_as_seldom_as_can_be(entries):
    sheet = draw_sheet_picture(flat(0.5), [entries[0]] * 9, side=120)  # 10: 5 columns, 2 rows
    assert sheet.shape[1] == 5 * (96 + 8) + 8  # as wide as the pictures, not as high


def test_wrong_requests_are_refused_before_the_work(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for arguments, message in (
        (["a.png", "--method", "energy,oil"], "'oil': expected auto"),
        (["a.png", "--strength", "0.5,2"], "expected a number from 0 to 1"),
        (["a.png", "-o", "sheet.gif"], "cannot write a sheet with the suffix '.gif'; use .html"),
        (["a.png"], "a.png: "),
    ):
        assert main(["sheet", *arguments]) in (2, 3)
        assert message in capsys.readouterr().err
