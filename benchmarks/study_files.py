"""Reads a study's key and what its subjects sent back; what cannot count is named, with why.

A page shows each of its pairs once, all catches among them, and gives a file at the end only. So a
file with a pair twice, with a pair that is not in the page or without its catches was changed, and
counts for nothing.
"""

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

CATCH_SHARE = 0.75  # of the catches that a subject must get right
Pair = frozenset[str]


class SubjectError(ValueError):
    """A file does not count; the message says why."""


@dataclass(frozen=True)
class Choices:
    """What the subjects preferred.

    Attributes
    ----------
    methods : list of str
    subjects : list of str
    wins : (S, N, N) int
        How often each subject preferred the row's method to the column's.
    excluded : dict of str to str
        Files that do not count, and why.
    notes : dict of str to str
        What is odd about files that count.
    """

    methods: list[str]
    subjects: list[str]
    wins: NDArray[np.int64]
    excluded: dict[str, str]
    notes: dict[str, str]


@dataclass(frozen=True)
class Key:
    """What a page's pictures are, and which pairs it shows.

    Attributes
    ----------
    study : str
    methods : list of str
    method : dict of str to str
        Of each picture by its number; "" of photographs, "catch" of mosaics.
    pairs : set of frozenset of str
    expected : int, optional
        Trials of each subject, catches included.
    """

    study: str
    methods: list[str]
    method: dict[str, str]
    pairs: frozenset[Pair]
    expected: int | None

    def is_catch(self, pair: Pair) -> bool:
        """Whether one of the two is a mosaic."""
        return any(self.method[number] == "catch" for number in pair)

    @property
    def catches(self) -> int:
        """How many catches everybody sees: each has a mosaic of its own."""
        return sum(name == "catch" for name in self.method.values())


def read_key(path: Path) -> Key:
    """Read the key that `study` wrote.

    Raises
    ------
    ValueError
        If it is none, or names fewer than two methods.
    """
    try:
        key = json.loads(path.read_text(encoding="utf-8"))
        method = {number: what["method"] for number, what in key["pictures"].items()}
        study, pairs = key["study"], _shown_pairs(key)
        if any(len(pair) != 2 or not pair <= method.keys() for pair in pairs):
            raise ValueError("a trial is not of two of its pictures")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: is no key of a study; expected what `study` wrote") from error
    methods = sorted(set(method.values()) - {"", "catch"})
    if len(methods) < 2:
        raise ValueError(f"{path}: the key names {len(methods)} methods; expected two or more")
    found = Key(study, methods, method, frozenset(pairs), None)
    if "trials" not in key:
        return found
    others = len(pairs) - found.catches
    most = others if key.get("most") is None else min(others, key["most"])
    return Key(study, methods, method, found.pairs, found.catches + most)


def _shown_pairs(key: dict[str, Any]) -> set[Pair]:
    """Pairs of the page; where an older key lacks them, all that one case allows."""
    if "trials" in key:
        return {frozenset(trial["pair"]) for trial in key["trials"]}
    of_case: dict[str, list[str]] = {}
    for number, what in key["pictures"].items():
        if what["method"]:
            of_case.setdefault(what["case"], []).append(number)
    return {
        frozenset(pair)
        for numbers in of_case.values()
        for pair in itertools.combinations(numbers, 2)
    }


def read_choices(key: Key, paths: Sequence[Path]) -> Choices:
    """Read the subjects' files; those that cannot count are named."""
    subjects: list[str] = []
    tables: list[NDArray[np.int64]] = []
    excluded: dict[str, str] = {}
    notes: dict[str, str] = {}
    for path in paths:
        try:
            subject, answers = _read_answers(path, key)
            if subject in subjects:
                raise SubjectError(f"the subject {subject} is there already")
            table = _count_wins(answers, key)
        except SubjectError as error:
            excluded[str(path)] = str(error)
            continue
        subjects.append(subject)
        tables.append(table)
        if key.expected is not None and len(answers) < key.expected:
            notes[str(path)] = f"has {len(answers)} of {key.expected} answers; they are counted"
    wins = np.array(tables, np.int64).reshape(-1, len(key.methods), len(key.methods))
    return Choices(key.methods, subjects, wins, excluded, notes)


def _read_answers(path: Path, key: Key) -> tuple[str, dict[Pair, str]]:
    """A subject's name, and the number that was chosen of each pair.

    Raises
    ------
    SubjectError
        If the file is none of a subject of this study, or its answers cannot be the page's.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SubjectError(f"cannot be read: {error.strerror}") from error
    except ValueError as error:  # also what is no UTF-8
        raise SubjectError("is damaged or cut off: it is no JSON") from error
    wanted = ("study", "subject", "answers")
    if not isinstance(record, dict) or not all(name in record for name in wanted):
        raise SubjectError(f"is no file of a subject: it lacks {', '.join(wanted)}")
    if record["study"] != key.study:
        raise SubjectError("belongs to another study")
    if not isinstance(record["answers"], list) or not record["answers"]:
        raise SubjectError("holds no answers")
    answers: dict[Pair, str] = {}
    for place, answer in enumerate(record["answers"], start=1):
        pair, chosen = _read_answer(answer, key, f"answer {place}")
        if pair in answers:
            raise SubjectError(f"answer {place} is of a pair that was answered before")
        answers[pair] = chosen
    return str(record["subject"]), answers


def _read_answer(answer: Any, key: Key, name: str) -> tuple[Pair, str]:
    """The pair of one answer, and which of the two was chosen."""
    fields = ("left", "right", "chosen")
    if not isinstance(answer, dict) or not all(isinstance(answer.get(f), str) for f in fields):
        raise SubjectError(f"{name} is damaged: expected {', '.join(fields)}")
    left, right, chosen = (answer[field] for field in fields)
    if left == right:
        raise SubjectError(f"{name} has the same picture on both sides")
    pair = frozenset((left, right))
    if pair not in key.pairs:
        raise SubjectError(f"{name} is of two pictures that the page never shows together")
    if chosen not in pair:
        raise SubjectError(f"{name} chose a picture that is on neither side")
    return pair, chosen


def _count_wins(answers: dict[Pair, str], key: Key) -> NDArray[np.int64]:
    """How often each method was preferred to each other.

    Raises
    ------
    SubjectError
        If catches are missing, too few were got right, or nothing else was answered.
    """
    wins = np.zeros((len(key.methods), len(key.methods)), np.int64)
    caught = []
    for pair, chosen in answers.items():
        (other,) = pair - {chosen}
        won, lost = key.method[chosen], key.method[other]
        if key.is_catch(pair):
            caught.append(lost == "catch")
        else:
            wins[key.methods.index(won), key.methods.index(lost)] += 1
    if len(caught) < key.catches:
        raise SubjectError(f"lacks {key.catches - len(caught)} of {key.catches} catches")
    if caught and np.mean(caught) < CATCH_SHARE:
        raise SubjectError(f"got {sum(caught)} of {len(caught)} catches right")
    if not wins.any():
        raise SubjectError("answered nothing but catches")
    return wins
