"""`facestyle landmarks`: write or draw the 68 points of a face."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from facestyle.cli import exit_codes, options

if TYPE_CHECKING:
    import numpy as np

    from facestyle.faces import Face

USAGE = "PICTURE [-o POINTS.txt] [-o DRAWN.png] [--face N] [--landmarks {auto,dlib,mesh}]"
DESCRIPTION = """\
Find the 68 landmarks of a face and write them as text, to be corrected by hand, or draw them. A
file NAME.landmarks.txt beside an exemplar is used instead of what a detector finds; a portrait
takes its points with --landmarks-file.

  facestyle landmarks statue.jpg                           writes statue.landmarks.txt
  facestyle landmarks statue.jpg -o points.txt -o drawn.png
  facestyle landmarks statue.jpg --landmarks-file points.txt -o check.png
  facestyle portrait.jpg --exemplars noir --landmarks-file points.txt"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("picture", type=Path, metavar="PICTURE", help="one picture")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        action="append",
        metavar="FILE",
        help="text, or with a picture's suffix a drawing; may be given twice "
        "(PICTURE.landmarks.txt)",
    )
    parser.add_argument(
        "--face", type=options.count, metavar="N", help="which face, from the left (the largest)"
    )
    parser.add_argument(
        "--landmarks-file",
        type=Path,
        metavar="FILE",
        help="68 points to check or draw, instead of looking for them",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace existing files")
    options.add_landmarks_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Find the face, write what was asked for; return the exit code."""
    from facestyle.cli.messages import print_result, to_json
    from facestyle.exemplars import LANDMARKS_SUFFIX
    from facestyle.faces import write_landmarks
    from facestyle.io.images import WRITABLE_SUFFIXES, read_image, write_image
    from facestyle.pipeline.drawings import draw_landmarks

    picture = arguments.picture
    outputs = arguments.output or [picture.with_name(picture.stem + LANDMARKS_SUFFIX)]
    drawn = {path for path in outputs if path.suffix.lower() in WRITABLE_SUFFIXES}
    _check(outputs, picture, arguments.overwrite)
    image = read_image(picture).rgb
    face = _face(arguments, image)
    for path in outputs:
        if path in drawn:
            write_image(path, draw_landmarks(image, face), overwrite=arguments.overwrite)
        else:
            write_landmarks(path, face, picture.name, image.shape[:2])
        if not arguments.json:
            print_result(str(path))
    if arguments.json:
        points = [[round(float(x), 2), round(float(y), 2)] for x, y in face.landmarks]
        files = [str(path) for path in outputs]
        record = {"input": str(picture), "outputs": files, "landmarks": face.source}
        print_result(to_json(record | {"points": points}))
    return exit_codes.ALL_DONE


def _face(arguments: argparse.Namespace, image: "np.ndarray") -> "Face":
    """The face that was asked for, found or read."""
    from facestyle.faces import face_from_landmarks, find_faces, read_landmarks, select_face
    from facestyle.faces.landmarks import check_landmarks
    from facestyle.imaging.levels import to_bytes

    if arguments.landmarks_file is not None:
        name = str(arguments.landmarks_file)
        points = check_landmarks(read_landmarks(name), name, image.shape[:2])
        return face_from_landmarks(to_bytes(image), points)
    faces = find_faces(image, landmarks=arguments.landmarks)
    return select_face(faces, arguments.face or "largest", str(arguments.picture), image.shape)


def _check(outputs: list[Path], picture: Path, overwrite: bool) -> None:
    """Notice before the work what would keep the files from being written."""
    import os

    from facestyle.errors import OutputExistsError, UsageError

    for path in outputs:
        if path.resolve() == picture.resolve():
            raise UsageError(f"-o {path}: is the picture itself; name another file")
        if not overwrite and os.path.lexists(path):
            raise OutputExistsError(
                f"{path}: exists already. Allow overwriting (--overwrite) or choose another name."
            )
