"""Identity and texture of a redrawn portrait, as the benchmark `portraits` defines them."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from facestyle.faces import Portrait, portrait_from_image, read_landmarks
from facestyle.faces.contours import face_width
from facestyle.faces.regions import segment_regions
from facestyle.io.images import read_image
from facestyle.methods.patch_unpaired import resize_portrait
from facestyle.metrics.identity import face_descriptor
from facestyle.metrics.texture import texture_distance

TEXTURE_SIGMA = 0.012  # face widths
LEAST_AREA = 400  # px


def read_portrait(path: Path, width: int | None = None) -> Portrait:
    """Read a picture, with its landmarks file where there is one, reduced to a width."""
    image = np.asarray(read_image(path).rgb)
    if width is not None and image.shape[1] > width:
        size = (width, round(image.shape[0] * width / image.shape[1]))
        return portrait_from_image(
            cv2.resize(image, size, interpolation=cv2.INTER_AREA), name=path.stem
        )
    landmarks = path.with_name(f"{path.stem}.landmarks.txt")
    given = read_landmarks(landmarks) if landmarks.exists() else None
    return portrait_from_image(image, name=path.stem, given=given)


class StyleJudge:
    """Scores pictures; remembers what it has measured of portraits and exemplars."""

    def __init__(self) -> None:
        self._descriptors: dict[int, np.ndarray] = {}
        self._masks: dict[int, np.ndarray] = {}
        self._scaled: dict[tuple[int, float], Portrait] = {}
        self._kept: list[Portrait] = []  # so that no two portraits ever share an id

    def score(
        self,
        picture: np.ndarray,
        portrait: Portrait,
        exemplars: Sequence[Portrait],
    ) -> dict[str, float]:
        """Measure one picture against its photo and the nearest of its exemplars."""
        self._kept.extend((portrait, *exemplars))
        own = face_descriptor(picture, portrait.face.landmarks)
        width = face_width(portrait.face)
        textures = []
        for exemplar in exemplars:
            key = (id(exemplar), width)
            if key not in self._scaled:
                self._scaled[key] = resize_portrait(exemplar, width / face_width(exemplar.face))
            textures.append(self._texture(picture, portrait, self._scaled[key], width))
        return {
            "identity": float(np.linalg.norm(own - self._descriptor(portrait))),
            "to exemplar": min(float(np.linalg.norm(own - self._descriptor(e))) for e in exemplars),
            "texture": min(textures),
        }

    def _descriptor(self, portrait: Portrait) -> np.ndarray:
        if id(portrait) not in self._descriptors:
            self._descriptors[id(portrait)] = face_descriptor(
                portrait.image, portrait.face.landmarks
            )
        return self._descriptors[id(portrait)]

    def _texture(
        self, picture: np.ndarray, portrait: Portrait, exemplar: Portrait, width: float
    ) -> float:
        """Mean over face and hair, weighted by their areas in the portrait."""
        ours, theirs = self._groups(portrait), self._groups(exemplar)
        total, weight = 0.0, 0.0
        for group in (0, 1):
            mask, other = ours == group, theirs == group
            if mask.sum() < LEAST_AREA or other.sum() < LEAST_AREA:
                continue
            distance = texture_distance(
                picture,
                exemplar.image,
                TEXTURE_SIGMA * width,
                result_mask=mask.astype(np.float32),
                exemplar_mask=other.astype(np.float32),
            )
            total += float(mask.sum()) * distance
            weight += float(mask.sum())
        return total / max(weight, 1.0)

    def _groups(self, portrait: Portrait) -> np.ndarray:
        """0 face, 1 hair, 2 clothes, 3 background."""
        if id(portrait) not in self._masks:
            self._masks[id(portrait)] = segment_regions(portrait).groups
        return self._masks[id(portrait)]
