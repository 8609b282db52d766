"""What a method of stylizing is: the protocol that pictures, clips, caches and options go by."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

import numpy as np

from facestyle import disk_cache
from facestyle.compositing.background import STYLIZE, Background
from facestyle.errors import UsageError
from facestyle.exemplars import ExemplarSet
from facestyle.faces import Face, Portrait, person_matte
from facestyle.flow import DEFAULT_FLOW, FlowSource
from facestyle.frozen import FrozenRecord
from facestyle.imaging.threads import in_threads
from facestyle.settings import Settings
from facestyle.tracking.tracker import FaceTracker

Stored = TypeVar("Stored")


@dataclass(frozen=True)
class Rendering:
    """What every method is asked for, whatever its own settings.

    Attributes
    ----------
    strength : float
        From 0, the picture itself, to 1, the full style.
    background : Background
        What is behind the person.
    landmarks : {"auto", "dlib", "mesh"}
        What finds faces, for methods that look for some themselves.
    """

    strength: float = 1.0
    background: Background = STYLIZE
    landmarks: str = "auto"


@dataclass(frozen=True)
class Target(FrozenRecord):
    """A picture to be stylized.

    Attributes
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    name : str
        What to call it in messages.
    face : Portrait or None
        The picture with the face found in it; None where the method needs no face.
    """

    image: np.ndarray
    name: str
    face: Portrait | None = None

    @property
    def portrait(self) -> Portrait:
        """The picture with its face, for methods that need one."""
        if self.face is None:
            raise TypeError("a target without a face was given to a method that needs one")
        return self.face


@dataclass(frozen=True)
class Outcome(FrozenRecord):
    """What a method makes of one picture.

    Attributes
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    alpha : (H, W) float32 or None
        Opacity, where the background was asked to be transparent.
    labels : (h, w) int32 or None
        Exemplar used, on a grid over the picture; None where none is chosen by place.
    names : tuple of str
        The exemplars that the labels count.
    timings : dict of str to float
        Seconds of each stage.
    maps : dict of str to ndarray
        Further pictures that explain the result, (h, w) or (h, w, 3): ``gain_1`` and so on, from
        fine to coarse. ``weights`` and ``weights_unfiltered``, (K, h, w): each exemplar's share
        after and before the seams were filtered.
    aligned : callable
        Returns the exemplars warped onto the face, (K, h, w, 3) float32.
    """

    image: np.ndarray
    alpha: np.ndarray | None = None
    labels: np.ndarray | None = None
    names: tuple[str, ...] = ()
    timings: dict[str, float] = field(default_factory=dict)
    maps: dict[str, np.ndarray] = field(default_factory=dict)
    aligned: Callable[[], np.ndarray] = field(
        default=lambda: np.empty((0, 0, 0, 3), np.float32), repr=False
    )


@dataclass(frozen=True)
class StylizedFrame(FrozenRecord):
    """What a method makes of one frame of a clip.

    Attributes
    ----------
    outcome : Outcome
    face : Face or None
        The tracked face; where it would be, in a frame that does not show it. None where the
        method looks for none.
    found : bool
        Whether the face is seen.
    matte : (H, W) float32 or None
        Opacity of the person.
    """

    outcome: Outcome
    face: Face | None = None
    found: bool = False
    matte: np.ndarray | None = None


class FrameEngine(ABC):
    """Stylizes a clip frame by frame; remembers no more than the frame before.

    Whatever it remembers can be taken out as arrays and put back, in another process too: the
    frames that follow are the same, bit by bit.
    """

    # whether all frames must be shown to `study` before the first `step`
    needs_all_frames: ClassVar[bool] = False

    def study(self, frames: Iterable[np.ndarray]) -> None:
        """Look at all frames that `step` will get, in their order; nothing keeps them all."""
        raise TypeError(f"{type(self).__name__} needs no look at all frames")

    @abstractmethod
    def step(self, frame: np.ndarray) -> StylizedFrame:
        """Stylize the next frame, (H, W, 3) uint8, uint16 or float32 RGB."""

    def finish(self) -> None:  # noqa: B027  most have nothing to say
        """Say, after the last frame, what is known only then."""

    @abstractmethod
    def state(self) -> dict[str, np.ndarray]:
        """Everything that the next frame depends on."""

    @abstractmethod
    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state`; an empty one begins anew."""


@dataclass(frozen=True)
class ClipContext:
    """What a clip is stylized with, whatever the method.

    Attributes
    ----------
    rendering : Rendering
    tracker : FaceTracker
        Follows the face.
    flow : FlowSource
        Where motion comes from.
    name : str
        What to call it in messages.
    """

    rendering: Rendering = Rendering()
    tracker: FaceTracker = field(default_factory=FaceTracker)
    flow: FlowSource = DEFAULT_FLOW
    name: str = "the clip"


class Method(ABC):
    """One way to stylize: holds the prepared exemplars.

    A method is made as ``SomeMethod(exemplars, settings, seed=0)``, where the settings are of the
    class `SETTINGS` in the ``settings.py`` of its folder. Making it is cheap: exemplars are
    prepared when the first picture needs them.

    Attributes
    ----------
    name : str
        Its key in `facestyle.methods.METHODS`.
    settings : Settings
    """

    name: ClassVar[str]
    settings: Settings
    # whether outcomes have labels, maps and aligned exemplars to show
    explains: ClassVar[bool] = True
    # kinds of `Background` that it can make; others are refused before any work
    backgrounds: ClassVar[tuple[str, ...]] = ("stylize",)
    # what to do about a picture that shows no face, besides giving its landmarks
    without_face: ClassVar[str] = ""
    # why a face, landmarks or a matte are refused where `needs_face` says that none is needed
    with_whole_pictures: ClassVar[str] = ""

    def needs_face(self, rendering: Rendering) -> bool:
        """Whether targets must come with a face."""
        del rendering
        return True

    def check(self, rendering: Rendering) -> None:
        """Raise `UsageError` where the method cannot do what is asked; made before any work."""
        kind = rendering.background.kind
        if kind not in self.backgrounds:
            found = "a color" if kind == "color" else kind
            raise UsageError(
                f"background: found {found}, expected {' or '.join(self.backgrounds)} with method "
                f"{self.name.replace('_', '-')}"
            )

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Its settings in words: what results depend on besides exemplars and picture."""

    def used_together(self) -> Mapping[int, Sequence[int]]:
        """For each exemplar that may lead, those used with it; empty where all always are."""
        return {}

    def matte(self, image: np.ndarray, face: Face) -> np.ndarray:
        """Opacity of the person that a face belongs to, (H, W) float32."""
        return person_matte(image, face)

    @abstractmethod
    def stylize(self, target: Target, rendering: Rendering) -> Outcome:
        """Stylize one picture; the result has its size."""

    @abstractmethod
    def frames(self, clip: ClipContext) -> FrameEngine:
        """What stylizes a clip."""


def prepare_all(
    exemplars: ExemplarSet,
    name: str,
    kind: type[Stored],
    prepare: Callable[[Portrait], Stored],
) -> list[Stored]:
    """Prepare every exemplar, by way of the disk cache where the set came from files.

    Parameters
    ----------
    exemplars : ExemplarSet
    name : str
        Of the preparation, in the cache.
    kind : type
        The dataclass that `prepare` returns.
    prepare : callable
        From a portrait to a `kind`.

    Returns
    -------
    list of `kind`
        In the order of the exemplars.
    """
    if exemplars.fingerprints is None:
        return in_threads(prepare, exemplars)

    def load_or_prepare(pair: tuple[Portrait, str]) -> Stored:
        portrait, content = pair
        key = disk_cache.fingerprint("prepared", name, content)
        stored = disk_cache.load(kind, key)
        if stored is None:
            stored = prepare(portrait)
            disk_cache.save(key, stored)
        return stored

    return in_threads(load_or_prepare, zip(exemplars, exemplars.fingerprints, strict=True))
