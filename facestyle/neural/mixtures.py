"""Which styles of a set are wanted, in what shares: "0.7*wave+0.3*wash". PyTorch is not needed."""

import math
from collections.abc import Sequence

from facestyle.errors import UsageError


def read_mixture(mixture: str | None, names: Sequence[str]) -> list[float]:
    """Return the share of every style of a set; together they are 1.

    Parameters
    ----------
    mixture : str or None
        A style's name, or terms such as "0.7*wave+0.3*wash"; None for the first style.
    names : Sequence of str
        The set's styles.

    Raises
    ------
    UsageError
        A style or a share cannot be used.
    """
    if mixture is None:
        return [1.0] + [0.0] * (len(names) - 1)
    shares = dict.fromkeys(names, 0.0)
    for term in mixture.split("+"):
        number, star, name = term.rpartition("*")
        name = name.strip()
        if name not in shares:
            raise UsageError(f"style '{name}' is not in this model; it holds {', '.join(names)}")
        shares[name] += _share(number, term) if star else 1.0
    total = sum(shares.values())
    if not 0 < total < math.inf:
        raise UsageError(f"'{mixture}': the shares add up to {total}; expected a number above 0")
    return [shares[name] / total for name in names]  # float32 holds neither 1e-320 nor 1e308


def _share(number: str, term: str) -> float:
    try:
        share = float(number)
    except ValueError:
        share = math.nan
    if not 0 <= share < math.inf:
        raise UsageError(f"'{term}': expected a number of 0 or more before the '*', as in 0.5*name")
    return share
