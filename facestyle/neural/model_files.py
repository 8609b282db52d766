"""Feed-forward models as files: safetensors, with the network's shape and training inside."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from facestyle.errors import ModelFileError, clause
from facestyle.neural.safetensors_files import check_tensors, read_safetensors, write_safetensors
from facestyle.neural.settings import Architecture
from facestyle.neural.transformer import Transformer

FORMAT = "facestyle-transformer-1"


@dataclass(frozen=True)
class Model:
    """A feed-forward network and what its file tells about its training."""

    network: Transformer
    training: dict[str, Any]


def save_model(
    path: Path | str,
    network: Transformer,
    training: Mapping[str, Any],
    *,
    dtype: torch.dtype = torch.float16,
) -> None:
    """Write a feed-forward network.

    Parameters
    ----------
    path : Path or str
        The file to write; replaced at once where it exists.
    network : Transformer
        The network.
    training : Mapping
        Settings and outcome of the training; JSON values.
    dtype : torch.dtype
        Type of the numbers in the file.
    """
    tensors = {name: value.to(dtype) for name, value in network.state_dict().items()}
    write_safetensors(
        Path(path),
        tensors,
        {
            "format": FORMAT,
            "architecture": json.dumps(asdict(network.architecture)),
            "training": json.dumps(dict(training), sort_keys=True),
        },
    )


def load_model(path: Path | str, device: torch.device | str = "cpu") -> Model:
    """Read a feed-forward network that `save_model` or `facestyle train` wrote.

    Parameters
    ----------
    path : Path or str
        The safetensors file.
    device : torch.device or str
        Where the network will compute, in float32.

    Returns
    -------
    Model
        The network is in evaluation mode.

    Raises
    ------
    ModelFileError
        The file is missing, damaged, a pickle, or a model of another kind.
    """
    path = Path(path)
    tensors, metadata = read_safetensors(path)
    if metadata.get("format") != FORMAT:
        found = metadata.get("format", "no format at all")
        raise ModelFileError(
            f"{path}: not a facestyle model: its metadata names {found!r}, expected {FORMAT!r}; "
            "models come from `facestyle train`"
        )
    architecture = _architecture(path, metadata)
    with torch.device("meta"):
        network = Transformer(architecture)
    shapes = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    check_tensors(path, tensors, shapes)
    weights = {name: value.float() for name, value in tensors.items()}
    network.load_state_dict(weights, assign=True)
    return Model(network.to(device).eval(), _json_object(path, metadata, "training"))


def _architecture(path: Path, metadata: Mapping[str, str]) -> Architecture:
    fields = _json_object(path, metadata, "architecture")
    try:
        return Architecture(**fields)
    except (TypeError, ValueError) as error:
        raise ModelFileError(
            f"{path}: describes a network that this version cannot build ({clause(error)})"
        ) from error


def _json_object(path: Path, metadata: Mapping[str, str], key: str) -> dict[str, Any]:
    try:
        value = json.loads(metadata[key])
    except (KeyError, ValueError, RecursionError) as error:
        raise ModelFileError(f"{path}: its metadata has no readable '{key}'") from error
    if not isinstance(value, dict):
        raise ModelFileError(f"{path}: '{key}' in its metadata is not a JSON object")
    return value
