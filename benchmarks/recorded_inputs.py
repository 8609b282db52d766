"""Inputs of the recorded runs, made from the pictures in exemplars/, always the same bytes."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
SMALL = (384, 480)  # width, height; the bundled pictures are 768 x 960
CLIP = (240, 300)
FRAMES = 10
SETS = ("noir", "warm", "pencil", "pencil_photos")


def make_inputs(material: Path, folder: Path) -> dict[str, str]:
    """Write the inputs; return what the placeholders of the table stand for.

    Parameters
    ----------
    material : Path
        The repository's folder of exemplars.
    folder : Path
        Where to write; files of an earlier run are replaced.

    Returns
    -------
    dict of str to str
        Absolute paths.
    """
    folder.mkdir(parents=True, exist_ok=True)
    places = {name: material / name for name in SETS}
    places["drawing"] = material / "pencil" / "grace_hopper.jpg"
    places["painting"] = material / "warm" / "mona_lisa.jpg"
    portrait = _read(material / "portraits" / "eileen_collins.jpg")
    small = _resized(portrait, SMALL)
    for name, picture in {
        "portrait": small,
        "tiny": _resized(portrait, (160, 200)),
        "gray": cv2.cvtColor(small, cv2.COLOR_BGR2GRAY),
        "deep": _deep_with_alpha(small),
        "group": _group(small, _read(material / "pencil_photos" / "luis_pedro_coelho.jpg")),
        "sitter": _resized(_read(material / "pencil_photos" / "erik_dahlgren.jpg"), SMALL),
    }.items():
        places[name] = _write(folder / f"{name}.png", picture)
    for name in ("pencil", "pencil_photos"):
        places[f"pairs_{name}"] = _with_mirrored(material / name, folder / f"pairs_{name}")
    frames = moving_clip(_resized(portrait, CLIP))
    for number, frame in enumerate(frames, start=1):
        _write(folder / "frames" / f"{number:05d}.png", frame)
    places["frames"] = folder / "frames" / "%05d.png"
    places["video"] = _write_video(folder / "clip.mp4", frames)
    return {name: str(path.resolve()) for name, path in places.items()}


def moving_clip(picture: Bytes) -> list[Bytes]:
    """The picture moving, turning and growing smoothly, with a patch that blinks."""
    height, width = picture.shape[:2]
    frames = []
    for number in range(FRAMES):
        phase = 0.5 * number
        angle, scale = 2 * np.sin(phase / 2), 1 + 0.012 * number
        matrix = cv2.getRotationMatrix2D((width / 2, height * 0.4), angle, scale)
        matrix[:, 2] += (5 * np.sin(phase), 3 * np.cos(phase) - 3)
        frame = cv2.warpAffine(
            picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
        )
        # a lamp in the background's corner and a light on the clothes: on, on, off, off, ...
        if number // 2 % 2:
            frame[10:50, 10:40] = (90, 220, 250)
            lit = frame[-60:-25, 60:100].astype(np.int16) + 70
            frame[-60:-25, 60:100] = np.clip(lit, 0, 255)
        frames.append(np.asarray(frame, np.uint8))
    return frames


def _deep_with_alpha(picture: Bytes) -> NDArray[np.uint16]:
    """16 bits with values between those of 8, fading out at the left and at the top."""
    height, width = picture.shape[:2]
    deep = picture.astype(np.uint16) * 257
    deep[..., 1] += (np.arange(width, dtype=np.uint16) % 128)[None]
    deep = np.maximum(deep, picture.astype(np.uint16) * 257)
    across = np.clip(np.arange(width) / (0.2 * width), 0, 1)
    down = np.clip(np.arange(height) / (0.1 * height), 0, 1)
    alpha = np.rint(65535 * np.outer(down, across)).astype(np.uint16)
    return np.dstack([deep, alpha])


def _group(left: Bytes, right: Bytes) -> Bytes:
    size = (SMALL[0] * 3 // 4, SMALL[1] * 3 // 4)
    return np.hstack([_resized(left, size), _resized(right, size)])


def _with_mirrored(source: Path, folder: Path) -> Path:
    """Each picture at half its size, and its mirror image."""
    for path in sorted(source.glob("*.jpg")):
        picture = _resized(_read(path), SMALL)
        _write(folder / f"{path.stem}.png", picture)
        _write(folder / f"{path.stem}_mirrored.png", np.ascontiguousarray(picture[:, ::-1]))
    return folder


def _write_video(path: Path, frames: list[Bytes]) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(10))
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_count = 1
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="bgr24")))
        container.mux(stream.encode())
    return path


def _resized(picture: Bytes, size: tuple[int, int]) -> Bytes:
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _read(path: Path) -> Bytes:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise SystemExit(f"{path}: cannot be read")
    return np.asarray(picture, np.uint8)


def _write(path: Path, picture: NDArray[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(path), picture):
        raise SystemExit(f"{path}: cannot be written")
    return path
