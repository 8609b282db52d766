"""What is known of a video, and of one of its frames."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True)
class Color:
    """How a video's numbers mean colors, in the codes of ITU-T H.273; 2 is unspecified.

    `peak` is the brightest luminance of a PQ video, cd/m2.
    """

    matrix: int = 1
    primaries: int = 2
    transfer: int = 2
    full_range: bool = False
    peak: float = 1000.0


@dataclass(frozen=True)
class VideoInfo:
    """A video, or a sequence of pictures, as its frames are handed out.

    Attributes
    ----------
    path : Path
        File, or pattern of a sequence.
    width, height : int
        Pixels of the upright frames.
    frame_rate : Fraction
        Mean number of frames a second; frames need not be evenly spaced.
    time_base : Fraction
        Seconds that one unit of `Frame.pts` lasts.
    frames : int
        Number of frames between `start` and `end`, estimated; 0 if the file does not tell.
    seconds : float
        Their duration, estimated; 0 if the file does not tell.
    start, end : float or None
        Seconds from which and up to which frames are handed out; None is all.
    bit_depth : int
        8, or 16 where the file holds more than 8 bits.
    pixel_aspect : Fraction
        Width of a pixel divided by its height.
    color : Color
        Of the file; frames are RGB of full range.
    sound : bool
        Whether there is sound.
    alpha : bool
        Whether the frames have opacity.
    preview : int or None
        Only so many frames are handed out.
    first_number : int
        Number of the first picture of a sequence; 0 for files.
    file_start : Fraction
        Seconds at which the file's own clock starts; 0 in most.
    plays : int
        How often an animated picture is shown; 0 for ever.
    """

    path: Path
    width: int
    height: int
    frame_rate: Fraction
    time_base: Fraction
    frames: int
    seconds: float
    start: float | None = None
    end: float | None = None
    bit_depth: int = 8
    pixel_aspect: Fraction = Fraction(1)
    color: Color = Color()
    sound: bool = False
    alpha: bool = False
    preview: int | None = None
    first_number: int = 0
    file_start: Fraction = Fraction(0)
    plays: int = 0


@dataclass(frozen=True)
class Frame:
    """One upright frame.

    Attributes
    ----------
    pixels : (H, W, 3) uint8 or uint16
        RGB, full range.
    number : int
        Counted from 0 at the first frame that is handed out.
    pts : int
        Time of the file's clock, in units of `VideoInfo.time_base`.
    duration : int
        In the same units.
    seconds : float
        Time since the file's start.
    alpha : (H, W) uint8 or uint16, or None
        Opacity of the full range, straight; None where the file has none.
    """

    pixels: NDArray[Any]
    number: int
    pts: int
    duration: int
    seconds: float
    alpha: NDArray[Any] | None = None
