"""Strokes on a face: along its contours and, of a style of lines, as hatching over its own tones.

What makes a redrawn face look tattooed are the broader tones of strokes, not their lines: a face
keeps the tones that the picture has, and takes the lines that carry them.
"""

import torch
import torch.nn.functional as F

from facestyle.neural.box_mean import box_mean
from facestyle.neural.pictures import luminance
from facestyle.neural.row_margins import bands, with_margin
from facestyle.neural.settings import SPARED

_LINES = 7  # px: side of the square whose mean, taken twice, is a tone and not lines
# Share of the strokes' energy that is lines: in 12 portraits of the development half it is .65 to
# .77 for `engraving` and .36 to .53 for the other bundled styles
_MIXED, _LINEAR = 0.55, 0.65
# Strokes of other styles on smooth skin: of 0, .1, .15 and .25 (900 px, four styles, by eye) .25
# left gray waves and moss on cheeks, 0 a photo, and .1 lost the panes of `glass`
_ON_SKIN = 0.15
# ... weakened to this share of what the style draws on the whole picture. Of what it is along
# contours, x is .38 to .75 on the smooth skin of five sitters (three styles), and .71 to 1.03 on
# that of the three darkest, which a network takes for cloth: cracks, worms and stubble, by eye
_MOST_ON_SKIN = 0.5
# ... and along contours: all of them put a white worm beside a mouth (`wash`) and a beard's shadow
# on a bare chin (`wave`), by eye on two men and a woman at 900 px
_ALONG = 0.5
# ... and of a style of lines, tones along contours: of 8 portraits of the development half, 512 px,
# 1, .5 and 0 have style losses of the face 35, 37 and 39 and identity .32, .30 and .30
_TONES_ALONG = 0.5
# Hatching is as strong as it is on the mean of a place's surroundings, by at most this factor: a
# network hatches in tufts (sides of squares, px, whose mean is taken twice)
_HERE, _AROUND = 15, 59
_LEAST_GAIN, _MOST_GAIN, _FAINT = 0.5, 2.0, 1e-3
# Differences of luminance over 2 px between which a place becomes a contour, by eye at 900 px:
# noise of 5 levels has .004 after the smoothing
_SMOOTH_PIXELS, _NO_EDGE, _EDGE = 5, 0.02, 0.06
_REACH = 5  # px: side of the square around an edge that strokes are kept in
_MARGIN = 2 * (_LINES // 2 + _HERE // 2 + _AROUND // 2)  # px that a place depends on, at most
_BAND_PIXELS = 1 << 20  # computed at once, to spare memory
_NONE = 1 - 1 / 512  # strength that no byte tells from 1


def spare(x: torch.Tensor, base: torch.Tensor, strength: torch.Tensor) -> torch.Tensor:
    """Weaken strokes where a picture is to be spared.

    Parameters
    ----------
    x : (B, 3, H, W) tensor
        What the network adds to the picture.
    base : (B, 3, H, W) tensor
        The picture in the style's colors, RGB in [0, 1].
    strength : (1, 1, H, W) tensor
        In [0, 1]: 0 adds nothing, `SPARED` draws contours and hatching, 1 leaves x.

    Returns
    -------
    (B, 3, H, W) tensor
    """
    where = (strength[0, 0] < _NONE).nonzero()
    if not len(where):
        return x
    result = x.clone()
    share, energy = lines_and_energy(x)
    (top, left), (bottom, right) = where.amin(0).tolist(), where.amax(0).tolist()
    columns, own = with_margin(left, right + 1, _MARGIN, x.shape[3])
    most = max(1, _BAND_PIXELS // (columns.stop - columns.start))
    for rows, inner, here in bands(top, bottom + 1, most, _MARGIN, x.shape[2]):
        beneath = base[..., rows, columns]
        drawn = _drawn(x[..., rows, columns], beneath, share, energy)[..., inner, own]
        place = (..., here, slice(left, right + 1))
        wanted = strength[place]
        less = drawn * (wanted / SPARED).clamp(max=1)
        result[place] = torch.lerp(less, x[place], ((wanted - SPARED) / (1 - SPARED)).clamp(min=0))
    return result


def _drawn(x: torch.Tensor, base: torch.Tensor, share: float, energy: float) -> torch.Tensor:
    """Strokes of a face: more along its contours, on smooth skin evened lines or little."""
    smooth, along = _ON_SKIN * _faint(x, energy), _ALONG * x
    if share > 0:
        tones = _twice(x, _LINES)
        smooth = torch.lerp(smooth, _evened(x - tones), share)
        along = torch.lerp(along, x - (1 - _TONES_ALONG) * tones, share)
    return torch.lerp(smooth, along, _contours(base))


def _twice(x: torch.Tensor, side: int) -> torch.Tensor:
    return box_mean(box_mean(x, side), side)


def _faint(x: torch.Tensor, energy: float) -> torch.Tensor:
    """Strokes nowhere stronger than a share of those of the whole picture."""
    here = _twice(x.square().mean(1, keepdim=True), _AROUND).sqrt()
    return x * (_MOST_ON_SKIN * energy**0.5 / (here + _FAINT)).clamp(max=1)


def _evened(lines: torch.Tensor) -> torch.Tensor:
    """Lines as strong everywhere as around."""
    energy = lines.square().mean(1, keepdim=True)
    here, around = (_twice(energy, side).sqrt() for side in (_HERE, _AROUND))
    return lines * (around / (here + _FAINT)).clamp(_LEAST_GAIN, _MOST_GAIN)


def _contours(base: torch.Tensor) -> torch.Tensor:
    """Where a picture has edges, (B, 1, H, W) in [0, 1]."""
    light = F.pad(box_mean(luminance(base), _SMOOTH_PIXELS), [1, 1, 1, 1], mode="replicate")
    across = light[..., 1:-1, 2:] - light[..., 1:-1, :-2]
    down = light[..., 2:, 1:-1] - light[..., :-2, 1:-1]
    near = F.max_pool2d(torch.hypot(across, down), _REACH, 1, _REACH // 2)
    return ((_twice(near, _REACH) - _NO_EDGE) / (_EDGE - _NO_EDGE)).clamp(0, 1)


def lines_and_energy(x: torch.Tensor, clean: torch.Tensor | None = None) -> tuple[float, float]:
    """Return how much a style is one of lines, and how strong its strokes are.

    Parameters
    ----------
    x : (B, 3, H, W) tensor
        What the network adds to a whole picture.
    clean : (B, 1, H, W) tensor of 0 and 1, optional
        Which places count; all if None.

    Returns
    -------
    float, float
        From 0 to 1; their mean square.
    """
    lines = whole = 0.0
    rows = max(1, _BAND_PIXELS // x.shape[3])
    for start in range(0, x.shape[2], rows):
        band = x[:, :, start : start + rows]
        fine = band - _twice(band, _LINES)
        if clean is not None:
            band, fine = (part * clean[:, :, start : start + rows] for part in (band, fine))
        lines += float(fine.square().sum())
        whole += float(band.square().sum())
    share = lines / max(whole, 1e-12)
    return min(max((share - _MIXED) / (_LINEAR - _MIXED), 0.0), 1.0), whole / x.numel()
