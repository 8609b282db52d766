"""Neural style transfer as a method of the stylizer: any picture in, face or not.

PyTorch is imported when the first picture is stylized, so a stylizer can be sent to other
processes.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from facestyle import disk_cache
from facestyle.errors import UsageError
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
    with_own_lightness,
)
from facestyle.methods.neural.checks import check_area, check_settings
from facestyle.methods.neural.enlarging import enlarged_like
from facestyle.methods.neural.face_strokes import stroke_weights
from facestyle.methods.neural.settings import ITERATIONS_ON_CPU, NeuralSettings
from facestyle.neural import api
from facestyle.neural.dependencies import require_torch
from facestyle.neural.model_names import find_model
from facestyle.neural.settings import Minimizer, OptimizeOptions
from facestyle.neural.style_images import StyleImage
from facestyle.progress import Step, naming, tell

if TYPE_CHECKING:
    from facestyle.neural.model_files import Model
    from facestyle.neural.optimize import Evaluation


_LOG = logging.getLogger(__name__)


class NeuralMethod(Method):
    """Redraws pictures by optimization, or by a trained network.

    Parameters
    ----------
    exemplars : ExemplarSet or None
        The style pictures, for optimization; None where the settings name a model.
    settings : NeuralSettings
    seed : int
        Of the noise: of what optimization starts with, and of what networks draw flat parts from.

    Raises
    ------
    UsageError
        If there are style pictures and a model, or neither, or settings of the one for the other.
    """

    name = "neural"
    settings: NeuralSettings
    explains = False
    backgrounds = ("stylize", "keep")
    without_face = 'whole pictures need none: leave out area=..., by_region and background="keep"'
    with_whole_pictures = (
        "has no meaning for method neural, which redraws whole pictures here, whoever they show; "
        "leave it out, or choose a part of the picture by area=..."
    )

    def __init__(
        self, exemplars: ExemplarSet | None, settings: NeuralSettings, *, seed: int = 0
    ) -> None:
        if exemplars is None and settings.model is None:
            raise UsageError(
                "exemplars: found none; method neural needs style pictures, or a trained network: "
                "model=..."
            )
        if exemplars is not None and settings.model is not None:
            raise UsageError(
                f"exemplars: found {len(exemplars)} style pictures and a trained network, "
                f'model="{settings.model}", which has its style inside; leave one of the two out'
            )
        check_settings(settings, 0 if exemplars is None else len(exemplars))
        self._set = exemplars
        self._regions: dict[str, list[np.ndarray | None]] = {}
        self._seed, self._said = seed, False
        self.settings = settings

    def check(self, rendering: Rendering) -> None:
        """Raise `UsageError` where the method cannot do what is asked; made before any work."""
        super().check(rendering)
        check_area(self.settings, rendering)

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

    def styles(self, regions: Sequence[np.ndarray | None] | None = None) -> list[StyleImage]:
        """The style pictures with their weights, and their regions where those are wanted."""
        pictures = () if self._set is None else self._set.pictures
        shares = self.settings.style_weights or (1.0,) * len(pictures)
        regions = regions or [None] * len(pictures)
        return [
            StyleImage(picture.image, share, mask, picture.name)
            for picture, share, mask in zip(pictures, shares, regions, strict=True)
        ]

    def stylize(self, target: Target, rendering: Rendering) -> Outcome:
        """Redraw one picture."""
        start = time.perf_counter()
        with naming(target.name):
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
            If a part of the picture was asked for: persons are not followed.
        """
        if self.needs_face(clip.rendering):
            raise UsageError(
                "method neural redraws whole frames of a video; leave out area=..., by_region and "
                'background="keep"'
            )
        require_torch()
        from facestyle.methods.neural.clip_setup import network_frames, optimized_frames

        if self.settings.model is not None:
            self._tell_of_idle_strength()
            return network_frames(self.model, self.settings, clip, seed=self._seed)
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
                strokes=api.Strokes(self._stroke_weights(target, rendering), self._seed),
                colors=chosen.colors,
                mask=mask,
                device=chosen.device,
            )
        options, regions, whole = self.options(rendering), None, None
        if chosen.iterations is None and _on_cpu(chosen.device):
            options = replace(options, iterations=ITERATIONS_ON_CPU)
        styles = self.styles(self._style_regions(rendering) if chosen.by_region else None)
        if chosen.by_region:
            regions = whole = segment_regions(target.portrait).weights
            if all(style.regions is None for style in styles):
                regions = face_and_rest(regions)
                options = for_faces(options, FACE_FOREIGN_STYLE, 1)
            else:
                options = for_faces(options, FACE_STYLE, 3)
        redrawn = api.stylize_optimize(
            target.image,
            styles,
            options=options,
            mask=mask,
            regions=regions,
            loss_network=chosen.loss_network,
            device=chosen.device,
            progress=_tell,
        )
        if whole is None or chosen.colors == "keep" or rendering.strength == 0:
            return redrawn
        return with_own_lightness(redrawn, target.image, whole)

    def _stroke_weights(self, target: Target, rendering: Rendering) -> np.ndarray | None:
        """How strong a network's strokes are at each place."""
        self._tell_of_idle_strength()
        if self.model.network.palette is None:
            return None
        size, longer = self.settings.size, max(target.image.shape[:2])
        wanted = self.settings.face_strength
        weights = stroke_weights(
            target.image,
            wanted,
            (size or longer) / longer,
            landmarks=rendering.landmarks,
            usual=self.model.face_strength,
        )
        if weights is None and wanted not in (None, 1):
            _LOG.warning("%s: face_strength has no effect, for no face was found", target.name)
        return weights

    def _tell_of_idle_strength(self) -> None:
        """Say once that a network has no strokes to weaken: it changes no recolored picture."""
        if self.model.network.palette is None and self.settings.face_strength is not None:
            level = logging.DEBUG if self._said else logging.WARNING
            self._said = True
            _LOG.log(
                level,
                "face_strength: has no effect with %s, which does not tell strokes from the rest; "
                "the bundled styles, and those that are added to them, do",
                self.settings.model,
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

    def _style_regions(self, rendering: Rendering) -> list[np.ndarray | None]:
        """Regions of the style pictures; found once for each detector of faces."""
        found = self._regions.get(rendering.landmarks)
        if found is None:
            found = [
                regions_of_style(picture.name, picture.image, rendering.landmarks)
                for picture in (() if self._set is None else self._set.pictures)
            ]
            self._regions[rendering.landmarks] = found
        return found


def _on_cpu(device: str) -> bool:
    """Whether pictures are computed on a processor."""
    require_torch()
    from facestyle.neural.device import choose_device

    return choose_device(device).type == "cpu"


def _tell(now: Evaluation) -> None:
    """Tell how far an optimization is."""
    from facestyle.neural.pictures import to_array

    detail = f"loss {sum(now.losses.values()):.3g} at {max(now.size)} px"
    tell(Step("a picture", now.done, now.most, detail, lambda: to_array(now.picture)))
