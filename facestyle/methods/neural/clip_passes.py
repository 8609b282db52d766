"""Neural style transfer of a clip in several passes: frames and results are kept on disk."""

from __future__ import annotations

import tempfile
import time
import weakref
from collections.abc import Iterable, Iterator
from functools import partial

import numpy as np
import torch

from facestyle.errors import UsageError
from facestyle.methods.engine import FrameEngine, StylizedFrame
from facestyle.methods.neural.clip_frames import (
    OptimizedClip,
    picture_tensor,
    stylized_frame,
    working_copy,
)
from facestyle.methods.neural.clip_motion import find_motion
from facestyle.neural.pictures import to_array, to_tensor
from facestyle.neural.video.multi_pass import stylize_in_passes


class MultiPassFrames(FrameEngine):
    """Redraws a clip in passes back and forth.

    Ruder et al. 2016, section 4.4. Memory holds a frame and its neighbors however long the clip;
    a temporary file takes 15 bytes for each pixel of each working copy.

    Parameters
    ----------
    clip : OptimizedClip
        With options for one pass at least.
    """

    def __init__(self, clip: OptimizedClip) -> None:
        if not clip.options.passes:
            raise UsageError("passes is 0; use OptimizedFrames for a single pass")
        self._clip = clip
        self._results: PicturesOnDisk | None = None
        self._number = 0

    needs_all_frames = True

    def study(self, frames: Iterable[np.ndarray]) -> None:
        """Redraw all frames, (H, W, 3) uint8, uint16 or float32 RGB of one size."""
        device = self._clip.styles[0].picture.device
        copies, self._results = PicturesOnDisk(), PicturesOnDisk()
        for frame in frames:
            copies.append(working_copy(frame, self._clip.size))
        stylize_in_passes(
            self._clip.network,
            _Contents(copies, device),
            self._clip.styles,
            self._clip.options,
            partial(find_motion, copies, source=self._clip.flow),
            store=_Results(self._results, device),
        )

    def step(self, frame: np.ndarray) -> StylizedFrame:
        """Return the result of the next of the frames studied."""
        start = time.perf_counter()
        if self._results is None or self._number >= len(self._results):
            raise UsageError("several passes need all frames first; give them to study()")
        result = self._results[self._number]
        self._number += 1
        return stylized_frame(result, frame, {"neural": time.perf_counter() - start})

    def state(self) -> dict[str, np.ndarray]:
        """The number of frames done: the passes themselves are made again."""
        return {"number": np.array(self._number)}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state`."""
        self._number = int(state["number"]) if state else 0


class PicturesOnDisk:
    """A list of arrays of one shape and type, in a temporary file that goes with the object."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="facestyle-")  # noqa: SIM115
        weakref.finalize(self, self._file.close)
        self._like: np.ndarray | None = None
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int, /) -> np.ndarray:
        if not 0 <= number < self._count or self._like is None:
            raise IndexError(number)
        self._file.seek(number * self._like.nbytes)
        data = bytearray(self._file.read(self._like.nbytes))
        return np.frombuffer(data, self._like.dtype).reshape(self._like.shape)

    def __setitem__(self, number: int, picture: np.ndarray) -> None:
        if self._like is None:
            self._like = np.empty_like(picture)
        if (picture.shape, picture.dtype) != (self._like.shape, self._like.dtype):
            raise UsageError(
                f"found a frame of {picture.shape[1]} x {picture.shape[0]} px, expected "
                f"{self._like.shape[1]} x {self._like.shape[0]} as before"
            )
        self._file.seek(number * self._like.nbytes)
        self._file.write(np.ascontiguousarray(picture).tobytes())

    def append(self, picture: np.ndarray) -> None:
        """Add an array at the end."""
        self[self._count] = picture
        self._count += 1


class _Contents:
    """Frames as the neural wing takes them."""

    def __init__(self, frames: PicturesOnDisk, device: torch.device) -> None:
        self._frames, self._device = frames, device

    def __len__(self) -> int:
        return len(self._frames)

    def __getitem__(self, number: int, /) -> torch.Tensor:
        return picture_tensor(self._frames[number], self._device)

    def __iter__(self) -> Iterator[torch.Tensor]:
        return (self[number] for number in range(len(self)))


class _Results:
    """Results as the neural wing makes them."""

    def __init__(self, pictures: PicturesOnDisk, device: torch.device) -> None:
        self._pictures, self._device = pictures, device

    def __getitem__(self, number: int, /) -> torch.Tensor:
        return to_tensor(self._pictures[number], self._device)

    def __setitem__(self, number: int, picture: torch.Tensor) -> None:
        self._pictures[number] = to_array(picture)

    def append(self, picture: torch.Tensor) -> None:
        """Add a result at the end."""
        self._pictures.append(to_array(picture))
