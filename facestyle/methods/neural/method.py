"""Neural style transfer behind the stylizer's interface: any picture in, face or not.

PyTorch is imported when the first picture is stylized, so a stylizer can be sent to other
processes.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from facestyle.errors import FaceError, UsageError
from facestyle.faces import Face, Portrait, portrait_from_image
from facestyle.faces.regions import segment_regions
from facestyle.flow import parse_flow_source
from facestyle.io.images import from_array, read_image, to_array
from facestyle.neural import api
from facestyle.neural.settings import PRESETS, OptimizeOptions
from facestyle.neural.video.settings import VIDEO_PRESETS

if TYPE_CHECKING:
    from facestyle.methods.frames import FrameStylizer
    from facestyle.neural.model_files import Model
    from facestyle.pipeline.batch import BatchResult

AREAS = ("whole", "face", "person", "background")

# deeper layers hold whole eyes and mouths: a face's own statistics there fill it with small faces
_FACE_STYLE_LAYERS = ("relu1_1", "relu2_1")
_FACE_CONTENT = 5.0  # how much more the content weighs


@dataclass(frozen=True)
class NeuralResult:
    """A stylized picture.

    Attributes
    ----------
    image : ndarray
        Of the input's type and number of channels; its longer side is the size asked for.
    alpha : (H, W) float32 or None
        Opacity, where the input had one.
    face : Face or None
        The face, where one was looked for; in pixels of the input.
    method : str
    timings : dict of str to float
        Seconds of each stage.
    """

    image: np.ndarray
    alpha: np.ndarray | None
    face: Face | None
    method: str
    timings: dict[str, float]


@dataclass(frozen=True)
class NeuralStylizer:
    """Redraws pictures by optimization, or by a trained network.

    Attributes
    ----------
    styles : tuple of Path
        Style pictures, for optimization.
    model : Path or str or None
        A model of `facestyle train`, for the feed-forward network: a file, or the name of one
        that comes with facestyle.
    shares : tuple of float or None
        Weight of every style picture; equal where it is None.
    strength : float
        0 leaves the picture unchanged, 1 is the whole style.
    colors : {"style", "keep"}
        "keep" transfers luminance only.
    area : {"whole", "face", "person", "background"}
        Where to stylize; all but the first need a face.
    by_region : bool
        Take skin from skin, hair from hair, clothes from clothes, background from background;
        needs a face in the picture. A style picture without a face serves all regions.
    preset : {"default", "gatys", "ruder"}
        Settings of optimization to begin with: this project's or a paper's.
    size : int or None
        Longer side of the result in pixels. None: 512 for optimization, and the picture's own
        for a trained network.
    iterations : int or None
        Iterations at the coarsest scale; the default of optimization if None.
    seed : int
        Seed of the noise, where optimization starts with noise.
    device : {"auto", "cpu", "cuda", "mps"}
        Where to compute.
    loss_network : Path or None
        A VGG-16 or VGG-19 as safetensors; the bundled VGG-16 if None.
    landmarks : {"auto", "dlib", "mesh"}
        Backend of the face search.
    video_preset : str or None
        How the frames of a video depend on each other in optimization: a name among
        `facestyle.neural.video.settings.VIDEO_PRESETS`; "short-term" if None.
    flow : str or Path
        How motion is found in videos: dis, deepflow, sparse-to-dense, or a folder of .flo files;
        see `facestyle.flow.FlowSource`.
    """

    styles: tuple[Path, ...] = ()
    model: Path | str | None = None
    shares: tuple[float, ...] | None = None
    strength: float = 1.0
    colors: str = "style"
    area: str = "whole"
    by_region: bool = False
    preset: str = "default"
    size: int | None = None
    iterations: int | None = None
    seed: int = 0
    device: str = "auto"
    loss_network: Path | None = None
    landmarks: str = "auto"
    video_preset: str | None = None
    flow: str | Path = "dis"
    method_reason: str = field(default="neural: asked for", init=False)

    def __post_init__(self) -> None:
        if bool(self.styles) == (self.model is not None):
            raise UsageError("neural style transfer needs style pictures or a model, not both")
        if self.area not in AREAS:
            raise UsageError(f"area: found '{self.area}', expected {', '.join(AREAS)}")
        if self.preset not in PRESETS:
            raise UsageError(f"preset: found '{self.preset}', expected {', '.join(PRESETS)}")
        if self.video_preset not in (None, *VIDEO_PRESETS):
            raise UsageError(
                f"video_preset: found '{self.video_preset}', expected {', '.join(VIDEO_PRESETS)}"
            )
        parse_flow_source(self.flow)
        if self.shares is not None and len(self.shares) != len(self.styles):
            raise UsageError(
                f"found {len(self.shares)} weights for {len(self.styles)} style pictures"
            )
        own = (self.by_region, self.iterations, self.loss_network, self.video_preset)
        if self.model is not None and any(own):
            raise UsageError(
                "a trained model has its style inside: regions, iterations, loss network and "
                "video preset belong to optimization; leave them out, or give style pictures"
            )

    def __call__(self, image: np.ndarray) -> NeuralResult:
        """Stylize one picture: (H, W), (H, W, 3) or (H, W, 4) uint8, uint16 or float, sRGB."""
        return self.stylize(image)

    def stylize(
        self, image: np.ndarray, *, landmarks: np.ndarray | None = None, name: str = "the picture"
    ) -> NeuralResult:
        """Stylize one picture that has a name for messages.

        Parameters
        ----------
        image : (H, W), (H, W, 3) or (H, W, 4) uint8, uint16 or float
            sRGB.
        landmarks : (68, 2) float64, optional
            Known landmarks, xy px; nothing is detected then.
        name : str
            What to call the picture.

        Returns
        -------
        NeuralResult

        Raises
        ------
        FaceError
            A face is needed, and there is none.
        """
        start = time.perf_counter()
        rgb, alpha = from_array(image)
        portrait = None
        if self.area != "whole" or self.by_region:
            portrait = portrait_from_image(
                rgb, name=name, landmarks=self.landmarks, given=landmarks
            )
        timings = {"faces": time.perf_counter() - start}
        start = time.perf_counter()
        redrawn = self._redraw(rgb, portrait)
        timings["neural"] = time.perf_counter() - start
        timings["total"] = sum(timings.values())
        if alpha is not None:
            size = (redrawn.shape[1], redrawn.shape[0])
            alpha = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
        face = None if portrait is None else portrait.face
        return NeuralResult(to_array(redrawn, alpha, image), alpha, face, "neural", timings)

    def map(self, paths: Sequence[str | Path], *, jobs: int = 1) -> Iterator[BatchResult]:
        """Stylize many files; a failure is a result with `.error`."""
        from facestyle.pipeline.batch import stylize_files

        return stylize_files(self, [Path(path) for path in paths], jobs=jobs)

    def frame_stylizer(self) -> FrameStylizer:
        """What redraws a clip frame by frame; frames keep their size.

        The preset "multi-pass" has to `study` all frames before the first.

        Raises
        ------
        UsageError
            If a part of the picture was asked for: faces are not followed.
        """
        from facestyle.methods.neural.clip_setup import neural_frames

        return neural_frames(self)

    def video(self, frames: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Redraw frames, (H, W, 3) uint8, uint16 or float32; each comes in its own type.

        Results come one by one, but for the preset "multi-pass", which needs all frames first.
        """
        from facestyle.methods.frames import ForesightedStylizer, frame_of

        worker = self.frame_stylizer()
        if isinstance(worker, ForesightedStylizer):
            frames = list(frames)
            worker.study(frames)
        for frame in frames:
            yield frame_of(worker.step(frame).image, frame.dtype)

    @property
    def file_contents(self) -> list[bytes]:
        """Everything that results depend on beside the settings."""
        from facestyle.neural.model_files import find_model

        paths = [*self.styles, *([self.loss_network] if self.loss_network else [])]
        if self.model is not None:
            paths.append(find_model(self.model))
        flow = parse_flow_source(self.flow).fingerprint.encode()
        return [flow, *(path.read_bytes() for path in paths)]

    def _redraw(self, rgb: np.ndarray, portrait: Portrait | None) -> np.ndarray:
        mask = None if portrait is None else self._mask(portrait)
        if self.model is not None:
            return api.stylize_feedforward(
                rgb,
                self.loaded_model,
                size=self.size,
                strength=self.strength,
                colors=self.colors,
                mask=mask,
                device=self.device,
            )
        regions = segment_regions(portrait).weights if portrait and self.by_region else None
        options = replace(PRESETS[self.preset], **self._settings)
        return api.stylize_optimize(
            rgb,
            self._style_pictures,
            shares=self.shares,
            options=options if regions is None else _for_faces(options),
            mask=mask,
            regions=regions,
            style_regions=None if regions is None else self._style_regions,
            loss_network=self.loss_network,
            device=self.device,
        )

    def _mask(self, portrait: Portrait) -> np.ndarray | None:
        if self.area == "whole":
            return None
        if self.area == "face":
            return segment_regions(portrait).weights[0]
        return portrait.matte if self.area == "person" else 1 - portrait.matte

    @property
    def _settings(self) -> dict[str, Any]:
        """Fields of `OptimizeOptions` that differ from the preset's."""
        chosen: dict[str, Any] = {
            "strength": self.strength,
            "colors": self.colors,
            "seed": self.seed,
            "size": self.size,
            "iterations": self.iterations,
        }
        return {name: value for name, value in chosen.items() if value is not None}

    @cached_property
    def loaded_model(self) -> Model:
        """The trained network; read once."""
        assert self.model is not None
        return api.load_model(self.model)

    @cached_property
    def _style_pictures(self) -> list[np.ndarray]:
        return [read_image(path).rgb for path in self.styles]

    @cached_property
    def _style_regions(self) -> list[np.ndarray | None]:
        return [
            self._regions_of_style(path, picture)
            for path, picture in zip(self.styles, self._style_pictures, strict=True)
        ]

    def _regions_of_style(self, path: Path, picture: np.ndarray) -> np.ndarray | None:
        try:
            portrait = portrait_from_image(picture, name=str(path), landmarks=self.landmarks)
        except FaceError:
            return None
        return segment_regions(portrait).weights


def _for_faces(options: OptimizeOptions) -> OptimizeOptions:
    """Settings that take colors and strokes from the regions of a face, but no features."""
    return replace(
        options,
        style_layers=_FACE_STYLE_LAYERS,
        content_weight=_FACE_CONTENT * options.content_weight,
    )
