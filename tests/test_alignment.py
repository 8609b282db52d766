"""Exemplars warped onto the input face: known warps recovered, conventions of the maps."""

import cv2
import numpy as np
import pytest

from facestyle.alignment.features import analyze
from facestyle.alignment.warp import (
    align_exemplar,
    control_points,
    outside,
    resize_map,
    sample,
    silhouette_points,
    similarity_between,
)
from facestyle.faces import Face, Portrait


def bend(points, unit):
    """A smooth displacement of at most .2 inter-ocular distances."""
    x, y = points[..., 0] / unit, points[..., 1] / unit
    return 0.2 * unit * np.stack([np.sin(1.1 * y + 0.3), np.cos(0.9 * x)], axis=-1)


def inverse(points, unit):
    """Where a bent picture holds what its original holds at `points`."""
    guess = points.copy()
    for _ in range(30):
        guess = points - bend(guess, unit)
    return guess


@pytest.fixture(scope="module")
def bent(portrait):
    """The portrait seen through a smooth warp, with its landmarks moved along."""
    unit = portrait.face.inter_ocular
    height, width = portrait.matte.shape
    pixels = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1)
    x, y = np.moveaxis((pixels + bend(pixels, unit)).astype(np.float32), -1, 0)
    warp = {"interpolation": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_REPLICATE}
    face = portrait.face
    moved = Face(inverse(face.landmarks, unit), None, inverse(face.outline, unit), "file")
    return Portrait(
        cv2.remap(portrait.image, x, y, **warp), moved, cv2.remap(portrait.matte, x, y, **warp)
    )


@pytest.mark.parametrize("dense", [False, True])
def test_a_known_warp_is_recovered(portrait, bent, dense):
    features = analyze(portrait)
    mapping = align_exemplar(portrait, bent, features, analyze(bent), dense=dense)
    height, width = features.matte.shape
    scale = portrait.matte.shape[1] / width
    grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1)
    truth = inverse((grid + 0.5) * scale - 0.5, portrait.face.inter_ocular)
    error = np.linalg.norm(mapping - truth, axis=-1) / portrait.face.inter_ocular
    untouched = np.linalg.norm(grid * scale - truth, axis=-1) / portrait.face.inter_ocular
    assert error[features.hull].mean() < 0.015
    assert np.quantile(error[features.hull], 0.99) < 0.03
    assert untouched[features.hull].mean() > 0.1


def test_a_portrait_aligns_to_itself(portrait):
    features = analyze(portrait)
    mapping = align_exemplar(portrait, portrait, features, features)
    height, width = features.matte.shape
    scale = portrait.matte.shape[1] / width
    grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1)
    error = np.abs(mapping - ((grid + 0.5) * scale - 0.5)) / portrait.face.inter_ocular
    assert error[features.matte > 0.5].max() < 0.02


def test_landmarks_of_two_people_meet(sitters):
    target, exemplar = sitters[:2]
    features = analyze(target)
    mapping = align_exemplar(target, exemplar, features, analyze(exemplar), dense=False)
    factor = features.matte.shape[1] / features.shape[1]
    at = (target.face.landmarks + 0.5) * factor - 0.5
    found = cv2.remap(
        mapping, at[None, :, 0].astype(np.float32), at[None, :, 1].astype(np.float32), 1
    )[0]
    error = np.linalg.norm(found - exemplar.face.landmarks, axis=-1)
    assert error.mean() / exemplar.face.inter_ocular < 0.03


def test_control_points_are_distinct_and_paired(sitters):
    source, destination, smoothing = control_points(*sitters[:2])
    assert source.shape == destination.shape == (len(smoothing), 2)
    assert len(source) > 80
    gaps = np.linalg.norm(source[:, None] - source[None], axis=-1) + 1e9 * np.eye(len(source))
    assert gaps.min() > 0
    assert set(np.unique(smoothing)) <= {2e-3, 2e-2, 5e-2}


def test_rays_meet_a_round_silhouette(portrait):
    face = portrait.face
    height, width = 400, 400
    center = face.eyes.mean(axis=0)
    rows, columns = np.mgrid[:height, :width]
    radius = 1.9 * face.inter_ocular
    disc = np.hypot(columns - center[0], rows - center[1]) < radius
    image = np.zeros((height, width, 3), np.float32)
    hits = silhouette_points(Portrait(image, face, disc.astype(np.float32)))
    known = np.isfinite(hits[:, 0])
    assert known.sum() >= 7
    distance = np.linalg.norm(hits[known] - center, axis=1)
    np.testing.assert_allclose(distance, radius, atol=0.05 * face.inter_ocular)
    everywhere = Portrait(image, face, np.ones((height, width), np.float32))
    assert np.isnan(silhouette_points(everywhere)).all()


def test_a_similarity_is_recovered():
    points = np.random.default_rng(0).random((10, 2)) * 50
    angle, scale = 0.4, 1.7
    linear = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = similarity_between(points, points @ linear.T + (3, -8))
    np.testing.assert_allclose(matrix, np.hstack([linear, [[3], [-8]]]), atol=1e-9)


def test_sampling_is_exact_on_a_ramp():
    """Pixel centers are integers in the full picture, whatever the size of the sampled copy."""
    x, y = np.meshgrid(np.arange(64), np.arange(48))
    ramp = (x + 100 * y).astype(np.float32)
    small = cv2.resize(ramp, (16, 12), interpolation=cv2.INTER_AREA)
    positions = np.float32([[[10.25, 20.5], [31.0, 7.75]], [[40.5, 30.0], [2.0, 2.0]]])
    expected = positions[..., 0] + 100 * positions[..., 1]
    np.testing.assert_allclose(sample(ramp, positions, (48, 64)), expected, atol=0.1)
    np.testing.assert_allclose(sample(small, positions, (48, 64)), expected, atol=0.1)
    channel = sample(small[..., None], positions, (48, 64))
    assert channel.shape == (2, 2, 1)


@pytest.mark.parametrize("size", [(12, 16), (24, 32), (96, 128)])
def test_a_resized_map_still_says_where_each_pixel_lies(size):
    """A target of 48x64 px whose map doubles: the center of every new cell maps as before."""
    x, y = np.meshgrid(np.arange(64), np.arange(48))
    mapping = np.stack([2 * x + 0.5, 2 * y + 0.5], axis=-1).astype(np.float32)
    resized = resize_map(mapping, *size)
    scale = 48 / size[0]
    columns, rows = np.meshgrid(np.arange(size[1]), np.arange(size[0]))
    centers = (np.stack([columns, rows], axis=-1) + 0.5) * scale - 0.5
    error = np.abs(resized - (2 * centers + 0.5))
    assert error[2:-2, 2:-2].max() < 1e-3
    # beyond the outermost pixel centers the map is constant
    assert error.max() <= 0.5
    assert resize_map(mapping, 48, 64) is mapping


def test_outside_is_beyond_the_outer_pixels_edges():
    mapping = np.float32([[[-0.4, 0], [-0.6, 0], [9.4, 4.4], [9.6, 0], [0, 4.6]]])
    assert outside(mapping, (5, 10)).tolist() == [[False, True, False, True, True]]
