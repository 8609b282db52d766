"""An ordinary face in the look's tones: what exemplars would show if the look were tones alone.

The tones tell what a look does to a lightness. Whether it also does something to places (a side
light, dodging and burning) or to details is told by comparing the exemplars with the population's
mean face, toned alike and warped onto the same input.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.alignment.features import Features
from facestyle.alignment.warp import align_exemplar, resize_map, sample
from facestyle.faces import Portrait
from facestyle.frozen import FrozenRecord
from facestyle.imaging.threads import in_threads
from facestyle.methods.energy.levels import LEVELS
from facestyle.methods.energy.population import MeanFace, population
from facestyle.methods.energy.tone_curves import ToneCurves, apply_curves
from facestyle.methods.energy.tones import BINS
from facestyle.row_bands import row_bands

# floor of energies before their logarithm, as of facestyle.methods.energy.gain.agreed_ratio
LOG_FLOOR = np.float32(1e-5)
# exemplars that the population's own variance stands for
_PRIOR_COUNT = 2.0
# Evidence at which a change begins to count, and counts fully. Chance alone makes 1 (or 2 where
# pictures are few); development half, 8 exemplars: 6.4 and 8.5 of the residual of the two looks
# that light places, 1.6 to 2.6 (at most 4.0) of the nine that do not
_BEGINS, _COUNTS = 3.0, 6.0
# most that tone curves scale a band by
_LEAST_SLOPE, _MOST_SLOPE = 0.05, 3.0


@dataclass(frozen=True)
class OrdinaryFace(FrozenRecord):
    """The population's mean face in a look's tones, aligned to an input.

    Attributes
    ----------
    face : MeanFace
    mapping : (h, w, 2) float32
        xy in the mean face's frame, on the input's analysis grid.
    curves : ToneCurves
        Of the look.
    matte : (h, w) float32
        Of the input, on the analysis grid.
    """

    face: MeanFace
    mapping: np.ndarray
    curves: ToneCurves
    matte: np.ndarray

    def residual_evidence(self, residuals: np.ndarray) -> np.ndarray:
        """How surely the look lights places, (3,) float32 in [0, 1].

        Parameters
        ----------
        residuals : (K, h, w, 3) float32
            Of the aligned exemplars.
        """
        shape = residuals.shape[1:3]
        weight = self._weight(shape)
        differences = residuals - self.light(shape)
        # how light the person is as a whole is in the tones already
        level = np.einsum("khwc,hw->kc", differences, weight) / weight.sum()
        differences = differences - level[:, None, None]
        variance = self._warped(self.face.residual_variance, shape)
        return _evidence(
            lambda rows: differences[:, rows].copy(), len(differences), variance, weight
        )

    def light(self, shape: tuple[int, ...]) -> np.ndarray:
        """The mean face's low-pass Lab/100 in the look's tones, (h, w, 3) float32.

        It is as dark or light before as the exemplars are taken to be without their look.
        """
        lab = self._warped(self.face.residual, shape)
        usual = population().mean.lightness[:BINS]
        lab[..., 0] += np.interp(lab[..., 0], usual, self.curves.ranked - usual)
        return self._toned(lab)

    def evenly_on_skin(self, change: np.ndarray, lit: np.ndarray) -> np.ndarray:
        """A change's mean over the lit skin, given where that is expected.

        Parameters
        ----------
        change : (h, w) float32
        lit : (h, w) float32
            How much of each place does not lie in shadow, in [0, 1].

        Returns
        -------
        (h, w) float32
            0 away from it.
        """
        skin = self._warped(self.face.skin, change.shape) * lit
        weight = skin * self._weight(change.shape)
        mean = np.float32((change * weight).sum() / (weight.sum() + 1e-6))
        return np.asarray(mean * skin)

    def gain_evidence(self, energies: np.ndarray, level: int) -> np.ndarray:
        """How surely the look changes a band's energy, (3,) float32 in [0, 1].

        Parameters
        ----------
        energies : (K, h, w, 3) float32
            Of the aligned exemplars.
        level : int
            Of the band, 0 is the finest.
        """
        step = max(1, round(energies.shape[1] / self.matte.shape[0]))
        energies = energies[:, ::step, ::step]
        shape = energies.shape[1:3]
        energy = np.exp(self._warped(self.face.energies[level], shape)) - LOG_FLOOR
        ordinary = np.log(np.maximum(energy, 0) * self._slopes(shape) ** 2 + LOG_FLOOR)
        variance = self._warped(self.face.energy_variances[level], shape)
        return _evidence(
            lambda rows: np.log(energies[:, rows] + LOG_FLOOR) - ordinary[rows],
            len(energies),
            variance,
            self._weight(shape),
        )

    def _warped(self, values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        return sample(values, resize_map(self.mapping, *shape), self.face.portrait.matte.shape)

    def _weight(self, shape: tuple[int, ...]) -> np.ndarray:
        return cv2.resize(self.matte, shape[::-1], interpolation=cv2.INTER_AREA)

    def _toned(self, lab: np.ndarray) -> np.ndarray:
        """Lab in the look's tones."""
        return apply_curves(lab, self.curves, self._warped(self.face.skin, lab.shape[:2]))

    def _slopes(self, shape: tuple[int, ...]) -> np.ndarray:
        """How much the tones scale details, (h, w, 3) float32."""
        lightness = self._warped(self.face.residual, shape)[..., 0]
        steepness = 1 + np.gradient(self.curves.lightness, LEVELS)
        tables = (steepness, *self.curves.saturation)
        slopes = np.dstack([np.interp(lightness, LEVELS, table) for table in tables])
        return np.clip(slopes, _LEAST_SLOPE, _MOST_SLOPE).astype(np.float32)


def ordinary_face(portrait: Portrait, features: Features, curves: ToneCurves) -> OrdinaryFace:
    """Align the population's mean face, in a look's tones, to an input.

    Parameters
    ----------
    portrait : Portrait
    features : Features
        Of the portrait.
    curves : ToneCurves

    Returns
    -------
    OrdinaryFace
    """
    face = population().face
    # without dense refinement the second features are not read
    mapping = align_exemplar(portrait, face.portrait, features, features, dense=False)
    return OrdinaryFace(face, mapping, curves, features.matte)


def _evidence(
    differences: Callable[[slice], np.ndarray],
    count: int,
    variance: np.ndarray,
    weight: np.ndarray,
) -> np.ndarray:
    """Evidence that the mean of (K, rows, w, 3) differences is not chance, as a share in [0, 1].

    The ratio of what the mean is to what it would be by chance (an F statistic), ramped.
    """
    mean, scatter = np.empty_like(variance), np.empty_like(variance)

    def judge(rows: slice) -> None:
        seen = differences(rows)
        mean[rows] = seen.mean(axis=0)
        seen -= mean[rows]
        scatter[rows] = np.square(seen, out=seen).sum(axis=0)

    in_threads(judge, row_bands(len(variance), count * variance.shape[1]))
    between = (_PRIOR_COUNT * variance + scatter) / (_PRIOR_COUNT + count - 1)
    signal, chance = (np.einsum("hwc,hw->c", v, weight) for v in (np.square(mean), between))
    ratio = count * signal / (chance + np.float32(1e-9))
    return np.clip((ratio - _BEGINS) / (_COUNTS - _BEGINS), 0, 1).astype(np.float32)
