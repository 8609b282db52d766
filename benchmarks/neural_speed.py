"""Throughput of the feed-forward network, and its share of a GPU's limits."""

import itertools
import time
from collections.abc import Callable
from dataclasses import replace

import torch

from benchmarks.neural_bench import Bench, synchronize
from benchmarks.neural_pictures import read_square
from benchmarks.protocol import MissingDataError
from benchmarks.report import measure, progress
from facestyle.neural.optimize import optimize
from facestyle.neural.settings import Minimizer, OptimizeOptions
from facestyle.neural.style_pictures import StylePicture
from facestyle.neural.transformer import Transformer


def measure_throughput(bench: Bench) -> None:
    """Feed-forward seconds by memory format, precision and compilation."""
    names = [name for name in VARIANTS if bench.budget.compiles or name != "compiled"]
    for size in bench.budget.sizes:
        progress(f"throughput: {size} px")
        contenders = {name: variant(bench.device, size, **VARIANTS[name]) for name in names}
        for name, timing in measure(contenders, runs=3).items():
            bench.add_timing("feed-forward", f"network, {name}", timing, px=size)


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
    """A function that runs an untrained network once."""
    memory = torch.channels_last if channels_last else torch.contiguous_format
    network = Transformer(seed=0).to(device, memory_format=memory).eval()
    picture = torch.rand(1, 3, size, size, device=device).contiguous(memory_format=memory)
    function = torch.compile(network) if compiled else network

    def forward() -> None:
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=half):
            function(picture)
        synchronize(device)

    return forward


def compare_with_limits(bench: Bench) -> None:
    """Share of a GPU's arithmetic and bandwidth that the feed-forward network uses."""
    if bench.device.type != "cuda":
        raise MissingDataError("neural, limits", "no GPU was found")
    arithmetic, bandwidth = measured_limits(bench.device)
    for size, half in itertools.product((512, 1024), (False, True)):
        forward = variant(bench.device, size, channels_last=True, half=half)
        timing = measure({"forward": forward}, runs=20)["forward"]
        operations, traffic = costs(size, half)
        limit = max(operations / arithmetic[half], traffic / bandwidth)
        method = f"network, {'bfloat16' if half else 'float32'}"
        bench.add_timing("limits", method, timing, px=size)
        bench.add("limits", method, {"times the limit": timing.median / limit}, px=size)
    content = read_square(bench.photos[0], 512).to(bench.device)
    for name, options in {
        "500 iterations at one scale": OptimizeOptions(scales=1, iterations=500),
        "default scales": OptimizeOptions(),
    }.items():
        full = replace(options, minimizer=Minimizer(tolerance=0))
        begin = time.perf_counter()
        optimize(bench.network, content, [StylePicture(bench.style)], full)
        synchronize(bench.device)
        seconds = {"seconds": time.perf_counter() - begin}
        bench.add("limits", f"optimization, {name}", seconds, px=512)


def measured_limits(device: torch.device) -> tuple[dict[bool, float], float]:
    """Operations a second (float32, bfloat16) and bytes a second, measured on this GPU."""
    arithmetic = {}
    for half in (False, True):
        kind = torch.bfloat16 if half else torch.float32
        a = torch.rand(8192, 8192, device=device, dtype=kind)
        timing = measure({"product": lambda a=a: (a @ a, synchronize(device))}, runs=5)
        arithmetic[half] = 2 * 8192**3 / timing["product"].median
    block = torch.empty(1 << 30, dtype=torch.uint8, device=device)
    copy = torch.empty_like(block)
    timing = measure({"copy": lambda: (copy.copy_(block), synchronize(device))}, runs=5)
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
