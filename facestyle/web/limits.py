"""How much visitors of the web page may ask of the computer that serves it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WebLimits:
    """How much visitors may ask; a number that is reached gives a message, never a crash.

    Attributes
    ----------
    picture_bytes, clip_bytes : int
        Largest upload of a picture and of a video.
    pixels : int
        Largest picture, width times height.
    preview_side : int
        Longest side of previews, px: what keeps dials live.
    preview_seconds : float
        Length of a clip's preview.
    exemplars : int
        Pictures in one set that a visitor drops in.
    kept : int
        Portraits, clips, sets and results that are kept for one visitor, of each kind; the oldest
        goes first.
    visitors : int
        At a time; who has been idle longest goes first.
    idle : float
        Seconds after which a visitor's files are deleted.
    """

    picture_bytes: int = 64 << 20
    clip_bytes: int = 1 << 30
    pixels: int = 60_000_000
    preview_side: int = 900
    preview_seconds: float = 2.0
    exemplars: int = 40
    kept: int = 8
    visitors: int = 16
    idle: float = 1800.0
