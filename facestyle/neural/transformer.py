"""The feed-forward network that redraws a picture in one trained style.

Johnson et al. 2016, supplementary material, table 1 (c9s1-32, d64, d128, five R128, u64, u32,
c9s1-3), with the changes of later practice: reflection padding everywhere, nearest-neighbor
upsampling before a convolution in place of transposed convolution (Odena et al. 2016), and
instance normalization (Ulyanov et al. 2017, "Improved Texture Networks", equation (8)).

The network is a flat sequence of layers, so that `large_pictures.py` can run it layer by layer.
"""

import torch
import torch.nn.functional as F
from torch import nn

from facestyle.neural.color_ranges import ColorLimit, ColorRange
from facestyle.neural.coloring import color, from_colors
from facestyle.neural.grain import grain_for
from facestyle.neural.normalization import BatchNorm, ChannelMoments, InstanceNorm
from facestyle.neural.palettes import Palette
from facestyle.neural.settings import PICTURE_INPUTS, Architecture
from facestyle.neural.sparing import spare
from facestyle.neural.spots import cover_spots, find_spots, levels, raised_by
from facestyle.neural.usual_moments import RAISED_AS_USUAL, synthetic_picture, usual_moments
from facestyle.neural.video_inputs import join_inputs

_GRID = 4  # two convolutions of stride two


class ConvLayer(nn.Module):
    """Upsampling by nearest neighbor, reflection padding and a convolution, in this order."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, *, stride: int = 1, upsample: int = 1
    ) -> None:
        super().__init__()
        self.kernel, self.stride, self.upsample = kernel, stride, upsample
        self.weight = nn.Parameter(torch.empty(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Convolve (B, C, H, W)."""
        if self.upsample > 1:
            x = F.interpolate(x, scale_factor=self.upsample, mode="nearest")
        x = reflect(reflect(x, self.kernel // 2, 2), self.kernel // 2, 3)
        return F.conv2d(x, self.weight, self.bias, stride=self.stride)


class NormalizedConv(nn.Module):
    """A convolution, its normalization, and a rectification unless it ends a residual branch."""

    def __init__(
        self, conv: ConvLayer, architecture: Architecture, *, rectify: bool = True
    ) -> None:
        super().__init__()
        channels = conv.weight.shape[0]
        self.conv = conv
        instance = architecture.normalization == "instance"
        self.norm = (
            InstanceNorm(channels, architecture.epsilon) if instance else BatchNorm(channels)
        )
        self.rectify = rectify

    def forward(self, x: torch.Tensor, usual: ChannelMoments | None = None) -> torch.Tensor:
        """Transform (B, C, H, W); by moments near the usual ones, if given."""
        x = self.conv(x)
        if usual is None or isinstance(self.norm, BatchNorm):
            x = self.norm(x)
        else:
            x = self.norm.near(x, usual)
        return F.relu(x) if self.rectify else x


class ResidualBlock(nn.Module):
    """Two normalized 3x3 convolutions beside the identity (He et al. 2016, as Gross and Wilber)."""

    def __init__(self, channels: int, architecture: Architecture) -> None:
        super().__init__()
        self.first = NormalizedConv(ConvLayer(channels, channels, 3), architecture)
        self.second = NormalizedConv(ConvLayer(channels, channels, 3), architecture, rectify=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Transform (B, C, H, W)."""
        return x + self.second(self.first(x))


class Transformer(nn.Module):
    """Johnson's image transformation network.

    Parameters
    ----------
    architecture : Architecture
        Shape of the network.
    seed : int
        Seed of the initial weights.

    Attributes
    ----------
    limit : ColorLimit or None
        What keeps results within the style's colors, where these are known. Training goes without:
        it should see what it does. Not among the weights.
    """

    def __init__(self, architecture: Architecture | None = None, seed: int = 0) -> None:
        super().__init__()
        self.architecture = architecture or Architecture()
        self.palette = Palette() if self.architecture.base == "recolored" else None
        self.layers = nn.ModuleList(_layers(self.architecture))
        self.limit: ColorLimit | None = None
        self._usual: ChannelMoments | None = None
        _initialize(self, seed)

    @property
    def color_range(self) -> ColorRange | None:
        """The style's colors, where they are known."""
        return None if self.limit is None else self.limit.range

    def forward(
        self, picture: torch.Tensor, strength: torch.Tensor | None = None, *, seed: int = 0
    ) -> torch.Tensor:
        """Redraw pictures.

        Parameters
        ----------
        picture : (B, 3, H, W) tensor
            RGB in [0, 1], at least 16 pixels a side; for videos also what `join_inputs` makes.
        strength : (1, 1, h, w) tensor, optional
            Of the strokes at each place, in [0, 1]; see `finish`.
        seed : int
            Of the grain, for networks that take it.

        Returns
        -------
        torch.Tensor
            RGB (B, 3, H, W), slightly beyond [0, 1] so that black and white can be reached.
        """
        base = self.base(picture)
        x = self.prepare(picture, base, seed)
        *inner, wide, last = self.layers
        for layer in inner:
            x = layer(x)
        level = levels(x) if self.has_spots else None
        x = wide(x, self.usual(level))
        return self.finish(last(x), base, None if level is None else find_spots(level), strength)

    def base(self, picture: torch.Tensor) -> torch.Tensor:
        """Return RGB (B, 3, H, W): the picture, in the style's colors where they are the base."""
        return picture[:, :3] if self.palette is None else self.palette(picture[:, :3])

    def prepare(self, picture: torch.Tensor, base: torch.Tensor, seed: int = 0) -> torch.Tensor:
        """Return what the first layer takes: centered, on the grid, with all inputs, grain last.

        Parameters
        ----------
        picture : (B, C, H, W) tensor
            As `forward` takes it.
        base : (B, 3, H, W) tensor
            What `base` returns.
        seed : int
            Of the grain.
        """
        inputs = torch.cat((base, picture[:, 3:]), 1)
        if inputs.shape[1] != self.architecture.inputs:
            inputs = join_inputs(inputs)
        x = pad_to_grid(inputs) - 0.5
        if not self.architecture.grain:
            return x
        return torch.cat((x, grain_for(pad_to_grid(picture[:, :3]), seed)), 1)

    @property
    def has_spots(self) -> bool:
        """Whether spots are looked for.

        Training goes without: it must see them. So do networks without a base.
        """
        return self.palette is not None and not self.training

    def usual(self, level: torch.Tensor | None) -> ChannelMoments | None:
        """Return what the last normalization is to find, where a picture may lack its spot.

        Parameters
        ----------
        level : (B, 1, h, w) tensor or None
            From `levels` of what the first upsampling layer puts out.
        """
        if level is None or bool((raised_by(level) >= RAISED_AS_USUAL).all()):
            return None
        if self._usual is None:
            *inner, wide, _ = self.layers
            with torch.no_grad():
                picture = synthetic_picture().to(level)
                x = self.prepare(picture, self.base(picture))
            self._usual = usual_moments(x, (*inner, wide.conv))
        return self._usual

    def train(self, mode: bool = True) -> "Transformer":
        """Change to training or evaluation; what was measured of the weights is forgotten."""
        self._usual = None
        super().train(mode)
        return self

    def finish(
        self,
        x: torch.Tensor,
        base: torch.Tensor,
        spots: torch.Tensor | None = None,
        strength: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Return colors from the last layer's output, cut to the size of the base.

        Parameters
        ----------
        x : (B, 3, H, W) tensor
            What the last layer puts out.
        base : (B, 3, H, W) tensor
            What `base` returns.
        spots : (B, 1, h, w) tensor, optional
            What `find_spots` returns.
        strength : (1, 1, h, w) tensor, optional
            Of what is added to the picture at each place, in [0, 1] and of any size (`spare`).
            Networks that change no base have nothing to weaken.
        """
        sides = (base.shape[2], base.shape[3])
        if self.palette is None:
            strength = None
        if strength is not None:
            strength = F.interpolate(strength, sides, mode="bilinear", align_corners=False)
        if spots is not None:
            still = self.architecture.inputs == PICTURE_INPUTS
            x = cover_spots(x, spots, from_colors(base) if still else None, strength)
        x = x[..., : sides[0], : sides[1]]
        if strength is not None:
            x = spare(x, base, strength)
        beneath = None if self.palette is None else base
        return color(x, beneath, None if self.training else self.limit)


def reflect(x: torch.Tensor, pad: int, dim: int) -> torch.Tensor:
    """Pad one dimension by reflection; its gradient is deterministic on CUDA, `F.pad`'s is not.

    Parameters
    ----------
    x : tensor
    pad : int
        Elements at each end, fewer than the dimension has.
    dim : int
    """
    length = x.shape[dim]
    before = x.narrow(dim, 1, pad).flip(dim)
    after = x.narrow(dim, length - 1 - pad, pad).flip(dim)
    return torch.cat((before, x, after), dim)


def pad_to_grid(picture: torch.Tensor) -> torch.Tensor:
    """Reflect the lower and right borders until both sides are multiples of four."""
    height, width = picture.shape[-2:]
    return F.pad(picture, [0, -width % _GRID, 0, -height % _GRID], mode="reflect")


def _layers(architecture: Architecture) -> list[nn.Module]:
    """Return the layers; the comments name them as in Johnson's table 1."""
    c, outer = architecture.channels, architecture.outer
    inputs = architecture.inputs + architecture.grain
    return [
        NormalizedConv(ConvLayer(inputs, c, outer), architecture),  # c9s1-32
        NormalizedConv(ConvLayer(c, 2 * c, 3, stride=2), architecture),  # d64
        NormalizedConv(ConvLayer(2 * c, 4 * c, 3, stride=2), architecture),  # d128
        *(ResidualBlock(4 * c, architecture) for _ in range(architecture.blocks)),  # R128
        NormalizedConv(ConvLayer(4 * c, 2 * c, 3, upsample=2), architecture),  # u64
        NormalizedConv(ConvLayer(2 * c, c, 3, upsample=2), architecture),  # u32
        ConvLayer(c, 3, outer),  # c9s1-3
    ]


def _initialize(network: "Transformer", seed: int) -> None:
    """Draw the convolutions' weights (He et al. 2015) from a generator of their own.

    The last one starts close to zero, so that training starts with gray instead of noise.
    """
    generator = torch.Generator().manual_seed(seed)
    for module in network.modules():
        if isinstance(module, ConvLayer) and not module.weight.is_meta:
            deviation = (2.0 / module.weight[0].numel()) ** 0.5
            with torch.no_grad():
                module.weight.normal_(0.0, deviation, generator=generator)
    with torch.no_grad():
        network.layers[-1].weight.mul_(0.1)
