"""Photographic looks by local energy transfer (Shih et al. 2014, Song et al. 2017)."""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from facestyle.methods.energy.color_table import look_table
    from facestyle.methods.energy.exemplar import (
        EnergyExemplar,
        foreground_lab,
        prepare_exemplar,
        reduce_portrait,
    )
    from facestyle.methods.energy.method import EnergyMethod
    from facestyle.methods.energy.settings import PRESETS, EnergySettings
    from facestyle.methods.energy.tones import tone_statistics
    from facestyle.methods.energy.transfer import EnergyTransfer, transfer_look

__all__ = [
    "PRESETS",
    "EnergyExemplar",
    "EnergyMethod",
    "EnergySettings",
    "EnergyTransfer",
    "foreground_lab",
    "look_table",
    "prepare_exemplar",
    "reduce_portrait",
    "tone_statistics",
    "transfer_look",
]

__getattr__, __dir__, _ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "color_table": ["look_table"],
        "exemplar": ["EnergyExemplar", "foreground_lab", "prepare_exemplar", "reduce_portrait"],
        "method": ["EnergyMethod"],
        "settings": ["PRESETS", "EnergySettings"],
        "tones": ["tone_statistics"],
        "transfer": ["EnergyTransfer", "transfer_look"],
    },
)
