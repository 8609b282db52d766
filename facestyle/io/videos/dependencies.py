"""PyAV, where it is installed."""

from typing import Any

from facestyle.errors import MissingDependencyError, VideoError

_OLDEST = 18  # earlier versions neither tell a frame's primaries nor convert them


def import_av() -> Any:
    """Import PyAV, or tell how to install it.

    Raises
    ------
    MissingDependencyError
        If it is not installed.
    VideoError
        If it is too old.
    """
    try:
        import av
    except ImportError:
        raise MissingDependencyError("av", "Reading or writing a video", "video") from None
    if int(av.__version__.split(".")[0]) < _OLDEST:
        raise VideoError(
            f"PyAV {av.__version__} is too old; version {_OLDEST} or later is needed. "
            "Install it with: pip install --upgrade 'facestyle[video]'"
        )
    return av
