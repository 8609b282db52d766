"""Neural wing: the claims of Johnson 2016 and Ulyanov 2017, guidance by regions, throughput.

    python benchmarks/neural.py [--quick] [--only PART ...] [--model FILE] [--device DEVICE]

Parts: `curves` (a feed-forward result's loss as a number of L-BFGS iterations, and the speed-up),
`normalization` (instance against batch, same budget), `guidance` (statistics by region on
portraits), `throughput` (memory formats, precisions, compilation) and `limits` (share of a GPU's
bandwidth and arithmetic; says so where there is no GPU). `--quick` takes sizes and budgets that a
CPU finishes in minutes. Photos: ../shared/data/portraits, which no training saw.
"""

import argparse
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import report
import torch
from PIL import Image

from facestyle.neural.device import DEVICES, choose_device
from facestyle.neural.loss_network import LossNetwork, load_loss_network
from facestyle.neural.minimizers import minimize
from facestyle.neural.model_files import Model, find_model, load_model
from facestyle.neural.objective import Objective, Targets, Terms, content_features
from facestyle.neural.optimize import (
    StylePicture,
    layer_weights,
    optimize,
    style_size,
)
from facestyle.neural.pictures import masks_to_tensor, resize, to_array, to_tensor
from facestyle.neural.settings import Architecture, OptimizeOptions, Settings, TrainOptions
from facestyle.neural.style_statistics import measure_grams, region_weights
from facestyle.neural.train import train
from facestyle.neural.transformer import Transformer

DATA = report.ROOT.parent / "shared" / "data"
STYLE = DATA / "public_domain" / "morisot_young_woman_in_mauve.jpg"
HELD_OUT = DATA / "portraits"
SEED = 0
# Seconds on a Titan X: Johnson et al. 2016, table 1.
JOHNSON_FORWARD = {256: 0.015, 512: 0.05, 1024: 0.21}
JOHNSON_GATYS_500 = {256: 15.86, 512: 54.85, 1024: 214.44}


@dataclass(frozen=True)
class Budget:
    """What a run may cost."""

    sizes: tuple[int, ...]
    photos: int
    iterations: int
    steps: int
    crop: int
    guided_size: int
    guided_iterations: int
    compiles: bool


FULL = Budget((256, 512, 1024), 5, 500, 2000, 256, 512, 300, compiles=True)
QUICK = Budget((96, 128), 2, 60, 40, 64, 128, 30, compiles=False)


@dataclass(frozen=True)
class Bench:
    """Everything that the parts share."""

    budget: Budget
    device: torch.device
    network: LossNetwork
    style: torch.Tensor
    model: Model | None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="sizes for a CPU")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--model", help="file or bundled name, of the same style")
    parser.add_argument("--device", choices=DEVICES, default="auto")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    device = choose_device(arguments.device)
    budget = QUICK if arguments.quick else FULL
    threads = torch.get_num_threads()
    report.print_conditions("Neural wing", seed=SEED, device=device.type, threads=threads)
    bench = Bench(
        budget,
        device,
        load_loss_network(device=device),
        read(STYLE, 512).to(device),
        None if arguments.model is None else load_model(find_model(arguments.model), device),
    )
    for part in arguments.only:
        PARTS[part](bench)


def read(path: Path, longer: int) -> torch.Tensor:
    with Image.open(path) as file:
        picture = file.convert("RGB")
    picture.thumbnail((longer, longer), Image.Resampling.LANCZOS)
    return to_tensor(np.asarray(picture, np.float32) / 255)


def read_square(path: Path, side: int) -> torch.Tensor:
    with Image.open(path) as file:
        picture = file.convert("RGB")
    shorter = min(picture.size)
    left, top = (picture.width - shorter) // 2, (picture.height - shorter) // 2
    box = (left, top, left + shorter, top + shorter)
    pixels = picture.resize((side, side), Image.Resampling.LANCZOS, box=box)
    return to_tensor(np.asarray(pixels, np.float32) / 255)


def held_out(count: int) -> list[Path]:
    return sorted(HELD_OUT.glob("*.*"))[:count]


def training_objective(bench: Bench, options: TrainOptions, photo: torch.Tensor) -> Objective:
    """The loss that a network was trained for, of one photo."""
    size = (photo.shape[2], photo.shape[3])
    style = resize(bench.style, style_size(bench.style, options.style_size)).clamp(0, 1)
    layers = options.style_layers
    return Objective(
        bench.network,
        Terms(
            content=dict.fromkeys(options.content_layers, options.content_weight),
            style=layer_weights(options.style_weight, layers),
            total_variation=options.total_variation_weight,
        ),
        Targets(
            content=content_features(bench.network, photo, options.content_layers),
            style=measure_grams(bench.network, style, layers),
            weights=region_weights(None, layers),
        ),
        size,
    )


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
            settings = Settings(iterations=bench.budget.iterations, tolerance=0)
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
    stored["architecture"] = Architecture(**stored["architecture"])
    for name in ("content_layers", "style_layers"):
        stored[name] = tuple(stored[name])
    return TrainOptions(**stored)


def total(objective: Objective, picture: torch.Tensor) -> float:
    return sum(objective.evaluate(picture)[0].values())


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


def synchronize(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def compare_normalizations(bench: Bench) -> None:
    """Ulyanov et al. 2017, figure 4: the loss of training with both normalizations."""
    print("### Instance against batch normalization, same budget\n")
    budget = bench.budget
    rows = []
    for kind in ("instance", "batch"):
        options = TrainOptions(
            steps=budget.steps,
            crop=budget.crop,
            architecture=Architecture(normalization=kind),
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
        tests = []
        for path in held_out(budget.photos):
            photo = read_square(path, budget.crop).to(bench.device)
            with torch.inference_mode():
                result = trained.network(photo).clamp(0, 1)
            tests.append(total(training_objective(bench, options, photo), result.clone()))
        marks = [round(budget.steps * share) for share in (0.1, 0.25, 0.5, 1)]
        rows.append([kind, *(curve[m - 1] for m in marks), float(np.mean(tests))])
    report.progress("")
    print("Smoothed training loss after steps, and the loss on held-out photos at test time.\n")
    report.print_table(["normalization", *map(str, marks), "held out"], rows)


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
            errors[name].append(colour_errors(picture, regions, style_array, style_regions))
    report.progress("")
    print("Distance of mean colours (RGB x 255) between result and style, by region.\n")
    rows = [[name, *map(float, np.mean(values, axis=0))] for name, values in errors.items()]
    report.print_table(["statistics", "face", "hair", "clothes", "background"], rows)


def colour_errors(
    picture: np.ndarray, regions: np.ndarray, style: np.ndarray, style_regions: np.ndarray
) -> np.ndarray:
    def means(image: np.ndarray, weights: np.ndarray) -> np.ndarray:
        sums = np.einsum("rhw,hwc->rc", weights, image)
        return sums / np.maximum(weights.sum((1, 2)), 1e-6)[:, None]

    return 255 * np.linalg.norm(means(picture, regions) - means(style, style_regions), axis=1)


def measure_throughput(bench: Bench) -> None:
    """Feed-forward pictures a second by memory format, precision and compilation."""
    print("### Feed-forward throughput, pictures a second\n")
    names = [name for name in VARIANTS if bench.budget.compiles or name != "compiled"]
    rows = []
    for size in bench.budget.sizes:
        contenders = {name: variant(bench.device, size, **VARIANTS[name]) for name in names}
        timings = report.measure(contenders, runs=3)
        rows.append([size, *(1 / timings[name].median for name in names)])
    report.print_table(["px", *names], rows)


VARIANTS: dict[str, dict[str, bool]] = {
    "float32": {},
    "channels-last": {"channels_last": True},
    "bfloat16": {"half": True},
    "channels-last bfloat16": {"channels_last": True, "half": True},
    "compiled": {"compiled": True},
}


def variant(
    device: torch.device,
    size: int,
    *,
    channels_last: bool = False,
    half: bool = False,
    compiled: bool = False,
) -> Callable[[], None]:
    memory = torch.channels_last if channels_last else torch.contiguous_format
    network = Transformer(seed=SEED).to(device, memory_format=memory).eval()
    picture = torch.rand(1, 3, size, size, device=device).contiguous(memory_format=memory)
    function = torch.compile(network) if compiled else network

    def forward() -> None:
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=half):
            function(picture)
        synchronize(device)

    return forward


def compare_with_limits(bench: Bench) -> None:
    """Share of a GPU's arithmetic and bandwidth that the feed-forward network uses."""
    print("### Share of the GPU's limits\n")
    if bench.device.type != "cuda":
        print("No GPU was found: this part was not run.\n")
        return
    arithmetic, bandwidth = measured_limits(bench.device)
    rows = []
    for size, half in itertools.product((512, 1024), (False, True)):
        forward = variant(bench.device, size, channels_last=True, half=half)
        seconds = report.measure({"forward": forward}, runs=20)["forward"].median
        operations, traffic = costs(size, half)
        limit = max(operations / arithmetic[half], traffic / bandwidth)
        rows.append([size, "bfloat16" if half else "float32", 1 / seconds, seconds / limit])
    report.print_table(["px", "precision", "pictures/s", "times the limit"], rows)
    content = read_square(held_out(1)[0], 512).to(bench.device)
    for name, options in {
        "512 px, 500 iterations at one scale": OptimizeOptions(scales=1, iterations=500),
        "512 px, default scales": OptimizeOptions(),
    }.items():
        full = replace(options, minimizer=Settings(tolerance=0))
        begin = time.perf_counter()
        optimize(bench.network, content, [StylePicture(bench.style)], full)
        synchronize(bench.device)
        print(f"- optimization, {name}: {time.perf_counter() - begin:.2f} s")


def measured_limits(device: torch.device) -> tuple[dict[bool, float], float]:
    """Operations a second (float32, bfloat16) and bytes a second, measured on this GPU."""
    arithmetic = {}
    for half in (False, True):
        kind = torch.bfloat16 if half else torch.float32
        a = torch.rand(8192, 8192, device=device, dtype=kind)
        timing = report.measure({"product": lambda a=a: (a @ a, synchronize(device))}, runs=5)
        arithmetic[half] = 2 * 8192**3 / timing["product"].median
    block = torch.empty(1 << 30, dtype=torch.uint8, device=device)
    copy = torch.empty_like(block)
    timing = report.measure({"copy": lambda: (copy.copy_(block), synchronize(device))}, runs=5)
    return arithmetic, 2 * block.numel() / timing["copy"].median


def costs(size: int, half: bool) -> tuple[float, float]:
    """Operations of the convolutions, and bytes that every layer must read and write once."""
    operations = traffic = 0.0
    network = Transformer()

    def count(
        layer: torch.nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor
    ) -> None:
        nonlocal operations, traffic
        operations += 2 * layer.weight[0].numel() * output.numel()
        # The convolution reads and writes; its normalization reads and writes its output again.
        traffic += (inputs[0].numel() + 3 * output.numel()) * (2 if half else 4)

    for module in network.modules():
        if type(module).__name__ == "ConvLayer":
            module.register_forward_hook(count)
    with torch.inference_mode():
        network(torch.zeros(1, 3, size, size))
    return operations, traffic


PARTS: dict[str, Callable[[Bench], None]] = {
    "curves": show_curves,
    "normalization": compare_normalizations,
    "guidance": compare_guidance,
    "throughput": measure_throughput,
    "limits": compare_with_limits,
}

if __name__ == "__main__":
    main()
