"""What a training leaves behind: preview pictures on the way, and the model's own record."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from facestyle.neural.model_files import (
    StyleSet,
    load_named,
    save_model,
    save_style_set,
)
from facestyle.neural.photos import PhotoFolder
from facestyle.neural.pictures import to_array
from facestyle.neural.settings import TrainOptions
from facestyle.neural.style_sets import add_style
from facestyle.neural.train import Report, Trained
from facestyle.neural.transformer import Transformer

_PREVIEW_SIDE = 256  # px, as the crops of a training
_PREVIEW_PHOTOS = 3  # what a glance takes in


class Previews:
    """A report that writes photos above their results as `step-000500.png` each N steps.

    Parameters
    ----------
    folder : Path or str or None
        Where to; None writes nothing.
    photos : Path or str
        The training photos; the previews show crops of them.
    every : int
        Steps between two previews.
    report : callable or None
        Another report to pass everything on to.
    """

    def __init__(
        self, folder: Path | str | None, photos: Path | str, every: int, report: Report | None
    ) -> None:
        self.folder = None if folder is None else Path(folder)
        self.photos, self.every, self.report = photos, every, report
        self.crops: torch.Tensor | None = None

    def __call__(self, step: int, losses: dict[str, float], network: Transformer) -> None:
        """Take note of a step."""
        if self.report is not None:
            self.report(step, losses, network)
        if self.folder is not None and step % self.every == 0:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._write(self.folder / f"step-{step:06d}.png", network)

    def _write(self, path: Path, network: Transformer) -> None:
        if self.crops is None:
            self.crops = PhotoFolder(self.photos, _PREVIEW_SIDE).batch(0, range(_PREVIEW_PHOTOS))
        device = next(network.parameters()).device
        network.eval()
        with torch.no_grad():
            results = [network(crop[None].to(device)) for crop in self.crops]
        network.train()
        columns = [
            np.concatenate((to_array(crop[None]), to_array(result)), axis=0)
            for crop, result in zip(self.crops, results, strict=True)
        ]
        sheet = np.concatenate(columns, axis=1)
        Image.fromarray((sheet * 255 + 0.5).astype(np.uint8)).save(path)


def save_trained(
    path: Path,
    trained: Trained,
    options: TrainOptions,
    *,
    styles: Sequence[str],
    start: Path | str | None,
    device: str,
    into: tuple[StyleSet, str] | None = None,
) -> None:
    """Write the model in half precision, with settings and outcome of its training.

    The record of the model that the training started with goes in too, under "before".

    Parameters
    ----------
    path : Path
    trained : Trained
    options : TrainOptions
    styles : sequence of str
        Names of the style pictures.
    start : Path, str or None
        Model that the training started with.
    device : str
    into : (StyleSet, str), optional
        Set that the style is added to, and the style's name there.
    """
    record: dict[str, Any] = {
        "options": asdict(options),
        "losses": trained.losses,
        "photos": trained.photos,
        "styles": list(styles),
        "start": None if start is None else Path(start).name,
        "before": None if start is None else load_named(start).training,
        "loss_network": trained.loss_network,
        "device": device,
        "torch": torch.__version__,
    }
    if into is None:
        save_model(path, trained.network, record)
        return
    style_set, name = into
    save_style_set(
        path,
        add_style(style_set.state, trained.network.state_dict()),
        [*style_set.styles, name],
        style_set.architecture,
        record | {"before": style_set.training},
        color_ranges=(*style_set.color_ranges, trained.network.color_range),
    )
