"""Checkpoints of a training: everything it takes to go on as if it had never stopped."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from facestyle.errors import ModelFileError
from facestyle.neural.safetensors_files import check_tensors, read_safetensors, write_safetensors
from facestyle.neural.transformer import Transformer

FORMAT = "facestyle-training-1"
_MOMENTS = ("exp_avg", "exp_avg_sq")  # Adam's names in PyTorch


@dataclass(frozen=True)
class Progress:
    """Steps done so far, and the losses averaged over the latest of them."""

    step: int
    losses: dict[str, float]


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
    for name, parameter in network.named_parameters():
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
    tensors, metadata = read_safetensors(path)
    if metadata.get("format") != FORMAT:
        raise ModelFileError(f"{path}: not a checkpoint of a training; choose another file name")
    _check_settings(path, json.loads(metadata["settings"]), settings)
    parameters = dict(network.named_parameters())
    state = network.state_dict()
    shapes = {f"network.{name}": tuple(value.shape) for name, value in state.items()}
    for moment in _MOMENTS:
        shapes |= {f"{moment}.{name}": tuple(p.shape) for name, p in parameters.items()}
    check_tensors(path, tensors, shapes)
    network.load_state_dict({name: tensors[f"network.{name}"] for name in state})
    step = int(metadata["step"])
    for name, parameter in parameters.items():
        moments = {moment: tensors[f"{moment}.{name}"].to(parameter) for moment in _MOMENTS}
        optimizer.state[parameter] = {"step": torch.tensor(float(step)), **moments}
    return Progress(step, json.loads(metadata["losses"]))


def _check_settings(path: Path, found: dict[str, Any], expected: dict[str, Any]) -> None:
    # Compare as JSON has them: a tuple comes back as a list.
    expected = json.loads(json.dumps(expected))
    for name in sorted(found.keys() | expected.keys()):
        if found.get(name) != expected.get(name):
            raise ModelFileError(
                f"{path}: a checkpoint of a training with {name} = {found.get(name)!r}, but "
                f"{name} = {expected.get(name)!r} was asked for; repeat the settings of the "
                "checkpoint, or remove it to start anew"
            )
