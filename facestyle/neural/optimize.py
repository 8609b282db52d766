"""Style transfer by optimization: Gatys et al. 2016, from coarse to fine.

A picture is changed until its deep features are the content's and its Gram matrices the
style's. Starting small costs little and sets the large shapes; every finer scale starts with the
enlarged result and adds detail.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch

from facestyle.errors import UsageError
from facestyle.neural.allocation import keep_memory
from facestyle.neural.color_ranges import within_styles
from facestyle.neural.loss_network import LossNetwork, layer_channels
from facestyle.neural.minimizers import Report, minimize
from facestyle.neural.objective import (
    Objective,
    Targets,
    TemporalTarget,
    Terms,
    content_features,
)
from facestyle.neural.pictures import (
    fit_size,
    match_luminance,
    resize,
    resize_masks,
    with_colors_of,
)
from facestyle.neural.settings import MINIMUM_SIZE, Minimizer, OptimizeOptions
from facestyle.neural.style_pictures import StylePicture, recolor, style_masks, style_size
from facestyle.neural.style_statistics import (
    Grams,
    attention_to_regions,
    importance_of_regions,
    measure_grams,
    mix_grams,
    region_weights,
)
from facestyle.neural.tiling import cut_tiles

# Pixels of the longer side below which a scale does not pay: at 256 px, 46 iterations at one scale
# have a loss of 28.9, 30 at 128 px and 38 at 256, which cost the same, one of 30.7.
_COARSEST = 256
_LARGE = 2_000_000  # pixels beyond which L-BFGS remembers fewer steps, to spare memory


@dataclass(frozen=True)
class Evaluation:
    """How far an optimization is.

    Attributes
    ----------
    size : (int, int)
        Height and width of the scale, px.
    done, most : int
        Work so far and in all, in evaluations of the coarsest scale.
    losses : dict of str to float
        The terms of the loss.
    picture : torch.Tensor
        The best picture of this scale so far, (1, 3, h, w).
    """

    size: tuple[int, int]
    done: int
    most: int
    losses: dict[str, float]
    picture: torch.Tensor


Progress = Callable[[Evaluation], None]


@dataclass(frozen=True)
class Optimized:
    """A result, and the terms of the loss at every evaluation of every scale."""

    picture: torch.Tensor
    history: list[list[dict[str, float]]]


def optimize(
    network: LossNetwork,
    content: torch.Tensor,
    styles: Sequence[StylePicture],
    options: OptimizeOptions | None = None,
    *,
    regions: torch.Tensor | None = None,
    initial: torch.Tensor | None = None,
    temporal: Sequence[TemporalTarget] = (),
    progress: Progress | None = None,
) -> Optimized:
    """Redraw a picture in the style of others by optimization.

    Parameters
    ----------
    network : LossNetwork
        The loss network.
    content : torch.Tensor
        RGB (1, 3, H, W) in [0, 1].
    styles : Sequence of StylePicture
        One style picture or several.
    options : OptimizeOptions, optional
        Settings.
    regions : torch.Tensor, optional
        Masks (R, H, W) in [0, 1] of the content: every region takes its statistics from the same
        region of the style pictures (Gatys et al. 2017, section 4).
    initial : torch.Tensor, optional
        Picture (1, 3, H, W) to start with, for `options.initial` "picture".
    temporal : Sequence of TemporalTarget
        Warped earlier results of the content's size; they bind the finest scale.
    progress : callable, optional
        Called after every `Evaluation`.

    Returns
    -------
    Optimized
        The picture is clipped to [0, 1].
    """
    options = options or OptimizeOptions()
    if not styles:
        raise UsageError("style transfer needs one style picture at least")
    if not sum(style.share for style in styles) > 0 or min(style.share for style in styles) < 0:
        raise UsageError("weights of style pictures must be 0 or more, and one of them above 0")
    if options.initial == "picture" and initial is None:
        raise UsageError("initial 'picture' needs a picture to start with")
    full = resize(content, fit_size(content.shape[2], content.shape[3], options.size)).clamp(0, 1)
    picture = start = _start(full, styles, options, initial, regions)
    history: list[list[dict[str, float]]] = []
    sizes = scale_sizes(full.shape[2], full.shape[3], options.scales)
    plan = [_settings(options, number, size) for number, size in enumerate(sizes)]
    for number, (size, settings) in enumerate(zip(sizes, plan, strict=True)):
        scaled = resize(full, size).clamp(0, 1)
        last = number == len(sizes) - 1
        scene = _Scene(scaled, styles, regions, tuple(temporal) if last else ())
        report = None if progress is None else _report(progress, sizes, plan, number)
        objective = _objective(network, scene, options)
        picture = _enlarge(picture, start, size).clamp(0, 1)
        with keep_memory():
            picture, losses = minimize(objective.evaluate, picture, settings, report)
        picture = picture.clamp(0, 1)
        history.append(losses)
    if options.colors == "keep":
        picture = with_colors_of(picture, full).clamp(0, 1)
    else:
        sizes = [style_size(style.picture, max(sizes[-1])) for style in styles]
        shown = [resize(s.picture, size).clamp(0, 1) for s, size in zip(styles, sizes, strict=True)]
        picture = within_styles(picture, shown, [s.share for s in styles], options.strength)
    return Optimized(picture, history)


def _report(
    progress: Progress, sizes: Sequence[tuple[int, int]], plan: Sequence[Minimizer], number: int
) -> Report:
    """Return what tells of the evaluations of one scale, counted among those of all."""
    costs = [round(size[0] * size[1] / (sizes[0][0] * sizes[0][1])) for size in sizes]
    work = [cost * settings.iterations for cost, settings in zip(costs, plan, strict=True)]

    def report(evaluation: int, losses: dict[str, float], picture: torch.Tensor) -> None:
        done = sum(work[:number]) + evaluation * costs[number]
        progress(Evaluation(sizes[number], done, sum(work), losses, picture))

    return report


def scale_sizes(height: int, width: int, scales: int) -> list[tuple[int, int]]:
    """Return the sizes (height, width) from coarse to fine; each doubles the one before.

    Parameters
    ----------
    height, width : int
        Of the result, px.
    scales : int
        At most; scales that show nothing are left out.

    Returns
    -------
    list of (int, int)
    """
    longer = max(height, width)
    sizes = [fit_size(height, width, longer >> octave) for octave in range(scales)]
    useful = [size for size in sizes[1:] if max(size) >= _COARSEST and min(size) >= MINIMUM_SIZE]
    return [*reversed(useful), (height, width)]


def _enlarge(picture: torch.Tensor, start: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Bring a coarser result to a scale; the octave that it lacks is that of the start.

    Enlarged alone it is flat for the shallow layers, and some iterations are spent on that.
    """
    enlarged = resize(picture, size)
    coarse = (picture.shape[2], picture.shape[3])
    if picture is start or min(start.shape[2:]) <= min(coarse):
        return enlarged
    return enlarged + resize(start, size) - resize(resize(start, coarse), size)


def layer_weights(weight: float, layers: Sequence[str]) -> dict[str, float]:
    """Share the weight of the style among its layers, in proportion to 1 / channels^2.

    So did Gatys et al. in their published code; without it the shallow layers, which hold the
    colors, count next to nothing. A layer of 256 channels gets an even share.
    """
    return {name: weight / len(layers) * (256 / layer_channels(name)) ** 2 for name in layers}


@dataclass(frozen=True)
class _Scene:
    """The content at one scale, and everything that it is compared with."""

    content: torch.Tensor
    styles: Sequence[StylePicture]
    regions: torch.Tensor | None
    temporal: tuple[TemporalTarget, ...]


def _settings(options: OptimizeOptions, number: int, size: tuple[int, int]) -> Minimizer:
    history = options.minimizer.history
    if size[0] * size[1] > _LARGE:
        history = min(history, 5)
    return replace(options.minimizer, iterations=options.iterations, history=history)


def _start(
    content: torch.Tensor,
    styles: Sequence[StylePicture],
    options: OptimizeOptions,
    initial: torch.Tensor | None,
    regions: torch.Tensor | None,
) -> torch.Tensor:
    if options.initial == "picture" and initial is not None:
        return initial
    if options.initial == "noise":
        generator = torch.Generator().manual_seed(options.seed)
        coarsest = scale_sizes(content.shape[2], content.shape[3], options.scales)[0]
        noise = torch.randn((1, 3, *coarsest), generator=generator)
        return (0.5 + 0.15 * noise).clamp(0, 1).to(content)
    if options.initial == "content" or options.colors == "keep":
        return content
    recolored = recolor(content, styles, regions).clamp(0, 1)
    return torch.lerp(content, recolored, options.strength)


def _objective(network: LossNetwork, scene: _Scene, options: OptimizeOptions) -> Objective:
    """Measure content and style at this scale."""
    content = scene.content
    if options.colors == "keep":
        content = match_luminance(content, content)
    size = (content.shape[2], content.shape[3])
    regions = None if scene.regions is None else resize_masks(scene.regions, size)
    weights = region_weights(regions, options.style_layers)
    terms = Terms(
        content=dict.fromkeys(options.content_layers, options.content_weight),
        style=layer_weights(options.style_weight, options.style_layers),
        total_variation=options.total_variation_weight,
        temporal=options.temporal_weight,
    )
    style = _style_target(network, content, scene, options)
    if options.strength < 1:
        tiles = cut_tiles(*size, options.tile, network.halo(options.style_layers))
        own = measure_grams(network, content, options.style_layers, weights=weights, tiles=tiles)
        s = options.strength
        style = {name: s * gram + (1 - s) * own[name] for name, gram in style.items()}
    targets = Targets(
        content=content_features(network, content, options.content_layers, options.tile),
        style=style,
        weights=weights,
        importance=importance_of_regions(
            regions, options.style_layers, options.layers_of_regions, options.style_of_regions
        ),
        attention=attention_to_regions(regions, options.content_layers, options.content_of_regions),
        temporal=scene.temporal,
    )
    return Objective(network, terms, targets, size, options.tile)


def _style_target(
    network: LossNetwork, content: torch.Tensor, scene: _Scene, options: OptimizeOptions
) -> Grams:
    """Measure the style pictures at the content's scale, and mix their statistics."""
    layers = options.style_layers
    longer = max(MINIMUM_SIZE, round(max(content.shape[2:]) * options.style_scale))
    sizes = [style_size(style.picture, longer) for style in scene.styles]
    masks, shown = style_masks(scene.styles, scene.regions, sizes)
    grams = []
    for style, size, regions in zip(scene.styles, sizes, masks, strict=True):
        picture = resize(style.picture, size).clamp(0, 1)
        if options.colors == "keep":
            picture = match_luminance(picture, content).clamp(0, 1)
        tiles = cut_tiles(*size, options.tile, network.halo(layers))
        weights = region_weights(regions, layers)
        grams.append(measure_grams(network, picture, layers, weights=weights, tiles=tiles))
    return mix_grams(grams, [style.share for style in scene.styles], shown)
