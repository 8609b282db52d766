"""How much memory a training takes, told before it begins: later the system ends it in silence."""

import logging
import os
from pathlib import Path

import torch

from facestyle.errors import UsageError
from facestyle.neural.settings import PICTURE_INPUTS, TrainOptions

_LOG = logging.getLogger(__name__)
# Bytes for each pixel of a batch, of the loss network, and of networks of the usual size. Measured
# with `facestyle train` on a CPU, largest resident memory: .79, 1.10, 2.16 and 5.43 GB for crops of
# 64, 256, 512 and 1024 px, batch 1; 2.13 and 5.42 GB for 256 and 512 px, batch 4; 2.77, 2.40 and
# 3.42 GB for one of 512 px with 64 channels, with 10 blocks, and for videos
_LOSS_BYTES, _NETWORK_BYTES = 2300, 2400
_USUAL_CHANNELS, _USUAL_BLOCKS = 32, 5
_OF_BLOCKS = 1 / 3  # of what a network of the usual size takes
_PAIR = 2  # frames that a network for videos is trained on at once
_BASE = 750_000_000  # bytes without any picture: PyTorch, the networks, Adam's moments
_GENEROUS = 1.5  # an estimate this many times what there is cannot be wrong by as much
_MUCH = 0.7  # share of the memory from which it is said
_CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def training_bytes(options: TrainOptions, processes: int = 1) -> int:
    """Estimate the memory of one process.

    Parameters
    ----------
    options : TrainOptions
    processes : int
        That share a batch.

    Returns
    -------
    int
        Bytes, within a fifth or so; with mixed precision less is taken.
    """
    shape = options.architecture
    width = shape.channels / _USUAL_CHANNELS
    depth = 1 - _OF_BLOCKS + _OF_BLOCKS * shape.blocks / _USUAL_BLOCKS
    pixel = _LOSS_BYTES + _NETWORK_BYTES * width * depth
    crops = options.batch / processes * (1 if shape.inputs == PICTURE_INPUTS else _PAIR)
    # the style picture is measured without gradients, before the first step
    return round(
        _BASE + max(pixel * crops * options.crop**2, _LOSS_BYTES / 2 * options.style_size**2)
    )


def check_memory(options: TrainOptions, device: torch.device) -> None:
    """Refuse a training that cannot fit into memory; warn of one that hardly does.

    Parameters
    ----------
    options : TrainOptions
    device : torch.device

    Raises
    ------
    UsageError
    """
    there = memory_of(device)
    if there is None:
        return
    apart = device.type == "cuda"  # on a CPU all processes take their share of one memory
    processes = int(os.environ.get("WORLD_SIZE", "1")) if apart else 1
    wanted = training_bytes(options, processes)
    if wanted < _MUCH * there:
        return
    words = (
        f"crop: {options.crop} px in batches of {options.batch} takes about {_in_words(wanted)} of "
        f"memory, and there are {_in_words(there)} {_where(device)}"
    )
    if wanted > _GENEROUS * there:
        raise UsageError(f"{words}; choose a smaller crop (256 is usual) or batch")
    _LOG.warning("%s: the training may be ended by the system; smaller crops take less", words)


def memory_of(device: torch.device) -> int | None:
    """Bytes of memory that a device has, and may use here; None where it does not tell."""
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory)
    try:
        there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None
    limits = [_number_in(path) for path in _CGROUP_LIMITS]  # of containers
    return min([there, *(limit for limit in limits if limit)])


def _number_in(path: str) -> int:
    """The number in a file of the system; 0 where there is none."""
    try:
        return int(Path(path).read_text())
    except (OSError, ValueError):
        return 0


def _in_words(size: int) -> str:
    return f"{size / 1e9:.{1 if size < 1e10 else 0}f} GB"


def _where(device: torch.device) -> str:
    return "on the GPU" if device.type == "cuda" else "on this machine"
