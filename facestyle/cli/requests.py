"""What `facestyle stylize` is asked for is checked before any work."""

import argparse
import os
from collections.abc import Sequence
from logging import getLogger
from pathlib import Path
from typing import TYPE_CHECKING

from facestyle.pipeline.settings import split_options

if TYPE_CHECKING:
    from facestyle.io.images import InputFile
    from facestyle.pipeline.presets import Preset


def check_request(arguments: argparse.Namespace, wanted: "Preset") -> None:
    """Refuse what cannot be done whatever the exemplars are.

    Parameters
    ----------
    arguments : argparse.Namespace
        Of the verb stylize.
    wanted : Preset
        The method and the settings.

    Raises
    ------
    FacestyleError
    """
    several = len(arguments.exemplars or ()) > 1 or len(arguments.strengths or ()) > 1
    from facestyle.compositing.background import parse_background
    from facestyle.errors import UsageError
    from facestyle.methods.choice import check_before_choice, is_neural
    from facestyle.neural.dependencies import require_torch
    from facestyle.pipeline.presets import check_preset_file

    _check_pages(arguments, wanted)
    _check_draft(arguments, wanted)
    if arguments.save_preset is not None and several:
        raise UsageError(
            f"--save-preset {arguments.save_preset}: keeps one look; give one of --exemplars and "
            "one --strength"
        )
    if arguments.save_preset is not None:
        # the run that is taken up again writes the same preset
        replaced = arguments.overwrite or arguments.skip_existing
        check_preset_file(arguments.save_preset, overwrite=replaced)
    settings, own = split_options(wanted.options)
    parse_background(settings.background)
    check_before_choice(wanted.method, own)
    if arguments.exemplars is None and own.get("model") is None:
        raise UsageError("--exemplars is required (or --model, for a trained network)")
    method = wanted.method.replace("_", "-")
    if is_neural(wanted.method, own):
        require_torch()  # once, not for each picture
        _check_device(arguments, own.get("device", "cpu"))
        method = "neural"
    if arguments.exemplar_photos is None and method == "patch-paired":
        raise UsageError("--method patch-paired needs --exemplar-photos DIR")
    if arguments.exemplar_photos is not None and method in ("energy", "patch-unpaired", "neural"):
        raise UsageError(f"--exemplar-photos belongs to --method patch, not to {method}")


def _check_device(arguments: argparse.Namespace, device: str) -> None:
    """Refuse a device that this machine does not have; a cluster's machines may have it."""
    if arguments.cluster is None:
        from facestyle.neural.device import choose_device

        choose_device(device)


def check_kinds(arguments: argparse.Namespace, clips: Sequence[bool]) -> None:
    """Refuse what no input can have, before exemplars are read; say what has no effect.

    Where pictures and clips come together each has its own, and a clip that cannot have what was
    asked for says so without stopping the others.

    Parameters
    ----------
    arguments : argparse.Namespace
        Of the verb stylize.
    clips : sequence of bool
        Of each input, whether it is a clip.

    Raises
    ------
    UsageError
    """
    from facestyle.errors import UsageError

    if arguments.draft is not None and any(clips):
        raise UsageError(
            f"--draft {arguments.draft}: of pictures only; --preview 3 shows how a clip begins"
        )
    if arguments.watch or not clips:
        return  # who knows what will come
    given = vars(arguments)
    if all(clips):
        for name in ("max_size", "explain", "landmarks_file", "matte"):
            if given[name] is not None:
                option = name.replace("_", "-")
                raise UsageError(
                    f"--{option} {given[name]}: is for pictures, and what is to be stylized is a "
                    "video; leave it out"
                )
    elif not any(clips):
        for name in ("start", "end", "preview", "flow"):
            if given[name] is not None:
                getLogger(__name__).warning(
                    "--%s: has no effect, for there is no video among the inputs", name
                )


def _check_pages(arguments: argparse.Namespace, wanted: "Preset") -> None:
    """Refuse pages that could not be written."""
    from facestyle.cli.sheet_files import is_page
    from facestyle.errors import UsageError
    from facestyle.methods.choice import is_neural
    from facestyle.pipeline.blending import is_blend

    if arguments.report is not None and not is_page(arguments.report):
        raise UsageError(f"--report {arguments.report}: is a page; call it .html")
    if arguments.explain is None:
        return
    blends = [str(given) for given in arguments.exemplars or () if is_blend(given)]
    if blends:
        raise UsageError(f"--explain: a blend is not explained; explain the looks of {blends[0]}")
    if is_neural(wanted.method, split_options(wanted.options)[1]):
        raise UsageError("--explain: method neural has nothing to explain; leave it out")


def _check_draft(arguments: argparse.Namespace, wanted: "Preset") -> None:
    """Refuse a draft that could not be written, or would be a result or an input."""
    from facestyle.errors import UsageError
    from facestyle.io.images.formats import WRITABLE_SUFFIXES
    from facestyle.methods.choice import is_neural

    if arguments.draft is None:
        return
    own = split_options(wanted.options)[1]
    if not is_neural(wanted.method, own) or own.get("model") is not None:
        raise UsageError(
            f"--draft {arguments.draft}: only --method neural with --exemplars makes drafts"
        )
    if arguments.draft.suffix.lower() not in WRITABLE_SUFFIXES:
        kinds = " or ".join(sorted(WRITABLE_SUFFIXES))
        raise UsageError(f"--draft {arguments.draft}: is a picture; call it {kinds}")
    taken = [*(arguments.inputs or ()), *([arguments.output] if arguments.output else [])]
    if any(arguments.draft.resolve() == Path(name).resolve() for name in taken):
        raise UsageError(f"--draft {arguments.draft}: is an input or the result; name another file")


def check_found(inputs: Sequence["InputFile"]) -> None:
    """Refuse inputs of which there is none, before exemplars are read.

    Parameters
    ----------
    inputs : sequence of InputFile
        Where some are there, the others are told of in their turn.

    Raises
    ------
    ImageError
    """
    from facestyle.errors import ImageError

    named = [item.path for item in inputs if "%" not in item.path.name]  # frames have no one name
    missing = [path for path in named if not os.path.lexists(path)]
    if missing and len(missing) == len(inputs):
        others = f"; {len(missing) - 1} more missing" if len(missing) > 1 else ""
        raise ImageError(f"{missing[0]}: there is no such file{others}. Check the name.")
