"""What optimization minimizes: content, style, total variation and temporal terms of a picture.

On a large picture the network runs over tiles, in two passes: the first adds up the tiles' Gram
matrices, the second propagates the style loss's derivative by those matrices back through every
tile. The gradient is that of the whole picture, not of tiles that each imitate the style.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch

from facestyle.neural import losses
from facestyle.neural.loss_network import LossNetwork, layer_stride
from facestyle.neural.style_statistics import (
    Grams,
    Weights,
    measure_grams,
    picture_norms,
    tile_features,
)
from facestyle.neural.tiling import Tile, cut_tiles


@dataclass(frozen=True)
class TemporalTarget:
    """An earlier result warped to this frame (1, 3, H, W), and per-pixel weights (H, W)."""

    warped: torch.Tensor
    weights: torch.Tensor


@dataclass(frozen=True)
class Terms:
    """Weights of the loss terms.

    Attributes
    ----------
    content, style : Mapping of str to float
        Weight of every content and style layer.
    total_variation, temporal : float
        Weights of the picture terms.
    """

    content: Mapping[str, float]
    style: Mapping[str, float]
    total_variation: float = 0.0
    temporal: float = 0.0

    @property
    def layers(self) -> tuple[str, ...]:
        """Every layer that a term needs."""
        return tuple(dict.fromkeys((*self.style, *self.content)))


@dataclass(frozen=True)
class Targets:
    """What the picture is compared with.

    Attributes
    ----------
    content : dict of str to torch.Tensor
        Features (1, C, h, w) of the content picture.
    style : Grams
        Gram matrices (1, R, C, C) of the style.
    weights : Weights
        Weight of every unit in every region.
    importance : dict of str to torch.Tensor
        Weight (R,) of every region's style loss by layer; empty where all are 1.
    attention : dict of str to torch.Tensor
        Weight (h, w) of the units of content layers; empty where all are 1.
    temporal : tuple of TemporalTarget
        Warped earlier results.
    """

    content: dict[str, torch.Tensor]
    style: Grams
    weights: Weights
    importance: Mapping[str, torch.Tensor] = field(default_factory=dict)
    attention: Mapping[str, torch.Tensor] = field(default_factory=dict)
    temporal: tuple[TemporalTarget, ...] = field(default=())


class Objective:
    """The loss of a picture and its gradient.

    Parameters
    ----------
    network : LossNetwork
        The loss network.
    terms : Terms
        Weights of the terms.
    targets : Targets
        What the picture is compared with.
    size : (int, int)
        Height and width of the picture.
    tile : int, optional
        Largest side of a tile in pixels; the whole picture at once where it is None.
    """

    def __init__(
        self,
        network: LossNetwork,
        terms: Terms,
        targets: Targets,
        size: tuple[int, int],
        tile: int | None = None,
    ) -> None:
        self.network, self.terms, self.targets, self.size = network, terms, targets, size
        self.tiles = cut_tiles(*size, tile, network.halo(terms.layers))

    def evaluate(self, picture: torch.Tensor) -> tuple[dict[str, float], torch.Tensor]:
        """Return the terms of the loss, weighted, and the gradient of their sum.

        Parameters
        ----------
        picture : torch.Tensor
            RGB (1, 3, H, W) in [0, 1].

        Returns
        -------
        terms : dict of str to float
            "content", "style", "total_variation" and "temporal".
        gradient : torch.Tensor
            (1, 3, H, W).
        """
        picture = picture.detach().requires_grad_()
        values = self._picture_terms(picture)
        if len(self.tiles) == 1:
            values |= self._feature_terms(picture)
            sum(values.values()).backward()
        else:
            sum(values.values()).backward()
            values |= self._tiled_feature_terms(picture)
        assert picture.grad is not None
        return {name: value.item() for name, value in values.items()}, picture.grad

    def _picture_terms(self, picture: torch.Tensor) -> dict[str, torch.Tensor]:
        variation = losses.total_variation_loss(picture) * self.terms.total_variation
        temporal = picture.new_zeros(())
        for target in self.targets.temporal:
            temporal = temporal + losses.temporal_loss(picture, target.warped, target.weights)
        return {"total_variation": variation, "temporal": temporal * self.terms.temporal}

    def _feature_terms(self, picture: torch.Tensor) -> dict[str, torch.Tensor]:
        features = self.network(picture, self.terms.layers)
        content = picture.new_zeros(())
        for name, weight in self.terms.content.items():
            content = content + weight * losses.feature_reconstruction_loss(
                features[name], self.targets.content[name], self.targets.attention.get(name)
            )
        grams = {
            name: losses.gram_matrix(features[name], self.targets.weights[name])
            for name in self.terms.style
        }
        return {"content": content, "style": self._style_term(grams)}

    def _style_term(self, grams: Mapping[str, torch.Tensor]) -> torch.Tensor:
        targets = self.targets
        terms = [
            weight
            * losses.style_loss(grams[name], targets.style[name], targets.importance.get(name))
            for name, weight in self.terms.style.items()
        ]
        return torch.stack(terms).sum()

    def _tiled_feature_terms(self, picture: torch.Tensor) -> dict[str, torch.Tensor]:
        """Add the gradient of the feature terms to the picture's, tile by tile."""
        style, slopes = self._style_slopes(picture)
        content = torch.zeros_like(style)
        # Every pass of the loop builds and frees the graph of one tile.
        for tile, features in tile_features(self.network, picture, self.terms.layers, self.tiles):
            tile_content = self._tile_content(tile, features)
            content += tile_content.detach()
            surrogate = tile_content
            for name, slope in slopes.items():
                sums = losses.gram_sums(features[name], self._tile_weights(tile, name))
                surrogate = surrogate + (sums * slope).sum()
            surrogate.backward()
        return {"content": content, "style": style}

    def _style_slopes(self, picture: torch.Tensor) -> tuple[torch.Tensor, Grams]:
        """Return the style loss and its derivatives by the sums f f^T of the whole picture."""
        layers, weights = tuple(self.terms.style), self.targets.weights
        grams = measure_grams(self.network, picture, layers, weights=weights, tiles=self.tiles)
        for gram in grams.values():
            gram.requires_grad_()
        loss = self._style_term(grams)
        loss.backward()
        return loss.detach(), {
            name: gram.grad / picture_norms(gram, weights[name], self.size, name)
            for name, gram in grams.items()
        }

    def _tile_content(self, tile: Tile, features: Mapping[str, torch.Tensor]) -> torch.Tensor:
        terms = []
        for name, weight in self.terms.content.items():
            whole = self.targets.content[name]
            target = tile.core_of_map(whole, layer_stride(name))
            squares = (features[name] - target).square()
            if name in self.targets.attention:
                attention = self.targets.attention[name]
                squares = squares * tile.core_of_map(attention, layer_stride(name))
            terms.append(weight * squares.sum() / whole.numel())
        return torch.stack(terms).sum()

    def _tile_weights(self, tile: Tile, layer: str) -> torch.Tensor | None:
        weights = self.targets.weights[layer]
        return None if weights is None else tile.core_of_map(weights, layer_stride(layer))


@torch.no_grad()
def content_features(
    network: LossNetwork, picture: torch.Tensor, layers: Sequence[str], tile: int | None = None
) -> dict[str, torch.Tensor]:
    """Return the features (1, C, h, w) of the content picture, computed in tiles.

    Parameters
    ----------
    network : LossNetwork
        The loss network.
    picture : torch.Tensor
        RGB (1, 3, H, W) in [0, 1].
    layers : Sequence of str
        Content layers.
    tile : int, optional
        Largest side of a tile in pixels; the whole picture at once where it is None.
    """
    height, width = picture.shape[-2:]
    whole: dict[str, torch.Tensor] = {}
    tiles = cut_tiles(height, width, tile, network.halo(layers))
    for part, features in tile_features(network, picture, layers, tiles):
        for name, values in features.items():
            stride = layer_stride(name)
            if name not in whole:
                size = (1, values.shape[1], height // stride, width // stride)
                whole[name] = values.new_empty(size)
            part.core_of_map(whole[name], stride).copy_(values)
    return whole
