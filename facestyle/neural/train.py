"""Training of a feed-forward network with perceptual losses (Johnson et al. 2016, section 3)."""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from facestyle.errors import UsageError
from facestyle.neural import losses
from facestyle.neural.checkpoints import (
    CheckpointFile,
    Progress,
    load_checkpoint,
    save_checkpoint,
    start_fingerprint,
    training_identity,
)
from facestyle.neural.color_ranges import ColorLimit
from facestyle.neural.gradient_guard import GradientGuard
from facestyle.neural.loss_network import LossNetwork
from facestyle.neural.optimize import layer_weights
from facestyle.neural.photos import PhotoFolder
from facestyle.neural.settings import PICTURE_INPUTS, TrainOptions
from facestyle.neural.style_pictures import StylePicture, mean_colors, recolor
from facestyle.neural.style_sets import freeze_shared
from facestyle.neural.style_targets import style_range, style_target
from facestyle.neural.transformer import Transformer
from facestyle.neural.video.synthetic_motion import move
from facestyle.neural.video.training import pair_terms
from facestyle.neural.widening import widened
from facestyle.neural.workers import Workers, join_workers

_LOG = logging.getLogger(__name__)
_SMOOTHING = 0.98  # of the reported losses
_MOST_EARLIER = 4  # frames before a pair, in training for videos
_WARM_UP_WEIGHT = 1e4  # brings the gradients near those of the perceptual losses, for Adam's sake

Report = Callable[[int, dict[str, float], Transformer], None]


@dataclass(frozen=True)
class Trained:
    """A trained network.

    Attributes
    ----------
    network : Transformer
        In evaluation mode.
    losses : dict of str to float
        Terms of the loss averaged over the latest steps.
    photos : int
        Photos in the folder that could be read.
    loss_network : str
        Architecture of the loss network.
    leads : bool
        Whether this process is the one that writes files.
    """

    network: Transformer
    losses: dict[str, float]
    photos: int
    loss_network: str
    leads: bool


def train(
    loss_network: LossNetwork,
    styles: Sequence[StylePicture],
    photos: Path | str,
    options: TrainOptions | None = None,
    *,
    start: Transformer | None = None,
    device: torch.device | str = "cpu",
    checkpoint: CheckpointFile | None = None,
    report: Report | None = None,
) -> Trained:
    """Train a network to redraw pictures in one style.

    Parameters
    ----------
    loss_network : LossNetwork
        The loss network, on any device.
    styles : Sequence of StylePicture
        One style picture, or several whose statistics are mixed.
    photos : Path or str
        Folder of photos of any kind; sub-folders count.
    options : TrainOptions, optional
        Settings.
    start : Transformer, optional
        A trained network of the same architecture to start with; one for videos may start with
        one for pictures.
    device : torch.device or str
        Where to train; under `torchrun` with CUDA every process takes the device of its rank.
    checkpoint : CheckpointFile, optional
        To go on from, and to write now and then.
    report : callable, optional
        Called after every step, in the leading process, with the number of steps done, the
        smoothed losses, and the network.

    Returns
    -------
    Trained
    """
    options = options or TrainOptions()
    with join_workers(torch.device(device)) as (workers, own_device):
        trainer = _Trainer(loss_network.to(own_device), styles, options, workers, own_device)
        trainer.start_with(start)
        crops = PhotoFolder(photos, options.crop, options.seed)
        trainer.identity |= {"photos": crops.fingerprint, "start": start_fingerprint(start)}
        done = trainer.resume(checkpoint.path if checkpoint else None)
        places = workers.places(options.batch)
        with ThreadPoolExecutor(1) as ahead:
            upcoming = ahead.submit(crops.batch, done, places)
            for step in range(done, options.steps):
                batch = upcoming.result()
                upcoming = ahead.submit(crops.batch, step + 1, places)
                trainer.step(batch.to(own_device))
                at_end = step + 1 == options.steps
                if workers.leads and checkpoint and (at_end or (step + 1) % checkpoint.every == 0):
                    trainer.save(checkpoint.path)
                if workers.leads and report:
                    try:
                        report(step + 1, trainer.progress.losses, trainer.network)
                    except KeyboardInterrupt:  # between two steps: what there is is whole
                        if checkpoint:
                            trainer.save(checkpoint.path)
                        raise
        return Trained(
            network=trainer.network.eval(),
            losses=trainer.progress.losses,
            photos=len(crops.files) - len(crops.problems),
            loss_network=loss_network.architecture,
            leads=workers.leads,
        )


class _Trainer:
    """Network, optimizer and targets of one process."""

    def __init__(
        self,
        loss_network: LossNetwork,
        styles: Sequence[StylePicture],
        options: TrainOptions,
        workers: Workers,
        device: torch.device,
    ) -> None:
        self.options, self.workers, self.device = options, workers, device
        self.loss_network, self.styles = loss_network, styles
        self.format = torch.channels_last if options.channels_last else torch.contiguous_format
        network = Transformer(options.architecture, options.seed)
        self.network = network.to(device, memory_format=self.format).train()
        self.network.limit = ColorLimit(style_range(styles, options)).to(device)
        self._set_palette()
        if options.scales_only:
            freeze_shared(self.network)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=options.learning_rate)
        self.style = style_target(loss_network, styles, options)
        self.style_weights = layer_weights(options.style_weight, options.style_layers)
        self.layers = tuple(dict.fromkeys((*options.style_layers, *options.content_layers)))
        self.identity = training_identity(options, styles)
        self.progress = Progress(0, {})
        self.guard = GradientGuard()

    def start_with(self, network: Transformer | None) -> None:
        """Copy the weights of another network."""
        if network is None:
            return
        wanted = self.options.architecture
        narrower = replace(wanted, inputs=PICTURE_INPUTS, grain=False)
        if network.architecture not in (wanted, narrower):
            raise UsageError(
                f"the model to start with is {network.architecture}, but a network of {wanted} "
                "was asked for"
            )
        inputs = wanted.inputs + wanted.grain
        self.network.load_state_dict(widened(network.state_dict(), inputs))
        self._set_palette()

    def _set_palette(self) -> None:
        if self.network.palette is not None:
            self.network.palette.set_colors(*mean_colors(self.styles))

    def resume(self, checkpoint: Path | None) -> int:
        """Restore the checkpoint if there is one; return the number of steps done."""
        if checkpoint is not None and checkpoint.exists():
            self.progress = load_checkpoint(checkpoint, self.network, self.optimizer, self.identity)
            done, asked = self.progress.step, self.options.steps
            if done > asked:
                _LOG.warning(
                    "%s: has %d steps behind it, more than the %d asked for, and gives the model "
                    "as it is; remove it to begin anew",
                    checkpoint,
                    done,
                    asked,
                )
            elif done == asked:
                _LOG.warning("%s: of a finished training; remove it to begin anew", checkpoint)
        return self.progress.step

    def save(self, checkpoint: Path) -> None:
        save_checkpoint(checkpoint, self.network, self.optimizer, self.progress, self.identity)

    def step(self, batch: torch.Tensor) -> None:
        """Take one step of Adam on this process's part of the batch."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.options.rate_at(self.progress.step)
        self.optimizer.zero_grad()
        warming = self.progress.step < self.options.warm_up
        compute = self._warm_up_terms if warming else self._terms
        terms = compute(batch.contiguous(memory_format=self.format))
        torch.stack(list(terms.values())).sum().backward()
        self.workers.average_gradients(self.network.parameters())
        values = self.workers.average(
            {name: value.item() for name, value in terms.items()}, self.device
        )
        if self.guard.accepts(self.progress.step + 1, self.network.parameters(), values):
            self.optimizer.step()
            self._advance(values)
        else:
            self.progress = Progress(self.progress.step + 1, self.progress.losses)

    def _warm_up_terms(self, batch: torch.Tensor) -> dict[str, torch.Tensor]:
        """Compare the network's output with the photos in the style's colors."""
        targets = torch.cat([recolor(photo[None], self.styles) for photo in batch])
        difference = self.network(batch) - targets.clamp(0, 1)
        return {"recoloring": _WARM_UP_WEIGHT * difference.square().mean()}

    def _terms(self, batch: torch.Tensor) -> dict[str, torch.Tensor]:
        options = self.options
        if options.architecture.inputs == PICTURE_INPUTS:
            return self._perceptual_terms(self._redraw(batch), batch)
        place = self.workers.places(options.batch).start
        pair = move(batch, seed=(options.seed, self.progress.step, place))
        earlier = np.random.default_rng([options.seed, self.progress.step]).integers(
            _MOST_EARLIER + 1
        )
        return pair_terms(
            self._redraw,
            self._perceptual_terms,
            pair,
            options.temporal_weight,
            earlier=int(earlier),
        )

    def _redraw(self, inputs: torch.Tensor) -> torch.Tensor:
        with self._mixed_precision():
            output: torch.Tensor = self.network(inputs)
        return output.float()

    def _mixed_precision(self) -> torch.autocast:
        dtype = getattr(torch, self.options.precision)
        return torch.autocast(self.device.type, dtype, enabled=dtype != torch.float32)

    def _perceptual_terms(
        self, output: torch.Tensor, batch: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        """Compare results with the photos and the style."""
        options = self.options
        with self._mixed_precision():
            features = self.loss_network(output, self.layers)
            with torch.no_grad():
                targets = self.loss_network(batch, options.content_layers)
        features = {name: value.float() for name, value in features.items()}
        content = [
            losses.feature_reconstruction_loss(features[name], targets[name].float())
            for name in options.content_layers
        ]
        style = [
            weight * losses.style_loss(losses.gram_matrix(features[name]), self.style[name])
            for name, weight in self.style_weights.items()
        ]
        variation = losses.total_variation_loss(output)
        return {
            "content": options.content_weight * torch.stack(content).sum(),
            "style": torch.stack(style).sum(),
            "total_variation": options.total_variation_weight * variation,
        }

    def _advance(self, values: Mapping[str, float]) -> None:
        """Count the step, and smooth the losses over the steps so far."""
        step = self.progress.step + 1
        keep = min(_SMOOTHING, 1 - 1 / step)
        old = self.progress.losses
        if old.keys() != values.keys():  # the first step, or the first after warming up
            old = dict(values)
        smoothed = {k: keep * old[k] + (1 - keep) * value for k, value in values.items()}
        self.progress = Progress(step, smoothed)
