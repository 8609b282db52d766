"""What looks like a person's own skin, by color and smoothness: tells a bald head from hair."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.imaging.color import luminance

# a pixel is skin's color within so many standard deviations, when shading may change its
# luminance by this much more (of 255) than it changes over the cheeks
_LIKE, _SHADING = 2.5, 20.0
# More where only shading lies between: a forehead in another light than the cheeks. At 5 or 6 the
# smooth fair hair of one development label is taken for skin
_LIKE_IF_REACHED = 4.0
_EDGE = 5.0  # difference of neighbors that is an edge, units of the colors; 5 and 8 do alike
_FLOOR = 16.0  # added to the variances of a and b
# natural logarithm of how much more fine detail hair has than its owner's cheeks: light hair
# measured e^2 to e^2.5 on the development labels; dark hair differs by color
_ROUGHER = 1.2
# Parts whose mean is so near are skin: a part's mean is surer than a pixel. Hands, arms and chests
# of 11 strangers have .2 to 1.65; a khaki coat has 2.3, but pale fleece 1.3. By eye on 50 people:
# 1.2 loses a shaded neck, a hand, an arm and a bald forehead, and saves some cloth of two
_LIKE_AS_A_WHOLE = 1.7
_SMALLEST = 0.05  # face widths across such a part
_BORDER = 12.0  # difference of neighbors that ends it; 8 scores alike
_SKIN_CHROMA = (4.0, 10.0)  # of skin, Lab, from which colors tell it
_LENS = 0.5  # of the lower cheeks' luminance: dark lenses have less, skin above a mask has more
_REDDISH = 2.0  # least of both a and b of skin, Lab; 26 of 27 portraits have 5 and more
# lengths in face widths: of what counts as fine detail, and of the window it is averaged over
_FINE, _WINDOW = 0.012, 0.03


def fine_detail(
    image: np.ndarray, unit: float, inside: np.ndarray, small_unit: float
) -> np.ndarray:
    """Logarithm of the local energy of fine detail, without that of a mask's own edge.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    unit : float
        Face width in it, px.
    inside : (h, w) bool
        The mask, on a reduced copy.
    small_unit : float
        Face width on the reduced copy, px.

    Returns
    -------
    (h, w) float32
    """
    height, width = inside.shape
    light = luminance(image)
    detail = light - cv2.GaussianBlur(light, (0, 0), max(0.6, _FINE * unit))
    energy = cv2.resize(detail * detail, (width, height), interpolation=cv2.INTER_AREA)
    mask = inside.astype(np.float32)
    sigma = _WINDOW * small_unit
    mean = (cv2.GaussianBlur(energy * mask, (0, 0), sigma) + np.float32(1e-7)) / (
        cv2.GaussianBlur(mask, (0, 0), sigma) + np.float32(1e-2)
    )
    return np.log(mean + np.float32(1e-5))


def looks_like_skin(
    colors: np.ndarray, detail: np.ndarray, skin: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Pixels that have the color and the smoothness of known skin, and those in another light.

    Parameters
    ----------
    colors : (h, w, 3) float32
        Luminance in [0, 255], a and b.
    detail : (h, w) float32
        From `fine_detail`.
    skin : (h, w) bool
        Known skin.

    Returns
    -------
    near : (h, w) bool
        False everywhere where less than 30 pixels of skin are known.
    reached : (h, w) bool
        With what is farther from its color, but smooth, and no edge lies between.
    """
    known = colors[skin]
    if len(known) < 30:
        return np.zeros(skin.shape, bool), np.zeros(skin.shape, bool)
    distance = _distance(colors.reshape(-1, 3), known).reshape(skin.shape)
    smooth = detail < np.median(detail[skin]) + _ROUGHER
    near = smooth & (distance < _LIKE)
    return near, _reached(smooth & (distance < _LIKE_IF_REACHED), near, colors)


def without_sunglasses(cheeks: np.ndarray, colors: np.ndarray, low: np.ndarray) -> np.ndarray:
    """Cheeks but for what around the eyes has not the color of the lower cheeks.

    Dark lenses made black shirts skin.

    Parameters
    ----------
    cheeks : (h, w) bool
    colors : (h, w, 3) float32
        Luminance in [0, 255], a and b.
    low : (h, w) bool
        What lies below any glasses.

    Returns
    -------
    (h, w) bool
    """
    known = colors[cheeks & low]
    # blue, white or black cheeks are a mask, and the skin is above it
    if len(known) < 30 or known[:, 1:].mean(axis=0).min() < _REDDISH:
        return cheeks
    like = _distance(colors.reshape(-1, 3), known).reshape(cheeks.shape) < _LIKE
    return cheeks & (low | like)


def without_dark_lenses(cheeks: np.ndarray, colors: np.ndarray, low: np.ndarray) -> np.ndarray:
    """Cheeks but for what around the eyes is far darker than the lower cheeks.

    As `without_sunglasses`, of pictures in one tint. Skin above a white mask is darker, too, but
    not so far.

    Parameters
    ----------
    cheeks : (h, w) bool
    colors : (h, w, 3) float32
        Luminance in [0, 255], a and b.
    low : (h, w) bool
        What lies below any glasses.

    Returns
    -------
    (h, w) bool
    """
    known = colors[cheeks & low, 0]
    if len(known) < 30:
        return cheeks
    least = known.mean() - _LIKE * np.hypot(known.std(), _SHADING)
    return cheeks & (low | (colors[..., 0] > min(least, _LENS * known.mean())))


def of_the_face(skin: np.ndarray, face: np.ndarray) -> np.ndarray:
    """What of skin hangs together with the face by more than a pixel's width, (h, w) bool.

    A bald head does, lights on hair do not.

    Parameters
    ----------
    skin, face : (h, w) bool
    """
    kernel = np.ones((3, 3), np.uint8)
    core = cv2.erode(skin.astype(np.uint8), kernel)
    _, parts = cv2.connectedComponents(core)
    found = np.unique(parts[face])
    kept = np.isin(parts, found[found > 0]).astype(np.uint8)
    return skin & (cv2.dilate(kept, kernel) > 0)


def _reached(may_be: np.ndarray, known: np.ndarray, colors: np.ndarray) -> np.ndarray:
    """What may be skin and hangs together with known skin without an edge between, (h, w) bool."""
    even = _steps(colors) < _EDGE
    _, parts = cv2.connectedComponents(((may_be & even) | known).astype(np.uint8))
    found = np.unique(parts[known])
    return np.asarray(np.isin(parts, found[found > 0]))


def _steps(colors: np.ndarray) -> np.ndarray:
    """Largest difference of a pixel's color to those of its four neighbors, (h, w) float32."""
    steps = np.zeros(colors.shape[:2], np.float32)
    for axis in (0, 1):
        difference = np.linalg.norm(np.diff(colors, axis=axis), axis=2)
        along = np.moveaxis(steps, axis, 0)  # a view: both neighbors of an edge lie at it
        for side in (along[1:], along[:-1]):
            np.maximum(side, np.moveaxis(difference, axis, 0), out=side)
    return steps


def skin_hue(chroma: np.ndarray) -> float:
    """How far skin's own color tells it, in [0, 1], from its a and b of Lab, (N, 2) float32."""
    hue = float(np.hypot(*chroma.mean(axis=0))) if len(chroma) else 0.0
    least, sure = _SKIN_CHROMA
    return float(np.clip((hue - least) / (sure - least), 0, 1))


def much_darker(colors: np.ndarray, skin: np.ndarray) -> np.ndarray:
    """Pixels that are darker than most of known skin, (h, w) bool."""
    known = colors[skin, 0]
    if len(known) < 30:
        return np.zeros(skin.shape, bool)
    return np.asarray(colors[..., 0] < known.mean() - np.hypot(known.std(), _SHADING))


def skin_as_a_whole(
    like: np.ndarray, colors: np.ndarray, skin: np.ndarray, unit: float
) -> np.ndarray:
    """Parts that are skin's color as a whole, less their rims, (h, w) bool.

    Parameters
    ----------
    like : (h, w) bool
        Pixels that look like skin one by one.
    colors : (h, w, 3) float32
        Luminance in [0, 255], a and b.
    skin : (h, w) bool
        Known skin.
    unit : float
        Face width, px.
    """
    if np.count_nonzero(skin) < 30:
        return np.zeros(skin.shape, bool)
    side = 2 * max(1, round(_SMALLEST * unit / 2)) + 1
    kernel = np.ones((side, side), np.uint8)
    core = cv2.erode(like.astype(np.uint8), kernel)
    opened = cv2.dilate(core, kernel) & (~skin & (_steps(colors) < _BORDER))
    count, parts = cv2.connectedComponents(opened)
    sizes = np.bincount(parts.ravel(), minlength=count)
    sums = [np.bincount(parts.ravel(), plane.ravel(), count) for plane in np.moveaxis(colors, 2, 0)]
    means = np.stack(sums, axis=1) / np.maximum(sizes, 1)[:, None]
    near = _distance(means, colors[skin]) < _LIKE_AS_A_WHOLE
    near[0] = False
    return np.asarray(near[parts] & (core > 0))


def _distance(colors: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Distance of colors to known ones in their standard deviations, (N, 3) to (N,)."""
    covariance = np.cov(known.T) + np.diag([_SHADING**2, _FLOOR, _FLOOR])
    away = (colors - known.mean(axis=0)).astype(np.float32)
    return np.sqrt(np.einsum("ij,ij->i", away @ np.linalg.inv(covariance).astype(np.float32), away))
