"""Places of an exemplar that should not be copied: signatures, stains, edges, age."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces.face_coordinates import FaceCoordinates, signed_distance
from facestyle.faces.regions import BACKGROUND, CLOTHES, HAIR, LIP, SKIN
from facestyle.methods.patch_unpaired.pictures import depth_inside, disc, masked_mean

# all lengths in face widths, luminances in [0, 1]; chosen, not measured
_STROKE = 0.035  # widest stroke of a mark
_CONTRAST = 0.15  # of a stroke with what is around it
_FAINT_CONTRAST = 0.08  # of strokes that belong to the person: paper has no such contrast
_MARK_GAP = 0.02  # strokes nearer than this belong to one mark
_MARK_SIZE = 0.35  # largest mark: a signature
_SPECK = 0.05  # what is shorter is paper's grain, not a stroke: it may be copied
_FROM_EDGE = 0.03  # a mark keeps away from its region's edge
_PATTERN = 0.1  # share of a region
# Where a region has a pattern (hatching), strokes away from it are marks all the same: those with
# such a share of marks around them, at this sigma. A stray hair has some .09, hatching .3 and more
_STRAY_SHARE, _STRAY_SIGMA = 0.2, 0.15
_EDGE = 0.012  # width of the rim of background beside clothes, which is not copied
# where ears end, from the oval's center; ears of half profiles lie farther out
_EAR_ACROSS, _EAR_DOWN = 0.75, 0.3
_HAIR_ACROSS = 1.0  # where hair ends that is not blown aside
# the tone of paper: averaged over dots and lines, in steps of luminance, and how far it reaches
_PAPER_SIGMA, _PAPER_BINS, _PAPER_REACH = 0.05, 32, 0.12
# sigmas of the band whose energy is roughness, and of the area it is measured over
_FINE, _COARSE, _WINDOW = 0.008, 0.03, 0.03
_INSIDE = 0.06  # how far from the face's outline
_MOST_ROUGHNESS = 3.0  # over the usual of the exemplar; chosen by eye, not measured


def unusable(luminance: np.ndarray, region_map: np.ndarray, face_width: float) -> np.ndarray:
    """Find what must not be copied.

    Parameters
    ----------
    luminance : (H, W) float32
        In [0, 1].
    region_map : (H, W) uint8
        Regions.
    face_width : float
        px.

    Returns
    -------
    (H, W) bool
        Small isolated marks (signatures) on background and clothes; loose strokes around the head,
        which would wave in the air beside another one; the background's rim along the clothes,
        where a segmentation is never exact.
    """
    tophat = cv2.morphologyEx(luminance, cv2.MORPH_BLACKHAT, disc(_STROKE * face_width))
    marks = _loose_strokes(tophat, region_map == BACKGROUND, face_width)
    for region in (BACKGROUND, CLOTHES):
        marks |= _isolated_marks(tophat, region_map == region, face_width)
    rim = (region_map == BACKGROUND) & (signed_distance(region_map != CLOTHES) < _EDGE * face_width)
    return marks | rim


def _isolated_marks(tophat: np.ndarray, region: np.ndarray, face_width: float) -> np.ndarray:
    """Thin strokes, darker than what is beside them, that form small groups inside a region."""
    inner = depth_inside(region)
    strokes = ((tophat > _CONTRAST) & region).astype(np.uint8)
    joined = cv2.dilate(strokes, disc(_MARK_GAP * face_width))
    count, parts, stats, _ = cv2.connectedComponentsWithStats(joined)
    marks = np.zeros(region.shape, bool)
    limit = (_MARK_SIZE + 2 * _MARK_GAP) * face_width
    for part in range(1, count):
        left, top, width, height, _ = stats[part]
        if max(width, height) > limit:
            continue
        box = (slice(top, top + height), slice(left, left + width))
        inside = parts[box] == part
        if inner[box][inside & (strokes[box] > 0)].min() > _FROM_EDGE * face_width:
            marks[box] |= inside
    return _unless_pattern(marks, region, face_width)


def _loose_strokes(tophat: np.ndarray, region: np.ndarray, face_width: float) -> np.ndarray:
    """Thin strokes that leave the person, but for what runs along its edge, and for specks."""
    inner = depth_inside(region)
    away = region & (inner > _FROM_EDGE * face_width)
    strokes = ((tophat > _FAINT_CONTRAST) & away).astype(np.uint8)
    joined = cv2.dilate(strokes, disc(_MARK_GAP * face_width))
    _, parts, stats, _ = cv2.connectedComponentsWithStats(joined)
    length = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    long = length >= (_SPECK + 2 * _MARK_GAP) * face_width
    long[0] = False  # what is no stroke
    marks = long[parts]
    return _unless_pattern(marks & region, region, face_width)


def _unless_pattern(marks: np.ndarray, region: np.ndarray, face_width: float) -> np.ndarray:
    """The marks, or the stray ones where a region is so full of them that they are its pattern."""
    if marks.sum() < _PATTERN * region.sum():
        return marks
    sigma = _STRAY_SIGMA * face_width
    step = max(1, int(sigma / 4))
    _, around = masked_mean(marks.astype(np.float32), region, sigma, step)
    around = cv2.resize(around, marks.shape[::-1])
    count, parts = cv2.connectedComponents(marks.astype(np.uint8))
    areas = np.bincount(parts.ravel(), minlength=count)
    shares = np.bincount(parts.ravel(), around.ravel(), count) / np.maximum(areas, 1)
    return np.asarray(marks & (shares < _STRAY_SHARE)[parts])


def missed_ears(region_map: np.ndarray, place: FaceCoordinates) -> np.ndarray:
    """Background where ears are: in drawings and half profiles it may be one, or what is beside it.

    An ear that counts as background comes back in the empty space beside other heads.

    Parameters
    ----------
    region_map : (H, W) uint8
    place : FaceCoordinates

    Returns
    -------
    (H, W) bool
    """
    across, down = np.abs(place.across), np.abs(place.down)
    beside = (place.inside < 0) & (across < _EAR_ACROSS) & (down < _EAR_DOWN)
    return np.asarray(beside & (region_map == BACKGROUND))


def strokes_beside_head(region_map: np.ndarray, place: FaceCoordinates) -> np.ndarray:
    """Skin and hair where nobody has any: hatching beside a drawn head was taken for the person.

    Parameters
    ----------
    region_map : (H, W) uint8
    place : FaceCoordinates

    Returns
    -------
    (H, W) bool
    """
    across = np.abs(place.across)
    far = ((region_map == SKIN) & (across > _EAR_ACROSS)) | (
        (region_map == HAIR) & (across > _HAIR_ACROSS)
    )
    return np.asarray(far & (place.down < place.chin))


def person_in_background(
    luminance: np.ndarray, region_map: np.ndarray, place: FaceCoordinates, face_width: float
) -> np.ndarray:
    """Background around a head and below it that has not the paper's tone.

    Prints have no shades that would tell black hair, or a black coat, from what is behind.

    Parameters
    ----------
    luminance : (H, W) float32
    region_map : (H, W) uint8
    place : FaceCoordinates
    face_width : float
        px.

    Returns
    -------
    (H, W) bool
    """
    behind = region_map == BACKGROUND
    if not behind.any():
        return behind
    _, tone = masked_mean(luminance, behind, _PAPER_SIGMA * face_width)
    shares, edges = np.histogram(tone[behind], bins=_PAPER_BINS, range=(0, 1))
    paper = edges[shares.argmax()] + 0.5 / _PAPER_BINS
    other = np.abs(tone - paper) > _PAPER_REACH
    return np.asarray(behind & other & (np.abs(place.across) < _HAIR_ACROSS))


def skin_roughness(
    luminance: np.ndarray, region_map: np.ndarray, place: FaceCoordinates, face_width: float
) -> tuple[np.ndarray, float]:
    """How rough the skin of a face is, wrinkles and beards above all.

    Parameters
    ----------
    luminance : (H, W) float32
    region_map : (H, W) uint8
    place : FaceCoordinates
    face_width : float
        px.

    Returns
    -------
    local : (H, W) float32
        Standard deviation of luminance in the band of wrinkles; 0 beside the face.
    usual : float
        Median over all skin; infinite where there is none.
    """
    skin = region_map == SKIN
    if not skin.any():
        return np.zeros(region_map.shape, np.float32), np.inf
    local = _roughness(luminance, skin, face_width)
    inside = (skin | (region_map == LIP)) & (place.inside > _INSIDE)
    return np.where(inside, local, np.float32(0)), float(np.median(local[skin])) + 1e-3


def excess_roughness(local: np.ndarray, usual: float) -> np.ndarray:
    """By how much skin is rougher than usual.

    Parameters
    ----------
    local : (H, W) float32
        From `skin_roughness`.
    usual : float
        Above 0.

    Returns
    -------
    (H, W) float32
        0 where it is as smooth as usual; 1 where it is 2.2 times as rough.
    """
    return np.asarray(np.clip(local / np.float32(usual) - 1.2, 0, _MOST_ROUGHNESS), np.float32)


def _roughness(luminance: np.ndarray, face: np.ndarray, face_width: float) -> np.ndarray:
    """Local standard deviation of the band of wrinkles, inside the face."""
    fine = cv2.GaussianBlur(luminance, (0, 0), max(0.5, _FINE * face_width))
    band = fine - cv2.GaussianBlur(luminance, (0, 0), _COARSE * face_width)
    weight = face.astype(np.float32)
    energy = cv2.GaussianBlur(band * band * weight, (0, 0), _WINDOW * face_width)
    return np.sqrt(energy / (cv2.GaussianBlur(weight, (0, 0), _WINDOW * face_width) + 1e-3))
