"""Patch mode without photographs of the exemplars: paintings, drawings, engravings."""

from facestyle.methods.patch_unpaired.prepared import PreparedExemplar, prepare_exemplar
from facestyle.methods.patch_unpaired.transfer import PatchTransfer, transfer

__all__ = ["PatchTransfer", "PreparedExemplar", "prepare_exemplar", "transfer"]
