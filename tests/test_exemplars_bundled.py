"""The bundled sets: enough different sitters, well framed, consistent in tone, accounted for."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest

from facestyle.faces import Face, find_faces
from facestyle.io.images import read_image

EXEMPLARS = Path(__file__).resolve().parents[1] / "exemplars"
SETS = (
    *("noir", "warm", "high_key", "faded_film"),
    *("pencil", "charcoal", "watercolor", "oil", "engraving"),
)
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


def pictures(name: str) -> list[Path]:
    return sorted((EXEMPLARS / name).glob("*.jpg"))


@cache
def load(path: Path) -> tuple[np.ndarray, list[Face]]:
    image = read_image(path).rgb
    return image, find_faces(image)


def luma_in_face(path: Path) -> np.ndarray:
    image, faces = load(path)
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(faces[0].landmarks.astype(np.int32)), 1)
    return (image @ LUMA)[mask > 0]


def border(image: np.ndarray) -> np.ndarray:
    """The upper corners, where every set shows its backdrop."""
    return np.concatenate([image[:120, :40].reshape(-1, 3), image[:120, -40:].reshape(-1, 3)])


def all_pictures(*sets: str) -> list[Path]:
    return [path for name in sets for path in pictures(name)]


@pytest.mark.parametrize("name", SETS)
def test_eight_or_more_sitters(name: str) -> None:
    assert len(pictures(name)) >= 8


@pytest.mark.parametrize("path", all_pictures(*SETS), ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_768_px_or_more_in_a_small_file(path: Path) -> None:
    assert max(load(path)[0].shape[:2]) >= 768
    assert path.stat().st_size < 500_000


@pytest.mark.parametrize(
    "path",
    all_pictures(*SETS, "pencil_photos", "portraits"),
    ids=lambda p: f"{p.parent.name}-{p.stem}",
)
def test_one_large_face(path: Path) -> None:
    image, faces = load(path)
    assert len(faces) == 1
    assert faces[0].inter_ocular >= 110
    x0, y0, x1, y1 = faces[0].box
    assert x0 > 0
    assert y0 > 0
    assert x1 < image.shape[1]
    assert y1 < image.shape[0]


def test_drawings_have_their_photographs() -> None:
    assert [p.name for p in pictures("pencil")] == [p.name for p in pictures("pencil_photos")]
    for drawing, photo in zip(pictures("pencil"), pictures("pencil_photos"), strict=True):
        one, other = load(drawing)[1][0], load(photo)[1][0]
        distance = np.linalg.norm(one.eyes - other.eyes, axis=1)
        assert distance.max() < 0.16 * other.inter_ocular


def test_sitters_differ() -> None:
    thumbnails = []
    for path in pictures("pencil_photos"):
        image, faces = load(path)
        (x, y), unit = faces[0].eyes.mean(axis=0), faces[0].inter_ocular
        crop = image[int(y - unit) : int(y + 1.5 * unit), int(x - unit) : int(x + unit)] @ LUMA
        small = cv2.resize(crop, (24, 30), interpolation=cv2.INTER_AREA)
        thumbnails.append((small - small.mean()) / small.std())
    for one, other in combinations(thumbnails, 2):
        assert (one * other).mean() < 0.9


def test_demo_portrait_is_not_in_the_sets() -> None:
    sitters = {path.stem for path in all_pictures(*SETS)}
    portraits = pictures("portraits")
    assert portraits
    assert not sitters & {path.stem for path in portraits}


def test_provenance_names_every_picture() -> None:
    text = (EXEMPLARS / "PROVENANCE.md").read_text(encoding="utf-8")
    for path in [
        *all_pictures(*SETS, "pencil_photos", "portraits"),
        *pictures("sources/originals"),
    ]:
        assert f"{path.parent.name}/{path.name}" in text


def test_noir_is_gray_on_black() -> None:
    for path in pictures("noir"):
        image = load(path)[0]
        assert np.ptp(image, axis=2).max() == 0
        assert border(image).mean() < 0.06
        assert np.percentile(luma_in_face(path), 95) > 0.75
        assert (image > 0.995).mean() < 0.002  # no clipped highlights


def test_warm_is_golden() -> None:
    for path in pictures("warm"):
        image = load(path)[0]
        red, green, blue = border(image).mean(axis=0)
        assert red > green > blue
        assert red > 1.8 * blue
        assert (image > 0.995).all(axis=2).mean() < 0.002


def test_pencil_is_gray_on_paper() -> None:
    for path in pictures("pencil"):
        image = load(path)[0]
        assert np.median(border(image)) > 0.85
        assert np.percentile(image @ LUMA, 1) < 0.42  # real darks
        assert np.ptp(image, axis=2).mean() < 0.06


def test_high_key_is_light_on_white() -> None:
    for path in pictures("high_key"):
        image = load(path)[0]
        assert border(image)[: border(image).shape[0] // 2].mean() > 0.93
        assert np.median(luma_in_face(path)) > 0.6
        assert (image > 0.995).all(axis=2).mean() < 0.002


def test_faded_film_has_neither_black_nor_white() -> None:
    for path in pictures("faded_film"):
        image = load(path)[0]
        luma = image @ LUMA
        assert np.percentile(luma, 0.5) > 0.10
        assert np.percentile(luma, 99.5) < 0.93
        left = image[:120, :40].reshape(-1, 3).mean(axis=0)
        assert min(left[1], left[2]) > left[0]  # the blue-green cloth, behind a warm veil


def test_charcoal_is_black_and_white_on_toned_paper() -> None:
    for path in pictures("charcoal"):
        image = load(path)[0]
        red, green, blue = image[:100, -40:].reshape(-1, 3).mean(axis=0)
        assert 0.85 > red > green > blue > 0.5
        luma = image @ LUMA
        assert np.percentile(luma, 1) < 0.25
        assert np.percentile(luma, 99.8) > 0.82  # chalk is lighter than the paper


def test_watercolor_leaves_the_paper_white() -> None:
    for path in pictures("watercolor"):
        luma = load(path)[0] @ LUMA
        assert (luma > 0.9).mean() > 0.15
        assert np.percentile(luma, 1) < 0.3


def test_oil_is_on_a_dark_ground() -> None:
    for path in pictures("oil"):
        image = load(path)[0]
        assert border(image).mean() < 0.35
        assert np.ptp(image, axis=2).mean() > 0.04


def test_engraving_is_ink_or_paper() -> None:
    for path in pictures("engraving"):
        luma = load(path)[0] @ LUMA
        assert ((luma > 0.35) & (luma < 0.65)).mean() < 0.25
        assert (luma < 0.2).mean() > 0.08
        assert np.median(luma[-60:, :60]) > 0.6 or np.median(luma[:60]) > 0.8


@pytest.mark.parametrize(
    ("name", "spread"),
    # skins differ in darkness, by a factor of 0.8 at most
    [("noir", 0.16), ("warm", 0.22), ("pencil", 0.24), ("high_key", 0.22), ("faded_film", 0.22)],
)
def test_one_exposure_through_a_set(name: str, spread: float) -> None:
    medians = [float(np.median(luma_in_face(path))) for path in pictures(name)]
    assert np.ptp(medians) < spread


@pytest.mark.parametrize(
    ("name", "least"),
    [("noir", 0.012), ("warm", 0.007), ("high_key", 0.006), ("faded_film", 0.007)],
)
def test_fine_levels_carry_a_photographs_energy(name: str, least: float) -> None:
    """Energy transfer copies local energy: blurred exemplars would blur the user's portrait."""
    for path in pictures(name):
        image, faces = load(path)
        luma = image @ LUMA
        fine = luma - cv2.GaussianBlur(luma, (0, 0), 2 * faces[0].inter_ocular / 250)
        x0, y0, x1, y1 = (int(v) for v in faces[0].box)
        assert fine[y0:y1, x0:x1].std() > least
