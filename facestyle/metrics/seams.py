"""Seam energy: edges that a result has and the true picture lacks."""

import numpy as np
from numpy.typing import NDArray

from facestyle.errors import UsageError
from facestyle.metrics.inputs import Image, check_pair, lab


def seam_energy(result: Image, truth: Image, labels: NDArray[np.integer] | None = None) -> float:
    """Return the root mean square of the edges that a result has and its truth has not.

    Between every two neighboring pixels the step in CIE L*a*b* of the result is compared with
    that of the truth; only what exceeds it counts. A seam that hides in an edge costs nothing.

    Parameters
    ----------
    result, truth : (H, W, 3) or (H, W), float in [0, 1] or uint8
        Aligned sRGB pictures of the same shape, at least 2 pixels wide and high. For a
        photographic look without a true picture, the input photograph.
    labels : (H, W) integer, optional
        Which exemplar every pixel comes from: only steps between two labels count then. All
        steps count without it.

    Returns
    -------
    float
        Units of CIE L*a*b*, 0 or more; 0 where no step exceeds the truth's (so for equal
        pictures), and where all labels are one; lower is better.

    Raises
    ------
    UsageError
        If the pictures differ in shape, or the labels do not fit.

    References
    ----------
    This project's. The step across a seam is the cost of Kwatra, Schodl, Essa, Turk, Bobick:
    Graphcut Textures. SIGGRAPH 2003, equation 1, and of Agarwala et al.: Interactive Digital
    Photomontage. SIGGRAPH 2004.
    """
    check_pair(result, truth)
    shape = result.shape[:2]
    if min(shape) < 2:
        raise UsageError(f"seam energy needs pictures of at least 2 px a side; found {shape}")
    if labels is not None and (
        labels.shape != shape or not np.issubdtype(labels.dtype, np.integer)
    ):
        raise UsageError(
            f"labels are integers of the shape {shape}; found {labels.dtype} of {labels.shape}"
        )
    ours, theirs = lab(result), lab(truth)
    total, count = 0.0, 0
    for axis in (0, 1):
        excess = np.maximum(_steps(ours, axis) - _steps(theirs, axis), 0)
        if labels is not None:
            excess = excess[np.diff(labels.astype(np.int64), axis=axis) != 0]
        total += float((excess**2).sum())
        count += excess.size
    return float(np.sqrt(total / max(count, 1)))


def _steps(image: NDArray[np.float32], axis: int) -> NDArray[np.float64]:
    """Distance in color between each pixel and the next along an axis."""
    return np.asarray(np.linalg.norm(np.diff(image.astype(np.float64), axis=axis), axis=2))
