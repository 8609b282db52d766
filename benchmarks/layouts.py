"""How data that is given by --data may lie in its folder; what is missing is said by name."""

import re
from pathlib import Path

from benchmarks.protocol import MissingDataError
from facestyle.errors import FacestyleError
from facestyle.io.images import IMAGE_SUFFIXES, read_image
from facestyle.metrics.name_pairs import pair_names

PHOTO_FOLDERS = ("photos", "photo", "inputs", "images")
DRAWING_FOLDERS = ("sketches", "sketch", "drawings")


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


def pair_files(data: Path) -> list[tuple[Path, Path]]:
    """Photographs with their drawings: `photos/` and `sketches/`, matched by name.

    Names are equal but for the suffix, or are those of CUFS, CUFSF and AR as they are given out
    (`f-005-01.jpg`, `F2-005-01-sz1.jpg`).

    Raises
    ------
    MissingDataError
    """
    photos = pictures(first_folder(data, PHOTO_FOLDERS, "photographs"))
    drawings = pictures(first_folder(data, DRAWING_FOLDERS, "drawings"))
    return _partners(photos, drawings, data, "drawing")


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


def label_files(data: Path) -> list[tuple[Path, Path]]:
    """Photographs with colored labels (FASSEG): `photos/` and `labels/`, matched by name.

    Raises
    ------
    MissingDataError
    """
    photos = pictures(first_folder(data, PHOTO_FOLDERS, "photographs"))
    labels = pictures(first_folder(data, ("labels",), "labels"))
    return _partners(photos, labels, data, "picture of labels")


def cutout_files(data: Path) -> list[tuple[Path, Path | None]]:
    """Cut-outs: pictures with an alpha channel, or photographs with pictures of their opacity.

    In the folder itself or in `cutouts/`; or `photos/` and `mattes/` (`masks/`), matched by name.

    Raises
    ------
    MissingDataError
    """
    own = [p for folder in (data, data / "cutouts") for p in pictures(folder)]
    found: list[tuple[Path, Path | None]] = [(p, None) for p in own if _has_alpha(p)]
    if found:
        return found
    photos = pictures(first_folder(data, PHOTO_FOLDERS, "cut-outs with alpha, or photographs"))
    mattes = pictures(first_folder(data, ("mattes", "masks"), "mattes"))
    return [(photo, matte) for photo, matte in _partners(photos, mattes, data, "matte")]


def clip_files(data: Path) -> dict[str, list[Path]]:
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
            frames = pictures(folder)
            if len(frames) > 1 and _is_numbered(frames):
                found.setdefault(folder.name, frames)
    if not found:
        raise MissingDataError("clips", f"{data} has no *.mp4 and no folder of numbered frames")
    return found


def flow_files(data: Path) -> list[tuple[Path, Path, Path]]:
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
    photos: list[Path], others: list[Path], data: Path, what: str
) -> list[tuple[Path, Path]]:
    """Photographs with what belongs to them by name, as `facestyle evaluate` pairs them."""
    by_stem = {path.stem: path for path in others}
    pairs = pair_names([path.stem for path in photos], by_stem)
    found = [(path, by_stem[pairs[path.stem]]) for path in photos if path.stem in pairs]
    if not found:
        raise MissingDataError(f"{what}s", f"{data}: no photograph has a {what} of the same name")
    return found


def _is_numbered(frames: list[Path]) -> bool:
    return all(re.search(r"\d+$", frame.stem) for frame in frames)
