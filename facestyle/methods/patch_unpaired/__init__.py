"""Patch mode without photographs of the exemplars: paintings, drawings, engravings."""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from facestyle.methods.patch_unpaired.correspondence import Correspondence, correspond
    from facestyle.methods.patch_unpaired.method import UnpairedPatchMethod
    from facestyle.methods.patch_unpaired.prepared import PreparedExemplar, resize_portrait
    from facestyle.methods.patch_unpaired.preparing import prepare_exemplar
    from facestyle.methods.patch_unpaired.settings import PRESETS, UnpairedSettings
    from facestyle.methods.patch_unpaired.transfer import transfer_patches

__all__ = [
    "PRESETS",
    "Correspondence",
    "PreparedExemplar",
    "UnpairedPatchMethod",
    "UnpairedSettings",
    "correspond",
    "prepare_exemplar",
    "resize_portrait",
    "transfer_patches",
]

__getattr__, __dir__, _ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "correspondence": ["Correspondence", "correspond"],
        "method": ["UnpairedPatchMethod"],
        "prepared": ["PreparedExemplar", "resize_portrait"],
        "preparing": ["prepare_exemplar"],
        "settings": ["PRESETS", "UnpairedSettings"],
        "transfer": ["transfer_patches"],
    },
)
