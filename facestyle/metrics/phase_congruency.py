"""FSIM: feature similarity by phase congruency and gradient magnitude."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from facestyle.metrics.inputs import Image, check_pair, gray

Array = NDArray[np.float64]

# Constants of the authors' FeatureSIM.m, version 1.0, and of the phasecong2.m inside it.
SCALES = 4
ORIENTATIONS = 4
SMALLEST_WAVELENGTH = 6.0
SCALE_RATIO = 2.0
BANDWIDTH = 0.55  # standard deviation of the log-Gabor over its center frequency
ANGULAR_SIGMA = np.pi / ORIENTATIONS / 1.2
NOISE_DEVIATIONS = 2.0
NOISE_OVERESTIMATE = 1.7
LOW_PASS_CUTOFF, LOW_PASS_ORDER = 0.45, 15
T1, T2 = 0.85, 160.0  # equations 4 and 5, for gray levels 0-255
WORKING_SIZE = 256  # px that the shorter side is reduced to, as the authors do


class _FilterBank(NamedTuple):
    filters: Array  # (orientations, scales, H, W), zero frequency in the corner
    finest_power: Array  # (orientations,): sum of squares of the finest filter
    noise_gain: Array  # (orientations,): energy of the sum over scales of the impulse responses


def fsim(result: Image, truth: Image) -> float:
    """Return the feature similarity of the gray pictures.

    Parameters
    ----------
    result, truth : (H, W, 3) or (H, W), float in [0, 1] or uint8
        Pictures of the same shape.

    Returns
    -------
    float
        In [0, 1]; 1 for equal pictures; higher is better.

    Raises
    ------
    UsageError
        If the pictures differ in shape.

    References
    ----------
    Zhang, Zhang, Mou, Zhang: FSIM: A Feature Similarity Index for Image Quality Assessment.
    IEEE TIP 2011, equations 4-8; details (size reduction, zero borders) as in the authors'
    FeatureSIM.m.
    """
    check_pair(result, truth)
    first, second = _reduced(gray(result)), _reduced(gray(truth))
    congruency_1, congruency_2 = phase_congruency(first), phase_congruency(second)
    gradient_1, gradient_2 = _gradient_magnitude(first), _gradient_magnitude(second)
    similarity = _similarity(congruency_1, congruency_2, T1)
    similarity *= _similarity(gradient_1, gradient_2, T2)
    weight = np.maximum(congruency_1, congruency_2)
    if weight.sum() == 0:  # two flat pictures have no feature to weight
        return float(similarity.mean())
    return float((similarity * weight).sum() / weight.sum())


def phase_congruency(image: Array) -> Array:
    """Return how well the phases of a gray picture's frequencies agree at each pixel.

    Parameters
    ----------
    image : (H, W) float64
        Gray levels 0-255.

    Returns
    -------
    (H, W) float64
        0 (no feature) to 1.

    References
    ----------
    Kovesi: Image Features from Phase Congruency. Videre 1999, equation 12, with the noise
    threshold of its section 3; parameters as FSIM's authors set them.
    """
    bank = _filter_bank(image.shape)
    spectrum = fft.fft2(image)
    energy, amplitude = np.zeros(image.shape), np.zeros(image.shape)
    for orientation in range(ORIENTATIONS):
        responses = fft.ifft2(spectrum * bank.filters[orientation])
        finest = np.median(np.abs(responses[0]) ** 2)
        noise_power = finest / np.log(2) / bank.finest_power[orientation]
        threshold = _noise_threshold(noise_power * bank.noise_gain[orientation])
        energy += np.maximum(_local_energy(responses) - threshold, 0)
        amplitude += np.abs(responses).sum(axis=0)
    return np.divide(energy, amplitude, out=np.zeros_like(energy), where=amplitude > 1e-9)


def _local_energy(responses: NDArray[np.complex128]) -> Array:
    """Sum over scales of amplitude * (cos(phase deviation) - |sin(phase deviation)|)."""
    total = responses.sum(axis=0)
    direction = total / (np.abs(total) + 1e-4)
    aligned = responses * np.conj(direction)
    return np.asarray((aligned.real - np.abs(aligned.imag)).sum(axis=0))


def _noise_threshold(noise_energy: float) -> float:
    """Energy that noise alone reaches: mean of a Rayleigh distribution plus some deviations."""
    rayleigh = np.sqrt(noise_energy)
    mean = rayleigh * np.sqrt(np.pi / 2)
    deviation = rayleigh * np.sqrt(2 - np.pi / 2)
    return float((mean + NOISE_DEVIATIONS * deviation) / NOISE_OVERESTIMATE)


@lru_cache(maxsize=4)
def _filter_bank(shape: tuple[int, int]) -> _FilterBank:
    """Log-Gabor filters of every orientation and scale, for pictures of one shape."""
    y, x = np.meshgrid(_frequencies(shape[0]), _frequencies(shape[1]), indexing="ij")
    radius, angle = np.hypot(x, y), np.arctan2(-y, x)
    low_pass = 1 / (1 + (radius / LOW_PASS_CUTOFF) ** (2 * LOW_PASS_ORDER))
    radius[0, 0] = 1  # its logarithm is taken; the filters are set to 0 there
    radial = np.empty((SCALES, *shape))
    for scale in range(SCALES):
        wavelength = SMALLEST_WAVELENGTH * SCALE_RATIO**scale
        octaves = np.log(radius * wavelength)
        radial[scale] = np.exp(-(octaves**2) / (2 * np.log(BANDWIDTH) ** 2)) * low_pass
    radial[:, 0, 0] = 0
    centers = np.arange(ORIENTATIONS)[:, None, None] * np.pi / ORIENTATIONS
    distance = np.abs(np.angle(np.exp(1j * (angle - centers))))
    angular = np.exp(-(distance**2) / (2 * ANGULAR_SIGMA**2))
    filters = angular[:, None] * radial[None]
    impulse = fft.ifft2(filters.sum(axis=1)).real
    return _FilterBank(
        filters=filters,
        finest_power=(filters[:, 0] ** 2).sum(axis=(1, 2)),
        noise_gain=(impulse**2).sum(axis=(1, 2)) * shape[0] * shape[1],
    )


def _frequencies(length: int) -> Array:
    """Frequencies of a transform in cycles per sample; phasecong2.m stretches odd lengths."""
    half = length // 2
    return np.asarray(fft.ifftshift(np.arange(length) - half) / (length - length % 2))


def _reduced(image: NDArray[np.float32]) -> Array:
    """Gray levels 0-255, box-averaged and sampled so that the short side is near 256 px."""
    levels = image.astype(np.float64) * 255
    factor = max(1, round(min(levels.shape) / WORKING_SIZE))
    origin = -1 if factor % 2 == 0 else 0  # MATLAB's conv2(..., 'same') looks ahead
    averaged = ndimage.uniform_filter(levels, factor, mode="constant", origin=origin)
    return np.ascontiguousarray(averaged[::factor, ::factor])


def _gradient_magnitude(image: Array) -> Array:
    """Scharr gradient magnitude, zero beyond the borders."""
    scharr = np.array([[3, 0, -3], [10, 0, -10], [3, 0, -3]]) / 16
    horizontal = ndimage.convolve(image, scharr, mode="constant")
    vertical = ndimage.convolve(image, scharr.T, mode="constant")
    return np.hypot(horizontal, vertical)


def _similarity(first: Array, second: Array, stability: float) -> Array:
    """Ratio that is 1 where two non-negative maps agree."""
    return (2 * first * second + stability) / (first**2 + second**2 + stability)
