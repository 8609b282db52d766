"""Patch mode for drawings that come with the photographs they were made from (DESIGN 4.2)."""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from facestyle.methods.patch_paired.exemplar import PreparedExemplar, prepare_exemplar
    from facestyle.methods.patch_paired.method import PairedPatchMethod
    from facestyle.methods.patch_paired.settings import PRESETS, PairedSettings
    from facestyle.methods.patch_paired.transfer import (
        Draft,
        draft,
        render_draft,
        transfer_patches,
    )

__all__ = [
    "PRESETS",
    "Draft",
    "PairedPatchMethod",
    "PairedSettings",
    "PreparedExemplar",
    "draft",
    "prepare_exemplar",
    "render_draft",
    "transfer_patches",
]

__getattr__, __dir__, _ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "exemplar": ["PreparedExemplar", "prepare_exemplar"],
        "method": ["PairedPatchMethod"],
        "settings": ["PRESETS", "PairedSettings"],
        "transfer": ["Draft", "draft", "render_draft", "transfer_patches"],
    },
)
