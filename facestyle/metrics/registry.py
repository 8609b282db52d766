"""What every metric is: its function, inputs, direction, range, source, and what it cannot see.

The command `facestyle evaluate` and docs/metrics.md both follow this table. Nothing heavy is
imported until a metric's function is asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import Literal


class Inputs(StrEnum):
    """What a metric compares."""

    TRUTH = "result and true picture, aligned"
    EXEMPLAR = "result and any picture of the style"
    FACES = "result and photograph, with landmarks"
    LANDMARKS = "landmarks of result and of photograph"
    SITTERS = "skin lightness of many photographs and of their results"
    FRAMES = "two successive frames and the flow between them"


@dataclass(frozen=True)
class Metric:
    """One way to judge a picture.

    Attributes
    ----------
    name : str
        Its function's name in `facestyle.metrics`.
    title : str
        What tables call it.
    inputs : Inputs
    better : {"higher", "lower", "nearest 1"}
    range : str
        Interval of its values, with the unit.
    perfect : float
        Its value where the result equals what it is compared with.
    source : str
        Paper and equation, or that it is this project's.
    blind_to : str
        What it does not see, and so how it can be gamed.
    needs_torch : bool
    """

    name: str
    title: str
    inputs: Inputs
    better: Literal["higher", "lower", "nearest 1"]
    range: str
    perfect: float
    source: str
    blind_to: str
    needs_torch: bool = False

    @property
    def function(self) -> Callable[..., float]:
        """The function itself, imported now."""
        found: Callable[..., float] = getattr(import_module("facestyle.metrics"), self.name)
        return found


_ALL = (
    Metric(
        "psnr",
        "PSNR",
        Inputs.TRUTH,
        "higher",
        "[0, ∞] dB",
        float("inf"),
        "Huynh-Thu and Ghanbari 2008",
        "Where the error is, and whether it makes structure: a blurred drawing, or the mean of "
        "all drawings, scores above a sharp one whose strokes are a pixel off.",
    ),
    Metric(
        "ssim",
        "SSIM",
        Inputs.TRUTH,
        "higher",
        "[-1, 1]",
        1,
        "Wang, Bovik, Sheikh and Simoncelli 2004, equation 13",
        "Color. It calls a shifted stroke worse than a missing one, so smoothing an inexact "
        "drawing raises it; large plain areas count as much as the face.",
    ),
    Metric(
        "ms_ssim",
        "MS-SSIM",
        Inputs.TRUTH,
        "higher",
        "[0, 1]",
        1,
        "Wang, Simoncelli and Bovik 2003, equation 7",
        "Color; most of what is fine: the finest scale weighs .04, so a blurred drawing keeps a "
        "high value.",
    ),
    Metric(
        "fsim",
        "FSIM",
        Inputs.TRUTH,
        "higher",
        "[0, 1]",
        1,
        "Zhang, Zhang, Mou and Zhang 2011, equations 4-8",
        "Color, and tone where nothing has an edge; everything finer than 1/256 of the shorter "
        "side. Its values crowd between .7 and 1.",
    ),
    Metric(
        "gmsd",
        "GMSD",
        Inputs.TRUTH,
        "lower",
        "[0, 0.5]",
        0,
        "Xue, Zhang, Mou and Bovik 2014, equations 3-6",
        "Color and tone (only gradients are compared); damage that is the same everywhere: it is "
        "a deviation, so a picture without any edge beside one that is all edges scores well.",
    ),
    Metric(
        "scoot",
        "Scoot",
        Inputs.TRUTH,
        "higher",
        "(0, 1]",
        1,
        "Fan et al. 2019; the authors' ScootMeasure.m",
        "What is drawn inside each of its 4x4 blocks: shuffling strokes within a block changes "
        "nothing, and pixels of the right gray levels in any other order can score well. Color.",
    ),
    Metric(
        "lpips",
        "LPIPS",
        Inputs.TRUTH,
        "lower",
        "[0, ∞)",
        0,
        "Zhang, Isola, Efros, Shechtman and Wang 2018, equation 1; version 0.1, VGG-16",
        "Small changes of a face that make it another person's; mild shifts of tone and color. "
        "A network trained on VGG-16's features can lower it without a visible gain.",
        needs_torch=True,
    ),
    Metric(
        "delta_e_76",
        "dE76",
        Inputs.TRUTH,
        "lower",
        "[0, ∞), units of CIELAB",
        0,
        "ISO/CIE 11664-4:2019",
        "Structure: a blurred picture has almost the colors of the sharp one. It overstates "
        "differences between saturated colors.",
    ),
    Metric(
        "delta_e_2000",
        "dE2000",
        Inputs.TRUTH,
        "lower",
        "[0, ∞), units of CIEDE2000",
        0,
        "Sharma, Wu and Dalal 2005, equations 2-22",
        "Structure: a blurred picture has almost the colors of the sharp one. Made for small "
        "differences between plain patches; above 5 it only says that colors differ.",
    ),
    Metric(
        "gram_style_distance",
        "Gram style",
        Inputs.EXEMPLAR,
        "lower",
        "[0, ∞)",
        0,
        "Johnson, Alahi and Fei-Fei 2016, equations 3 and 4",
        "Where anything is: a picture torn into pieces keeps it, and a face is not asked for. It "
        "is what neural style transfer minimizes, so for those methods it is no independent judge.",
        needs_torch=True,
    ),
    Metric(
        "texture_distance",
        "texture",
        Inputs.EXEMPLAR,
        "lower",
        "[0, ∞), gray levels of 255",
        0,
        "Rabin, Peyre, Delon and Bernot 2011, section 2.3",
        "Tone, color, and anything larger than its 7x7 patches; where the texture is. A copy of "
        "the exemplar, or its texture without a face, is perfect.",
    ),
    Metric(
        "spectrum_distance",
        "spectrum",
        Inputs.EXEMPLAR,
        "lower",
        "[0, ∞) dB",
        0,
        "This project's; local energy of Shih et al. 2014, equations 2 and 3",
        "Tone, color, and the direction and shape of strokes: noise filtered to the right energy "
        "at every size and place is nearly perfect.",
    ),
    Metric(
        "seam_energy",
        "seam energy",
        Inputs.TRUTH,
        "lower",
        "[0, ∞), units of CIELAB",
        0,
        "This project's; cost of Kwatra et al. 2003, equation 1",
        "Edges that are missing, and wrong tones: a constant picture, and any blur, is perfect. "
        "It cannot tell a seam from a stroke out of place, unless labels are given.",
    ),
    Metric(
        "identity_distance",
        "identity",
        Inputs.FACES,
        "lower",
        "[0, ∞), below 0.6 the same person",
        0,
        "King, dlib 19.3: ResNet of 29 layers, 128 numbers a face",
        "Everything outside the face, style, color: the photograph itself is perfect. Its network "
        "saw photographs, so a good drawing is further away than a mild filter.",
    ),
    Metric(
        "landmark_drift",
        "landmark drift",
        Inputs.LANDMARKS,
        "lower",
        "[0, ∞), distances between the eyes' outer corners",
        0,
        "Sagonas et al. 2016: normalized point-to-point error",
        "Everything but 68 points, so the photograph itself is perfect; and where a drawing is "
        "vague, the detector guesses an average face. A result in which no face is found has no "
        "value, which the table says.",
    ),
    Metric(
        "skin_tone_slope",
        "skin-tone slope",
        Inputs.SITTERS,
        "nearest 1",
        "(-∞, ∞)",
        1,
        "This project's; least squares",
        "An offset that all share (everyone 20 lighter has slope 1), scatter around the line, "
        "hue; and one method may reach 1 by making the whole picture darker, clothes and paper.",
    ),
    Metric(
        "skin_tone_rank",
        "skin-tone rank",
        Inputs.SITTERS,
        "higher",
        "[-1, 1]",
        1,
        "Spearman 1904",
        "How large the differences are: sitters one level apart in the right order are perfect.",
    ),
    Metric(
        "warping_error",
        "warping error",
        Inputs.FRAMES,
        "lower",
        "[0, 1]",
        0,
        "Lai et al. 2018, equation 10",
        "Style and sharpness: a constant picture never flickers, and blur lowers it. Slow drifts "
        "from frame to frame. Errors of the flow count as flicker; give the input's own value.",
    ),
    Metric(
        "high_frequency_ratio",
        "HF ratio",
        Inputs.TRUTH,
        "nearest 1",
        "[0, ∞]",
        1,
        "This project's; energy of the Laplacian, Subbarao, Choi and Nikzad 1993",
        "Where the detail is and what it shows: noise of the right strength added to a blurred "
        "picture gives 1.",
    ),
)
METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}
