"""A look's light leaves a sitter's complexion: the exemplars' skin is not theirs."""

import cv2
import numpy as np
import pytest
from energy_looks import frame, still
from synthetic_faces import photograph

from facestyle.faces import Portrait
from facestyle.imaging.color import from_lab, to_lab
from facestyle.methods.energy import transfer as energy


def lamp_lit(portrait):
    """A lamp from the left, in color."""
    lab = to_lab(portrait.image)
    columns = np.arange(portrait.matte.shape[1], dtype=np.float32)
    across = (columns - portrait.face.landmarks[30, 0]) / portrait.face.inter_ocular
    lab[..., 0] *= 0.4 + 0.7 / (1 + np.exp(3 * across))
    return Portrait(from_lab(lab), portrait.face, portrait.matte, portrait.name)


def face_of(portrait):
    """The face below the brows, (H, W) bool."""
    inside = np.zeros(portrait.matte.shape, np.uint8)
    hull = cv2.convexHull(portrait.face.landmarks[1:16].astype(np.int32))
    cv2.fillConvexPoly(inside, hull, 1)
    return inside > 0


def with_skin(portrait, share):
    """The sitter with a share of the skin's lightness."""
    soft = cv2.GaussianBlur(face_of(portrait).astype(np.float32), (0, 0), 2)
    lab = to_lab(portrait.image)
    lab[..., 0] *= 1 - soft * (1 - share)
    return Portrait(from_lab(lab), portrait.face, portrait.matte, portrait.name)


def skin_lightness(image, portrait):
    return float(np.median(to_lab(np.ascontiguousarray(image))[face_of(portrait), 0]))


@pytest.mark.parametrize("stylized", [still, frame])
def test_darker_skin_stays_darker_in_a_lit_look(stylized):
    exemplars = [energy.prepare_exemplar(lamp_lit(photograph(seed=seed))) for seed in range(1, 7)]
    light, dark = photograph(seed=0), with_skin(photograph(seed=0), 0.75)
    before = skin_lightness(light.image, light) - skin_lightness(dark.image, dark)
    after = skin_lightness(stylized(light, exemplars), light) - skin_lightness(
        stylized(dark, exemplars), dark
    )
    # .47 of it when the exemplars' complexion counted as light
    assert after > 0.55 * before
