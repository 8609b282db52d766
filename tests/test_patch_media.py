"""Exemplars of another medium than the leading one's are left out, and that is said."""

import logging
from dataclasses import replace

import cv2
import numpy as np
import pytest

from facestyle import ExemplarSet, Stylizer
from facestyle.exemplars import read_exemplar
from facestyle.faces import Portrait
from facestyle.methods.patch_unpaired import prepare_exemplar
from facestyle.methods.patch_unpaired.media import of_one_medium, possible_leads
from facestyle.methods.patch_unpaired.source_cache import SourceCache


def drawing(style, sitter, exemplars) -> Portrait:
    read, _ = read_exemplar(exemplars / style / f"{sitter}.jpg")
    factor = 45 / read.face.inter_ocular
    image = cv2.resize(read.image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    matte = cv2.resize(read.matte, image.shape[1::-1], interpolation=cv2.INTER_AREA)
    return Portrait(image, read.face.scaled(factor), matte, f"{style}_{sitter}")


@pytest.fixture(scope="module")
def works(request):
    """Two pencil drawings, a painting, and one of the drawings on yellow paper."""
    folder = request.config.rootpath / "exemplars"
    pencil = [drawing("pencil", name, folder) for name in ("grace_hopper", "erik_dahlgren")]
    yellow = replace(pencil[1], image=pencil[1].image * np.float32([1, 0.8, 0.4]), name="yellow")
    return [*pencil, drawing("oil", "pocahontas", folder), yellow]


def test_works_of_one_medium_are_used_together(works, portrait, caplog):
    sources = SourceCache([prepare_exemplar(work) for work in works[:2]])
    assert sorted(sources.order(sources.choose_lead(portrait))) == [0, 1]
    assert not caplog.records


@pytest.mark.parametrize("other", [2, 3])
def test_an_odd_work_of_many_neither_leads_nor_shows(works, astronaut, other, caplog):
    mixed = Stylizer(ExemplarSet([works[other], *works[:2]]), method="patch")
    with caplog.at_level(logging.WARNING):
        result = mixed(astronaut)
        mixed(astronaut)
    said = [r.getMessage() for r in caplog.records if "another medium" in r.getMessage()]
    assert len(said) == 1  # once, not for each picture
    assert works[other].name in said[0]
    assert set(np.unique(result.labels)) <= {1, 2}
    alone = Stylizer(ExemplarSet(works[:2]), method="patch")(astronaut)
    np.testing.assert_array_equal(result.image, alone.image)


def test_equal_numbers_leave_the_choice_to_the_sitter():
    traits = np.array([[0, 0, -3.0], [0, 0.05, -3.3], [0, 0.3, -3.0], [0, 0.28, -3.1]])
    alike = of_one_medium(traits)
    np.testing.assert_array_equal(alike, np.kron(np.eye(2), np.ones((2, 2))))
    assert possible_leads(alike) == [0, 1, 2, 3]
    grain = of_one_medium(np.array([[0, 0, -3.0], [0, 0, -1.5], [np.nan] * 3]))
    np.testing.assert_array_equal(grain, [[1, 0, 1], [0, 1, 1], [1, 1, 1]])
