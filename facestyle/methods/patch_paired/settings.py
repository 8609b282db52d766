"""What can be chosen for drawings that come with their photographs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from facestyle.settings import Settings, setting

SUMMARY = "drawings with the photographs that they were made from"


@dataclass(frozen=True)
class PairedSettings(Settings):
    """What can be chosen for drawings that come with their photographs (DESIGN 4.2).

    Attributes
    ----------
    identity : float
        From 0 to 1: how much of the photo is drawn that no exemplar has.
    texture : float
        From 0 to 1: single strokes (1) or their blend (0).
    """

    identity: float = setting(
        0.7, "how closely forms keep to the photo", low=0.0, high=1.0, metavar="0..1"
    )
    texture: float = setting(
        0.5, "how strongly strokes and grain show", low=0.0, high=1.0, metavar="0..1"
    )


SETTINGS = PairedSettings

PRESETS: dict[str, dict[str, Any]] = {}
