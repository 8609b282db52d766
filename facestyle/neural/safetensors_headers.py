"""What a safetensors file says of itself, without PyTorch; whatever else a file may be is refused.

Pickles, and PyTorch's zip files of pickles, run code when they are read. Nothing here reads one.
"""

from pathlib import Path

from facestyle.errors import MissingDependencyError, ModelFileError, clause
from facestyle.files import open_regular


def read_metadata(path: Path) -> dict[str, str]:
    """Return the free-text metadata of a safetensors file; its tensors are not read.

    Raises
    ------
    ModelFileError
        The file is missing, truncated, damaged, a pickle, or no safetensors file.
    MissingDependencyError
        The package safetensors is not installed.
    """
    try:
        from safetensors import SafetensorError, safe_open
    except ImportError as error:
        raise MissingDependencyError("safetensors", "Neural style transfer", "neural") from error

    refuse_other_formats(path)
    try:
        with safe_open(path, framework="np") as file:
            return dict(file.metadata() or {})
    except (SafetensorError, OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
        raise damaged(path, error) from error


def damaged(path: Path, error: Exception) -> ModelFileError:
    """Return the error for a file that the reader cannot make sense of."""
    return ModelFileError(
        f"{path}: damaged, truncated or not a safetensors file ({clause(error)}); "
        "copy or train it again"
    )


def refuse_other_formats(path: Path) -> None:
    """Name the commonest wrong files by their first bytes.

    Raises
    ------
    ModelFileError
        The file cannot be opened, is empty, or a pickle.
    """
    try:
        with open_regular(path) as file:
            start = file.read(9)
    except OSError as error:
        raise ModelFileError(f"{path}: cannot be read ({clause(error)})") from error
    if not start:
        raise ModelFileError(f"{path}: an empty file; expected a safetensors model")
    if start.startswith((b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")):
        # A safetensors header of 640 to 1408 bytes begins with the bytes of a pickle, too: only
        # its ninth byte, the brace that opens the JSON text, tells the two apart.
        if start[2:8] == bytes(6) and start[8:9] == b"{":
            return
        raise ModelFileError(
            f"{path}: a pickle or PyTorch archive (.pth, .pt), which could run code when opened "
            "and is never read; convert it to safetensors first"
        )
