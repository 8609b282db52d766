"""Completion scripts of three shells.

Libraries that write such scripts from a parser (shtab, argcomplete) expect sub-commands; they
cannot say that the first word may be a verb or, as for most users, a picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from facestyle.cli.words import OptionWords, VerbWords

_BASH = """\
# facestyle completion for bash
_facestyle() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}} verb={default}
    local words='' paths=yes
    case ${{COMP_WORDS[1]}} in
        {verbs}) [ "$COMP_CWORD" -gt 1 ] && verb=${{COMP_WORDS[1]}} ;;
    esac
    case "$verb $prev" in
{values}
        *)
            case "$verb $cur" in
{options}
            esac
            [ "$COMP_CWORD" -eq 1 ] && [[ "$cur" != -* ]] && words="{first}"
            [[ "$cur" == -* ]] && paths='' ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    if [ -n "$paths" ]; then
        local files
        mapfile -t files < <(compgen -f -- "$cur")
        if [ "${{#files[@]}}" -gt 0 ]; then
            compopt -o filenames
            COMPREPLY+=("${{files[@]}}")
        fi
    fi
}}
complete -F _facestyle facestyle"""


def bash(verbs: Sequence[VerbWords]) -> str:
    """The script for bash.

    Parameters
    ----------
    verbs : sequence of VerbWords
        The default verb first.

    Returns
    -------
    str
    """
    values, options = [], []
    for verb in verbs:
        for option in verb.options:
            if option.takes_value:
                case = "|".join(f"'{verb.name} {flag}'" for flag in option.flags)
                values.append(_bash_case(case, option.values, paths=option.is_path, deep=8))
        flags = [flag for option in verb.options for flag in option.flags]
        options.append(_bash_case(f"'{verb.name} -'*", flags, paths=False, deep=16))
        rest = f"'{verb.name} '*"
        options.append(_bash_case(rest, verb.values, paths=verb.takes_paths, deep=16))
    others = [verb.name for verb in verbs]
    return _BASH.format(
        default=verbs[0].name,
        verbs="|".join(others),
        first=" ".join(others),
        values="\n".join(values),
        options="\n".join(options),
    )


def _bash_case(case: str, words: Iterable[str], *, paths: bool, deep: int) -> str:
    said = f"words='{' '.join(words)}'" + ("" if paths else " paths=''")
    return f"{' ' * deep}{case}) {said} ;;"


def zsh(verbs: Sequence[VerbWords]) -> str:
    """The script for zsh.

    Parameters
    ----------
    verbs : sequence of VerbWords
        The default verb first.

    Returns
    -------
    str
    """
    lines = ["#compdef facestyle", "_facestyle() {", "  local -a verbs=("]
    lines += [f"    {_quoted(verb.name + ':' + _plain(verb.purpose))}" for verb in verbs]
    lines += ["  )", "  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then"]
    lines += ["    _describe -t verbs verb verbs", "    _files", "    return", "  fi"]
    lines += ["  case $words[2] in"]
    for verb in verbs[1:]:
        lines += [f"    {verb.name}) shift words; (( CURRENT-- )); _arguments \\"]
        lines += [*_zsh_arguments(verb), "      ;;"]
    lines += [f"    {verbs[0].name}) shift words; (( CURRENT-- )) ;|"]
    lines += ["    *) _arguments \\", *_zsh_arguments(verbs[0]), "      ;;", "  esac", "}"]
    lines += ['if [ "$funcstack[1]" = "_facestyle" ]; then _facestyle "$@"']
    return "\n".join([*lines, "else compdef _facestyle facestyle; fi"])


def _zsh_arguments(verb: VerbWords) -> list[str]:
    specs = []
    for option in verb.options:
        value = f":value:{_zsh_values(option.values, option.is_path)}" if option.takes_value else ""
        specs += [f"{flag}[{_plain(option.help)}]{value}" for flag in option.flags]
    specs.append(f"*:value:{_zsh_values(verb.values, verb.takes_paths)}")
    lines = [f"      {_quoted(spec)} \\" for spec in specs]
    return [*lines[:-1], lines[-1].removesuffix(" \\")]


def _zsh_values(values: Sequence[str], is_path: bool) -> str:
    words = " ".join(values)
    if not is_path:
        return f"({words})" if values else " "
    return f"{{compadd -- {words}; _files}}" if values else "_files"


def fish(verbs: Sequence[VerbWords]) -> str:
    """The script for fish.

    Parameters
    ----------
    verbs : sequence of VerbWords
        The default verb first.

    Returns
    -------
    str
    """
    others = " ".join(verb.name for verb in verbs[1:])
    lines = ["# facestyle completion for fish"]
    for verb in verbs:
        lines.append(
            f"complete -c facestyle -n __fish_is_first_arg -a {verb.name} "
            f"-d {_quoted(verb.purpose)}"
        )
    for index, verb in enumerate(verbs):
        seen = f"__fish_seen_subcommand_from {verb.name if index else others}"
        condition = _quoted(seen if index else f"not {seen}")
        if verb.values:
            words = _quoted(" ".join(verb.values))
            files = "" if verb.takes_paths else "-f "
            lines.append(f"complete -c facestyle -n {condition} {files}-a {words}")
        for option in verb.options:
            lines.append(f"complete -c facestyle -n {condition} {_fish_option(option)}")
    return "\n".join(lines)


def _fish_option(option: OptionWords) -> str:
    parts = []
    for flag in option.flags:
        parts.append(f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}")
    if option.takes_value:
        parts.append("-r" if option.is_path else "-x")
    if option.values:
        parts.append(f"-a {_quoted(' '.join(option.values))}")
    return " ".join([*parts, f"-d {_quoted(option.help)}"])


def _plain(text: str) -> str:
    """A help text without what zsh reads as its own signs."""
    for sign, plain in (("[", "("), ("]", ")"), ("\\", "/"), (":", "\\:"), ("'", "’")):
        text = text.replace(sign, plain)
    return text


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
