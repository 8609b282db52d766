"""Watched folders: files are taken when they are whole."""

import threading
import time

import pytest

pytest.importorskip("watchfiles", reason="the extra watch is not installed")

from facestyle.cli.watching import changed_files
from facestyle.errors import UsageError


def test_a_file_is_taken_once_and_whole(tmp_path):
    (tmp_path / "old.jpg").write_bytes(b"was here before")

    def copy_slowly() -> None:
        time.sleep(0.3)
        (tmp_path / "notes.txt").write_text("no picture")
        for _ in range(4):
            with (tmp_path / "new.jpg").open("ab") as file:
                file.write(b"half")
            time.sleep(0.4)

    thread = threading.Thread(target=copy_slowly)
    thread.start()
    files = changed_files([tmp_path], lambda path: path.suffix == ".jpg")
    path = next(files)
    thread.join()
    assert path == tmp_path / "new.jpg"
    assert path.stat().st_size == 16
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.jpg").write_bytes(b"x")
    assert next(files) == tmp_path / "sub" / "b.jpg"  # new.jpg is not told of again


def test_only_folders_are_watched(tmp_path):
    with pytest.raises(UsageError, match="no folder"):
        next(changed_files([tmp_path / "missing"], lambda path: True))
