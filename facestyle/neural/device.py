"""The device that computes: the one asked for, never another one in silence."""

import torch

from facestyle.errors import UsageError
from facestyle.neural.settings import DEVICES


def choose_device(name: str = "auto") -> torch.device:
    """Return the device of this name.

    Parameters
    ----------
    name : {"auto", "cpu", "cuda", "mps"}
        "auto" takes CUDA, then Apple's MPS, then the CPU: the first that this machine has.

    Returns
    -------
    torch.device

    Raises
    ------
    UsageError
        The name is unknown, or this machine does not have the device asked for.
    """
    available = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        return torch.device(next(kind for kind, here in available.items() if here))
    if name not in available:
        raise UsageError(f"device '{name}' is unknown; expected one of {', '.join(DEVICES)}")
    if not available[name]:
        raise UsageError(
            f"device '{name}' was asked for, but PyTorch {torch.__version__} finds none here; "
            "install a PyTorch build for it, or use --device cpu"
        )
    return torch.device(name)
