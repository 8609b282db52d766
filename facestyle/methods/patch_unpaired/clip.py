"""Drawings and paintings on video: strokes move with the picture, and are drawn anew in places.

The field of matches follows the flow with fractions of a pixel, so that a stroke moves as a whole;
where the frame changes (a mouth opens, a shoulder uncovers what was hidden) it is searched again.
Tones and forms follow every frame by the correction towards the tone-mapped photo.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from facestyle.faces import Portrait
from facestyle.faces.contours import face_width
from facestyle.faces.regions import segment_regions
from facestyle.imaging.levels import to_float
from facestyle.methods.engine import ClipContext, Outcome, StylizedFrame
from facestyle.methods.face_frames import FaceFrames
from facestyle.methods.patch_unpaired.clip_drawing import (
    backdrop_change,
    corrected_strokes,
    finished_drawing,
    flat_drawing,
    wanted_grain,
)
from facestyle.methods.patch_unpaired.clip_field import (
    advected,
    field_of_match,
    rendered,
    search_window,
)
from facestyle.methods.patch_unpaired.clip_staleness import (
    entered_pixels,
    entered_windows,
    stale_pixels,
    stale_windows,
)
from facestyle.methods.patch_unpaired.clip_state import PatchState, window_of
from facestyle.methods.patch_unpaired.clip_target import coarse_positions, find_frame_target
from facestyle.methods.patch_unpaired.correction import correction_weights
from facestyle.methods.patch_unpaired.settings import UnpairedSettings
from facestyle.methods.patch_unpaired.sitters_palette import with_sitters_colors
from facestyle.methods.patch_unpaired.source_cache import SourceCache
from facestyle.methods.patch_unpaired.sources import PatchSources
from facestyle.methods.patch_unpaired.surroundings import set_before
from facestyle.methods.patch_unpaired.synthesis import synthesize
from facestyle.methods.patch_unpaired.target import make_target, origins, target_curves
from facestyle.stopwatch import Stopwatch
from facestyle.tracking.following import Followed
from facestyle.tracking.motion import Motion
from facestyle.tracking.person import Matte, follow_matte

# longer side of the copies that the flow is found on, px
_FLOW_SIZE = 384
# face widths that clips are drawn at, px: wider faces are drawn smaller and enlarged
_MOST_FACE_WIDTH = 300.0
# frames between two fits of the warp to the exemplars
_WARP_EVERY = 4
# share by which the grain that is mapped to the exemplars' follows each frame's own
_GRAIN_PACE = 0.8
# the target of wider faces is found on a copy of half the size, px
_HALVED_FROM = 160.0


class PatchFrames(FaceFrames[PatchState]):
    """Draws a clip with patches of exemplars.

    Parameters
    ----------
    sources : SourceCache
    settings : UnpairedSettings
    clip : ClipContext
    seed : int
        Of the search's random numbers.
    """

    flow_size = _FLOW_SIZE
    state_type = PatchState

    def __init__(
        self,
        sources: SourceCache,
        settings: UnpairedSettings,
        clip: ClipContext,
        *,
        seed: int = 0,
    ) -> None:
        super().__init__([e.portrait for e in sources.exemplars], clip)
        self._name = clip.name
        self._sources = sources
        self._exemplars = sources.exemplars
        self._settings = settings
        self._seed = seed

    def _face_step(
        self, frame: np.ndarray, now: Followed, before: PatchState | None, watch: Stopwatch
    ) -> tuple[StylizedFrame, PatchState]:
        identity, texture = self._settings.identity, self._settings.texture
        if before is None or now.motion is None:
            state, portrait, strokes = self._begin(frame, now)
            sources = self._sources_of(state)
            watch.lap("first frame")
        else:
            state, portrait = self._go_on(frame, now, before, now.motion, watch)
            sources = self._sources_of(state)
            state, strokes = self._redrawn(state, sources, now.motion)
            watch.lap("strokes")
        if len(sources.flat_colors):
            picture = flat_drawing(strokes, state, sources, identity)
        else:
            lab, seams = corrected_strokes(strokes, state, sources, identity)
            picture, grain = finished_drawing(lab, state, texture, _GRAIN_PACE, sources.inks)
            state = replace(state, seams=seams, grain=grain)
        watch.lap("draw")
        image, alpha, matte = self._finished(picture, frame, portrait, state)
        watch.lap("finish")
        face = portrait.face.scaled(frame.shape[1] / portrait.matte.shape[1])
        order = self._sources.order(state.lead)
        labels = order[origins(state.field.layers[..., None], sources)].astype(np.int32)
        names = tuple(exemplar.portrait.name for exemplar in self._exemplars)
        outcome = Outcome(image, alpha, labels, names, watch.laps)
        return StylizedFrame(outcome, face, now.found, matte), state

    def _finished(
        self, picture: np.ndarray, frame: np.ndarray, portrait: Portrait, state: PatchState
    ) -> tuple[np.ndarray, np.ndarray | None, np.ndarray]:
        """The drawing at the frame's size before its background: image, alpha, matte."""
        height, width = frame.shape[:2]
        if picture.shape[:2] != (height, width):
            picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC)
            picture = np.clip(picture, 0, 1, out=picture)
        rendering = self._clip.rendering
        if rendering.background.kind == "stylize" and rendering.strength == 1:
            matte = cv2.resize(portrait.matte, (width, height), interpolation=cv2.INTER_LINEAR)
            return picture, None, matte
        own = to_float(frame)
        matte = state.matte.at(cv2.cvtColor(own, cv2.COLOR_RGB2GRAY))
        face = portrait.face.scaled(width / portrait.matte.shape[1])
        exemplars = [exemplar.portrait for exemplar in self._sources.ordered(state.lead)]
        image, alpha = set_before(
            picture, Portrait(own, face, matte), exemplars, rendering.background
        )
        return own + np.float32(rendering.strength) * (image - own), alpha, matte

    def _portrait(
        self,
        frame: np.ndarray,
        now: Followed,
        size: tuple[int, ...],
        before: PatchState | None,
    ) -> tuple[Portrait, Matte]:
        """The frame at a size, height and width, with its matte."""
        motion = None if before is None else now.motion
        small = cv2.resize(frame, size[::-1], interpolation=cv2.INTER_AREA)
        image = to_float(small)
        assert now.face is not None
        face = now.face.scaled(size[1] / frame.shape[1])
        matte = follow_matte(image, face, before.matte if before else None, motion, seen=now.found)
        opacity = matte.at(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
        return Portrait(image, face, opacity, self._name), matte

    def _sources_of(self, state: PatchState) -> PatchSources:
        """The exemplars of a clip, in the colors that its first frame was given."""
        sources = self._sources.at(state.lead, state.width)
        return replace(sources, flat_colors=state.flat_colors)

    def _begin(self, frame: np.ndarray, now: Followed) -> tuple[PatchState, Portrait, np.ndarray]:
        """Draw a frame by itself, the first one or the first of a new scene; its strokes, too."""
        face = now.face
        assert face is not None
        width = float(round(min(_MOST_FACE_WIDTH, face_width(face))))
        scale = width / face_width(face)
        size = _even(frame.shape[0] * scale), _even(frame.shape[1] * scale)
        large, _ = self._portrait(frame, now, size, None)
        reduction = 2 if width >= _HALVED_FROM else 1
        reduced = size[0] // reduction, size[1] // reduction
        portrait, matte = self._portrait(frame, now, reduced, None)
        lead = self._sources.choose_lead(large)
        regions = segment_regions(large)
        sources = self._sources.at(lead, width)
        sources = with_sitters_colors(large, regions.region_map, sources)
        settings = self._settings
        whole = make_target(large, regions.region_map, sources, settings.pull, settings.labels)
        match = synthesize(whole, sources, self._seed)
        region_map = segment_regions(portrait).region_map
        curves = target_curves(portrait, region_map, sources, 1 / reduction)
        behind = None if whole.background is None else _reduced(whole.background.tone, *reduced)
        target = find_frame_target(
            portrait, sources, 1 / reduction, curves, None, None, seen=True, behind=behind
        )
        positions = coarse_positions(portrait, target.region_map, sources)
        rows, columns = positions.shape[1:3]
        exemplar_unary = np.stack([_reduced(part, rows, columns) for part in whole.exemplar_unary])
        field = field_of_match(match)
        strokes = rendered(field, sources.levels[0])
        wanted = wanted_grain(sources, self._sources.ordered(lead))
        state = PatchState(
            number=now.number,
            lead=lead,
            width=width,
            reduction=reduction,
            size=np.array(size),
            gray=now.gray,
            track=now.track,
            matte=matte,
            target=target,
            curves=curves,
            flat_colors=sources.flat_colors,
            drawn=target.lab,
            field=field,
            backdrop=backdrop_change(strokes, whole.background, width, reduced),
            seams=np.full((*reduced, 3), np.nan, np.float32),
            positions=positions,
            exemplar_unary=exemplar_unary,
            wanted=wanted,
            grain=np.full(wanted.quantiles.shape, np.nan),
        )
        return state, portrait, strokes

    def _go_on(
        self,
        frame: np.ndarray,
        now: Followed,
        before: PatchState,
        motion: Motion,
        watch: Stopwatch,
    ) -> tuple[PatchState, Portrait]:
        """Move the drawing of the previous frame, and draw anew what no longer fits."""
        seen = now.found
        portrait, matte = self._portrait(frame, now, before.target.region_map.shape, before)
        watch.lap("person")
        sources = self._sources_of(before)
        scale = 1 / before.reduction
        target = find_frame_target(
            portrait, sources, scale, before.curves, before.target, motion, seen=seen
        )
        watch.lap("target")
        positions = np.stack([motion.carry(part) for part in before.positions])
        if seen and before.number % _WARP_EVERY == 0:
            positions = coarse_positions(portrait, target.region_map, sources)
        exemplar_unary = np.stack([motion.carry(part) for part in before.exemplar_unary])
        field = advected(before.field, motion, sources.levels[0])
        drawn = motion.carry(before.drawn)
        backdrop = motion.carry(before.backdrop)
        watch.lap("carry")
        state = replace(
            before,
            number=now.number,
            gray=now.gray,
            track=now.track,
            matte=matte,
            target=target,
            drawn=drawn,
            field=field,
            backdrop=backdrop,
            seams=motion.carry(before.seams),
            positions=positions,
            exemplar_unary=exemplar_unary,
        )
        return state, portrait

    def _redrawn(
        self, state: PatchState, sources: PatchSources, motion: Motion
    ) -> tuple[PatchState, np.ndarray]:
        """Search the stale parts anew: the state after it, the strokes (h, w, 3) float32 sRGB."""
        target, level_sources = state.target, sources.levels[0]
        strokes = rendered(state.field, level_sources)
        trust = motion.trust_for(*target.region_map.shape)
        staleness = stale_pixels(target.lab, state.drawn, target.region_map, trust)
        beyond = motion.beyond(*target.region_map.shape)
        new = entered_pixels(beyond)
        staleness[new] = 0
        windows = [*entered_windows(beyond), *stale_windows(staleness)]
        staleness[new] = np.inf
        if not windows:
            return state, strokes
        weights = correction_weights(
            target.region_map, state.width / state.reduction, sources.looseness
        )
        seed = self._seed + 100 * state.number
        field, drawn, seams = state.field.copied(), state.drawn.copy(), state.seams.copy()
        for part in windows:
            stale = staleness[part] > 1
            window = window_of(part, state, weights, stale)
            search_window(field, strokes, window, sources, self._settings.pull, seed)
            drawn[part][stale] = target.lab[part][stale]
            seams[part][stale] = np.nan
        return replace(state, field=field, drawn=drawn, seams=seams), strokes


def _even(length: float) -> int:
    return max(32, 2 * round(length / 2))


def _reduced(values: np.ndarray, rows: int, columns: int) -> np.ndarray:
    return cv2.resize(values, (columns, rows), interpolation=cv2.INTER_AREA)
