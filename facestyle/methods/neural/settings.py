"""What can be chosen in neural style transfer, and the papers' choices by name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from facestyle.neural.settings import (
    COLORS,
    DEVICES,
    MINIMIZERS,
    MINIMUM_SIZE,
    POOLINGS,
    OptimizeOptions,
)
from facestyle.neural.video.settings import VIDEO_PRESETS
from facestyle.settings import GIVEN, Settings, setting

SUMMARY = "generic style transfer, of any picture (PyTorch)"
AREAS = ("whole", "face", "person", "background")
_OWN = OptimizeOptions()
_OPTIMIZATION = ("model", (None,))  # a network has its style inside
# the loss of 60 iterations without the smoothing filter (benchmarks: neural --parts waiting)
ITERATIONS_ON_CPU = 50
# the optimizer can start from any picture, but a command has none to give
INITIALS = ("recolored", "content", "noise")


@dataclass(frozen=True)
class NeuralSettings(Settings):
    """What can be chosen in neural style transfer.

    Attributes
    ----------
    model : Path, str or None
        A network of ``facestyle train``, or the name of a bundled one; None optimizes the picture
        towards the exemplars.
    size : int or None
        Longer side of what is redrawn, px; results come back at the picture's own size. None: 512
        for optimization (256 for clips on a CPU), the picture's own for a network.
    iterations : int or None
        At each scale. None: 300, and for pictures on a CPU `ITERATIONS_ON_CPU`.
    scales : int
        From coarse to fine, each twice as large as the one before.
    optimizer : {"lbfgs", "adam"}
    tolerance : float
        Stop when the loss fell by less than this share of itself over 50 iterations; 0: never.
    initial : {"recolored", "content", "noise"}
        What the coarsest scale starts with.
    content_weight, style_weight, total_variation_weight : float
        Weights of the loss terms.
    style_scale : float
        Size of the style pictures over the content's; larger makes broader strokes.
    pooling : {"max", "average"}
        Of the loss network.
    colors : {"style", "keep"}
        "keep" transfers luminance only.
    area : {"whole", "face", "person", "background"}
        Where to stylize; all but the first need a face.
    face_strength : float or None
        Of a trained network's strokes on faces and the skin beside them. 0 leaves the picture in
        the style's colors, .5 draws its contours and, of a style of lines, hatches over its tones,
        1 is as elsewhere. None: .5, less on small faces, and .15 in clips.
    by_region : bool
        Take skin from skin, hair from hair, clothes from clothes; needs a face. A style picture
        without a face serves all regions.
    style_weights : tuple of float or None
        One for each style picture; equal where it is None.
    video_preset : str
        How the frames of a clip depend on each other (Ruder et al. 2016).
    loss_network : Path or None
        A VGG-16 or VGG-19 as safetensors; the bundled VGG-16 if None.
    device : {"auto", "cpu", "cuda", "mps"}
    """

    model: Path | str | None = setting(
        None,
        "wave, auvers, engraving, glass, charcoal, wash, a blend such as "
        "paintings:0.7*wave+0.3*glass, or a file of `facestyle train`",
        metavar="MODEL",
    )
    size: int | None = setting(
        None,
        "longer side of what is redrawn (512; clips on a CPU 256; a model: the picture's own)",
        low=MINIMUM_SIZE,
        high=16384,
        metavar="PX",
    )
    iterations: int | None = setting(
        None,
        f"at each scale ({_OWN.iterations}; pictures on a CPU {ITERATIONS_ON_CPU})",
        low=1,
        metavar="N",
        only_with=_OPTIMIZATION,
    )
    scales: int = setting(
        _OWN.scales, "from coarse to fine", low=1, high=8, metavar="N", only_with=_OPTIMIZATION
    )
    optimizer: str = setting(
        "lbfgs", "how the loss is minimized", choices=MINIMIZERS, only_with=_OPTIMIZATION
    )
    tolerance: float = setting(
        1e-4,
        "stop when the loss falls by less; 0: never",
        low=0.0,
        high=1.0,
        metavar="X",
        only_with=_OPTIMIZATION,
    )
    initial: str = setting(
        _OWN.initial, "what optimization starts with", choices=INITIALS, only_with=_OPTIMIZATION
    )
    content_weight: float = setting(
        _OWN.content_weight, "of the content loss", low=0.0, metavar="X", only_with=_OPTIMIZATION
    )
    style_weight: float = setting(
        _OWN.style_weight, "of the style loss", low=0.0, metavar="X", only_with=_OPTIMIZATION
    )
    total_variation_weight: float = setting(
        _OWN.total_variation_weight,
        "of the total variation",
        low=0.0,
        metavar="X",
        only_with=_OPTIMIZATION,
    )
    style_scale: float = setting(
        _OWN.style_scale,
        "size of the style; more: broader strokes",
        low=0.05,
        high=8,
        metavar="X",
        only_with=_OPTIMIZATION,
    )
    pooling: str = setting(
        _OWN.pooling, "of the loss network", choices=POOLINGS, only_with=_OPTIMIZATION
    )
    colors: str = setting("style", "keep: only luminance is transferred", choices=COLORS)
    area: str = setting("whole", "where to stylize", choices=AREAS)
    face_strength: float | None = setting(
        None,
        "of a trained model's strokes on faces; 1: as elsewhere (.5: contours and hatching)",
        low=0.0,
        high=1.0,
        metavar="X",
        only_with=("model", GIVEN),
    )
    by_region: bool = setting(
        False, "skin from skin, hair from hair, clothes from clothes", only_with=_OPTIMIZATION
    )
    style_weights: tuple[float, ...] | None = setting(
        None, "one for each style picture", low=0.0, metavar="X,X,...", only_with=_OPTIMIZATION
    )
    video_preset: str = setting(
        "short-term",
        "how a frame depends on those before it",
        choices=tuple(VIDEO_PRESETS),
        only_with=_OPTIMIZATION,
    )
    loss_network: Path | None = setting(
        None, "a VGG-16 or VGG-19 as safetensors", metavar="FILE", only_with=_OPTIMIZATION
    )
    device: str = setting("auto", "where to compute", choices=DEVICES, of_machine=True)


SETTINGS = NeuralSettings

# The papers' weights belong to Caffe's VGG-19 with values up to 255 and do not carry over: the
# presets keep this project's, which balance content and style alike with torchvision's VGG-16.
PRESETS: dict[str, dict[str, Any]] = {
    # Gatys et al. 2016, section 2: average pooling, white noise, L-BFGS at one scale
    "gatys2016": {
        "scales": 1,
        "iterations": 500,
        "initial": "noise",
        "pooling": "average",
        "tolerance": 0.0,
    },
    # Ruder et al. 2016, section 6: noise for a single picture; converged when the loss changed by
    # less than .01 % over 50 iterations; section 4.3 for clips
    "ruder2016": {
        "scales": 1,
        "iterations": 1000,
        "initial": "noise",
        "tolerance": 1e-4,
        "video_preset": "long-term",
    },
    # Johnson et al. 2016, section 4.1: one pass of a trained network at the picture's own size (the
    # defaults of `facestyle train` are theirs)
    "johnson2016": {"model": "wave"},
}
