"""Statistics by region, skin from skin and hair from hair: what becomes of the mean colors."""

import numpy as np
import torch

from benchmarks import bundled
from benchmarks.neural_bench import Bench
from benchmarks.neural_pictures import read
from benchmarks.report import progress
from facestyle.faces import portrait_from_image
from facestyle.faces.regions import segment_regions
from facestyle.neural.optimize import optimize
from facestyle.neural.pictures import masks_to_tensor, to_array
from facestyle.neural.settings import OptimizeOptions
from facestyle.neural.style_pictures import StylePicture

STYLE = bundled.EXEMPLARS / "oil" / "mona_lisa.jpg"  # a style with regions: it has a face
STYLE_LONGEST = 512  # px
REGIONS = ("face", "hair", "clothes", "background")  # in the order of segment_regions
KINDS = {"whole picture": False, "by region": True}


def compare_guidance(bench: Bench) -> None:
    """Distance of mean colors between result and style, with and without regions."""
    style = read(STYLE, STYLE_LONGEST).to(bench.device)
    style_regions = regions_of(style, "style")
    budget = bench.budget
    options = OptimizeOptions(size=budget.guided_size, iterations=budget.guided_iterations)
    for path in bench.held_out:
        with bench.recorder.skipping(f"guidance, {path.name}"):
            photo = read(path, budget.guided_size).to(bench.device)
            regions = regions_of(photo, path.name)
            for name, guided in KINDS.items():
                progress(f"guidance: {path.name}, {name}")
                maps, own = (
                    masks_to_tensor(r, bench.device) if guided else None
                    for r in (style_regions, regions)
                )
                styles = [StylePicture(style, regions=maps)]
                result = optimize(bench.network, photo, styles, options, regions=own)
                picture = to_array(result.picture)
                bench.recorder.picture(path.stem, f"statistics: {name}", picture, data=bench.data)
                errors = color_errors(picture, regions, to_array(style), style_regions)
                for region, error in zip(REGIONS, errors, strict=True):
                    scores = {"mean color": float(error)}
                    bench.add(f"{region}/{path.stem}", f"statistics: {name}", scores)


def regions_of(picture: torch.Tensor, name: str) -> np.ndarray:
    """Weights of the regions, (4, H, W)."""
    return segment_regions(portrait_from_image(to_array(picture), name=name)).weights


def color_errors(
    picture: np.ndarray, regions: np.ndarray, style: np.ndarray, style_regions: np.ndarray
) -> np.ndarray:
    """Distance of mean colors by region, RGB in levels of 255."""

    def means(image: np.ndarray, weights: np.ndarray) -> np.ndarray:
        sums = np.einsum("rhw,hwc->rc", weights, image)
        return sums / np.maximum(weights.sum((1, 2)), 1e-6)[:, None]

    return 255 * np.linalg.norm(means(picture, regions) - means(style, style_regions), axis=1)
