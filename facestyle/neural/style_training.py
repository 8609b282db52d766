"""Train a feed-forward network on NumPy pictures: what the command line calls.

Importing this module does not import PyTorch; calling its function does.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from facestyle.neural.dependencies import require_torch
from facestyle.neural.settings import TrainOptions

if TYPE_CHECKING:
    from facestyle.neural.train import Report


def train_style(
    styles: Sequence[np.ndarray],
    photos: Path | str,
    output: Path | str,
    *,
    shares: Sequence[float] | None = None,
    options: TrainOptions | None = None,
    start: Path | str | None = None,
    names: Sequence[str] = (),
    loss_network: Path | str | None = None,
    checkpoint: Path | str | None = None,
    checkpoint_every: int = 500,
    preview: Path | str | None = None,
    preview_every: int = 500,
    device: str = "auto",
    report: Report | None = None,
) -> Path:
    """Train a feed-forward network and write it to a file.

    Parameters
    ----------
    styles : Sequence of numpy.ndarray
        Style pictures, each RGB (h, w, 3) float in [0, 1].
    photos : Path or str
        Folder of photos of any kind; sub-folders count.
    output : Path or str
        The model file to write (.safetensors).
    shares : Sequence of float, optional
        Weight of every style picture; equal where it is None.
    options : TrainOptions, optional
        Settings.
    start : Path or str, optional
        A trained model to start with, of the same architecture: another style is learnt sooner.
    names : Sequence of str
        Names of the style pictures, kept in the file.
    loss_network : Path or str, optional
        A VGG-16 or VGG-19 as safetensors; the bundled VGG-16 if None.
    checkpoint : Path or str, optional
        Checkpoint to go on from and to write; beside the output if None.
    checkpoint_every : int
        Steps between checkpoints.
    preview : Path or str, optional
        Folder for pictures that show a photo and its result each `preview_every` steps.
    preview_every : int
        See `preview`.
    device : {"auto", "cpu", "cuda", "mps"}
        Where to train.
    report : callable, optional
        See `facestyle.neural.train.train`.

    Returns
    -------
    Path
        The file written.
    """
    require_torch()
    from facestyle.neural import pictures
    from facestyle.neural.device import choose_device
    from facestyle.neural.loss_network import load_loss_network
    from facestyle.neural.model_files import find_model, load_model
    from facestyle.neural.style_pictures import StylePicture
    from facestyle.neural.train import train
    from facestyle.neural.training_record import Previews, save_trained

    output = Path(output)
    options = options or TrainOptions()
    shares = [1.0] * len(styles) if shares is None else shares
    style_pictures = [
        StylePicture(pictures.to_tensor(style), share)
        for style, share in zip(styles, shares, strict=True)
    ]
    previews = Previews(preview, photos, preview_every, report)
    trained = train(
        load_loss_network(loss_network),
        style_pictures,
        photos,
        options,
        start=None if start is None else load_model(find_model(start)).network,
        device=choose_device(device),
        checkpoint=Path(checkpoint) if checkpoint else output.with_suffix(".checkpoint"),
        checkpoint_every=checkpoint_every,
        report=previews,
    )
    if trained.leads:
        save_trained(output, trained, options, styles=names, start=start, device=device)
    return output
