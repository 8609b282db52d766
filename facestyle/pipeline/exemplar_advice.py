"""What to know of a folder of exemplars before it is used: each picture, and the set."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.exemplars import ExemplarSet
from facestyle.faces import Face, Portrait
from facestyle.faces.contours import face_width
from facestyle.imaging.color import to_lab
from facestyle.imaging.pyramid import gaussian_blur
from facestyle.methods.bare_skin import BareSkin
from facestyle.methods.busy_ground import BUSY, ground_spread
from facestyle.methods.choice import choose_method
from facestyle.methods.medium import looks_drawn, measure_skin
from facestyle.pipeline.exemplar_pose import estimate_turn, pose_in_words, pose_remarks
from facestyle.pipeline.used_together import UsedTogether, used_together

# px between chin and forehead; smaller exemplars have few strokes to lend
SMALL_FACE = 100
# contrast at 1 px over that at 2 px in the face: .68 and more in 27 portraits of exemplars/ and
# ../shared; .52 to .62 in the same pictures enlarged threefold, .61 to .87 enlarged twofold
_BLURRED = 0.62
_BEHIND = 0.05  # opacity of the background
_APART = 45.0  # degrees of turn from the others'
_THUMBNAIL = (24, 30)  # px around the face, for finding doubles
# of two thumbnails: pictures of different people in exemplars/ have .9 at most
_SAME = 0.97
# robust standard deviations from the set's median; in exemplars/ none reaches it
_OUTLYING = 6.0
# smallest spread of each trait that counts: differences below are seen by nobody
_TRAITS = (
    ("darker", "lighter", 0.05),
    ("softer in contrast", "harder in contrast", 0.03),
    ("less colorful", "more colorful", 0.03),
    ("greener", "redder", 0.02),
    ("bluer", "yellower", 0.02),
    ("smoother", "rougher", 0.3),
    ("darker behind", "lighter behind", 0.1),
)


@dataclass(frozen=True)
class ExemplarReport:
    """What there is to know of one exemplar.

    Attributes
    ----------
    name : str
    size : (int, int)
        Width and height, px.
    face_height : float
        Between chin and forehead, px.
    turn : float
        Estimated, degrees; positive towards the picture's right, 60 at most.
    tilt : float
        Degrees, positive clockwise.
    sharpness : float
        Contrast at 1 px over that at 2 px in the face: 1 and more in sharp pictures.
    medium : {"drawn", "photographed"}
    medium_reason : str
    remarks : tuple of str
        What speaks against it, in words.
    """

    name: str
    size: tuple[int, int]
    face_height: float
    turn: float
    tilt: float
    sharpness: float
    medium: str
    medium_reason: str
    remarks: tuple[str, ...] = ()

    @property
    def pose(self) -> str:
        """How the head is turned and tilted, in words."""
        return pose_in_words(self.turn, self.tilt)


@dataclass(frozen=True)
class SetReport:
    """What there is to know of a set.

    Attributes
    ----------
    exemplars : tuple of ExemplarReport
    method : str
        What ``method="auto"`` takes, and why.
    more : str
        How many more exemplars would help.
    together : UsedTogether or None
        Which are used for one portrait; None where all are.
    """

    exemplars: tuple[ExemplarReport, ...]
    method: str
    more: str
    together: UsedTogether | None = None


def advise(exemplars: ExemplarSet) -> SetReport:
    """Look through a set of exemplars.

    Parameters
    ----------
    exemplars : ExemplarSet
        With faces. By its fingerprints, what the method finds out of them is kept on disk.

    Returns
    -------
    SetReport
    """
    portraits = exemplars.portraits
    method, reason = choose_method(exemplars)
    together = used_together([portrait.name for portrait in portraits], method.used_together())
    doubles = _doubles(portraits)
    outliers = _outliers(portraits)
    turns = [estimate_turn(portrait.face) for portrait in portraits]
    usual = float(np.median(turns))
    reports = []
    for index, portrait in enumerate(portraits):
        remarks = _own_remarks(portrait)
        if len(portraits) > 2 and abs(turns[index] - usual) > _APART:
            remarks.append(f"turned {abs(turns[index] - usual):.0f} degrees away from the others")
        if index in doubles:
            remarks.append(f"nearly the same picture as {portraits[doubles[index]].name}")
        if index in outliers:
            remarks.append(f"unlike the others: {outliers[index]}")
        if together is not None and together.remarks[index]:
            remarks.append(together.remarks[index])
        reports.append(_report(portrait, turns[index], remarks))
    # those that one portrait is drawn with at the most: works of another medium are no help to it
    used = range(len(portraits)) if together is None else together.largest
    distinct = sum(doubles.get(index) not in used for index in used)
    more = _how_many_more(distinct, reason.split(" ")[0])
    return SetReport(tuple(reports), reason, more, together)


def sharpness(portrait: Portrait) -> float:
    """Contrast at 1 px over that at 2 px in the face: little in blurred and enlarged pictures."""
    x0, y0, x1, y1 = (max(0, round(value)) for value in portrait.face.box)
    luma = portrait.image[y0:y1, x0:x1] @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    one, two = gaussian_blur(luma, 1.0), gaussian_blur(luma, 2.0)
    return float(np.sqrt(np.square(luma - one).mean() / (np.square(one - two).mean() + 1e-12)))


def _report(portrait: Portrait, turn: float, remarks: Sequence[str]) -> ExemplarReport:
    score, reason = looks_drawn(portrait)
    height, width = portrait.image.shape[:2]
    return ExemplarReport(
        portrait.name,
        (width, height),
        _face_height(portrait.face),
        turn,
        math.degrees(portrait.face.tilt),
        sharpness(portrait),
        "drawn" if score > 0 else "photographed",
        reason,
        tuple(remarks),
    )


def _own_remarks(portrait: Portrait) -> list[str]:
    """What speaks against a picture by itself."""
    remarks = []
    if _face_height(portrait.face) < SMALL_FACE:
        remarks.append(
            f"small face: its strokes are enlarged and look coarse; {SMALL_FACE} px and more are "
            "finer"
        )
    if sharpness(portrait) < _BLURRED:
        remarks.append("blurred or enlarged: its finest detail is missing")
    behind = portrait.matte < _BEHIND
    if ground_spread(to_lab(portrait.image), behind, face_width(portrait.face)) > BUSY:
        remarks.append(
            "busy background: what is behind may come along (--background paper: a plain one)"
        )
    return remarks + pose_remarks(portrait.face)


def _face_height(face: Face) -> float:
    return face.box[3] - face.box[1]


def _doubles(portraits: Sequence[Portrait]) -> dict[int, int]:
    """Pictures that show nearly what an earlier one shows: index to the earlier one's."""
    thumbnails = [_thumbnail(portrait) for portrait in portraits]
    found: dict[int, int] = {}
    for index, thumbnail in enumerate(thumbnails):
        for earlier in range(index):
            if earlier not in found and float((thumbnail * thumbnails[earlier]).mean()) > _SAME:
                found[index] = earlier
                break
    return found


def _thumbnail(portrait: Portrait) -> np.ndarray:
    """The face upright at a fixed size, gray, normalized."""
    face, (width, height) = portrait.face, _THUMBNAIL
    scale = width / (2 * face.inter_ocular)
    cosine, sine = scale * math.cos(-face.tilt), scale * math.sin(-face.tilt)
    x, y = face.eyes.mean(axis=0)
    matrix = np.array(
        [
            [cosine, -sine, width / 2 - cosine * x + sine * y],
            [sine, cosine, 0.4 * height - sine * x - cosine * y],
        ]
    )
    gray = gaussian_blur(portrait.image.mean(axis=2), max(0.1, 0.4 / scale))
    small = cv2.warpAffine(gray, matrix, _THUMBNAIL, borderMode=cv2.BORDER_REPLICATE)
    return (small - small.mean()) / (small.std() + 1e-6)


def _outliers(portraits: Sequence[Portrait]) -> dict[int, str]:
    """Pictures whose tone, color or texture is far from the set's median: index to words."""
    if len(portraits) < 4:  # too few to say which of them is the odd one
        return {}
    traits = np.stack([_style(portrait) for portrait in portraits])
    median = np.median(traits, axis=0)
    spread = 1.4826 * np.median(np.abs(traits - median), axis=0)
    floors = np.array([floor for _, _, floor in _TRAITS])
    distances = (traits - median) / np.maximum(spread, floors)
    found: dict[int, str] = {}
    for index, row in enumerate(distances):
        far = np.argsort(-np.abs(row))[:2]
        words = [str(_TRAITS[t][int(row[t] > 0)]) for t in far if abs(row[t]) > _OUTLYING]
        if words:
            found[index] = " and ".join(words)
    return found


def _style(portrait: Portrait) -> np.ndarray:
    """Tone, color and texture of the face and of what is behind, in the order of `_TRAITS`."""
    scale = min(1.0, 64 / portrait.face.inter_ocular)
    image = cv2.resize(portrait.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    matte = cv2.resize(portrait.matte, image.shape[1::-1], interpolation=cv2.INTER_AREA)
    lab = to_lab(image)
    x0, y0, x1, y1 = (max(0, round(scale * value)) for value in portrait.face.box)
    face = lab[y0:y1, x0:x1].reshape(-1, 3)
    behind = lab[matte < 0.1]
    lightness, red, yellow = face.mean(axis=0)
    return np.array(
        [
            lightness,
            face[:, 0].std(),
            np.hypot(face[:, 1], face[:, 2]).mean(),
            red,
            yellow,
            measure_skin(BareSkin.of(portrait))[0],
            behind[:, 0].mean() if len(behind) else lightness,
        ]
    )


# how much further exemplars helped where it was measured, by earlier versions: how many to aim
# for, and what the next ones brought (docs/benchmarks.md, Paired and Unpaired patch mode, has the
# figures of drawings that hold now; none are kept there of energy mode)
_AIMS: Mapping[str, tuple[int, str]] = {
    "energy": (8, "in tests 1, 2, 4 and 8 exemplars came to 18.9, 20.3, 21.2 and 22.2 dB"),
    "patch-unpaired": (
        6,
        "in tests six drawings of one medium came nearer to its strokes than the best one: "
        "texture distance .68 against .75",
    ),
    "patch-paired": (32, "in tests 8, 16 and 32 pairs had an LPIPS of .245, .239 and .236"),
}


def _how_many_more(count: int, method: str) -> str:
    """Whether more exemplars would help, in words."""
    aim, measured = _AIMS[method]
    if count >= aim:
        return f"{count} are enough; more bring little ({measured})"
    return f"{aim - count} more would help, {aim} in all ({measured})"
