"""Damaged videos: read as far as they can be, or one clear line; never anything else.

A sample runs with the other tests. ``FACESTYLE_TORTURE=1`` runs the long form.
"""

import os
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from video_clips import make_clip

from facestyle.errors import FacestyleError
from facestyle.io.videos import is_clip, open_video, open_video_writer

MEDIA = Path(__file__).parents[1] / "media"
TORTURE = os.environ.get("FACESTYLE_TORTURE", "") not in ("", "0")
ROUNDS = 40 if TORTURE else 3  # of every kind of damage, for every file
FRAMES = 12

Bytes = np.ndarray
RNG = np.random.Generator


def flip_bits(data: Bytes, rng: RNG) -> Bytes:
    data = data.copy()
    places = rng.integers(len(data), size=int(rng.integers(1, 40)))
    data[places] ^= (1 << rng.integers(8, size=len(places))).astype(np.uint8)
    return data


def flip_header(data: Bytes, rng: RNG) -> Bytes:
    data = data.copy()
    places = rng.integers(min(1500, len(data)), size=int(rng.integers(1, 12)))
    data[places] = rng.integers(256, size=len(places))
    return data


def flip_end(data: Bytes, rng: RNG) -> Bytes:
    """Where MP4 keeps its tables."""
    data = data.copy()
    places = len(data) - 1 - rng.integers(min(1500, len(data)), size=int(rng.integers(1, 12)))
    data[places] = rng.integers(256, size=len(places))
    return data


def truncate(data: Bytes, rng: RNG) -> Bytes:
    return data[: int(rng.integers(len(data)))]


def cut_out(data: Bytes, rng: RNG) -> Bytes:
    begin, end = sorted(rng.integers(len(data), size=2))
    return np.concatenate([data[:begin], data[end:]])


def blank(data: Bytes, rng: RNG) -> Bytes:
    data = data.copy()
    begin = int(rng.integers(len(data)))
    data[begin : begin + int(rng.integers(1, 2000))] = rng.choice([0, 255])
    return data


def shuffle(data: Bytes, rng: RNG) -> Bytes:
    pieces = np.array_split(data, int(rng.integers(2, 9)))
    return np.concatenate([pieces[i] for i in rng.permutation(len(pieces))])


def big_numbers(data: Bytes, rng: RNG) -> Bytes:
    """Sizes and counts of the header at their limits."""
    data = data.copy()
    limits = [b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\0\0\0\0"]
    for place in rng.integers(max(1, min(3000, len(data) - 4)), size=3):
        data[place : place + 4] = np.frombuffer(limits[int(rng.integers(4))], np.uint8)
    return data


DAMAGES: list[Callable[[Bytes, RNG], Bytes]] = [
    *(flip_bits, flip_header, flip_end, truncate, cut_out, blank, shuffle, big_numbers)
]
FILES = [
    *("base8bit.mp4", "hevc10_sdr.mp4", "iphone_hlg.mp4", "interlaced.mts", "cat_silent.ts"),
    *("odd.webm", "late_video.mp4", "anim.gif"),
]
MADE = ["alpha.mov", "alpha.webm", "sound.mkv", "old.avi", "anim.webp", "anim.png"]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """Files of kinds that are not among the media."""
    folder = tmp_path_factory.mktemp("made")
    for name in ("alpha.mov", "alpha.webm"):
        source = open_video(MEDIA / "cutout%03d.png")
        with open_video_writer(folder / name, source.info) as writer:
            for frame in source.frames():
                writer.write(frame.pixels, frame)
            writer.finish()
    make_clip(folder / "sound.mkv", count=12)
    make_clip(folder / "old.avi", count=12, codec="mpeg4", sound="mp2", options={})
    from PIL import Image

    pictures = [Image.fromarray(np.full((20, 24, 3), 40 * n, np.uint8)) for n in range(4)]
    for name in ("anim.webp", "anim.png"):
        pictures[0].save(folder / name, save_all=True, append_images=pictures[1:], duration=100)
    return folder


def use(path: Path, output: Path) -> str:
    """Read a clip and write it again; tell what became of it."""
    if not is_clip(path):
        return "not a clip"
    message = ""
    try:
        source = open_video(path, preview=FRAMES)
        with open_video_writer(output, source.info, resume=False) as writer:
            for frame in islice(source.frames(), FRAMES):
                assert frame.pixels.shape == (source.info.height, source.info.width, 3)
                writer.write(frame.pixels, frame)
            writer.finish()
    except FacestyleError as error:
        message = str(error)
    if message:
        assert path.name in message or output.name in message
        assert len(message.splitlines()) == 1
        assert not output.exists()
        return "refused"
    with av.open(str(output)) as container:
        assert len(list(container.decode(video=0))) >= 1
    return "read"


@pytest.mark.parametrize("name", FILES + MADE)
def test_damaged_videos_are_read_or_refused(tmp_path, made, name, tally):
    original = np.frombuffer(((MEDIA if name in FILES else made) / name).read_bytes(), np.uint8)
    counts: dict[str, int] = {}
    for kind, damage in enumerate(DAMAGES):
        for number in range(ROUNDS):
            rng = np.random.default_rng([kind, number, len(name)])
            path = tmp_path / f"{damage.__name__}{number}{Path(name).suffix}"
            path.write_bytes(damage(original, rng).tobytes())
            output = tmp_path / f"out{kind}_{number}.mkv"
            with tally.case(f"{name} {damage.__name__} {number}"):
                outcome = use(path, output)
                counts[outcome] = counts.get(outcome, 0) + 1
            path.unlink()
            output.unlink(missing_ok=True)
    print(name, counts)
