"""What made-up photographs and exemplars show at nodes."""

import numpy as np

from facestyle.methods.patch_paired.fitting import Content, NodeContents


def contents_of(ours, theirs=None, *, count):
    """What nodes show, by the group's number; everything is drawn in middle gray."""
    theirs = ours if theirs is None else theirs
    one = np.eye(4, dtype=np.float32)
    tone = np.full((count + 1, *ours.shape), 0.5, np.float32)
    return NodeContents(
        Content(one[ours], tone[0]),
        Content(np.repeat(one[theirs][None], count, axis=0), tone[1:]),
        np.ones(ours.shape, np.float32),
    )
