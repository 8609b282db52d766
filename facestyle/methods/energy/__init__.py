"""Photographic looks by local energy transfer (Shih et al. 2014, Song et al. 2017)."""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from facestyle.methods.energy.exemplar import (
        EnergyExemplar,
        foreground_lab,
        prepare_exemplar,
    )
    from facestyle.methods.energy.method import EnergyMethod
    from facestyle.methods.energy.settings import PRESETS, EnergySettings
    from facestyle.methods.energy.transfer import EnergyTransfer, transfer_look

__all__ = [
    "PRESETS",
    "EnergyExemplar",
    "EnergyMethod",
    "EnergySettings",
    "EnergyTransfer",
    "foreground_lab",
    "prepare_exemplar",
    "transfer_look",
]

__getattr__, __dir__, _ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "exemplar": ["EnergyExemplar", "foreground_lab", "prepare_exemplar"],
        "method": ["EnergyMethod"],
        "settings": ["PRESETS", "EnergySettings"],
        "transfer": ["EnergyTransfer", "transfer_look"],
    },
)
