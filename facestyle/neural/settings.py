"""Settings of the neural wing. They import nothing heavy: command lines show defaults."""

import math
from dataclasses import dataclass, field

from facestyle.errors import UsageError
from facestyle.settings import Settings, setting

INITIALS = ("recolored", "content", "noise", "picture")
COLORS = ("style", "keep")
MINIMIZERS = ("lbfgs", "adam")
POOLINGS = ("max", "average")
DEVICES = ("auto", "cpu", "cuda", "mps")
NORMALIZATIONS = ("instance", "batch")
BASES = ("none", "recolored")
OUTER_KERNELS = (3, 5, 7, 9)  # px of the first and last convolution; Johnson et al. 2016: 9
PRECISIONS = ("float32", "bfloat16")
SCHEDULES = ("constant", "cosine")
# channels of a network: RGB; and the warped previous result and its weight beside it
PICTURE_INPUTS = 3
VIDEO_INPUTS = 7
# strength of a trained network's strokes at which a face has contours and hatching, over its own
# tones (sparing.py): below it these fade, above it strokes bring their tones
SPARED = 0.5
MINIMUM_SIZE = 32  # pixels; the loss network's four poolings leave 2x2 units


@dataclass(frozen=True)
class Minimizer:
    """How to minimize.

    Attributes
    ----------
    method : {"lbfgs", "adam"}
        L-BFGS is Gatys et al.'s choice; Adam needs less memory and more iterations.
    iterations : int
        Evaluations of loss and gradient at most.
    tolerance : float
        Stop when the loss fell by less than this share of itself over `window` iterations;
        0 never stops early.
    window : int
        See `tolerance`.
    learning_rate : float
        Step of Adam, in units of the picture's range [0, 1].
    history : int
        Pairs of vectors that L-BFGS remembers; each has the size of the picture.
    smoothing : bool
        Whether L-BFGS begins with a smoothing filter, not the identity (`limited_memory`).
    """

    method: str = "lbfgs"
    iterations: int = 500
    tolerance: float = 1e-4
    window: int = 50
    learning_rate: float = 0.02
    history: int = 100
    smoothing: bool = True


@dataclass(frozen=True)
class OptimizeOptions:
    """Settings of style transfer by optimization; the defaults are this project's.

    Attributes
    ----------
    size : int or None
        Longer side of the result in pixels; None keeps the picture's size.
    scales : int
        Scales from coarse to fine, each twice as large as the one before.
    iterations : int
        Iterations at each scale at most.
    strength : float
        0 leaves the picture as it is, 1 is the whole style: the style's statistics are mixed
        with the picture's own.
    colors : {"style", "keep"}
        "keep" transfers luminance only.
    initial : {"recolored", "content", "noise", "picture"}
        What the coarsest scale starts with; "recolored" is the content with the mean and the
        covariance of the style's colors, which descent is slow to find.
    content_layers, style_layers : tuple of str
        Layers of the loss network.
    content_of_regions : tuple of float
        Factor of the content loss in every region; empty for 1.
    style_of_regions : tuple of float
        Factor of the style loss of every region; empty for 1.
    layers_of_regions : tuple of (tuple of str)
        The style layers that a region takes its statistics from; empty for all of them.
    content_weight, style_weight, total_variation_weight, temporal_weight : float
        Weights of the terms; see `layer_weights` for the style's.
    style_scale : float
        Size of the style pictures relative to the content; larger makes broader strokes.
    pooling : {"max", "average"}
        Of the loss network, where this package loads it.
    minimizer : Minimizer
        How to minimize; its `iterations` is set from the field above.
    tile : int or None
        Largest side of a tile in pixels; a smaller picture is computed whole.
    seed : int
        Seed of the noise.
    """

    size: int | None = 512
    scales: int = 3
    iterations: int = 300
    strength: float = 1.0
    colors: str = "style"
    initial: str = "recolored"
    content_layers: tuple[str, ...] = ("relu4_2",)
    style_layers: tuple[str, ...] = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
    content_of_regions: tuple[float, ...] = ()
    style_of_regions: tuple[float, ...] = ()
    layers_of_regions: tuple[tuple[str, ...], ...] = ()
    content_weight: float = 1.0
    style_weight: float = 200.0
    total_variation_weight: float = 1.0
    temporal_weight: float = 0.0
    style_scale: float = 1.0
    pooling: str = "max"
    minimizer: Minimizer = field(default_factory=Minimizer)
    tile: int | None = 1024
    seed: int = 0

    def __post_init__(self) -> None:
        choices = (
            ("initial", self.initial, INITIALS),
            ("colors", self.colors, COLORS),
            ("pooling", self.pooling, POOLINGS),
            ("minimizer.method", self.minimizer.method, MINIMIZERS),
        )
        for name, value, allowed in choices:
            if value not in allowed:
                raise UsageError(f"{name} '{value}' is unknown; expected {' or '.join(allowed)}")
        if not 0 <= self.strength <= 1:
            raise UsageError(f"strength is {self.strength}; expected a number from 0 to 1")
        if self.size is not None and self.size < MINIMUM_SIZE:
            raise UsageError(f"size is {self.size}; expected {MINIMUM_SIZE} pixels at least")
        if self.scales < 1 or self.iterations < 1:
            raise UsageError("scales and iterations must be 1 at least")


@dataclass(frozen=True)
class Architecture:
    """Shape of the network.

    Attributes
    ----------
    channels : int
        Channels of the first convolution; doubled twice. Johnson: 32.
    blocks : int
        Residual blocks. Johnson: 5.
    normalization : {"instance", "batch"}
        Instance normalization, or batch normalization for the comparison.
    inputs : {3, 7}
        Channels that come in: a picture; or a frame of a video, the warped result of the frame
        before, and per-pixel weights that tell where to believe it.
    base : {"none", "recolored"}
        What the network changes: gray, or the picture in the style's colors. With the latter
        training starts from a whole face, and skin stays clean.
    outer : {3, 5, 7, 9}
        Side of the kernels of the first and the last convolution. Johnson: 9.
    epsilon : float
        Added to the variances of instance normalization. With weights of unit norm and .003, a
        channel that hardly responds to a picture is not blown up to full strength: fewer of the
        white blobs for which instance normalization is known.
    grain : bool
        Whether noise comes in as a further channel (`grain.py`), so that flat parts of a picture
        get strokes, too.
    """

    channels: int = 32
    blocks: int = 5
    normalization: str = "instance"
    inputs: int = PICTURE_INPUTS
    base: str = "none"
    outer: int = 9
    epsilon: float = 1e-5
    grain: bool = False

    def __post_init__(self) -> None:
        for name, value, largest in (("channels", self.channels, 256), ("blocks", self.blocks, 32)):
            if type(value) is not int or not 1 <= value <= largest:
                raise ValueError(f"{name} = {value!r} is not a whole number from 1 to {largest}")
        if type(self.inputs) is not int or self.inputs not in (PICTURE_INPUTS, VIDEO_INPUTS):
            raise ValueError(f"inputs = {self.inputs!r} is not {PICTURE_INPUTS} or {VIDEO_INPUTS}")
        if type(self.outer) is not int or self.outer not in OUTER_KERNELS:
            raise ValueError(f"outer = {self.outer!r} is not in {OUTER_KERNELS}")
        if type(self.epsilon) is not float or not 0 < self.epsilon < 1:
            raise ValueError(f"epsilon = {self.epsilon!r} is not between 0 and 1")
        if type(self.grain) is not bool:
            raise ValueError(f"grain = {self.grain!r} is not true or false")
        if self.base not in BASES:
            raise ValueError(f"base {self.base!r} is not in {BASES}")
        if self.normalization not in NORMALIZATIONS:
            raise ValueError(f"normalization {self.normalization!r} is not in {NORMALIZATIONS}")


@dataclass(frozen=True)
class TrainOptions(Settings):
    """Settings of a training; the defaults are Johnson et al.'s, section 4.1, where they have one.

    Attributes
    ----------
    steps : int
        Steps of Adam.
    warm_up : int
        Steps at the start that teach the network to give a picture the style's colors, by pixel.
        They cost a fraction of a step with the loss network, and spare many of those.
    batch : int
        Crops per step, over all processes.
    crop : int
        Side of a training crop in pixels, a multiple of 4.
    style_size : int
        Longer side of the style pictures in pixels.
    learning_rate : float
        Of Adam.
    schedule : {"constant", "cosine"}
        "cosine" lets the learning rate fall to nothing at the last step: better when short.
    content_layers, style_layers : tuple of str
        Layers of the loss network (Johnson et al., figure 2).
    content_weight, style_weight, total_variation_weight : float
        Weights of the terms; see `layer_weights` for the style's.
    temporal_weight : float
        Weight of the temporal loss, where the network is one for videos.
    architecture : Architecture
        Shape of the network; 7 inputs make one for videos.
    precision : {"float32", "bfloat16"}
        "bfloat16" is mixed: convolutions in half precision, weights, statistics and losses not.
    channels_last : bool
        Memory format of the convolutions.
    seed : int
        Seed of the initial weights and of the crops.
    scales_only : bool
        Train the scales and shifts of the normalizations and leave the convolutions as they are:
        a further style of a set (Dumoulin et al. 2017, section 3.2).
    """

    steps: int = setting(40_000, "steps of Adam", low=1, metavar="N")
    warm_up: int = setting(
        0, "steps at the start that teach colors only, without the loss network", low=0, metavar="N"
    )
    batch: int = setting(4, "crops per step", low=1, metavar="N")
    crop: int = setting(256, "side of a crop, px", low=MINIMUM_SIZE, metavar="PX")
    style_size: int = setting(
        256, "longer side of the style pictures, px", low=MINIMUM_SIZE, metavar="PX"
    )
    # a step of Adam moves every weight by about as much: 1 would undo any initialization
    learning_rate: float = setting(1e-3, "of Adam", low=0.0, high=1.0, metavar="X")
    schedule: str = setting(
        "constant", "cosine: the learning rate falls to nothing at the end", choices=SCHEDULES
    )
    content_layers: tuple[str, ...] = setting(
        ("relu3_3",), "of the loss network", metavar="LAYER,..."
    )
    style_layers: tuple[str, ...] = setting(
        ("relu1_2", "relu2_2", "relu3_3", "relu4_3"), "of the loss network", metavar="LAYER,..."
    )
    content_weight: float = setting(1.0, "of the content loss", low=0.0, metavar="X")
    style_weight: float = setting(200.0, "of the style loss", low=0.0, metavar="X")
    total_variation_weight: float = setting(10.0, "of the total variation", low=0.0, metavar="X")
    temporal_weight: float = setting(
        1000.0, "of the likeness of consecutive frames, with --video", low=0.0, metavar="X"
    )
    architecture: Architecture = field(default_factory=Architecture)
    precision: str = setting("float32", "bfloat16 is mixed", choices=PRECISIONS)
    channels_last: bool = setting(False, "memory format for GPUs")
    seed: int = setting(0, "of weights and crops", low=0, high=2**32 - 1, metavar="N")
    scales_only: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.crop % 4:
            raise UsageError(f"crop: found {self.crop}, expected a multiple of 4")

    def rate_at(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0."""
        if self.schedule == "constant":
            return self.learning_rate
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * step / self.steps))
