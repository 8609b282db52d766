"""A contrasty look exposes a dark face more, so that it is a face and no black shape."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from synthetic_faces import photograph

import facestyle
from facestyle.alignment.features import analyze
from facestyle.faces import Portrait
from facestyle.imaging.color import to_lab
from facestyle.methods.energy.face_exposure import face_exposure
from facestyle.methods.energy.levels import LEVELS
from facestyle.methods.energy.population import population
from facestyle.methods.energy.tone import tone_shift
from facestyle.methods.energy.tone_curves import ToneCurves
from facestyle.srgb_curve import light_to_srgb, srgb_to_light

SITTER = Path(__file__).parents[1] / "exemplars" / "portraits" / "eileen_collins.jpg"


def dimmed(rgb, share):
    """A picture with a share of its light."""
    return light_to_srgb(srgb_to_light(rgb) * np.float32(share))


def median_lightness(image, face):
    inside = np.zeros(image.shape[:2], np.uint8)
    cv2.fillConvexPoly(inside, cv2.convexHull(face.landmarks[1:16].astype(np.int32)), 1)
    return float(np.median(to_lab(np.ascontiguousarray(image))[inside > 0, 0]))


def test_a_dark_face_does_not_get_black():
    """As dark as .23 it had .09, and has .14; as .37 it had .16, and has .21."""
    rgb = facestyle.read_image(SITTER).rgb
    (face,) = facestyle.find_faces(rgb)
    stylizer = facestyle.Stylizer("noir", exposure="keep")
    light, dark, darkest = (
        median_lightness(stylizer(dimmed(rgb, share)).image, face) for share in (1, 0.2, 0.08)
    )
    assert light > 0.45
    assert light > dark + 0.2
    assert dark > 0.2
    assert dark > darkest > 0.12


def curves_of(lightness):
    nothing = np.zeros((2, len(LEVELS)))
    return ToneCurves(lightness - LEVELS, nothing, nothing, nothing + 1, np.linspace(0.1, 0.9, 14))


@pytest.mark.parametrize(
    ("share", "power", "is_exposed"), [(1, 1, 0), (1, 1.6, 0), (0.1, 1, 0), (0.1, 1.6, 1)]
)
def test_only_what_a_look_makes_black_is_exposed(share, power, is_exposed):
    person = photograph(seed=0)
    features = analyze(
        Portrait(dimmed(person.image, share), person.face, person.matte, person.name)
    )
    curves = curves_of(LEVELS**power)
    exponent = face_exposure(features, curves)
    assert (exponent < 1) == is_exposed
    face = features.matte * features.skin * features.hull > 0.5
    own = features.lab[..., 0]
    toned = np.median((own + tone_shift(features, curves, exposure=exponent)[..., 0])[face])
    if is_exposed:
        usual = np.median(population().mean.lightness[14:])  # of an ordinary face
        skin = float(np.median(own[face]))
        share = np.interp(skin, (0.3, 0.45), (0.85, 0.7))
        least = min(share * skin, usual**power - 0.8 * (usual - skin))
        assert toned == pytest.approx(least, abs=0.002)
        assert toned > skin**power + 0.03
