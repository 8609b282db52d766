"""Watched folders: files are taken when they are whole."""

import threading
import time
from pathlib import Path

import pytest

pytest.importorskip("watchfiles", reason="the extra watch is not installed")

from facestyle.cli.watching import changed_files, file_facts
from facestyle.errors import UsageError


def test_a_file_is_taken_once_and_whole(tmp_path):
    old = tmp_path / "old.jpg"
    old.write_bytes(b"was here before")

    def copy_slowly() -> None:
        time.sleep(0.3)
        (tmp_path / "notes.txt").write_text("no picture")
        for _ in range(4):
            with (tmp_path / "new.jpg").open("ab") as file:
                file.write(b"half")
            time.sleep(0.4)

    thread = threading.Thread(target=copy_slowly)
    thread.start()
    files = changed_files([tmp_path], lambda path: path.suffix == ".jpg", file_facts([old]))
    path = next(files)
    thread.join()
    assert path == tmp_path / "new.jpg"
    assert path.stat().st_size == 16
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.jpg").write_bytes(b"x")
    assert next(files) == tmp_path / "sub" / "b.jpg"  # new.jpg is not told of again


def test_what_came_while_the_first_results_were_made_is_not_lost(tmp_path):
    (tmp_path / "old.jpg").write_bytes(b"was here before")
    done = file_facts([tmp_path / "old.jpg", tmp_path / "missing.jpg"])
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "new.jpg").write_bytes(b"came since")
    files = changed_files([tmp_path], lambda path: path.suffix == ".jpg", done)
    assert next(files) == tmp_path / "sub" / "new.jpg"


def test_only_folders_are_watched(tmp_path):
    with pytest.raises(UsageError, match="no folder"):
        next(changed_files([tmp_path / "missing"], lambda path: True, {}))


def test_what_is_put_into_a_folder_is_stylized(tmp_path, sitters, astronaut):
    import signal
    import subprocess
    import sys

    from facestyle.io.images import write_image

    for number, sitter in enumerate(sitters[:2]):
        write_image(tmp_path / "looks" / f"{number}.png", 0.5 * sitter.image)
    (tmp_path / "in").mkdir()
    arguments = ["in", "--exemplars", "looks", "--method", "energy", "-o", "in/out", "--watch"]
    arguments += ["--report", "report.html"]
    process = subprocess.Popen(
        [sys.executable, "-m", "facestyle", *arguments],
        # a shell lets its background jobs ignore the signal
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr.readline() == "facestyle: watching in; Ctrl-C ends it\n"
        write_image(tmp_path / "in" / "first.png", astronaut)
        assert Path(process.stdout.readline().strip()) == Path("in/out/first.png")
        (tmp_path / "in" / "notes.txt").write_text("no picture")
        write_image(tmp_path / "in" / "second.png", astronaut[:, ::-1])
        assert Path(process.stdout.readline().strip()) == Path("in/out/second.png")
        process.send_signal(signal.SIGINT)
        assert process.wait(120) == 130
        assert "<p>2 done;" in (tmp_path / "report.html").read_text(encoding="utf-8")
        # neither the empty folder nor the results within it are taken for inputs
        said = process.stderr.read().splitlines()
        assert [line for line in said if "interrupted" not in line] == []
    finally:
        process.kill()
        process.communicate()
