"""Names, places and kinds of files that people have by accident, and too large pictures."""

import dataclasses
import logging
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from facestyle.errors import ImageError, UsageError, clause
from facestyle.files import NotRegularError, TooLargeError, open_regular, read_regular, write_whole
from facestyle.io.images import (
    SOFTWARE,
    ClipNames,
    Extras,
    deep_tiff,
    expand_inputs,
    plan_outputs,
    read_image,
    write_image,
)
from facestyle.io.images.pillow_pictures import read_pillow
from facestyle.io.images.tiff_tags import read_tags

GRAY = np.full((12, 10, 3), 90, np.uint8)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def save(path, **options):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_image(path, GRAY, **options)
    return path


def planned(typed, output=None, **options):
    return [str(path) for _, path in plan_outputs(expand_inputs(typed), output, "noir", **options)]


# --- Only regular files -----------------------------------------------------------------------


@pytest.fixture(params=["fifo", "socket", "device", "link to a device"])
def odd_file(request, here):
    path = here / "odd.png"
    if request.param == "fifo":
        os.mkfifo(path)
    elif request.param == "socket":
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("odd.png")
    elif request.param == "device":
        path = Path("/dev/zero")
    else:
        path.symlink_to("/dev/zero")
    return path


def test_only_regular_files_are_read(odd_file):
    with pytest.raises(NotRegularError, match="only regular files are read"):
        read_regular(odd_file)
    with pytest.raises(ImageError, match="only regular files are read") as error:
        read_image(odd_file)
    assert str(error.value).startswith(str(odd_file))


def test_reading_regular_files(here):
    Path("a").write_bytes(b"12345")
    assert read_regular("a") == read_regular("a", 5) == b"12345"
    with pytest.raises(TooLargeError, match="holds 5 bytes; at most 4"):
        read_regular("a", 4)
    with pytest.raises(IsADirectoryError):
        open_regular(here)
    with pytest.raises(FileNotFoundError):
        open_regular("b")
    for name in ("a\0b", "x" * 300):
        with pytest.raises(OSError, match=r"null|long"):
            open_regular(name)


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_new_files_follow_the_umask(here, mask):
    before = os.umask(mask)
    try:
        write_whole(here / "a", lambda file: file.write(b"x"))
        save("b.png")
    finally:
        os.umask(before)
    for name in ("a", "b.png"):
        assert os.stat(name).st_mode & 0o777 == 0o666 & ~mask


def test_a_failed_write_leaves_nothing(here):
    Path("a").write_bytes(b"old")

    def fail(file):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_whole(here / "a", fail)
    assert Path("a").read_bytes() == b"old"
    assert os.listdir() == ["a"]


# --- How much is read -------------------------------------------------------------------------


def bomb(path, side, **options):
    """A file of some kilobytes that asks for a picture of `side` pixels square."""
    strip = np.zeros((16, side), np.uint8)
    tifffile.imwrite(path, strip, compression="zlib", photometric="minisblack", **options)
    data = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as file:
        for name in ("ImageLength", "RowsPerStrip"):
            at = file.pages.first.tags[name].valueoffset
            data[at : at + 4] = side.to_bytes(4, "little")
    path.write_bytes(data)
    return path


def test_pixels_are_bounded_for_every_format(here, monkeypatch):
    huge = bomb(here / "huge.tif", 40000)
    with pytest.raises(ImageError, match=r"1600 megapixels.*FACESTYLE_MAX_PIXELS"):
        read_image(huge)
    for dtype in ("uint8", "uint16", "float32"):  # whatever decodes them
        tifffile.imwrite("f.tif", np.zeros((30, 40, 3), dtype), photometric="rgb")
        with pytest.raises(ImageError, match="40 x 30 is 0 megapixels"):
            read_image("f.tif", max_pixels=1000)
        monkeypatch.setenv("FACESTYLE_MAX_PIXELS", "1199")
        with pytest.raises(ImageError, match="megapixels"):
            read_image("f.tif")
        monkeypatch.setenv("FACESTYLE_MAX_PIXELS", "1200")
        assert read_image("f.tif").rgb.shape == (30, 40, 3)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp", ".bmp"])
@pytest.mark.parametrize("bit_depth", [8, 16])
def test_memory_is_bounded_for_every_format(here, suffix, bit_depth, monkeypatch):
    path = save(f"a{suffix}", bit_depth=bit_depth)
    with pytest.raises(ImageError, match=r"GiB of memory.*FACESTYLE_MAX_BYTES|bytes; at most"):
        read_image(path, max_bytes=1500)
    monkeypatch.setenv("FACESTYLE_MAX_BYTES", "1500")
    with pytest.raises(ImageError, match="FACESTYLE_MAX_BYTES"):
        read_image(path)
    monkeypatch.setenv("FACESTYLE_MAX_BYTES", "20000")
    assert read_image(path).rgb.shape == GRAY.shape


@pytest.mark.parametrize("text", ["0", "-1", "many", "1e9", "9" * 30])
def test_limits_that_are_no_numbers(here, monkeypatch, text):
    save("a.png")
    monkeypatch.setenv("FACESTYLE_MAX_PIXELS", text)
    with pytest.raises(UsageError, match=r"FACESTYLE_MAX_PIXELS is .*whole number"):
        read_image("a.png")


def test_a_file_longer_than_the_limit_is_not_read(here):
    with open("sparse.png", "wb") as file:
        file.truncate(5 * 2**30)
    with pytest.raises(ImageError, match=r"holds 5368709120 bytes; at most \d+ are read"):
        read_image("sparse.png", max_bytes=10**6)


# --- Inputs -----------------------------------------------------------------------------------


def test_names_that_stand_for_nothing_are_kept_with_their_error(here):
    Path("loop.jpg").symlink_to("loop.jpg")
    Path("file").write_bytes(b"x")
    typed = [
        "loop.jpg",
        "~nouser/a.jpg",
        "~nouser.jpg",
        "x" * 300 + ".jpg",
        "file/a.jpg",
        "a\udcff",
    ]
    items = expand_inputs(typed)
    assert [str(item.path) for item in items] == typed
    for item, path in plan_outputs(items, None, "noir"):
        assert path.name
        with pytest.raises(ImageError):
            read_image(item.path)


@pytest.mark.parametrize("typed", [".", "..", "empty", "empty/", "./empty/.."])
@pytest.mark.parametrize("output", [None, "out"])
def test_folders_without_a_name_or_without_pictures(here, typed, output, monkeypatch):
    (here / "inner" / "empty").mkdir(parents=True)
    monkeypatch.chdir(here / "inner")
    items = expand_inputs([typed], suffixes=frozenset({".nothing"}))
    assert len(items) == 1
    ((_, path),) = plan_outputs(items, output, "noir")
    assert path.name
    with pytest.raises(ImageError, match="folder"):
        read_image(items[0].path)


def test_loops_of_links_to_folders_end_and_are_said(here, caplog):
    save("photos/a.jpg")
    (here / "photos" / "again").symlink_to(here / "photos")
    with caplog.at_level(logging.WARNING):
        assert [str(item.relative) for item in expand_inputs(["photos"])] == ["a.jpg"]
    assert "photos: 1 links to folders are not followed, such as photos/again" in caplog.text


def test_a_folder_that_cannot_be_read_is_reported(here, monkeypatch):
    save("photos/a.jpg")
    save("photos/locked/b.jpg")
    listing = os.scandir

    def refuse(path="."):
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", str(path))
        return listing(path)

    monkeypatch.setattr(os, "scandir", refuse)
    items = expand_inputs(["photos"])
    assert [str(item.relative) for item in items] == ["a.jpg", "locked"]
    with pytest.raises(ImageError, match=r"locked: this folder cannot be read \(Permission denied"):
        read_image(items[1].path)


def test_an_existing_file_is_no_pattern(here):
    clips = ClipNames(frozenset({".mp4"}), frozenset({".mp4"}), lambda path: "%" in path.name)
    save("photo%d.jpg")
    save("photo[1].jpg")
    assert planned(["photo%d.jpg", "photo[1].jpg"], clips=clips) == [
        "photo%d_noir.jpg",
        "photo[1]_noir.jpg",
    ]
    assert planned(["photo%d.jpg"], "out", clips=clips) == ["out/photo%d.jpg"]


def test_raw_files_beside_their_pictures_are_left_out(here):
    for name in ("a.jpg", "a.NEF", "b.NEF"):
        save("photos/a.jpg") if name == "a.jpg" else Path("photos", name).write_bytes(b"x")
    assert [str(item.relative) for item in expand_inputs(["photos"])] == ["a.jpg", "b.NEF"]
    assert len(expand_inputs(["photos/a.NEF", "photos/a.jpg"])) == 2  # named in full


# --- Outputs ----------------------------------------------------------------------------------


@pytest.mark.parametrize("output", [".", "./", "..", "photos/.."])
def test_an_output_folder_that_contains_the_inputs(here, output):
    save("photos/a.jpg")
    save("photos/sub/b.jpg")
    plan = [os.path.normpath(path) for path in planned(["photos"], output)]
    assert plan == [os.path.normpath(f"{output}/{name}") for name in ("a.jpg", "sub/b.jpg")]


def test_an_output_folder_that_is_the_inputs_folder_is_refused(here):
    save("photos/a.jpg")
    for typed, output in (("photos", "photos"), (".", "."), ("photos", "photos/.")):
        with pytest.raises(UsageError, match="overwrite the input"):
            planned([typed], output)


def test_results_in_an_output_folder_below_are_no_inputs_again(here):
    save("photos/a.jpg")
    save("photos/out/a.jpg")
    save("photos/out/gone.jpg")  # its photo was removed since
    assert planned(["photos"], "photos/out") == ["photos/out/a.jpg"]
    assert planned(["photos/*.jpg"], "photos/out") == ["photos/out/a.jpg"]


def test_nothing_is_done_silently(here):
    save("photos/out/a.jpg")
    with pytest.raises(UsageError, match=r"All 1 inputs found.*earlier run.*-o"):
        planned(["photos"], "photos/out")


def test_two_looks_beside_their_inputs(here, caplog):
    save("photos/a.jpg", extras=Extras(software="Camera"))
    first = planned(["photos"])
    assert first == ["photos/a_noir.jpg"]
    save(first[0], extras=Extras(software=SOFTWARE))
    save("photos/a_2.jpg")  # another photo, not a result
    with caplog.at_level(logging.INFO):
        plan = plan_outputs(expand_inputs(["photos"]), None, "warm")
    assert [str(path) for _, path in plan] == ["photos/a_warm.jpg", "photos/a_2_warm.jpg"]
    assert "1 inputs are left out: they are results of an earlier run" in caplog.text
    # named in full, or alone in a folder, a result is an input
    assert len(planned(["photos/a_noir.jpg"])) == 1
    save("results/a.png", extras=Extras(software=SOFTWARE))
    assert planned(["results"], "out") == ["out/a.png"]


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
@pytest.mark.parametrize("bit_depth", [8, 16])
def test_results_are_recognized_in_every_format(here, name, bit_depth):
    save("photos/b.png")
    save(f"photos/{name}", extras=Extras(software=SOFTWARE), bit_depth=bit_depth)
    assert [str(p.name) for _, p in plan_outputs(expand_inputs(["photos"]), "out", "x")] == [
        "b.png"
    ]


@pytest.mark.parametrize("letter", ["x", "写", "é"])
def test_long_names_are_written(here, letter):
    stem = letter * (250 // len(letter.encode()))
    save(f"{stem}.png")
    assert read_image(f"{stem}.png").rgb.shape == GRAY.shape
    (name,) = planned([f"{stem}.png"])
    assert len(os.fsencode(name)) <= 255
    assert name.endswith(".png")
    save(name)
    assert len(os.listdir()) == 2
    with pytest.raises(ImageError, match="bytes; a file name has at most 255"):
        save("y" * 252 + ".png")


def test_long_names_stay_apart(here):
    names = ["x" * 245 + end + ".png" for end in ("a", "b")]
    for name in names:
        save(name)
    assert len(set(planned(names))) == 2


@pytest.mark.parametrize("name", ["1写真.png", "b\udcff.png", "a\nb.png", "-x.png", " .png"])
def test_strange_names_are_read_and_written(here, name):
    save(name)
    np.testing.assert_allclose(read_image(name).rgb, 90 / 255, atol=1e-6)
    assert [item.path.name for item in expand_inputs(["."])] == [name]


def test_an_eps_file_never_starts_ghostscript(here):
    eps = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n"
    Path("a.jpg").write_bytes(eps)
    with pytest.raises(ImageError, match="a PostScript document"):
        read_image("a.jpg")


def test_peak_memory_of_reading_stays_below_what_is_promised(here):
    """In a process of its own: the largest resident size never shrinks."""
    Image.fromarray(np.zeros((2000, 3000, 3), np.uint8)).save("a.png")
    script = """
import resource, sys
from facestyle.io.images import read_image
from facestyle.io.images.limits import BYTES_PER_PIXEL
read_image("small.png")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read_image("a.png")
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print((after - before) * 1024 / 6e6, BYTES_PER_PIXEL["plain"])
"""
    save("small.png")
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment
    )
    measured, promised = map(float, done.stdout.split())
    assert measured < promised + 4  # the interpreter's own growth, on so small a picture


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("cut off. "), "cut off"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (ValueError("two\nlines:"), "two lines"),
        (MemoryError(), "MemoryError"),
    ],
)
def test_an_error_of_others_stands_within_a_sentence(error, said):
    assert clause(error) == said


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of POSIX")
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_a_full_disk_leaves_no_file(tmp_path, suffix):
    """A limit of file sizes fails as a full disk does, in the middle of writing."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    noise = np.random.default_rng(0).random((200, 200, 3)).astype(np.float32)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(ImageError, match=r"cannot be written \([^()]*\)\.$"):
            write_image(tmp_path / f"a.{suffix}", noise)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def test_no_place_for_temporary_files_is_said(monkeypatch):
    def refuse(**_):
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", refuse)
    with pytest.raises(ImageError, match="set TMPDIR"):
        read_pillow(Image.new("RGB", (8, 8)))


def test_planes_without_number_are_not_decoded(tmp_path, monkeypatch):
    """Found by atheris: 365 bytes that claim 65,535 channels took minutes."""
    planes = np.zeros((3, 4, 5), np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", planes, photometric="rgb", planarconfig="separate")
    data = (tmp_path / "a.tif").read_bytes()
    tags = read_tags(data)
    claimed = dataclasses.replace(tags, values=tags.values | {277: (65535,)})
    monkeypatch.setattr(deep_tiff, "decode_by_opencv", lambda _: pytest.fail("decodes a plane"))
    assert deep_tiff._read_planes(data, claimed) is None
