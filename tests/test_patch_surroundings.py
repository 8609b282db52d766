"""What a painted person is set before."""

from dataclasses import replace

import numpy as np
from synthetic_faces import photograph

from facestyle.compositing.background import parse_background
from facestyle.methods.patch_unpaired.surroundings import set_before


def test_paper_has_grain_but_neither_hatching_nor_a_rim_around_the_person():
    portrait = photograph(seed=1)
    height, width = portrait.image.shape[:2]
    columns = np.arange(width)
    matte = np.zeros((height, width), np.float32)
    matte[:, width // 2 - 20 : width // 2 + 20] = 1
    random = np.random.default_rng(0)
    painted = np.full((height, width, 3), 0.9, np.float32)
    painted += 0.008 * random.standard_normal((height, width, 1)).astype(np.float32)
    hatched = columns < width // 4
    painted[:, hatched & (columns % 5 < 2)] -= 0.25
    painted[matte == 1] = 0.2
    image, _ = set_before(
        painted, replace(portrait, matte=matte), [portrait], parse_background("paper")
    )
    plain = image[:, -(width // 5) :].std(axis=(0, 1)).mean()
    assert 0.004 < plain < 0.012  # of the paint
    assert image[:, : width // 5].std(axis=(0, 1)).mean() < 1.5 * plain
    beside = image[:, width // 2 + 23 : width // 2 + 27]
    assert beside.max() - image[:, -(width // 5) :].max() < 0.01
