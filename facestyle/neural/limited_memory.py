"""What L-BFGS remembers: steps, the changes of the gradient along them, and all their products.

The two-loop recursion needs some hundred products of long vectors one after the other, and waits
for each. As all of its vectors are sums of those remembered, the products can be kept in a table,
and the recursion runs on numbers (Chen, Wang and Zhou 2014, "Large-scale L-BFGS using MapReduce",
algorithm 3): a few products of a matrix with vectors an iteration instead.
"""

import numpy as np
import torch

# Cycles a picture up to which all frequencies count alike. Iterations to the loss that 60 without
# smoothing have, means of 12 sitters at 256 px in two styles: 41 and 50; with the root of the
# filter 47 and 52, with its power 1.5 42 and 55, with 8 cycles 44 and 51.
_COARSE = 2.0


class LimitedMemory:
    """The latest pairs of steps and gradient changes.

    The inverse Hessian is begun with a smoothing filter in place of the identity: a loss of deep
    features is flat along large shapes, which plain descent is slow to move.

    Parameters
    ----------
    capacity : int
        Pairs that are remembered; each has twice the size of the picture.
    smoothing : bool
        Whether to begin with the filter; with the identity otherwise.
    """

    def __init__(self, capacity: int, *, smoothing: bool = True) -> None:
        self.capacity, self.smoothing = capacity, smoothing
        self._order: list[int] = []  # slots, the oldest pair first
        self._vectors: torch.Tensor | None = None  # (2 capacity, N): step, change, step, ...
        self._table = np.zeros((2 * capacity, 2 * capacity))  # their products
        self._filter: torch.Tensor | None = None

    def __len__(self) -> int:
        """Return how many pairs are remembered."""
        return len(self._order)

    def clear(self) -> None:
        """Forget everything."""
        self._order.clear()

    def remember(self, step: torch.Tensor, change: torch.Tensor) -> None:
        """Add a pair, if it tells of positive curvature; the oldest makes room.

        Parameters
        ----------
        step, change : torch.Tensor
            Of the picture and of the gradient, of one shape.
        """
        if not (step * change).sum().item() > 0:
            return
        if self._vectors is None:
            self._vectors = step.new_empty((2 * self.capacity, step.numel()))
        full = len(self) == self.capacity
        slot = self._order.pop(0) if full else len(self)
        self._order.append(slot)
        rows = slice(2 * slot, 2 * slot + 2)
        self._vectors[rows] = torch.stack((step.flatten(), change.flatten()))
        used = slice(0, 2 * len(self))
        self._table[used, rows] = self._products(self._vectors[rows])
        self._table[rows, used] = self._table[used, rows].T

    def direction(self, gradient: torch.Tensor) -> torch.Tensor:
        """Return the quasi-Newton step (algorithm 7.4); smoothed descent without a memory.

        Parameters
        ----------
        gradient : torch.Tensor
            Of the picture, (..., H, W).

        Returns
        -------
        torch.Tensor
            Of the gradient's shape.
        """
        if self._filter is None:
            self._filter = _smoothing(gradient)
            if not self.smoothing:
                self._filter = torch.ones_like(self._filter)
        if not self._order:
            return -self._smooth(gradient)
        assert self._vectors is not None
        downhill = -self._products(gradient.flatten()[None])[:, 0]
        factors, shares = self._first_loop(downhill)
        begun = self._smooth(self._sum(factors, gradient) - gradient)
        newest = self._vectors[2 * self._order[-1] + 1].view_as(gradient)
        step, change = 2 * self._order[-1], 2 * self._order[-1] + 1
        scale = self._table[step, change] / (newest * self._smooth(newest)).sum().item()
        begun = begun * scale
        products = self._products(begun.flatten()[None])[:, 0]
        return begun + self._sum(self._second_loop(products, shares), gradient)

    def _first_loop(self, downhill: np.ndarray) -> tuple[np.ndarray, dict[int, float]]:
        """Return what is added to minus the gradient, as factors of the vectors, and the shares.

        Parameters
        ----------
        downhill : (2 pairs,) numpy.ndarray
            Products of minus the gradient with the vectors.
        """
        table = self._table[: len(downhill), : len(downhill)]
        factors, shares = np.zeros(len(downhill)), {}
        for slot in reversed(self._order):
            step, change = 2 * slot, 2 * slot + 1
            shares[slot] = (table[step] @ factors + downhill[step]) / table[step, change]
            factors[change] -= shares[slot]
        return factors, shares

    def _second_loop(self, products: np.ndarray, shares: dict[int, float]) -> np.ndarray:
        """Return what is added to the direction begun, whose products these are."""
        table = self._table[: len(products), : len(products)]
        factors = np.zeros(len(products))
        for slot in self._order:
            step, change = 2 * slot, 2 * slot + 1
            product = table[change] @ factors + products[change]
            factors[step] += shares[slot] - product / table[step, change]
        return factors

    def _sum(self, factors: np.ndarray, like: torch.Tensor) -> torch.Tensor:
        """Add up the vectors with these factors."""
        assert self._vectors is not None
        vectors = self._vectors[: len(factors)]
        return (torch.from_numpy(factors).to(vectors) @ vectors).view_as(like)

    def _smooth(self, picture: torch.Tensor) -> torch.Tensor:
        assert self._filter is not None
        size = picture.shape[-2:]
        return torch.fft.irfft2(torch.fft.rfft2(picture) * self._filter, s=size)

    def _products(self, vectors: torch.Tensor) -> np.ndarray:
        """Return the products (2 pairs, K) of what is remembered with K vectors (K, N)."""
        assert self._vectors is not None
        products = self._vectors[: 2 * len(self)] @ vectors.T
        array: np.ndarray = products.cpu().double().numpy()
        return array


def _smoothing(picture: torch.Tensor) -> torch.Tensor:
    """Return the factors (H, W // 2 + 1) of the frequencies of a picture (..., H, W)."""
    height, width = picture.shape[-2:]
    longer = max(height, width)
    down = torch.fft.fftfreq(height, device=picture.device)[:, None] * longer
    across = torch.fft.rfftfreq(width, device=picture.device)[None] * longer
    factors = 1 / (_COARSE + torch.hypot(down, across))
    return (factors / factors.mean()).to(picture)
