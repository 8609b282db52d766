"""What can be chosen in energy mode."""

from __future__ import annotations

from dataclasses import dataclass

from facestyle.errors import UsageError


@dataclass(frozen=True)
class EnergySettings:
    """What can be chosen in energy mode; the defaults measured best.

    Attributes
    ----------
    tone : {"first", "residual"}
        Our variant or the papers'.
    seams : {"weights", "output", "none"}
        What the guided filter smooths.
    combine : {"mrf", "mean"}
        Choose exemplars by the Markov random field, or average them all.
    residual : float
        How far the low-pass residual moves at most to the exemplars', in [0, 1]; with
        tone="first" it moves as far as they agree.
    gain_limits : (float, float)
        Least and largest luminance gain.
    smoothness, temperature : float
        Of the Markov random field; see `facestyle.mrf.selection`.
    dense : bool
        Refine the alignment by optical flow.
    solver : {"auto", "numba", "gco"}
    """

    tone: str = "first"
    seams: str = "weights"
    combine: str = "mrf"
    residual: float = 0.45
    gain_limits: tuple[float, float] = (0.5, 1.7)
    smoothness: float = 0.1
    temperature: float = 0.1
    dense: bool = True
    solver: str = "auto"

    def __post_init__(self) -> None:
        for name, allowed in (
            ("tone", ("first", "residual")),
            ("seams", ("weights", "output", "none")),
            ("combine", ("mrf", "mean")),
        ):
            if getattr(self, name) not in allowed:
                raise UsageError(
                    f"{name}: found '{getattr(self, name)}', expected one of {', '.join(allowed)}"
                )


# Song et al. 2017 as published: hard labels, residual copied, Shih's gain limits
FAITHFUL = EnergySettings(
    tone="residual", seams="output", residual=1.0, gain_limits=(0.9, 2.8), temperature=0.0
)
