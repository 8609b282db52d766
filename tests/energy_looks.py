"""Looks of synthetic photographs, as a still and as the first frame of a clip."""

from facestyle.imaging.gamut import from_lab_in_gamut
from facestyle.methods.energy import EnergySettings
from facestyle.methods.energy import transfer as energy
from facestyle.methods.energy.clip_look import apply_look, find_look


def still(portrait, exemplars):
    return energy.transfer_look(portrait, exemplars).foreground


def frame(portrait, exemplars):
    """As the first frame of a clip."""
    lab = energy.foreground_lab(portrait)
    look = find_look(portrait, lab, exemplars, EnergySettings(), 1.0, None)
    return from_lab_in_gamut(apply_look(lab, portrait, look))
