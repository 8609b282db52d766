"""Models that ship with the package; NOTICE.md names their origin and license."""

from pathlib import Path

from facestyle.errors import ModelFileError


def asset_path(name: str) -> Path:
    """Path of a bundled file, such as "face_landmark.tflite".

    Raises
    ------
    ModelFileError
        If the installation lacks the file.
    """
    path = Path(__file__).parent / name
    if not path.is_file():
        raise ModelFileError(
            f"the bundled file '{name}' is missing from {path.parent}; "
            "reinstall with: pip install --force-reinstall facestyle"
        )
    return path
