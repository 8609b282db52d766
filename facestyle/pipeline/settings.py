"""What every stylizer can be asked for, whatever the method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from facestyle.choices import BACKGROUNDS, EXPOSURES, FLOW_METHODS, LANDMARK_BACKENDS
from facestyle.errors import UsageError
from facestyle.settings import Settings, setting


@dataclass(frozen=True)
class StylizerSettings(Settings):
    """What every stylizer can be asked for, whatever the method.

    Attributes
    ----------
    strength : float
        From 0, the picture itself, to 1, the full style.
    background : str
        stylize, keep, paper, transparent, or a color: #rgb, #rrggbb or its name in CSS.
    exposure : {"auto", "keep"}
        Whether an underexposed picture of a face is brightened first, or stylized as it is.
    face : str or int
        "largest", "all", or a number that counts from the left, from 1.
    landmarks : {"auto", "dlib", "mesh"}
        Landmark detector; auto is dlib, then the mesh where dlib finds nothing.
    seed : int
        Results repeat for a seed.
    flow : str or Path
        How motion is found in clips: dis, deepflow, sparse-to-dense, or a folder of .flo files;
        see `facestyle.flow.FlowSource`.
    """

    strength: float = setting(1.0, "amount of style", low=0.0, high=1.0, metavar="0..1")
    background: str = setting(
        "stylize",
        "what is behind the person: made from the exemplars, the picture's own (keep), plain "
        "paper, nothing, or a color",
        metavar="|".join((*BACKGROUNDS, "#rrggbb")),
    )
    exposure: str = setting(
        "auto",
        "whether an underexposed picture of a face is brightened first (auto), or not",
        choices=EXPOSURES,
    )
    face: str | int = setting(
        "largest", "which face; N counts from the left", metavar="largest|all|N"
    )
    landmarks: str = setting(
        "auto",
        "landmark detector; auto is dlib, then mesh where dlib finds nothing",
        choices=LANDMARK_BACKENDS,
    )
    seed: int = setting(0, "of random choices", low=0, high=2**32 - 1, metavar="N")
    flow: str | Path = setting(
        "dis",
        f"how motion is found in clips: {', '.join(FLOW_METHODS)}, or a folder of your own "
        "forward_1_2.flo, backward_2_1.flo, ...",
        metavar="METHOD|DIR",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.face not in ("largest", "all") and self.face_number is None:
            raise UsageError(
                f"face: found '{self.face}', expected largest, all or a number from 1, counted "
                "from the left"
            )

    @property
    def face_number(self) -> int | None:
        """The number of the face that was asked for; None where none was."""
        try:
            number = int(self.face)
        except ValueError:
            return None
        return number if number >= 1 else None

    @property
    def which_face(self) -> str | int:
        """ "largest", "all" or a number."""
        return self.face_number or self.face


def split_options(options: Mapping[str, Any]) -> tuple[StylizerSettings, dict[str, Any]]:
    """What every stylizer knows, as settings, and what is left for the method.

    Parameters
    ----------
    options : mapping of str to object
        Keywords of a stylizer.

    Returns
    -------
    settings : StylizerSettings
    own : dict of str to object

    Raises
    ------
    UsageError
        If a value of the settings is none that they may have.
    """
    general = StylizerSettings.options().keys()
    settings = StylizerSettings(**{k: v for k, v in options.items() if k in general})
    return settings, {name: value for name, value in options.items() if name not in general}
