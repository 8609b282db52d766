"""The disk cache: dataclasses come back as they were; damage and races do no harm."""

import io
import os
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import pytest

from facestyle import array_files, disk_cache
from facestyle.faces import Face, Portrait


@dataclass(frozen=True)
class Inner:
    values: np.ndarray
    note: str


@dataclass(frozen=True)
class Outer:
    count: int
    ratio: float
    flag: bool
    inner: Inner
    missing: Inner | None
    given: np.ndarray | None
    pyramid: tuple[np.ndarray, ...]
    shape: tuple[int, int]
    empty: tuple[float, ...]
    nested: tuple[Inner, ...]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("FACESTYLE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def outer():
    inner = Inner(np.arange(6, dtype=np.float32).reshape(2, 3), "größer")
    return Outer(
        count=3,
        ratio=0.1,
        flag=True,
        inner=inner,
        missing=None,
        given=np.ones((2, 2), bool),
        pyramid=(np.zeros(2, np.uint8), np.eye(3)),
        shape=(4, 5),
        empty=(),
        nested=(inner, Inner(np.empty((0, 2)), "")),
    )


def assert_same(one, two):
    if isinstance(one, np.ndarray):
        assert one.dtype == two.dtype
        np.testing.assert_array_equal(one, two)
    elif isinstance(one, tuple):
        assert len(one) == len(two)
        for a, b in zip(one, two, strict=True):
            assert_same(a, b)
    elif hasattr(one, "__dataclass_fields__"):
        assert type(one) is type(two)
        for name in one.__dataclass_fields__:
            assert_same(getattr(one, name), getattr(two, name))
    else:
        assert type(one) is type(two)
        assert one == two


def test_nested_dataclasses_come_back(outer):
    assert disk_cache.load(Outer, "key") is None
    disk_cache.save("key", outer)
    assert_same(disk_cache.load(Outer, "key"), outer)


def test_a_portrait_with_and_without_mesh_and_photo_comes_back(portrait):
    plain = Face(portrait.face.landmarks, None, portrait.face.outline, "file")
    whole = Portrait(portrait.image, plain, portrait.matte, "drawn", photo=portrait)
    disk_cache.save("portrait", whole)
    assert_same(disk_cache.load(Portrait, "portrait"), whole)


@pytest.mark.parametrize("damage", ["empty", "cut", "text", "other fields"])
def test_a_damaged_entry_counts_as_absent(folder, outer, damage):
    disk_cache.save("key", outer)
    (path,) = folder.iterdir()
    if damage == "empty":
        path.write_bytes(b"")
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:-200])
    elif damage == "text":
        path.write_text("not an archive")
    else:
        disk_cache.save("key", outer.inner)
    assert disk_cache.load(Outer, "key") is None
    disk_cache.save("key", outer)
    assert_same(disk_cache.load(Outer, "key"), outer)


class Trap:
    """An object that would write a file if it were unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return self.path.write_text, ("unpickled",)


def test_nothing_is_unpickled(folder, tmp_path):
    folder.mkdir()
    trap = np.array([Trap(tmp_path / "sprung")], dtype=object)
    np.savez(folder / "key.npz", **{"value.values": trap, "value.note": np.array("x")})
    assert disk_cache.load(Inner, "key") is None
    assert not (tmp_path / "sprung").exists()


def test_concurrent_writers_leave_one_whole_entry(folder, outer):
    big = [Inner(np.full((300, 300), k, np.float64), str(k)) for k in range(8)]
    seen = []

    def write(value):
        for _ in range(5):
            disk_cache.save("key", value)
            seen.append(disk_cache.load(Inner, "key"))

    threads = [threading.Thread(target=write, args=(value,)) for value in big]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 40
    for value in seen:
        assert (value.values == int(value.note)).all()
    assert [path.name for path in folder.iterdir()] == ["key.npz"]


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path, monkeypatch, outer):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FACESTYLE_CACHE", str(tmp_path / "file" / "cache"))
    disk_cache.save("key", outer)
    assert disk_cache.load(Outer, "key") is None


def test_fingerprints_tell_parts_apart(monkeypatch):
    one = disk_cache.fingerprint("ab", "c")
    assert one == disk_cache.fingerprint("ab", b"c")
    assert one != disk_cache.fingerprint("a", "bc")
    monkeypatch.setattr(disk_cache, "VERSION", "another")
    assert one != disk_cache.fingerprint("ab", "c")


def test_the_folder_is_the_user_s_unless_chosen(folder, monkeypatch):
    assert disk_cache.cache_folder() == folder
    monkeypatch.delenv("FACESTYLE_CACHE")
    assert disk_cache.cache_folder().name == "facestyle"


@dataclass(frozen=True)
class Typed:
    values: Annotated[np.ndarray, disk_cache.Schema("float32", 2)]
    limits: Annotated[np.ndarray, disk_cache.Schema("float64", 1, finite=False)]
    parts: tuple[Annotated[np.ndarray, disk_cache.Schema("uint8", 1)], ...]


def typed(**changes):
    whole = Typed(np.ones((2, 3), np.float32), np.array([0.0, np.inf]), (np.zeros(4, np.uint8),))
    return replace(whole, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"values": np.ones((2, 3))},
        {"values": np.ones(6, np.float32)},
        {"values": np.full((2, 3), np.nan, np.float32)},
        {"limits": np.zeros(2, np.float32)},
        {"parts": (np.zeros(4, np.uint8), np.zeros(4, np.int8))},
    ],
)
def test_an_entry_of_another_schema_counts_as_absent(changes):
    disk_cache.save("key", typed())
    assert_same(disk_cache.load(Typed, "key"), typed())
    disk_cache.save("key", typed(**changes))
    assert disk_cache.load(Typed, "key") is None


@pytest.mark.parametrize("field", ["count", "ratio", "flag", "shape"])
def test_numbers_of_another_kind_count_as_absent(outer, field):
    disk_cache.save("key", replace(outer, **{field: "words"}))
    assert disk_cache.load(Outer, "key") is None


def damaged(data, seed):
    """One file, damaged in one of the ways that disks and programs know."""
    random = np.random.default_rng(seed)
    data = bytearray(data)
    kind = seed % 5
    if kind == 0:
        at = int(random.integers(len(data)))
        data[at] ^= 1 << int(random.integers(8))
    elif kind == 1:
        del data[int(random.integers(len(data))) :]
    elif kind == 2:
        at = int(random.integers(len(data)))
        data[at : at + 64] = random.bytes(64)
    elif kind == 3:
        at = int(random.integers(len(data)))
        data[at:at] = random.bytes(int(random.integers(1, 9)))
    else:
        data += random.bytes(3)
    return bytes(data)


@pytest.mark.parametrize("kind", ["dataclass", "array"])
def test_no_damage_passes_for_an_entry(folder, outer, kind):
    """Of 691 damaged entries 128 gave tracebacks and 25 another picture."""
    array = np.arange(600, dtype=np.float32).reshape(20, 30)
    if kind == "dataclass":
        disk_cache.save("key", outer)
    else:
        disk_cache.save_array("key", array)

    def load():
        is_array = kind == "array"
        return disk_cache.load_array("key") if is_array else disk_cache.load(Outer, "key")

    (path,) = folder.iterdir()
    whole = path.read_bytes()
    for seed in range(400):
        data = damaged(whole, seed)
        if data == whole:
            continue
        path.write_bytes(data)
        assert load() is None, seed
    path.write_bytes(whole)
    if kind == "dataclass":
        assert_same(disk_cache.load(Outer, "key"), outer)
    else:
        np.testing.assert_array_equal(disk_cache.load_array("key"), array)
        assert isinstance(disk_cache.load_array("key"), np.memmap)


def test_an_entry_that_is_no_regular_file_counts_as_absent(folder):
    folder.mkdir()
    os.mkfifo(folder / "key.npz")
    os.mkfifo(folder / "key.npy")
    assert disk_cache.load(Outer, "key") is None
    assert disk_cache.load_array("key") is None


def test_entries_follow_the_umask(folder, outer):
    before = os.umask(0o027)
    try:
        disk_cache.save("key", outer)
    finally:
        os.umask(before)
    assert (folder / "key.npz").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("kind", ["version of zip", "header of npy"])
def test_what_others_have_sealed_is_damaged(tmp_path, kind):
    """Found by atheris: NumPy and zipfile raise more than they say."""
    buffer = io.BytesIO()
    if kind == "version of zip":
        np.savez(buffer, a=np.ones(3))
        data = bytearray(buffer.getvalue())
        data[data.rindex(b"PK\1\2") + 6] = 0xD9  # needed to extract: 21.7
        read = array_files.read_arrays
    else:
        np.save(buffer, np.ones(3))
        data = bytearray(buffer.getvalue())
        data[data.index(b"}")] = ord("(")
        read = array_files.map_array
    (tmp_path / "a").write_bytes(data + array_files._footer(memoryview(data)))
    with pytest.raises(array_files.DamagedError):
        read(tmp_path / "a")
