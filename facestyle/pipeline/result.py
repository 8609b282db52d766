"""A stylized picture with everything that explains it."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, field, replace

import numpy as np
from PIL import Image

from facestyle.faces import Face, Portrait
from facestyle.frozen import FrozenRecord
from facestyle.imaging.levels import to_bytes
from facestyle.io.images import SOFTWARE, Extras, from_array, to_array, write_image
from facestyle.methods.engine import Outcome
from facestyle.pipeline.pictures import InputPicture

_GRAY = 0.5 / 255  # largest difference between channels of a picture that stays gray
_SHOWN = 1024  # px, in notebooks


@dataclass(frozen=True, repr=False)
class Result(FrozenRecord):
    """A stylized picture with everything that explains it.

    Attributes
    ----------
    image : ndarray
        Of the input's size, type and number of channels.
    face : Face or None
        The face that was stylized (the largest of several); None where the method needs none.
    matte : (H, W) float32 or None
        Opacity of the person.
    people : (H, W) float32 or None
        Opacity of everybody who was stylized: `matte` again, unless several faces were. Corrected,
        it can be given as `matte` to the next call. None for frames of a clip.
    alpha : (H, W) float32 or None
        Opacity of the result, where it has one (`background="transparent"`, or the input had one).
    method : str
    timings : dict of str to float
        Seconds of each stage.
    outcome : Outcome
        The method's own record, in the package's float format.
    found : bool
        Whether the face is seen; only in clips it may not be.
    source : InputPicture or None
        What was stylized; None for frames of a clip.
    """

    own = ("image",)

    image: np.ndarray
    face: Face | None
    matte: np.ndarray | None
    alpha: np.ndarray | None
    method: str
    timings: dict[str, float]
    outcome: Outcome = field(repr=False)
    found: bool = True
    source: InputPicture | None = field(default=None, repr=False)
    people: np.ndarray | None = field(default=None, repr=False)

    @property
    def labels(self) -> np.ndarray | None:
        """Which exemplar was used, on a grid over the picture, (h, w) int32."""
        return self.outcome.labels

    @property
    def aligned(self) -> np.ndarray:
        """The exemplars warped onto the face, (K, h, w, 3) float32 in [0, 1]."""
        return self.outcome.aligned()

    def save(
        self, path: str | os.PathLike[str], *, overwrite: bool = True, quality: int = 95
    ) -> None:
        """Write the result to a file, with what the input's file said besides its pixels.

        Parameters
        ----------
        path : path-like
            The suffix chooses the format; see `facestyle.write_image`.
        overwrite : bool
            Whether an existing file may be replaced.
        quality : int
            Of JPEG and WebP, 1 to 100.

        Raises
        ------
        OutputExistsError
            If the file exists and `overwrite` is false.
        ImageError
            If the suffix is unknown or the file cannot be written.
        """
        rgb, file = self.outcome.image, None if self.source is None else self.source.file
        gray: bool | None = None
        if file is None:
            bit_depth, extras = 8 if self.image.dtype == np.uint8 else 16, Extras()
        else:
            bit_depth, extras = file.bit_depth, Extras(file.profile, file.exif, file.dpi)
            gray = file.gray and bool(np.ptp(rgb, axis=2).max() < _GRAY)
        write_image(
            path,
            rgb,
            alpha=self.alpha,
            bit_depth=bit_depth,
            gray=gray,
            extras=replace(extras, software=SOFTWARE),
            quality=quality,
            overwrite=overwrite,
        )

    def compare(self) -> np.ndarray:
        """The input and the result side by side, (H, 2 W, 3) uint8; a frame's result alone.

        Returns
        -------
        ndarray
        """
        shown = [to_bytes(self.outcome.image)]
        if self.source is not None:
            shown.insert(0, to_bytes(from_array(self.source.array)[0]))
        return np.hstack(shown)

    def _repr_png_(self) -> bytes:
        """What a notebook shows: the result, 1024 px at most."""
        picture = Image.fromarray(to_bytes(self.outcome.image))
        picture.thumbnail((_SHOWN, _SHOWN))
        stream = io.BytesIO()
        picture.save(stream, "png")
        return stream.getvalue()

    def __repr__(self) -> str:
        height, width = self.image.shape[:2]
        return (
            f"<Result {width}x{height} {self.image.dtype}, method {self.method}, "
            f"{self.timings.get('total', 0):.2f} s>"
        )


def make_result(
    like: np.ndarray,
    alpha: np.ndarray | None,
    outcome: Outcome,
    method: str,
    portrait: Portrait | None,
    timings: dict[str, float],
) -> Result:
    """The record of a stylized picture, in the type and channels of the input.

    Parameters
    ----------
    like : ndarray
        The result gets its type and its channels.
    alpha : (H, W) float32 or None
        Its opacity.
    outcome : Outcome
    method : str
    portrait : Portrait or None
        The input with its (largest) face.
    timings : dict of str to float

    Returns
    -------
    Result
    """
    opacity = _combined_alpha(alpha, outcome.alpha)
    # a picture without an alpha channel gets one only where the result has to be transparent
    like = like if outcome.alpha is None else _with_alpha_channel(like)
    return Result(
        to_array(outcome.image, opacity, like),
        None if portrait is None else portrait.face,
        None if portrait is None else portrait.matte,
        opacity,
        method,
        timings,
        outcome,
    )


def _combined_alpha(own: np.ndarray | None, result: np.ndarray | None) -> np.ndarray | None:
    """The input's opacity, limited by the result's."""
    if own is None or result is None:
        return own if result is None else result
    return np.minimum(own, result)


def _with_alpha_channel(image: np.ndarray) -> np.ndarray:
    """A template of the picture's size and type with four channels."""
    height, width = image.shape[:2]
    return np.empty((height, width, 4), image.dtype)
