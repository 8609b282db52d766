"""LPIPS: distance between the deep features of two pictures (VGG-16, needs torch)."""

from functools import lru_cache
from importlib import import_module
from importlib.resources import files
from typing import Any

import numpy as np

from facestyle.errors import MissingDependencyError, ModelFileError
from facestyle.metrics.inputs import Image, check_pair, unit_range

CONVOLUTIONS_FILE = "vgg16_conv_fp16.npz"  # torchvision's ImageNet VGG-16
HEADS_FILE = "lpips_vgg16_linear.npz"  # LPIPS v0.1
CONVOLUTIONS_PER_BLOCK = (2, 2, 3, 3, 3)
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)


def lpips(result: Image, truth: Image) -> float:
    """Return the learned perceptual distance between two pictures.

    Parameters
    ----------
    result, truth : (H, W, 3) or (H, W), float in [0, 1] or uint8
        sRGB pictures of the same shape, at least 16 pixels wide and high.

    Returns
    -------
    float
        0 for equal pictures; lower is better.

    Raises
    ------
    MissingDependencyError
        If torch is not installed.

    References
    ----------
    Zhang, Isola, Efros, Shechtman, Wang: The Unreasonable Effectiveness of Deep Features as a
    Perceptual Metric. CVPR 2018, equation 1; version 0.1, network VGG-16.
    """
    check_pair(result, truth)
    torch = _torch()
    with torch.no_grad():
        features = _unit_features(_batch(result, truth))
        distance = 0.0
        for (first, second), head in zip(features, _weights(HEADS_FILE).values(), strict=True):
            difference = (first - second) ** 2
            distance += float((difference * head[:, None, None]).sum(dim=0).mean())
    return distance


def _batch(result: Image, truth: Image) -> Any:
    """Both pictures as a normalized (2, 3, H, W) tensor."""
    pair = np.stack([_three_channels(unit_range(image)) for image in (result, truth)])
    mean = np.array(IMAGENET_MEAN, np.float32)
    deviation = np.array(IMAGENET_DEVIATION, np.float32)
    normalized = ((pair - mean) / deviation).transpose(0, 3, 1, 2)
    return _torch().from_numpy(np.ascontiguousarray(normalized))


def _unit_features(batch: Any) -> list[Any]:
    """Activations after the last convolution of each block, of length 1 at each pixel."""
    functional = _torch().nn.functional
    weights = _weights(CONVOLUTIONS_FILE)
    features = []
    for block, convolutions in enumerate(CONVOLUTIONS_PER_BLOCK, start=1):
        if block > 1:
            batch = functional.max_pool2d(batch, 2)
        for index in range(1, convolutions + 1):
            name = f"conv{block}_{index}"
            batch = functional.conv2d(
                batch, weights[f"{name}.weight"], weights[f"{name}.bias"], padding=1
            ).relu()
        features.append(batch / (batch.norm(dim=1, keepdim=True) + 1e-10))
    return features


def _three_channels(image: Image) -> Image:
    """Repeat a grey picture's channel."""
    return np.repeat(image[..., None], 3, axis=2) if image.ndim == 2 else image


@lru_cache(maxsize=2)
def _weights(name: str) -> dict[str, Any]:
    """Float32 tensors of a bundled file."""
    path = files("facestyle").joinpath("assets", name)
    if not path.is_file():
        raise ModelFileError(f"{path}: this bundled model is missing; reinstall facestyle")
    with path.open("rb") as stream, np.load(stream) as arrays:
        return {
            key: _torch().from_numpy(arrays[key].astype(np.float32)) for key in sorted(arrays.files)
        }


def _torch() -> Any:
    """Import torch, which is optional."""
    try:
        return import_module("torch")
    except ModuleNotFoundError:
        raise MissingDependencyError("torch", "LPIPS", "neural") from None
