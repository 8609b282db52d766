"""LPIPS: distance between the deep features of two pictures (needs PyTorch)."""

from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from facestyle.metrics.inputs import Image, check_pair, unit_range
from facestyle.neural.dependencies import require_torch

HEADS_FILE = "lpips_vgg16_linear.npz"  # linear heads of version 0.1 for VGG-16
LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3")


def lpips(result: Image, truth: Image) -> float:
    """Return the learned perceptual distance between two pictures.

    Parameters
    ----------
    result, truth : (H, W, 3) or (H, W), float in [0, 1] or uint8
        sRGB pictures of the same shape, at least 32 pixels wide and high.

    Returns
    -------
    float
        0 for equal pictures; lower is better.

    Raises
    ------
    MissingDependencyError
        If PyTorch is not installed.

    References
    ----------
    Zhang, Isola, Efros, Shechtman, Wang: The Unreasonable Effectiveness of Deep Features as a
    Perceptual Metric. CVPR 2018, equation 1; version 0.1, network VGG-16.
    """
    check_pair(result, truth)
    require_torch()
    import torch

    with torch.no_grad():
        features = _network()(_batch(result, truth), LAYERS)
    distances = zip(LAYERS, _heads(), strict=True)
    return sum(_layer_distance(features[layer], head) for layer, head in distances)


def _layer_distance(features: Any, head: Any) -> float:
    """Weighted square distance of two pictures' unit-length features, averaged over pixels."""
    unit = features / (features.norm(dim=1, keepdim=True) + 1e-10)
    difference = (unit[0] - unit[1]) ** 2
    return float((difference * head[:, None, None]).sum(dim=0).mean())


def _batch(result: Image, truth: Image) -> Any:
    """Both pictures as a (2, 3, H, W) tensor in [0, 1]."""
    import torch

    pair = np.stack([unit_range(result), unit_range(truth)])
    if pair.ndim == 3:
        pair = np.repeat(pair[..., None], 3, axis=3)
    return torch.from_numpy(np.ascontiguousarray(pair.transpose(0, 3, 1, 2)))


@lru_cache(maxsize=1)
def _network() -> Any:
    """The bundled VGG-16."""
    from facestyle.neural.loss_network import load_loss_network

    return load_loss_network()


@lru_cache(maxsize=1)
def _heads() -> list[Any]:
    """Weight of each channel, one tensor for each of the LAYERS."""
    import torch

    with files("facestyle.assets").joinpath(HEADS_FILE).open("rb") as stream:
        arrays = np.load(stream)
        return [torch.from_numpy(arrays[f"lin{index}"]) for index in range(len(LAYERS))]
