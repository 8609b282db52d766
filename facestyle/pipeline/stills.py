"""The pipeline, in one page: a picture and an exemplar set in, the stylized picture out."""

from __future__ import annotations

import functools
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from facestyle import disk_cache
from facestyle.compositing.background import parse_background
from facestyle.errors import FaceError, UsageError, advice
from facestyle.exemplars import ExemplarSet
from facestyle.exemplars.exemplar_set import ExemplarPicture
from facestyle.faces import Face, Portrait, find_faces, portrait_from_image, select_face
from facestyle.faces.analysis import is_large_enough
from facestyle.flow import parse_flow_source
from facestyle.io.images import from_array
from facestyle.methods.engine import ClipContext, FrameEngine, Method, Outcome, Rendering, Target
from facestyle.pipeline.clip_people import EverybodyFrames, OneOfSeveralFrames
from facestyle.pipeline.exposure import exposed
from facestyle.pipeline.mattes import check_matte
from facestyle.pipeline.own_exemplar import small_copies, warn_of_own_exemplar
from facestyle.pipeline.people import (
    SMALLEST_BYSTANDER,
    beside_others,
    bystanders,
    known_mattes,
    nearest_face_shares,
    own_share,
    person_matte_beside,
    warn_of_others,
)
from facestyle.pipeline.pictures import InputPicture, PictureLike, input_picture
from facestyle.pipeline.result import Result, make_result
from facestyle.pipeline.settings import StylizerSettings
from facestyle.spare_memory import give_back
from facestyle.tracking.tracker import FaceTracker


class StillStylizer:
    """Stylizes single pictures by a method; what batches and clips are made with.

    Parameters
    ----------
    exemplars : ExemplarSet or None
        As the method has them.
    method : Method
    settings : StylizerSettings

    Raises
    ------
    UsageError
        If a setting has no such value, or the method cannot do what is asked.
    """

    def __init__(
        self, exemplars: ExemplarSet | None, method: Method, settings: StylizerSettings
    ) -> None:
        self.exemplars = exemplars
        self.method = method
        self.settings = settings
        self.flow = parse_flow_source(settings.flow)
        self.rendering = Rendering(
            settings.strength, parse_background(settings.background), settings.landmarks
        )
        method.check(self.rendering)
        if settings.which_face != "largest" and not self.needs_face:
            raise UsageError(f"face: {self.method.with_whole_pictures}")

    def replaced(self, **settings: Any) -> StillStylizer:
        """Make one with other settings of `StylizerSettings`, and the same prepared exemplars."""
        return StillStylizer(self.exemplars, self.method, self.settings.replaced(**settings))

    def stylize(
        self,
        picture: PictureLike | InputPicture,
        *,
        landmarks: np.ndarray | None = None,
        matte: np.ndarray | None = None,
    ) -> Result:
        """Stylize one picture.

        Parameters
        ----------
        picture : ndarray, PIL.Image.Image, path-like or InputPicture
            See `facestyle.pipeline.pictures.input_picture`.
        landmarks : (68, 2) float64, optional
            Known landmarks, xy px; nothing is detected then.
        matte : (H, W), optional
            Known opacity of the person, uint8, uint16 or float in [0, 1]; instead of the one that
            is found.

        Returns
        -------
        Result

        Raises
        ------
        FaceError
            If a face is needed, and there is none.
        ImageError
            If a file is no picture.
        UsageError
            If an array is no picture.
        """
        start = time.perf_counter()
        source = picture if isinstance(picture, InputPicture) else input_picture(picture)
        rgb, alpha = from_array(source.array)
        known = None if matte is None else check_matte(matte, rgb.shape[:2])
        may_be_dim = self.settings.exposure == "auto" and self.needs_face
        shown = exposed(rgb, alpha, self.rendering.strength, source.name) if may_be_dim else rgb
        targets, rendering = self._targets(shown, alpha, landmarks, source.name)
        if self.needs_face:
            warn_of_own_exemplar(rgb, source.name, self._exemplar_copies)
        if known is not None:
            targets = self._with_matte(targets, known)
        give_back(rgb.shape[0] * rgb.shape[1])
        timings = {"faces": time.perf_counter() - start}
        outcome = self._stylize_all(targets, rendering)
        if self.rendering.strength == 0 and outcome.alpha is None:
            outcome = replace(outcome, image=rgb)  # exactly: color spaces round
        timings |= outcome.timings | {"total": time.perf_counter() - start}
        name, face = self.method.name, targets[0].face
        result = make_result(source.like, alpha, outcome, name, face, timings)
        return replace(result, source=source, people=_everybody(targets))

    def frames(self, people: int = 1, name: str = "the clip") -> FrameEngine:
        """What stylizes a clip frame by frame as this stylizes single pictures.

        Parameters
        ----------
        people : int
            Faces that the clip shows at a time; a method that looks for none asks for none.
        name : str
            What to call the clip in messages.

        Raises
        ------
        UsageError
            If the method cannot do on clips what is asked.
        """
        which = self.settings.which_face
        if self.needs_face and which == "all":
            numbers = range(1, people + 1) if people > 1 else [which]
            engines = [self._followed(number, self.rendering, name) for number in numbers]
            return EverybodyFrames(engines, self.settings.landmarks)
        if people <= 1 or not self.needs_face:
            return self._followed(which, self.rendering, name)
        return OneOfSeveralFrames(
            self._followed(which, beside_others(self.rendering), name),
            [self._tracker(number) for number in range(1, people + 1)],
            self.flow,
        )

    def _followed(self, which: str | int, rendering: Rendering, name: str) -> FrameEngine:
        """What stylizes a clip on one of its faces."""
        return self.method.frames(ClipContext(rendering, self._tracker(which), self.flow, name))

    def _tracker(self, which: str | int) -> FaceTracker:
        return FaceTracker(landmarks=self.settings.landmarks, which=which)

    @property
    def needs_face(self) -> bool:
        """Whether pictures must show a face."""
        return self.method.needs_face(self.rendering)

    @property
    def fingerprint(self) -> str:
        """Names everything that results depend on beside the picture."""
        parts: list[str | bytes] = [
            repr(self.settings),
            self.flow.fingerprint,
            self.method.name,
            self.method.fingerprint,
        ]
        if self.exemplars is not None:
            parts += self.exemplars.fingerprints or [
                picture.image.tobytes() for picture in self.exemplars.pictures
            ]
        return disk_cache.fingerprint(*parts)

    @functools.cached_property
    def _exemplar_copies(self) -> list[ExemplarPicture]:
        """What tells a picture that is an exemplar; once for all pictures."""
        return [] if self.exemplars is None else small_copies(self.exemplars.pictures)

    def _targets(
        self, rgb: np.ndarray, alpha: np.ndarray | None, given: np.ndarray | None, name: str
    ) -> tuple[list[Target], Rendering]:
        """What to stylize and how: the picture with a face, with each face, or without."""
        if not self.needs_face:
            if given is not None:
                raise UsageError(f"landmarks: {self.method.with_whole_pictures}")
            return [Target(rgb, name)], self.rendering
        with advice(FaceError, self.method.without_face):
            portraits, rendering = self._find_portraits(rgb, given, name)
        if alpha is not None:
            portraits = [replace(p, matte=p.matte * alpha) for p in portraits]
        return [Target(rgb, name, portrait) for portrait in portraits], rendering

    def _find_portraits(
        self, rgb: np.ndarray, given: np.ndarray | None, name: str
    ) -> tuple[list[Portrait], Rendering]:
        """The portraits to stylize, one, or one for each face; beside others, the person alone."""
        which, backend = self.settings.which_face, self.settings.landmarks
        if given is not None:
            portrait = portrait_from_image(rgb, name=name, landmarks=backend, given=given)
            return [portrait], self.rendering
        # what is too small beside the largest face is looked for where it was asked for
        smallest = SMALLEST_BYSTANDER if which == "largest" else 0.0
        faces = find_faces(rgb, landmarks=backend, smallest=smallest)
        chosen = select_face(faces, "largest" if which == "all" else which, name, rgb.shape)
        if which == "all":
            faces = [face for face in faces if is_large_enough(face)]
            return self._portraits(rgb, faces, faces, name), self.rendering
        others = bystanders(faces, chosen)
        [portrait] = self._portraits(rgb, [chosen], [chosen, *others], name)
        if not others:
            return [portrait], self.rendering
        warn_of_others(name, which, 1 + len(others), self.rendering.background)
        own = portrait.matte * own_share(rgb, chosen, others)
        return [replace(portrait, matte=own)], beside_others(self.rendering)

    def _portraits(
        self, rgb: np.ndarray, wanted: Sequence[Face], faces: Sequence[Face], name: str
    ) -> list[Portrait]:
        """Some of the faces with the mattes of their persons."""
        if len(faces) == 1:
            return [Portrait(rgb, wanted[0], self.method.matte(rgb, wanted[0]), name)]
        portraits = []
        for face in wanted:
            others = [other for other in faces if other is not face]
            matte = person_matte_beside(rgb, face, others, self.method.matte)
            portraits.append(Portrait(rgb, face, matte, name))
        return portraits

    def _with_matte(self, targets: Sequence[Target], matte: np.ndarray) -> list[Target]:
        """The targets with the matte that a user knows to be right, of all people together."""
        if targets[0].face is None:
            raise UsageError(f"matte: {self.method.with_whole_pictures}")
        portraits = [target.portrait for target in targets]
        found = [portrait.matte for portrait in portraits]
        own = known_mattes(matte, [portrait.face for portrait in portraits], found)
        return [
            replace(target, face=replace(portrait, matte=of_person))
            for target, portrait, of_person in zip(targets, portraits, own, strict=True)
        ]

    def _stylize_all(self, targets: Sequence[Target], rendering: Rendering) -> Outcome:
        """Stylize for each face; where there are several, each has its person's nearest part.

        Behind them is the first one's ground: two met in the middle of the picture.
        """
        outcomes = [self.method.stylize(target, rendering) for target in targets]
        first = outcomes[0]
        if len(outcomes) == 1:
            return first
        faces = [target.portrait.face for target in targets]
        people = np.max([target.portrait.matte for target in targets], axis=0)
        shares = people * nearest_face_shares(first.image.shape, faces)
        shares[0] += 1 - people
        image = sum(s[..., None] * o.image for s, o in zip(shares, outcomes, strict=True))
        alpha = first.alpha
        if alpha is not None:
            alpha = np.max([o.alpha for o in outcomes if o.alpha is not None], axis=0)
        timings = {k: sum(o.timings.get(k, 0.0) for o in outcomes) for k in first.timings}
        return replace(first, image=np.asarray(image, np.float32), alpha=alpha, timings=timings)


def _everybody(targets: Sequence[Target]) -> np.ndarray | None:
    """Opacity of all who are stylized, (H, W) float32; None where no face is needed."""
    mattes = [target.face.matte for target in targets if target.face is not None]
    if len(mattes) <= 1:
        return mattes[0] if mattes else None
    return np.asarray(np.max(mattes, axis=0))
