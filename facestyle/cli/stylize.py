"""`facestyle [stylize]`: redraw portraits in the style of the exemplars."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from facestyle.cli import exit_codes, neural_options, options

if TYPE_CHECKING:
    import numpy as np

    from facestyle.io.images import ClipNames, InputFile
    from facestyle.methods.neural.method import NeuralStylizer
    from facestyle.pipeline.batch import BatchResult
    from facestyle.pipeline.stylizer import Stylizer

USAGE = "INPUT... --exemplars DIR [-o PATH] [options]"
DESCRIPTION = """\
Redraw portraits in the style of a folder of stylized portraits of other people.

  facestyle portrait.jpg --exemplars looks/             writes portrait_looks.png beside it
  facestyle *.jpg photos/ --exemplars looks/ -o out/    names and sub-folders are kept
  facestyle clip.mp4 --exemplars looks/                 writes clip_looks.mp4, sound kept
  facestyle photo.jpg --exemplars sketches/ --exemplar-photos sitters/
  facestyle photo.jpg --exemplars wave.jpg --method neural
  facestyle photo.jpg --model wave.safetensors          a network of `facestyle train`"""

# Options of method patch; all are None where they are not given.
PATCH_ONLY = ("identity", "texture", "labels")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "inputs",
        nargs="+",
        metavar="INPUT",
        help="pictures, videos, globs, folders (searched recursively), frames/%%05d.png",
    )
    parser.add_argument(
        "--exemplars",
        type=Path,
        metavar="DIR",
        help="folder of stylized portraits, or one such picture",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="PATH",
        help="a picture or video, or a folder for several (INPUT_EXEMPLARS.png beside each input)",
    )
    style = parser.add_argument_group("style")
    options.add_style_options(style)
    options.add_landmarks_option(style)
    style.add_argument(
        "--landmarks-file",
        type=Path,
        metavar="FILE",
        help="68 lines of x and y, for one input; nothing is detected then",
    )
    options.add_patch_options(parser.add_argument_group("--method patch, for drawings"))
    neural_options.add_neural_options(parser.add_argument_group("--method neural, for any picture"))
    options.add_video_options(parser.add_argument_group("videos"))
    batch = parser.add_argument_group("many inputs")
    options.add_batch_options(batch)
    batch.add_argument(
        "--explain",
        type=Path,
        metavar="DIR",
        help="also write pictures of how each result came about",
    )


def run(arguments: argparse.Namespace) -> int:
    """Stylize every input; return the exit code."""
    from facestyle.cli.messages import ClipProgress, report_error, show_progress
    from facestyle.io.images import plan_outputs
    from facestyle.pipeline.batch import stylize_files
    from facestyle.pipeline.clip_options import ClipOptions

    _require_style(arguments)
    inputs = _expand(arguments)
    transparent = arguments.background == "transparent"
    label = _label(arguments)
    pairs = plan_outputs(
        inputs, arguments.output, label, needs_alpha=transparent, clips=_clip_names()
    )
    frames = ClipProgress(quiet=arguments.quiet)
    results = stylize_files(
        _make_stylizer(arguments),
        [item.path for item, _ in pairs],
        [output for _, output in pairs],
        explain=_explain_folders(arguments.explain, pairs),
        landmarks=_landmarks(arguments),
        overwrite=arguments.overwrite,
        skip_existing=arguments.skip_existing,
        jobs=arguments.jobs,
        keep_results=False,
        clip=ClipOptions(arguments.start, arguments.end, arguments.preview, arguments.fps),
        progress=frames.show,
    )
    failed = 0
    for result in show_progress(results, len(pairs), quiet=arguments.quiet):
        frames.close()
        if result.error is not None:
            failed += 1
            report_error(result.message)
        _print_result(result, as_json=arguments.json)
    return exit_codes.from_counts(done=len(pairs) - failed, failed=failed)


def _require_style(arguments: argparse.Namespace) -> None:
    from facestyle.errors import UsageError

    if arguments.exemplars is None and arguments.model is None:
        raise UsageError("--exemplars is required (or --model, for a trained network)")


def _require_patch(arguments: argparse.Namespace) -> None:
    from facestyle.errors import UsageError

    for name in ("exemplar_photos", *PATCH_ONLY):
        if arguments.method == "energy" and getattr(arguments, name) is not None:
            raise UsageError(f"--{name.replace('_', '-')} belongs to --method patch, not to energy")


def _expand(arguments: argparse.Namespace) -> "list[InputFile]":
    from facestyle.errors import UsageError
    from facestyle.io.images import expand_inputs
    from facestyle.io.images.formats import IMAGE_SUFFIXES

    names = _clip_names()
    inputs = expand_inputs(arguments.inputs, suffixes=IMAGE_SUFFIXES | names.suffixes)
    if arguments.landmarks_file is not None and len(inputs) != 1:
        raise UsageError(
            f"--landmarks-file {arguments.landmarks_file}: belongs to one input, "
            f"but there are {len(inputs)}. Run them one by one."
        )
    return inputs


def _clip_names() -> "ClipNames":
    from facestyle.io.images import ClipNames
    from facestyle.io.videos.names import VIDEO_SUFFIXES, WRITABLE_VIDEO_SUFFIXES, is_sequence

    return ClipNames(VIDEO_SUFFIXES, WRITABLE_VIDEO_SUFFIXES, is_sequence)


def _label(arguments: argparse.Namespace) -> str:
    """Name of the exemplar folder, or of the single exemplar or model without its suffix."""
    path = Path(arguments.exemplars or arguments.model).resolve()
    return path.stem if path.is_file() else path.name


def _make_stylizer(arguments: argparse.Namespace) -> "Stylizer | NeuralStylizer":
    if neural_options.is_neural(arguments):
        return neural_options.make_neural_stylizer(arguments)
    from facestyle.cli.messages import report_note
    from facestyle.exemplars import ExemplarSet
    from facestyle.pipeline.stylizer import Stylizer

    _require_patch(arguments)
    chosen = {name: getattr(arguments, name) for name in PATCH_ONLY}
    stylizer = Stylizer(
        ExemplarSet.from_folder(arguments.exemplars, photos=arguments.exemplar_photos),
        method=arguments.method,
        strength=arguments.strength,
        background=arguments.background,
        face=arguments.face,
        landmarks=arguments.landmarks,
        seed=arguments.seed,
        flow=arguments.flow,
        **{name: value for name, value in chosen.items() if value is not None},
    )
    if arguments.method == "auto":
        report_note(f"method: {stylizer.method_reason}", quiet=arguments.quiet)
    return stylizer


def _landmarks(arguments: argparse.Namespace) -> "np.ndarray | None":
    if arguments.landmarks_file is None:
        return None
    from facestyle.faces import read_landmarks

    return read_landmarks(arguments.landmarks_file)


def _explain_folders(
    folder: Path | None, pairs: "list[tuple[InputFile, Path]]"
) -> list[Path] | None:
    """One sub-folder for each result, numbered where names repeat."""
    if folder is None:
        return None
    names: list[Path] = []
    for item, output in pairs:
        name = folder / item.relative.parent / output.stem
        repeated = sum(1 for other in names if other == name)
        names.append(name.with_name(f"{name.name}_{repeated + 1}") if repeated else name)
    return names


def _print_result(result: "BatchResult", *, as_json: bool) -> None:
    import json

    from facestyle.cli.messages import print_result

    if as_json:
        status = "failed" if result.error else "skipped" if result.skipped else "done"
        record = {
            "input": str(result.source),
            "output": None if result.output is None else str(result.output),
            "status": status,
            "error": result.message or None,
            "seconds": round(result.seconds, 3),
            **result.facts,
        }
        print_result(json.dumps(record, ensure_ascii=False))
    elif result.error is None and not result.skipped:
        print_result(str(result.output))
