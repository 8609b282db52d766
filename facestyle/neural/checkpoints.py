"""Checkpoints of a training: everything it takes to go on as if it had never stopped."""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from facestyle.errors import ModelFileError, UsageError, clause
from facestyle.neural.safetensors_files import (
    check_folder,
    check_tensors,
    read_safetensors,
    write_safetensors,
)
from facestyle.neural.settings import TrainOptions
from facestyle.neural.style_pictures import StylePicture
from facestyle.neural.transformer import Transformer

FORMAT = "facestyle-training-1"
_MOST_STEPS = 2**53  # whole numbers that JSON keeps exactly
_ADDED = {"photos", "start"}  # settings that checkpoints of earlier versions do not name
_MOMENTS = ("exp_avg", "exp_avg_sq")  # Adam's names in PyTorch
_PICTURES = "style pictures"  # by a digest of them


@dataclass(frozen=True)
class CheckpointFile:
    """Where a training keeps how far it is.

    Attributes
    ----------
    path : Path
        A training whose checkpoint exists goes on from there, to the same result as without a
        stop.
    every : int
        Steps between two writings of it, from 1; it is written at the end, too.

    Raises
    ------
    UsageError
        If `every` is less than 1, or there is no such folder.
    """

    path: Path
    every: int = 500

    def __post_init__(self) -> None:
        check_folder(self.path)
        if self.every < 1:
            raise UsageError(f"every: found {self.every}, expected 1 at least")


@dataclass(frozen=True)
class Progress:
    """Steps done so far, and the losses averaged over the latest of them."""

    step: int
    losses: dict[str, float]


def training_identity(options: TrainOptions, styles: Sequence[StylePicture]) -> dict[str, Any]:
    """Return what a resumed training must repeat: settings and style pictures.

    Parameters
    ----------
    options : TrainOptions
    styles : sequence of StylePicture

    Returns
    -------
    dict
        Plain values.
    """
    settings = asdict(options)
    digest = hashlib.sha256()
    for style in styles:
        digest.update(style.picture.cpu().numpy().tobytes() + repr(style.share).encode())
    settings[_PICTURES] = digest.hexdigest()
    if options.schedule == "constant":
        del settings["steps"]  # more steps continue the same training
    if not options.scales_only:
        del settings["scales_only"]  # checkpoints of earlier versions do not name it
    return settings


def start_fingerprint(network: Transformer | None) -> str:
    """Return a few characters that tell the networks apart that a training can start with."""
    if network is None:
        return "none"
    digest = hashlib.sha256()
    for value in network.state_dict().values():
        digest.update(value.detach().cpu().numpy().tobytes())
    return digest.hexdigest()[:8]


def save_checkpoint(
    path: Path,
    network: Transformer,
    optimizer: torch.optim.Adam,
    progress: Progress,
    settings: dict[str, Any],
) -> None:
    """Write network, Adam's moments and progress; `settings` tell which training it is.

    Parameters
    ----------
    path : Path
    network : Transformer
    optimizer : torch.optim.Adam
    progress : Progress
        Where the training is.
    settings : dict
        Plain values.
    """
    tensors = {f"network.{name}": value for name, value in network.state_dict().items()}
    for name, parameter in _trained(network).items():
        for moment in _MOMENTS:
            tensors[f"{moment}.{name}"] = optimizer.state[parameter][moment]
    metadata = {
        "format": FORMAT,
        "step": str(progress.step),
        "losses": json.dumps(progress.losses),
        "settings": json.dumps(settings, sort_keys=True),
    }
    write_safetensors(path, tensors, metadata)


def load_checkpoint(
    path: Path, network: Transformer, optimizer: torch.optim.Adam, settings: dict[str, Any]
) -> Progress:
    """Restore network and optimizer in place.

    Parameters
    ----------
    path : Path
        The checkpoint.
    network : Transformer
        A network of the same architecture.
    optimizer : torch.optim.Adam
        Its optimizer, not yet stepped.
    settings : dict
        Settings of this training; the checkpoint's must be the same.

    Returns
    -------
    Progress

    Raises
    ------
    ModelFileError
        The file is damaged, no checkpoint, or of a training with other settings.
    """
    try:
        tensors, metadata = read_safetensors(path)
    except ModelFileError as error:
        raise ModelFileError(f"{error}, or remove this checkpoint to begin anew") from error
    if metadata.get("format") != FORMAT:
        raise ModelFileError(f"{path}: not a checkpoint of a training; choose another file name")
    found, progress = _read_metadata(path, metadata)
    _check_settings(path, found, settings)
    parameters = _trained(network)
    state = network.state_dict()
    shapes = {f"network.{name}": tuple(value.shape) for name, value in state.items()}
    for moment in _MOMENTS:
        shapes |= {f"{moment}.{name}": tuple(p.shape) for name, p in parameters.items()}
    check_tensors(path, tensors, shapes)
    network.load_state_dict({name: tensors[f"network.{name}"] for name in state})
    for name, parameter in parameters.items():
        moments = {moment: tensors[f"{moment}.{name}"].to(parameter) for moment in _MOMENTS}
        optimizer.state[parameter] = {"step": torch.tensor(float(progress.step)), **moments}
    return progress


def _trained(network: Transformer) -> dict[str, torch.nn.Parameter]:
    """Return the parameters that are not frozen."""
    return {name: p for name, p in network.named_parameters() if p.requires_grad}


def _read_metadata(path: Path, metadata: dict[str, str]) -> tuple[dict[str, Any], Progress]:
    """Return settings and progress, of the kinds that `save_checkpoint` writes."""
    try:
        settings, losses = json.loads(metadata["settings"]), json.loads(metadata["losses"])
        step = int(metadata["step"])
        finite = all(math.isfinite(value) for value in losses.values())
        if not (isinstance(settings, dict) and 0 <= step < _MOST_STEPS and finite):
            raise ValueError(f"step {step}")
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ModelFileError(
            f"{path}: a damaged checkpoint ({type(error).__name__}: {clause(error)}); remove it "
            "to start anew, or go back to a copy"
        ) from error
    return settings, Progress(step, {name: float(value) for name, value in losses.items()})


def _check_settings(path: Path, found: dict[str, Any], expected: dict[str, Any]) -> None:
    # Compare as JSON has them: a tuple comes back as a list.
    expected = json.loads(json.dumps(expected))
    for name in sorted(found.keys() | expected.keys() - (_ADDED - found.keys())):
        if found.get(name) != expected.get(name):
            raise ModelFileError(
                f"{path}: a checkpoint of a training with {_difference(name, found, expected)}; "
                "repeat the settings of the checkpoint, or remove it to start anew"
            )


def _difference(name: str, found: dict[str, Any], expected: dict[str, Any]) -> str:
    """What two trainings differ in, in words; of pictures only that they do."""
    if name == _PICTURES:
        return "other style pictures than were given now"
    return f"{name} = {found.get(name)!r}, but {name} = {expected.get(name)!r} was asked for"
