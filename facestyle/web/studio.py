"""What the page has the engine do: previews, full pictures, clips; stylizers are kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from facestyle import disk_cache
from facestyle.errors import UsageError
from facestyle.exemplars import ExemplarSet
from facestyle.faces import find_faces
from facestyle.imaging.levels import to_bytes, to_float
from facestyle.imaging.points import scaled_points
from facestyle.imaging.pyramid import reduced
from facestyle.io.images import read_image, write_image
from facestyle.methods.choice import choose_method
from facestyle.methods.engine import Method
from facestyle.pipeline.clip_options import ClipOptions
from facestyle.pipeline.clips import stylize_clip
from facestyle.pipeline.drawings import draw_labels
from facestyle.pipeline.pictures import InputPicture, input_file
from facestyle.pipeline.result import Result
from facestyle.pipeline.settings import split_options
from facestyle.pipeline.stills import StillStylizer
from facestyle.pipeline.stylizer import read_exemplars
from facestyle.web.jobs import Job
from facestyle.web.limits import WebLimits
from facestyle.web.visitors import Upload

_KEPT_METHODS = 4  # prepared methods in memory: some 200 MB each with nine exemplars
PREVIEW, FULL, CLIP = "preview", "full", "clip"


@dataclass(frozen=True)
class Wish:
    """What a visitor wants to see.

    Attributes
    ----------
    exemplars : Path or None
        Folder; None for a network.
    method : str
    options : mapping of str to object
        Checked keywords of a stylizer.
    landmarks : (68, 2) float64 or None
        As corrected, px of the file.
    """

    exemplars: Path | None
    method: str
    options: Mapping[str, Any]
    landmarks: np.ndarray | None = None


class Studio:
    """Makes results; prepared exemplars are kept between jobs.

    Parameters
    ----------
    limits : WebLimits
    """

    def __init__(self, limits: WebLimits) -> None:
        self._limits = limits
        self._methods: OrderedDict[str, tuple[ExemplarSet | None, Method, str]] = OrderedDict()
        self._lock = threading.Lock()

    def receive_portrait(self, path: Path) -> tuple[Upload, dict[str, Any]]:
        """Read a portrait that was dropped in, and find its faces.

        Parameters
        ----------
        path : Path

        Returns
        -------
        upload : Upload
        facts : dict
            For the page: size, and the landmarks of each face, px of the file.

        Raises
        ------
        ImageError
            If it is no picture, or too large.
        """
        file = read_image(path, max_pixels=self._limits.pixels)
        height, width = file.rgb.shape[:2]
        scale = min(1.0, self._limits.preview_side / max(height, width))
        whole = file.rgb if file.alpha is None else np.dstack([file.rgb, file.alpha])
        small = reduced(whole, scale)
        faces = find_faces(np.ascontiguousarray(small[..., :3]))
        points = [scaled_points(face.landmarks, 1 / scale).round(2).tolist() for face in faces]
        facts = {"width": width, "height": height, "faces": points}
        return Upload(path, to_bytes(small), scale), facts

    def draw(self, job: Job, upload: Upload, wish: Wish) -> dict[str, Any]:
        """Stylize a portrait, small for a preview or as it is.

        Parameters
        ----------
        job : Job
            Gets the files.
        upload : Upload
        wish : Wish

        Returns
        -------
        dict
            What the page is told.
        """
        stylizer, reason = self._stylizer(job, wish)
        small = job.kind == PREVIEW
        scale = upload.scale if small else 1.0
        landmarks = wish.landmarks
        if landmarks is not None:
            landmarks = scaled_points(landmarks, scale)
        source = _preview(upload) if small else _whole(upload.path)
        job.tell("drawing", 0, 0)
        result = stylizer.stylize(source, landmarks=landmarks, matte=_matte(upload, source))
        name = f"{upload.path.stem}_{_style_name(wish)}"
        _write_files(job.folder, result, source, small=small)
        job.folder.joinpath("name").write_text(name, encoding="utf-8")
        height, width = result.image.shape[:2]
        return {
            "method": reason,
            "size": [width, height],
            "has_labels": result.labels is not None,
            "has_matte": result.matte is not None,
        }

    def draw_clip(self, job: Job, upload: Upload, wish: Wish, *, whole: bool) -> dict[str, Any]:
        """Stylize a clip, or its first seconds.

        Parameters
        ----------
        job : Job
        upload : Upload
        wish : Wish
        whole : bool

        Returns
        -------
        dict
            What the page is told.
        """
        stylizer, reason = self._stylizer(job, wish)
        options = ClipOptions(end=None if whole else self._limits.preview_seconds)
        output = job.folder / "result.mp4"

        def tell(_: Path, done: int, total: int) -> None:
            job.tell("frames", done, total)

        facts = stylize_clip(stylizer, upload.path, output, options, overwrite=True, progress=tell)
        name = f"{upload.path.stem}_{_style_name(wish)}"
        job.folder.joinpath("name").write_text(name, encoding="utf-8")
        return {"method": reason, "size": facts["size"], "frames": facts["frames"]}

    def _stylizer(self, job: Job, wish: Wish) -> tuple[StillStylizer, str]:
        settings, own = split_options(wish.options)
        key = disk_cache.fingerprint(
            *(str(wish.exemplars), wish.method, repr(sorted(own.items()))),
            *(str(settings.seed), settings.landmarks),
        )
        with self._lock:
            known = self._methods.get(key)
        if known is None:
            job.tell("reading exemplars", 0, 0)
            exemplars = read_exemplars(
                wish.exemplars, wish.method, own, landmarks=settings.landmarks
            )
            method, reason = choose_method(exemplars, wish.method, own, seed=settings.seed)
            known = exemplars, method, reason
        with self._lock:
            self._methods[key] = known
            self._methods.move_to_end(key)
            while len(self._methods) > _KEPT_METHODS:
                self._methods.popitem(last=False)
        exemplars, method, reason = known
        if exemplars is not None:
            # those that were read just now have logged what is wrong with them
            said = " ".join(job.notices)
            job.notices += [text for _, text in exemplars.problems if text not in said]
        return StillStylizer(exemplars, method, settings), reason


def _preview(upload: Upload) -> InputPicture:
    if upload.preview is None:
        raise UsageError("the portrait is a video; choose its preview")
    return InputPicture(upload.preview, upload.preview, upload.path.name)


def _whole(path: Path) -> InputPicture:
    return input_file(read_image(path), path)


def _matte(upload: Upload, source: InputPicture) -> np.ndarray | None:
    """The corrected matte at a picture's size."""
    if upload.matte is None:
        return None
    height, width = source.array.shape[:2]
    return cv2.resize(upload.matte, (width, height), interpolation=cv2.INTER_LINEAR)


def _style_name(wish: Wish) -> str:
    if wish.exemplars is not None:
        return wish.exemplars.name
    return Path(str(wish.options.get("model", wish.method))).stem


def _write_files(folder: Path, result: Result, source: InputPicture, *, small: bool) -> None:
    """The result and, of a preview, what explains it."""
    result.save(folder / "result.png")
    if not small:
        return
    image = to_float(np.ascontiguousarray(source.array[..., :3]))
    if result.matte is not None and result.people is not None:
        write_image(folder / "matte.png", result.people)
        if result.labels is not None:
            drawn = draw_labels(result.labels, image, result.matte, result.outcome.names)
            write_image(folder / "labels.png", drawn)
