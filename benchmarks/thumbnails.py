"""Small pictures as text, for pages that consist of one file."""

import base64

import cv2
import numpy as np

LONGEST = 200  # px: about 9 kB each
QUALITY = 82


def jpeg_text(image: np.ndarray, longest: int = LONGEST) -> str:
    """A picture as base64 of a JPEG.

    Parameters
    ----------
    image : (H, W, 3) or (H, W), float in [0, 1] or uint8
    longest : int
        Longer side in px; smaller pictures keep their size.
    """
    pixels = image if image.dtype == np.uint8 else (np.clip(image, 0, 1) * 255 + 0.5).astype("u1")
    factor = min(1.0, longest / max(pixels.shape[:2]))
    if factor < 1:
        pixels = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    if pixels.ndim == 3:
        pixels = pixels[..., 2::-1]
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return base64.b64encode(data.tobytes()).decode("ascii")
