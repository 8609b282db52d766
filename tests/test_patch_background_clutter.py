"""Things in an exemplar's background: found, and drawn behind nobody."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

import facestyle
from facestyle import ExemplarSet
from facestyle.faces.contours import face_width
from facestyle.faces.regions import BACKGROUND, segment_regions
from facestyle.imaging.color import to_lab
from facestyle.methods.patch_unpaired.clutter import background_clutter
from facestyle.methods.patch_unpaired.prepared import resize_portrait

EXEMPLARS = Path(__file__).parents[1] / "exemplars"
RED = (170, 30, 30)
SITTER = "luis_pedro_coelho.jpg"  # has room on the left


def with_pot(path):
    """A drawing with a red pot on the wall, and where that is."""
    image = np.asarray(Image.open(path).convert("RGB")).copy()
    height, width = image.shape[:2]
    pot = np.zeros((height, width), np.uint8)
    cv2.rectangle(pot, (20, 40), (120, 130), 1, cv2.FILLED)
    image[pot > 0] = RED
    return image, pot


def redness(image):
    """How many pixels of a uint8 picture are as red as the pot."""
    assert image.dtype == np.uint8
    lab = to_lab(image.astype(np.float32) / 255)
    return int(((lab[..., 1] > 0.25) & (lab[..., 2] > 0.1)).sum())


@pytest.mark.parametrize("style", ["pencil", "watercolor", "charcoal"])
def test_a_pot_on_the_wall_is_found(style, tmp_path):
    image, pot = with_pot(EXEMPLARS / style / SITTER)
    Image.fromarray(image).save(tmp_path / "pot.png")
    portrait = ExemplarSet.from_folder(tmp_path).portraits[0]
    portrait = resize_portrait(portrait, 120 / face_width(portrait.face))
    region_map = segment_regions(portrait).region_map
    found = background_clutter(to_lab(portrait.image), region_map, 120.0)
    there = cv2.resize(pot, found.shape[::-1], interpolation=cv2.INTER_AREA) > 0
    there &= region_map == BACKGROUND
    assert there.sum() > 100
    assert found[there].mean() > 0.95
    assert (found & ~there).mean() < 0.06


@pytest.mark.parametrize("style", ["pencil", "oil", "charcoal", "engraving", "watercolor"])
def test_washes_and_shading_are_the_medium(style):
    shares = []
    for portrait in ExemplarSet.load(style):
        portrait = resize_portrait(portrait, 120 / face_width(portrait.face))
        region_map = segment_regions(portrait).region_map
        found = background_clutter(to_lab(portrait.image), region_map, 120.0)
        shares.append(found.sum() / max((region_map == BACKGROUND).sum(), 1))
    assert np.mean(shares) < 0.025
    assert max(shares) < 0.1


def test_a_background_of_things_is_left_as_it_is():
    rows, columns = np.mgrid[:300, :300]
    lab = np.zeros((300, 300, 3), np.float32)
    lab[..., 0] = np.where((rows % 60 < 30) == (columns % 60 < 30), 0.8, 0.2)
    assert not background_clutter(lab, np.full((300, 300), BACKGROUND, np.uint8), 120.0).any()


def test_nobody_is_drawn_before_an_exemplars_pot(tmp_path):
    image, _ = with_pot(EXEMPLARS / "pencil" / SITTER)
    Image.fromarray(image).save(tmp_path / "pot.png")
    assert redness(image) > 8000
    result = facestyle.Stylizer(tmp_path, method="patch-unpaired")(
        EXEMPLARS / "portraits" / "eileen_collins.jpg"
    )
    assert redness(result.image) < 10  # 2039 when pots were sources
