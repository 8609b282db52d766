"""Patch mode for drawings that come with the photographs they were made from (DESIGN 4.2)."""

from facestyle.methods.patch_paired.exemplar import PreparedExemplar, prepare_exemplar
from facestyle.methods.patch_paired.transfer import (
    Draft,
    PatchTransfer,
    draft,
    render_draft,
    transfer,
)

__all__ = [
    "Draft",
    "PatchTransfer",
    "PreparedExemplar",
    "draft",
    "prepare_exemplar",
    "render_draft",
    "transfer",
]
