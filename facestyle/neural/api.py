"""Neural style transfer on NumPy pictures: what the command line and other packages call.

Importing this module does not import PyTorch; calling its functions does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from facestyle.errors import UsageError
from facestyle.neural.dependencies import require_torch
from facestyle.neural.settings import COLORS, OptimizeOptions
from facestyle.neural.style_images import StyleImage, style_image
from facestyle.progress import Step, tell

if TYPE_CHECKING:
    from facestyle.neural.loss_network import LossNetwork
    from facestyle.neural.model_files import Model
    from facestyle.neural.optimize import Progress


@dataclass(frozen=True)
class Strokes:
    """What is asked of a trained network's strokes.

    Attributes
    ----------
    weights : (H, W) ndarray or None
        How strong they are at each place, in [0, 1], over a picture that has the style's colors
        everywhere; None: 1. Only networks that draw on the recolored picture heed it.
    seed : int
        Of the noise that flat parts get their strokes from, where the network takes noise.
    """

    weights: np.ndarray | None = None
    seed: int = 0


def stylize_optimize(
    image: np.ndarray,
    styles: Sequence[np.ndarray | StyleImage],
    *,
    options: OptimizeOptions | None = None,
    mask: np.ndarray | None = None,
    regions: np.ndarray | None = None,
    loss_network: Path | str | LossNetwork | None = None,
    device: str = "auto",
    progress: Progress | None = None,
) -> np.ndarray:
    """Redraw any picture in the style of others by optimization (Gatys et al. 2016).

    Parameters
    ----------
    image : numpy.ndarray
        RGB (H, W, 3) float in [0, 1].
    styles : Sequence of numpy.ndarray or StyleImage
        Style pictures, each RGB (h, w, 3) float in [0, 1], or with their share and regions.
    options : OptimizeOptions, optional
        Size, iterations, strength, colors and the rest.
    mask : numpy.ndarray, optional
        (H, W) in [0, 1]: where to stylize; elsewhere the picture stays as it is. Statistics are
        compared inside the mask only.
    regions : numpy.ndarray, optional
        (R, H, W) in [0, 1]: regions that take their style from the same regions of the style
        pictures: skin from skin, hair from hair.
    loss_network : Path or str or LossNetwork, optional
        A VGG-16 or VGG-19 as safetensors, or one already loaded; the bundled VGG-16 if None.
    device : {"auto", "cpu", "cuda", "mps"}
        Where to compute.
    progress : callable, optional
        Called after every `facestyle.neural.optimize.Evaluation`.

    Returns
    -------
    numpy.ndarray
        RGB (H', W', 3) float32 in [0, 1]; the longer side is the option `size`.

    Raises
    ------
    MissingDependencyError
        PyTorch is not installed.
    UsageError
        An option cannot be used, or the device is not here.
    """
    require_torch()
    from facestyle.neural import pictures
    from facestyle.neural.device import choose_device
    from facestyle.neural.loss_network import LossNetwork, load_loss_network
    from facestyle.neural.optimize import optimize
    from facestyle.neural.style_pictures import StylePicture

    options = options or OptimizeOptions()
    place = choose_device(device)
    if isinstance(loss_network, LossNetwork):
        network = loss_network.to(place)
    else:
        network = load_loss_network(loss_network, pooling=options.pooling, device=place)
    content = pictures.to_tensor(image, place)
    _check_masks("mask", mask, image, 2)
    _check_masks("regions", regions, image, 3)
    style_pictures = [
        StylePicture(
            pictures.to_tensor(style.image, place),
            style.share,
            None if style.regions is None else pictures.masks_to_tensor(style.regions, place),
        )
        for style in map(style_image, styles)
    ]
    guides = _guides(mask, regions)
    result = optimize(
        network,
        content,
        style_pictures,
        options,
        regions=None if guides is None else pictures.masks_to_tensor(guides, place),
        progress=progress,
    )
    redrawn = pictures.to_array(result.picture)
    return redrawn if mask is None else _inside(mask, redrawn, image)


def stylize_feedforward(
    image: np.ndarray,
    model: Path | str | Model,
    *,
    size: int | None = None,
    strength: float = 1.0,
    strokes: Strokes | None = None,
    colors: str = "style",
    mask: np.ndarray | None = None,
    device: str = "auto",
) -> np.ndarray:
    """Redraw any picture with a trained feed-forward network (Johnson et al. 2016).

    How far it is with a large picture is told to who listens (`facestyle.progress`).

    Parameters
    ----------
    image : numpy.ndarray
        RGB (H, W, 3) float in [0, 1].
    model : Path or str or Model
        A safetensors file from `facestyle train`, the name of a model that comes with facestyle,
        or one already loaded.
    size : int, optional
        Longer side of the result in pixels; the picture's own if None.
    strength : float
        0 leaves the picture as it is, 1 is the network's result; mixed by pixel between.
    strokes : Strokes, optional
        How strong they are at each place, and the noise that they begin from.
    colors : {"style", "keep"}
        "keep" takes the luminance from the network and the chroma from the picture.
    mask : numpy.ndarray, optional
        (H, W) in [0, 1]: where to stylize.
    device : {"auto", "cpu", "cuda", "mps"}
        Where to compute.

    Returns
    -------
    numpy.ndarray
        RGB (H', W', 3) float32 in [0, 1].

    Raises
    ------
    MissingDependencyError
        PyTorch is not installed.
    ModelFileError
        The file is not a usable model.
    UsageError
        An option cannot be used, or the device is not here.
    """
    require_torch()
    import torch

    from facestyle.neural import pictures
    from facestyle.neural.borders import redraw_within
    from facestyle.neural.device import choose_device
    from facestyle.neural.model_files import Model

    if not 0 <= strength <= 1:
        raise UsageError(f"strength is {strength}; expected a number from 0 to 1")
    if colors not in COLORS:
        raise UsageError(f"colors '{colors}' is unknown; expected 'style' or 'keep'")
    _check_masks("mask", mask, image, 2)
    strokes = strokes or Strokes()
    _check_masks("strokes", strokes.weights, image, 2)
    place = choose_device(device)
    network = (model if isinstance(model, Model) else load_model(model)).network.to(place)
    content = pictures.to_tensor(image, place)
    target = pictures.fit_size(image.shape[0], image.shape[1], size)
    if min(target) < 16:
        raise UsageError(f"a picture of {target[1]}x{target[0]} is too small; expected 16 a side")
    content = pictures.resize(content, target).clamp(0, 1)
    weights = strokes.weights
    strength_at = None if weights is None else pictures.masks_to_tensor(weights, place)[None]
    with torch.inference_mode():
        redrawn = redraw_within(network, content, strength_at, seed=strokes.seed, progress=_tell)
        if colors == "keep":
            redrawn = pictures.with_colors_of(redrawn, content)
        redrawn = redrawn.clamp(0, 1)
        if strength < 1:
            redrawn = torch.lerp(content, redrawn, strength)
    result = pictures.to_array(redrawn)
    return result if mask is None else _inside(mask, result, image)


def load_model(model: Path | str) -> Model:
    """Load a feed-forward model: a file, or the name of one that comes with facestyle.

    A set of styles takes one of them, or a blend: "paintings:0.7*wave+0.3*wash".
    """
    require_torch()
    from facestyle.neural import model_files

    return model_files.load_named(model)


def _tell(done: int, most: int) -> None:
    tell(Step("a large picture", done, most))


def _guides(mask: np.ndarray | None, regions: np.ndarray | None) -> np.ndarray | None:
    """Return the regions inside the mask."""
    if mask is None:
        return regions
    return mask[None] if regions is None else regions * mask


def _check_masks(name: str, masks: np.ndarray | None, image: np.ndarray, dimensions: int) -> None:
    if masks is None:
        return
    if masks.ndim != dimensions or masks.shape[-2:] != image.shape[:2]:
        raise UsageError(
            f"{name} has shape {masks.shape}; expected height and width of the picture, "
            f"{image.shape[:2]}, as the last of {dimensions} dimensions"
        )


def _inside(mask: np.ndarray, redrawn: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Composite the result inside the mask over the picture outside."""
    from facestyle.neural import pictures

    size = (redrawn.shape[0], redrawn.shape[1])
    weight = pictures.resize_masks(pictures.masks_to_tensor(mask), size)
    beneath = pictures.resize(pictures.to_tensor(image), size)
    over = pictures.to_tensor(redrawn)
    return pictures.to_array(beneath + (over - beneath) * weight)
