"""Print a digest of what each kernel makes of random arrays: ``every_kernel.py [NAME ...]``."""

import hashlib
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

RANDOM = np.random.default_rng(0)


def floats(*shape: int) -> np.ndarray:
    return RANDOM.random(shape, np.float32)


def paired() -> dict[str, Callable[[], Any]]:
    from facestyle.kernels import (
        candidate_search,
        local_regression,
        patch_moments,
        patch_overlap,
        quilting,
    )
    from facestyle.kernels.patch_grid import PatchGrid, PatchPlaces

    target, pictures = floats(2, 40, 44), floats(5, 2, 40, 44)
    grid = PatchGrid(np.arange(8, 32, 4), np.arange(8, 36, 4), 7)
    shape = (len(grid.rows), len(grid.columns), 6)
    places = PatchPlaces(
        RANDOM.integers(0, 5, shape, np.int32),
        RANDOM.integers(7, 33, shape, np.int32),
        RANDOM.integers(7, 37, shape, np.int32),
    )
    weights, patches = floats(*shape), floats(*shape[:2], 2, 15, 15)

    def quilted() -> np.ndarray:
        result = np.zeros_like(target)
        quilting.quilt(patches, grid, result)
        return result

    return {
        "search": lambda: candidate_search.search(target, pictures, grid, 1),
        "fit_weights": lambda: local_regression.fit_weights(
            target, pictures, grid, places, step=2, ridge=0.3
        ),
        "mix_patches": lambda: local_regression.mix_patches(pictures, places, weights, 7),
        "overlay": lambda: local_regression.overlay(patches, grid, floats(15, 15), (40, 44)),
        "pooled_moments": lambda: patch_moments.pooled_moments(
            pictures[:, :1], pictures, places, 7
        ),
        "gather": lambda: patch_overlap.gather(pictures, places, 7),
        "overlap_tables": lambda: patch_overlap.overlap_tables(floats(3, 4, 5, 2, 15, 15), 0, 4),
        "quilt": quilted,
    }


def labels() -> dict[str, Callable[[], Any]]:
    from facestyle.kernels.trw_s import label_grid
    from facestyle.mrf.graphcut import solve_labels

    unary, tables = floats(20, 24, 5), (floats(20, 23, 5, 5), floats(19, 24, 5, 5))
    steps = np.abs(np.arange(5)[:, None] - np.arange(5))
    potts, linear = 0.4 * (1 - np.eye(5)), 0.2 * np.minimum(steps, 3)
    return {
        "label_grid": lambda: [np.asarray(part) for part in label_grid(unary, *tables, 6)],
        "potts": lambda: solve_labels(unary, potts).labels,
        "linear": lambda: solve_labels(unary, linear).labels,
    }


def clips() -> dict[str, Callable[[], Any]]:
    from facestyle.kernels.detail_compositing import ReducedLayers, compose
    from facestyle.kernels.flow_reliability import judge_vectors
    from facestyle.kernels.temporal_filter import filter_recursively

    frame = RANDOM.integers(0, 256, (60, 80, 3), np.uint8)
    layers = ReducedLayers(*floats(3, 30, 40, 3))
    coefficients, flow = floats(15, 20, 4), 4 * floats(15, 20, 2) - 2

    def filtered() -> np.ndarray:
        image = floats(60, 80, 3)
        filter_recursively(image, frame, flow, coefficients[..., 0], most=0.6, tolerance=0.3)
        return image

    return {
        "compose": lambda: compose(frame, 1 / 255, layers, coefficients, 0.4),
        "filter": filtered,
        "judge_vectors": lambda: judge_vectors(flow, -flow, disocclusions=True, boundaries=True),
    }


def unpaired() -> dict[str, Callable[[], Any]]:
    from test_patchmatch import HEIGHT, WIDTH, make_problem, random_field, run

    from facestyle.kernels.bands import combine_bands
    from facestyle.kernels.float_field import FloatField, advect, tidy
    from facestyle.kernels.float_field_rendering import render
    from facestyle.kernels.matches import count_use, doubled
    from facestyle.kernels.patch_voting import Voting, vote
    from facestyle.kernels.patchmatch import SweepOptions, sweep
    from facestyle.kernels.patchmatch_problem import Problem
    from facestyle.kernels.tone_curves import RegionTones, apply_tone_curves

    target, sources, costs = make_problem()
    use = floats(len(sources.regions))
    field = random_field()
    matches = run((target, sources, costs), field, use, rounds=3, radius=16)
    moving = FloatField(field[..., 1:].astype(np.float32), field[..., 0].astype(np.uint8))
    tones = RegionTones(np.sort(floats(3, 64)), floats(3), floats(3, 16, 2))
    size, bands = (2 * HEIGHT, 2 * WIDTH), floats(4, 30, 40)
    return {
        "sweep": lambda: sweep(
            Problem(target, sources, costs, use), matches, SweepOptions(2, 16, 7, False, True)
        ),
        "vote": lambda: vote(matches, sources.pictures, size, Voting(2.0, 2.5, 2, 0.25)),
        "count_use": lambda: count_use(field, sources),
        "doubled": lambda: doubled(field, size, sources),
        "advect": lambda: advect(moving, 3 * floats(6, 7, 2)),
        "tidy": lambda: tidy(moving),
        "render": lambda: render(moving, sources.pictures),
        "bands": lambda: combine_bands(floats(30, 40, 3), *bands[:3], 0.8, 0.5),
        "tone_curves": lambda: apply_tone_curves(
            bands[0], bands[1], RANDOM.integers(1, 256, (3, 30, 40), np.uint8), tones
        ),
    }


def main(names: list[str]) -> None:
    global RANDOM
    for group in (paired, labels, clips, unpaired):
        if names and group.__name__ not in names:
            continue
        RANDOM = np.random.default_rng(1)
        for name, kernel in group().items():
            made = kernel()
            digest = hashlib.blake2b(digest_size=8)
            for array in made if isinstance(made, tuple | list) else (made,):
                digest.update(np.ascontiguousarray(array).tobytes())
            print(name, digest.hexdigest(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
