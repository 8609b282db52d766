"""Patch mode for drawings that come with the photographs they were made from (DESIGN 4.2)."""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from facestyle.methods.patch_paired.base import mix, overlay
    from facestyle.methods.patch_paired.candidates import find_candidates
    from facestyle.methods.patch_paired.dense_alignment import align_exemplars
    from facestyle.methods.patch_paired.exemplar import PreparedExemplar, prepare_exemplar
    from facestyle.methods.patch_paired.grid import make_grid
    from facestyle.methods.patch_paired.method import PairedPatchMethod
    from facestyle.methods.patch_paired.photo_features import normalized_gray, photo_feature_maps
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
    "align_exemplars",
    "draft",
    "find_candidates",
    "make_grid",
    "mix",
    "normalized_gray",
    "overlay",
    "photo_feature_maps",
    "prepare_exemplar",
    "render_draft",
    "transfer_patches",
]

__getattr__, __dir__, _ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "base": ["mix", "overlay"],
        "candidates": ["find_candidates"],
        "dense_alignment": ["align_exemplars"],
        "exemplar": ["PreparedExemplar", "prepare_exemplar"],
        "grid": ["make_grid"],
        "method": ["PairedPatchMethod"],
        "photo_features": ["normalized_gray", "photo_feature_maps"],
        "settings": ["PRESETS", "PairedSettings"],
        "transfer": ["Draft", "draft", "render_draft", "transfer_patches"],
    },
)
