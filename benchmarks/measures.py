"""Names of measures, and which direction is better: the metrics of the package and a few more."""

from typing import Literal

from facestyle.metrics.registry import METRICS

Better = Literal["higher", "lower", "nearest 1", ""]

# measures that are no metric of one picture: direction, unit
_OTHERS: dict[str, tuple[Better, str]] = {
    "seconds": ("lower", "s"),
    "CPU seconds": ("lower", "s"),
    "first frame, s": ("lower", "s"),
    "first frame, CPU s": ("lower", "s"),
    "peak MiB": ("lower", "MiB"),
    "worse than the input": ("lower", ""),  # share of the cases, by PSNR
    "loss": ("lower", ""),
    "style loss": ("lower", ""),
    "equal iterations": ("higher", ""),  # of L-BFGS to a network's loss
    "E_warp": ("lower", "levels²"),
    "E_warp, all pairs": ("lower", "levels²"),
    "resident MiB": ("lower", "MiB"),
    "E_warp to input": ("lower", ""),
    "endpoint error": ("lower", "px"),
    "tone distance": ("lower", "levels"),
    "change on return": ("lower", "levels²"),
    "energy": ("lower", ""),
    "energy to ours": ("", ""),
    "delta_e": ("lower", "CIELAB"),  # dE76 inside a mask
    "to exemplar": ("", ""),  # identity distance to the exemplar: neither is better
    "identity": ("lower", ""),
    "texture": ("lower", "levels"),
    "hair IoU": ("higher", ""),
    "face IoU": ("higher", ""),
    "rest IoU": ("higher", ""),
    "opacity error, band": ("lower", ""),
    "squared, band": ("lower", ""),
    "wrong share": ("lower", ""),  # of the person
    "mean color": ("lower", "levels"),  # its distance between result and style
    "times the limit": ("lower", ""),  # of a GPU's arithmetic and bandwidth
}


def direction(measure: str) -> Better:
    """Which values are better; "" for neither, or where the measure is unknown."""
    if measure in METRICS:
        return METRICS[measure].better
    return _OTHERS.get(measure, ("", ""))[0]


def unit(measure: str) -> str:
    """The unit; "" for numbers without one."""
    if measure == "psnr":
        return "dB"
    return _OTHERS.get(measure, ("", ""))[1]


def title(measure: str) -> str:
    """What tables call it, with an arrow towards the better values."""
    name = METRICS[measure].title if measure in METRICS else measure
    arrow = {"higher": " ↑", "lower": " ↓", "nearest 1": " →1", "": ""}[direction(measure)]
    return f"{name}{arrow}"
