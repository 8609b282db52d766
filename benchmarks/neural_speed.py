"""Throughput of the feed-forward network, and its share of a GPU's limits."""

import itertools
import time
from collections.abc import Callable
from dataclasses import replace

import report
import torch
from neural_bench import SEED, Bench, held_out, read_square, synchronize

from facestyle.neural.optimize import optimize
from facestyle.neural.settings import Minimizer, OptimizeOptions
from facestyle.neural.style_pictures import StylePicture
from facestyle.neural.transformer import Transformer


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
        full = replace(options, minimizer=Minimizer(tolerance=0))
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
