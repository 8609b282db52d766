"""Is our own code worth its lines? Parts that a library has too, against the library.

    python benchmarks/handmade.py             # about 2 minutes; the last table needs PyTorch

Thin-plate spline against `scipy.interpolate.RBFInterpolator`; the evaluation of dlib's shape
predictor against dlib's own; L-BFGS against `torch.optim.LBFGS`. (Alpha-expansion against gco:
benchmarks/graphcut.py.) Seconds are of the processor.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
from argument_types import at_least_one
from report import ROOT, measure, print_conditions, print_table, progress, run_script

from facestyle import read_image

_PORTRAIT = ROOT / "exemplars" / "portraits" / "eileen_collins.jpg"
# what a command that aligns its first face does before its first spline
_START = {
    "ours": "from facestyle.alignment.thin_plate_spline import fit_thin_plate_spline",
    "SciPy": "from facestyle.alignment.thin_plate_spline import fit_thin_plate_spline\n"
    "from scipy.interpolate import RBFInterpolator",
}
_LANDMARKS = {
    "ours": "from facestyle.faces.landmarks import predict_landmarks as p; p(pixels, box)",
    "dlib": "import dlib; from facestyle.faces.landmarks import model_path; "
    "r = dlib.rectangle(*(int(v) for v in box)); "
    "dlib.shape_predictor(str(model_path('shape_predictor_68_face_landmarks.dat')))(pixels, r)",
}


def seconds_of(script: str) -> float:
    """Least processor seconds of a Python script's own process, of three runs."""
    timed = (
        f"import time\nstart = time.process_time()\n{script}\nprint(time.process_time() - start)"
    )
    command = [sys.executable, "-c", timed]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(3)]
    return min(float(run.stdout) for run in runs)


def splines() -> None:
    """Compare the thin-plate splines: import, fit and evaluation, and their maps."""
    from scipy.interpolate import RBFInterpolator

    from facestyle.alignment.thin_plate_spline import fit_thin_plate_spline

    random = np.random.default_rng(0)
    source = random.uniform(0, 300, (94, 2))
    target = source + random.normal(0, 5, source.shape)
    # ours takes the smoothing relative to points of unit spread
    mean, spread = source.mean(axis=0), source.std()
    grid = np.stack(np.meshgrid(np.arange(0, 270, 6.0), np.arange(0, 336, 6.0)), -1).reshape(-1, 2)

    def ours() -> np.ndarray:
        return fit_thin_plate_spline(source, target, 2e-3)(grid)

    def theirs() -> np.ndarray:
        spline = RBFInterpolator((source - mean) / spread, target, smoothing=2e-3)
        return np.asarray(spline((grid - mean) / spread))

    times = measure({"ours": ours, "SciPy": theirs})
    print_table(
        ["94 points, grid of 56 x 45", "import, CPU s", "fit and map, CPU ms"],
        [
            [name, f"{seconds_of(_START[name]):.2f}", f"{1e3 * times[name].cpu_median:.1f}"]
            for name in times
        ],
    )
    print(f"Largest difference of the maps: {np.abs(ours() - theirs()).max():.1e} px\n")


def landmarks() -> None:
    """Compare the evaluations of dlib's shape predictor: the first face of a command."""
    box = [230, 330, 540, 640]
    setup = (
        f"import cv2, numpy as np\npixels = cv2.imread({str(_PORTRAIT)!r})[..., ::-1].copy()\n"
        f"box = np.array({box}, float)\n"
    )
    rows = []
    for name, script in _LANDMARKS.items():
        seconds_of(setup + script)  # the first run converts the model
        rows.append([name, f"{seconds_of(setup + script) - seconds_of(setup):.2f}"])
    print_table(["first face of a process", "CPU s"], rows)


def minimizers(iterations: int, size: int) -> None:
    """Compare the L-BFGS: loss after as many evaluations of loss and gradient."""
    import torch

    from facestyle.neural.loss_network import load_loss_network
    from facestyle.neural.objective import Objective
    from facestyle.neural.optimize import optimize
    from facestyle.neural.pictures import resize, to_tensor
    from facestyle.neural.settings import Minimizer, OptimizeOptions
    from facestyle.neural.style_pictures import StylePicture

    content = resize(to_tensor(read_image(_PORTRAIT).rgb), (size, size))
    style = to_tensor(read_image(ROOT / "exemplars" / "sources" / "mona_lisa.jpg").rgb)
    network = load_loss_network()
    options = OptimizeOptions(
        size=size, scales=1, iterations=iterations, minimizer=Minimizer(tolerance=0.0)
    )
    caught: list[tuple[Objective, torch.Tensor]] = []

    def torchs(evaluate: Objective, start: torch.Tensor) -> list[float]:
        picture = start.detach().clone()
        optimizer = torch.optim.LBFGS(
            [picture],
            max_iter=iterations,
            max_eval=iterations,
            history_size=100,
            line_search_fn="strong_wolfe",
        )
        losses: list[float] = []

        def closure() -> float:
            terms, picture.grad = evaluate(picture)
            losses.append(sum(terms.values()))
            return losses[-1]

        optimizer.step(closure)
        return losses

    import facestyle.neural.optimize as module

    original: Callable = module.minimize

    def catching(evaluate: Objective, start: torch.Tensor, *others: object) -> object:
        caught.append((evaluate, start))
        return original(evaluate, start, *others)

    module.minimize = catching
    begun = time.process_time()
    result = optimize(network, content, [StylePicture(style)], options)
    ours_seconds = time.process_time() - begun
    module.minimize = original
    ours = [sum(terms.values()) for terms in result.history[0]]
    begun = time.process_time()
    theirs = torchs(*caught[0])
    their_seconds = time.process_time() - begun
    counts = sorted({n for n in (10, 20, 40, iterations) if n <= iterations})
    print_table(
        [f"loss after evaluations, {size} px", *map(str, counts), "CPU s"],
        [
            [name, *(f"{min(losses[:n]):.3f}" for n in counts), f"{seconds:.1f}"]
            for name, losses, seconds in (
                ("ours", ours, ours_seconds),
                ("torch.optim.LBFGS, strong Wolfe", theirs, their_seconds),
            )
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--iterations", type=at_least_one, default=60, metavar="N")
    parser.add_argument("--size", type=at_least_one, default=128, metavar="PX")
    arguments = parser.parse_args()
    print_conditions("Hand-made parts", seed=0)
    splines()
    landmarks()
    try:
        minimizers(arguments.iterations, arguments.size)
    except ImportError as error:
        progress(f"L-BFGS left out: {error}")


if __name__ == "__main__":
    run_script(main)
