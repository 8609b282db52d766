"""The person matte: MediaPipe's segmentation, corrected by colors and fitted to the picture."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from facestyle.faces.contours import face_width
from facestyle.faces.face import CHIN, Face
from facestyle.faces.matte_edge import decide_edge, fit_to_edges
from facestyle.faces.networks import run_network
from facestyle.faces.one_tint import without_tint
from facestyle.faces.person_cut import cut_person
from facestyle.faces.sure_face import sure_face
from facestyle.imaging.color import luminance
from facestyle.imaging.guided_filter import apply_coefficients, guided_coefficients
from facestyle.imaging.resampling import resized_rows
from facestyle.row_bands import row_bands

# px; what the network was trained on
_NETWORK_SIZE = 256
# Share of a side that is added at the left, the right and the top for a second look: in a head that
# fills the picture the network sees bystanders, and no hats. (23 sitters, by eye: three cut hats
# and a toy become whole, background beside two necks goes.)
_MARGIN = 0.25
# Widths of a face over the picture's shorter side, up to which that look is not believed, and from
# which it counts half. It makes a small head smaller still: at .16 and .26 an arm and the ground of
# an engraving were anybody's. All heads that it helped have .43 and more.
_FILLS = (0.25, 0.4)
# Side of the square that is cut out round a small face, inter-ocular distances, and how many of
# those lie between a face's root of the nose and its chin at most: in profile they are shorter
_CROP, _TALLEST = 8.0, 2.2
# Where shoulders meet the border: shares of the height, and of half the width. (Five headshots with
# masks by hand, IoU: one look .941, four looks .939, four but for these corners .947.)
_CORNERS = ((0.6, 0.8), (0.5, 0.8))
# the network's soft output is stretched to a matte between these two values (DESIGN 4.1)
_LOW, _RANGE = 0.25, 0.5
# larger faces are matted on a reduced copy, px between the eyes
_LARGEST_INTER_OCULAR = 256.0


def person_matte(image: np.ndarray, face: Face, *, by_color: bool = True) -> np.ndarray:
    """Opacity of the person that a face belongs to.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    face : Face
    by_color : bool
        Whether colors correct the network (see `facestyle.faces.person_cut`), which looks four
        times. Steadier without from frame to frame, and faster.

    Returns
    -------
    (H, W) float32
        In [0, 1].
    """
    factor = _LARGEST_INTER_OCULAR / face.inter_ocular
    at_size = _matte_by_color if by_color else _matte_of_network
    if factor >= 1:
        return at_size(image, face)
    height, width = image.shape[:2]
    size = (round(width * factor), round(height * factor))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    matte = at_size(small, face.scaled(size[0] / width))
    # the finest strands come from the large picture's own luminance
    slope, offset = guided_coefficients(luminance(small), matte, 2, 1e-4)
    matte = np.empty((height, width), np.float32)
    for rows in row_bands(height, width):
        parts = (resized_rows(values, (height, width), rows) for values in (slope, offset))
        fitted = apply_coefficients(luminance(image[rows]), *parts)
        np.clip(fitted, 0, 1, out=matte[rows])
    return matte


def _matte_by_color(image: np.ndarray, face: Face) -> np.ndarray:
    """The matte of a picture of moderate size; see `person_matte`."""
    image = without_tint(image)
    probability = segment_person(image, face, look=_look_again)
    inside = _face_mask(face, image.shape)
    likely = probability * _near_sure_parts(probability, face)
    person = np.maximum(cut_person(image, face, likely, inside), inside)
    return fit_to_edges(image, person, face.inter_ocular)


def _matte_of_network(image: np.ndarray, face: Face) -> np.ndarray:
    """The same without the color mixtures."""
    image = without_tint(image)
    probability = segment_person(image, face)
    near = _near_sure_parts(probability, face)
    mask = np.clip((probability - _LOW) / _RANGE, 0, 1) * near
    mask = np.maximum(mask, _face_mask(face, mask.shape))
    refined = refine_matte(image, mask, face.inter_ocular)
    return decide_edge(image, refined, face.inter_ocular)


def segment_person(
    image: np.ndarray, face: Face, *, look: Callable[[np.ndarray, float], np.ndarray] | None = None
) -> np.ndarray:
    """Raw person probability: of the whole picture, sharpened by a crop around a small face.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    face : Face
    look : callable, optional
        Gives the probability, (H, W) float32, from a picture and the width of its face over the
        shorter side; the network's by default.

    Returns
    -------
    (H, W) float32
        In [0, 1].
    """
    look = look or _segment
    height, width = image.shape[:2]
    face_side = face_width(face)
    probability = look(image, face_side / min(height, width))
    side = _CROP * max(face.inter_ocular, _height(face) / _TALLEST)
    if side > 0.6 * max(height, width):
        return probability
    x, y = face.landmarks[27:31].mean(axis=0)
    x0, x1 = (int(np.clip(v, 0, width)) for v in (x - side / 2, x + side / 2))
    y0, y1 = (int(np.clip(v, 0, height)) for v in (y - side / 2, y + side / 2))
    feather = _feather(y1 - y0, x1 - x0, side / 8)
    inside = probability[y0:y1, x0:x1]
    filled = face_side / max(1, min(y1 - y0, x1 - x0))
    inside += feather * (look(image[y0:y1, x0:x1], filled) - inside)
    return probability


def _height(face: Face) -> float:
    """Distance from the root of the nose to the chin, px."""
    return float(np.hypot(*(face.landmarks[CHIN] - face.landmarks[27])))


def _segment(image: np.ndarray, _filled: float = 0.0) -> np.ndarray:
    """Run the segmentation network on a picture squeezed to its square input."""
    size = (_NETWORK_SIZE, _NETWORK_SIZE)
    return _enlarged(_network(cv2.resize(image, size, interpolation=cv2.INTER_AREA)), image)


def _look_again(image: np.ndarray, filled: float) -> np.ndarray:
    """Mean of the network's word on a picture, its mirror image, and both with a margin.

    The margin is for heads that fill the picture. In the lower corners the pictures without one
    alone are asked: shoulders that are drawn out to streaks are nobody's for the network.
    """
    side = _NETWORK_SIZE
    plain = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
    whole = _enlarged(_network_and_mirrored(plain), image)
    small, large = _FILLS
    share = 0.5 * float(np.clip((filled - small) / (large - small), 0, 1))
    if share == 0:
        return whole
    left, top = (round(side * _MARGIN / (1 + times * _MARGIN)) for times in (2, 1))
    size = (side - 2 * left, side - top)
    inner = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    wider = cv2.copyMakeBorder(inner, top, 0, left, left, cv2.BORDER_REPLICATE)
    within = np.ascontiguousarray(_network_and_mirrored(wider)[top:, left : left + size[0]])
    within = _enlarged(within, image)
    return whole + share * (1 - _lower_corners(*image.shape[:2])) * (within - whole)


def _lower_corners(height: int, width: int) -> np.ndarray:
    """1 in the lower corners of a picture, 0 in the rest, (height, width) float32."""
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    aside = np.abs(np.linspace(-1, 1, width, dtype=np.float32))[None, :]
    (top, bottom), (inner, outer) = _CORNERS
    share = np.clip((down - top) / (bottom - top), 0, 1)
    return share * np.clip((aside - inner) / (outer - inner), 0, 1)


def _network(image: np.ndarray) -> np.ndarray:
    """Probability of a person, (256, 256) float32, in a picture of that size."""
    (output,) = run_network("selfie_segmentation.tflite", image, ("activation_10",))
    return output.reshape(_NETWORK_SIZE, _NETWORK_SIZE)


def _network_and_mirrored(image: np.ndarray) -> np.ndarray:
    """Mean of the network's word on a picture and on its mirror image, (256, 256) float32."""
    return np.asarray(0.5 * (_network(image) + _network(image[:, ::-1])[:, ::-1]))


def _enlarged(probability: np.ndarray, image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    return cv2.resize(probability, (width, height), interpolation=cv2.INTER_LINEAR)


def _near_sure_parts(probability: np.ndarray, face: Face) -> np.ndarray:
    """Weight that removes vague patches far from anything surely human, (H, W) float32.

    Found on a reduced copy (16 px per inter-ocular distance): sure parts larger than half an
    inter-ocular distance squared (a raised hand counts), grown by a quarter of that distance for
    hair and loose cloth.
    """
    height, width = probability.shape
    scale = min(1.0, 16 / face.inter_ocular)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = cv2.resize(probability, size, interpolation=cv2.INTER_AREA)
    sure = np.maximum(small, cv2.resize(_face_mask(face, (height, width)), size)) > 0.6
    _, parts, areas, _ = cv2.connectedComponentsWithStats(sure.astype(np.uint8))
    large = areas[:, cv2.CC_STAT_AREA] >= 0.5 * (scale * face.inter_ocular) ** 2
    large[0] = False  # the background
    body = large[parts].astype(np.float32)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    near = cv2.GaussianBlur(cv2.dilate(body, kernel), (0, 0), 1.0)
    return cv2.resize(near, (width, height), interpolation=cv2.INTER_LINEAR)


def _feather(height: int, width: int, border: float) -> np.ndarray:
    """Weight that rises from 0 at the border to 1 inside, (height, width) float32."""
    ramps = []
    for length in (height, width):
        position = np.arange(length, dtype=np.float32)
        ramps.append(np.clip(np.minimum(position, length - 1 - position) / border, 0, 1))
    return np.minimum(ramps[0][:, None], ramps[1][None, :])


def _face_mask(face: Face, shape: tuple[int, ...]) -> np.ndarray:
    """1 where the face surely is, slightly soft, (H, W) float32."""
    return cv2.blur(sure_face(face, shape).astype(np.float32), (5, 5))


def refine_matte(image: np.ndarray, mask: np.ndarray, inter_ocular: float) -> np.ndarray:
    """Fit a coarse mask to the picture's edges by a guided filter.

    Parameters
    ----------
    image : (H, W, 3) float32
    mask : (H, W) float32
    inter_ocular : float
        px; the filter's radius is .06 of it.

    Returns
    -------
    (H, W) float32
        In [0, 1].
    """
    guide = luminance(image)
    slope, offset = guided_coefficients(guide, mask, 0.06 * inter_ocular, 1e-4)
    refined = np.clip(slope * guide + offset, 0, 1)
    return np.clip((refined - 0.1) / 0.8, 0, 1).astype(np.float32)
