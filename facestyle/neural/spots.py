"""White spots of instance normalization, found among the activations and painted over.

A network learns to raise one place of the picture to many times the rest, which scales a channel's
statistics; the place comes out as a white spot. Statistics need it, so that activations cannot be
capped (tried: everything else brightens and breaks up); the colors do not.
"""

import torch
import torch.nn.functional as F

from facestyle.neural.box_mean import box_mean
from facestyle.neural.sparing import lines_and_energy
from facestyle.neural.spot_places import Box, apart, box_of, pieces

# Level of a place, over the picture's median, from which on it is a spot. In the bundled styles
# (240 and 512 px, 22 portraits) each picture has one or more of 15 to 43, and nothing else above
# 2.7. Of 27 of 11 portraits in two styles, 640 px, all are spots to the eye. In the residual blocks
# before, spots are 1.2 to 2.7 and much else is, too
_RAISED = 5.0
_MOST = 0.1  # share of a picture up to which raised places are spots, not its content (chosen)
_REACH = 2  # cells that the layers after the last block carry a spot, on each side
_AROUND = 33  # px: side of the square whose mean covers a spot
_FAR_AROUND = 4 * _AROUND  # px beyond a spot that larger squares may reach
_TOO_FEW = 0.2  # share of a square that has to be clean for its mean to be taken alone
_RIM = 12  # px around a spot that strokes from elsewhere have to continue: a stroke or two
_FARTHEST = 48  # px beyond a spot's own size that strokes are fetched from; chosen
# of the variance of a picture around a spot, and beside it: up to which another place is like it
_MOST_UNLIKE, _ALIKE = 0.8, 0.02
# cells: sides of the squares that a spot is fetched in where nothing is like the whole of it
_LARGEST_PIECE, _SMALLEST_PIECE = 8, 4
_WEAK = 0.75  # strength of strokes below which none are fetched; skin of faces has .5, chosen
_STEP = 4  # px between two places that are tried


def levels(x: torch.Tensor) -> torch.Tensor:
    """Return how strong activations (B, C, h, w) are at each place, (B, 1, h, w)."""
    return torch.linalg.vector_norm(x, dim=1, keepdim=True).float()


def raised_by(level: torch.Tensor) -> torch.Tensor:
    """Return the strongest place of each picture over its median, (B,); of `levels`."""
    places = level.flatten(1)
    return places.amax(1) / places.median(1).values.clamp_min(1e-12)


def find_spots(level: torch.Tensor) -> torch.Tensor:
    """Return where the activations of the first upsampling layer are raised.

    Parameters
    ----------
    level : (B, 1, h, w) tensor
        From `levels`; even sides.

    Returns
    -------
    torch.Tensor
        (B, 1, h / 2, w / 2) of 0 and 1.
    """
    median = level.flatten(1).median(1).values
    raised = (level > _RAISED * median[:, None, None, None]).float()
    raised = raised * (raised.mean((1, 2, 3), keepdim=True) <= _MOST)
    return F.max_pool2d(F.max_pool2d(raised, 2), 2 * _REACH + 1, stride=1, padding=_REACH)


def cover_spots(
    x: torch.Tensor,
    spots: torch.Tensor,
    like: torch.Tensor | None = None,
    strength: torch.Tensor | None = None,
) -> torch.Tensor:
    """Replace the output (B, 3, H, W) of the last layer at spots by what is around them.

    Parameters
    ----------
    x : torch.Tensor
        (B, 3, H, W): what the network adds to a picture.
    spots : torch.Tensor
        (B, 1, H / 4, W / 4), as `find_spots` returns them.
    like : torch.Tensor, optional
        The picture (B, 3, h, w), no larger than x, in the same units: strokes are fetched from a
        place nearby where it is alike and that continues those around the spot. Where that is
        changes from frame to frame, so that clips go without: the mean around a spot, a flat
        square, covers it there, and where no such place is found.
    strength : torch.Tensor, optional
        (1, 1, h, w): of strokes, in [0, 1]. Where they are weak the mean covers a spot, but in a
        style of lines: curls of `wave` that were fetched to a forehead were left alone on it, while
        an engraved chin with no hatching had a flat square.

    Returns
    -------
    torch.Tensor
        (B, 3, H, W).
    """
    spots = spots.to(x)
    if not spots.any():
        return x
    mask = F.interpolate(spots, x.shape[-2:], mode="bilinear", align_corners=False)
    clean = (mask == 0).to(x)
    around = _mean_around_spots(x, clean, spots)
    if like is not None:
        lines = lines_and_energy(x, clean)[0] > 0
        weak = None if lines or strength is None else strength[0, 0] < _WEAK
        for strokes, picture, own_spots, filled in zip(x, like, spots, around, strict=True):
            _fetch_strokes(strokes, picture, own_spots[0], filled, weak, lines)
    return torch.lerp(x, around, mask)


def _mean_around_spots(x: torch.Tensor, clean: torch.Tensor, spots: torch.Tensor) -> torch.Tensor:
    """Return `_mean_around` at spots, x elsewhere: of 12 MP it took half as long as the network."""
    result = x.clone()
    for part, own_clean, own_spots, filled in zip(x, clean, spots, result, strict=True):
        for spot in apart(own_spots[0] > 0):
            box, own = box_of(spot, x.shape[-2:], _FAR_AROUND)
            mean = _mean_around(part[None, :, *box], own_clean[None, :, *box])[0]
            filled[:, *box] = torch.where(own, mean, filled[:, *box])
    return result


def _mean_around(x: torch.Tensor, clean: torch.Tensor) -> torch.Tensor:
    """Return the mean of what is clean around every pixel, of squares as large as it takes.

    Inside of a large spot a square has nothing that is clean: it was gray, with corners.
    """
    shares = box_mean(clean, _AROUND, beyond=True)
    mean = box_mean(x * clean, _AROUND, beyond=True) / shares.clamp_min(1e-6)
    trust = (shares / _TOO_FEW).clamp(max=1)
    side = 2 * _AROUND + 1
    while bool((trust < 1).any()) and side < 2 * max(x.shape[-2:]):
        shares = box_mean(clean, side, beyond=True)
        further = box_mean(x * clean, side, beyond=True) / shares.clamp_min(1e-6)
        ours = (1 - trust) * (shares / _TOO_FEW).clamp(max=1)
        whole = (trust + ours).clamp_min(1e-6)
        mean = (trust * mean + ours * further) / whole
        trust, side = trust + ours, 2 * side + 1
    return mean


def _fetch_strokes(
    x: torch.Tensor,
    like: torch.Tensor,
    spots: torch.Tensor,
    filled: torch.Tensor,
    weak: torch.Tensor | None,
    lines: bool,
) -> None:
    """Write what a place nearby shows into `filled`, at the spots (h, w) of `x` (3, H, W).

    Not where strokes are weak (h, w). A style of lines has lines everywhere, like these or not.
    """
    height, width = like.shape[-2:]
    marked = _enlarged(spots, x)[:height, :width] > 0
    left = [(spot, _LARGEST_PIECE) for spot in apart(spots > 0)]
    while left:
        spot, side = left.pop()
        box, own = box_of(spot, (height, width), _RIM)
        if not own.any():  # of the padding alone
            continue
        if weak is not None and weak[box][own].float().mean() > 0.5:
            continue
        found = _continuing(x, like, marked, own, box, lines and side < _SMALLEST_PIECE)
        if found is not None:
            filled[:, *box] = torch.where(own, x[:, *found], filled[:, *box])
        elif side >= _SMALLEST_PIECE:
            left.extend((piece, side // 2) for piece in pieces(spot, side))


def _continuing(
    x: torch.Tensor,
    like: torch.Tensor,
    marked: torch.Tensor,
    own: torch.Tensor,
    box: Box,
    any_will_do: bool,
) -> Box | None:
    """Return the box nearby, without spots, that is most like this one and its rim.

    One that is unlike it is none unless it may be.
    """
    place = box
    for step in (_STEP, 1):
        reach = [_FARTHEST + side.stop - side.start if step > 1 else _STEP for side in box]
        # whole steps away: lines as far apart as a step were never met at their own phase
        rows, columns = (
            slice(side.start - min(far, side.start) // step * step, min(size, side.stop + far))
            for side, far, size in zip(place, reach, marked.shape, strict=True)
        )
        error = _unlikeness(x, like, marked, own, box, (rows, columns), step, any_will_do)
        if not error.isfinite().any():
            return None
        found = divmod(int(error.argmin()), error.shape[1])
        starts = rows.start + step * found[0], columns.start + step * found[1]
        height, width = (side.stop - side.start for side in box)
        place = slice(starts[0], starts[0] + height), slice(starts[1], starts[1] + width)
    return place


def _variance(values: torch.Tensor) -> torch.Tensor:
    """Return the variance of the columns of (C, N), summed over the channels."""
    return values.var(1, correction=0).sum()


def _unlikeness(
    x: torch.Tensor,
    like: torch.Tensor,
    marked: torch.Tensor,
    own: torch.Tensor,
    box: Box,
    window: Box,
    step: int,
    any_will_do: bool,
) -> torch.Tensor:
    """Return how unlike a box every place of a window is, infinite where it will not do.

    The mean squared difference of what both show without spots, and of the picture.
    """

    def correlate(where: torch.Tensor, what: torch.Tensor) -> torch.Tensor:
        return F.conv2d(where[None], what[None], stride=step)[0, 0]

    clean, rim, hidden = (m.to(x)[None] for m in (~marked[window], ~marked[box], own))
    there, here = x[:, *window], x[:, *box]
    strokes = (
        correlate(clean * there.square(), rim.expand_as(here))
        - 2 * correlate(clean * there, rim * here)
        + correlate(clean, (rim * here.square()).sum(0, keepdim=True))
    ) / correlate(clean, rim).clamp_min(1)
    there, here = like[:, *window], like[:, *box]
    picture = (
        correlate(there.square(), torch.ones_like(here))
        - 2 * correlate(there, here)
        + here.square().sum()
    ) / rim.numel()
    spotted = correlate(1 - clean, hidden) > 0.5
    # a place at random among such strokes differs by twice their variance; what nothing is like, an
    # eye or a tooth, is left to the mean
    strange = picture > _MOST_UNLIKE * _variance(here.flatten(1)) + _ALIKE
    if rim.any():  # none around a piece from the middle of a spot
        strange |= strokes > 2 * _variance(x[:, *box][:, ~marked[box]])
    if any_will_do:
        strange.zero_()
    return torch.where(spotted | strange, float("inf"), strokes + picture)


def _enlarged(cells: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """Bring a mask (h, w) of cells to the size of a picture (..., H, W)."""
    return F.interpolate(cells[None, None], like.shape[-2:], mode="bilinear", align_corners=False)[
        0, 0
    ]
