"""Which method is used: the one that was asked for, or the one that suits the exemplars."""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from importlib import import_module
from typing import Any

import numpy as np

from facestyle.errors import UsageError
from facestyle.exemplars import ExemplarSet
from facestyle.imaging.threads import in_threads
from facestyle.methods import ALIASES, METHODS, method_choices, method_settings
from facestyle.methods.engine import Method
from facestyle.methods.medium import looks_drawn

# with fewer pairs too few patches match a new face, and the drawings alone look better
FEWEST_PAIRS = 8
# log odds of four to one: a single exemplar of the bundled sets may be misjudged by less
_CLEAR = math.log(4)
_LOG = logging.getLogger(__name__)


def choose_method(
    exemplars: ExemplarSet | None,
    method: str = "auto",
    options: Mapping[str, Any] | None = None,
    *,
    seed: int = 0,
) -> tuple[Method, str]:
    """Make the method that was asked for, or the one that suits the exemplars.

    Parameters
    ----------
    exemplars : ExemplarSet or None
        None where a trained model is among the options.
    method : str
        One of `method_choices`.
    options : mapping of str to object, optional
        Settings of the method that differ from its defaults.
    seed : int
        Of random choices.

    Returns
    -------
    method : Method
    reason : str
        Which and why, in words for the user.

    Raises
    ------
    UsageError
        If there is no such method, it has no such setting, or the setting no such value.
    """
    name, reason = _choose_name(exemplars, check_method(method), options or {})
    reason = f"{name.replace('_', '-')} ({reason})"
    check_options(name, options or {}, reason)
    if exemplars is None and name != "neural":
        raise UsageError(f"found no exemplars, which method {reason} needs")
    if name == "patch_paired" and any(portrait.photo is None for portrait in exemplars or ()):
        raise UsageError(
            f"method {reason} needs the photographs that the exemplars were made from; give their "
            "folder (--exemplar-photos, or ExemplarSet.from_folder(..., photos=...))"
        )
    settings = method_settings(name).SETTINGS(**(options or {}))
    for option, why in settings.without_effect():
        if name != "neural":  # it refuses them
            _LOG.warning("%s: has no effect, for %s", option, why)
    kind = getattr(import_module(f"facestyle.methods.{name}"), METHODS[name])
    return kind(exemplars, settings, seed=seed), reason


def check_method(method: str) -> str:
    """A method's name as the registry spells it; `UsageError` where there is none."""
    name = method.replace("-", "_") if isinstance(method, str) else ""
    if name not in (*ALIASES, *METHODS):
        raise UsageError(f"method: found '{method}', expected {', '.join(method_choices())}")
    return name


def is_neural(method: str, options: Mapping[str, Any]) -> bool:
    """Whether the method that will be used needs no faces in the exemplars.

    Parameters
    ----------
    method : str
        One of `method_choices`.
    options : mapping of str to object
        Settings of methods.
    """
    return method == "neural" or (method == "auto" and options.get("model") is not None)


def check_before_choice(method: str, options: Mapping[str, Any]) -> None:
    """Refuse settings that none of the methods has which may be chosen, whatever the exemplars.

    Parameters
    ----------
    method : str
        One of `method_choices`.
    options : mapping of str to object
        Settings of methods.

    Raises
    ------
    UsageError
        Naming the setting and where it belongs.
    """
    name, reason = check_method(method), method
    if name == "auto" and options.get("model") is not None:
        name, reason = "neural", "neural (a trained model was given)"
    by_exemplars = {
        "auto": [known for known in METHODS if known != "neural"],
        "patch": [known for known in METHODS if known.startswith("patch")],
    }
    possible = by_exemplars.get(name, [name])
    known = {o for p in possible for o in method_settings(p).SETTINGS.options()}
    _refuse_others(options, known, name.replace("_", "-"), reason)


def check_options(name: str, given: Iterable[str], reason: str) -> None:
    """Refuse settings that a method does not have.

    Parameters
    ----------
    name : str
        The method's.
    given : iterable of str
        Names of settings.
    reason : str
        The method's name and why it is used.

    Raises
    ------
    UsageError
        Naming the setting and where it belongs.
    """
    known = method_settings(name).SETTINGS.options()
    _refuse_others(given, known, name.replace("_", "-"), reason)


def _refuse_others(given: Iterable[str], known: Collection[str], name: str, reason: str) -> None:
    for option in given:
        if option in known:
            continue
        owners = [n for n in METHODS if option in method_settings(n).SETTINGS.options()]
        if owners:
            shown = " or ".join(owner.replace("_", "-") for owner in owners)
            raise UsageError(f"{option}: belongs to method {shown}; the method is {reason}")
        raise UsageError(
            f"{option}: no such option; method {name} knows {', '.join(sorted(known))}"
        )


def _choose_name(
    exemplars: ExemplarSet | None, asked: str, options: Mapping[str, Any]
) -> tuple[str, str]:
    """The method's name in the registry, and why it is used."""
    if asked not in ALIASES:
        return asked, "asked for"
    if asked == "auto" and options.get("model") is not None:
        return "neural", "a trained model was given"
    if exemplars is None:
        raise UsageError("found no exemplars, expected some, or a trained model")
    paired = all(portrait.photo is not None for portrait in exemplars)
    if paired:
        return _choose_for_pairs(exemplars)
    if asked == "patch":
        return "patch_unpaired", "asked for"
    return _choose_by_medium(exemplars)


def _choose_by_medium(exemplars: ExemplarSet) -> tuple[str, str]:
    """What most of the exemplars look like; who looks otherwise is said where one clearly does."""
    judged = in_threads(looks_drawn, exemplars)
    odds = float(np.median([score for score, _ in judged]))
    drawn = odds > 0
    agreeing = [reason for score, reason in judged if (score > 0) == drawn]
    because = Counter(agreeing).most_common(1)[0][0]
    this, other = ("drawn", "photographed") if drawn else ("photographed", "drawn")
    share = f"{len(agreeing)} of {len(judged)}"
    # all that look otherwise, as the vote counts them; the clearest first
    others = sorted(
        (-abs(score), portrait.name)
        for portrait, (score, _) in zip(exemplars, judged, strict=True)
        if (score > 0) != drawn
    )
    if len(judged) > 1 and -_CLEAR < odds <= 0:
        # a tinted photograph in place of a painting surprises; of 58 sets of photographs (small,
        # blurred and compressed copies among them) 1 is told so, of 8 of smooth paintings taken
        # for photographs 4
        _LOG.warning(
            "the exemplars may be smooth paintings (odds of %.1f to 1 that they are photographs): "
            "they are used as photographs; --method patch draws as they are painted",
            math.exp(-odds),
        )
    elif others and -others[0][0] > _CLEAR:
        _LOG.warning(
            "the exemplars are of two kinds: %s look %s, %d %s (%s%s); all are used as %s. A "
            "folder for each gives purer results; --method chooses otherwise",
            share,
            this,
            len(others),
            other,
            ", ".join(name for _, name in others[:3]),
            ", ..." if len(others) > 3 else "",
            this,
        )
    return ("patch_unpaired" if drawn else "energy"), f"{share} exemplars look {this}: {because}"


def _choose_for_pairs(exemplars: ExemplarSet) -> tuple[str, str]:
    """Pairs where there are enough of them."""
    if len(exemplars) >= FEWEST_PAIRS:
        return "patch_paired", "the exemplars come with their photographs"
    _LOG.warning(
        "%d exemplars with photos are too few for paired patches (%d at least): "
        "using the drawings alone",
        len(exemplars),
        FEWEST_PAIRS,
    )
    return "patch_unpaired", "too few exemplars with photographs"
