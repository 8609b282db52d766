"""Where the flow between the frames of a clip comes from: a method, or files that the user has."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facestyle.errors import FlowFileError, UsageError
from facestyle.flow.estimation import METHODS, estimate_flows
from facestyle.flow.flo_files import flo_name, read_flo
from facestyle.flow.warping import resize_flow

Flow = NDArray[np.float32]


@dataclass(frozen=True)
class FlowSource:
    """Finds the flow between numbered frames.

    Attributes
    ----------
    method : str
        A name among `facestyle.flow.METHODS`; not used where there is a folder.
    folder : Path or None
        Holds .flo files named as by `flo_name`, ``forward_1_2.flo`` and ``backward_2_1.flo``;
        1 is the first frame that is stylized.
    """

    method: str = "dis"
    folder: Path | None = None

    def between(
        self,
        first: NDArray[Any],
        second: NDArray[Any],
        numbers: tuple[int, int],
        *,
        size: int | None = None,
    ) -> tuple[Flow, Flow]:
        """Return the flow from one frame to another, and the one back.

        Parameters
        ----------
        first, second : (H, W, 3) or (H, W), uint8, uint16 or float in [0, 1]
            The frames, or reduced copies.
        numbers : (int, int)
            Their numbers in the clip, from 0.
        size : int, optional
            As for `estimate_flows`.

        Returns
        -------
        forward, backward : (H, W, 2) float32
            In pixels of the pictures given, xy. Vectors unknown to a file are 0.

        Raises
        ------
        FlowFileError
            If a file is missing or damaged, or its flow is of another shape than the frames.
        """
        if self.folder is None:
            return estimate_flows(first, second, method=self.method, size=size)
        start, end = (number + 1 for number in numbers)
        shape = first.shape[:2]
        return (
            _read(self.folder / flo_name(start, end), *shape),
            _read(self.folder / flo_name(end, start), *shape),
        )

    @property
    def fingerprint(self) -> str:
        """Name what the flow depends on beside the frames."""
        if self.folder is None:
            return self.method
        stats = [(path.name, path.stat()) for path in sorted(self.folder.glob("*.flo"))]
        return repr([(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats])


DEFAULT_FLOW = FlowSource()


def parse_flow_source(text: str | Path) -> FlowSource:
    """Make a source of the name of a method, or of a folder of .flo files.

    Raises
    ------
    UsageError
        If it is neither.
    """
    if str(text) in METHODS:
        return FlowSource(str(text))
    folder = Path(text)
    if folder.is_dir():
        return FlowSource(folder=folder)
    raise UsageError(
        f"flow: found '{text}', expected {', '.join(METHODS)}, or a folder of .flo files "
        f"({flo_name(1, 2)}, {flo_name(2, 1)}, ...)"
    )


def _read(path: Path, height: int, width: int) -> Flow:
    """Read a flow for pictures of this size; that of larger frames is reduced with them."""
    flow = np.nan_to_num(read_flo(path), nan=0.0)
    rows, columns = flow.shape[:2]
    # the sides of a reduced copy are rounded to whole pixels
    if abs(rows * width - columns * height) > max(rows, columns, height, width):
        raise FlowFileError(
            f"{path}: found a flow of {columns} x {rows} px for frames of {width} x {height}; "
            "expected the same proportions"
        )
    return resize_flow(flow, height, width)
