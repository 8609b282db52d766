"""The manual page in roff, made from the same parsers as the help texts.

Libraries that write manual pages from a parser expect one with sub-commands; here every verb has a
parser of its own, and the first one is left out when typing.
"""

from __future__ import annotations

import argparse

from facestyle import __version__

_AFTER = """\
.SH EXIT STATUS
.TP
0
All was done.
.TP
1
Some inputs failed; the others are done.
.TP
2
Wrong usage.
.TP
3
Nothing could be processed.
.TP
130
Interrupted.
.SH ENVIRONMENT
.TP
.B FACESTYLE_CACHE
Folder of what is kept of exemplars between runs.
.TP
.B FACESTYLE_MAX_PIXELS
Pixels that a picture may have.
.TP
.B FACESTYLE_MAX_BYTES
Memory that a picture may take while it is read.
.TP
.B FACESTYLE_MAX_FRAME_PIXELS
Pixels that a frame of a video may have."""


def manual_page() -> str:
    """The page as roff.

    Returns
    -------
    str
    """
    from facestyle.cli import DEFAULT_VERB, VERBS, build_parser

    parsers = {verb: build_parser(verb) for verb in VERBS}
    lines = [f'.TH FACESTYLE 1 "" "facestyle {__version__}" "User Commands"', ".SH NAME"]
    lines += [
        "facestyle \\- redraw portraits in the style of a folder of portraits",
        ".SH SYNOPSIS",
    ]
    for parser in parsers.values():
        usage = (parser.usage or "").removeprefix(parser.prog).strip()
        lines += [f".B {_text(parser.prog)}", *([_text(usage)] if usage else []), ".br"]
    lines[-1:] = [".SH DESCRIPTION", *_block(parsers[DEFAULT_VERB].description)]
    for verb, purpose in VERBS.items():
        parser = parsers[verb]
        lines += [f".SH {_text(parser.prog.upper())}", f"{_text(_sentence(purpose))}"]
        if verb != DEFAULT_VERB:
            lines += _block(parser.description)
        for group in parser._action_groups:
            lines += _group(group, parser)
    return "\n".join([*lines, _AFTER])


def _group(group: argparse._ArgumentGroup, parser: argparse.ArgumentParser) -> list[str]:
    actions = [action for action in group._group_actions if action.help != argparse.SUPPRESS]
    if not actions:
        return []
    lines = [f".SS {_text(_sentence(group.title or ''))}"]
    for action in actions:
        value = _value(action, parser)
        names = [f"\\fB{_text(flag)}\\fR" for flag in action.option_strings]
        said = ", ".join(names) + (f" \\fI{_text(value)}\\fR" if value else "")
        lines += [".TP", said.strip(), _text(_help(action, parser))]
    return lines


def _value(action: argparse.Action, parser: argparse.ArgumentParser) -> str:
    if action.nargs == 0:
        return ""
    if action.choices and not action.metavar:
        return "{" + ",".join(map(str, action.choices)) + "}"
    return parser._get_formatter()._format_args(action, action.dest.upper())


def _help(action: argparse.Action, parser: argparse.ArgumentParser) -> str:
    text = (action.help or "") % (vars(action) | {"prog": parser.prog})
    return _sentence(" ".join(text.split()))


def _block(description: str | None) -> list[str]:
    """A description; its indented lines, which are commands, as they stand."""
    lines, in_example = [], False
    for line in (description or "").splitlines():
        if line.startswith("  ") != in_example:
            in_example = not in_example
            lines.append(".PP\n.nf" if in_example else ".fi")
        if line.strip():
            lines.append(_text(line))
    return [*lines, ".fi"] if in_example else lines


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _text(text: str) -> str:
    """Text as roff shows it: a hyphen is a minus, a dot does not begin a command."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped[:1] in (".", "'") else escaped
