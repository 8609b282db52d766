"""Who was preferred in a study: rates with intervals, and Bradley-Terry scores.

    python -m benchmarks study-score study.key.json subject-*.json [--json FILE]

A subject who fails more than a quarter of the catch trials is left out by name. Intervals hold 95 %
of 2,000 resamples of whole subjects (their own choices are alike). Below ten subjects these are too
few to resample: rates have Wilson's interval of the choices, which knows nothing of other people,
and scores have none.
"""

import argparse
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.bradley_terry import bradley_terry, is_connected
from benchmarks.outputs import prepare_file, write_whole
from benchmarks.protocol import say
from benchmarks.report import print_table
from benchmarks.study_files import Choices, read_choices, read_key

RESAMPLES = 2000
# where subjects agree, resamples of a few of them say that the rate is certain
FEW_SUBJECTS = 10
NORMAL_95 = 1.959964


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("key", type=Path, metavar="KEY", help="the key that `study` wrote")
    parser.add_argument("subjects", type=Path, nargs="+", metavar="SUBJECT", help="their files")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures, too")


def main(arguments: argparse.Namespace) -> int:
    """Print rates and scores; 2 where nothing can be scored."""
    try:
        if arguments.json is not None:
            prepare_file(arguments.json)
        choices = read_choices(read_key(arguments.key), arguments.subjects)
    except (OSError, ValueError) as error:
        say(f"study-score: {error}")
        return 2
    for name, why in choices.excluded.items():
        say(f"study-score: left out: {name}: {why}")
    for name, note in choices.notes.items():
        say(f"study-score: {name}: {note}")
    if not choices.subjects:
        say("study-score: no subject is left")
        return 2
    rates, scores = preference_rates(choices), method_scores(choices)
    kind = _interval_kind(choices)
    many = "subject" if len(choices.subjects) == 1 else "subjects"
    print(f"{len(choices.subjects)} {many}, {int(choices.wins.sum())} choices; intervals: {kind}\n")
    print_table(
        ["share that prefers", "rate", "95 %", "choices"],
        [[f"{r['method']} over {r['other']}", *_interval(r, "rate"), r["choices"]] for r in rates],
    )
    print_table(
        ["Bradley-Terry", "score", "95 %"], [[s["method"], *_interval(s, "score")] for s in scores]
    )
    if arguments.json is not None:
        figures = {
            "subjects": len(choices.subjects),
            "intervals": kind,
            "rates": rates,
            "scores": scores,
        }
        write_whole(arguments.json, json.dumps(figures, indent=1) + "\n")
    return 0


def preference_rates(choices: Choices, seed: int = 0) -> list[dict[str, Any]]:
    """How often each method was preferred to each other that it met."""
    drawn = _drawn(len(choices.subjects), seed)
    rates = []
    for a, b in itertools.combinations(range(len(choices.methods)), 2):
        won, lost = choices.wins[:, a, b], choices.wins[:, b, a]
        total = int((won + lost).sum())
        if not total:
            continue
        rate = won.sum() / total
        low, high = wilson(int(won.sum()), total)
        if len(choices.subjects) >= FEW_SUBJECTS:
            counts = drawn @ np.stack([won, won + lost], axis=1)
            counts = counts[counts[:, 1] > 0]
            ends = np.quantile(counts[:, 0] / counts[:, 1], (0.025, 0.975))
            if ends[0] < ends[1]:  # they are equal where all agree: Wilson's is wider
                low, high = ends
        first, second = choices.methods[a], choices.methods[b]
        interval = {"rate": float(rate), "low": float(low), "high": float(high)}
        rates.append({"method": first, "other": second, **interval, "choices": total})
    return rates


def method_scores(choices: Choices, seed: int = 0) -> list[dict[str, Any]]:
    """Bradley-Terry scores, best first.

    Where someone never lost, half a choice is added in both directions of every pair that met.
    """
    total = choices.wins.sum(axis=0).astype(float)
    scores = _finite_scores(total)
    low = high = np.full(len(scores), np.nan)
    if len(choices.subjects) >= FEW_SUBJECTS:
        sums = np.tensordot(_drawn(len(choices.subjects), seed), choices.wins, axes=1)
        resampled = [_finite_scores(table.astype(float)) for table in sums]
        low, high = np.nanquantile(resampled, (0.025, 0.975), axis=0)
    return [
        {
            "method": choices.methods[n],
            "score": float(scores[n]),
            "low": None if np.isnan(low[n]) else float(low[n]),
            "high": None if np.isnan(high[n]) else float(high[n]),
        }
        for n in np.argsort(-scores)
    ]


def wilson(won: int, total: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a rate (Wilson 1927)."""
    z = NORMAL_95**2 / total
    rate = won / total
    middle = (rate + z / 2) / (1 + z)
    half = NORMAL_95 / (1 + z) * np.sqrt(rate * (1 - rate) / total + z / (4 * total))
    return float(middle - half), float(middle + half)


def _finite_scores(wins: NDArray[np.floating]) -> NDArray[np.float64]:
    if not is_connected(wins):
        wins = wins + 0.5 * ((wins + wins.T) > 0)
    if not is_connected(wins):  # methods that never met, not even by way of others
        return np.full(len(wins), np.nan)
    return bradley_terry(wins)


def _drawn(count: int, seed: int) -> NDArray[np.int64]:
    """How often each subject is in each resample."""
    random = np.random.default_rng(seed)
    return random.multinomial(count, np.full(count, 1 / count), RESAMPLES)


def _interval_kind(choices: Choices) -> str:
    if len(choices.subjects) >= FEW_SUBJECTS:
        return "resamples of whole subjects"
    return f"Wilson's, of choices: fewer than {FEW_SUBJECTS} subjects cannot be resampled"


def _interval(figure: dict[str, Any], name: str) -> list[str]:
    if figure["low"] is None:
        return [f"{figure[name]:.3f}", "-"]
    return [f"{figure[name]:.3f}", f"{figure['low']:.3f} to {figure['high']:.3f}"]
