"""What can be chosen for drawings and paintings without photographs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from facestyle.settings import Settings, setting

SUMMARY = "drawings and paintings"
# in-loop correction towards the tone-mapped photo is whole from this identity on
DEFAULT_IDENTITY = 0.8


@dataclass(frozen=True)
class UnpairedSettings(Settings):
    """What can be chosen for drawings and paintings without photographs (DESIGN 4.3).

    Attributes
    ----------
    identity : float
        From 0 to 1: how closely forms follow the photo.
    texture : float
        From 0 to 1: how strongly the exemplars' grain shows.
    labels : {"mrf", "free"}
        Whether a graph-cut label map keeps regions on one exemplar.
    """

    identity: float = setting(
        DEFAULT_IDENTITY,
        "how closely forms keep to the photo",
        low=0.0,
        high=1.0,
        metavar="0..1",
    )
    texture: float = setting(
        0.5, "how strongly strokes and grain show", low=0.0, high=1.0, metavar="0..1"
    )
    labels: str = setting(
        "mrf",
        "mrf keeps regions on one of several exemplars, free mixes them",
        choices=("mrf", "free"),
    )

    @property
    def pull(self) -> float:
        """Factor of the in-loop correction, from 0 to 1."""
        return min(1.0, self.identity / DEFAULT_IDENTITY)


SETTINGS = UnpairedSettings

PRESETS: dict[str, dict[str, Any]] = {}
