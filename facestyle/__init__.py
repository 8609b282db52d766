"""Redraw a portrait in the style of a folder of stylized portraits of other people.

>>> import facestyle
>>> exemplars = facestyle.ExemplarSet.from_folder("sketches/")  # doctest: +SKIP
>>> stylizer = facestyle.Stylizer(exemplars)  # doctest: +SKIP
>>> result = stylizer(image)  # doctest: +SKIP
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from facestyle.errors import FacestyleError
    from facestyle.exemplars import ExemplarSet
    from facestyle.io.images import read_image, write_image
    from facestyle.pipeline.batch import BatchResult
    from facestyle.pipeline.result import Result
    from facestyle.pipeline.stylizer import Stylizer

__version__ = "0.1.0"
__all__ = [
    "BatchResult",
    "ExemplarSet",
    "FacestyleError",
    "Result",
    "Stylizer",
    "read_image",
    "write_image",
]

# imported on first use: `import facestyle` itself loads none of NumPy, OpenCV, dlib, Numba, torch
_MODULES = {
    "BatchResult": "facestyle.pipeline.batch",
    "ExemplarSet": "facestyle.exemplars",
    "FacestyleError": "facestyle.errors",
    "Result": "facestyle.pipeline.result",
    "Stylizer": "facestyle.pipeline.stylizer",
    "read_image": "facestyle.io.images",
    "write_image": "facestyle.io.images",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'facestyle' has no attribute '{name}'")
    import importlib

    return getattr(importlib.import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
