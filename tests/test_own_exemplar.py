"""Who gives a picture together with itself as an exemplar is told so."""

import cv2
import pytest

from facestyle import ExemplarSet, Stylizer
from facestyle.exemplars.exemplar_set import ExemplarPicture
from facestyle.io.images import read_image, write_image
from facestyle.looks import find_exemplars
from facestyle.pipeline.own_exemplar import small_copies, warn_of_own_exemplar


def as_exemplars(look):
    paths = sorted(find_exemplars(look).glob("*.jpg"))
    return [ExemplarPicture(read_image(path).rgb, path.name) for path in paths]


def test_the_same_picture_is_found_in_another_size_and_format(tmp_path, caplog):
    oils = as_exemplars("oil")
    for oil in oils[:4]:
        small = cv2.resize(oil.image, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
        write_image(tmp_path / "mine.jpg", small)
        warn_of_own_exemplar(read_image(tmp_path / "mine.jpg").rgb, "mine.jpg", small_copies(oils))
        assert (
            f"mine.jpg: is itself one of the exemplars ({oil.name})" in caplog.records[-1].message
        )
    assert len(caplog.records) == 4


def test_the_photograph_of_a_drawing_is_another_picture(caplog):
    drawings = as_exemplars("pencil")
    for photo in as_exemplars("pencil_photos"):
        warn_of_own_exemplar(photo.image, photo.name, small_copies(drawings))
    assert not caplog.records


@pytest.mark.parametrize("within", [False, True])
def test_a_picture_is_stylized_all_the_same(sitters, caplog, within):
    sitter, *others = sitters
    exemplars = ExemplarSet([others[0], sitter] if within else others[:2])
    result = Stylizer(exemplars, method="energy")(sitter.image)
    assert result.image.shape == sitter.image.shape
    said = [r.message for r in caplog.records if "itself one of the exemplars" in r.message]
    assert len(said) == within
