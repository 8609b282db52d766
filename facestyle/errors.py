"""Every error that facestyle raises on purpose.

A message says what was found, what was expected and what to do, and names the file.
"""

from collections.abc import Iterator
from contextlib import contextmanager


class FacestyleError(Exception):
    """Base of all errors that facestyle raises on purpose."""


class UsageError(FacestyleError):
    """An option or argument has a value that cannot be used."""


class ImageError(FacestyleError):
    """A picture cannot be read or written."""


class OutputExistsError(ImageError):
    """The output file exists already and overwriting was not asked for."""


class FaceError(FacestyleError):
    """No usable face was found in a picture."""


class LandmarksError(FacestyleError):
    """A landmarks file or array does not hold 68 points."""


class ExemplarError(FacestyleError):
    """An exemplar folder holds nothing that can be used."""


class VideoError(FacestyleError):
    """A video or a sequence of pictures cannot be read or written."""


class FlowFileError(FacestyleError):
    """A file with optical flow is missing, damaged or of another format."""


class ModelFileError(FacestyleError):
    """A model file is missing, damaged or of another kind."""


class WorkerError(FacestyleError):
    """A process that worked on an input was killed, and so was the one that tried again."""


class MissingDependencyError(FacestyleError):
    """An optional package is not installed; the message names the pip line."""

    def __init__(self, package: str, purpose: str, extra: str) -> None:
        self._parts = package, purpose, extra
        super().__init__(
            f"{purpose} needs the package '{package}', which is not installed. "
            f"Install it with: pip install 'facestyle[{extra}]'"
        )

    def __reduce__(self) -> tuple[type, tuple[str, str, str]]:
        # by default it would be made anew from its message alone
        return type(self), self._parts


@contextmanager
def advice(kind: type[FacestyleError], text: str) -> Iterator[None]:
    """Add to errors of a kind what else can be done about them.

    Parameters
    ----------
    kind : type
        Of the errors.
    text : str
        Nothing is added where it is empty.
    """
    try:
        yield
    except kind as error:
        if not text:
            raise
        raise kind(f"{error}; {text}") from error


def clause(error: BaseException) -> str:
    """What an error says, to stand within a sentence: one line without a full stop.

    Parameters
    ----------
    error : BaseException
        Of any library.

    Returns
    -------
    str
        The type's name where it says nothing.
    """
    reason = getattr(error, "strerror", None) or str(error)
    return " ".join(str(reason).split()).rstrip(" .:;,") or type(error).__name__
