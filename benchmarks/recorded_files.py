"""What is in the files that a run wrote: hashes of decoded values, and differences of two files."""

import hashlib
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Outputs = dict[str, dict[str, Any]]
_PICTURES = {".png", ".jpg", ".tif", ".tiff", ".webp"}


def describe_folder(folder: Path) -> Outputs:
    """Hash, shape and type of every file below a folder, by its name."""
    if not folder.is_dir():
        return {}
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _describe(decode(path)) for path in files}


def decode(path: Path) -> Array:
    """A file's values: pixels, frames, numbers; the bytes of what is none of these."""
    if path.suffix in _PICTURES:
        picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        if picture is None:
            raise ValueError(f"{path}: cannot be read")
        return np.asarray(picture)
    if path.suffix == ".mp4":
        with av.open(str(path)) as container:
            return np.stack([f.to_ndarray(format="rgb24") for f in container.decode(video=0)])
    if path.suffix == ".npy":
        return np.asarray(np.load(path, allow_pickle=False))
    if path.suffix in {".safetensors", ".checkpoint"}:  # the order in their headers is random
        from safetensors.numpy import load_file

        tensors = load_file(path)
        parts = [tensors[name].astype(np.float32).ravel() for name in sorted(tensors)]
        return np.concatenate(parts)
    return np.frombuffer(path.read_bytes(), np.uint8)


def compare_folders(old: Outputs, new: Outputs, old_folder: Path, new_folder: Path) -> list[str]:
    """A line for each file that is not identical; none where all are.

    Parameters
    ----------
    old, new : dict
        Of `describe_folder`.
    old_folder, new_folder : Path
        Where the files are kept.

    Returns
    -------
    list of str
        Differences of pictures in levels of 255, of any depth; of floating-point numbers as if
        1 were 255 levels.
    """
    lines = [f"{name}: missing now" for name in old if name not in new]
    for name, made in new.items():
        if name not in old:
            lines.append(f"{name}: new")
        elif made["sha256"] != old[name]["sha256"]:
            gap = _difference(old[name], made, old_folder / name, new_folder / name)
            lines.append(f"{name}: {gap}")
    return lines


def _describe(values: Array) -> dict[str, Any]:
    digest = hashlib.sha256(f"{values.dtype} {values.shape} ".encode())
    digest.update(np.ascontiguousarray(values).tobytes())
    return {"sha256": digest.hexdigest(), "shape": list(values.shape), "dtype": str(values.dtype)}


def _difference(old: dict[str, Any], new: dict[str, Any], old_file: Path, new_file: Path) -> str:
    if (old["shape"], old["dtype"]) != (new["shape"], new["dtype"]):
        return f"was {old['shape']} {old['dtype']}, is {new['shape']} {new['dtype']}"
    if not old_file.exists():
        return f"differs; {old_file} is gone, so by how much is unknown"
    first, second = decode(old_file), decode(new_file)
    if _describe(first)["sha256"] != old["sha256"]:
        return f"differs; {old_file} is no longer what was recorded"
    unit = 255 / np.iinfo(first.dtype).max if first.dtype.kind == "u" else 255.0
    unit = 1.0 if first.dtype.kind == "i" else unit  # labels
    gap = unit * np.abs(first.astype(np.float64) - second.astype(np.float64))
    share = 100 * (gap > 0).mean()
    return f"max {gap.max():.4g}, mean {gap.mean():.3g} levels; {share:.3g} % of values differ"
