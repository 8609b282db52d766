"""MediaPipe's three small face networks, run by OpenCV."""

from __future__ import annotations

import functools
import threading

import cv2
import numpy as np

from facestyle.assets import asset_path

# OpenCV's network objects keep state between setInput and forward
_LOCK = threading.Lock()


@functools.cache
def _load(name: str) -> cv2.dnn.Net:
    return cv2.dnn.readNetFromTFLite(str(asset_path(name)))


def run_network(name: str, image: np.ndarray, outputs: tuple[str, ...]) -> list[np.ndarray]:
    """Run a bundled network on one picture.

    Parameters
    ----------
    name : str
        File in `facestyle/assets`.
    image : (H, W, 3) float32
        Picture of the size and range that the network expects.
    outputs : tuple of str
        Names of the layers to return.

    Returns
    -------
    list of ndarray
        One array for each output. They are asked for one by one: OpenCV 5 does not return two
        outputs of these networks together.
    """
    blob = np.ascontiguousarray(image.transpose(2, 0, 1)[None], dtype=np.float32)
    with _LOCK:
        network = _load(name)
        results = []
        for output in outputs:
            network.setInput(blob)
            results.append(network.forward(output).copy())
    return results
