"""`facestyle man`: print the manual page."""

import argparse

from facestyle.cli import exit_codes

USAGE = ""
DESCRIPTION = """\
Print the manual page, of all verbs.

  facestyle man > facestyle.1 && man ./facestyle.1
  facestyle man > ~/.local/share/man/man1/facestyle.1"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments: none."""


def run(arguments: argparse.Namespace) -> int:
    """Print the page; return the exit code."""
    from facestyle.cli.manual_page import manual_page
    from facestyle.cli.messages import print_result

    print_result(manual_page())
    return exit_codes.ALL_DONE
