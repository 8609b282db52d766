"""Which pictures of two folders belong together, by their names."""

import re
from collections.abc import Callable, Collection

_Key = tuple[str, ...]
# CUHK's names: f-005-01 is the photograph of the drawing F2-005-01-sz1
_CUFS = re.compile(r"^([a-z])\d?-(\d+)-(\d+)(?:-sz\d)?$", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")


def name_key(stem: str) -> str:
    """What equal names have in common: case and the additions of CUFS do not count."""
    match = _CUFS.match(stem)
    return "-".join(match.groups()).lower() if match else stem.lower()


def pair_names(names: Collection[str], others: Collection[str]) -> dict[str, str]:
    """Pair file stems: equal ones, then those that differ by what stands before or behind.

    `00001_sketch` belongs to `00001`, and `fake-ann` to `ann_drawing` where all names of a folder
    share these words. A pair is one only if neither name could belong to another.

    Parameters
    ----------
    names, others : collection of str
        Stems of two folders.

    Returns
    -------
    dict of str to str
        The other stem by stem; who has no partner is absent.
    """
    pairs: dict[str, str] = {name: name for name in names if name in others}
    words = {stem: _words(stem) for stem in (*names, *others)}
    bare = {**_without_shared(names), **{f"/{o}": k for o, k in _without_shared(others).items()}}
    rules: tuple[Callable[[str, str], bool], ...] = (
        lambda a, b: name_key(a) == name_key(b),
        lambda a, b: bare[a] == bare[f"/{b}"],
        lambda a, b: _ends_with(words[a], words[b]) or _ends_with(words[b], words[a]),
    )
    for rule in rules:
        left = [name for name in names if name not in pairs]
        free = [other for other in others if other not in pairs.values()]
        candidates = {name: [other for other in free if rule(name, other)] for name in left}
        wanted = [other for found in candidates.values() for other in found]
        for name, found in candidates.items():
            if len(found) == 1 and wanted.count(found[0]) == 1:
                pairs[name] = found[0]
    return pairs


def _words(stem: str) -> _Key:
    return tuple(_WORD.findall(stem.lower()))


def _without_shared(stems: Collection[str]) -> dict[str, _Key]:
    """Words of each stem without those that all stems of the folder begin or end with."""
    words = {stem: _words(stem) for stem in stems}
    most = min((len(own) for own in words.values()), default=0)
    if len(words) < 2:
        return words

    def shared(ends: Callable[[_Key, int], _Key]) -> int:
        counts = (
            n for n in range(most, 0, -1) if len({ends(own, n) for own in words.values()}) == 1
        )
        return next(counts, 0)

    first, last = shared(lambda own, n: own[:n]), shared(lambda own, n: own[-n:])
    return {
        s: own[first : len(own) - last] if first + last < len(own) else own
        for s, own in words.items()
    }


def _ends_with(longer: _Key, shorter: _Key) -> bool:
    """Whether the longer name begins or ends with the whole shorter one."""
    count = len(shorter)
    return 0 < count < len(longer) and shorter in (longer[:count], longer[-count:])
