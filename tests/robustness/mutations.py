"""Ways in which files get damaged, for tests that read what is left of them."""

import os

import numpy as np

TORTURE = os.environ.get("FACESTYLE_TORTURE", "") not in ("", "0")
"""Whether the long form was asked for, as `make torture` does."""


def sample(short: int, long: int) -> int:
    """How many cases to try: a sample in every run, many in the long form."""
    return long if TORTURE else short


def mutate(data: bytes, seed: int) -> bytes:
    """Damage a file in one of the ways that disks, networks and programs know.

    Parameters
    ----------
    data : bytes
        A whole file.
    seed : int
        Picks the way and the place; the same for the same seed.
    """
    random = np.random.default_rng(seed)
    changed = bytearray(data)
    # half of the damage goes to the head, where the structure is
    end = len(data) if random.integers(2) else min(len(data), 512)
    at = int(random.integers(end))
    kind = seed % 8
    if kind == 0:
        changed[at] ^= 1 << int(random.integers(8))
    elif kind == 1:
        for place in random.integers(end, size=8):
            changed[place] ^= 1 << int(random.integers(8))
    elif kind == 2:
        del changed[at:]
    elif kind == 3:
        changed[at : at + 16] = random.bytes(16)
    elif kind == 4:
        del changed[at : at + int(random.integers(1, 64))]
    elif kind == 5:
        changed[at:at] = random.bytes(int(random.integers(1, 64)))
    elif kind == 6:
        # a size or an offset at its extremes
        value = [b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f"][at % 4]
        changed[at : at + 4] = value
    else:
        other = int(random.integers(len(data)))
        changed[at : at + 256] = data[other : other + 256]
    return bytes(changed)
