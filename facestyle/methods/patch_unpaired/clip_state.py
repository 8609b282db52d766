"""What a drawn clip remembers of the frame before, and the parts of it that are searched anew."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.imaging.points import scaled_points
from facestyle.methods.patch_unpaired.clip_field import MovingField, Window
from facestyle.methods.patch_unpaired.clip_target import FrameTarget
from facestyle.methods.patch_unpaired.correction import CorrectionWeights
from facestyle.methods.patch_unpaired.exemplars_grain import ExemplarsGrain
from facestyle.methods.patch_unpaired.tone import ToneCurves
from facestyle.tracking.person import Matte
from facestyle.tracking.tracker import Track


@dataclass(frozen=True)
class PatchState:
    """What a frame leaves to the next one.

    Attributes
    ----------
    number : int
        Frames seen.
    lead : int
        Exemplar whose palette is used.
    width : float
        Face width that the clip is drawn at, px.
    reduction : int
        Size of the drawing over the target's.
    size : (2,) int64
        Height and width of the drawing.
    gray : (h, w) uint8
        The frame, for the flow.
    track : Track or None
    matte : Matte
    target : FrameTarget
    curves : ToneCurves
    flat_colors : (n, 3) float64
        Of a style that has no others, for this clip; see `sitters_palette`.
    drawn : (h, w, 3) float32
        The target that the strokes were chosen for.
    field : MovingField
    backdrop : (h, w, 3) float32
        What brings the pieces of the background to one tone, Lab of 1.
    seams : (h, w, 3) float32
        What makes exemplars meet in one tone, Lab of 1; NaN where strokes are new.
    positions, exemplar_unary : (E, h, w, 2), (E, h, w) float32
        For the search, on a coarse grid.
    wanted : ExemplarsGrain
    grain : (4, 2, 34) float64
        Of the drawing's groups, as quantiles of its bands.
    """

    number: int
    lead: int
    width: float
    reduction: int
    size: np.ndarray
    gray: np.ndarray
    track: Track | None
    matte: Matte
    target: FrameTarget
    curves: ToneCurves
    flat_colors: np.ndarray
    drawn: np.ndarray
    field: MovingField
    backdrop: np.ndarray
    seams: np.ndarray
    positions: np.ndarray
    exemplar_unary: np.ndarray
    wanted: ExemplarsGrain
    grain: np.ndarray


def window_of(
    part: tuple[slice, slice], state: PatchState, weights: CorrectionWeights, stale: np.ndarray
) -> Window:
    """A part of the target at the drawing's size, ready to be searched.

    Parameters
    ----------
    part : (slice, slice)
        Rows and columns of the target.
    state : PatchState
    weights : CorrectionWeights
        Of the whole target.
    stale : (h, w) bool
        Which of the part's pixels may change.

    Returns
    -------
    Window
    """
    zoom = state.reduction
    rows, columns = (slice(zoom * side.start, zoom * side.stop) for side in part)
    size = (columns.stop - columns.start, rows.stop - rows.start)
    height, width = (int(side) for side in state.size)
    coarse_rows, coarse_columns = state.positions.shape[1:3]
    x, y = (np.arange(side.start, side.stop, dtype=np.float32) for side in (columns, rows))
    grid = np.meshgrid(
        scaled_points(x, coarse_columns / width), scaled_points(y, coarse_rows / height)
    )

    def fetch(values: np.ndarray) -> np.ndarray:
        return cv2.remap(values, *grid, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    def enlarge(values: np.ndarray, mode: int = cv2.INTER_LINEAR) -> np.ndarray:
        return np.ascontiguousarray(cv2.resize(values[part], size, interpolation=mode))

    return Window(
        rows,
        columns,
        enlarge(state.target.searched, cv2.INTER_CUBIC),
        enlarge(state.target.region_map, cv2.INTER_NEAREST),
        np.stack([fetch(values) for values in state.positions]),
        np.stack([fetch(values) for values in state.exemplar_unary]),
        CorrectionWeights(enlarge(weights.low), enlarge(weights.middle)),
        cv2.resize(stale.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0,
    )
