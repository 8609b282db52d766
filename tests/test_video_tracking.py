"""Following one face through a clip."""

import cv2
import numpy as np
import pytest
from moving_faces import moving_clip

from facestyle.faces import find_faces
from facestyle.tracking.landmark_smoothing import affine_motion, fused_points
from facestyle.tracking.motion import estimate_motion, reduced_gray
from facestyle.tracking.tracker import FaceTracker


def follow(frames):
    """Tracks of a clip, one for each frame."""
    tracker, track, previous, tracks = FaceTracker(), None, None, []
    for number, frame in enumerate(frames):
        gray = reduced_gray(frame, 340)
        motion = None if previous is None else estimate_motion(previous, gray, frame.shape[:2])
        track = tracker.step(frame, number, track, motion)
        tracks.append(track)
        previous = gray
    return tracks


def jitter(landmarks, matrices):
    """Root mean square change of landmarks on the unmoved picture."""
    still = []
    for points, matrix in zip(landmarks, matrices, strict=True):
        inverse = cv2.invertAffineTransform(matrix)
        still.append(points @ inverse[:, :2].T + inverse[:, 2])
    return float(np.sqrt((np.diff(still, axis=0) ** 2).sum(axis=-1).mean()))


def test_motion_is_that_of_the_picture(astronaut):
    frames, matrices = moving_clip(astronaut, 3)
    grays = [reduced_gray(frame, 170) for frame in frames]
    motion = estimate_motion(grays[1], grays[2], frames[2].shape[:2])
    points = np.array([[150.0, 120.0], [200.0, 150.0], [170.0, 90.0]])

    def moved(number):
        return points @ matrices[number][:, :2].T + matrices[number][:, 2]

    np.testing.assert_allclose(motion.carry_points(moved(1)), moved(2), atol=0.4)
    assert not motion.cut
    ramp = np.tile(np.arange(340, dtype=np.float32), (340, 1))
    shift = motion.carry(ramp)[150, 170] - 170
    assert shift == pytest.approx(motion.flow_for(340, 340)[150, 170, 0], abs=0.01)


def test_a_new_scene_is_noticed(astronaut):
    gray = reduced_gray(np.rint(255 * astronaut).astype(np.uint8), 170)
    motion = estimate_motion(gray, np.ascontiguousarray(255 - gray[::-1, ::-1]), (340, 340))
    assert motion.cut


def test_affine_motion_ignores_points_that_move_on_their_own():
    generator = np.random.default_rng(0)
    before = generator.uniform(0, 100, (40, 2))
    matrix = np.array([[1.01, 0.02], [-0.02, 0.99]])
    after = before @ matrix + (3, -2)
    after[:8] += 15
    moved = affine_motion(before, after, 1.0, before)
    np.testing.assert_allclose(moved[8:], after[8:], atol=0.05)
    assert np.abs(moved[:8] - after[:8]).min() > 10


def test_fusion_averages_noise_and_follows_movement():
    generator = np.random.default_rng(0)
    expected = np.stack(np.meshgrid(np.arange(10), np.arange(10)), axis=-1).reshape(-1, 2) * 10.0
    noisy = expected + generator.normal(0, 1.0, expected.shape)
    left = np.abs(fused_points(expected, noisy, 60.0) - expected).mean()
    assert left < 0.35 * np.abs(noisy - expected).mean()
    opened = expected.copy()
    opened[40:70, 1] += 8
    followed = fused_points(expected, opened, 60.0)
    assert (followed[50:60, 1] - expected[50:60, 1]).min() > 4


def test_landmarks_jitter_less_than_those_found_frame_by_frame(astronaut):
    frames, matrices = moving_clip(astronaut, 10, noise=0.02)
    tracked = [track.face.landmarks for track in follow(frames)]
    single = [find_faces(frame / np.float32(255))[0].landmarks for frame in frames]
    assert jitter(tracked, matrices) < 0.4 * jitter(single, matrices)
    distance = np.hypot(*(np.mean(tracked, axis=0) - np.mean(single, axis=0)).T).mean()
    assert distance < 2.5  # px; the inter-ocular distance is 57


def test_a_face_that_leaves_is_found_again(astronaut):
    frames, _ = moving_clip(astronaut, 4)
    empty = np.full_like(frames[0], 90)
    empty += np.random.default_rng(1).integers(0, 12, empty.shape, dtype=np.uint8)
    tracks = follow([*frames, *[empty] * 6, *frames])
    found = [track.found for track in tracks]
    assert all(found[:4])
    assert not any(found[6:10])
    assert all(found[12:])
    error = np.abs(tracks[-1].face.landmarks - tracks[3].face.landmarks).mean()
    assert error < 2
    # where there is no face it stays where it was
    np.testing.assert_array_equal(tracks[8].face.landmarks, tracks[9].face.landmarks)


def test_there_is_no_track_before_a_face():
    gray = np.full((2, 200, 160, 3), 128, np.uint8)
    assert follow(gray) == [None, None]
