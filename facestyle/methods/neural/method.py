"""Neural style transfer as a method of the stylizer: any picture in, face or not.

PyTorch is imported when the first picture is stylized, so a stylizer can be sent to other
processes.
"""

from __future__ import annotations

import functools
import os
import time
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from facestyle import disk_cache
from facestyle.errors import ModelFileError, UsageError
from facestyle.exemplars import ExemplarSet
from facestyle.faces.regions import segment_regions
from facestyle.methods.engine import (
    ClipContext,
    FrameEngine,
    Method,
    Outcome,
    Rendering,
    Target,
)
from facestyle.methods.neural.by_region import (
    FACE_FOREIGN_STYLE,
    FACE_STYLE,
    face_and_rest,
    for_faces,
    regions_of_style,
)
from facestyle.methods.neural.enlarging import enlarged_like
from facestyle.methods.neural.face_strokes import stroke_weights
from facestyle.methods.neural.settings import ITERATIONS_ON_CPU, NeuralSettings
from facestyle.neural import api
from facestyle.neural.dependencies import require_torch
from facestyle.neural.model_names import check_model, find_model
from facestyle.neural.settings import Minimizer, OptimizeOptions
from facestyle.neural.small_pictures import SMALLEST_SIDE
from facestyle.neural.style_images import StyleImage
from facestyle.progress import Step, tell

if TYPE_CHECKING:
    from facestyle.neural.model_files import Model
    from facestyle.neural.optimize import Evaluation


class NeuralMethod(Method):
    """Redraws pictures by optimization, or by a trained network.

    Parameters
    ----------
    exemplars : ExemplarSet or None
        The style pictures, for optimization; None where the settings name a model.
    settings : NeuralSettings
    seed : int
        Of the noise, where optimization starts with noise.

    Raises
    ------
    UsageError
        If there are style pictures and a model, or neither, or settings of the one for the other.
    """

    name = "neural"
    settings: NeuralSettings
    explains = False
    backgrounds = ("stylize", "keep")
    without_face = "whole pictures need none: leave out area, by_region and background keep"

    def __init__(
        self, exemplars: ExemplarSet | None, settings: NeuralSettings, *, seed: int = 0
    ) -> None:
        if (exemplars is None) == (settings.model is None):
            raise UsageError("neural style transfer needs style pictures or a model, not both")
        _check(settings, 0 if exemplars is None else len(exemplars))
        self._set = exemplars
        self._seed = seed
        self.settings = settings

    def needs_face(self, rendering: Rendering) -> bool:
        """Whether only a part is redrawn, or each region by itself."""
        return self._area(rendering) != "whole" or self.settings.by_region

    @property
    def fingerprint(self) -> str:
        """Its settings in words, with the contents of its files."""
        chosen = self.settings
        files = [] if chosen.loss_network is None else [Path(chosen.loss_network)]
        if chosen.model is not None:
            files.append(find_model(chosen.model))
        contents = disk_cache.fingerprint(*(path.read_bytes() for path in files))
        return f"{chosen}, seed {self._seed}, {contents}"

    @cached_property
    def model(self) -> Model:
        """The trained network; read once."""
        assert self.settings.model is not None
        return api.load_model(self.settings.model)

    def styles(self, *, by_region: bool = False) -> list[StyleImage]:
        """The style pictures with their weights, and their regions where those are wanted."""
        pictures = () if self._set is None else self._set.pictures
        shares = self.settings.style_weights or (1.0,) * len(pictures)
        regions = self._style_regions if by_region else [None] * len(pictures)
        return [
            StyleImage(picture.image, share, mask, picture.name)
            for picture, share, mask in zip(pictures, shares, regions, strict=True)
        ]

    def stylize(self, target: Target, rendering: Rendering) -> Outcome:
        """Redraw one picture."""
        start = time.perf_counter()
        redrawn = self._redraw(target, rendering)
        timings = {"neural": time.perf_counter() - start}
        start = time.perf_counter()
        image = enlarged_like(redrawn, target.image)
        timings["enlarge"] = time.perf_counter() - start
        return Outcome(image, timings=timings)

    def frames(self, clip: ClipContext) -> FrameEngine:
        """What redraws a clip; frames keep their size.

        Raises
        ------
        UsageError
            If a part of the picture was asked for: faces are not followed.
        """
        if self.needs_face(clip.rendering):
            raise UsageError(
                "method neural redraws whole frames of a video; leave out area, by_region and "
                "background keep"
            )
        if self.settings.face_strength is not None:
            raise UsageError(
                "face_strength: a video has all strokes, as faces are not followed; leave it out"
            )
        require_torch()
        from facestyle.methods.neural.clip_setup import network_frames, optimized_frames

        if self.settings.model is not None:
            return network_frames(self.model, self.settings, clip)
        return optimized_frames(self.styles(), self.options(clip.rendering), self.settings, clip)

    def options(self, rendering: Rendering) -> OptimizeOptions:
        """What the settings mean for the optimization of one picture."""
        chosen = self.settings
        options = OptimizeOptions(
            scales=chosen.scales,
            iterations=chosen.iterations or OptimizeOptions.iterations,
            strength=rendering.strength,
            colors=chosen.colors,
            initial=chosen.initial,
            content_weight=chosen.content_weight,
            style_weight=chosen.style_weight,
            total_variation_weight=chosen.total_variation_weight,
            style_scale=chosen.style_scale,
            pooling=chosen.pooling,
            minimizer=Minimizer(method=chosen.optimizer, tolerance=chosen.tolerance),
            seed=self._seed,
        )
        return options if chosen.size is None else replace(options, size=chosen.size)

    def _redraw(self, target: Target, rendering: Rendering) -> np.ndarray:
        """The picture redrawn, at the working size."""
        chosen, mask = self.settings, self._mask(target, rendering)
        if chosen.model is not None:
            return api.stylize_feedforward(
                target.image,
                self.model,
                size=chosen.size,
                strength=rendering.strength,
                strokes=self._strokes(target),
                colors=chosen.colors,
                mask=mask,
                device=chosen.device,
            )
        options, regions = self.options(rendering), None
        if chosen.iterations is None and _on_cpu(chosen.device):
            options = replace(options, iterations=ITERATIONS_ON_CPU)
        styles = self.styles(by_region=chosen.by_region)
        if chosen.by_region:
            regions = segment_regions(target.portrait).weights
            if all(style.regions is None for style in styles):
                regions = face_and_rest(regions)
                options = for_faces(options, FACE_FOREIGN_STYLE, 1)
            else:
                options = for_faces(options, FACE_STYLE, 3)
        return api.stylize_optimize(
            target.image,
            styles,
            options=options,
            mask=mask,
            regions=regions,
            loss_network=chosen.loss_network,
            device=chosen.device,
            progress=functools.partial(_tell, target.name),
        )

    def _strokes(self, target: Target) -> np.ndarray | None:
        """How strong a network's strokes are at each place."""
        if self.model.network.palette is None:
            return None
        size, longer = self.settings.size, max(target.image.shape[:2])
        return stroke_weights(target.image, self.settings.face_strength, (size or longer) / longer)

    def _area(self, rendering: Rendering) -> str:
        """Where to stylize: a background that is kept leaves the person."""
        if rendering.background.kind == "keep" and self.settings.area == "whole":
            return "person"
        return self.settings.area

    def _mask(self, target: Target, rendering: Rendering) -> np.ndarray | None:
        area = self._area(rendering)
        if area == "whole":
            return None
        if area == "face":
            return segment_regions(target.portrait).weights[0]
        return target.portrait.matte if area == "person" else 1 - target.portrait.matte

    @cached_property
    def _style_regions(self) -> list[np.ndarray | None]:
        pictures = () if self._set is None else self._set.pictures
        return [regions_of_style(picture.name, picture.image) for picture in pictures]


def _on_cpu(device: str) -> bool:
    """Whether pictures are computed on a processor."""
    require_torch()
    from facestyle.neural.device import choose_device

    return choose_device(device).type == "cpu"


def _tell(name: str, now: Evaluation) -> None:
    """Tell how far an optimization is."""
    from facestyle.neural.pictures import to_array

    detail = f"loss {sum(now.losses.values()):.3g} at {max(now.size)} px"
    tell(Step(name, now.done, now.most, detail, lambda: to_array(now.picture)))


def _check(settings: NeuralSettings, count: int) -> None:
    """Refuse settings that contradict each other, for so many style pictures."""
    weights = settings.style_weights
    if weights is not None and len(weights) != count:
        raise UsageError(f"style_weights: found {len(weights)} for {count} style pictures")
    if weights is not None and not sum(weights) > 0:
        raise UsageError("style_weights: found no weight above 0")
    if settings.loss_network is not None and not os.path.isfile(settings.loss_network):
        raise ModelFileError(f"{settings.loss_network}: no such file, expected a loss network")
    if settings.model is None:
        if settings.face_strength is not None:
            raise UsageError("face_strength: belongs to a trained model; by_region spares faces")
        return
    check_model(settings.model)  # now, not when the first picture is redrawn
    if settings.size is not None and settings.size < SMALLEST_SIDE:
        raise UsageError(
            f"size: found {settings.size}; a trained network draws noise below {SMALLEST_SIDE} px, "
            f"expected {SMALLEST_SIDE} or more"
        )
    for name, _ in settings.without_effect():
        raise UsageError(
            f"{name}: belongs to optimization; a trained model has its style inside. Leave it "
            "out, or give style pictures instead of the model"
        )
