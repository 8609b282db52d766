"""The claims of Johnson 2016 and Ulyanov 2017, and guidance by regions."""

import time

import numpy as np
import report
import torch
from neural_bench import (
    DATA,
    SEED,
    Bench,
    held_out,
    read,
    read_square,
    synchronize,
    total,
    training_objective,
)

from facestyle.io.images import write_image
from facestyle.neural.minimizers import minimize
from facestyle.neural.model_files import Model
from facestyle.neural.optimize import optimize
from facestyle.neural.pictures import masks_to_tensor, to_array
from facestyle.neural.settings import Architecture, Minimizer, OptimizeOptions, TrainOptions
from facestyle.neural.style_pictures import StylePicture
from facestyle.neural.train import train
from facestyle.neural.transformer import Transformer

# Seconds on a Titan X: Johnson et al. 2016, table 1.
JOHNSON_FORWARD = {256: 0.015, 512: 0.05, 1024: 0.21}
JOHNSON_GATYS_500 = {256: 15.86, 512: 54.85, 1024: 214.44}


def show_curves(bench: Bench) -> None:
    """Johnson et al. 2016, figure 5 and table 1."""
    print("### Feed-forward against L-BFGS\n")
    if bench.model is None:
        print("No --model given: nothing to compare; timings only, of an untrained network.\n")
    network = bench.model.network if bench.model else Transformer(seed=SEED).to(bench.device)
    options = trained_options(bench.model)
    curve_rows, time_rows = [], []
    for size in bench.budget.sizes:
        curves, losses, photo_losses = [], [], []
        paths = held_out(bench.budget.photos)
        for path in paths:
            report.progress(f"curves: {size} {path.name}")
            photo = read_square(path, size).to(bench.device)
            objective = training_objective(bench, options, photo)
            with torch.inference_mode():
                result = network(photo).clamp(0, 1)
            losses.append(total(objective, result.clone()))
            photo_losses.append(total(objective, photo))
            settings = Minimizer(iterations=bench.budget.iterations, tolerance=0)
            seconds = -time.perf_counter()
            _, history = minimize(objective.evaluate, photo, settings)
            synchronize(bench.device)
            seconds += time.perf_counter()
            totals = [sum(terms.values()) for terms in history]
            curves.append(np.minimum.accumulate(totals))
        equal = [reached(curve, loss) for curve, loss in zip(curves, losses, strict=True)]
        marks = [m for m in (1, 10, 25, 50, 100, 200, 500) if m <= bench.budget.iterations]
        curve_rows.append(
            [
                size,
                float(np.mean(photo_losses)),
                float(np.mean(losses)),
                *(float(np.mean([c[m - 1] for c in curves])) for m in marks),
                ", ".join(equal),
            ]
        )
        forward = time_forward(network, size, bench.device)
        gatys = seconds / bench.budget.iterations * 500
        time_rows.append(
            [
                size,
                forward,
                JOHNSON_FORWARD.get(size, "-"),
                gatys,
                JOHNSON_GATYS_500.get(size, "-"),
                round(gatys / forward),
            ]
        )
    report.progress("")
    print("Losses, means over photos; the last column: iterations to the feed-forward loss.\n")
    names = [f"L-BFGS {m}" for m in marks]
    report.print_table(["px", "photo", "feed-forward", *names, "equal at"], curve_rows)
    header = ["px", "forward s", "Johnson s", "500 iterations s", "Johnson s", "speed-up"]
    report.print_table(header, time_rows)


def trained_options(model: Model | None) -> TrainOptions:
    """The settings in a model's record."""
    if model is None:
        return TrainOptions()
    stored = dict(model.training["options"])
    stored.update(stored.pop("styles", {}).get(model.training.get("style"), {}))
    stored["architecture"] = model.network.architecture
    for name in ("content_layers", "style_layers"):
        stored[name] = tuple(stored[name])
    return TrainOptions(**stored)


def reached(curve: np.ndarray, loss: float) -> str:
    """First iteration at which a falling curve is below a loss."""
    below = np.flatnonzero(curve <= loss)
    return str(below[0] + 1) if len(below) else f">{len(curve)}"


def time_forward(network: torch.nn.Module, size: int, device: torch.device) -> float:
    picture = torch.rand(1, 3, size, size, device=device)

    def forward() -> None:
        with torch.inference_mode():
            network(picture)
        synchronize(device)

    return report.measure({"forward": forward}, runs=5)["forward"].median


def compare_normalizations(bench: Bench) -> None:
    """Ulyanov et al. 2017, figure 4: the loss of training with both normalizations.

    The recipe is that of the bundled models, but for the batch of 4.
    """
    print("### Instance against batch normalization, same budget\n")
    budget = bench.budget
    photos = [read_square(path, budget.crop).to(bench.device) for path in held_out(budget.photos)]
    rows, sheet = [], [np.hstack([to_array(photo) for photo in photos])]
    for kind in ("instance", "batch"):
        options = TrainOptions(
            steps=budget.steps,
            warm_up=budget.steps // 4,
            crop=budget.crop,
            architecture=Architecture(budget.channels, normalization=kind),
            content_layers=("relu2_2",),
            style_weight=10,
            precision="bfloat16",
            seed=SEED,
        )
        curve: list[float] = []

        def note(step: int, losses: dict[str, float], _: object, curve: list = curve) -> None:
            curve.append(sum(losses.values()))
            report.progress(f"normalization: step {step}, loss {curve[-1]:.1f}")

        trained = train(
            bench.network,
            [StylePicture(bench.style)],
            DATA / "public_domain",
            options,
            device=bench.device,
            report=note,
        )
        with torch.inference_mode():
            results = [trained.network(photo).clamp(0, 1) for photo in photos]
        sheet.append(np.hstack([to_array(result) for result in results]))
        tests = [
            total(training_objective(bench, options, photo), result.clone())
            for photo, result in zip(photos, results, strict=True)
        ]
        marks = [round(budget.steps * share) for share in (0.3, 0.5, 0.75, 1)]
        rows.append([kind, *(curve[m - 1] for m in marks), float(np.mean(tests))])
    report.progress("")
    print("Smoothed training loss after steps, and the loss on held-out photos at test time.\n")
    report.print_table(["normalization", *map(str, marks), "held out"], rows)
    if bench.save is not None:
        bench.save.mkdir(parents=True, exist_ok=True)
        write_image(bench.save / "normalization.png", np.vstack(sheet), overwrite=True)


def compare_guidance(bench: Bench) -> None:
    """Style statistics by region: skin from skin, hair from hair."""
    from facestyle.faces import portrait_from_image
    from facestyle.faces.regions import segment_regions

    print("### Statistics by region on portraits\n")
    budget = bench.budget
    style_array = to_array(bench.style)
    style_regions = segment_regions(portrait_from_image(style_array, name="style")).weights
    options = OptimizeOptions(size=budget.guided_size, iterations=budget.guided_iterations)
    errors: dict[str, list[np.ndarray]] = {"whole picture": [], "by region": []}
    for path in held_out(budget.photos):
        report.progress(f"guidance: {path.name}")
        photo = read(path, budget.guided_size).to(bench.device)
        regions = segment_regions(portrait_from_image(to_array(photo), name=path.name)).weights
        for name in errors:
            by_region = name == "by region"
            maps = masks_to_tensor(style_regions, bench.device) if by_region else None
            result = optimize(
                bench.network,
                photo,
                [StylePicture(bench.style, regions=maps)],
                options,
                regions=masks_to_tensor(regions, bench.device) if by_region else None,
            )
            picture = to_array(result.picture)
            errors[name].append(color_errors(picture, regions, style_array, style_regions))
    report.progress("")
    print("Distance of mean colors (RGB x 255) between result and style, by region.\n")
    rows = [[name, *map(float, np.mean(values, axis=0))] for name, values in errors.items()]
    report.print_table(["statistics", "face", "hair", "clothes", "background"], rows)


def color_errors(
    picture: np.ndarray, regions: np.ndarray, style: np.ndarray, style_regions: np.ndarray
) -> np.ndarray:
    def means(image: np.ndarray, weights: np.ndarray) -> np.ndarray:
        sums = np.einsum("rhw,hwc->rc", weights, image)
        return sums / np.maximum(weights.sum((1, 2)), 1e-6)[:, None]

    return 255 * np.linalg.norm(means(picture, regions) - means(style, style_regions), axis=1)
