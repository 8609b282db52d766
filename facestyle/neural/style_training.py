"""Train a feed-forward network on NumPy pictures: what the command line calls.

Importing this module does not import PyTorch; calling its function does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from facestyle.errors import UsageError
from facestyle.neural.dependencies import require_torch
from facestyle.neural.settings import TrainOptions
from facestyle.neural.style_images import StyleImage, style_image

if TYPE_CHECKING:
    from facestyle.neural.model_files import StyleSet
    from facestyle.neural.train import Report


@dataclass(frozen=True)
class TrainingFiles:
    """What a training reads and writes besides photos, styles and the model.

    Attributes
    ----------
    start : Path, str or None
        A trained model to start with, of the same architecture: another style is learned sooner.
    add_to : Path, str or None
        A set of styles that is written with this style added: its scales alone are trained, which
        takes a small part of a whole training. The style is called as its first picture.
    loss_network : Path, str or None
        A VGG-16 or VGG-19 as safetensors; the bundled VGG-16 if None.
    checkpoint : Path, str or None
        Checkpoint to go on from and to write; beside the output if None.
    checkpoint_every : int
        Steps between checkpoints, from 1.
    preview : Path, str or None
        Folder for pictures that show a photo and its result each `preview_every` steps.
    preview_every : int
        From 1.

    Raises
    ------
    UsageError
        If a number of steps is less than 1.
    """

    start: Path | str | None = None
    add_to: Path | str | None = None
    loss_network: Path | str | None = None
    checkpoint: Path | str | None = None
    checkpoint_every: int = 500
    preview: Path | str | None = None
    preview_every: int = 500

    def __post_init__(self) -> None:
        for name in ("checkpoint_every", "preview_every"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name}: found {getattr(self, name)}, expected 1 at least")
        if self.start is not None and self.add_to is not None:
            raise UsageError("start: a style that is added to a set starts from the set's mean")


def train_style(
    styles: Sequence[np.ndarray | StyleImage],
    photos: Path | str,
    output: Path | str,
    *,
    options: TrainOptions | None = None,
    files: TrainingFiles | None = None,
    device: str = "auto",
    report: Report | None = None,
) -> Path:
    """Train a feed-forward network and write it to a file.

    Parameters
    ----------
    styles : Sequence of numpy.ndarray or StyleImage
        Style pictures, each RGB (h, w, 3) float in [0, 1], or with their share and name.
    photos : Path or str
        Folder of photos of any kind; sub-folders count.
    output : Path or str
        The model file to write (.safetensors).
    options : TrainOptions, optional
        Settings.
    files : TrainingFiles, optional
        What else is read and written.
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
    from facestyle.neural.checkpoints import CheckpointFile
    from facestyle.neural.device import choose_device
    from facestyle.neural.loss_network import load_loss_network
    from facestyle.neural.model_files import load_named
    from facestyle.neural.style_pictures import StylePicture
    from facestyle.neural.train import train
    from facestyle.neural.training_memory import check_memory
    from facestyle.neural.training_record import Previews, save_trained

    output = Path(output)
    options, files = options or TrainOptions(), files or TrainingFiles()
    images = [style_image(style) for style in styles]
    start, checkpoint = files.start, files.checkpoint
    into, network = None, None if start is None else load_named(start).network
    if files.add_to is not None:
        _refuse_other_shapes(options)
        into = _place_in_set(files.add_to, images)
        network = into[0].mean()
        options = replace(options, architecture=into[0].architecture, scales_only=True)
    place = choose_device(device)
    check_memory(options, place)
    previews = Previews(files.preview, photos, files.preview_every, report)
    trained = train(
        load_loss_network(files.loss_network),
        [StylePicture(pictures.to_tensor(style.image), style.share) for style in images],
        photos,
        options,
        start=network,
        device=place,
        checkpoint=CheckpointFile(
            output.with_suffix(".checkpoint") if checkpoint is None else Path(checkpoint),
            files.checkpoint_every,
        ),
        report=previews,
    )
    if trained.leads:
        names = [style.name for style in images if style.name]
        save_trained(output, trained, options, styles=names, start=start, device=device, into=into)
    return output


def _refuse_other_shapes(options: TrainOptions) -> None:
    if options.architecture != TrainOptions().architecture:
        raise UsageError(
            "add_to: a style that is added to a set has the set's network; leave out channels, "
            "blocks, normalization and video (a set for videos is paintings_video)"
        )


def _place_in_set(model: Path | str, images: Sequence[StyleImage]) -> tuple[StyleSet, str]:
    """Return the set, and what the style of these pictures is called in it."""
    from facestyle.neural.model_files import load_style_set
    from facestyle.neural.model_names import find_model

    style_set = load_style_set(find_model(model))
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", Path(images[0].name or "new").stem)
    if name in style_set.styles:
        raise UsageError(f"{model}: has a style '{name}' already; give the picture another name")
    return style_set, name
