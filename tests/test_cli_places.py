"""What nothing can be written to is refused before any work begins."""

import os

import numpy as np
import pytest

from facestyle.cli import main
from facestyle.io.images import write_image


@pytest.fixture(autouse=True)
def begun(tmp_path, monkeypatch):
    """A picture and a file in the working folder; in the list, what was read of exemplars."""
    monkeypatch.chdir(tmp_path)
    write_image(tmp_path / "portrait.png", np.full((64, 64, 3), 0.5, np.float32))
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "page.html").mkdir()
    read = []

    def read_exemplars(*arguments, **_):
        read.append(arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr("facestyle.pipeline.stylizer.read_exemplars", read_exemplars)
    return read


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["-o", "out.gif"], "-o out.gif: cannot write pictures with the suffix '.gif'"),
        (["-o", "./out.mp4"], "cannot write pictures with the suffix '.mp4'"),
        (["-o", "out.heic"], "-o out.heic: cannot write pictures"),
        (["-o", "file/out.png"], "-o file/out.png: file is not a folder"),
        (["-o", "file/deep/er/"], "-o file/deep/er/: file is not a folder"),
        (["-o", "file/deep/er/", "--send-files", "--cluster", "tcp://x:1"], "file is not a folder"),
        (["--explain", "file"], "--explain file: file is not a folder"),
        (["--report", "file/page.html"], "--report file/page.html: file is not a folder"),
        (["--report", "page.html"], "--report page.html: is a folder"),
        (["--strength", "0.5,1", "-o", "file/"], "-o file/: file is not a folder"),
    ],
)
def test_places_that_cannot_be_written_are_refused_at_once(options, words, begun, capsys):
    assert main(["portrait.png", "--exemplars", "noir", *options]) == 2
    assert words in capsys.readouterr().err
    assert not begun


@pytest.mark.parametrize(
    "options",
    [
        ["-o", "new/deep/out.png", "--explain", "new/why", "--report", "new/page.html"],
        ["-o", "new.png/"],
        # where workers write is not known here
        ["-o", "file/out.png", "--cluster", "tcp://127.0.0.1:1"],
    ],
)
def test_places_that_are_not_there_yet_are_no_fault(options, begun):
    main(["portrait.png", "--exemplars", "noir", *options])
    assert begun
    assert not os.path.lexists("new")
    assert not os.path.lexists("new.png")


def test_a_folder_without_permission_is_refused_where_something_would_go_there(
    begun, monkeypatch, capsys
):
    os.mkdir("locked")
    write_image("locked/portrait.png", np.zeros((8, 8, 3), np.float32))
    access = os.access
    monkeypatch.setattr(
        "os.access", lambda path, mode: os.path.basename(path) != "locked" and access(path, mode)
    )
    given = ["portrait.png", "--exemplars", "noir", "-o", "locked/"]
    assert main(given) == 2
    assert "-o locked/: no permission to write into locked" in capsys.readouterr().err
    assert main([*given, "--save-preset", "locked/a.toml"]) == 2
    assert not begun
    main([*given, "--skip-existing"])  # nothing is written
    assert begun


def test_sheets_are_refused_before_the_work(capsys):
    assert main(["exemplars", "noir", "--sheet", "file/sheet.html"]) == 3
    assert "file/sheet.html: file is not a folder" in capsys.readouterr().err
