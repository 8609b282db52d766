"""An underexposed photo is stylized as a usual one, which is said; others are not touched."""

import logging

import numpy as np
import pytest

from facestyle import Stylizer
from facestyle.imaging.color import luminance
from facestyle.pipeline.exposure import exposed, missing_stops


def photo(white, seed=0):
    """A picture with some white of a luminance (L of 1), and much that is darker."""
    values = np.random.default_rng(seed).uniform(0.02, 0.6, (80, 90, 1)) * white
    values[:10, :20] = white
    return np.repeat(values, 3, axis=2).astype(np.float32)


@pytest.mark.parametrize("white", [0.65, 0.8, 1.0])
def test_a_usual_picture_is_not_touched(white, caplog):
    image = photo(white)
    assert missing_stops(image) == 0
    assert exposed(image, None, 1.0, "it") is image
    assert not caplog.records


@pytest.mark.parametrize("white", [0.2, 0.3, 0.45])
def test_a_dim_picture_gets_a_usual_white(white, caplog):
    image = photo(white)
    bright = exposed(image, None, 1.0, "it.jpg")
    np.testing.assert_allclose(luminance(bright)[:10, :20], 0.8, atol=0.02)
    assert 0 <= bright.min() <= bright.max() <= 1
    order = np.argsort(image[..., 0].ravel())
    assert (np.diff(bright[..., 0].ravel()[order]) >= 0).all()
    [record] = caplog.records
    assert (
        f"it.jpg: underexposed; it is stylized as if exposed {missing_stops(image):.1f} stops"
        in (record.message)
    )


def test_brightening_begins_softly():
    whites = np.linspace(0.5, 0.64, 57)
    after = [luminance(exposed(photo(white), None, 1.0, "it")).max() for white in whites]
    assert np.abs(np.diff(after)).max() < 0.02
    assert after[-1] == pytest.approx(luminance(photo(0.64)).max())


def test_light_is_added_as_a_longer_exposure_does():
    image = photo(0.4)
    image[..., 1] *= 0.7
    stops = missing_stops(image)
    bright = exposed(image, None, 1.0, "it")

    def linear(values):
        return ((values + 0.055) / 1.055) ** 2.4

    inside = image.min(axis=-1) > 0.08
    ratio = linear(bright[inside]) / linear(image[inside])
    np.testing.assert_allclose(ratio, np.median(ratio), rtol=0.01)
    assert np.log2(np.median(ratio)) == pytest.approx(stops, abs=0.01)


def test_black_and_transparent_places_do_not_count():
    assert missing_stops(np.zeros((40, 40, 3), np.float32)) == 0
    image = photo(0.4)
    image[40:] = 1.0
    alpha = np.ones(image.shape[:2], np.float32)
    assert missing_stops(image, alpha) == 0
    alpha[40:] = 0
    assert missing_stops(image, alpha) > 0.5


@pytest.mark.parametrize("look", ["noir", "pencil"])
def test_a_dim_photo_looks_as_a_usual_one(look, astronaut, portrait):
    x, y = portrait.face.outline.mean(axis=0).astype(int)
    face = (slice(y - 30, y + 30), slice(x - 25, x + 25))
    dim = (0.5 * astronaut).astype(astronaut.dtype)

    def lightness(image, **settings):
        result = Stylizer(look, **settings)(image)
        return luminance(result.image.astype(np.float32) / np.iinfo(np.uint8).max)[face].mean()

    dim, usual = ((255 * image + 0.5).astype(np.uint8) for image in (dim, astronaut))
    wanted, found, kept = lightness(usual), lightness(dim), lightness(dim, exposure="keep")
    assert abs(found - wanted) < 0.4 * abs(kept - wanted)


def test_strength_0_is_the_picture_itself_and_little_is_near_it(astronaut, caplog):
    dim = (127.5 * astronaut).astype(np.uint8)
    with caplog.at_level(logging.WARNING):
        same = Stylizer("warm", strength=0.0)(dim).image
    np.testing.assert_array_equal(same, dim)
    assert not any("underexposed" in record.message for record in caplog.records)
    little = Stylizer("warm", strength=0.05)(dim).image
    assert np.abs(little.astype(float) - dim).mean() < 8


def test_what_nobody_sees_is_not_done(caplog):
    """A white just below what counts as dim: less than a twentieth of a stop."""
    image = np.full((40, 40, 3), 0.5, np.float32)
    low, high = 0.1, 1.5
    for _ in range(40):  # the gain at which the picture begins to be dim
        middle = (low + high) / 2
        low, high = (
            (middle, high) if missing_stops(image * np.float32(middle)) > 0 else (low, middle)
        )
    barely = image * np.float32(low - 1e-4)
    assert 0 < missing_stops(barely) < 0.05
    assert exposed(barely, None, 1.0, "it.jpg") is barely
    assert not caplog.records
