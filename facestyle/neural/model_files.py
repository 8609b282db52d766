"""Feed-forward models as files: safetensors, with the network's shape and training inside.

A file holds one network, or a set of styles in one network (`style_sets.py`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from facestyle.errors import ModelFileError, clause
from facestyle.neural.color_ranges import ColorLimit, ColorRange, mix_ranges, range_from_json
from facestyle.neural.mixtures import read_mixture
from facestyle.neural.model_names import (
    FORMAT,
    SET_FORMAT,
    check_mixture,
    find_mixture,
    find_model,
    styles_of,
)
from facestyle.neural.safetensors_files import check_tensors, read_safetensors, write_safetensors
from facestyle.neural.settings import SPARED, Architecture
from facestyle.neural.style_sets import State, mix_styles, stack_styles
from facestyle.neural.transformer import Transformer

_COLOR_RANGES = "color_ranges"  # in the metadata; files of earlier versions have none
_FACE_STRENGTHS = "face_strengths"  # in the training, of styles that ask for another than usual


@dataclass(frozen=True)
class Model:
    """A feed-forward network and what its file tells about its training.

    Attributes
    ----------
    network : Transformer
    training : dict
    face_strength : float
        How strong its strokes are on faces in pictures where nobody says so, in [0, 1].
    """

    network: Transformer
    training: dict[str, Any]
    face_strength: float = SPARED


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
    facts = _facts(FORMAT, network.architecture, training, [network.color_range])
    _write(path, network.state_dict(), facts, dtype)


def save_style_set(
    path: Path | str,
    state: State,
    styles: Sequence[str],
    architecture: Architecture,
    training: Mapping[str, Any],
    *,
    color_ranges: Sequence[ColorRange | None] | None = None,
    dtype: torch.dtype = torch.float16,
) -> None:
    """Write several styles in one network.

    Parameters
    ----------
    path : Path or str
        The file to write; replaced at once where it exists.
    state : Mapping of str to torch.Tensor
        State of the set, as `stack_styles` makes it.
    styles : Sequence of str
        Names of the styles; letters, digits, "_" and "-".
    architecture : Architecture
        Shape of the network.
    training : Mapping
        Settings and outcome of the training; JSON values.
    color_ranges : Sequence of ColorRange or None, optional
        Colors of each style, as far as they are known.
    dtype : torch.dtype
        Type of the numbers in the file.
    """
    ranges = [None] * len(styles) if color_ranges is None else color_ranges
    facts = _facts(SET_FORMAT, architecture, training, ranges)
    facts["styles"] = json.dumps(list(styles))
    _write(path, state, facts, dtype)


def _facts(
    kind: str,
    architecture: Architecture,
    training: Mapping[str, Any],
    color_ranges: Sequence[ColorRange | None],
) -> dict[str, str]:
    """What a file says of its network, as text."""
    told = [None if known is None else known.to_json() for known in color_ranges]
    return {
        "format": kind,
        "architecture": json.dumps(asdict(architecture)),
        "training": json.dumps(dict(training), sort_keys=True),
        **({_COLOR_RANGES: json.dumps(told)} if any(told) else {}),
    }


def _write(path: Path | str, state: State, facts: dict[str, str], dtype: torch.dtype) -> None:
    write_safetensors(Path(path), {name: value.to(dtype) for name, value in state.items()}, facts)


@dataclass(frozen=True)
class StyleSet:
    """Several styles in one network, as a file holds them."""

    state: dict[str, torch.Tensor]
    styles: tuple[str, ...]
    architecture: Architecture
    training: dict[str, Any]
    color_ranges: tuple[ColorRange | None, ...]

    def mean(self) -> Transformer:
        """Return the network of all styles in equal shares: where a further style begins."""
        network = Transformer(self.architecture)
        network.load_state_dict(mix_styles(self.state, [1.0] * len(self.styles)))
        return network


def load_style_set(path: Path | str) -> StyleSet:
    """Read a set of styles.

    Raises
    ------
    ModelFileError
        The file is missing, damaged or not a set.
    """
    path = Path(path)
    tensors, metadata = read_safetensors(path)
    styles = styles_of(path, metadata)
    if not styles:
        raise ModelFileError(f"{path}: not a set of styles; a style can be added to a set only")
    architecture = _architecture(path, metadata)
    with torch.device("meta"):
        state = stack_styles(Transformer(architecture).state_dict(), len(styles))
    check_tensors(path, tensors, {name: tuple(value.shape) for name, value in state.items()})
    weights = {name: value.float() for name, value in tensors.items()}
    training = _json_object(path, metadata, "training")
    ranges = _color_ranges(path, metadata, len(styles))
    return StyleSet(weights, styles, architecture, training, ranges)


def load_named(model: Path | str, device: torch.device | str = "cpu") -> Model:
    """Read a model by its file or its name; see `model_names.find_model` and `find_mixture`."""
    return load_model(find_model(model), device, mixture=find_mixture(model))


def load_model(
    path: Path | str, device: torch.device | str = "cpu", *, mixture: str | None = None
) -> Model:
    """Read a feed-forward network that `save_model` or `facestyle train` wrote.

    Parameters
    ----------
    path : Path or str
        The safetensors file.
    device : torch.device or str
        Where the network will compute, in float32.
    mixture : str, optional
        A style of a set, or a blend such as "0.7*wave+0.3*wash"; the first style where it is None.

    Returns
    -------
    Model
        The network is in evaluation mode.

    Raises
    ------
    ModelFileError
        The file is missing, damaged, a pickle, or a model of another kind.
    UsageError
        The mixture names a style that the file does not hold, or the file holds one style only.
    """
    path = Path(path)
    tensors, metadata = read_safetensors(path)
    styles = styles_of(path, metadata)
    check_mixture(path, styles, mixture)
    architecture = _architecture(path, metadata)
    with torch.device("meta"):
        network = Transformer(architecture)
    state: State = network.state_dict()
    if styles:
        state = stack_styles(state, len(styles))
    check_tensors(path, tensors, {name: tuple(value.shape) for name, value in state.items()})
    weights = {name: value.float() for name, value in tensors.items()}
    shares = read_mixture(mixture, styles) if styles else [1.0]
    if styles:
        weights = mix_styles(weights, shares)
    network.load_state_dict(weights, assign=True)
    colors = mix_ranges(_color_ranges(path, metadata, len(shares)), shares)
    network.limit = None if colors is None else ColorLimit(colors)
    training = _json_object(path, metadata, "training")
    if styles:
        training["style"] = mixture or styles[0]
    strength = _face_strength(path, training, styles, shares)
    return Model(network.to(device).eval(), training, strength)


def _face_strength(
    path: Path, training: Mapping[str, Any], styles: Sequence[str], shares: Sequence[float]
) -> float:
    """Mean of what the styles ask for; those of which the file tells nothing are spared."""
    known = training.get(_FACE_STRENGTHS, {})
    try:
        wanted = [float(known.get(style, SPARED)) for style in styles] or [SPARED]
        if not all(0 <= value <= 1 for value in wanted):
            raise ValueError("expected values in [0, 1]")
    except (AttributeError, TypeError, ValueError) as error:
        raise ModelFileError(
            f"{path}: its metadata has no readable '{_FACE_STRENGTHS}' ({clause(error)})"
        ) from error
    return sum(share * value for share, value in zip(shares, wanted, strict=True))


def _architecture(path: Path, metadata: Mapping[str, str]) -> Architecture:
    fields = _json_object(path, metadata, "architecture")
    try:
        return Architecture(**fields)
    except (TypeError, ValueError) as error:
        raise ModelFileError(
            f"{path}: describes a network that this version cannot build ({clause(error)})"
        ) from error


def _color_ranges(
    path: Path, metadata: Mapping[str, str], styles: int
) -> tuple[ColorRange | None, ...]:
    """Return the colors of every style, None for those that the file does not tell."""
    if _COLOR_RANGES not in metadata:
        return (None,) * styles
    try:
        values = json.loads(metadata[_COLOR_RANGES])
        if not isinstance(values, list) or len(values) != styles:
            raise ValueError(f"expected one for each of {styles} styles")
        return tuple(None if value is None else range_from_json(value) for value in values)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(
            f"{path}: its metadata has no readable '{_COLOR_RANGES}' ({clause(error)})"
        ) from error


def _json_object(path: Path, metadata: Mapping[str, str], key: str) -> dict[str, Any]:
    try:
        value = json.loads(metadata[key])
    except (KeyError, ValueError, RecursionError) as error:
        raise ModelFileError(f"{path}: its metadata has no readable '{key}'") from error
    if not isinstance(value, dict):
        raise ModelFileError(f"{path}: '{key}' in its metadata is not a JSON object")
    return value
