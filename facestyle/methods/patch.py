"""Drawings and paintings, as a method of the stylizer: the picture redrawn in their patches."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from facestyle.alignment.features import ANALYSIS_SCALE
from facestyle.alignment.thin_plate_spline import dense_map, fit_thin_plate_spline
from facestyle.alignment.warp import control_points
from facestyle.errors import UsageError
from facestyle.exemplars import ExemplarSet
from facestyle.faces import Portrait
from facestyle.faces.contours import face_width
from facestyle.faces.regions import Regions
from facestyle.methods import patch_paired, patch_unpaired
from facestyle.methods.engine import Method, Outcome, prepare_all
from facestyle.methods.patch_unpaired.lead import choose_lead
from facestyle.methods.patch_unpaired.prepared import resize_portrait
from facestyle.methods.patch_unpaired.settings import WORKING_FACE_WIDTHS

_LABELS = ("mrf", "free")
# with fewer pairs too few patches match a new face, and the drawings alone look better
FEWEST_PAIRS = 8
_LOG = logging.getLogger(__name__)


class PatchMethod(Method):
    """Drawings and paintings; see `facestyle.methods.patch_paired` and `patch_unpaired`.

    Eight exemplars or more that all come with their photographs are used in pairs; others by
    themselves.

    Parameters
    ----------
    exemplars : ExemplarSet
    seed : int
    identity : float, optional
        In [0, 1]: how closely the result keeps to the photo.
    texture : float, optional
        In [0, 1]: how strongly the exemplars' grain shows.
    labels : {"mrf", "free"}, optional
        Whether a graph-cut label map keeps regions on one exemplar; for exemplars without
        photographs.

    Raises
    ------
    UsageError
        If an option has no such value.
    """

    name = "patch"
    options = frozenset({"identity", "texture", "labels"})

    def __init__(
        self,
        exemplars: ExemplarSet,
        *,
        seed: int = 0,
        identity: float | None = None,
        texture: float | None = None,
        labels: str | None = None,
    ) -> None:
        self._set = exemplars
        self.paired = all(portrait.photo is not None for portrait in exemplars)
        if self.paired and len(exemplars) < FEWEST_PAIRS:
            self.paired = False
            _LOG.warning(
                "%d exemplars with photos are too few for paired patches (%d at least): "
                "using the drawings alone",
                len(exemplars),
                FEWEST_PAIRS,
            )
        _check(identity, texture, labels, self.paired)
        given = {"identity": identity, "texture": texture, "labels": labels}
        # what is not given is left to the transfer's own defaults
        self.settings: dict[str, Any] = {k: v for k, v in given.items() if v is not None}
        self.settings["seed"] = seed
        self._prepared: list[Any] = []

    @property
    def fingerprint(self) -> str:
        """Its options in words."""
        return f"paired {self.paired}, {sorted(self.settings.items())}"

    @property
    def prepared(self) -> list[Any]:
        """The analyzed exemplars, computed or read from the cache on first use."""
        if not self._prepared:
            self._prepared = prepare_pairs(self._set) if self.paired else prepare_singles(self._set)
        return self._prepared

    def transfer(self, portrait: Portrait, *, strength: float, background: str) -> Outcome:
        """Stylize one portrait; of exemplars without photographs, the most similar one leads."""
        start = time.perf_counter()
        exemplars = self.prepared
        order = np.arange(len(exemplars))
        transfer: Callable[..., Any] = patch_paired.transfer
        if not self.paired:
            transfer = patch_unpaired.transfer
            lead = choose_lead(portrait, exemplars)
            order = np.concatenate([[lead], np.delete(order, lead)])
        timings = {"prepare": time.perf_counter() - start}
        done = transfer(
            portrait,
            [exemplars[index] for index in order],
            strength=strength,
            background=background,
            **self.settings,
        )
        return Outcome(
            done.image,
            done.alpha,
            order[done.labels].astype(np.int32),
            tuple(exemplar.name for exemplar in self._set),
            timings | done.timings,
            {},
            functools.partial(warp_all, portrait, self._set.portraits),
        )


def prepare_pairs(exemplars: ExemplarSet) -> list[patch_paired.PreparedExemplar]:
    """Prepare drawings with their photographs; the drawings are cached as bytes."""

    def prepare(portrait: Portrait) -> patch_paired.PreparedExemplar:
        prepared = patch_paired.prepare_exemplar(portrait)
        return replace(prepared, drawing=_to_bytes(prepared.drawing))

    stored = prepare_all(exemplars, "patch_paired", patch_paired.PreparedExemplar, prepare)
    return [replace(exemplar, drawing=_to_float(exemplar.drawing)) for exemplar in stored]


def prepare_singles(exemplars: ExemplarSet) -> list[patch_unpaired.PreparedExemplar]:
    """Prepare drawings without photographs; of these only the regions are worth caching."""

    def prepare(portrait: Portrait) -> Regions:
        regions = patch_unpaired.prepare_exemplar(portrait).regions
        return Regions(regions.labels, _to_bytes(regions.weights))

    name = f"patch_unpaired at {WORKING_FACE_WIDTHS[0]:g} px"
    stored = prepare_all(exemplars, name, Regions, prepare)
    return [
        _with_regions(portrait, Regions(regions.labels, _to_float(regions.weights)))
        for portrait, regions in zip(exemplars, stored, strict=True)
    ]


def warp_all(target: Portrait, exemplars: Sequence[Portrait]) -> np.ndarray:
    """Warp exemplars onto a face by their landmarks, for show.

    Returns
    -------
    (K, h, w, 3) float32
        sRGB at 64 px per inter-ocular distance, or at the target's size where that is smaller.
    """
    scale = min(1.0, ANALYSIS_SCALE / target.face.inter_ocular)
    height, width = (max(1, round(side * scale)) for side in target.matte.shape)
    warped = []
    for exemplar in exemplars:
        source, destination, smoothing = control_points(target, exemplar)
        # a copy of about the target's resolution: nothing is lost between its samples
        factor = min(1.0, scale * target.face.inter_ocular / exemplar.face.inter_ocular)
        picture = cv2.resize(
            exemplar.image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA
        )
        spline = fit_thin_plate_spline(
            (source + 0.5) * scale - 0.5, (destination + 0.5) * factor - 0.5, smoothing
        )
        mapping = dense_map(spline, height, width, step=6)
        warped.append(
            cv2.remap(picture, mapping, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        )
    return np.stack(warped)


def _with_regions(portrait: Portrait, regions: Regions) -> patch_unpaired.PreparedExemplar:
    """A prepared exemplar from its regions; resizing the picture again is cheap."""
    factor = WORKING_FACE_WIDTHS[0] / face_width(portrait.face)
    return patch_unpaired.PreparedExemplar(portrait, resize_portrait(portrait, factor), regions)


def _check(identity: float | None, texture: float | None, labels: str | None, paired: bool) -> None:
    """Refuse impossible options."""
    for name, value in (("identity", identity), ("texture", texture)):
        if value is not None and not 0 <= value <= 1:
            raise UsageError(f"{name}: found {value}, expected a number from 0 to 1")
    if labels is not None and labels not in _LABELS:
        raise UsageError(f"labels: found '{labels}', expected {' or '.join(_LABELS)}")
    if labels is not None and paired:
        raise UsageError(
            "labels: found exemplars with photographs, which need no such choice; leave it out"
        )


def _to_bytes(values: np.ndarray) -> np.ndarray:
    """Values in [0, 1] as uint8."""
    return np.rint(255 * np.clip(values, 0, 1)).astype(np.uint8)


def _to_float(values: np.ndarray) -> np.ndarray:
    """Values in [0, 1] from uint8."""
    return values.astype(np.float32) / np.float32(255)
