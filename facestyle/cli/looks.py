"""`facestyle looks`: list the looks that come with facestyle."""

import argparse
from typing import TYPE_CHECKING, Any

from facestyle.cli import exit_codes

if TYPE_CHECKING:
    from facestyle.looks import Look

USAGE = "[LOOK...] [--json]"
DESCRIPTION = """\
List the looks that come with facestyle: medium, number and size of their pictures, terms, and a
thumbnail's path. With names: every picture and its terms. Drawn and painted looks take about three
times as long as photographic ones (pencil 7.5 s, noir 2.6 s a portrait on two cores).

  facestyle looks
  facestyle looks noir
  facestyle portrait.jpg --exemplars noir"""


_FAST = "photograph"  # medium


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("names", nargs="*", metavar="LOOK", help="only these, in detail")


def run(arguments: argparse.Namespace) -> int:
    """List the looks; return the exit code."""
    from facestyle.cli.messages import print_result, report_note, to_json
    from facestyle.errors import ExemplarError
    from facestyle.looks import bundled_looks, find_look, looks_folder
    from facestyle.neural.model_names import bundled_models

    trained = bundled_models()
    for name in arguments.names:
        if name in trained and name not in bundled_looks():
            raise ExemplarError(f"{name}: a trained style, not a look; give it as --model {name}")
    looks = [find_look(name) for name in arguments.names] or list(bundled_looks().values())
    if not looks:
        raise ExemplarError(
            f"{looks_folder()}: no looks are there; install facestyle again: "
            "pip install --force-reinstall --no-deps facestyle"
        )
    for look in looks:
        if arguments.json:
            print_result(to_json(_record(look)))
        else:
            print_result(_lines(look, in_detail=bool(arguments.names)))
    quiet = arguments.quiet or arguments.json
    if len({look.medium == _FAST for look in looks}) > 1:
        slow = "drawings, paintings and prints"
        report_note(f"{slow} take about three times as long as {_FAST}s", quiet=quiet)
    if not arguments.names:
        note = f"trained styles, without exemplars (--model): {', '.join(trained)}"
        report_note(note, quiet=quiet)
    return exit_codes.ALL_DONE


def _record(look: "Look") -> dict[str, Any]:
    return {
        "name": look.name,
        "medium": look.medium,
        "summary": look.summary,
        "folder": str(look.folder),
        "thumbnail": str(look.thumbnail),
        "pictures": len(look.pictures),
        "size": list(look.size),
        "bytes": look.bytes,
        "license": look.license,
        "licenses": look.licenses,
    }


def _lines(look: "Look", *, in_detail: bool) -> str:
    width, height = look.size
    lines = [
        f"{look.name:<12}{look.summary}",
        f"{'':<12}{len(look.pictures)} {look.medium}s of {width} x {height} px, "
        f"{look.bytes / 1e6:.1f} MB; {look.license}",
        f"{'':<12}{look.thumbnail}",
    ]
    if in_detail:
        lines += [f"{'':<12}{path}: {look.licenses[path.name]}" for path in look.pictures]
    return "\n".join(lines)
