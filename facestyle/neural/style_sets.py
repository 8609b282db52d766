"""Several styles in one network: conditional instance normalization (Dumoulin et al. 2017).

All styles share the convolutions; each has its own scales and shifts of the normalizations, and
its own palette. The state of a set is that of a `Transformer`, with a first dimension for the
styles in these tensors. Mixing the rows blends styles, and one row makes an ordinary network.
"""

from collections.abc import Mapping, Sequence

import torch

State = Mapping[str, torch.Tensor]

_OF_STYLES = (".norm.scale", ".norm.shift", "palette.mean", "palette.root")


def of_styles(name: str) -> bool:
    """Tell whether a tensor of a network's state differs between the styles of a set."""
    return name.endswith(_OF_STYLES)


def stack_styles(state: State, styles: int) -> dict[str, torch.Tensor]:
    """Return the state of a set whose styles all begin as the network of this state.

    Parameters
    ----------
    state : Mapping of str to torch.Tensor
        State of a `Transformer` with instance normalization.
    styles : int
        Number of styles.

    Returns
    -------
    dict of str to torch.Tensor
        Scales and shifts are (styles, C).
    """
    return {
        name: torch.stack([value] * styles) if of_styles(name) else value.clone()
        for name, value in state.items()
    }


def freeze_shared(network: torch.nn.Module) -> None:
    """Leave what the styles of a set share as it is: its gradients are not computed."""
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(of_styles(name))


def add_style(state: State, network: State) -> dict[str, torch.Tensor]:
    """Return the state of a set with one more style, the last.

    Parameters
    ----------
    state : Mapping of str to torch.Tensor
        State of the set.
    network : Mapping of str to torch.Tensor
        State of a network that shares its convolutions.
    """
    return {
        name: torch.cat((value.float(), network[name][None].to("cpu", torch.float32)))
        if of_styles(name)
        else value
        for name, value in state.items()
    }


def mix_styles(state: State, shares: Sequence[float]) -> dict[str, torch.Tensor]:
    """Return the state of an ordinary network for one style or a blend of several.

    Parameters
    ----------
    state : Mapping of str to torch.Tensor
        State of a set.
    shares : Sequence of float
        Share of every style, at least 0; divided by their sum.

    Returns
    -------
    dict of str to torch.Tensor
        Scales and shifts are (C,).
    """
    weights = torch.tensor(list(shares), dtype=torch.float32)
    weights = weights / weights.sum()
    return {
        name: torch.tensordot(weights, value.float(), 1) if of_styles(name) else value
        for name, value in state.items()
    }
