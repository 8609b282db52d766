"""Grounds that end in paper before their border are continued by paper."""

from dataclasses import replace

import numpy as np
import pytest
from test_patch_background import WIDTH, backdrop, wanted_levels

from facestyle.methods.patch_unpaired.backdrops import _plain
from facestyle.methods.patch_unpaired.background_pieces import lay_pieces

PAPER, GROUND = 230, 110
SIDE, SIGMA = 64, 1.0


def ground(vignette):
    """Low band of paper with a dark oval, or of a ground whose tone changes from left to right."""
    y, x = np.mgrid[:SIDE, :SIDE]
    if vignette:
        inside = ((y - 32) / 29) ** 2 + ((x - 32) / 28) ** 2 < 1
        tones = np.where(inside, GROUND, PAPER)
    else:
        tones = GROUND + x
    tones = tones + np.random.default_rng(0).normal(0, 1, tones.shape)
    return np.repeat(tones[..., None] / np.float32(255), 3, axis=2).astype(np.float32)


@pytest.mark.parametrize("vignette", [True, False])
def test_a_ground_that_ends_is_told_from_one_that_goes_on(vignette):
    low = ground(vignette)
    plain, ends = _plain(low, low, np.ones((SIDE, SIDE), bool), SIGMA)
    assert ends == vignette
    middle = plain[24:40, 24:40]
    assert middle.mean() == (0 if vignette else pytest.approx(1, abs=0.05))
    if vignette:
        assert plain[:2].mean() > 0.8


@pytest.mark.parametrize("ends", [True, False])
def test_only_paper_lies_beyond_a_vignette(ends):
    noise = np.random.default_rng(0).integers(-6, 6, (256, 256))
    y, x = np.mgrid[:256, :256]
    oval = ((y - 128) / 96) ** 2 + ((x - 128) / 80) ** 2 < 1
    tones = np.where(oval, GROUND, PAPER) + noise
    picture = np.repeat(tones[..., None], 3, axis=2).astype(np.uint8)
    drop = backdrop(picture, np.ones((256, 256), bool))
    low = np.repeat(np.where(oval, GROUND, PAPER)[::8, ::8, None] / np.float32(255), 3, axis=2)
    drop = replace(drop, low_band=low, plain=~oval[::8, ::8], ends=ends, first=np.array([0, -64]))
    wanted = wanted_levels(np.ones((256, 1024), bool))
    tone, toned = drop.tone_for(wanted[-1].shape)
    pieces = lay_pieces([drop], wanted, tone, toned, WIDTH)
    rows, columns = np.indices(pieces.owners.shape)
    source = pieces.steps // 4 + np.stack([rows, columns], axis=-1)
    placed = pieces.owners >= 0
    placed[:, :204] = False  # beyond the border, and beyond where the ground may end
    dark = oval[::4, ::4][tuple(source[placed].T)]
    assert placed[:, 204:].mean() > 0.8
    assert dark.mean() < 0.02 if ends else dark.mean() > 0.1
