"""Steps of a training whose gradients are not finite: they change nothing, and too many stop it."""

import logging
import math
from collections.abc import Iterable, Mapping

import torch

from facestyle.errors import UsageError

_LOG = logging.getLogger(__name__)
_MOST_IN_A_ROW = 20  # mixed precision skips a few now and then; not measured


class GradientGuard:
    """Tells steps to take from steps to skip, and counts the skipped ones.

    Normalization divides by the spread of the features, so that one crop of a single color gives
    infinite gradients. Adam would carry them into every weight, for good.
    """

    def __init__(self) -> None:
        self._in_a_row = 0

    def accepts(
        self, step: int, parameters: Iterable[torch.Tensor], losses: Mapping[str, float]
    ) -> bool:
        """Whether losses and gradients of a step are finite.

        With gradients that were averaged over processes the answer is the same in each.

        Parameters
        ----------
        step : int
            Its number, for messages.
        parameters : iterable of torch.Tensor
            Of the network, with their gradients.
        losses : mapping of str to float
            Terms of the loss.

        Returns
        -------
        bool

        Raises
        ------
        UsageError
            If they were not for many steps in a row.
        """
        finite = [p.grad.isfinite().all() for p in parameters if p.grad is not None]
        if bool(torch.stack(finite).all()) and all(map(math.isfinite, losses.values())):
            self._in_a_row = 0
            return True
        self._in_a_row += 1
        _LOG.warning("step %d is skipped: its gradients are not finite", step)
        if self._in_a_row >= _MOST_IN_A_ROW:
            raise UsageError(
                f"The gradients of {self._in_a_row} steps in a row are not finite, up to "
                f"step {step}. Are there photos of more than one color? A smaller learning rate "
                "may help."
            )
        return False
