"""Reading and writing safetensors files."""

import os
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from facestyle.errors import ModelFileError, clause
from facestyle.files import write_whole
from facestyle.neural.safetensors_headers import damaged, refuse_other_formats

Shapes = Mapping[str, tuple[int, ...]]


def read_safetensors(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Read all tensors and the metadata of a safetensors file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    tensors : dict of str to torch.Tensor
        In the types of the file, on the CPU.
    metadata : dict of str to str
        The file's free-text metadata.

    Raises
    ------
    ModelFileError
        The file is missing, truncated, damaged, a pickle, or no safetensors file.
    """
    refuse_other_formats(path)
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
        raise damaged(path, error) from error
    return tensors, metadata


def write_safetensors(
    path: Path, tensors: Mapping[str, torch.Tensor], metadata: Mapping[str, str]
) -> None:
    """Write a safetensors file; a crash leaves the old file, or none, but never half a file.

    Parameters
    ----------
    path : Path
    tensors : mapping of str to torch.Tensor
    metadata : mapping of str to str

    Raises
    ------
    ModelFileError
        It cannot be written.
    """
    data = save({name: value.contiguous() for name, value in tensors.items()}, dict(metadata))
    try:
        write_whole(path, lambda file: file.write(data))
    except OSError as error:
        raise ModelFileError(
            f"{path}: cannot be written ({clause(error)}); is there a folder "
            f"{path.parent} with room?"
        ) from error


def check_folder(path: Path) -> None:
    """Raise `ModelFileError`, before any work is done, if a file has no folder to be written to."""
    if not os.path.isdir(path.parent):
        raise ModelFileError(f"{path}: there is no folder {path.parent}; make it first")
    if os.path.isdir(path):
        raise ModelFileError(f"{path}: is a folder where a file should go; choose another name")


def check_tensors(path: Path, tensors: Mapping[str, torch.Tensor], expected: Shapes) -> None:
    """Raise `ModelFileError` unless names and shapes are the expected ones, all values finite.

    Parameters
    ----------
    path : Path
        For the message.
    tensors : mapping of str to torch.Tensor
    expected : mapping of str to shape
    """
    missing = sorted(expected.keys() - tensors.keys())
    unknown = sorted(tensors.keys() - expected.keys())
    if missing or unknown:
        what = f"lacks '{missing[0]}'" if missing else f"holds an unknown '{unknown[0]}'"
        raise ModelFileError(
            f"{path}: a model of another architecture: it {what}; expected {len(expected)} "
            f"tensors such as '{next(iter(expected))}', found {len(tensors)}"
        )
    for name, shape in expected.items():
        value = tensors[name]
        if tuple(value.shape) != tuple(shape):
            raise ModelFileError(
                f"{path}: '{name}' has shape {tuple(value.shape)}, expected {tuple(shape)}; "
                "a model of another architecture"
            )
        if not value.is_floating_point() or not bool(torch.isfinite(value.float()).all()):
            raise ModelFileError(
                f"{path}: '{name}' holds {value.dtype} values that are not all finite "
                "floating-point numbers; copy or train the model again"
            )
