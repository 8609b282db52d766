"""What exemplars share with an input that is as odd as they are is no look."""

from dataclasses import replace

import numpy as np

from facestyle.methods.energy.population import population
from facestyle.methods.energy.shared_tones import without_look
from facestyle.methods.energy.tones import ToneStatistics


def away(**deviations: float) -> ToneStatistics:
    """Statistics that lie so many of one sitter's deviations from ordinary ones."""
    ordinary = population()
    moved = {
        name: getattr(ordinary.mean, name)
        + number * np.sqrt(np.diag(getattr(ordinary.covariance, name)))
        for name, number in deviations.items()
    }
    return replace(ordinary.mean, **moved)


def look_left(look: ToneStatistics, own: ToneStatistics, name: str = "lightness") -> float:
    """How much of the exemplars' difference from ordinary counts as a look, at the median value."""
    ordinary = population()
    usual = getattr(ordinary.mean, name)
    told = getattr(without_look(look, own, ordinary), name)
    return float(np.median((getattr(look, name) - told) / (getattr(look, name) - usual)))


def test_an_input_that_could_be_an_exemplar_has_their_look():
    """Dark studio portraits, and portraits from the same studio of lighter and darker sitters."""
    for own, left in ((-2.2, 0.25), (-2.6, 0.01), (-3.0, 0.01)):
        assert abs(look_left(away(lightness=-2.6), away(lightness=own))) < left


def test_an_odd_input_shares_nothing_with_exemplars_of_another_kind():
    assert look_left(away(lightness=0.6), away(lightness=-2.8)) == 1
    assert look_left(away(lightness=2.6), away(lightness=-2.6)) == 1


def test_a_look_on_top_of_what_they_share_is_left():
    """A warm look of dark studio portraits: its darkness is theirs, its color is not."""
    look, own = away(lightness=-2.6, b=2.4), away(lightness=-2.6)
    assert abs(look_left(look, own)) < 0.01
    assert look_left(look, own, "b") == 1


def test_an_ordinary_input_shares_less():
    assert look_left(away(lightness=-0.5), away(lightness=-0.5)) == 0.6
    # and nothing of what is surely a look
    assert look_left(away(lightness=-2.4), away(lightness=-0.6)) == 1


def gray(statistics: ToneStatistics) -> ToneStatistics:
    nothing = np.zeros_like(statistics.a)
    return replace(statistics, a=nothing, b=nothing)


def test_gray_exemplars_are_dark_by_their_look():
    """Unless the input is gray as well: then it may be one of them."""
    look, own = gray(away(lightness=-2.6)), away(lightness=-2.6)
    assert look_left(look, own) == 1
    assert look_left(look, gray(own)) < 0.01


def test_what_is_shared_lies_between_the_usual_and_the_exemplars():
    look, own = away(lightness=-1.6, a=0.4), away(lightness=-2.6, a=-2.0)
    ordinary = population()
    told = without_look(look, own, ordinary)
    for name in ("lightness", "a", "b"):
        usual, seen = getattr(ordinary.mean, name), getattr(look, name)
        low, high = np.minimum(usual, seen), np.maximum(usual, seen)
        assert ((getattr(told, name) >= low - 1e-9) & (getattr(told, name) <= high + 1e-9)).all()
