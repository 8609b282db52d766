"""One run, several results of each input: looks, and strengths."""

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facestyle.io.images import InputFile
    from facestyle.pipeline.presets import Preset


@dataclass(frozen=True)
class Variant:
    """One of the results that each input has.

    Attributes
    ----------
    exemplars : Path or None
        Look, folder or picture; None where a trained network is used.
    wanted : Preset
        The method and the settings.
    label : str
        What its results are called after the input's name.
    """

    exemplars: Path | None
    wanted: "Preset"
    label: str


def variants_of(arguments: argparse.Namespace, wanted: "Preset") -> list[Variant]:
    """Every look at every strength, in the order typed.

    Parameters
    ----------
    arguments : argparse.Namespace
        Of the verb stylize.
    wanted : Preset
        What holds for all.

    Returns
    -------
    list of Variant

    Raises
    ------
    UsageError
        If two would be called the same.
    """
    from facestyle.errors import UsageError
    from facestyle.looks import name_of

    found: list[Variant] = []
    for exemplars in arguments.exemplars or [None]:
        # a blend's shares, noir:2+warm:1, would be no file's name everywhere
        label = name_of(exemplars or wanted.options["model"]).replace(":", "-")
        for strength in arguments.strengths or [None]:
            options = wanted.options if strength is None else {"strength": strength}
            swept = len(arguments.strengths or ()) > 1
            found.append(
                Variant(
                    exemplars,
                    replace(wanted, options=wanted.options | options),
                    f"{label}_{strength:g}" if swept else label,
                )
            )
    labels = [variant.label for variant in found]
    for variant in found:
        if labels.count(variant.label) > 1:
            raise UsageError(
                f"--exemplars: two looks are called '{variant.label}', and so would their results "
                "be; rename a folder, or run them one by one"
            )
    return found


def apart(
    pairs: "list[tuple[InputFile, Path]]", arguments: argparse.Namespace, label: str
) -> "list[tuple[InputFile, Path]]":
    """Name the results of several variants in one output folder so that they do not meet.

    Parameters
    ----------
    pairs : list of (InputFile, Path)
        As planned for one variant.
    arguments : argparse.Namespace
        Of the verb stylize.
    label : str
        The variant's.

    Raises
    ------
    UsageError
        If the output is one file.
    """
    from facestyle.errors import UsageError

    if arguments.output is None:  # named after the label anyway
        return pairs
    if any(os.fspath(path) == arguments.output for _, path in pairs):
        raise UsageError(
            f"-o {arguments.output}: names one file, but there are several looks or strengths. "
            "Name a folder instead."
        )
    return [(item, _labeled(path, label)) for item, path in pairs]


def in_format(
    pairs: "list[tuple[InputFile, Path]]", suffix: str | None, asked: str | None = None
) -> "list[tuple[InputFile, Path]]":
    """Give the results of pictures, or those of clips, another format.

    Parameters
    ----------
    pairs : list of (InputFile, Path)
    suffix : str or None
        Such as ".webp" or ".gif"; None changes nothing.
    asked : str, optional
        The output that was asked for.

    Raises
    ------
    UsageError
        If it fits no input, two results would be called the same, an input would be overwritten,
        or the output that was asked for has a format of its own.
    """
    from facestyle.errors import UsageError
    from facestyle.io.videos import WRITABLE_VIDEO_SUFFIXES, is_sequence

    if suffix is None:
        return pairs
    if any(os.fspath(path) == asked for _, path in pairs):
        raise UsageError(f"--format: -o {asked} names a format already; leave one of them out")
    for_clips = suffix in WRITABLE_VIDEO_SUFFIXES
    changed = []
    for item, path in pairs:
        clip = path.suffix.lower() in WRITABLE_VIDEO_SUFFIXES
        fits = clip == for_clips and not is_sequence(path)
        changed.append((item, path.with_suffix(suffix) if fits else path))
    if all(path == planned for (_, path), (_, planned) in zip(changed, pairs, strict=True)):
        found = {path.suffix.lower() for _, path in pairs}
        if found - {suffix}:
            kind = "videos" if for_clips else "pictures"
            raise UsageError(f"--format {suffix[1:]}: is of {kind}, but no input is one")
    taken = {item.path.resolve(): item for item, _ in changed}
    for item, path in changed:
        other = taken.setdefault(path.resolve(), item)
        if other is not item or path.resolve() == item.path.resolve():
            raise UsageError(
                f"--format: the result for {item.path} would be written to {path}, which is "
                f"{other.path} or its result; choose another place with -o"
            )
    return changed


def each_planned(
    arguments: argparse.Namespace, variants: list[Variant], inputs: "list[InputFile]"
) -> Iterator[tuple[Variant, "list[tuple[InputFile, Path]]"]]:
    """Every variant with each input and the name of its result.

    Parameters
    ----------
    arguments : argparse.Namespace
        Of the verb stylize.
    variants : list of Variant
    inputs : list of InputFile

    Yields
    ------
    (Variant, list of (InputFile, Path))
    """
    from facestyle.cli.result_names import clip_names, named_as_clips
    from facestyle.io.images import plan_outputs

    for variant in variants:
        transparent = variant.wanted.options.get("background") == "transparent"
        pairs = plan_outputs(
            inputs,
            arguments.output,
            variant.label,
            needs_alpha=transparent,
            clips=clip_names(),
            may_be_none=arguments.watch,
        )
        pairs = in_format(pairs, arguments.format, arguments.output)
        pairs = named_as_clips(pairs, arguments.output, transparent)
        yield variant, pairs if len(variants) == 1 else apart(pairs, arguments, variant.label)


def _labeled(path: Path, label: str) -> Path:
    """A result's name with its variant's label; of a sequence, its folder's name."""
    from facestyle.io.videos import is_sequence

    if is_sequence(path):
        return path.parent.with_name(f"{path.parent.name}_{label}") / path.name
    return path.with_stem(f"{path.stem}_{label}")
