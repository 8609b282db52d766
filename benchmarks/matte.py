"""Is the person cut out right? Cut-outs of known opacity, before four backgrounds.

    python -m benchmarks matte                   # bundled portraits: steadiness only
    python -m benchmarks matte --data DIR        # cut-outs (RGBA), or photos/ and mattes/
    python -m benchmarks matte --old-photographs # in black and white, sepia and faded as well

Errors of the opacity in a band round the true edge (.12 inter-ocular distances to either side), and
in the whole picture, as a share of the person. Without cut-outs the truth is the matte that is
found in the original picture: that tells whether another background changes it, not whether it is
right.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks import bundled, layouts
from benchmarks.old_photographs import OLD_PHOTOGRAPHS
from benchmarks.protocol import BUNDLED, Recorder, Split
from benchmarks.report import progress
from facestyle.compositing.foreground import separate_layers
from facestyle.faces import Portrait, portrait_from_image
from facestyle.faces.matte import person_matte, segment_person
from facestyle.io.images import read_image

Image = NDArray[np.float32]

BAND = 0.12  # inter-ocular distances
QUICK_CUTOUTS, QUICK_BACKGROUNDS = 2, 2
CHOOSING = ("split", "old_photographs")
GRABCUT_ROUNDS = 5
GRABCUT_LONGEST = 512  # px: its seconds grow with pixels
_SURE = 0.95  # of the network, for GrabCut's seeds
_VILLAGE = bundled.ROOT / "benchmarks" / "styles" / "village_street_in_auvers.jpg"


@dataclass(frozen=True)
class Cutout:
    """A person with true opacity.

    Attributes
    ----------
    name : str
    color : (H, W, 3) float32
        The person's own color, also where it is see-through.
    alpha : (H, W) float32
    split : {"development", "test", "none"}
    """

    name: str
    color: Image
    alpha: Image
    split: Split


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--split", choices=("test", "development"), default="test", help="half of sitters (test)"
    )
    parser.add_argument(
        "--old-photographs",
        action="store_true",
        help="also of copies in black and white, in sepia, and of a faded, grainy print",
    )


def run(arguments: argparse.Namespace, recorder: Recorder) -> None:
    """Score the mattes of every cut-out before every background."""
    data = BUNDLED if arguments.data is None else arguments.data.name
    most = QUICK_BACKGROUNDS if arguments.quick else None
    copies = OLD_PHOTOGRAPHS if arguments.old_photographs else {}
    for cutout in cutouts(arguments, recorder):
        for name, background in list(backgrounds(cutout.color).items())[:most]:
            progress(f"{cutout.name}, {name}")
            alpha = cutout.alpha[..., None]
            image = (alpha * cutout.color + (1 - alpha) * background).astype(np.float32)
            measure(recorder, cutout, name, image, data=data)
            for kind, copied in copies.items():
                measure(recorder, cutout, name, copied(image), data=data, photograph=kind)


def measure(
    recorder: Recorder, cutout: Cutout, background: str, image: Image, data: str, **factors: str
) -> None:
    """Add the errors of every method's matte of one picture."""
    case = f"{background}/{cutout.name}"
    with recorder.skipping(", ".join([case, *factors.values()])):
        portrait = portrait_from_image(image, name=case)
        known = {"split": cutout.split, "data": data, "size": image.shape[1::-1]}
        if not factors:
            recorder.picture(case, "the composite", image, data=data)
            recorder.picture(case, "the truth", cutout.alpha, data=data)
        for method, matte in mattes(portrait).items():
            recorder.add(case, method, errors(matte, cutout.alpha, portrait), **known, **factors)
            if not factors:
                recorder.picture(case, method, matte, data=data)


def cutouts(arguments: argparse.Namespace, recorder: Recorder) -> Iterator[Cutout]:
    """Cut-outs of a folder, or bundled portraits with the mattes that are found in them."""
    most = QUICK_CUTOUTS if arguments.quick else None
    if arguments.data is not None:
        for path, matte in layouts.cutout_files(arguments.data, recorder.skip)[:most]:
            with recorder.skipping(path.name):
                picture = read_image(path)
                alpha = picture.alpha if matte is None else read_image(matte).rgb.mean(axis=2)
                yield make_cutout(path.stem, np.asarray(picture.rgb), np.asarray(alpha), "none")
        return
    paths = [p for p in bundled.portraits() if bundled.half_of(p.stem) == arguments.split]
    for path in paths[:most]:
        with recorder.skipping(path.name):
            portrait = portrait_from_image(np.asarray(read_image(path).rgb), name=path.stem)
            yield make_cutout(path.stem, portrait.image, portrait.matte, arguments.split)


def make_cutout(name: str, image: Image, alpha: Image, split: Split) -> Cutout:
    """A cut-out whose edge has lost the color of what was behind it.

    Raises
    ------
    FaceError
        If it has no face: the matte is that of a face's person.
    """
    face = portrait_from_image(image, name=name).face
    return Cutout(name, separate_layers(image, alpha, face.inter_ocular)[0], alpha, split)


def backgrounds(like: Image) -> dict[str, Image]:
    """Plain, lit, busy and painted backgrounds, (H, W, 3) each."""
    height, width = like.shape[:2]
    plain = np.full((height, width, 3), (0.55, 0.57, 0.6), np.float32)
    ramp = np.linspace(0.85, 0.15, width, dtype=np.float32)[None, :, None]
    lit = np.broadcast_to(ramp * np.array((1.0, 0.9, 0.75), np.float32), plain.shape)
    painted = cv2.resize(read_image(_VILLAGE).rgb, (width, height), interpolation=cv2.INTER_AREA)
    return {"painted": painted, "plain": plain, "busy": clouds(height, width), "lit": lit}


def clouds(height: int, width: int) -> Image:
    """Noise whose amplitude falls with frequency, as in pictures (Field 1987)."""
    noise = np.random.default_rng(0).standard_normal((height, width, 3))
    rows, columns = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    amplitude = 1 / np.maximum(np.hypot(rows, columns), 1 / max(height, width))
    spectrum = np.fft.rfft2(noise, axes=(0, 1)) * amplitude[..., None]
    field = np.fft.irfft2(spectrum, s=(height, width), axes=(0, 1))
    return np.clip(0.5 + 0.2 * field / field.std(), 0, 1).astype(np.float32)


def mattes(portrait: Portrait) -> dict[str, Image]:
    """Ours, what it starts from, and OpenCV's GrabCut from the same start."""
    probability = segment_person(portrait.image, portrait.face)
    return {
        "ours": portrait.matte,
        "ours, as in clips": person_matte(portrait.image, portrait.face, by_color=False),
        "the network alone": np.clip(probability, 0, 1),
        "OpenCV grabCut": grab_cut(portrait.image, probability),
    }


def grab_cut(image: Image, probability: Image) -> Image:
    """GrabCut (Rother et al. 2004) with the network's sure parts as seeds."""
    height, width = probability.shape
    factor = min(1.0, GRABCUT_LONGEST / max(height, width))
    size = (round(width * factor), round(height * factor))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    likely = cv2.resize(probability, size, interpolation=cv2.INTER_AREA)
    kinds = np.where(likely > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    kinds[likely > _SURE] = cv2.GC_FGD
    kinds[likely < 1 - _SURE] = cv2.GC_BGD
    pixels = np.ascontiguousarray((small[..., ::-1] * 255 + 0.5).astype(np.uint8))
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)
    cv2.grabCut(pixels, kinds, None, *models, GRABCUT_ROUNDS, cv2.GC_INIT_WITH_MASK)
    person = np.isin(kinds, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
    return np.asarray(cv2.resize(person, (width, height), interpolation=cv2.INTER_LINEAR))


def errors(matte: Image, truth: Image, portrait: Portrait) -> dict[str, float]:
    """Mean absolute and squared error in the band, and what is wrong as a share of the person."""
    edge = (truth > 0.5).astype(np.uint8)
    distance = cv2.distanceTransform(edge, cv2.DIST_L2, 5)
    distance = np.maximum(distance, cv2.distanceTransform(1 - edge, cv2.DIST_L2, 5))
    band = distance <= BAND * portrait.face.inter_ocular
    difference = np.abs(matte - truth)
    return {
        "opacity error, band": float(difference[band].mean()),
        "squared, band": float((difference[band] ** 2).mean()),
        "wrong share": float(difference.sum() / max(float(truth.sum()), 1.0)),
    }
