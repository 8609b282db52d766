"""Settings of neural video style transfer. They import no PyTorch, like those beside them."""

from dataclasses import dataclass, field

from facestyle.errors import UsageError
from facestyle.neural.settings import OptimizeOptions

FIRST_GUESSES = ("own", "previous", "warped")


@dataclass(frozen=True)
class VideoOptions:
    """How the frames of a video depend on each other.

    Attributes
    ----------
    frame : OptimizeOptions
        Of the first frame, and of frames that stand alone. Its `size` is ignored: frames come in
        the size of the result.
    first_guess : {"own", "previous", "warped"}
        What a later frame starts with: what a picture alone starts with, the result of the frame
        before, or that result warped (Ruder et al. 2016, section 4.1).
    distances : tuple of int
        Earlier frames that a frame's temporal loss compares with: () none, (1,) short-term
        (section 4.2), (1, 2, 4) long-term (section 4.3).
    iterations : int
        Of frames that start from an earlier result, at the one scale that they have.
    temporal_weight : float
        Weight of the temporal loss, for weights of 1 on pictures in [0, 1].
    passes : int
        Passes over the whole video; 0 is the single-pass algorithm.
    pass_iterations : int
        Iterations of a frame in a pass.
    temporal_from_pass : int
        Pass, from 1, from which on the temporal loss holds: earlier ones would slow the spread
        of information through the video.
    blend, blend_opposite : float
        Weight, beside the frame's 1, of the warped neighbor that was done before it in this
        pass, and of the one that follows. 1 and 0 are delta = 1/2 of section 4.4.
    """

    frame: OptimizeOptions = field(default_factory=OptimizeOptions)
    first_guess: str = "warped"
    distances: tuple[int, ...] = ()
    iterations: int = 60
    temporal_weight: float = 2e4
    passes: int = 0
    pass_iterations: int = 100
    temporal_from_pass: int = 8
    blend: float = 1.0
    blend_opposite: float = 0.0

    def __post_init__(self) -> None:
        if self.first_guess not in FIRST_GUESSES:
            raise UsageError(
                f"first_guess '{self.first_guess}' is unknown; expected {', '.join(FIRST_GUESSES)}"
            )
        if any(distance < 1 for distance in self.distances):
            raise UsageError(f"distances are {self.distances}; expected numbers from 1 on")
        for name in ("iterations", "pass_iterations", "temporal_from_pass"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name} is {getattr(self, name)}; expected 1 at least")
        for name in ("passes", "temporal_weight", "blend", "blend_opposite"):
            if getattr(self, name) < 0:
                raise UsageError(f"{name} is {getattr(self, name)}; expected 0 at least")


# The comparison of Ruder et al. 2016, section 6.
VIDEO_PRESETS = {
    "independent": VideoOptions(first_guess="own"),
    "previous": VideoOptions(first_guess="previous"),
    "init": VideoOptions(first_guess="warped"),
    "short-term": VideoOptions(distances=(1,)),
    "long-term": VideoOptions(distances=(1, 2, 4)),
    "multi-pass": VideoOptions(first_guess="own", distances=(1,), passes=15),
}
