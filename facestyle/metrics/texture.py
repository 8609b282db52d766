"""Does a result have the strokes and grain of its exemplars? Nothing here needs alignment."""

import cv2
import numpy as np
from numpy.typing import NDArray

from facestyle.errors import UsageError
from facestyle.metrics.inputs import Image, check_image, lightness, weights

PATCH = 7  # px a side, as in DESIGN 4.3
# The choice of directions and patches moves the distance: its standard deviation over six seeds, of
# three pairs of bundled drawings and paintings, is 3 to 5 % of it; 5 to 12 % with 32 directions, 1
# to 3 % with 512; 3 to 8 % with 4096 patches. Seeds are fixed, so that results compare.
PROJECTIONS = 128
MOST_PATCHES = 16384
DEFAULT_SIGMA = 0.007  # of the shorter side
FLAT = 1e-6  # energy in squared levels of 255 that rounding alone leaves


def texture_distance(
    result: Image,
    exemplar: Image,
    sigma: float | None = None,
    *,
    result_mask: Image | None = None,
    exemplar_mask: Image | None = None,
    seed: int = 0,
) -> float:
    """Return the sliced Wasserstein distance between the fine textures of two pictures.

    The high-pass pictures (CIE L* minus its Gaussian blur) are cut into 7x7 patches, which are
    projected on 128 random directions. The distance is the mean absolute difference of the
    sorted projections: how far gray levels have to move to turn one texture into the other.

    Parameters
    ----------
    result, exemplar : (H, W, 3) or (H, W), float in [0, 1] or uint8
        Pictures of any size, their faces at the same scale.
    sigma : float, optional
        Standard deviation of the blur in pixels; .012 of the face's width is right. Without it,
        .007 of the result's shorter side: that of a face which fills .6 of it.
    result_mask, exemplar_mask : (H, W), optional
        Only patches whose center has a weight above .5 count.
    seed : int
        Of the directions and of the choice of 16384 patches where there are more.

    Returns
    -------
    float
        Gray levels of 0-255; 0 for equal textures; lower is better.

    Raises
    ------
    UsageError
        If a picture is smaller than 7 pixels, `sigma` is not above 0, or a mask does not fit or
        selects no patch.

    References
    ----------
    Rabin, Peyre, Delon, Bernot: Wasserstein Barycenter and Its Application to Texture Mixing.
    SSVM 2011, section 2.3.
    """
    check_image(result)
    if sigma is None:
        sigma = DEFAULT_SIGMA * min(result.shape[:2])
    generator = np.random.default_rng(seed)
    directions = generator.standard_normal((PATCH**2, PROJECTIONS))
    directions /= np.linalg.norm(directions, axis=0)
    ours = _high_pass_patches(result, sigma, result_mask, seed)
    theirs = _high_pass_patches(exemplar, sigma, exemplar_mask, seed)
    count = min(len(ours), len(theirs))
    first, second = _quantiles(ours @ directions, count), _quantiles(theirs @ directions, count)
    return float(np.abs(first - second).mean())


def high_frequency_ratio(
    result: Image, truth: Image, sigma: float = 1.5, mask: Image | None = None
) -> float:
    """Return the energy of a result's fine detail over that of the true picture.

    Parameters
    ----------
    result, truth : (H, W, 3) or (H, W), float in [0, 1] or uint8
        Pictures of the same height and width.
    sigma : float
        Fine detail is CIE L* minus its Gaussian blur of this many pixels.
    mask : (H, W), optional
        Weight of each pixel.

    Returns
    -------
    float
        1 when both are as sharp; below 1 where the result is blurred; infinite if the true
        picture is flat and the result is not. 0 or more; nearest 1 is best.

    Raises
    ------
    UsageError
        If the pictures differ in size, `sigma` is not above 0, or the mask does not fit.

    References
    ----------
    This project's; energy of the Laplacian as a measure of focus: Subbarao, Choi, Nikzad:
    Focusing Techniques. Optical Engineering 1993.
    """
    check_image(result)
    check_image(truth)
    if result.shape[:2] != truth.shape[:2]:
        raise UsageError(
            f"two pictures of the same size are compared; found {result.shape[:2]} and "
            f"{truth.shape[:2]}: resize or crop one of them first"
        )
    ours = _energy(result, sigma, mask)
    theirs = _energy(truth, sigma, mask)
    if theirs < FLAT:
        return 1.0 if ours < FLAT else float("inf")
    return ours / theirs


def _energy(image: Image, sigma: float, mask: Image | None) -> float:
    """Masked mean square of the high-pass picture."""
    detail = _high_pass(image, sigma).astype(np.float64)
    return float((detail**2 * weights(mask, detail.shape)).sum())


def _high_pass(image: Image, sigma: float) -> NDArray[np.float32]:
    """CIE L* in 0-255 minus its Gaussian blur."""
    check_image(image)
    if not sigma > 0:
        raise UsageError(f"sigma is a number of pixels above 0; found {sigma}")
    luminance = lightness(image)
    return luminance - cv2.GaussianBlur(luminance, (0, 0), sigma)


def _high_pass_patches(
    image: Image, sigma: float, mask: Image | None, seed: int
) -> NDArray[np.float32]:
    """Patches of the high-pass picture as rows, (patches, PATCH**2)."""
    detail = _high_pass(image, sigma)
    if min(detail.shape) < PATCH:
        raise UsageError(f"texture needs {PATCH} px a side at least; found {detail.shape}")
    patches = np.lib.stride_tricks.sliding_window_view(detail, (PATCH, PATCH))
    center = slice(PATCH // 2, -(PATCH // 2))
    inside = np.ones(detail.shape, bool) if mask is None else mask > 0.5
    weights(inside, detail.shape)  # validates the mask
    rows, columns = np.nonzero(inside[center, center])
    if len(rows) == 0:
        raise UsageError("the mask selects no whole patch; give a larger one")
    if len(rows) > MOST_PATCHES:
        chosen = np.random.default_rng(seed).choice(len(rows), MOST_PATCHES, replace=False)
        rows, columns = rows[chosen], columns[chosen]
    return np.asarray(patches[rows, columns].reshape(len(rows), -1))


def _quantiles(projections: NDArray[np.floating], count: int) -> NDArray[np.floating]:
    """`count` evenly spaced quantiles of each column: its sorted values where it has as many."""
    ordered = np.sort(projections, axis=0)
    places = (np.arange(count) + 0.5) * (len(ordered) / count) - 0.5
    below = np.floor(places).astype(np.intp)
    above = np.minimum(below + 1, len(ordered) - 1)
    fraction = (places - below)[:, None]
    return (1 - fraction) * ordered[below] + fraction * ordered[above]
