"""Clips with known motion, made of one picture: it moves, turns and grows a little."""

from __future__ import annotations

import cv2
import numpy as np


def poses(count, *, speed=1.0):
    """Matrices (count, 2, 3) that take the picture to each frame: a smooth handheld motion."""
    turns = []
    for number in range(count):
        phase = 0.35 * speed * number
        angle, scale = 1.5 * np.sin(phase / 2), 1 + 0.015 * np.sin(phase / 3)
        matrix = cv2.getRotationMatrix2D((170.0, 140.0), angle, scale)
        matrix[:, 2] += (4 * np.sin(phase), 3 * np.cos(phase) - 3)
        turns.append(matrix)
    return np.stack(turns)


def moving_clip(picture, count, *, noise=0.0, speed=1.0, seed=0):
    """Frames (count, H, W, 3) uint8 of a moving picture, and the poses."""
    generator = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    frames, matrices = [], poses(count, speed=speed)
    for matrix in matrices:
        frame = cv2.warpAffine(
            picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
        )
        frame = frame + generator.normal(0, noise, frame.shape)
        frames.append(np.rint(255 * np.clip(frame, 0, 1)).astype(np.uint8))
    return np.stack(frames), matrices


def true_flow(first, second, shape):
    """Flow (H, W, 2) float32 from the frame of one pose to that of another."""
    whole = np.vstack([second, [0, 0, 1]]) @ np.linalg.inv(np.vstack([first, [0, 0, 1]]))
    height, width = shape
    grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float64)
    return (grid @ whole[:2, :2].T + whole[:2, 2] - grid).astype(np.float32)


def mean_warping_error(frames, matrices, mask=None):
    """E_warp over a clip, with its true motion; 12 px at the border don't count."""
    from facestyle.metrics.temporal import warping_error

    shape = frames[0].shape[:2]
    inner = np.zeros(shape, np.float32)
    inner[12:-12, 12:-12] = 1
    errors = [
        warping_error(
            frames[number],
            frames[number + 1],
            true_flow(matrices[number], matrices[number + 1], shape),
            inner if mask is None else inner * mask,
        )
        for number in range(len(frames) - 1)
    ]
    return float(np.mean(errors))
