"""`facestyle serve`: a web page on this computer."""

import argparse
from pathlib import Path

from facestyle.cli import exit_codes

USAGE = "[--looks DIR ...]"
DESCRIPTION = """\
Serve a web page on this computer: drop a portrait, pick a look by its thumbnail or drop exemplars,
turn the dials, compare, download. Pictures stay on this computer; visitors see their own alone.

  facestyle serve"""
INTERRUPTED = "the page is closed and its visitors' files are deleted"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "--looks",
        type=Path,
        nargs="+",
        default=[],
        metavar="DIR",
        help="folders with a sub-folder of exemplars for each look, beside those that come along",
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="listen here (127.0.0.1: only this computer; 0.0.0.0: whoever can reach it)",
    )
    parser.add_argument(
        "--port", type=int, default=8000, metavar="N", help="0 takes any free one (8000)"
    )
    parser.add_argument("--open", action="store_true", help="open the page in the browser")


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted; return the exit code."""
    import webbrowser

    from facestyle.cli.messages import report_note
    from facestyle.errors import UsageError
    from facestyle.web.server import serve

    for folder in arguments.looks:
        if not folder.is_dir():
            raise UsageError(f"--looks {folder}: there is no such folder")
    if not 0 <= arguments.port <= 65535:
        raise UsageError(f"--port {arguments.port}: expected a number from 0 to 65535")

    def started(address: str) -> None:
        report_note(f"the page is at {address} (end with Ctrl-C)", quiet=arguments.quiet)
        if arguments.open:
            webbrowser.open(address)

    serve(arguments.looks, host=arguments.host, port=arguments.port, started=started)
    return exit_codes.ALL_DONE
