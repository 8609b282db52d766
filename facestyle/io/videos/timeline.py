"""One clock for files whose own starts again, such as transport streams joined end to end."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from facestyle.io.videos.containers import demux

_DISCONTINUOUS = 0x0200  # FFmpeg's AVFMT_TS_DISCONT: formats whose clock may jump
# A step back of more, or forward of more, is no step of the same clock (s). Packets are decoded in
# order, so that none goes back by itself; FFmpeg's own limit of 10 s lets short files overlap.
_BACK, _FORWARD = Fraction(1, 10), Fraction(10)


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
    clocks = [_Clock()]
    entries: dict[int, list[tuple[int, _Clock]]] = {}
    counts: dict[int, int] = {}
    streams = [s for s in container.streams if s.type in ("video", "audio", "subtitle")]
    for packet in demux(container, streams):
        index = packet.stream_index
        number = counts.get(index, 0)
        counts[index] = number + 1
        ticks = packet.pts if packet.dts is None else packet.dts
        if ticks is None or not packet.time_base or packet.stream.type == "subtitle":
            continue
        time = ticks * packet.time_base
        clock = _going_on(clocks, index, time)
        if clock is None:
            clock = _Clock()
            clocks.append(clock)
        shown = time if packet.pts is None else packet.pts * packet.time_base
        clock.add(index, time, shown, shown + (packet.duration or 0) * packet.time_base)
        known = entries.setdefault(index, [])
        if not known or known[-1][1] is not clock:
            known.append((number, clock))
    shifts = _shifts(clocks)
    numbered = {
        index: [(number, shifts[id(clock)]) for number, clock in known]
        for index, known in entries.items()
    }
    seconds = clocks[-1].end + shifts[id(clocks[-1])] - clocks[0].start
    return Timeline(numbered, seconds)


class _Clock:
    """Times of the packets between two jumps, in seconds as the file says them."""

    def __init__(self) -> None:
        self.start = self.end = Fraction(0)
        self._last: dict[int, Fraction] = {}

    def add(self, index: int, time: Fraction, begins: Fraction, ends: Fraction) -> None:
        """Note a packet of the stream `index`: when it is decoded, and when it is shown."""
        self.start = min(self.start, begins) if self._last else begins
        self.end = max(self.end, ends) if self._last else ends
        self._last[index] = time

    def has(self, index: int) -> bool:
        """Whether the stream `index` has a packet of this clock."""
        return index in self._last

    def distance(self, index: int, time: Fraction) -> Fraction | None:
        """How far a packet is from the stream's last; None if it belongs to another clock."""
        if not self._last:
            return Fraction(0)
        if index in self._last:
            step = time - self._last[index]
            return abs(step) if -_BACK <= step <= _FORWARD else None
        step = abs(time - self.start)
        return step if step <= _FORWARD else None


def _going_on(clocks: list[_Clock], index: int, time: Fraction) -> _Clock | None:
    """Choose the clock by which a packet goes on with its stream.

    A stream that follows a newer clock does not come back to an older one whose end it passes.
    """
    near: list[tuple[Fraction, _Clock]] = []
    for clock in reversed(clocks[-3:]):
        distance = clock.distance(index, time)
        if distance is not None:
            near.append((distance, clock))
            if clock.has(index):
                break
    return min(near, key=lambda pair: pair[0])[1] if near else None


def _shifts(clocks: list[_Clock]) -> dict[int, Fraction]:
    """Put every clock's times behind those of the one before; by identity."""
    shifts = {id(clocks[0]): Fraction(0)}
    end = clocks[0].end
    for clock in clocks[1:]:
        shifts[id(clock)] = end - clock.start
        end = max(end, clock.end + shifts[id(clock)])
    return shifts
