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


def test_what_is_put_into_a_folder_is_stylized(tmp_path, sitters, astronaut):
    import signal
    import subprocess
    import sys

    from facestyle.io.images import write_image

    for number, sitter in enumerate(sitters[:2]):
        write_image(tmp_path / "looks" / f"{number}.png", 0.5 * sitter.image)
    write_image(tmp_path / "in" / "first.png", astronaut)
    arguments = ["in", "--exemplars", "looks", "--method", "energy", "-o", "out", "--watch"]
    arguments += ["--report", "report.html"]
    process = subprocess.Popen([sys.executable, "-m", "facestyle", *arguments], cwd=tmp_path)
    try:
        wait_for(tmp_path / "out" / "first.png")
        assert "1 done" in (tmp_path / "report.html").read_text(encoding="utf-8")
        (tmp_path / "in" / "notes.txt").write_text("no picture")
        time.sleep(1)  # the watch begins after the first results
        write_image(tmp_path / "in" / "second.png", astronaut[:, ::-1])
        wait_for(tmp_path / "out" / "second.png")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    finally:
        process.kill()
        process.wait()


def wait_for(path):
    for _ in range(1200):
        if path.exists():
            return
        time.sleep(0.1)
    raise AssertionError(f"{path} did not appear")
