"""Running the feed-forward network on pictures too small for it: enlarged first.

Instance normalization needs many places: one place of some pictures raises a channel by much, and
the network divides the channel by a deviation that this place dominates (`spots.py`). In few
pixels it dominates far more than in training, and everything else is blown up to black and white.
"""

import math

# Pixels that the network takes at least. Share of pixels that became black or white, of six
# pictures in the bundled styles: up to .43 with 112 x 112, .34 with 128 x 128, .13 with 144 x 144,
# .08 with 160 x 160 and 256 x 256.
SMALLEST_SIDE = 160
_LEAST = SMALLEST_SIDE**2


def sufficient_size(height: int, width: int) -> tuple[int, int]:
    """Return (height, width) in the same proportion, with as many pixels as the network needs.

    Parameters
    ----------
    height, width : int
        px.

    Returns
    -------
    (int, int)
        As they are where they suffice.
    """
    if height * width >= _LEAST:
        return height, width
    scale = math.sqrt(_LEAST / (height * width))
    return math.ceil(height * scale), math.ceil(width * scale)
