"""What can be chosen in energy mode, and the papers' choices by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from facestyle.errors import UsageError
from facestyle.settings import Settings, setting

SUMMARY = "photographic looks"
_PATCHES = ("combine", ("mrf",))


@dataclass(frozen=True)
class EnergySettings(Settings):
    """What can be chosen in energy mode; the defaults measured best (DESIGN 4.1).

    Attributes
    ----------
    tone : {"first", "residual"}
        Our variant or the papers'.
    seams : {"weights", "output", "none"}
        What the guided filter smooths.
    combine : {"mrf", "mean", "single"}
        Choose exemplars by patch, average them all, or take the one that suits best.
    residual : float
        How far the low-pass residual moves at most to the exemplars', in [0, 1]; with
        tone="first" it moves as far as they agree, where they light places at all.
    gain_limits : (float, float)
        Least and largest luminance gain.
    grain : float
        How much of the exemplars' film grain pictures get, in [0, 1]; clips get none.
    smoothness, temperature : float
        Of the Markov random field; see `facestyle.selection.patch_selection`.
    dense : bool
        Refine the alignment by optical flow.
    solver : {"auto", "numba", "gco"}
        Of the graph cuts.
    """

    tone: str = setting(
        "first",
        "first: tone curve, then local energy; residual: the papers' transfer",
        choices=("first", "residual"),
    )
    seams: str = setting(
        "weights",
        "what the guided filter smooths between exemplars",
        choices=("weights", "output", "none"),
    )
    combine: str = setting(
        "mrf",
        "choose exemplars by patch (mrf), average them, or take the single best",
        choices=("mrf", "mean", "single"),
    )
    residual: float = setting(
        1.0, "how far light and shade move to the exemplars'", low=0.0, high=1.0, metavar="0..1"
    )
    gain_limits: tuple[float, float] = setting(
        (0.5, 1.7), "least and largest gain of local contrast", low=0.0, metavar="LOW,HIGH"
    )
    grain: float = setting(
        1.0,
        "how much of the exemplars' film grain pictures get",
        low=0.0,
        high=1.0,
        metavar="0..1",
    )
    smoothness: float = setting(
        0.1,
        "how much a patch's exemplar follows its neighbors'",
        low=0.0,
        metavar="X",
        only_with=_PATCHES,
    )
    temperature: float = setting(
        0.1,
        "softness of the choice; 0 takes one exemplar a patch",
        low=0.0,
        metavar="X",
        only_with=_PATCHES,
    )
    dense: bool = setting(True, "refine the alignment by optical flow")
    solver: str = setting(
        "auto",
        "of the graph cuts; gco is an extra",
        choices=("auto", "numba", "gco"),
        only_with=_PATCHES,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.gain_limits[0] > self.gain_limits[1]:
            raise UsageError(
                f"gain_limits: found {self.gain_limits}, expected the least gain before the largest"
            )

    def without_effect(self) -> list[tuple[str, str]]:
        """As of every method; and the output is filtered with the papers' transfer only."""
        found = super().without_effect()
        if self.seams == "output" and self.tone == "first":
            found.append(("seams", "the output is filtered with tone 'residual' alone"))
        return found


SETTINGS = EnergySettings

PRESETS: dict[str, dict[str, Any]] = {
    # Song et al. 2017, section 4: hard labels, the residual copied (eq. 7), Shih's gain limits,
    # the guided filter on the output (section 4.4), no grain
    "song2017": {
        "tone": "residual",
        "seams": "output",
        "residual": 1.0,
        "gain_limits": (0.9, 2.8),
        "temperature": 0.0,
        "grain": 0.0,
    },
    # Shih et al. 2014, sections 4.2 to 4.4: one exemplar, its residual copied, gains from .9 to 2.8
    "shih2014": {
        "tone": "residual",
        "seams": "none",
        "combine": "single",
        "residual": 1.0,
        "gain_limits": (0.9, 2.8),
        "grain": 0.0,
    },
}
