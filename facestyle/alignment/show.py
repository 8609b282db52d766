"""Exemplars warped onto a face by their landmarks alone, for show."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facestyle.alignment.features import ANALYSIS_SCALE
from facestyle.alignment.thin_plate_spline import dense_map, fit_thin_plate_spline
from facestyle.alignment.warp import control_points
from facestyle.faces import Portrait
from facestyle.imaging.points import scaled_points


def warp_all(target: Portrait, exemplars: Sequence[Portrait]) -> np.ndarray:
    """Warp exemplars onto a face by their landmarks, for show.

    Parameters
    ----------
    target : Portrait
    exemplars : sequence of Portrait

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
            scaled_points(source, scale), scaled_points(destination, factor), smoothing
        )
        mapping = dense_map(spline, height, width, step=6)
        warped.append(
            cv2.remap(picture, mapping, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        )
    return np.stack(warped)
