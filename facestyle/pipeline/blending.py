"""A blend of looks: each is made by its own method, and the pictures are mixed."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from facestyle.errors import UsageError
from facestyle.exemplars import ExemplarSet
from facestyle.faces import Face
from facestyle.methods import METHODS, method_settings
from facestyle.methods.choice import choose_method, is_neural
from facestyle.methods.engine import (
    ClipContext,
    FrameEngine,
    Method,
    Outcome,
    Rendering,
    StylizedFrame,
    Target,
)
from facestyle.pipeline.settings import StylizerSettings


def is_blend(given: str | os.PathLike[str]) -> bool:
    """Whether exemplars are given as "noir+warm": no file has that name, and there is a plus."""
    return "+" in os.fspath(given) and not os.path.lexists(given)


def parse_blend(given: str | os.PathLike[str]) -> list[tuple[str, float]]:
    """Looks and their shares from "noir+warm" or "noir:2+warm:1"; shares sum to 1.

    Raises
    ------
    UsageError
        If a part has no name, or its share is no positive number.
    """
    parts = []
    for part in os.fspath(given).split("+"):
        name, colon, share = part.rpartition(":") if ":" in part else (part, "", "1")
        try:
            weight = float(share)
        except ValueError:
            name, weight = (part, 1.0) if colon and os.path.exists(part) else ("", 0.0)
        if not name.strip() or not 0 < weight < float("inf"):
            raise UsageError(
                f"'{os.fspath(given)}': expected looks with a plus between, such as noir+warm, or "
                "with their shares, which are above 0, noir:2+warm:1"
            )
        parts.append((name.strip(), weight))
    total = sum(weight for _, weight in parts)
    return [(name, weight / total) for name, weight in parts]


def make_blend(
    given: str | os.PathLike[str],
    method: str,
    options: Mapping[str, Any],
    settings: StylizerSettings,
) -> tuple[ExemplarSet, Method, str]:
    """Read the looks of a blend and make their methods.

    Parameters
    ----------
    given : str or path-like
        See `parse_blend`.
    method : str
        Of all looks; "auto" chooses for each.
    options : mapping of str to object
        Settings of methods; each look takes those that its method has.
    settings : StylizerSettings
        Its seed and its landmark detector are used.

    Returns
    -------
    exemplars : ExemplarSet
        Of all looks.
    method : Method
    reason : str
        Which methods are used, in words.

    Raises
    ------
    UsageError
        If the method is neural, or no look's method has a setting.
    """
    if is_neural(method, options):
        raise UsageError(
            f"'{os.fspath(given)}': blends are of methods energy and patch, not of neural"
        )
    parts = parse_blend(given)
    sets = [ExemplarSet.load(name, landmarks=settings.landmarks) for name, _ in parts]
    chosen, reasons = [], []
    used: set[str] = set()
    for (name, weight), exemplars in zip(parts, sets, strict=True):
        kind = choose_method(exemplars, method, seed=settings.seed)[0].name
        known = method_settings(kind).SETTINGS.options()
        own = {option: value for option, value in options.items() if option in known}
        used.update(own)
        one, reason = choose_method(exemplars, method, own, seed=settings.seed)
        chosen.append(one)
        reasons.append(f"{weight:.0%} {name} by {reason.split(' ')[0]}")
    for option in options:
        if option not in used:
            owners = [n for n in METHODS if option in method_settings(n).SETTINGS.options()]
            raise UsageError(
                f"{option}: belongs to method {' or '.join(owners).replace('_', '-')}; the blend "
                f"is {', '.join(reasons)}"
            )
    weights = [weight for _, weight in parts]
    return _joined(sets), BlendedMethod(chosen, weights), ", ".join(reasons)


class BlendedMethod(Method):
    """Mixes the results of several methods.

    Parameters
    ----------
    methods : sequence of Method
    weights : sequence of float
        Sum 1.
    """

    name = "blend"
    explains = False

    def __init__(self, methods: Sequence[Method], weights: Sequence[float]) -> None:
        self._methods = tuple(methods)
        self._weights = tuple(weights)

    @property
    def fingerprint(self) -> str:
        """The methods' settings and shares in words."""
        parts = zip(self._methods, self._weights, strict=True)
        return "; ".join(f"{weight} {m.name} {m.fingerprint}" for m, weight in parts)

    def needs_face(self, rendering: Rendering) -> bool:
        """Whether any of the methods does."""
        return any(method.needs_face(rendering) for method in self._methods)

    def check(self, rendering: Rendering) -> None:
        """Raise `UsageError` where one of the methods cannot do what is asked."""
        for method in self._methods:
            method.check(rendering)

    def matte(self, image: np.ndarray, face: Face) -> np.ndarray:
        """Opacity of the person, as the first method has it."""
        return self._methods[0].matte(image, face)

    def stylize(self, target: Target, rendering: Rendering) -> Outcome:
        """Stylize one picture by each method and mix the results."""
        return self.mixed([method.stylize(target, rendering) for method in self._methods])

    def frames(self, clip: ClipContext) -> FrameEngine:
        """What stylizes a clip by each method, and mixes the frames."""
        return _BlendedFrames(self, [method.frames(clip) for method in self._methods])

    def mixed(self, outcomes: Sequence[Outcome]) -> Outcome:
        """Mix what the methods made of one picture."""
        image = sum(w * o.image for w, o in zip(self._weights, outcomes, strict=True))
        timings: dict[str, float] = {}
        for outcome in outcomes:
            for stage, seconds in outcome.timings.items():
                timings[stage] = timings.get(stage, 0.0) + seconds
        return Outcome(np.asarray(image, np.float32), outcomes[0].alpha, timings=timings)


class _BlendedFrames(FrameEngine):
    """Frames of several engines, mixed."""

    def __init__(self, method: BlendedMethod, engines: Sequence[FrameEngine]) -> None:
        self._method, self._engines = method, tuple(engines)

    def step(self, frame: np.ndarray) -> StylizedFrame:
        done = [engine.step(frame) for engine in self._engines]
        return replace(done[0], outcome=self._method.mixed([one.outcome for one in done]))

    def state(self) -> dict[str, np.ndarray]:
        return {
            f"{number}.{name}": value
            for number, engine in enumerate(self._engines)
            for name, value in engine.state().items()
        }

    def restore(self, state: dict[str, np.ndarray]) -> None:
        for number, engine in enumerate(self._engines):
            start = f"{number}."
            own = {n.removeprefix(start): v for n, v in state.items() if n.startswith(start)}
            engine.restore(own)


def _joined(sets: Sequence[ExemplarSet]) -> ExemplarSet:
    """All exemplars of several sets."""
    fingerprints: list[str] = []
    for one in sets:
        fingerprints += one.fingerprints or []
    portraits = [portrait for one in sets for portrait in one]
    complete = len(fingerprints) == len(portraits)
    problems: list[tuple[Path, str]] = [problem for one in sets for problem in one.problems]
    return ExemplarSet(
        portraits, fingerprints=fingerprints if complete else None, problems=problems
    )
