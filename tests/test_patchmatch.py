"""PatchMatch and voting kernels against plain NumPy."""

import numpy as np
import pytest

from facestyle.kernels.flat_pictures import FlatPictures
from facestyle.kernels.matches import Matches, count_use
from facestyle.kernels.patch_voting import Voting, vote
from facestyle.kernels.patchmatch import SweepOptions, sweep
from facestyle.kernels.patchmatch_problem import (
    GUIDE_WEIGHT_ONE,
    GUIDES,
    RADIUS,
    SPARE,
    Costs,
    Problem,
    Sources,
    Target,
)
from facestyle.kernels.threads import set_thread_count, thread_count

HEIGHT, WIDTH = 24, 28
SIZES = ((30, 40), (36, 32))
# the second source is the first one's exemplar, turned
TURN = [[0.8, 0.6, -2.0], [-0.6, 0.8, 9.0]]


def with_spare_bytes(*images):
    """Flat bytes; the spare ones are no zeros, so that reading them would show."""
    return np.concatenate([*(image.ravel() for image in images), np.full(SPARE, 77, np.uint8)])


def make_problem(seed=0):
    """A target cut out of the first of two random sources, with random guides."""
    random = np.random.default_rng(seed)
    images = [random.integers(0, 256, (*size, 3), dtype=np.uint8) for size in SIZES]
    guides = [random.integers(0, 256, (*size, GUIDES), dtype=np.uint8) for size in SIZES]
    regions = [random.integers(0, 8, size, dtype=np.uint8) for size in SIZES]
    cut = (slice(3, 3 + HEIGHT), slice(5, 5 + WIDTH))
    positions = random.uniform(5, 25, (1, HEIGHT, WIDTH, 2)).astype(np.float32)
    target = Target(
        with_spare_bytes(
            np.pad(images[0][cut], ((RADIUS, RADIUS), (RADIUS, RADIUS), (0, 0)), mode="reflect")
        ),
        guides[0][cut].ravel(),
        np.ascontiguousarray(regions[0][cut]),
        positions,
        random.uniform(0, 0.001, (HEIGHT, WIDTH)).astype(np.float32),
        random.uniform(0, 0.1, (1, HEIGHT, WIDTH)).astype(np.float32),
    )
    areas = [height * width for height, width in SIZES]
    sources = Sources(
        with_spare_bytes(*images),
        np.concatenate([guide.ravel() for guide in guides]),
        np.concatenate([region.ravel() for region in regions]),
        np.array([0, areas[0]]),
        np.array([size[0] for size in SIZES]),
        np.array([size[1] for size in SIZES]),
        np.array([0, 0]),
        np.stack([np.eye(2, 3), TURN]).astype(np.float32),
    )
    table = random.uniform(0, 1, (2, 8, 9)).astype(np.float32)
    table[:, range(8), range(8)] = 0
    weights = random.integers(0, 300, (8, GUIDES), dtype=np.int32)
    return target, sources, Costs(weights, table, 6.0, 0.02, 0.03)


def random_field(seed=1):
    random = np.random.default_rng(seed)
    layer = random.integers(0, 2, (HEIGHT, WIDTH))
    rows = random.integers(RADIUS, 30 - RADIUS, (HEIGHT, WIDTH))
    columns = random.integers(RADIUS, 32 - RADIUS, (HEIGHT, WIDTH))
    return np.stack([layer, rows, columns], axis=-1).astype(np.int32)


def run(problem, field, use, *, rounds, radius):
    matches = Matches(field, np.zeros((HEIGHT, WIDTH), np.float32))
    for number in range(rounds):
        options = SweepOptions(
            (4, 1, 2)[number % 3], radius, number, number == 0, skip_coherent=False
        )
        matches = sweep(Problem(*problem, use), matches, options)
    return matches


def slow_cost(problem, use, y, x, k, sy, sx):
    """The cost of one match, term by term."""
    target, sources, costs = problem
    height, width = SIZES[k]
    part = slice(sources.start[k], sources.start[k] + height * width)
    image = (
        sources.image[:-SPARE].reshape(-1, 3)[part].reshape(height, width, 3).astype(float) / 255
    )
    guides = sources.guides.reshape(-1, GUIDES)[part].reshape(height, width, GUIDES)
    ours = target.image[:-SPARE].reshape(HEIGHT + 4, WIDTH + 4, 3).astype(float) / 255
    region = target.regions[y, x]
    place = sources.matrix[k] @ [*target.positions[0, y, x], 1]
    distance = ((place - (sy, sx)) ** 2).sum() * target.position_weight[y, x]
    patch = image[sy - 2 : sy + 3, sx - 2 : sx + 3] - ours[y : y + 5, x : x + 5]
    mine = target.guides.reshape(HEIGHT, WIDTH, GUIDES)[y, x].astype(float)
    other = sources.regions[part].reshape(height, width)[sy, sx]
    return (
        distance / (1 + distance / 4)
        + costs.regions[k, region, other]
        + target.prior[0, y, x]
        + costs.occurrence * use[part].reshape(height, width)[sy, sx]
        + ((mine - guides[sy, sx]) ** 2 * costs.guides[region]).sum() / GUIDE_WEIGHT_ONE
        + costs.style / 25 * (patch**2).sum()
    )


@pytest.fixture(scope="module")
def use():
    return np.random.default_rng(5).uniform(0, 3, 30 * 40 + 36 * 32).astype(np.float32)


def test_costs_are_those_of_the_definition(use):
    problem = make_problem()
    field, cost = run(problem, random_field(), use, rounds=1, radius=0)
    for y, x in ((0, 0), (5, 9), (23, 27), (12, 0)):
        assert cost[y, x] == pytest.approx(slow_cost(problem, use, y, x, *field[y, x]), rel=1e-4)


def test_sweeps_find_the_cut_out(use):
    field, _ = run(make_problem(), random_field(), 0 * use, rounds=12, radius=16)
    exact = (field[..., 0] == 0) & (field[..., 1] == np.arange(HEIGHT)[:, None] + 3)
    exact &= field[..., 2] == np.arange(WIDTH) + 5
    assert exact[3:-3, 3:-3].mean() > 0.95


def test_matches_stay_inside_their_sources(use):
    field, _ = run(make_problem(), random_field(), use, rounds=6, radius=40)
    sizes = np.array(SIZES)[field[..., 0]]
    assert (field[..., 1:] >= RADIUS).all()
    assert (field[..., 1:] < sizes - RADIUS).all()


def test_the_number_of_threads_changes_nothing(use):
    results = []
    before = thread_count()
    for threads in (1, before):
        set_thread_count(threads)
        results.append(run(make_problem(), random_field(), use, rounds=4, radius=16))
        set_thread_count(before)
    np.testing.assert_array_equal(results[0][0], results[1][0])
    np.testing.assert_array_equal(results[0][1], results[1][1])


def test_use_is_counted():
    _, sources, _ = make_problem()
    field = random_field()
    counted = count_use(field, sources)
    expected = np.zeros_like(counted)
    width = sources.width[field[..., 0]]
    np.add.at(expected, sources.start[field[..., 0]] + field[..., 1] * width + field[..., 2], 1)
    np.testing.assert_array_equal(counted, expected)


def cast_votes(field, image, *, scale, reach, rounds, size):
    matches = Matches(field, np.zeros(field.shape[:2], np.float32))
    sides = np.array([image.shape[0]]), np.array([image.shape[1]])
    pictures = FlatPictures(image.ravel(), np.array([0]), *sides)
    return vote(matches, pictures, size, Voting(scale, reach, rounds, bandwidth=0.25))


def shifted_field(dy, dx):
    rows, columns = np.indices((HEIGHT, WIDTH))
    return np.stack([0 * rows, rows + dy, columns + dx], axis=-1).astype(np.int32)


@pytest.mark.parametrize("scale", [1.0, 2.0, 1.5])
def test_a_field_of_one_offset_copies_the_source(scale):
    size = (int(HEIGHT * scale), int(WIDTH * scale))
    image = np.random.default_rng(2).integers(0, 256, (90, 100, 3), dtype=np.uint8)
    out = cast_votes(shifted_field(4, 6), image, scale=scale, reach=1.25, rounds=2, size=size)
    top, left = round(4 * scale), round(6 * scale)
    expected = image[top : top + size[0], left : left + size[1]] / 255
    np.testing.assert_allclose(out, expected, atol=1e-6)


def test_plain_votes_are_a_weighted_mean():
    image = np.random.default_rng(3).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    random = np.random.default_rng(4)
    field = np.stack(
        [
            np.zeros((HEIGHT, WIDTH), int),
            random.integers(4, 36, (HEIGHT, WIDTH)),
            random.integers(4, 36, (HEIGHT, WIDTH)),
        ],
        axis=-1,
    ).astype(np.int32)
    out = cast_votes(field, image, scale=1.0, reach=2.5, rounds=0, size=(HEIGHT, WIDTH))
    total, weight = np.zeros(3), 0.0
    for dy in range(-2, 3):
        for dx in range(-2, 3):
            _, sy, sx = field[10 + dy, 11 + dx]
            share = (2.5 - abs(dy) + 1e-3) * (2.5 - abs(dx) + 1e-3)
            total += share * image[sy - dy, sx - dx] / 255
            weight += share
    np.testing.assert_allclose(out[10, 11], total / weight, atol=1e-5)


def test_the_mode_ignores_a_minority():
    image = np.zeros((60, 60, 3), np.uint8)
    image[:, 30:] = 255
    field = shifted_field(2, 0)
    field[10, 11, 2] = 45
    mean = cast_votes(field, image, scale=1.0, reach=2.5, rounds=0, size=(HEIGHT, WIDTH))
    mode = cast_votes(field, image, scale=1.0, reach=2.5, rounds=3, size=(HEIGHT, WIDTH))
    assert mean[10, 12, 0] > 0.05
    assert mode[10, 12, 0] < 0.01
