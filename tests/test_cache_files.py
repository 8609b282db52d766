"""The cache stays below its limit, forgets what was not used for longest, and can be cleared."""

import json
import os
import time
from dataclasses import dataclass

import numpy as np
import pytest

from facestyle import cache_files, disk_cache
from facestyle.cache_files import cache_limit, drop_least_used, list_cache
from facestyle.cli import main
from facestyle.errors import UsageError


@dataclass(frozen=True)
class Entry:
    values: np.ndarray


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("FACESTYLE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(disk_cache, "_BOUND", cache_files.Bound())
    return tmp_path / "cache"


def key(number: int) -> str:
    return disk_cache.fingerprint(str(number))


def save(number: int, size: int = 10_000) -> None:
    disk_cache.save(key(number), Entry(np.full(size, number, np.uint8)))


def age(folder, number: int, seconds: float) -> None:
    when = time.time() - seconds
    os.utime(folder / f"{key(number)}.npz", (when, when))


@pytest.mark.parametrize(
    ("text", "size"),
    [("", 2 * 10**9), ("500 MB", 5 * 10**8), ("1.5g", 15 * 10**8), ("7GiB", 7 * 2**30), ("0", 0)],
)
def test_limit(monkeypatch, text, size):
    monkeypatch.setenv("FACESTYLE_CACHE_LIMIT", text)
    assert cache_limit() == size


def test_odd_limits_are_refused(monkeypatch, capsys):
    monkeypatch.setenv("FACESTYLE_CACHE_LIMIT", "much")
    with pytest.raises(UsageError, match="found 'much', expected a size such as 2GB"):
        cache_limit()
    assert main(["cache"]) == 2
    assert "FACESTYLE_CACHE_LIMIT" in capsys.readouterr().err


def test_what_was_not_used_for_longest_is_dropped(folder):
    for number in range(5):
        save(number)
        age(folder, number, 10_000 - number)
    assert disk_cache.load(Entry, key(0)) is not None  # now it is the latest
    (folder / "notes.txt").write_text("not ours")
    one = list_cache(folder)[0].bytes
    drop_least_used(folder, 3 * one)
    left = [n for n in range(5) if disk_cache.load(Entry, key(n)) is not None]
    assert left == [0, 4]  # a tenth below the limit: two
    assert (folder / "notes.txt").exists()


def test_a_process_that_writes_keeps_to_the_limit(folder, monkeypatch):
    monkeypatch.setenv("FACESTYLE_CACHE_LIMIT", "60kB")
    for number in range(30):
        save(number)
        age(folder, number, 1000 - number)
        assert sum(file.bytes for file in list_cache(folder)) < 130_000
    assert disk_cache.load(Entry, key(29)) is not None


def test_no_cache_at_all(folder, monkeypatch):
    monkeypatch.setenv("FACESTYLE_CACHE_LIMIT", "0")
    save(1)
    assert not folder.exists()


def test_unfinished_files_of_yesterday_go(folder):
    save(1)
    old, new = folder / ".0123456789ab.part", folder / ".ba9876543210.part"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 90_000,) * 2)
    drop_least_used(folder, 10**9)
    assert not old.exists()
    assert new.exists()


def test_verb_shows_and_clears(folder, capsys):
    assert main(["cache"]) == 0
    assert capsys.readouterr().out == f"{folder}: 0 files, 0 bytes of 2.00 GB at most\n"
    save(1)
    save(2)
    (folder / "notes.txt").write_text("not ours")
    assert main(["cache", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["folder"], shown["files"]) == (str(folder), 2)
    assert shown["bytes"] > 20_000
    assert main(["cache", "clear"]) == 0
    assert "2 files removed, 2" in capsys.readouterr().out
    assert sorted(path.name for path in folder.iterdir()) == ["notes.txt"]
