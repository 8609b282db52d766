"""Where the background is copied from: large pieces of one exemplar's, cut where they agree."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.faces.face import Face
from facestyle.faces.contours import face_width, OUTLINE_CHIN
from facestyle.faces.regions import BACKGROUND
from facestyle.kernels.patchmatch_problem import Sources
from facestyle.methods.patch_unpaired.pictures import halved
from facestyle.methods.patch_unpaired.sources import PatchSources
from facestyle.mrf.graphcut import solve_labels

_COARSE, _CUT = 3, 2
_MOST_PIECES = 8
_LEAST_PIECE = 0.004
_BAND = 6
_TOLERANCE = 0.06
_TONE = 0.2
_NEAR = 1.5
_REUSE = 0.35
_LEAD = 0.15
_KEEP = 1e-3
_GUIDE_SIGMA = 0.08


@dataclass(frozen=True)
class BackgroundPieces:
    exemplar: int
    places: np.ndarray
    placed: np.ndarray
    first: np.ndarray
    tone: np.ndarray


@dataclass(frozen=True)
class _Level:
    picture: np.ndarray
    free: np.ndarray
    wanted: np.ndarray


def background_pieces(region_map: np.ndarray, face: Face, sources: PatchSources) -> BackgroundPieces | None:
    maps = [region_map]
    for _ in range(_COARSE):
        maps.append(halved(maps[-1]))
    if not (maps[_COARSE] == BACKGROUND).any():
        return None
    center = face.outline.mean(axis=0)[::-1]
    offsets = [own.outline.mean(axis=0)[::-1] - center for own in sources.faces]
    coarse = [_level(sources, _COARSE, k, maps[_COARSE]) for k in range(len(sources.faces))]
    first = [_rounded(offset / 2**_COARSE) for offset in offsets]
    shares = np.array([
        float(_shifted(level.free, offset, level.wanted.shape)[level.wanted].mean())
        for level, offset in zip(coarse, first, strict=True)
    ])
    shares[0] += _LEAD
    best = int(shares.argmax())
    if not coarse[best].free.any():
        return None
    guide, smooth = _guide(coarse[best], first[best], _GUIDE_SIGMA * sources.face_width / 2**_COARSE)
    levels = [_level(sources, n, best, maps[n]) for n in range(_COARSE + 1)]
    steps, order = _lay(levels, guide, smooth, first[best], sources.face_width)
    size = region_map.shape[::-1]
    grow = cv2.resize(steps.astype(np.float32), size, interpolation=cv2.INTER_NEAREST).astype(np.int32)
    order = cv2.resize(order.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    placed = (order > 0) & (region_map == BACKGROUND)
    rows, columns = np.indices(region_map.shape)
    places = np.stack([rows, columns], axis=-1) + grow
    limit = np.array(sources.layers[best].region_map.shape)
    placed &= ((places >= 3) & (places < limit - 3)).all(axis=-1)
    tone = cv2.resize(guide, size, interpolation=cv2.INTER_LINEAR)
    return BackgroundPieces(best, places.astype(np.float32), placed, order == 1, tone)


def _guide(level: _Level, offset: np.ndarray, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """Low band of the exemplar's background, filled in, at the target's place; and in its own."""
    values = level.picture * level.free[..., None]
    weight = level.free.astype(np.float32)
    filled = np.zeros_like(values)
    todo = np.ones(weight.shape, np.float32)
    for _ in range(7):
        w = cv2.GaussianBlur(weight, (0, 0), sigma)
        v = cv2.GaussianBlur(values, (0, 0), sigma) / (w[..., None] + 1e-6)
        share = todo * np.clip(w / 0.3, 0, 1)
        filled += share[..., None] * v
        todo -= share
        sigma *= 1.7
    filled += todo[..., None] * v
    height, width = level.wanted.shape
    y = np.clip(np.arange(height) + offset[0], 0, filled.shape[0] - 1)
    x = np.clip(np.arange(width) + offset[1], 0, filled.shape[1] - 1)
    return np.ascontiguousarray(filled[np.ix_(y, x)]), filled


def _lay(levels, guide, smooth, first, width):
    cut, coarse = levels[_CUT], levels[_COARSE]
    factor = 2 ** (_COARSE - _CUT)
    shape = cut.wanted.shape
    steps = np.zeros((*shape, 2), np.int32)
    order = np.zeros(shape, np.uint8)
    picture = np.zeros((*shape, 3), np.float32)
    use = np.ones(coarse.free.shape, np.float32)
    fine_guide = cv2.resize(guide, shape[::-1], interpolation=cv2.INTER_LINEAR)
    fine_smooth = cv2.resize(smooth, cut.free.shape[::-1], interpolation=cv2.INTER_LINEAR)
    near = _NEAR * width / 2**_COARSE
    small = coarse.wanted.shape[::-1]
    for number in range(_MOST_PIECES):
        known = order > 0
        known_small = cv2.resize(known.astype(np.uint8), small, interpolation=cv2.INTER_NEAREST) > 0
        missing = coarse.wanted & ~known_small
        if missing.sum() <= _LEAST_PIECE * missing.size:
            break
        offset = first
        if number:
            content = cv2.resize(picture, small, interpolation=cv2.INTER_AREA)
            offset = _best_offset(coarse, content, guide, smooth, known_small & coarse.wanted, missing, use, first, near)
            if offset is None:
                break
        exact = offset * 2**_COARSE
        open_ = cut.wanted & ~known
        if number:
            exact = _refined(levels, order, steps, open_, exact)
        near_by = _rounded(exact / 2**_CUT)
        fits = np.abs(_shifted(fine_smooth, near_by, shape) - fine_guide).max(axis=-1) < (_TONE if number else 9)
        taken = _cut(cut, picture, known, open_ & fits, near_by)
        if not (taken & open_).any():
            break
        picture[taken] = _shifted(cut.picture, near_by, shape)[taken]
        steps[taken], order[taken] = exact, number + 1
        used = cv2.resize(taken.astype(np.uint8), small, interpolation=cv2.INTER_NEAREST) > 0
        use[_shifted(used, -offset, use.shape)] *= _REUSE
    return steps, order


def _best_offset(coarse, content, guide, smooth, known, missing, use, first, near):
    kernel = np.ones((2 * _BAND + 1,) * 2, np.uint8)
    band = (known & (cv2.dilate(missing.astype(np.uint8), kernel) > 0)).astype(np.float32)
    free = coarse.free.astype(np.float32)
    hole = missing.astype(np.float32)
    size = tuple(
        cv2.getOptimalDFTSize(a + b) for a, b in zip(free.shape, missing.shape, strict=True)
    )

    def spectrum(values):
        return np.fft.rfft2(values, size)

    def correlated(there, here):
        return np.fft.irfft2(there * np.conj(here), size)

    def difference(picture, wanted, where):
        there, here = picture * free[..., None], wanted * where[..., None]
        total = spectrum((there**2).sum(-1)) * np.conj(spectrum(where))
        total += free_spectrum * np.conj(spectrum((here * wanted).sum(-1)))
        for channel in range(3):
            total -= 2 * spectrum(there[..., channel]) * np.conj(spectrum(here[..., channel]))
        count = correlated(free_spectrum, spectrum(where))
        return np.maximum(np.fft.irfft2(total, size), 0) / np.maximum(count, 1) / 3, count

    free_spectrum = spectrum(free)
    cover = correlated(spectrum(free * use), spectrum(hole))
    beside, count = difference(coarse.picture, content, band)
    inside, _ = difference(smooth, guide, hole)
    rows = np.fft.fftfreq(size[0], 1 / size[0])
    columns = np.fft.fftfreq(size[1], 1 / size[1])
    away = (rows[:, None] - first[0]) ** 2 + (columns - first[1]) ** 2
    few = np.minimum(count / max(1.0, 0.3 * band.sum()), 1)
    fit = np.exp(-beside / (2 * _TOLERANCE**2)) * few + 0.05
    fit *= np.exp(-inside / (2 * _TOLERANCE**2))
    score = cover * fit * np.exp(-away / (2 * near**2))
    at = np.unravel_index(int(score.argmax()), size)
    if cover[at] < 2:
        return None
    return np.array([int(rows[at[0]]), int(columns[at[1]])])


def _refined(levels, order, steps, missing, offset):
    """The offset within a few px at which a piece agrees best with what lies there."""
    reach = 2 * _BAND * 2 ** (_COARSE - _CUT) // 2 + 1
    band = (order > 0) & (cv2.dilate(missing.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0)
    rows, columns = np.nonzero(band)
    if len(rows) < 50:
        return offset
    rng = np.random.default_rng(0)
    chosen = rng.permutation(len(rows))[:3000]
    own = steps[rows[chosen], columns[chosen]]
    # any pixel of level 0 within the cell
    place = 2**_CUT * np.stack([rows[chosen], columns[chosen]], 1) + rng.integers(0, 2**_CUT, (len(chosen), 2))
    for level, moves in ((2, 2), (1, 2), (0, 1)):
        scale = 2**level
        picture, free = levels[level].picture, levels[level].free
        limit = np.array(free.shape)
        at = np.clip((place + own) // scale, 0, limit - 1)
        here = picture[at[:, 0], at[:, 1]]
        best, least = offset, np.inf
        for dy in range(-moves, moves + 1):
            for dx in range(-moves, moves + 1):
                candidate = offset + scale * np.array([dy, dx])
                to = (place + candidate) // scale
                inside = ((to >= 0) & (to < limit)).all(axis=1)
                inside[inside] = free[to[inside, 0], to[inside, 1]]
                if inside.sum() < 0.3 * len(place):
                    continue
                error = float(((picture[to[inside, 0], to[inside, 1]] - here[inside]) ** 2).mean())
                if error < least:
                    best, least = candidate, error
        offset = best
    return offset


def _cut(fine, picture, known, fills, offset):
    shape = fills.shape
    free = _shifted(fine.free, offset, shape) & fine.wanted
    fills = fills & free
    if not fills.any() or not known.any():
        return fills
    reach = 2 * _BAND * 2 ** (_COARSE - _CUT) + 1
    near = cv2.dilate(fills.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
    both = known & free & near
    difference = np.abs(_shifted(fine.picture, offset, shape) - picture).sum(axis=-1) * both
    difference = cv2.GaussianBlur(difference, (0, 0), 1) + np.float32(_KEEP)
    unary = np.zeros((*shape, 2), np.float32)
    unary[..., 1][~free] = 1e3
    unary[..., 0][fills] = 1e3
    unary[..., 1][known & ~near] = 1e3
    labels = solve_labels(
        unary,
        1.0 - np.eye(2),
        horizontal=difference[:, 1:] + difference[:, :-1],
        vertical=difference[1:] + difference[:-1],
    ).labels
    return (labels == 1) & (both | fills)


def _level(sources: PatchSources, number: int, exemplar: int, region_map: np.ndarray) -> _Level:
    level = sources.levels[number]
    start = int(level.start[exemplar])
    height, width = int(level.height[exemplar]), int(level.width[exemplar])
    part = slice(start, start + height * width)
    picture = level.image[3 * part.start : 3 * part.stop].reshape(height, width, 3)
    regions = level.regions[part].reshape(height, width)
    scale = 2.0**-number
    unit = sources.face_width * scale
    person = (regions != BACKGROUND).astype(np.uint8)
    away = cv2.distanceTransform(1 - person, cv2.DIST_L2, 3) if person.any() else np.full(person.shape, 1e3)
    free = away > 0.05 * unit
    face = sources.faces[exemplar]
    chin = face.outline[OUTLINE_CHIN] * scale
    y, x = np.indices(free.shape)
    below = y - chin[1] - 0.15 * unit
    free &= ~((below > 0) & (np.abs(x - chin[0]) < 0.5 * unit + 1.5 * below))
    border = 3 if number == 0 else 2
    free[:border] = free[-border:] = False
    free[:, :border] = free[:, -border:] = False
    return _Level(picture / np.float32(255), free, region_map == BACKGROUND)


def _shifted(values: np.ndarray, offset: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """`values` at every pixel plus the offset; 0 beyond the border."""
    result = np.zeros((*shape, *values.shape[2:]), values.dtype)
    dy, dx = int(offset[0]), int(offset[1])
    top, left = max(0, -dy), max(0, -dx)
    bottom, right = min(shape[0], values.shape[0] - dy), min(shape[1], values.shape[1] - dx)
    if bottom > top and right > left:
        result[top:bottom, left:right] = values[top + dy : bottom + dy, left + dx : right + dx]
    return result


def _rounded(offset: np.ndarray) -> np.ndarray:
    return np.round(offset).astype(int)
