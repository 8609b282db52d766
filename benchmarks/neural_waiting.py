"""Optimization that the user of a CPU waits for, against 60 iterations of plain L-BFGS."""

import time
from dataclasses import replace

from benchmarks.neural_bench import Bench
from benchmarks.neural_pictures import read_square
from benchmarks.report import progress
from facestyle.methods.neural import ITERATIONS_ON_CPU
from facestyle.neural.optimize import optimize
from facestyle.neural.settings import Minimizer, OptimizeOptions
from facestyle.neural.style_pictures import StylePicture

PLAIN = 60  # iterations at one scale that the command is compared with


def measure_waiting(bench: Bench) -> None:
    """Loss at the finest scale, processor and wall seconds, of both ways."""
    most = bench.budget.iterations
    styles = [StylePicture(bench.style)]
    for size in bench.budget.sizes:
        command = OptimizeOptions(size=size, iterations=min(ITERATIONS_ON_CPU, most))
        plain = Minimizer(tolerance=0, smoothing=False)
        ways = {
            "as the command": command,
            "plain": replace(command, iterations=min(PLAIN, most), scales=1, minimizer=plain),
        }
        for path in bench.held_out:
            photo = read_square(path, size).to(bench.device)
            for name, options in ways.items():
                progress(f"waiting: {size} px, {path.name}, {name}")
                start, before = time.perf_counter(), time.process_time()
                result = optimize(bench.network, photo, styles, options)
                seconds = time.perf_counter() - start
                processor = time.process_time() - before
                best = min(sum(terms.values()) for terms in result.history[-1])
                scores = {"loss": best, "seconds": seconds, "CPU seconds": processor}
                bench.add(path.stem, name, scores, px=size)
