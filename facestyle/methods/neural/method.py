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
from facestyle.errors import FaceError, ModelFileError, UsageError
from facestyle.exemplars import ExemplarSet
from facestyle.faces import Portrait, portrait_from_image
from facestyle.faces.regions import segment_regions
from facestyle.methods.engine import (
    ClipContext,
    FrameEngine,
    Method,
    Outcome,
    Rendering,
    Target,
)
from facestyle.methods.neural.enlarging import enlarged_like
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

# deeper layers hold whole eyes and mouths: a face's own statistics there fill it with small faces
_FACE_STYLE_LAYERS = ("relu1_1", "relu2_1")
# how much more the face's content weighs, and how much less its style: identity of one sitter after
# the wave .505 before (these layers everywhere, content alone 5 times), .480 with all layers but
# for the face, .493 with 10 for 5, .420 with .2 of the style
_FACE_CONTENT, _FACE_STYLE = 5.0, 0.2
# of a style that shows no face: with .2 skin had specks of all its colors (van Gogh's village)
_FACE_FOREIGN_STYLE = 0.05


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
                regions = _face_and_rest(regions)
                options = _for_faces(options, _FACE_FOREIGN_STYLE, 1)
            else:
                options = _for_faces(options, _FACE_STYLE, 3)
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
        return [_regions_of_style(picture.name, picture.image) for picture in pictures]


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


def _regions_of_style(name: str, image: np.ndarray) -> np.ndarray | None:
    """Regions of a style picture; None where it shows no face."""
    try:
        portrait: Portrait = portrait_from_image(image, name=name)
    except FaceError:
        return None
    return segment_regions(portrait).weights


def _face_and_rest(regions: np.ndarray) -> np.ndarray:
    """Make two regions of four, for styles without a face.

    All of such a style serves every region: dark hair by itself would become as light as the style.
    """
    return np.stack((regions[0], regions[1:].sum(0)))


def _for_faces(options: OptimizeOptions, style: float, others: int) -> OptimizeOptions:
    """Settings that take colors and fine strokes for the face, and all layers elsewhere.

    With the weight of the face's style, and the number of the other regions.
    """
    return replace(
        options,
        layers_of_regions=(_FACE_STYLE_LAYERS, *(options.style_layers,) * others),
        content_of_regions=(_FACE_CONTENT, *(1.0,) * others),
        style_of_regions=(style, *(1.0,) * others),
    )


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
