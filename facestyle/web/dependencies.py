"""The packages of the extra ``web``: present, or an error that names the pip line."""

from importlib import util

from facestyle.errors import MissingDependencyError


def require_web() -> None:
    """Raise unless Starlette and uvicorn are installed.

    Raises
    ------
    MissingDependencyError
        A package is missing; the message names the pip line.
    """
    for package in ("starlette", "uvicorn"):
        if util.find_spec(package) is None:
            raise MissingDependencyError(package, "The web page", "web")
