"""The numbers of unpaired patch mode (DESIGN 4.3), one row for each region.

Lengths are in widths of the face oval.
"""

from __future__ import annotations

import numpy as np

from facestyle.faces.regions import (
    BACKGROUND,
    BROW,
    CLOTHES,
    EYE,
    HAIR,
    LIP,
    NOSE,
    SKIN,
)
from facestyle.kernels.patchmatch_problem import GUIDE_WEIGHT_ONE
from facestyle.methods.patch_unpaired.guides import APPEARANCE_STEPS, COUNT, SIGNED_STEPS

# face widths in pixels that pictures are synthesized at; the nearest one is chosen
WORKING_FACE_WIDTHS = (272.0, 192.0, 136.0, 96.0, 68.0, 48.0)

# synthesis: pyramid levels from fine to coarse, EM rounds and sweeps for each
LEVELS = 4
ROUNDS = (2, 3, 4, 5)  # DESIGN 4.3, step 6
SWEEPS = (1, 1, 2, 2)  # likewise
SEARCH_RADIUS = (4, 8, 16, 0)  # px of the level; 0 is a sixth of the width
# of a patch's colors against the guides, and of using a source often (DESIGN 4.3, step 6)
STYLE_WEIGHT = 6.0
OCCURRENCE_WEIGHT = 0.02
COHERENCE_WEIGHT = 0.03  # 0 looks engraved; above .06 wrinkles leak in (DESIGN 4.3, step 6)
INITIAL_MIX = 0.5  # share of the tone-mapped photo in the first estimate; the rest is the warp
# Matches this near (px of the working size) are blended in the picture: a wider reach blurs the
# exemplar's grain, a narrower one shows single pixels.
RENDER_REACH = 1.25
# steps of the mean shift at the end (three in DESIGN 4.3, step 6), and its bandwidth, RGB of 1; not
# measured alone
MODE_ROUNDS, MODE_BANDWIDTH = 2, 0.25

# guides: face widths (DESIGN 4.3, step 5)
APPEARANCE_SIGMA = 0.012
DETAIL_SIGMA = 0.006
TARGET_SIGMA_SHARE = 0.6  # the tone-mapped photo is smoother than a drawing already
# weights: appearance, detail (difference of Gaussians), orientation, head, hair, position
GUIDE_WEIGHTS = {
    # skin has 1.5 and 30 in the prototype; changed together with ROUGHNESS_COST, not measured alone
    SKIN: (8.0, 3.0, 0.05, 0.15, 0.15, 25.0),
    BROW: (6.0, 2.0, 0.1, 0.1, 0.05, 60.0),
    EYE: (8.0, 3.0, 0.1, 0.0, 0.0, 150.0),
    NOSE: (8.0, 2.0, 0.05, 0.0, 0.0, 60.0),
    LIP: (8.0, 3.0, 0.05, 0.0, 0.0, 100.0),
    # (5, 1, ...) in the prototype: light and dark strands broke into flat flakes of hats and other
    # heads (eight sitters in watercolor and oil, by eye); with 4 as detail, pencil's texture error
    # rises by a twentieth
    HAIR: (10.0, 2.0, 0.35, 0.2, 0.15, 2.0),
    # (5, 1, .1, .1, 0, .7) in the prototype: dark suits broke into flat and dotted islands (four
    # sitters in watercolor, pencil and charcoal, by eye; with 16 and 6 every measure is the same)
    CLOTHES: (10.0, 4.0, 0.1, 0.1, 0.0, 0.5),
    BACKGROUND: (2.0, 0.0, 0.0, 0.2, 0.0, 0.5),
}

# cost of filling a region from another one (DESIGN 4.3, step 5), and of what is never copied
REGION_MISMATCH = 6.0
FORBIDDEN = 100.0
# the nearer in look, the cheaper; chosen by eye, not measured
RELATED_REGIONS = {
    SKIN: {NOSE: 0.05, BROW: 0.6, LIP: 0.6, EYE: 0.8},
    NOSE: {SKIN: 0.05},
    BROW: {SKIN: 0.5, EYE: 0.3, HAIR: 0.4},
    EYE: {BROW: 0.3, SKIN: 0.4},
    LIP: {SKIN: 0.3},
    HAIR: {BROW: 0.6, CLOTHES: 1.5, SKIN: 2.5},
    CLOTHES: {HAIR: 1.0, SKIN: 2.0},
}
# cost of skin rougher than is usual in its exemplar (wrinkles, beards) for a smooth face
ROUGHNESS_COST = 0.15
# Cost of hair whose grain is e times as strong as the leading exemplar's, or an e-th, and the
# power of the logarithm up to there: one head of hair was half flat, half strokes. Chosen by eye on
# four sitters in two styles. With the power 2, a cost of .6 lets stipple in among washes, and one
# of 1.5 gives strands to flat hair whose grain is about the lead's
HAIR_GRAIN_COST, HAIR_GRAIN_POWER = 1.5, 4
# Exemplars without clothes or hair (a share below SCARCE) lend something else: hair, skin and
# background for clothes as in DESIGN 4.3, step 5; the others by analogy, not measured
SCARCE = 0.01
INSTEAD_OF_CLOTHES = {HAIR: 0.1, SKIN: 0.3, BACKGROUND: 0.3, NOSE: 0.5}
INSTEAD_OF_HAIR = 0.3

# correction towards the tone-mapped photo (DESIGN 4.3, step 7)
LOW_SIGMA, MIDDLE_SIGMA = 0.06, 0.006  # face widths
CHROMA_SHARE = 0.5  # of the low band's pull
LOW_WEIGHTS = {CLOTHES: 0.3, BACKGROUND: 0.0}  # the others .5
LOW_WEIGHT = 0.5
MIDDLE_WEIGHTS = {
    SKIN: 0.8,
    BROW: 1.0,
    EYE: 1.0,
    NOSE: 0.9,
    LIP: 1.0,
    # .4 in the prototype: the search saw next to no strands, and took flat hair for them
    HAIR: 0.8,
    CLOTHES: 0.3,
    BACKGROUND: 0.0,
}
# degrees (DESIGN 4.3, step 8: texture error 2.71 -> 2.14)
HAIR_ROTATIONS = (-60.0, -30.0, 30.0, 60.0)


def tone_sigma(width: float) -> float:
    """Blur that separates tone from detail at a face width, px."""
    return 1.5 * max(0.6, APPEARANCE_SIGMA * width)


def region_table(values: dict[int, float], default: float = 0.0) -> np.ndarray:
    """One number for each region, (8,) float32."""
    return np.array([values.get(region, default) for region in range(8)], np.float32)


def guide_weight_table() -> tuple[np.ndarray, np.ndarray]:
    """Weights for each region: of the guides, (8, 16) int32, and of the position, (8,) float32.

    Those of the guides are for differences in bytes, in units of 1 / GUIDE_WEIGHT_ONE.
    """
    rows = np.array([GUIDE_WEIGHTS[region] for region in range(8)], np.float32)
    # five samples each of appearance and detail share one weight; two channels of orientation
    columns = [0] * 5 + [1] * 5 + [2, 2, 3, 4]
    table = np.zeros((8, COUNT))
    table[:, : len(columns)] = rows[:, columns]
    table[:, :10] /= 5
    table[:, :5] /= APPEARANCE_STEPS**2
    table[:, 5:] /= SIGNED_STEPS**2
    table = np.round(table * GUIDE_WEIGHT_ONE).astype(np.int32)
    return table, np.ascontiguousarray(rows[:, 5])


def region_costs(region_map: np.ndarray) -> np.ndarray:
    """Cost of filling each region from each region of one exemplar, (8, 9) float32.

    Parameters
    ----------
    region_map : (h, w) uint8
        The exemplar's regions; 8 is outside.
    """
    costs = np.full((8, 9), REGION_MISMATCH, np.float32)
    costs[:, 8] = FORBIDDEN
    np.fill_diagonal(costs, 0.0)
    for region, related in RELATED_REGIONS.items():
        for other, cost in related.items():
            costs[region, other] = cost
    share = np.bincount(region_map.ravel(), minlength=9) / region_map.size
    if share[CLOTHES] < SCARCE:
        for other, cost in INSTEAD_OF_CLOTHES.items():
            costs[CLOTHES, other] = cost
    if share[HAIR] < SCARCE:
        costs[HAIR, :8] = INSTEAD_OF_HAIR
    return costs
