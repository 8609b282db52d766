"""Portraits by optimization: is the person still there, and the style, region by region."""

from collections.abc import Sequence

import numpy as np

from benchmarks import bundled
from benchmarks.neural_bench import Bench
from benchmarks.neural_guidance import REGIONS
from benchmarks.neural_pictures import read
from benchmarks.report import progress
from facestyle.exemplars import ExemplarSet
from facestyle.faces import Portrait, portrait_from_image
from facestyle.faces.regions import segment_regions
from facestyle.methods.engine import Rendering, Target
from facestyle.methods.neural import ITERATIONS_ON_CPU, NeuralMethod, NeuralSettings
from facestyle.metrics.identity import face_descriptor
from facestyle.neural.losses import style_loss
from facestyle.neural.optimize import layer_weights
from facestyle.neural.pictures import masks_to_tensor, resize, to_array, to_tensor
from facestyle.neural.settings import OptimizeOptions
from facestyle.neural.style_images import StyleImage
from facestyle.neural.style_pictures import StylePicture, style_masks, style_size
from facestyle.neural.style_statistics import measure_grams, region_weights

# two without a face, two with one; the engraving's sitter is in neither half of the photographs
STYLES = {
    "wave": bundled.MODEL_STYLE,
    "auvers": bundled.ROOT / "benchmarks" / "styles" / "village_street_in_auvers.jpg",
    "oil": bundled.EXEMPLARS / "oil" / "mona_lisa.jpg",
    "engraving": bundled.EXEMPLARS / "engraving" / "jacob_fugger.jpg",
}
SIZE = 256  # px


def compare_portraits(bench: Bench) -> None:
    """Identity against the photo and style loss by region, of sitters in styles."""
    options = OptimizeOptions()
    iterations = min(bench.budget.iterations, ITERATIONS_ON_CPU)
    for path in bench.held_out:
        with bench.recorder.skipping(f"portraits, {path.name}"):
            photo = to_array(read(path, SIZE))
            portrait = portrait_from_image(photo, name=path.stem)
            for style, file in STYLES.items():
                if file.stem == path.stem:
                    continue  # nobody is their own exemplar
                for name, guided in {"whole picture": False, "by region": True}.items():
                    progress(f"portraits: {path.name}, {style}, {name}")
                    chosen = NeuralSettings(size=SIZE, iterations=iterations, by_region=guided)
                    method = NeuralMethod(ExemplarSet.of_pictures(file), chosen)
                    target = Target(photo, path.stem, portrait)
                    picture = method.stylize(target, Rendering()).image
                    scores = {"identity": _identity(picture, portrait)} | {
                        f"style {region}": loss
                        for region, loss in _style_losses(
                            bench, picture, portrait, method.styles(by_region=True), options
                        ).items()
                    }
                    case = f"{style}/{path.stem}"
                    bench.recorder.picture(case, f"portrait: {name}", picture, data=bench.data)
                    bench.add(case, f"portrait: {name}", scores)


def _identity(picture: np.ndarray, portrait: Portrait) -> float:
    """dlib's distance of result and photo, both at the photo's landmarks."""
    ours, theirs = (
        face_descriptor(image, portrait.face.landmarks) for image in (picture, portrait.image)
    )
    return float(np.linalg.norm(ours - theirs))


def _style_losses(
    bench: Bench,
    picture: np.ndarray,
    portrait: Portrait,
    styles: Sequence[StyleImage],
    options: OptimizeOptions,
) -> dict[str, float]:
    """Style loss of all layers in every region, as if it were the whole picture."""
    layers = options.style_layers
    regions = masks_to_tensor(segment_regions(portrait).weights, bench.device)
    (style,) = styles
    shown = StylePicture(
        to_tensor(style.image, bench.device),
        regions=None if style.regions is None else masks_to_tensor(style.regions, bench.device),
    )
    longer = max(picture.shape[:2])
    size = style_size(shown.picture, longer)
    example = resize(shown.picture, size).clamp(0, 1)
    masks, _ = style_masks([shown], regions, [size])
    theirs = measure_grams(bench.network, example, layers, weights=region_weights(masks[0], layers))
    ours = measure_grams(
        bench.network,
        to_tensor(picture, bench.device),
        layers,
        weights=region_weights(regions, layers),
    )
    losses = dict.fromkeys(REGIONS, 0.0)
    for layer, weight in layer_weights(options.style_weight, layers).items():
        for number, region in enumerate(REGIONS):
            only = slice(number, number + 1)
            losses[region] += weight * float(
                style_loss(ours[layer][:, only], theirs[layer][:, only])
            )
    return losses
