"""The fixed network whose features measure content and style: VGG-16, or a user's VGG-19.

Simonyan and Zisserman 2015, table 1, columns D and E, without the fully connected layers.
Layers are named as in the papers: `relu3_2` is the second rectified convolution of block three.
"""

from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from facestyle.errors import UsageError
from facestyle.neural import winograd
from facestyle.neural.safetensors_files import check_tensors, read_safetensors
from facestyle.neural.settings import MINIMUM_SIZE, POOLINGS

# of each block (Simonyan and Zisserman 2015, table 1, D and E)
CONVOLUTIONS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}

# Mean and standard deviation of ImageNet's RGB in [0, 1]: torchvision trained with them.
_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)


def layer_names(architecture: str = "vgg16") -> tuple[str, ...]:
    """Return the names of all rectified layers, from the shallowest to the deepest."""
    return tuple(
        f"relu{block}_{index}"
        for block, count in enumerate(CONVOLUTIONS[architecture], start=1)
        for index in range(1, count + 1)
    )


def layer_stride(name: str) -> int:
    """Return the pixels between two neighboring units of a layer."""
    return 1 << (_block(name) - 1)


def layer_channels(name: str) -> int:
    """Return the number of channels of a layer."""
    return min(512, 32 << _block(name))


def _block(name: str) -> int:
    return int(name[len("relu") :].split("_")[0])


class LossNetwork(nn.Module):
    """The convolutional part of a VGG, as a function from pictures to named features.

    Parameters
    ----------
    weights : Mapping of str to torch.Tensor
        `convB_I.weight` (out, in, 3, 3) and `convB_I.bias` (out,) for every convolution.
    pooling : {"max", "average"}
        How 2x2 units are pooled. Gatys et al. 2016, section 2, prefer "average" for synthesis.
    """

    def __init__(self, weights: Mapping[str, torch.Tensor], pooling: str = "max") -> None:
        super().__init__()
        if pooling not in POOLINGS:
            raise UsageError(f"pooling '{pooling}' is unknown; expected 'max' or 'average'")
        self.pooling = pooling
        self.architecture = "vgg19" if "conv3_4.weight" in weights else "vgg16"
        self.layers = layer_names(self.architecture)
        self._kernels: dict[str, winograd.Kernels] = {}
        for name, value in weights.items():
            self.register_buffer(name.replace(".", "_"), value.float())
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor(_DEVIATION).view(1, 3, 1, 1))

    def forward(self, picture: torch.Tensor, layers: Iterable[str]) -> dict[str, torch.Tensor]:
        """Return the features of the layers asked for; deeper layers are not computed.

        Parameters
        ----------
        picture : torch.Tensor
            RGB (B, 3, H, W) in [0, 1], at least 32 pixels a side.
        layers : Iterable of str
            Names such as "relu3_2".

        Returns
        -------
        dict of str to torch.Tensor
            Features (B, C, H // stride, W // stride) by layer.

        Raises
        ------
        UsageError
            A layer is unknown or the picture is too small.
        """
        wanted = set(layers)
        self.check_layers(wanted)
        if min(picture.shape[-2:]) < MINIMUM_SIZE:
            raise UsageError(
                f"a picture of {picture.shape[-1]}x{picture.shape[-2]} pixels is too small for "
                f"the loss network; it needs {MINIMUM_SIZE} pixels a side: choose a larger size"
            )
        x = (picture - self.mean) / self.deviation
        if x.device.type == "cpu":  # as `winograd.convolve` has them
            x = x.contiguous(memory_format=torch.channels_last)
        features: dict[str, torch.Tensor] = {}
        block = 1
        for name in self.layers:
            if len(features) == len(wanted):
                break
            if _block(name) > block:
                block = _block(name)
                x = self._pool(x)
            x = self._convolve(x, name.replace("relu", "conv"))
            if name in wanted:
                features[name] = x
        return features

    def check_layers(self, layers: Iterable[str]) -> None:
        """Raise `UsageError` where a layer's name is not one of this network's."""
        unknown = sorted(set(layers) - set(self.layers))
        if unknown:
            raise UsageError(
                f"{self.architecture} has no layer '{unknown[0]}'; it has {', '.join(self.layers)}"
            )

    def halo(self, layers: Iterable[str]) -> int:
        """Return how many pixels beyond a block of units the deepest of these layers sees.

        A 3x3 convolution reaches one unit further; pooling of aligned blocks reaches no further.
        """
        wanted = set(layers)
        deepest = max(index for index, name in enumerate(self.layers) if name in wanted)
        return sum(layer_stride(name) for name in self.layers[: deepest + 1])

    def _convolve(self, x: torch.Tensor, name: str) -> torch.Tensor:
        """Return the rectified convolution."""
        weight, bias = getattr(self, f"{name}_weight"), getattr(self, f"{name}_bias")
        if winograd.pays(x, weight):
            kernels = self._kernels.setdefault(name, winograd.Kernels(weight, bias))
            return winograd.convolve(x, kernels, padding=1, rectify=True)
        # in place: 17 % less processor time for loss and gradient at 256 px
        return F.relu_(F.conv2d(x, weight, bias, padding=1))

    def _pool(self, x: torch.Tensor) -> torch.Tensor:
        return F.max_pool2d(x, 2) if self.pooling == "max" else F.avg_pool2d(x, 2)


def load_loss_network(
    path: Path | str | None = None,
    *,
    pooling: str = "max",
    device: torch.device | str = "cpu",
) -> LossNetwork:
    """Load the bundled VGG-16, or a VGG-16 or VGG-19 from a safetensors file.

    Parameters
    ----------
    path : Path or str, optional
        A safetensors file with torchvision's names (`features.0.weight`) or this module's
        (`conv1_1.weight`); the bundled VGG-16 where it is None.
    pooling : {"max", "average"}
        How 2x2 units are pooled.
    device : torch.device or str
        Where the network computes.

    Returns
    -------
    LossNetwork
        In evaluation mode, float32, without gradients for its weights.

    Raises
    ------
    ModelFileError
        The file is not a readable VGG-16 or VGG-19.
    """
    weights = _bundled_weights() if path is None else _read_weights(Path(path))
    return LossNetwork(weights, pooling).to(device).eval()


def _bundled_weights() -> dict[str, torch.Tensor]:
    source = resources.files("facestyle.assets") / "vgg16_conv_fp16.npz"
    with resources.as_file(source) as path, np.load(path, allow_pickle=False) as arrays:
        return {name: torch.from_numpy(arrays[name].astype(np.float32)) for name in arrays}


def _read_weights(path: Path) -> dict[str, torch.Tensor]:
    """Read a VGG from a safetensors file, by torchvision's names or this module's."""
    tensors, _ = read_safetensors(path)
    names = _torchvision_names(tensors)
    weights = {names.get(name, name): value for name, value in tensors.items()}
    convolutions = {name: value for name, value in weights.items() if name.startswith("conv")}
    architecture = "vgg19" if "conv3_4.weight" in convolutions else "vgg16"
    check_tensors(path, convolutions, _shapes(architecture))
    return convolutions


def _torchvision_names(tensors: Mapping[str, torch.Tensor]) -> dict[str, str]:
    """Map torchvision's names to ours: its `features` also count rectifications and poolings."""
    architecture = "vgg19" if "features.34.weight" in tensors else "vgg16"
    names, index, block = {}, 0, 1
    for layer in layer_names(architecture):
        if _block(layer) > block:
            block, index = _block(layer), index + 1
        for kind in ("weight", "bias"):
            names[f"features.{index}.{kind}"] = f"{layer.replace('relu', 'conv')}.{kind}"
        index += 2
    return names


def _shapes(architecture: str) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    inputs = 3
    for name in layer_names(architecture):
        outputs = layer_channels(name)
        shapes[f"{name.replace('relu', 'conv')}.weight"] = (outputs, inputs, 3, 3)
        shapes[f"{name.replace('relu', 'conv')}.bias"] = (outputs,)
        inputs = outputs
    return shapes
