"""What a user would want to know before the work begins: things that are allowed, yet odd."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facestyle.exemplars import ExemplarSet

_LOG = logging.getLogger(__name__)
_SHOWN = 3  # names in a message


def warn_of_unknown_suffix(output: str | None, known: frozenset[str]) -> None:
    """Say that ``-o foo.xyz`` is taken for a folder."""
    if output is None or output.endswith(("/", "\\")):
        return
    path = Path(output)
    if path.suffix and not path.is_dir() and path.suffix.lower() not in known:
        from facestyle.io.images import WRITABLE_SUFFIXES
        from facestyle.io.videos import WRITABLE_VIDEO_SUFFIXES

        _LOG.warning(
            "-o %s: '%s' is no format that is written, so it is taken for a folder; pictures: %s; "
            "videos: %s",
            output,
            path.suffix,
            ", ".join(sorted(WRITABLE_SUFFIXES)),
            ", ".join(sorted(WRITABLE_VIDEO_SUFFIXES)),
        )


def warn_of_exemplars(exemplars: ExemplarSet | None) -> None:
    """Say which exemplars are too small to show much of their style."""
    if exemplars is None:
        return
    from facestyle.pipeline.exemplar_advice import SMALL_FACE

    faces = [
        portrait for portrait in exemplars.portraits if _height(portrait.face.box) < SMALL_FACE
    ]
    if faces:
        shown = ", ".join(f"{p.name} ({_height(p.face.box):.0f} px)" for p in faces[:_SHOWN])
        _LOG.warning(
            "%d of %d exemplars have small faces, whose strokes and details are enlarged and look "
            "coarse: %s%s. Larger scans give finer results (%d px and more)",
            len(faces),
            len(exemplars),
            shown,
            ", ..." if len(faces) > _SHOWN else "",
            SMALL_FACE,
        )


def warn_of_model(model: Path | str | None) -> None:
    """Say which style of several is used where none is named."""
    if model is None:
        return
    from facestyle.neural.model_names import find_mixture, styles_in

    styles = styles_in(model) if find_mixture(model) is None else ()
    if len(styles) > 1:
        _LOG.warning(
            "--model %s holds %s: %s is used. Name another, as in %s:%s",
            model,
            ", ".join(styles),
            styles[0],
            model,
            styles[-1],
        )


def _height(box: tuple[float, float, float, float]) -> float:
    return box[3] - box[1]
