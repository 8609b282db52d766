"""The processes that train together: one, or those that `torchrun` started."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed

from facestyle.errors import UsageError


@dataclass(frozen=True)
class Workers:
    """This process's number among those that train together."""

    rank: int = 0
    count: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes files and reports progress."""
        return self.rank == 0

    def places(self, batch: int) -> range:
        """Return the places of a batch that this process computes."""
        if batch % self.count:
            raise UsageError(f"a batch of {batch} cannot be shared by {self.count} processes")
        share = batch // self.count
        return range(self.rank * share, (self.rank + 1) * share)

    def average_gradients(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        """Replace every gradient by its mean over the processes."""
        if self.count == 1:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in gradients])
        distributed.all_reduce(flat)
        flat /= self.count
        parts = flat.split([gradient.numel() for gradient in gradients])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))

    def average(self, values: dict[str, float], device: torch.device) -> dict[str, float]:
        """Return the mean of every value over the processes."""
        if self.count == 1:
            return values
        packed = torch.tensor(list(values.values()), dtype=torch.float32, device=device)
        distributed.all_reduce(packed)
        return dict(zip(values, (packed / self.count).tolist(), strict=True))


@contextmanager
def join_workers(device: torch.device) -> Iterator[tuple[Workers, torch.device]]:
    """Join the other processes of `torchrun`, if any, and leave them at the end.

    Parameters
    ----------
    device : torch.device
        The kind of device to train on.

    Yields
    ------
    workers : Workers
        This process's place.
    device : torch.device
        The device of this process: on CUDA, the one of its local rank.
    """
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield Workers(), device
        return
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Workers(distributed.get_rank(), distributed.get_world_size()), device
    finally:
        distributed.destroy_process_group()
