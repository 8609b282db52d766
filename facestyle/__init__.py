"""Redraw a portrait in the style of a folder of stylized portraits of other people.

>>> import facestyle
>>> exemplars = facestyle.ExemplarSet.from_folder("sketches/")  # doctest: +SKIP
>>> stylizer = facestyle.Stylizer(exemplars)  # doctest: +SKIP
>>> result = stylizer(image)  # doctest: +SKIP
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from facestyle.errors import (
        ExemplarError,
        FaceError,
        FacestyleError,
        FlowFileError,
        ImageError,
        LandmarksError,
        MissingDependencyError,
        ModelFileError,
        OutputExistsError,
        UsageError,
        VideoError,
        WorkerError,
    )
    from facestyle.exemplars import ExemplarSet
    from facestyle.faces import Face, Portrait, find_faces, read_landmarks
    from facestyle.io.images import Extras, Picture, read_image, write_image
    from facestyle.pipeline.batch import BatchOptions, BatchResult, stylize_files
    from facestyle.pipeline.clip_options import ClipOptions
    from facestyle.pipeline.result import Result
    from facestyle.pipeline.stylizer import Stylizer

__version__ = "0.1.0"
__all__ = [
    "BatchOptions",
    "BatchResult",
    "ClipOptions",
    "ExemplarError",
    "ExemplarSet",
    "Extras",
    "Face",
    "FaceError",
    "FacestyleError",
    "FlowFileError",
    "ImageError",
    "LandmarksError",
    "MissingDependencyError",
    "ModelFileError",
    "OutputExistsError",
    "Picture",
    "Portrait",
    "Result",
    "Stylizer",
    "UsageError",
    "VideoError",
    "WorkerError",
    "find_faces",
    "read_image",
    "read_landmarks",
    "stylize_files",
    "write_image",
]

# imported on first use: `import facestyle` itself loads none of NumPy, OpenCV, dlib, Numba, torch
_MODULES = {
    "ExemplarError": "facestyle.errors",
    "FaceError": "facestyle.errors",
    "FacestyleError": "facestyle.errors",
    "FlowFileError": "facestyle.errors",
    "ImageError": "facestyle.errors",
    "LandmarksError": "facestyle.errors",
    "MissingDependencyError": "facestyle.errors",
    "ModelFileError": "facestyle.errors",
    "OutputExistsError": "facestyle.errors",
    "UsageError": "facestyle.errors",
    "VideoError": "facestyle.errors",
    "WorkerError": "facestyle.errors",
    "ExemplarSet": "facestyle.exemplars",
    "Face": "facestyle.faces",
    "Portrait": "facestyle.faces",
    "find_faces": "facestyle.faces",
    "read_landmarks": "facestyle.faces",
    "Extras": "facestyle.io.images",
    "Picture": "facestyle.io.images",
    "read_image": "facestyle.io.images",
    "write_image": "facestyle.io.images",
    "BatchOptions": "facestyle.pipeline.batch",
    "BatchResult": "facestyle.pipeline.batch",
    "stylize_files": "facestyle.pipeline.batch",
    "ClipOptions": "facestyle.pipeline.clip_options",
    "Result": "facestyle.pipeline.result",
    "Stylizer": "facestyle.pipeline.stylizer",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'facestyle' has no attribute '{name}'")
    import importlib

    return getattr(importlib.import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
