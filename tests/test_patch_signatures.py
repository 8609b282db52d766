"""Words on exemplars: found where artists write them, and no part of a drawing taken for one."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from facestyle import ExemplarSet
from facestyle.faces.contours import face_width, feature_contours
from facestyle.faces.face_coordinates import face_coordinates
from facestyle.faces.regions import segment_regions
from facestyle.imaging.color import to_lab
from facestyle.methods.patch_unpaired.prepared import resize_portrait
from facestyle.methods.patch_unpaired.preparing import prepare_exemplars
from facestyle.methods.patch_unpaired.signatures import written_words
from facestyle.methods.patch_unpaired.sources import make_sources

EXEMPLARS = Path(__file__).parents[1] / "exemplars"
WORDS = "J. Moreau 1931"
WIDTH = 200.0


def signed(path, color):
    """An exemplar with a signature low on the right, and where that is."""
    image = np.asarray(Image.open(path).convert("RGB")).copy()
    height, width = image.shape[:2]
    mark = np.zeros((height, width), np.uint8)
    place = (int(0.5 * width), int(0.96 * height))
    cv2.putText(mark, WORDS, place, cv2.FONT_HERSHEY_COMPLEX_SMALL, 1.5, 255, 2, cv2.LINE_AA)
    image[mark > 0] = color
    return image, mark > 0


def words_in(portrait):
    portrait = resize_portrait(portrait, WIDTH / face_width(portrait.face))
    place = face_coordinates(portrait, feature_contours(portrait.face))
    region_map = segment_regions(portrait).region_map
    return written_words(to_lab(portrait.image), region_map, place, WIDTH)


@pytest.mark.parametrize(
    ("style", "color"),
    [("pencil", (40, 36, 34)), ("oil", (160, 30, 25)), ("charcoal", (20, 20, 20))],
)
@pytest.mark.parametrize("sitter", ["grace_hopper", "george_washington"])
def test_a_signature_is_found(style, color, sitter, tmp_path):
    image, mark = signed(EXEMPLARS / style / f"{sitter}.jpg", color)
    Image.fromarray(image).save(tmp_path / "signed.png")
    found = words_in(ExemplarSet.from_folder(tmp_path).portraits[0])
    size = found.shape[::-1]
    written = cv2.resize(mark.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.3
    assert found[written].mean() > 0.75  # an initial may be lost
    assert found.mean() < 0.1


@pytest.mark.parametrize("style", ["pencil", "oil", "charcoal", "engraving", "watercolor"])
def test_exemplars_without_words_lose_next_to_nothing(style):
    shares = [words_in(portrait).mean() for portrait in ExemplarSet.load(style)]
    assert np.mean(shares) < 0.01
    # the most: Mona Lisa's folds in pencil, .0297, and .0301 with a matte of narrower edges
    assert max(shares) < 0.035


def test_a_signature_is_no_source_of_patches(tmp_path):
    image, mark = signed(EXEMPLARS / "pencil" / "grace_hopper.jpg", (40, 36, 34))
    Image.fromarray(image).save(tmp_path / "signed.png")
    (exemplar,) = prepare_exemplars(ExemplarSet.from_folder(tmp_path))
    sources = make_sources([exemplar], WIDTH)
    usable = sources.layers[0].usable
    size = usable.shape[::-1]
    written = cv2.resize(mark.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.3
    assert usable[written].mean() < 0.1
    assert usable.mean() > 0.6
