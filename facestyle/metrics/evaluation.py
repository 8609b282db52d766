"""Tables of metrics for a folder of results, by any method, beside the true pictures."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from facestyle.errors import FacestyleError, MissingDependencyError, UsageError
from facestyle.faces import Face, find_faces, select_face
from facestyle.metrics.inputs import unit_range
from facestyle.metrics.picture_folders import Picture, PictureFolder
from facestyle.metrics.registry import METRICS, Inputs, Metric
from facestyle.metrics.skin_tone import skin_lightness
from facestyle.neural.dependencies import require_torch

NEED_PHOTOS = frozenset({Inputs.FACES, Inputs.LANDMARKS, Inputs.SITTERS})
SkinPair = tuple[float, float]  # in the photograph and in the result
ALIGNED = frozenset({Inputs.TRUTH, Inputs.EXEMPLAR})


@dataclass(frozen=True)
class Row:
    """Values of one picture, or the means of all.

    Attributes
    ----------
    name : str
        The picture's stem, or "mean".
    scores : dict of str to float
        Value by metric; a metric that has none is absent, and `problems` says why.
    problems : tuple of str
        What could not be measured, a sentence each.
    is_mean : bool
    """

    name: str
    scores: dict[str, float] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    is_mean: bool = False


@dataclass
class _Case:
    """One result with what it is compared with; faces are found when they are asked for."""

    name: str
    result: Picture
    truth: Picture
    photo: Picture | None
    _face: Face | FacestyleError | None = None

    def needed_photo(self) -> Picture:
        if self.photo is None:
            raise UsageError("its photograph is missing")
        return self.photo

    def face(self) -> Face:
        """The face in the photograph; a result of one size has it in the same place."""
        if self._face is None:
            try:
                found = find_faces(unit_range(self.needed_photo()))
                self._face = select_face(found, "largest", f"photograph {self.name}")
            except FacestyleError as error:
                self._face = error
        if isinstance(self._face, FacestyleError):
            raise self._face
        return self._face

    def face_of_result(self) -> Face:
        """The face that the same detector finds in the result, nearest to the photograph's."""
        expected = self.face()
        backend = expected.source if expected.source in ("dlib", "mesh") else "auto"
        found = find_faces(unit_range(self.result), landmarks=backend)
        if not found:
            raise UsageError(f"no face is found in the result {self.name}")
        place = expected.landmarks.mean(axis=0)
        return min(found, key=lambda f: float(np.hypot(*(f.landmarks.mean(axis=0) - place))))


def evaluate_folders(
    results: str | os.PathLike[str],
    truth: str | os.PathLike[str],
    photos: str | os.PathLike[str] | None = None,
    metrics: Sequence[str] | None = None,
) -> list[Row]:
    """Judge a folder of results against folders of true pictures and of photographs.

    Pictures belong together by their stems (`results/ann.png`, `drawings/ann.jpg`), or by stems
    of which one has more before or behind (`ann_drawing`), if only one can be meant. They have one
    size. They are compared as files of 8 bits; transparent ones are laid over white. Metrics that
    compare a result with any picture of its style are given its true picture.

    Parameters
    ----------
    results, truth : path-like
        Folders of pictures; sub-folders are left alone.
    photos : path-like, optional
        Folder of the photographs, for identity, landmark drift and skin tone.
    metrics : sequence of str, optional
        Names in `facestyle.metrics.METRICS`; without them all that the folders allow.

    Returns
    -------
    list of Row
        One row for every stem of results and true pictures, by name, and the mean as the last.
        What is missing, damaged or of another size is among a row's problems; the mean's say how
        many pictures a metric has no value for. Skin tone is a value of all pictures, and only
        in the last row.

    Raises
    ------
    UsageError
        If a folder or a metric is unknown, a metric needs what is not given, or no picture at
        all could be compared.
    MissingDependencyError
        If a metric that was named needs PyTorch, which is not installed.
    """
    chosen = _chosen(metrics, photos is not None)
    usable, unusable = _without_missing_packages(chosen, named=metrics is not None)
    own = PictureFolder(results, "result")
    true, renamed = PictureFolder(truth, "true picture").named_as(own)
    folders = (own, true)
    photo_folder = None if photos is None else PictureFolder(photos, "photograph").named_as(own)[0]
    notes = [_renamed(renamed)] if renamed else []
    stems = sorted(folders[0].stems | folders[1].stems)
    judged = [_picture_row(stem, *folders, photo_folder, usable) for stem in stems]
    rows = [row for row, _ in judged]
    skin = [pair for _, pair in judged if pair is not None]
    if not any(row.scores for row in rows) and not skin:
        reasons = " ".join(row.problems[0] for row in rows[:3] if row.problems)
        raise UsageError(
            f"no picture of {own.path} could be compared: {reasons} Pictures belong together by "
            "name, without suffix; one may have more before or behind (00001_sketch, 00001)."
        )
    return [*rows, _mean_row(rows, usable, skin, [*notes, *unusable])]


def _renamed(names: dict[str, str]) -> str:
    """Says which pictures of other names were taken to belong together."""
    result, truth = min(names.items())
    if len(names) == 1:
        return f"{result} and {truth} are taken to belong together"
    return f"{len(names)} pictures of other names belong together, as {result} and {truth}"


def _chosen(names: Sequence[str] | None, photos: bool) -> list[Metric]:
    """The metrics asked for, or all that the folders allow."""
    if names is None:
        kept = ALIGNED | NEED_PHOTOS if photos else ALIGNED
        return [metric for metric in METRICS.values() if metric.inputs in kept]
    unknown = [name for name in names if name not in METRICS]
    if unknown or not names:
        raise UsageError(
            f"metrics: found {', '.join(map(repr, unknown)) or 'none'}; "
            f"expected some of {', '.join(METRICS)}"
        )
    chosen = [METRICS[name] for name in dict.fromkeys(names)]
    for metric in chosen:
        if metric.inputs is Inputs.FRAMES:
            raise UsageError(
                f"{metric.name} compares {metric.inputs}, not folders of pictures: "
                f"call facestyle.metrics.{metric.name} on every pair of frames"
            )
        if metric.inputs in NEED_PHOTOS and not photos:
            raise UsageError(f"{metric.name} needs the photographs: give their folder, too")
    return chosen


def _without_missing_packages(
    chosen: list[Metric], *, named: bool
) -> tuple[list[Metric], list[str]]:
    """The metrics whose packages are installed, and why the others are left out."""
    if not any(metric.needs_torch for metric in chosen):
        return chosen, []
    try:
        require_torch()
    except MissingDependencyError as error:
        if named:
            raise
        left_out = [metric.title for metric in chosen if metric.needs_torch]
        usable = [metric for metric in chosen if not metric.needs_torch]
        return usable, [f"left out: {', '.join(left_out)}. {error}"]
    return chosen, []


def _picture_row(
    stem: str,
    results: PictureFolder,
    truths: PictureFolder,
    photos: PictureFolder | None,
    metrics: list[Metric],
) -> tuple[Row, SkinPair | None]:
    """Judge one picture; its skin lightness, if asked for, waits for those of the others."""
    try:
        result = results.read(stem)
        truth = truths.read(stem, like=result)
    except FacestyleError as error:
        return Row(stem, problems=(str(error),)), None
    scores: dict[str, float] = {}
    problems: list[str] = []
    photo = None
    if photos is not None:
        try:
            photo = photos.read(stem, like=result)
        except FacestyleError as error:
            problems.append(str(error))
            metrics = [metric for metric in metrics if metric.inputs not in NEED_PHOTOS]
    case = _Case(stem, result, truth, photo)
    skin = None
    for metric in metrics:
        try:
            if metric.inputs is Inputs.SITTERS:
                skin = skin or _skin_pair(case)
            else:
                scores[metric.name] = _measure(case, metric)
        except FacestyleError as error:
            problems.append(f"{metric.title}: {error}")
    return Row(stem, scores, tuple(problems)), skin


def _measure(case: _Case, metric: Metric) -> float:
    """The value of a metric that judges one picture."""
    if metric.inputs is Inputs.FACES:
        points = case.face().landmarks
        return metric.function(case.result, case.needed_photo(), points, points)
    if metric.inputs is Inputs.LANDMARKS:
        return metric.function(case.face_of_result().landmarks, case.face().landmarks)
    return metric.function(case.result, case.truth)


def _skin_pair(case: _Case) -> SkinPair:
    """Skin lightness of the photograph and, in the same place, of the result."""
    points = case.face().landmarks
    return skin_lightness(case.needed_photo(), points), skin_lightness(case.result, points)


def _mean_row(
    rows: list[Row], metrics: list[Metric], skin: list[SkinPair], notes: list[str]
) -> Row:
    """Means over the pictures that have a value, and the values of all pictures together."""
    scores: dict[str, float] = {}
    problems = list(notes)
    failed = sum(not row.scores and bool(row.problems) for row in rows)
    if failed:
        problems.append(f"{failed} of {len(rows)} pictures could not be compared")
    for metric in metrics:
        if metric.inputs is Inputs.SITTERS:
            photos, results = np.array(skin).reshape(-1, 2).T
            try:
                scores[metric.name] = metric.function(photos, results)
            except UsageError as error:
                problems.append(f"{metric.title}: {error}")
            continue
        values = [row.scores[metric.name] for row in rows if metric.name in row.scores]
        if values:
            scores[metric.name] = float(np.mean(values))
        if len(values) < len(rows) - failed:
            problems.append(f"{metric.title}: mean of {len(values)} of {len(rows)} pictures")
    return Row("mean", scores, tuple(problems), is_mean=True)
