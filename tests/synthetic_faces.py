"""Made-up portraits for tests: simple faces with known landmarks, photographed and drawn."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces import Face, Portrait

BACKDROP = (0.35, 0.6, 0.85)


def landmarks(center=(100.0, 130.0), inter_ocular=51.0):
    """68 points of a plain frontal face, (68, 2) float64."""

    def ellipse(x, y, rx, ry, angles):
        return np.stack([x + rx * np.cos(angles), y + ry * np.sin(angles)], axis=1)

    turn = np.linspace(0, 2 * np.pi, 7)[:-1]
    parts = [
        ellipse(0, 0, 1.05, 1.45, np.linspace(np.pi, 0, 17)),
        ellipse(-0.5, -0.1, 0.35, 0.15, np.linspace(np.pi * 1.1, np.pi * 1.9, 5)),
        ellipse(0.5, -0.1, 0.35, 0.15, np.linspace(np.pi * 1.1, np.pi * 1.9, 5)),
        np.stack([np.zeros(4), np.linspace(0.05, 0.5, 4)], axis=1),
        np.stack([np.linspace(-0.2, 0.2, 5), np.full(5, 0.58)], axis=1),
        ellipse(-0.5, 0, 0.2, 0.08, np.pi + turn),
        ellipse(0.5, 0, 0.2, 0.08, np.pi + turn),
        ellipse(0, 0.95, 0.4, 0.15, np.pi + np.linspace(0, 2 * np.pi, 13)[:-1]),
        ellipse(0, 0.95, 0.3, 0.05, np.pi + np.linspace(0, 2 * np.pi, 9)[:-1]),
    ]
    return np.vstack(parts) * inter_ocular + np.array(center)


def make_face(points):
    """A face with these landmarks; its outline is an ellipse around them."""
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    angles = np.linspace(-np.pi / 2, 1.5 * np.pi, 37)[:-1]
    radius = np.array([(x1 - x0) / 2, 0.62 * (y1 - y0)])
    center = np.array([(x0 + x1) / 2, y1 - radius[1]])
    outline = center + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return Face(points, None, outline, "file")


def photograph(size=(250, 200), *, seed=0, skin=(0.85, 0.65, 0.55), inter_ocular=51.0):
    """A portrait photograph; each seed has its own proportions and fringe."""
    generator = np.random.default_rng(seed)
    height, width = size
    center = (width / 2 + generator.normal(0, 1), 0.52 * height + generator.normal(0, 1))
    points = landmarks(center, inter_ocular)
    points += generator.normal(0, 0.01 * inter_ocular, points.shape)
    face = make_face(points)
    image = np.full((*size, 3), BACKDROP, np.float32)
    matte = np.zeros(size, np.float32)
    unit, hair = inter_ocular, (0.12, 0.09, 0.08)
    middle = (int(center[0]), int(center[1]))
    crown = (middle[0], int(middle[1] - 0.1 * unit))
    body = (middle[0], int(middle[1] + 3.2 * unit))
    for color, place, axes in (
        ((0.7, 0.2, 0.2), body, (1.9, 1.5)),
        (hair, crown, (1.3, 1.75)),
        (skin, middle, (1.02, 1.4)),
    ):
        lengths = (int(axes[0] * unit), int(axes[1] * unit))
        cv2.ellipse(image, place, lengths, 0, 0, 360, color, -1, cv2.LINE_AA)
        cv2.ellipse(matte, place, lengths, 0, 0, 360, 1.0, -1, cv2.LINE_AA)
    fringe = int(middle[1] - unit * generator.uniform(0.45, 0.75))
    top = image[:fringe]
    top[np.abs(top - np.float32(skin)).max(axis=2) < 0.2] = hair
    for part in (slice(36, 42), slice(42, 48), slice(48, 60), slice(17, 22), slice(22, 27)):
        outline = points[part].round().astype(np.int32)
        cv2.fillConvexPoly(image, outline, (0.25, 0.12, 0.1), cv2.LINE_AA)
    image += generator.normal(0, 0.01, image.shape).astype(np.float32)
    return Portrait(np.clip(image, 0, 1), face, matte, f"sitter {seed}")


def drawing_of(photo, *, ink=(0.0, 0.0, 0.0), enlarged=1):
    """What an artist makes of a photograph: shadows hatched every 5 px, on white paper."""
    height, width = photo.image.shape[:2]
    size = (width * enlarged, height * enlarged)
    image = cv2.resize(photo.image, size, interpolation=cv2.INTER_LINEAR)
    matte = cv2.resize(photo.matte, size, interpolation=cv2.INTER_LINEAR)
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    darkness = np.clip((0.75 - cv2.GaussianBlur(gray, (0, 0), enlarged)) / 0.6, 0, 1) * matte
    y, x = np.mgrid[: size[1], : size[0]]
    hatching = 0.5 + 0.5 * np.sin((x + y) * 1.3)
    ink_share = darkness * (0.6 + 0.4 * hatching)
    drawing = 1 - ink_share[..., None] * (1 - np.array(ink))
    return Portrait(drawing.astype(np.float32), photo.face, photo.matte, photo.name, photo)
