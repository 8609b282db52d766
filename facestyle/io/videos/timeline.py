"""One clock for files whose own starts again, such as transport streams joined end to end."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

_DISCONTINUOUS = 0x0200  # FFmpeg's AVFMT_TS_DISCONT: formats whose clock may jump
# A step back of more, or forward of more, is no step of the same clock (s); FFmpeg's own limit
# is 10 s, for both, and lets two short files overlap.
_BACK, _FORWARD = Fraction(1, 2), Fraction(10)


@dataclass
class Timeline:
    """What to add to the times of packets, for every stream by its packets' numbers.

    Attributes
    ----------
    shifts : dict of int to list of (int, Fraction)
        For a stream's index: from which packet on, how many seconds are added.
    seconds : Fraction
        Time from the first packet to the end of the last.
    """

    shifts: dict[int, list[tuple[int, Fraction]]] = field(default_factory=dict)
    seconds: Fraction = Fraction(0)

    @property
    def jumps(self) -> bool:
        """Whether the file's clock jumps at all."""
        return any(len(entries) > 1 for entries in self.shifts.values())

    def straighten(self, packets: Iterator[Any]) -> Iterator[Any]:
        """Give packets of the whole file, from its first on, their times of the one clock."""
        counts: dict[int, int] = {}
        for packet in packets:
            index = packet.stream_index
            number = counts.get(index, 0)
            counts[index] = number + 1
            shift = Fraction(0)
            for begin, seconds in self.shifts.get(index, ()):
                if number >= begin:
                    shift = seconds
            if shift and packet.time_base:
                ticks = round(shift / packet.time_base)
                packet.pts = None if packet.pts is None else packet.pts + ticks
                packet.dts = None if packet.dts is None else packet.dts + ticks
            yield packet


def can_jump(container: Any) -> bool:
    """Whether the clock of a file of this format may start again."""
    return bool(int(container.format.flags) & _DISCONTINUOUS)


def read_timeline(container: Any) -> Timeline:
    """Look through a file's packets for jumps of its clock; nothing is decoded.

    Where the clock jumps, what follows is put right behind what has been. Streams jump one after
    the other, so that a packet goes by whichever clock so far goes on with its stream.
    """
    timeline = Timeline()
    clocks = [Fraction(0)]
    ends: dict[int, Fraction] = {}
    first: Fraction | None = None
    counts: dict[int, int] = {}
    streams = [s for s in container.streams if s.type in ("video", "audio", "subtitle")]
    for packet in container.demux(streams):
        index = packet.stream_index
        number = counts.get(index, 0)
        counts[index] = number + 1
        ticks = packet.pts if packet.dts is None else packet.dts
        if ticks is None or not packet.time_base or packet.stream.type == "subtitle":
            continue
        time = ticks * packet.time_base
        first = time if first is None else first
        shift = _continuing(time, ends.get(index), clocks)
        if shift is None:
            shift = max(ends.values()) - time
            clocks.append(shift)
        entries = timeline.shifts.setdefault(index, [])
        if not entries or entries[-1][1] != shift:
            entries.append((number, shift))
        ends[index] = time + shift + (packet.duration or 0) * packet.time_base
    timeline.seconds = max(ends.values(), default=Fraction(0)) - (first or Fraction(0))
    return timeline


def _continuing(time: Fraction, end: Fraction | None, clocks: list[Fraction]) -> Fraction | None:
    """Choose the clock, the latest first, by which a packet goes on with its stream."""
    if end is None:
        return clocks[-1]
    for shift in reversed(clocks):
        if -_BACK <= time + shift - end <= _FORWARD:
            return shift
    return None
