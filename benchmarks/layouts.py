"""How data that is given by --data may lie in its folder; what is missing is said by name.

What lies there and is not taken goes to `skip`, with what it is and why: nothing is left out
silently.
"""

import re
import warnings
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from PIL import Image

from benchmarks.protocol import MissingDataError
from facestyle.errors import FacestyleError
from facestyle.io.images import IMAGE_SUFFIXES, read_image
from facestyle.metrics.name_pairs import pair_names

PHOTO_FOLDERS = ("photos", "photo", "inputs", "images")
DRAWING_FOLDERS = ("sketches", "sketch", "drawings")
# whose pictures are of different people, however they are numbered
STILLS = ("portraits", "photos", "photo", "inputs", *DRAWING_FOLDERS, "labels", "mattes", "masks")

Skip = Callable[[str, str], None]  # takes what is left out, and why


def pictures(folder: Path) -> list[Path]:
    """Pictures of a folder by name; sub-folders and hidden files are left alone."""
    if not folder.is_dir():
        return []
    return [
        path
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".")
    ]


def first_folder(data: Path, names: tuple[str, ...], what: str) -> Path:
    """The first of these folders that holds pictures.

    Raises
    ------
    MissingDataError
        If none does.
    """
    for name in names:
        if pictures(data / name):
            return data / name
    raise MissingDataError(what, f"{data} has no folder of pictures named {' or '.join(names)}")


def portrait_files(data: Path) -> list[Path]:
    """Pictures in the folder itself, or in `portraits/`, `photos/`, `inputs/`.

    Raises
    ------
    MissingDataError
    """
    own = pictures(data)
    return own or pictures(first_folder(data, ("portraits", *PHOTO_FOLDERS), "portraits"))


def pair_files(data: Path, skip: Skip) -> list[tuple[Path, Path]]:
    """Photographs with their drawings: `photos/` and `sketches/`, matched by name.

    Names are equal but for the suffix, or are those of CUFS, CUFSF and AR as they are given out
    (`f-005-01.jpg`, `F2-005-01-sz1.jpg`).

    Raises
    ------
    MissingDataError
    """
    photos = pictures(first_folder(data, PHOTO_FOLDERS, "photographs"))
    drawings = pictures(first_folder(data, DRAWING_FOLDERS, "drawings"))
    return _partners(photos, drawings, data, "drawing", skip)


def style_files(data: Path) -> dict[str, list[Path]]:
    """Styles by name: folders and single pictures in `styles/` or `paintings/`.

    Raises
    ------
    MissingDataError
    """
    for name in ("styles", "paintings"):
        folder = data / name
        singles = {path.stem: [path] for path in pictures(folder)}
        folders = [path for path in sorted(folder.glob("*/")) if pictures(path)]
        found = singles | {path.name: pictures(path) for path in folders}
        if found:
            return found
    raise MissingDataError("styles", f"{data} has no folder styles/ of pictures or folders")


def label_files(data: Path, skip: Skip) -> list[tuple[Path, Path]]:
    """Photographs with colored labels (FASSEG): `photos/` and `labels/`, matched by name.

    Raises
    ------
    MissingDataError
    """
    photos = pictures(first_folder(data, PHOTO_FOLDERS, "photographs"))
    labels = pictures(first_folder(data, ("labels",), "labels"))
    return _partners(photos, labels, data, "picture of labels", skip)


def cutout_files(data: Path, skip: Skip) -> list[tuple[Path, Path | None]]:
    """Cut-outs: pictures with an alpha channel, or photographs with pictures of their opacity.

    In the folder itself or in `cutouts/`; or `photos/` and `mattes/` (`masks/`), matched by name.

    Raises
    ------
    MissingDataError
    """
    own = [p for folder in (data, data / "cutouts") for p in pictures(folder)]
    found: list[tuple[Path, Path | None]] = [(p, None) for p in own if _has_alpha(p)]
    if found:
        for path in own:
            if (path, None) not in found:
                skip(path.name, "has no alpha channel, as the cut-outs beside it have")
        return found
    photos = pictures(first_folder(data, PHOTO_FOLDERS, "cut-outs with alpha, or photographs"))
    mattes = pictures(first_folder(data, ("mattes", "masks"), "mattes"))
    return [(photo, matte) for photo, matte in _partners(photos, mattes, data, "matte", skip)]


def clip_files(data: Path, skip: Skip) -> dict[str, list[Path]]:
    """Clips by name: video files, or folders of frames as DAVIS has them.

    `NAME.mp4` in the folder itself or in `video/`; `JPEGImages/480p/NAME/00000.jpg`; or folders
    of frames in the folder itself.

    Raises
    ------
    MissingDataError
    """
    videos = [*data.glob("*.mp4"), *data.glob("video/*.mp4")]
    found = {path.stem: [path] for path in sorted(videos)}
    for parent in (data / "JPEGImages" / "480p", data):
        for folder in sorted(parent.glob("*/")):
            frames = sorted(pictures(folder), key=_frame_number)
            fault = "it has the name of a folder of stills" if folder.name in STILLS else ""
            fault = fault or frames_fault(frames)
            if fault and frames:
                skip(f"{folder.name}/", f"is no clip: {fault}")
            elif not fault and found.setdefault(folder.name, frames) is not frames:
                skip(f"{folder.name}/", "another clip has this name")
    if not found:
        raise MissingDataError("clips", f"{data} has no *.mp4 and no folder of numbered frames")
    return found


def frames_fault(frames: list[Path]) -> str:
    """Why pictures are not the frames of one clip, sorted by number; "" where they are.

    Frames are numbered one after another behind one common beginning of their names, and have one
    size. A file that cannot be read is left to who reads it: it is named then.
    """
    if len(frames) < 2:
        return f"{len(frames)} pictures; a clip has at least two"
    bare = next((path.name for path in frames if _frame_number(path) < 0), None)
    if bare is not None:
        return f"{bare} has no number at its end"
    for one, other in pairwise(frames):
        if _beginning(one) != _beginning(other):
            return f"{one.name} and {other.name} begin differently"
        if _frame_number(other) != _frame_number(one) + 1:
            return f"{other.name} does not follow {one.name}"
    sizes = [(path, size) for path in frames if (size := _size(path)) is not None]
    for path, size in sizes[1:]:
        if size != sizes[0][1]:
            first = f"{sizes[0][0].name} {sizes[0][1][0]}x{sizes[0][1][1]}"
            return f"{path.name} has {size[0]}x{size[1]} px, {first}"
    return ""


def flow_files(data: Path, skip: Skip) -> list[tuple[Path, Path, Path]]:
    """Pairs of frames with their true flow, as in Sintel; none where there are none.

    `flow/SCENE/frame_0001.flo` with `clean/SCENE/frame_0001.png` (or `final`), with or without
    `training/`; or all three files in one folder.
    """
    found = []
    for flow in sorted(data.rglob("*.flo")):
        for folder in _frame_folders(flow):
            first = folder / f"{flow.stem}.png"
            second = folder / f"{_next_name(flow.stem)}.png"
            if first.is_file() and second.is_file():
                found.append((first, second, flow))
                break
        else:
            skip(f"{flow.parent.name}/{flow.name}", "its two frames are not in clean/ or final/")
    return found


def _frame_folders(flow: Path) -> list[Path]:
    scene, root = flow.parent.name, flow.parent.parent.parent
    return [flow.parent, *(root / kind / scene for kind in ("clean", "final"))]


def _next_name(stem: str) -> str:
    head, number = re.fullmatch(r"(.*?)(\d*)", stem).groups()  # type: ignore[union-attr]
    return f"{head}{int(number or 0) + 1:0{len(number)}d}"


def _has_alpha(path: Path) -> bool:
    try:
        return read_image(path).alpha is not None
    except FacestyleError:  # taken, so that it is named when it is read again
        return True


def _partners(
    photos: list[Path], others: list[Path], data: Path, what: str, skip: Skip
) -> list[tuple[Path, Path]]:
    """Photographs with what belongs to them by name, as `facestyle evaluate` pairs them."""
    by_stem = {path.stem: path for path in others}
    pairs = pair_names([path.stem for path in photos], by_stem)
    found = [(path, by_stem[pairs[path.stem]]) for path in photos if path.stem in pairs]
    if not found:
        raise MissingDataError(f"{what}s", f"{data}: no photograph has a {what} of the same name")
    taken = {path for pair in found for path in pair}
    for paths, partner in ((photos, what), (others, "photograph")):
        for path in paths:
            if path not in taken:
                skip(f"{path.parent.name}/{path.name}", f"no {partner} belongs to it by name")
    return found


def _frame_number(path: Path) -> int:
    """The number at the end of a name; -1 where there is none."""
    match = re.search(r"\d+$", path.stem)
    return int(match.group()) if match else -1


def _beginning(path: Path) -> str:
    return re.sub(r"\d+$", "", path.stem)


def _size(path: Path) -> tuple[int, int] | None:
    """Width and height, px, from the head of the file; None where it tells none.

    A head may claim any size. Pillow warns of large ones and refuses huge ones before anything is
    decoded; who reads the picture names it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                return picture.size
    except (OSError, Image.DecompressionBombError):
        return None
