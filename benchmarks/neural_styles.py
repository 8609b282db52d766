"""The bundled styles on portraits that their training never saw.

    python benchmarks/neural_styles.py [--sizes PX ...] [--photos N] [--iterations N]
        [--model paintings] [--start photo] [--sheet FILE] [--data DIR]

For every style: the terms of the loss it was trained for, the iterations of L-BFGS from the photo
(or, as Johnson et al. 2016 counted them, of plain L-BFGS from white noise) that reach the same sum,
identity (dlib's distance between photo and result; below .6 is the same
person). The twelve sitters of `TEST`
are reported; those of `TUNE` chose the weights; nobody of either was trained on.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import report
import torch
from argument_types import at_least_one, at_least_zero
from neural_pictures import read_square

from facestyle.faces import portrait_from_image
from facestyle.io.images import read_image, write_image
from facestyle.metrics import identity_distance
from facestyle.neural.loss_network import LossNetwork, load_loss_network
from facestyle.neural.minimizers import minimize
from facestyle.neural.model_files import load_named
from facestyle.neural.objective import Objective, Targets, Terms, content_features
from facestyle.neural.optimize import layer_weights
from facestyle.neural.pictures import to_array, to_tensor
from facestyle.neural.settings import Minimizer
from facestyle.neural.style_statistics import measure_grams, mix_grams, region_weights

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data" / "portraits"
TEST = (
    "WechatIMG253_2",
    "WechatIMG261",
    "brazil-1368806_1920",
    "garden-2768329_1920",
    "girl-2099354_1920",
    "girl-2122927_1280",
    "man_outdoors",
    "model-2911329_1920",
    "own-2553537_1280",
    "pinky-2727846_1920",
    "timg",
    "young-507297_1920",
)
TUNE = (
    "girl-2143709_1920",
    "girl-2720476_1920",
    "portrait-2164027_1920",
    "portrait-2554431_1920",
)
STYLES = ROOT / "benchmarks" / "styles"
_LINES = ("pocahontas", "george_washington", "grace_hopper", "jacob_fugger")
_DRAWN = ("aksel_andersson", "luis_pedro_coelho", "pocahontas", "william_penn")
FILES = {
    "wave": [STYLES / "great_wave.jpg"],
    "auvers": [STYLES / "village_street_in_auvers.jpg"],
    "engraving": [ROOT / "exemplars" / "engraving" / f"{name}.jpg" for name in _LINES],
    "glass": [STYLES / "stained_glass.jpg"],
    "charcoal": [ROOT / "exemplars" / "charcoal" / f"{name}.jpg" for name in _DRAWN],
    "wash": [STYLES / "ink_wash_hopper.jpg", STYLES / "ink_wash_fan.jpg"],
}


@dataclass(frozen=True)
class Style:
    """A style of a set, and what it was trained for."""

    name: str
    network: torch.nn.Module
    terms: Terms
    grams: dict[str, torch.Tensor]


def read_style(path: Path, longer: int) -> torch.Tensor:
    """A style picture as the training had it, (1, 3, H, W): averages over areas.

    Another filter makes it sharper or softer, and is another style: with Lanczos' the loss of the
    same results is 33 instead of 22.
    """
    picture = read_image(path).rgb
    factor = longer / max(picture.shape[:2])
    size = (round(picture.shape[1] * factor), round(picture.shape[0] * factor))
    kind = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return to_tensor(cv2.resize(picture, size, interpolation=kind))


def load_style(network: LossNetwork, model: str, name: str) -> Style:
    loaded = load_named(f"{model}:{name}")
    options = loaded.training["options"]
    own = options["styles"][name]
    layers = tuple(options["style_layers"])
    grams = [measure_grams(network, read_style(p, own["style_size"]), layers) for p in FILES[name]]
    shown = torch.ones((len(grams), 1), dtype=torch.bool)
    return Style(
        name,
        loaded.network,
        Terms(
            content=dict.fromkeys(options["content_layers"], 1.0),
            style=layer_weights(own["style_weight"], layers),
            total_variation=options["total_variation_weight"],
        ),
        mix_grams(grams, [1.0] * len(grams), shown),
    )


def objective(network: LossNetwork, style: Style, photo: torch.Tensor) -> Objective:
    content = content_features(network, photo, tuple(style.terms.content))
    weights = region_weights(None, tuple(style.terms.style))
    size = (photo.shape[2], photo.shape[3])
    return Objective(network, style.terms, Targets(content, style.grams, weights), size)


def equal_iterations(
    loss: float, target: Objective, photo: torch.Tensor, most: int, start: str
) -> str:
    if most < 1:
        return "-"
    begun = photo
    if start == "noise":
        begun = torch.rand(photo.shape, generator=torch.Generator().manual_seed(0))
    settings = Minimizer(iterations=most, tolerance=0, smoothing=start == "photo")
    _, history = minimize(target.evaluate, begun, settings)
    curve = np.minimum.accumulate([sum(terms.values()) for terms in history])
    below = np.flatnonzero(curve <= loss)
    return str(below[0] + 1) if len(below) else f">{most}"


def measure(
    network: LossNetwork, style: Style, photos: dict[str, torch.Tensor], iterations: int, start: str
) -> tuple[list[object], list[np.ndarray]]:
    """Return a row of the table, and the results."""
    losses, equal, distances, results = [], [], [], []
    for name, photo in photos.items():
        report.progress(f"{style.name}: {name}")
        with torch.no_grad():
            result = style.network(photo).clamp(0, 1)
        target = objective(network, style, photo)
        terms = target.evaluate(result)[0]
        losses.append([terms["content"], terms["style"], terms["total_variation"]])
        equal.append(equal_iterations(sum(terms.values()), target, photo, iterations, start))
        results.append(to_array(result))
        own = to_array(photo)
        points = portrait_from_image(own, name=name).face.landmarks
        distance = identity_distance(own, results[-1], points, points)
        distances.append(np.nan if distance is None else distance)
    size = next(iter(photos.values())).shape[2]
    row = [style.name, size, *map(float, np.mean(losses, 0)), ", ".join(equal)]
    return [*row, float(np.nanmean(distances)), float(np.nanmax(distances))], results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=at_least_one, nargs="+", default=[256, 512], metavar="PX")
    parser.add_argument("--photos", type=at_least_one, default=len(TEST))
    parser.add_argument("--iterations", type=at_least_zero, default=100, help="of L-BFGS; 0: none")
    parser.add_argument(
        "--start", choices=("photo", "noise"), default="photo", help="of the iterations (photo)"
    )
    parser.add_argument("--model", default="paintings")
    parser.add_argument("--styles", nargs="+", choices=list(FILES), default=list(FILES))
    parser.add_argument("--sheet", type=Path, metavar="FILE", help="all results, as one picture")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the portraits")
    arguments = parser.parse_args()
    report.print_conditions("Bundled styles", seed=0)
    network = load_loss_network()
    styles = [load_style(network, arguments.model, name) for name in arguments.styles]
    rows = []
    for size in arguments.sizes:
        names = TEST[: arguments.photos]
        photos = {name: read_square(arguments.data / f"{name}.png", size) for name in names}
        columns = [[to_array(photo) for photo in photos.values()]]
        for style in styles:
            row, results = measure(network, style, photos, arguments.iterations, arguments.start)
            rows.append(row)
            columns.append(results)
        if arguments.sheet is not None:
            sheet = np.vstack([np.hstack(row) for row in zip(*columns, strict=True)])
            target = arguments.sheet.with_stem(f"{arguments.sheet.stem}-{size}")
            write_image(target, sheet, overwrite=True)
    report.progress("")
    header = ["style", "px", "content", "style loss", "variation", "equal at", "identity", "worst"]
    report.print_table(header, rows)


if __name__ == "__main__":
    report.run_script(main)
