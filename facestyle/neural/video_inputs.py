"""What a network for videos takes: a frame, the result before it, and where to believe that."""

import torch


def join_inputs(
    frame: torch.Tensor, warped: torch.Tensor | None = None, weights: torch.Tensor | None = None
) -> torch.Tensor:
    """Put together what a network for videos takes.

    Parameters
    ----------
    frame : torch.Tensor
        RGB (B, 3, H, W) in [0, 1].
    warped : torch.Tensor, optional
        The result of the frame before, warped to this one, (B, 3, H, W); None at the beginning.
    weights : torch.Tensor, optional
        (B, 1, H, W) in [0, 1]: where to believe it.

    Returns
    -------
    torch.Tensor
        (B, 7, H, W); gray where nothing is known.
    """
    if warped is None or weights is None:
        warped, weights = torch.full_like(frame, 0.5), torch.zeros_like(frame[:, :1])
    return torch.cat((frame, torch.lerp(torch.full_like(warped, 0.5), warped, weights), weights), 1)
