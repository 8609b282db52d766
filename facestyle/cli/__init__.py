"""The command `facestyle`: chooses the verb, sets up messages, turns errors into exit codes.

Nothing heavy is imported before the arguments are parsed, so that `--help` answers at once.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from facestyle.cli import exit_codes
from facestyle.cli.options import add_message_options
from facestyle.cli.streams import flush_streams, prepare_streams, write_line
from facestyle.cli.suggestions import SuggestingParser, mistyped_verb

# A verb is a module of this package: USAGE, DESCRIPTION, add_arguments(parser), run(arguments); and
# INTERRUPTED, what is said after Ctrl-C.
VERBS = {
    "stylize": "redraw portraits in the style of the exemplars (the default)",
    "looks": "list the looks that come with facestyle",
    "sheet": "show one portrait in many looks, on a page or a picture",
    "exemplars": "check a folder of exemplars: what is usable, what would make it better",
    "landmarks": "write or draw the 68 points of a face, to be corrected by hand",
    "lut": "write the tones of a look as a .cube table for other programs",
    "cache": "say where the cache is and how large, or clear it",
    "train": "train a network that redraws any picture in one style",
    "serve": "a web page on this computer: drop a portrait, pick a look, compare, download",
    "guides": "write position, appearance and segmentation guides for EbSynth",
    "evaluate": "judge a folder of results, of any method, against true pictures",
    "completion": "print what makes bash, zsh or fish complete verbs and options",
    "man": "print the manual page",
}
DEFAULT_VERB = "stylize"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program's name; those of the process by default.

    Returns
    -------
    int
        0 all done, 1 some inputs failed, 2 usage, 3 nothing could be processed, 130 interrupted.
    """
    # before NumPy is loaded: on the small systems here OpenBLAS's threads only wait for each other
    # (200 unknowns: .6 ms on one thread, 3 ms on two, 130 ms on two of a busy machine)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    prepare_streams()
    arguments = list(sys.argv[1:] if argv is None else argv)
    likely = None if arguments[:1] and arguments[0] in VERBS else mistyped_verb(arguments, VERBS)
    if likely is not None:
        write_line(
            f"facestyle: error: {arguments[0]}: no such verb or file; did you mean "
            f"'facestyle {likely}'?",
            sys.stderr,
        )
        return exit_codes.USAGE
    verb = arguments.pop(0) if arguments and arguments[0] in VERBS else DEFAULT_VERB
    module = _module(verb)
    try:
        parsed = build_parser(verb).parse_known(arguments)
    except SystemExit as stop:  # argparse has printed the help, the version or what is wrong
        flush_streams()
        return int(stop.code or 0)
    code = _run(module, parsed)
    flush_streams()
    return code


def build_parser(verb: str) -> SuggestingParser:
    """The parser of a verb, which its help, completion and manual page are made from.

    Parameters
    ----------
    verb : str
        One of `VERBS`.

    Returns
    -------
    SuggestingParser
    """
    module = _module(verb)
    is_default = verb == DEFAULT_VERB
    verbs = "\n".join(f"  {name:<12}{purpose}" for name, purpose in VERBS.items())
    program = "facestyle" if is_default else f"facestyle {verb}"
    parser = SuggestingParser(
        prog=program,
        usage=f"{program} {module.USAGE}",
        description=module.DESCRIPTION,
        epilog=f"verbs:\n{verbs}\n\n'facestyle VERB --help' explains each." if is_default else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    module.add_arguments(parser)
    add_message_options(parser)
    return parser


def _module(verb: str) -> ModuleType:
    return importlib.import_module(f"facestyle.cli.{verb}")


def _run(module: ModuleType, arguments: argparse.Namespace) -> int:
    from facestyle.cli.messages import report_error, set_up_messages
    from facestyle.errors import FacestyleError, UsageError

    def spelled(message: str) -> str:
        from facestyle.cli.setting_options import with_option_names

        return with_option_names(message, arguments)

    set_up_messages(quiet=arguments.quiet, verbose=arguments.verbose, spelled=spelled)
    try:
        return int(module.run(arguments))
    except UsageError as error:
        report_error(str(error))
        return exit_codes.USAGE
    except FacestyleError as error:
        report_error(str(error))
        return exit_codes.NOTHING_DONE
    except KeyboardInterrupt:
        how = getattr(module, "INTERRUPTED", "nothing was written")
        report_error(f"interrupted; {how}")
        return exit_codes.INTERRUPTED
