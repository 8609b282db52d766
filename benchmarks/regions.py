"""Are hair, face and rest where hand-made labels say? Intersection over union.

    python benchmarks/regions.py              # held-out half of ../shared, and what it withstands
    python benchmarks/regions.py --quick      # four of its faces, no disturbances
    python benchmarks/regions.py --data DIR   # photos/NAME.png and labels/NAME.png

Labels are pictures in FASSEG's colors: dark red hair, yellow skin, cyan nose, blue eyes, green
mouth, red background with clothes. Its brows have the color of hair: pixels within .04 face widths
of the brows count for nothing. In the table of disturbances, labels are disturbed alike; without
any labels, the bundled portraits' own undisturbed regions stand for them.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from old_photographs import OLD_PHOTOGRAPHS
from report import ROOT, print_conditions, print_table, progress, run_script
from splits import DEVELOPMENT, TEST, of_half

from facestyle.errors import FacestyleError
from facestyle.faces import portrait_from_image
from facestyle.faces.contours import face_width, feature_contours
from facestyle.faces.face_coordinates import polygon_mask
from facestyle.faces.regions import segment_regions
from facestyle.imaging.levels import to_bytes
from facestyle.io.images import read_image

LABELS = ROOT.parent / "shared" / "data" / "region_labels"
BUNDLED = ROOT / "exemplars" / "sources"
# FASSEG's colors and which class each is: 0 face, 1 hair, 2 rest
COLORS = ((127, 0, 0), (255, 255, 0), (0, 255, 255), (0, 0, 255), (0, 255, 0), (255, 0, 0))
CLASS_OF_COLOR = np.array([1, 0, 0, 0, 0, 2])
CLASS_OF_REGION = np.array([0, 0, 0, 0, 0, 1, 2, 2])
HEADER = ("hair IoU", "face IoU", "rest IoU", "worst hair", "worst face", "worst rest")
BROW_MARGIN = 0.04  # face widths

Disturbance = Callable[[np.ndarray], np.ndarray]


def _jpeg(image: np.ndarray) -> np.ndarray:
    coded = cv2.imencode(".jpg", to_bytes(image), [cv2.IMWRITE_JPEG_QUALITY, 30])[1]
    return cv2.imdecode(coded, cv2.IMREAD_COLOR) / np.float32(255)


def _cropped(image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    return np.ascontiguousarray(image[height // 20 :, : width - width // 20])


def _halved(image: np.ndarray) -> np.ndarray:
    size = (image.shape[1] // 2, image.shape[0] // 2)
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


# what is done to a picture, and whether it moves pixels: then it is done to labels, too
DISTURBANCES: dict[str, tuple[Disturbance, bool]] = {
    "none": (lambda image: image, False),
    "mirrored": (lambda image: np.ascontiguousarray(image[:, ::-1]), True),
    "darker (gamma 1.6)": (lambda image: image**1.6, False),
    "lighter (gamma .7)": (lambda image: image**0.7, False),
    "JPEG, quality 30": (_jpeg, False),
    "top and right cropped by 5 %": (_cropped, True),
    "half the size": (_halved, True),
    **{name: (copy, False) for name, copy in OLD_PHOTOGRAPHS.items()},
}


def main() -> None:
    """Print overlaps, by face and disturbed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=LABELS, metavar="DIR")
    parser.add_argument("--half", choices=(DEVELOPMENT, TEST), default=TEST)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    faces = labeled_faces(arguments.data, arguments.half)
    faces = faces[:4] if arguments.quick else faces
    print_conditions("Regions", seed=0, faces=len(faces), half=arguments.half)
    if faces:
        scores = [overlaps(read_image(photo).rgb, read_labels(label)) for photo, label in faces]
        print_table(
            ["face", *HEADER[:3]],
            [[photo.stem, *row] for (photo, _), row in zip(faces, scores, strict=True)],
        )
        print_table(["all faces", *HEADER], [["mean, worst", *summary(scores)]])
    else:
        print(f"Skipped: labeled faces; {arguments.data} has no photos/ and labels/\n")
    if not arguments.quick:
        disturbed(faces)


def labeled_faces(data: Path, half: str) -> list[tuple[Path, Path]]:
    """Photographs and labels of one half of the split, or all of another folder."""
    photos = {path.stem: path for path in sorted((data / "photos").glob("*.*"))}
    labels = {path.stem: path for path in (data / "labels").glob("*.*")}
    names = [name for name in photos if name in labels]
    if data.resolve().name == LABELS.name:
        names = of_half("region_labels", names, half)
    return [(photos[name], labels[name]) for name in names]


def read_labels(path: Path) -> np.ndarray:
    """Class of each pixel, 0 face, 1 hair, 2 rest: that of the nearest color; (H, W) int."""
    rgb = read_image(path).rgb * 255
    distances = [((rgb - np.array(color)) ** 2).sum(axis=2) for color in COLORS]
    return CLASS_OF_COLOR[np.argmin(distances, axis=0)]


def classes_of(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Our classes, and the pixels that count; (H, W) int and bool."""
    portrait = portrait_from_image(image)
    contours, margin = feature_contours(portrait.face), BROW_MARGIN * face_width(portrait.face)
    shape = (image.shape[0], image.shape[1])
    brows = polygon_mask(shape, contours.right_brow, margin)
    brows |= polygon_mask(shape, contours.left_brow, margin)
    return CLASS_OF_REGION[segment_regions(portrait).region_map], brows == 0


def overlaps(image: np.ndarray, truth: np.ndarray) -> list[float]:
    """Intersection over union of hair, face and rest."""
    found, counted = classes_of(image)
    scores = []
    for number in (1, 0, 2):
        ours, theirs = (found == number) & counted, (truth == number) & counted
        scores.append(float((ours & theirs).sum() / max(1, (ours | theirs).sum())))
    return scores


def summary(scores: Sequence[Sequence[float]]) -> list[float]:
    """Means, then the worst."""
    return [*np.mean(scores, axis=0).tolist(), *np.min(scores, axis=0).tolist()]


def disturbed(faces: Sequence[tuple[Path, Path]]) -> None:
    """Print overlaps of disturbed pictures with labels, or with the undisturbed regions."""
    if faces:
        pictures = [(read_image(photo).rgb, read_labels(label)) for photo, label in faces]
    else:
        images = [read_image(path).rgb for path in sorted(BUNDLED.glob("*.jpg"))]
        pictures = [(image, classes_of(image)[0]) for image in images]
    rows = []
    for name, (disturb, moves) in DISTURBANCES.items():
        if name == "none" and not faces:  # 1 by construction
            continue
        progress(name)
        scores, lost = [], 0
        for image, truth in pictures:
            planes = (truth[..., None] == np.arange(3)).astype(np.float32)
            moved = disturb(planes).argmax(axis=2) if moves else truth
            try:
                scores.append(overlaps(np.asarray(disturb(image), np.float32), moved))
            except FacestyleError:
                lost += 1
        rows.append([f"{name} ({lost} without a face)" if lost else name, *summary(scores)])
    progress("")
    print_table(["disturbed", *HEADER], rows)


if __name__ == "__main__":
    run_script(main)
