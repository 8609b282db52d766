"""`facestyle [stylize]`: redraw portraits in the style of the exemplars."""

import argparse
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from facestyle.cli import exit_codes, options, setting_options
from facestyle.cli.result_names import clip_names
from facestyle.cli.variants import Variant, each_planned, variants_of
from facestyle.methods import method_choices
from facestyle.pipeline.settings import StylizerSettings

if TYPE_CHECKING:
    from facestyle.exemplars import ExemplarSet
    from facestyle.io.images import InputFile
    from facestyle.pipeline.batch_report import BatchReport
    from facestyle.pipeline.presets import Preset
    from facestyle.pipeline.stills import StillStylizer
    from facestyle.pipeline.stylizer import Stylizer

USAGE = "INPUT... --exemplars LOOK|DIR... [-o PATH] [options]"
INTERRUPTED = (
    "finished results and the finished parts of clips are kept: the same command with "
    "--skip-existing goes on from there"
)
DESCRIPTION = """\
Redraw portraits in the style of a folder of stylized portraits of other people. Drawn and painted
looks take about three times as long as photographic ones (7.5 and 2.6 s a portrait on two cores).

  facestyle portrait.jpg --exemplars noir               writes portrait_noir.jpg beside it
  facestyle portrait.jpg --exemplars noir noir+warm     a result of each, the latter a blend
  facestyle *.jpg photos/ --exemplars looks/ -o out/    names and sub-folders are kept
  facestyle clip.mp4 --exemplars looks/                 writes clip_looks.mp4, sound kept
  facestyle photo.jpg --exemplars sketches/ --exemplar-photos sitters/
  facestyle photo.jpg --exemplars wave.jpg --method neural
  facestyle photo.jpg --model wave.safetensors          a network of `facestyle train`"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "inputs",
        nargs="*",
        metavar="INPUT",
        help="pictures, videos, globs, folders (searched recursively), frames/%%05d.png",
    )
    parser.add_argument(
        "--exemplars",
        type=Path,
        nargs="+",
        metavar="LOOK|DIR",
        help="a look that comes with facestyle ('facestyle looks' lists them), a folder of "
        "stylized portraits, or one such picture; several give a result each; noir+warm, or "
        "noir:2+warm:1, is a blend of two",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="PATH",
        help="a picture or video, or a folder for several (beside each input, INPUT_EXEMPLARS)",
    )
    parser.add_argument(
        "--exemplar-photos",
        type=Path,
        metavar="DIR",
        help="the photographs that the exemplars were made from, of the same stems",
    )
    _add_style(parser.add_argument_group("style"))
    setting_options.add_method_settings(parser)
    options.add_output_options(parser.add_argument_group("results"))
    options.add_video_options(parser.add_argument_group("videos"))
    batch = parser.add_argument_group("many inputs")
    options.add_batch_options(batch)
    batch.add_argument(
        "--explain",
        type=Path,
        metavar="DIR",
        help="also write a page and pictures of how each result came about",
    )
    batch.add_argument(
        "--draft",
        type=Path,
        metavar="FILE",
        help="a small picture of how far a neural optimization is, every few seconds",
    )


def _add_style(style: argparse._ArgumentGroup) -> None:
    """Add how the pictures are to look, whatever the method."""
    style.add_argument(
        "--method",
        choices=method_choices(),
        default="auto",
        help="energy for photographic looks, patch for drawings and paintings, neural for any "
        "picture (auto: by the exemplars)",
    )
    style.add_argument(
        "--preset",
        metavar="NAME|FILE",
        help=f"settings to begin with: {', '.join(_preset_names())}, or a .toml file",
    )
    style.add_argument(
        "--save-preset", type=Path, metavar="FILE", help="keep the method and all settings as .toml"
    )
    style.add_argument(
        "--strength",
        dest="strengths",
        action=options.KeepAmounts,
        type=options.amounts,
        metavar="0..1",
        help="amount of style; several, such as 0.3,0.6,1, give a result each (1)",
    )
    names = [name for name in StylizerSettings.options() if name != "strength"]
    setting_options.add_settings(style, StylizerSettings, names)
    _add_corrections(style)


def _add_corrections(group: argparse._ArgumentGroup) -> None:
    """Add what a user may know better than the analysis."""
    options.add_landmarks_file(group)
    group.add_argument(
        "--matte",
        type=Path,
        metavar="FILE",
        help="the person in white on black, of one input's size, where the one that is found is "
        "wrong (--explain writes that as mask.png: correct it in a painting program)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Stylize every input; return the exit code."""
    from facestyle.cli.messages import report_note
    from facestyle.cli.notices import warn_of_unknown_suffix
    from facestyle.cli.places import check_places
    from facestyle.cli.requests import check_found, check_request
    from facestyle.cli.running import check_corrections, parts_of, run_pairs
    from facestyle.cli.watching import file_facts, watch_folders
    from facestyle.io.images.formats import IMAGE_SUFFIXES
    from facestyle.kernels.ahead import MRF, load_ahead
    from facestyle.methods.choice import is_neural

    _sort_out_inputs(arguments)
    wanted = _wanted(arguments)
    check_request(arguments, wanted)
    if not is_neural(wanted.method, wanted.options):
        load_ahead(MRF)
    suffixes = IMAGE_SUFFIXES | clip_names().suffixes
    warn_of_unknown_suffix(arguments.output, suffixes)
    # names are planned first: reading exemplars takes seconds
    variants = variants_of(arguments, wanted)
    inputs = _expand(arguments, suffixes)
    planned = list(each_planned(arguments, variants, inputs))
    total = sum(len(pairs) for _, pairs in planned)
    check_found(inputs)
    check_places(arguments, [pair for _, pairs in planned for pair in pairs])
    check_corrections(arguments)
    stylizers = _make_stylizers(arguments, variants)
    work = parts_of(stylizers, planned)
    before = file_facts(item.path for item in inputs) if arguments.watch else {}
    with _report(arguments.report, variants, stylizers) as report:
        counts = run_pairs(arguments, work, report)
        if arguments.save_preset is not None and counts.failed < total:
            _save_preset(arguments.save_preset, stylizers[0])
        if arguments.watch:
            before |= file_facts(output for part in work for _, output in part.pairs)

            def again(new: "list[InputFile]") -> None:
                planned = each_planned(arguments, variants, new)
                run_pairs(arguments, parts_of(stylizers, planned), report)

            folders = ", ".join(arguments.inputs)
            report_note(f"watching {folders}; Ctrl-C ends it", quiet=arguments.quiet)
            watch_folders([Path(name) for name in arguments.inputs], suffixes, again, before)
    return exit_codes.from_counts(done=total - counts.failed, failed=counts.failed)


def _report(
    path: Path | None, variants: Sequence[Variant], stylizers: "Sequence[StillStylizer]"
) -> "AbstractContextManager[BatchReport | None]":
    """The page that is asked for, or nothing."""
    if path is None:
        return nullcontext()
    from facestyle.pipeline.batch_report import BatchReport

    methods = dict.fromkeys(s.method.name.replace("_", "-") for s in stylizers)
    looks = ", ".join(variant.label for variant in variants)
    return BatchReport(path, f"{looks} ({', '.join(methods)})")


def _sort_out_inputs(arguments: argparse.Namespace) -> None:
    """Tell exemplars from inputs where the inputs come last: ``--exemplars noir a.jpg b.jpg``."""
    from facestyle.errors import UsageError

    if not arguments.inputs and len(arguments.exemplars or ()) > 1:
        arguments.inputs = [str(path) for path in arguments.exemplars[1:]]
        arguments.exemplars = arguments.exemplars[:1]
    if not arguments.inputs:
        raise UsageError("found no input; name it first: facestyle portrait.jpg --exemplars noir")


def _save_preset(path: Path, stylizer: "StillStylizer") -> None:
    """Keep the look that was used: the method, and all its settings."""
    from facestyle.pipeline.presets import shared_settings, write_preset

    method = stylizer.method
    write_preset(path, method.name, shared_settings(stylizer.settings, method.settings))


def _wanted(arguments: argparse.Namespace) -> "Preset":
    """The method and the settings: those given on the command line over those of the preset."""
    from facestyle.pipeline.presets import Preset, find_preset

    begun = Preset() if arguments.preset is None else find_preset(arguments.preset)
    method = begun.method if arguments.method == "auto" else arguments.method
    given = setting_options.given_settings(arguments, StylizerSettings)
    return Preset(method, begun.options | given)


def _expand(arguments: argparse.Namespace, suffixes: frozenset[str]) -> "list[InputFile]":
    from facestyle.cli.requests import check_kinds
    from facestyle.errors import UsageError
    from facestyle.io.images import expand_inputs
    from facestyle.io.videos import is_clip

    inputs = expand_inputs(arguments.inputs, suffixes=suffixes)
    if arguments.watch:  # an empty folder stands for itself; what comes into it is told of
        inputs = [item for item in inputs if not item.path.is_dir()]
    check_kinds(arguments, [is_clip(item.path) for item in inputs])
    for name in ("landmarks_file", "matte"):
        given = getattr(arguments, name)
        if given is not None and len(inputs) != 1:
            raise UsageError(
                f"--{name.replace('_', '-')} {given}: belongs to one input, "
                f"but there are {len(inputs)}. Run them one by one."
            )
    return inputs


def _make_stylizers(
    arguments: argparse.Namespace, variants: list[Variant]
) -> "list[StillStylizer]":
    """One for each variant; those of one look share its prepared exemplars."""
    from facestyle.cli.messages import about_look

    made: dict[Path | None, Stylizer] = {}
    stylizers: list[StillStylizer] = []
    for variant in variants:
        if variant.exemplars in made:
            strength = variant.wanted.options["strength"]
            stylizers.append(made[variant.exemplars].replaced(strength=strength))
        else:
            with about_look(variant.label if len(variants) > 1 else ""):
                made[variant.exemplars] = _make_stylizer(arguments, variant)
            stylizers.append(made[variant.exemplars])
    return stylizers


def _make_stylizer(arguments: argparse.Namespace, variant: Variant) -> "Stylizer":
    from facestyle.cli.messages import report_note
    from facestyle.cli.notices import warn_of_exemplars, warn_of_model
    from facestyle.kernels.ahead import BY_METHOD, load_ahead
    from facestyle.methods.choice import is_neural
    from facestyle.pipeline.blending import is_blend
    from facestyle.pipeline.stylizer import Stylizer, read_exemplars

    wanted = variant.wanted
    exemplars: ExemplarSet | Path | None = variant.exemplars
    if variant.exemplars is not None and not is_blend(variant.exemplars):
        exemplars = read_exemplars(
            variant.exemplars,
            wanted.method,
            wanted.options,
            photos=arguments.exemplar_photos,
            landmarks=wanted.options.get("landmarks", "auto"),
        )
        if not is_neural(wanted.method, wanted.options):
            warn_of_exemplars(exemplars)
    stylizer = Stylizer(exemplars, method=wanted.method, **wanted.options)
    warn_of_model(wanted.options.get("model"))
    if arguments.jobs == 1:  # several processes compile for themselves
        load_ahead(BY_METHOD.get(stylizer.method.name, ()))
    if wanted.method == "auto":
        report_note(f"method: {stylizer.method_reason}", quiet=arguments.quiet)
    return stylizer


def _preset_names() -> tuple[str, ...]:
    from facestyle.pipeline.presets import preset_names

    return preset_names()
