"""The statistics that stand for a style: Gram matrices per layer and region."""

from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as F

from facestyle.neural.loss_network import LossNetwork, layer_stride
from facestyle.neural.losses import gram_norms, gram_sums
from facestyle.neural.tiling import Tile, cut_tiles

Grams = dict[str, torch.Tensor]  # layer -> (1, R, C, C)
Weights = dict[str, torch.Tensor | None]  # layer -> (R, h, w), None: every unit counts alike


def region_weights(regions: torch.Tensor | None, layers: Sequence[str]) -> Weights:
    """Return the weight of every unit in every region: region masks at the layers' sizes.

    Parameters
    ----------
    regions : torch.Tensor or None
        Masks (R, H, W) in [0, 1] at the picture's size.
    layers : Sequence of str
        Layers of the loss network.

    Returns
    -------
    dict of str to (torch.Tensor or None)
        Weights (R, H // stride, W // stride) by layer.
    """
    if regions is None:
        return dict.fromkeys(layers)
    return {name: F.avg_pool2d(regions[None], layer_stride(name))[0] for name in layers}


def importance_of_regions(
    regions: torch.Tensor | None,
    layers: Sequence[str],
    own: Sequence[Sequence[str]] = (),
    factors: Sequence[float] = (),
) -> dict[str, torch.Tensor]:
    """Return the weight of every region's style loss: area times factor, in its layers.

    Parameters
    ----------
    regions : torch.Tensor or None
        Masks (R, H, W) in [0, 1].
    layers : Sequence of str
        Style layers.
    own : Sequence of (Sequence of str)
        Those of every region; all where it is empty.
    factors : Sequence of float
        Of the regions; all are 1 where it is empty.

    Returns
    -------
    dict of str to torch.Tensor
        Weights (R,) by layer; empty without regions.
    """
    if regions is None:
        return {}
    areas = regions.mean((1, 2)) * regions.new_tensor(factors or [1.0] * len(regions))
    taken = own or [layers] * len(regions)
    return {name: areas * areas.new_tensor([name in its for its in taken]) for name in layers}


def attention_to_regions(
    regions: torch.Tensor | None, layers: Sequence[str], factors: Sequence[float] = ()
) -> dict[str, torch.Tensor]:
    """Return the weight of every unit's content loss: a factor for each region, else 1.

    Parameters
    ----------
    regions : torch.Tensor or None
        Masks (R, H, W) in [0, 1], at most 1 together.
    layers : Sequence of str
        Content layers.
    factors : Sequence of float
        Of the regions; all are 1 where it is empty.

    Returns
    -------
    dict of str to torch.Tensor
        Weights (H // stride, W // stride) by layer; empty where all are 1.
    """
    if regions is None or not factors:
        return {}
    weights = 1 + torch.einsum("r,rhw->hw", regions.new_tensor(factors) - 1, regions)
    return {name: F.avg_pool2d(weights[None], layer_stride(name))[0] for name in layers}


def tile_features(
    network: LossNetwork, picture: torch.Tensor, layers: Sequence[str], tiles: Sequence[Tile]
) -> Iterator[tuple[Tile, dict[str, torch.Tensor]]]:
    """Yield every tile with the features of its core, one tile at a time.

    Parameters
    ----------
    network : LossNetwork
    picture : (1, 3, H, W) tensor
    layers : sequence of str
    tiles : sequence of Tile
        That cover the picture.
    """
    for tile in tiles:
        features = network(tile.cut(picture), layers)
        yield (
            tile,
            {
                name: tile.core_of_features(values, layer_stride(name))
                for name, values in features.items()
            },
        )


@torch.no_grad()
def measure_grams(
    network: LossNetwork,
    picture: torch.Tensor,
    layers: Sequence[str],
    *,
    weights: Weights | None = None,
    tiles: Sequence[Tile] | None = None,
) -> Grams:
    """Measure the Gram matrices of a picture, in tiles where it is large.

    Parameters
    ----------
    network : LossNetwork
        The loss network.
    picture : torch.Tensor
        RGB (1, 3, H, W) in [0, 1].
    layers : Sequence of str
        Style layers.
    weights : dict, optional
        What `region_weights` returns.
    tiles : Sequence of Tile, optional
        Tiles of the picture; the whole picture at once where it is None. The result is the same
        but for rounding.

    Returns
    -------
    dict of str to torch.Tensor
        Gram matrices (1, R, C, C) by layer.
    """
    weights = weights or dict.fromkeys(layers)
    height, width = picture.shape[-2:]
    sums: Grams = {}
    tiles = tiles or cut_tiles(height, width, None, 0)
    for part, features in tile_features(network, picture, layers, tiles):
        for name, values in features.items():
            here = weights[name]
            part_weights = None if here is None else part.core_of_map(here, layer_stride(name))
            sums[name] = sums.get(name, 0) + gram_sums(values, part_weights)
    return {
        name: total / picture_norms(total, weights[name], (height, width), name)
        for name, total in sums.items()
    }


def picture_norms(
    sums: torch.Tensor, weights: torch.Tensor | None, size: tuple[int, int], layer: str
) -> torch.Tensor:
    """Return what divides the sums over the whole picture: (R, 1, 1).

    Parameters
    ----------
    sums : tensor
        Of the picture's tiles, by region.
    weights : (R, h, w) tensor or None
        Of the regions, at the layer's size.
    size : (int, int)
        Height and width of the picture.
    layer : str
    """
    stride = layer_stride(layer)
    units = sums.new_empty(()).expand(1, sums.shape[-1], size[0] // stride, size[1] // stride)
    return gram_norms(units, weights)


def mix_grams(grams: Sequence[Grams], shares: Sequence[float], present: torch.Tensor) -> Grams:
    """Average the statistics of several style pictures, region by region.

    The sum of style losses against each picture has the gradient of one loss against the mean.

    Parameters
    ----------
    grams : Sequence of Grams
        Statistics of S style pictures.
    shares : Sequence of float
        Weight >= 0 of every picture; their scale does not matter.
    present : torch.Tensor
        Whether a picture shows a region, (S, R) bool. A picture has no say in a region that it
        does not show; every region must be shown by one picture at least.

    Returns
    -------
    Grams
    """
    weights = torch.tensor(shares, dtype=torch.float32, device=present.device)[:, None] * present
    weights = weights / weights.sum(0).clamp_min(1e-12)
    return {
        name: sum(
            gram[name] * weight[None, :, None, None].to(gram[name])
            for gram, weight in zip(grams, weights, strict=True)
        )
        for name in grams[0]
    }
