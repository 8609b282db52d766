"""Graphite strokes: traced along a direction field and rubbed onto paper with a tooth."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def draw_strokes(canvas, tooth, darkness, direction, seeds, lengths, widths, pressures, bends):
    """Draw strokes one after the other.

    Parameters
    ----------
    canvas : (H, W) float32
        Graphite coverage in [0, 1]; changed in place.
    tooth : (H, W) float32
        How readily the paper takes graphite, mean about 1.
    darkness : (H, W) float32
        Wanted coverage; a stroke ends where it falls under 40 % of that at its seed.
    direction : (H, W, 2) float32
        Unit vectors; their sign does not matter.
    seeds : (N, 2) float64
        Middle of each stroke, xy px.
    lengths, widths, pressures : (N,) float64
        px, px, coverage of one pass in [0, 1].
    bends : (N,) float64
        Angle added to the direction field, radians.
    """
    height, width = canvas.shape
    step = 0.8
    for n in range(seeds.shape[0]):
        x0, y0 = seeds[n, 0], seeds[n, 1]
        wanted = darkness[int(y0), int(x0)]
        cos_bend, sin_bend = np.cos(bends[n]), np.sin(bends[n])
        half = 0.5 * lengths[n]
        for side in range(2):
            x, y = x0, y0
            last_x, last_y = 0.0, 0.0
            travelled = 0.0
            while travelled < half:
                column, row = int(x), int(y)
                if column < 2 or row < 2 or column >= width - 2 or row >= height - 2:
                    break
                if darkness[row, column] < 0.4 * wanted:
                    break
                u, v = direction[row, column, 0], direction[row, column, 1]
                dx, dy = cos_bend * u - sin_bend * v, sin_bend * u + cos_bend * v
                if travelled == 0.0:
                    if (dx < 0) != (side == 1):
                        dx, dy = -dx, -dy
                elif dx * last_x + dy * last_y < 0:
                    dx, dy = -dx, -dy
                if travelled > 0.0:
                    # a hand does not turn on the spot
                    dx, dy = 0.75 * last_x + 0.25 * dx, 0.75 * last_y + 0.25 * dy
                    norm = np.sqrt(dx * dx + dy * dy) + 1e-9
                    dx, dy = dx / norm, dy / norm
                last_x, last_y = dx, dy
                taper = 1.0 - (travelled / half) ** 2
                _stamp(
                    canvas,
                    tooth,
                    x,
                    y,
                    widths[n] * (0.6 + 0.4 * taper),
                    pressures[n] * taper * step,
                )
                x += step * dx
                y += step * dy
                travelled += step


@njit(cache=True)
def _stamp(canvas, tooth, x, y, sigma, amount):
    """Press a round point on the paper."""
    reach = int(2.0 * sigma) + 1
    column, row = int(np.round(x)), int(np.round(y))
    for j in range(max(row - reach, 0), min(row + reach + 1, canvas.shape[0])):
        for i in range(max(column - reach, 0), min(column + reach + 1, canvas.shape[1])):
            distance = (i - x) ** 2 + (j - y) ** 2
            covered = canvas[j, i]
            # graphite already there fills the paper's valleys
            catch = tooth[j, i] + 0.9 * covered * (1.0 - tooth[j, i])
            press = amount * np.exp(-0.5 * distance / (sigma * sigma)) * catch
            canvas[j, i] = covered + (1.0 - covered) * min(max(press, 0.0), 0.95)
