"""Distances between the deep features of two pictures: LPIPS and Gram matrices (need PyTorch)."""

from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from facestyle.metrics.inputs import Image, check_image, check_pair, unit_range
from facestyle.neural.dependencies import require_torch

HEADS_FILE = "lpips_vgg16_linear.npz"  # linear heads of version 0.1 for VGG-16
LPIPS_LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3")
STYLE_LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3")  # Johnson et al. 2016, section 4.1
TILE = 768  # px; whole features of a 12-megapixel picture would take 3 GB a layer


def lpips(result: Image, truth: Image) -> float:
    """Return the learned perceptual distance between two pictures.

    Parameters
    ----------
    result, truth : (H, W, 3) or (H, W), float in [0, 1] or uint8
        sRGB pictures of the same shape, at least 32 pixels wide and high.

    Returns
    -------
    float
        0 or more, seldom above 1; 0 for equal pictures; lower is better.

    Raises
    ------
    MissingDependencyError
        If PyTorch is not installed.
    UsageError
        If the pictures differ in shape or are smaller than 32 pixels.

    References
    ----------
    Zhang, Isola, Efros, Shechtman, Wang: The Unreasonable Effectiveness of Deep Features as a
    Perceptual Metric. CVPR 2018, equation 1; version 0.1, network VGG-16.
    """
    check_pair(result, truth)
    require_torch()
    import torch

    with torch.no_grad():
        pair = torch.cat([_tensor(result), _tensor(truth)])
        features = _network()(pair, LPIPS_LAYERS)
    distances = zip(LPIPS_LAYERS, _heads(), strict=True)
    return sum(_layer_distance(features[layer], head) for layer, head in distances)


def gram_style_distance(result: Image, exemplar: Image) -> float:
    """Return the style loss of neural style transfer between two pictures.

    The squared Frobenius norm of the difference of the Gram matrices of VGG-16's features, each
    divided by channels and units, summed over the layers relu1_2, 2_2, 3_3 and 4_3.

    Parameters
    ----------
    result, exemplar : (H, W, 3) or (H, W), float in [0, 1] or uint8
        sRGB pictures of any size from 32 pixels, their faces at the same scale.

    Returns
    -------
    float
        0 or more; 0 for equal pictures; lower is better. Compare only values of one exemplar:
        busy pictures have large Gram matrices.

    Raises
    ------
    MissingDependencyError
        If PyTorch is not installed.
    UsageError
        If a picture is smaller than 32 pixels.

    References
    ----------
    Johnson, Alahi, Fei-Fei: Perceptual Losses for Real-Time Style Transfer and Super-Resolution.
    ECCV 2016, equations 3 and 4; the layers of its section 4.1. Features are of the bundled
    VGG-16, whose input is scaled by ImageNet's deviation as torchvision does.
    """
    check_image(result)
    check_image(exemplar)
    require_torch()
    from facestyle.neural.losses import style_loss

    ours, theirs = _grams(result), _grams(exemplar)
    return sum(float(style_loss(ours[layer], theirs[layer])) for layer in STYLE_LAYERS)


def _grams(image: Image) -> Any:
    """Gram matrices of the style layers, tile by tile."""
    from facestyle.neural.style_statistics import measure_grams
    from facestyle.neural.tiling import cut_tiles

    network = _network()
    tiles = cut_tiles(image.shape[0], image.shape[1], TILE, network.halo(STYLE_LAYERS))
    return measure_grams(network, _tensor(image), STYLE_LAYERS, tiles=tiles)


def _layer_distance(features: Any, head: Any) -> float:
    """Weighted square distance of two pictures' unit-length features, averaged over pixels."""
    unit = features / (features.norm(dim=1, keepdim=True) + 1e-10)
    difference = (unit[0] - unit[1]) ** 2
    return float((difference * head[:, None, None]).sum(dim=0).mean())


def _tensor(image: Image) -> Any:
    """The picture as a (1, 3, H, W) tensor in [0, 1]."""
    import torch

    rgb = unit_range(image)
    if rgb.ndim == 2:
        rgb = np.repeat(rgb[..., None], 3, axis=2)
    return torch.from_numpy(np.ascontiguousarray(rgb.transpose(2, 0, 1))[None])


@lru_cache(maxsize=1)
def _network() -> Any:
    """The bundled VGG-16."""
    from facestyle.neural.loss_network import load_loss_network

    return load_loss_network()


@lru_cache(maxsize=1)
def _heads() -> list[Any]:
    """Weight of each channel, one tensor for each of the layers."""
    import torch

    with files("facestyle.assets").joinpath(HEADS_FILE).open("rb") as stream:
        arrays = np.load(stream, allow_pickle=False)
        return [torch.from_numpy(arrays[f"lin{index}"]) for index in range(len(LPIPS_LAYERS))]
