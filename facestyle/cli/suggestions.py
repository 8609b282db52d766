"""What a mistyped verb or option may have meant."""

import argparse
import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

_LIKENESS = 0.75  # of difflib: "exemplar" is .94 like "exemplars"


class SuggestingParser(argparse.ArgumentParser):
    """A parser that names the options a mistyped one may have meant."""

    def parse_known(self, arguments: list[str]) -> argparse.Namespace:
        """Parse all arguments, or say what is wrong and exit."""
        self._given = arguments
        parsed, unknown = self.parse_known_args(arguments)
        if unknown:
            self.error(self._unknown(unknown))
        return parsed

    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line, without the list of all options, and exit."""
        if "are required" in message:  # perhaps one is there, mistyped
            flags = (argument.split("=")[0] for argument in self._given)
            known = self._option_string_actions
            unknown = [f for f in flags if f.startswith("--") and f != "--" and f not in known]
            message += f"; {self._unknown(unknown)}" if unknown else ""
        self.exit(2, f"facestyle: error: {message} ('{self.prog} --help' lists all options)\n")

    def _unknown(self, arguments: list[str]) -> str:
        said = []
        for argument in arguments:
            if not argument.startswith("-"):
                said.append(f"unexpected argument '{argument}'")
                continue
            flag = argument.split("=")[0]
            if Path(argument).is_file():
                said.append(f"{argument} would be an option; the file is ./{argument}")
                continue
            likely = nearest(flag, self._option_string_actions)
            said.append(f"no such option {flag}" + (f"; did you mean {likely}?" if likely else ""))
        return ", ".join(said)


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The word most like another one, if any is."""
    likely = difflib.get_close_matches(word, list(words), 1, _LIKENESS)
    return likely[0] if likely else None


def mistyped_verb(arguments: list[str], verbs: Iterable[str]) -> str | None:
    """What a first argument that is no verb and no file may have meant."""
    if not arguments or arguments[0].startswith("-") or Path(arguments[0]).exists():
        return None
    word = arguments[0]
    return nearest(word, verbs) if word.isalpha() else None
