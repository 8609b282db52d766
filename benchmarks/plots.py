"""Line charts as SVG, which take their colors from the page that they stand in."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 440, 260  # px
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 10, 40
COLORS = 8  # of the style sheet: --c0 to --c7
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Axis:
    """Maps values to pixels, in equal steps or equal ratios."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool

    def place(self, value: float) -> float:
        """Pixels of a value."""
        low, high, value = (self._scaled(v) for v in (self.low, self.high, value))
        share = (value - low) / (high - low) if high > low else 0.5
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Round values between the ends, about five."""
        if self.logarithmic:
            first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
            steps = (1, 2, 5) if last - first <= 2 else (1,)
            found = [m * 10.0**e for e in range(first, last + 1) for m in steps]
        else:
            step = _round_step((self.high - self.low) / 4 or 1)
            first = math.ceil(self.low / step - 1e-9)
            found = [step * n for n in range(first, first + 8)]
        slack = 1e-9 * max(abs(self.low), abs(self.high))
        return [v for v in found if self.low - slack <= v <= self.high + slack]

    def _scaled(self, value: float) -> float:
        return math.log10(value) if self.logarithmic else value


def line_chart(
    series: Mapping[str, Points], x_label: str, y_label: str, *, logarithmic: bool = False
) -> str:
    """A chart with one line for each series, and its legend below.

    Parameters
    ----------
    series : mapping of name to points (x, y)
    x_label, y_label : str
    logarithmic : bool
        Both axes; only where all values are positive.
    """
    xs = [x for points in series.values() for x, _ in points]
    ys = [y for points in series.values() for _, y in points]
    logarithmic = logarithmic and min(xs) > 0 and min(ys) > 0
    x_axis = Axis(min(xs), max(xs), LEFT, WIDTH - RIGHT, logarithmic)
    y_axis = Axis(*_padded(min(ys), max(ys), logarithmic), HEIGHT - BOTTOM, TOP, logarithmic)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(y_label)} against {escape(x_label)}">',
        *_grid(x_axis, y_axis),
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 6}" class="label">'
        f"{escape(x_label)}</text>",
        f'<text x="12" y="{(HEIGHT - BOTTOM + TOP) / 2:.0f}" class="label" '
        f'transform="rotate(-90 12 {(HEIGHT - BOTTOM + TOP) / 2:.0f})">{escape(y_label)}</text>',
    ]
    for number, points in enumerate(series.values()):
        color = f"var(--c{number % COLORS})"
        dash = ' stroke-dasharray="5 4"' if number >= COLORS else ""
        places = [(x_axis.place(x), y_axis.place(y)) for x, y in sorted(points)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{color}"{dash}/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>' for x, y in places]
    legend = "".join(
        f'<li><i style="background:var(--c{n % COLORS})"></i>{escape(name)}</li>'
        for n, name in enumerate(series)
    )
    return "".join(parts) + f'</svg><ul class="legend">{legend}</ul>'


def _grid(x_axis: Axis, y_axis: Axis) -> list[str]:
    lines = []
    for value in x_axis.ticks():
        x = x_axis.place(value)
        lines.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
        lines.append(
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 15}" class="tick">{value:.4g}</text>'
        )
    for value in y_axis.ticks():
        y = y_axis.place(value)
        lines.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(f'<text x="{LEFT - 5}" y="{y + 4:.1f}" class="tick y">{value:.4g}</text>')
    return lines


def _padded(low: float, high: float, logarithmic: bool) -> tuple[float, float]:
    """A little room above and below; around equal values, some."""
    if logarithmic:
        return low / 1.15, high * 1.15
    room = 0.06 * (high - low) or 0.05 * abs(high) or 1.0
    return low - room, high + room


def _round_step(step: float) -> float:
    """The next 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * m for m in (1, 2, 5, 10) if power * m >= step * (1 - 1e-9))
