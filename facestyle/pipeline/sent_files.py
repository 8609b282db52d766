"""Pictures that are worked on where their files are not: content goes there and comes back."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from facestyle.errors import FacestyleError, ImageError, UsageError
from facestyle.files import read_regular, write_whole
from facestyle.io.images import check_output
from facestyle.io.videos import is_clip
from facestyle.pipeline.batch_records import BatchResult, BatchTask


@dataclass(frozen=True)
class SentFile:
    """A task with its picture's content; `answer` where nothing is left to do."""

    task: BatchTask
    content: bytes = b""
    answer: BatchResult | None = None


@dataclass(frozen=True)
class SentResult:
    """What became of a task, with the content of the result's file."""

    result: BatchResult
    content: bytes | None = None


def send_file(task: BatchTask, *, is_done: Callable[[BatchTask], bool]) -> SentFile:
    """Read what a task needs; what cannot be done is answered at once.

    Parameters
    ----------
    task : BatchTask
    is_done : callable
        Whether the task's result is there already.

    Returns
    -------
    SentFile
    """
    if task.options.skip_existing and is_done(task):
        return SentFile(task, answer=BatchResult(task.source, task.output, skipped=True))
    try:
        if is_clip(task.source) or task.explain is not None:
            raise UsageError(
                f"{task.source}: videos and explanations are made where the files are; leave "
                "send_files out, on a cluster whose workers see the same folders"
            )
        if task.output is not None:
            check_output(task.output, overwrite=task.options.overwrite)
        return SentFile(task, read_regular(task.source))
    except OSError as error:
        reason = error.strerror or error
        failure: FacestyleError = ImageError(f"{task.source}: cannot be read ({reason})")
    except FacestyleError as error:
        failure = error
    return SentFile(task, answer=BatchResult(task.source, None, error=failure))


def work_on_sent_file(run: Callable[[BatchTask], BatchResult], sent: SentFile) -> SentResult:
    """Do a task on another machine, in a folder that is deleted again.

    Parameters
    ----------
    run : callable
        Does a task; never raises.
    sent : SentFile

    Returns
    -------
    SentResult
    """
    if sent.answer is not None:
        return SentResult(sent.answer)
    task = sent.task
    with tempfile.TemporaryDirectory(prefix="facestyle-") as folder:
        source = Path(folder, task.source.name)
        source.write_bytes(sent.content)
        output = None
        if task.output is not None:
            output = Path(folder, "results", task.output.name)
            output.parent.mkdir()
        result = run(replace(task, source=source, output=output))
        content = output.read_bytes() if output is not None and output.is_file() else None
        error = result.error
        if error is not None:  # it names the file where it lay for a moment
            error.args = (str(error).replace(str(source), str(task.source)),)
    output = task.output if result.error is None else None
    return SentResult(replace(result, source=task.source, output=output, error=error), content)


def receive_result(task: BatchTask, answer: SentResult) -> BatchResult:
    """Write the file of a result that came back.

    Parameters
    ----------
    task : BatchTask
    answer : SentResult

    Returns
    -------
    BatchResult
    """
    if answer.content is None or task.output is None:
        return answer.result
    content = answer.content
    try:
        task.output.parent.mkdir(parents=True, exist_ok=True)
        write_whole(task.output, lambda file: file.write(content))
    except OSError as error:
        reason = error.strerror or error
        failure = ImageError(f"{task.output}: cannot be written ({reason})")
        return replace(answer.result, output=None, error=failure)
    return answer.result
