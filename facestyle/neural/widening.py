"""A trained network made to take more than it was trained for, to go on from."""

import torch
import torch.nn.functional as F


def widened(state: dict[str, torch.Tensor], inputs: int) -> dict[str, torch.Tensor]:
    """Let the first convolution of a network's state take more inputs, which it ignores.

    Parameters
    ----------
    state : dict of str to torch.Tensor
        Of a network that takes as many, or fewer and no grain, which would be its last input.
    inputs : int
        Channels that the network takes, grain among them.
    """
    name = "layers.0.conv.weight"
    missing = inputs - state[name].shape[1]
    return state | {name: F.pad(state[name], [0, 0, 0, 0, 0, missing])}
