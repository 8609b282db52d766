"""Inputs with the names of their results are worked on; what becomes of each is said."""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from logging import getLogger
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from facestyle.cli.messages import ClipProgress
    from facestyle.cli.variants import Variant
    from facestyle.io.images import InputFile
    from facestyle.pipeline.batch import BatchResult
    from facestyle.pipeline.batch_report import BatchReport
    from facestyle.pipeline.stills import StillStylizer
    from facestyle.progress import Listener


@dataclass(frozen=True)
class Part:
    """The inputs of one look.

    Attributes
    ----------
    label : str
        What the look is called.
    stylizer : StillStylizer
    pairs : sequence of (InputFile, Path)
        Each input with the name of its result.
    """

    label: str
    stylizer: "StillStylizer"
    pairs: "Sequence[tuple[InputFile, Path]]"


@dataclass(frozen=True)
class Counts:
    """How many inputs failed, and how many were left out."""

    failed: int = 0
    skipped: int = 0


def parts_of(
    stylizers: "Iterable[StillStylizer]",
    planned: "Iterable[tuple[Variant, list[tuple[InputFile, Path]]]]",
) -> list[Part]:
    """The work of each variant.

    Parameters
    ----------
    stylizers : iterable of StillStylizer
    planned : iterable of (Variant, list of (InputFile, Path))
        Of each stylizer, each input with the name of its result.

    Returns
    -------
    list of Part
    """
    return [
        Part(variant.label, stylizer, pairs)
        for stylizer, (variant, pairs) in zip(stylizers, planned, strict=True)
    ]


def run_pairs(
    arguments: argparse.Namespace,
    work: "Sequence[Part]",
    report: "BatchReport | None" = None,
) -> Counts:
    """Stylize inputs, here or on a cluster, with progress and messages.

    Parameters
    ----------
    arguments : argparse.Namespace
        Of the verb stylize.
    work : sequence of Part
    report : BatchReport, optional
        The page that shows the results, too.

    Returns
    -------
    Counts
    """
    from facestyle.cli.drafts import Drafts
    from facestyle.cli.existing import existing_in_words
    from facestyle.cli.messages import ClipProgress, report_error, report_note, show_progress
    from facestyle.errors import OutputExistsError
    from facestyle.progress import listening

    frames = ClipProgress(quiet=arguments.quiet)
    steps = ClipProgress(quiet=arguments.quiet, unit="step")
    failed = skipped = 0
    planned = [output for part in work for _, output in part.pairs]
    total = len(planned)
    existing: list[Path] = []
    listener: Listener = steps.show_steps
    if arguments.draft is not None:
        listener = Drafts(arguments.draft, listener)
    with listening(listener):
        parts = (_results(arguments, part, frames, told=len(work) > 1) for part in work)
        results: Iterator[BatchResult] = chain.from_iterable(parts)
        if report is not None:
            results = report.passing(results)
        shown = show_progress(results, total, quiet=arguments.quiet)
        for result, output in zip(shown, planned, strict=True):
            frames.close()
            steps.close()
            skipped += result.skipped
            if result.error is not None:
                failed += 1
                # what is not whole, and thus not skipped, has a reason of its own
                if isinstance(result.error, OutputExistsError) and not arguments.skip_existing:
                    existing.append(output)
                    getLogger(__name__).info("%s", result.message)
                else:
                    report_error(result.message)
            _print_result(result, arguments)
    if existing:
        report_error(existing_in_words(arguments, existing, total, labeled=len(work) > 1))
    if skipped:
        text = f"{skipped} of {total} inputs skipped, whose results exist"
        report_note(text, quiet=arguments.quiet)
    return Counts(failed, skipped)


def _results(
    arguments: argparse.Namespace, part: Part, frames: "ClipProgress", *, told: bool
) -> "Iterator[BatchResult]":
    """Results of one part; its label begins the messages meanwhile, if it is to be told."""
    from facestyle.cli.messages import about_look
    from facestyle.pipeline.batch import BatchOptions, stylize_files
    from facestyle.pipeline.clip_options import ClipOptions
    from facestyle.pipeline.cluster import Cluster

    cluster = None
    if arguments.cluster is not None:
        cluster = Cluster(arguments.cluster, arguments.send_files)
    pairs = part.pairs
    results = stylize_files(
        part.stylizer,
        [item.path for item, _ in pairs],
        [output for _, output in pairs],
        options=BatchOptions(
            overwrite=arguments.overwrite,
            skip_existing=arguments.skip_existing,
            keep_results=False,
            landmarks=_landmarks(arguments),
            max_size=arguments.max_size,
            quality=arguments.quality,
            matte=_matte(arguments),
            clip=ClipOptions(arguments.start, arguments.end, arguments.preview, arguments.fps),
        ),
        explain=_explain_folders(arguments.explain, pairs),
        jobs=arguments.jobs,
        cluster=cluster,
        progress=frames.show,
    )
    with about_look(part.label if told else ""):
        yield from results


def check_corrections(arguments: argparse.Namespace) -> None:
    """Notice before the work what is wrong with the landmarks or the matte that are given.

    Raises
    ------
    FacestyleError
        If a file is missing, or not what is expected.
    """
    _landmarks(arguments)
    _matte(arguments)


def _landmarks(arguments: argparse.Namespace) -> "np.ndarray | None":
    if arguments.landmarks_file is None:
        return None
    from facestyle.faces import read_landmarks

    return read_landmarks(arguments.landmarks_file)


def _matte(arguments: argparse.Namespace) -> "np.ndarray | None":
    if arguments.matte is None:
        return None
    from facestyle.pipeline.mattes import read_matte

    return read_matte(arguments.matte)


def _explain_folders(
    folder: Path | None, pairs: "Sequence[tuple[InputFile, Path]]"
) -> list[Path] | None:
    """One sub-folder for each result, numbered where names repeat."""
    if folder is None:
        return None
    names: list[Path] = []
    uses: Counter[Path] = Counter()
    for item, output in pairs:
        name = folder / item.relative.parent / output.stem
        uses[name] += 1
        repeated = uses[name] > 1
        names.append(name.with_name(f"{name.name}_{uses[name]}") if repeated else name)
    return names


def _print_result(result: "BatchResult", arguments: argparse.Namespace) -> None:
    from facestyle.cli.messages import print_result, to_json
    from facestyle.cli.setting_options import with_option_names

    if arguments.json:
        status = "failed" if result.error else "skipped" if result.skipped else "done"
        record = {
            "input": str(result.source),
            "output": None if result.output is None else str(result.output),
            "status": status,
            "error": with_option_names(result.message, arguments) or None,
            "seconds": round(result.seconds, 3),
            **result.facts,
        }
        print_result(to_json(record))
    elif result.error is None and not result.skipped:
        print_result(str(result.output))
