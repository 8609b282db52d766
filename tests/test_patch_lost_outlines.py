"""A person in a few flat colors stays visible before a ground of one of them."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import ndimage
from test_patch_flat_colors import POSTER, poster

from facestyle.faces.regions import BACKGROUND, HAIR, SKIN, segment_regions
from facestyle.imaging.color import from_lab, to_lab
from facestyle.methods.patch_unpaired import lead, prepare_exemplar
from facestyle.methods.patch_unpaired.flat_pictures import cut_out
from facestyle.methods.patch_unpaired.lead import choose_lead
from facestyle.methods.patch_unpaired.lost_outlines import with_lost_outlines
from facestyle.methods.patch_unpaired.sources import make_sources

DARK, MIDDLE, LIGHT = POSTER.astype(np.float32)


@pytest.fixture(scope="module")
def person():
    """A disk."""
    rows, columns = np.indices((160, 160))
    return np.hypot(rows - 80, columns - 80) < 40


def on_edge(person, pixels=1):
    """What is at most so far inside the edge."""
    return person & ~ndimage.binary_erosion(person, iterations=pixels)


@pytest.mark.parametrize(("ground", "line"), [(LIGHT, DARK), (DARK, MIDDLE), (MIDDLE, DARK)])
def test_a_line_divides_what_has_one_color(person, ground, line):
    lab = np.where(person[..., None], ground, ground) * np.ones((160, 160, 1), np.float32)
    other = LIGHT if ground is not LIGHT else MIDDLE
    lab[:, 80:][person[:, 80:]] = other  # half of the person is seen anyway
    drawn = with_lost_outlines(lab, person, POSTER, 400.0, 1.0)
    edge, left = on_edge(person), np.arange(160)[None, :] < 60
    np.testing.assert_allclose(drawn[edge & left].mean(axis=0), line, atol=0.15)
    changed = np.abs(drawn - lab).max(axis=-1) > 0.02
    assert not changed[:, 105:].any()
    assert not changed[~ndimage.binary_dilation(edge, iterations=8)].any()


def test_the_line_is_the_thinner_the_less_identity(person):
    lab = np.broadcast_to(LIGHT, (160, 160, 3)).copy()
    widths = [
        np.abs(with_lost_outlines(lab, person, POSTER, 400.0, identity) - lab).sum()
        for identity in (0.0, 0.4, 1.0)
    ]
    assert widths[0] == 0
    assert 0 < widths[1] < 0.7 * widths[2]
    for nobody in (np.zeros_like(person), np.ones_like(person)):
        assert with_lost_outlines(lab, nobody, POSTER, 400.0, 1.0) is lab


def test_a_yellow_hat_is_seen_before_yellow(person):
    lab = np.broadcast_to(LIGHT, (160, 160, 3)).copy()
    cut = cut_out(lab.copy(), lab, person.astype(np.float32), POSTER, 200.0, 0.8)
    assert cut[on_edge(person), 0].mean() < LIGHT[0] - 0.3
    inner = ndimage.binary_erosion(person, iterations=8)
    np.testing.assert_allclose(cut[inner] - LIGHT, 0, atol=1e-4)


def work(contrast, ground):
    """What a choice reads of an exemplar: its hair's contrast and the luminance behind it."""
    tones = np.histogram([ground], bins=64, range=(0, 1))[0].astype(float)
    palette = SimpleNamespace(tones=tones, mean=np.full((4, 3), 0.6))
    contrasts = np.array([contrast, np.nan])
    return SimpleNamespace(
        analysis=SimpleNamespace(contrast=contrasts, palette=palette, ground_spread=0.0)
    )


@pytest.mark.parametrize(
    ("hair", "colors", "expected"),
    [(-0.6, POSTER, 1), (-0.6, None, 0), (-0.6, np.empty((0, 3)), 0), (-0.1, POSTER, 0)],
)
def test_dark_hair_in_flat_colors_needs_another_ground(
    portrait, monkeypatch, hair, colors, expected
):
    measured = np.array([hair, np.nan]), np.array([0.5, 0.0])
    monkeypatch.setattr(lead, "tone_contrast", lambda *_: measured)
    works = [work(hair, float(DARK[0])), work(hair + 0.3, float(LIGHT[0]))]
    assert choose_lead(portrait, works, colors) == expected
    assert choose_lead(portrait, works[:1], colors) == 0  # there is no other


def test_a_ground_of_another_color_lends_nothing(sitters):
    def with_ground(sitter, color):
        behind = segment_regions(sitter).region_map == BACKGROUND
        lab = to_lab(poster(sitter).image)
        lab[behind] = color
        return prepare_exemplar(replace(sitter, image=np.clip(from_lab(lab), 0, 1)))

    works = [with_ground(sitters[0], LIGHT), with_ground(sitters[1], LIGHT)]
    works.append(with_ground(sitters[2], DARK))
    sources = make_sources(works, 136.0)
    assert len(sources.flat_colors) == 3
    lent = [(own.usable & (own.region_map == BACKGROUND)).mean() for own in sources.layers[:3]]
    assert lent[0] > 0.02
    assert lent[1] > 0.02
    assert lent[2] == 0
    last = sources.layers[2]
    assert last.usable[np.isin(last.region_map, (SKIN, HAIR))].mean() > 0.5
