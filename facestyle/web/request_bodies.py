"""What requests carry: bounded bodies, JSON, points, masks; what is wrong with them in words."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image
from starlette.requests import Request

from facestyle.errors import UsageError
from facestyle.faces.landmarks import check_landmarks
from facestyle.imaging.levels import to_float

_LONGEST_JSON = 1 << 20  # bytes
_LARGEST_MASK = 16 << 20  # bytes


async def save_body(request: Request, path: Path, limit: int) -> None:
    """Write a request's body to a file, never more than `limit` bytes.

    Parameters
    ----------
    request : Request
    path : Path
    limit : int

    Raises
    ------
    UsageError
        If it is larger, or empty; nothing is left then.
    """
    size = 0
    try:
        with path.open("xb") as file:
            async for chunk in request.stream():
                size += len(chunk)
                if size > limit:
                    raise UsageError(
                        f"{path.name}: is larger than the {limit >> 20} MB that are taken here"
                    )
                file.write(chunk)
        if not size:
            raise UsageError(f"{path.name}: the file is empty")
    except BaseException:
        path.unlink(missing_ok=True)
        raise


async def read_body(request: Request, limit: int) -> bytes:
    """A request's body; `UsageError` where it is larger than `limit` bytes."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > limit:
            raise UsageError(f"more than {limit} bytes were sent")
    return bytes(data)


async def read_json(request: Request) -> dict[str, Any]:
    """A request's body as a JSON object.

    Raises
    ------
    UsageError
        If it is none.
    """
    try:
        found = json.loads(await read_body(request, _LONGEST_JSON))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UsageError("expected a JSON object")
    return found


def parse_points(points: Any) -> np.ndarray | None:
    """The corrected landmarks, (68, 2) float64; None where none were sent.

    Raises
    ------
    UsageError
        If they are no 68 points.
    """
    if points is None:
        return None
    try:
        found = np.array(points, np.float64)
    except (TypeError, ValueError):
        found = np.empty(0)
    if found.shape != (68, 2):
        raise UsageError("landmarks: expected 68 points")
    return check_landmarks(found, "landmarks")


async def read_mask(request: Request, shape: tuple[int, int]) -> np.ndarray:
    """A mask that was painted on the page, (H, W) float32 in [0, 1].

    Raises
    ------
    UsageError
        If it is no PNG of that shape's proportions.
    """
    data = await read_body(request, _LARGEST_MASK)
    height, width = shape
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            if image.size != (width, height):
                raise UsageError(
                    f"the mask is {image.width} x {image.height}, expected {width} x {height}"
                )
            values = np.asarray(image.convert("RGB"))[..., 0]
    except UsageError:
        raise
    except Exception as error:
        raise UsageError(f"the mask is no PNG ({type(error).__name__})") from error
    soft = cv2.GaussianBlur(to_float(values), (0, 0), 0.8)  # px: a brush's edge is hard
    return np.asarray(soft, np.float32)
