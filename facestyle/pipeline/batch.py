"""Many inputs: read, stylize, write; a failure is a result, never the end of the run."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from facestyle.errors import FacestyleError, UsageError, VideoError, WorkerError
from facestyle.io.images import check_output, read_image
from facestyle.io.videos import is_clip, is_complete, is_sequence, list_sequence
from facestyle.pipeline.batch_records import BatchOptions, BatchResult, BatchTask
from facestyle.pipeline.clip_options import ClipOptions, Progress
from facestyle.pipeline.cluster import Cluster, run_on_cluster
from facestyle.pipeline.corrections import scaled_landmarks, scaled_matte
from facestyle.pipeline.pictures import input_file, reduced_picture
from facestyle.pipeline.result import Result
from facestyle.pipeline.sent_files import (
    SentFile,
    SentResult,
    receive_result,
    send_file,
    work_on_sent_file,
)
from facestyle.pipeline.stills import StillStylizer

_log = logging.getLogger(__name__)

PathLike = str | os.PathLike[str]
__all__ = ["BatchOptions", "BatchResult", "stylize_files"]


def stylize_files(
    stylizer: StillStylizer,
    inputs: Iterable[PathLike],
    outputs: Iterable[PathLike] | None = None,
    *,
    options: BatchOptions | None = None,
    explain: Iterable[PathLike] | None = None,
    jobs: int = 1,
    cluster: Cluster | None = None,
    progress: Progress | None = None,
) -> Iterator[BatchResult]:
    """Stylize files one by one, in several processes, or on a cluster.

    Parameters
    ----------
    stylizer : StillStylizer
    inputs : iterable of path-like
    outputs : iterable of path-like, optional
        One for each input (see `facestyle.io.images.plan_outputs`). Nothing is written by default.
    options : BatchOptions, optional
        What is done with existing outputs, which part of videos is stylized, and more.
    explain : iterable of path-like, optional
        One folder for each input; receives pictures of how the result came about.
    jobs : int
        Processes.
    cluster : Cluster, optional
        Machines that do the work instead of this one.
    progress : callable, optional
        Called for every frame of a video with its path, the frames done and the frames in all;
        one process only.

    Yields
    ------
    BatchResult
        In the order of the inputs, each as soon as it and those before it are done.

    Raises
    ------
    UsageError
        If there are not as many outputs as inputs.
    """
    if explain is not None and not stylizer.method.explains:
        raise UsageError(
            f"explain: method {stylizer.method.name} has nothing to explain; leave explain out"
        )
    sources = [Path(path) for path in inputs]
    tasks = [
        BatchTask(source, output, folder, options or BatchOptions(), progress)
        for source, output, folder in zip(
            sources,
            _one_each(outputs, len(sources), "outputs"),
            _one_each(explain, len(sources), "explain"),
            strict=True,
        )
    ]
    if cluster is not None:
        return _run_on_cluster(stylizer, tasks, cluster)
    if jobs <= 1 or len(tasks) <= 1:
        return (_run(stylizer, task) for task in tasks)
    from facestyle.pipeline.worker_pool import run_in_processes

    tasks = [replace(task, progress=None) for task in tasks]
    return run_in_processes(partial(_run, stylizer), tasks, jobs, lost=_lost)


def _run_on_cluster(
    stylizer: StillStylizer, tasks: Sequence[BatchTask], cluster: Cluster
) -> Iterator[BatchResult]:
    run = partial(_run, stylizer)
    tasks = [replace(task, progress=None) for task in tasks]
    if not cluster.send_files:
        yield from run_on_cluster(run, tasks, cluster.address, lost=_lost)
        return
    # what is refused here anyway does not travel
    prepared = (send_file(task, is_done=_exists) for task in tasks)
    answers = run_on_cluster(
        partial(work_on_sent_file, run), prepared, cluster.address, lost=_lost_while_away
    )
    for task, answer in zip(tasks, answers, strict=True):
        yield receive_result(task, answer)


def _one_each(
    paths: Iterable[PathLike] | None, count: int, name: str
) -> Sequence[Path] | Sequence[None]:
    if paths is None:
        return [None] * count
    listed = [Path(path) for path in paths]
    if len(listed) != count:
        raise UsageError(f"{name}: found {len(listed)} paths, expected one for each of {count}.")
    return listed


def _run(stylizer: StillStylizer, task: BatchTask) -> BatchResult:
    """Process one input; whatever goes wrong becomes part of the result."""
    start = time.perf_counter()
    if task.options.skip_existing and _exists(task):
        _log.info("%s: skipped, %s exists", task.source, task.output)
        return BatchResult(task.source, task.output, skipped=True)
    try:
        outcome = _process(stylizer, task)
    except Exception as error:  # a bug or too little memory must not stop the other inputs either
        if not isinstance(error, FacestyleError):
            _log.debug("%s: traceback", task.source, exc_info=True)
        outcome = BatchResult(task.source, None, error=error)
    outcome = replace(outcome, seconds=time.perf_counter() - start)
    if outcome.error is None:
        _log_facts(outcome)
    return outcome


def _log_facts(outcome: BatchResult) -> None:
    """Say what was done: -v in short, -vv with the time of every stage."""
    width, height = outcome.facts["size"]
    face = outcome.facts.get("face")
    where = ""
    if face:
        x0, y0, x1, y1 = face["box"]
        where = f", face {x1 - x0:.0f} x {y1 - y0:.0f} px by {face['landmarks']}"
    _log.info("%s: %d x %d px%s, %.1f s", outcome.source, width, height, where, outcome.seconds)
    stages = ", ".join(f"{name} {lap:.2f} s" for name, lap in outcome.facts["timings"].items())
    _log.debug("%s: %s", outcome.source, stages)


def _lost(task: BatchTask, ending: str) -> BatchResult:
    """What is said of an input whose process was killed."""
    error = WorkerError(
        f"{task.source}: the process that worked on it was lost twice ({ending}), as happens when "
        "memory runs out; run it by itself, with --jobs 1, or use a smaller picture"
    )
    return BatchResult(task.source, None, error=error)


def _lost_while_away(sent: SentFile, ending: str) -> SentResult:
    return SentResult(_lost(sent.task, ending))


def _exists(task: BatchTask) -> bool:
    """Whether a result is there, whole: a file, or all pictures of a sequence."""
    if task.output is None:
        return False
    frames = 0
    if is_sequence(task.output) and is_sequence(task.source) and _is_whole(task.options.clip):
        with contextlib.suppress(VideoError):  # reading it will say so
            frames = len(list_sequence(task.source))
    return is_complete(task.output, frames=frames)


def _is_whole(clip: ClipOptions | None) -> bool:
    """Whether all frames of a clip are asked for."""
    return clip is None or (clip.start, clip.end, clip.preview) == (None, None, None)


def _process_clip(stylizer: StillStylizer, task: BatchTask) -> BatchResult:
    from facestyle.pipeline.clips import stylize_clip

    known = task.options
    for name, given in (
        ("explain", task.explain),
        ("landmarks", known.landmarks),
        ("matte", known.matte),
        ("max-size", known.max_size),
    ):
        if given is not None:
            raise UsageError(f"{task.source}: {name} is for pictures, not for videos; leave it out")
    facts = stylize_clip(
        stylizer,
        task.source,
        task.output,
        task.options.clip,
        overwrite=task.options.overwrite,
        progress=task.progress,
    )
    return BatchResult(task.source, task.output, facts=facts)


def _process(stylizer: StillStylizer, task: BatchTask) -> BatchResult:
    if is_clip(task.source):
        return _process_clip(stylizer, task)
    if task.output is not None:
        check_output(task.output, overwrite=task.options.overwrite)
    options = task.options
    whole = read_image(task.source)
    picture = reduced_picture(whole, options.max_size)
    result = stylizer.stylize(
        input_file(picture, task.source),
        landmarks=scaled_landmarks(options.landmarks, whole, picture),
        matte=scaled_matte(options.matte, whole, picture),
    )
    if task.output is not None:
        result.save(task.output, overwrite=options.overwrite, quality=options.quality)
    if task.explain is not None:
        from facestyle.pipeline.explain import write_explanation

        write_explanation(task.explain, picture.rgb, result)
    return BatchResult(
        task.source,
        task.output,
        result=result if task.options.keep_results else None,
        facts=_facts(result),
    )


def _facts(result: Result) -> dict[str, Any]:
    height, width = result.image.shape[:2]
    face = result.face
    return {
        "size": [width, height],
        "face": face
        and {
            "box": [round(float(value), 1) for value in face.box],
            "inter_ocular": round(float(face.inter_ocular), 1),
            "landmarks": face.source,
        },
        "timings": {stage: round(seconds, 4) for stage, seconds in result.timings.items()},
    }
