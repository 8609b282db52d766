"""What stands behind an exemplar's person does not come back behind others, and that is said."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic_faces import drawing_of, photograph

from facestyle.exemplars import ExemplarSet
from facestyle.faces.regions import BACKGROUND
from facestyle.methods.busy_ground import BUSY, ground_spread
from facestyle.methods.patch_unpaired import prepare_exemplar
from facestyle.methods.patch_unpaired.lead import choose_lead
from facestyle.methods.patch_unpaired.sources import make_sources
from facestyle.pipeline.exemplar_advice import advise

SHAPE = (240, 200)
EVERYWHERE = np.ones(SHAPE, bool)


def plain(tone=0.7):
    return np.full((*SHAPE, 3), (tone, 0.02, 0.05), np.float32)


def with_things(lab):
    """A dark shelf and a red vase, each some tenths of a face wide."""
    lab = lab.copy()
    lab[:, :70, 0] -= 0.6
    lab[120:200, 130:180, 1] += 0.4
    return lab


def test_things_are_told_from_strokes_and_washes():
    strokes, wash = plain(), plain()
    strokes[::4, :, 0] -= 0.5
    wash[..., 0] += np.linspace(-0.2, 0.2, SHAPE[1], dtype=np.float32)
    assert ground_spread(plain(), EVERYWHERE, 100.0) < 0.001
    assert ground_spread(strokes, EVERYWHERE, 100.0) < 0.3 * BUSY
    assert ground_spread(wash, EVERYWHERE, 100.0) < BUSY
    assert ground_spread(with_things(plain()), EVERYWHERE, 100.0) > 1.2 * BUSY


@pytest.mark.parametrize("width", [60.0, 240.0])
def test_the_size_of_the_picture_does_not_matter(width):
    scale = int(width // 60)
    large = np.kron(with_things(plain()), np.ones((scale, scale, 1), np.float32))
    here = ground_spread(large, np.ones(large.shape[:2], bool), width)
    assert here == pytest.approx(ground_spread(with_things(plain()), EVERYWHERE, 60.0), rel=0.05)


def test_the_person_and_a_strip_beside_it_are_no_ground():
    behind = EVERYWHERE.copy()
    behind[:, :80] = behind[110:210, 120:190] = False
    assert ground_spread(with_things(plain()), behind, 100.0) < 0.1 * BUSY
    behind[:, :190] = False
    assert ground_spread(with_things(plain()), behind, 100.0) == 0


@pytest.fixture(scope="module")
def works():
    """Three drawings; the second has things behind its person."""
    people = [photograph((300, 320), seed=seed, inter_ocular=60.0) for seed in (7, 8, 9)]
    drawings = [replace(drawing_of(person), photo=None) for person in people]
    image = drawings[1].image.copy()
    behind = drawings[1].matte < 0.02
    columns = np.arange(image.shape[1])[None, :]
    image[behind & (columns < 70)] *= np.float32(0.3)
    image[behind & (columns > 270)] *= np.float32([1, 0.3, 0.3])
    drawings[1] = replace(drawings[1], image=image)
    return drawings


def test_a_busy_background_is_said(works):
    reports = advise(ExemplarSet(works)).exemplars
    busy = [any("busy background" in remark for remark in own.remarks) for own in reports]
    assert busy == [False, True, False]


def test_a_calm_leads_ground_is_all_that_is_lent(works):
    calm, busy, other = (prepare_exemplar(work) for work in works)
    assert calm.analysis.ground_spread < BUSY < busy.analysis.ground_spread
    for order, lent in (((calm, busy, other), [1, 0, 1]), ((busy, calm), [1, 1])):
        layers = make_sources(order, 68.0).layers[: len(order)]
        shares = [(own.usable & (own.region_map == BACKGROUND)).mean() for own in layers]
        assert [share > 0.02 for share in shares] == [bool(own) for own in lent]


def test_a_busy_ground_leads_only_where_hair_asks_for_it(works, portrait):
    first, second = (prepare_exemplar(work) for work in works[::2])

    def lead(spread):
        analysis = replace(first.analysis, ground_spread=spread)
        return choose_lead(portrait, [replace(first, analysis=analysis), second])

    alike = replace(second.analysis, contrast=first.analysis.contrast)
    second = replace(second, analysis=replace(alike, palette=first.analysis.palette))
    assert [lead(spread) for spread in (0.0, 0.2, 0.3)] == [0, 0, 1]
    contrast = np.array([1.0, 1.0])  # white hair, white clothes; the astronaut's are not
    second = replace(second, analysis=replace(second.analysis, contrast=contrast))
    assert lead(0.3) == 0
