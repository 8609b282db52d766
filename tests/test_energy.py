"""Energy transfer: identity, a known look of other people, gray looks, the papers' variants."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from facestyle.errors import UsageError
from facestyle.faces import Portrait, portrait_from_image
from facestyle.imaging.color import from_lab, to_lab
from facestyle.imaging.guided_filter import guided_filter
from facestyle.methods.energy import PRESETS, EnergySettings
from facestyle.methods.energy import transfer as energy
from facestyle.methods.energy.likeness import likeness

SONG = EnergySettings(**PRESETS["song2017"])


def known_look(portrait):
    """A photographer's look: gritty detail, a hard tone curve, a burnt frame, muted colors."""
    lab, unit = to_lab(portrait.image), portrait.face.inter_ocular
    rows, columns = np.indices(portrait.matte.shape, dtype=np.float32)
    x, y = portrait.face.landmarks[30]
    frame = 1 - np.exp(-0.5 * ((columns - x) ** 2 + (rows - y) ** 2) / (1.2 * unit) ** 2)
    luminance = np.ascontiguousarray(lab[..., 0])
    base = guided_filter(luminance, luminance, 0.25 * unit, 0.01)
    curve = np.clip(base + 1.6 * (luminance - base), 0, 1)
    curve = 0.6 * curve + 0.4 * curve * curve * (3 - 2 * curve)
    lab[..., 0] = curve * (1 - 0.5 * frame)
    lab[..., 1:] *= 0.4
    return Portrait(from_lab(lab), portrait.face, portrait.matte, portrait.name)


def psnr(one, two, portrait):
    error = (one - two)[portrait.matte > 0.5]
    return -10 * np.log10((error**2).mean() + 1e-12)


def reinhard(portrait, exemplars):
    """Global color transfer (Reinhard et al. 2001) of mean and deviation inside the mattes."""
    lab = to_lab(portrait.image)
    own = lab[portrait.matte > 0.5]
    look = np.concatenate([to_lab(e.image)[e.matte > 0.5] for e in exemplars])
    ratio = look.std(axis=0) / own.std(axis=0)
    return from_lab((lab - own.mean(axis=0)) * ratio + look.mean(axis=0))


def look_alike(portrait, index):
    """Another sitter: the mirrored portrait with another build, in other light."""
    height, width = portrait.matte.shape
    unit = portrait.face.inter_ocular
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    phase = 1.3 * index
    map_x = width - 1 - x + 0.15 * unit * np.sin(y / unit + phase)
    map_y = y + 0.15 * unit * np.cos(x / unit + phase)
    image = cv2.remap(portrait.image, map_x, map_y, cv2.INTER_CUBIC, None, cv2.BORDER_REPLICATE)
    light = 1 + 0.1 * np.sin(x / (2 * unit) + phase)
    image = np.clip(image * light[..., None], 0, 1).astype(np.float32)
    return portrait_from_image(image, name=f"look-alike {index}")


@pytest.fixture(scope="module")
def prepared(portrait):
    """Four other sitters in the known look, analyzed."""
    return [energy.prepare_exemplar(known_look(look_alike(portrait, k))) for k in range(4)]


@pytest.fixture(scope="module")
def own(portrait):
    """The input itself as an exemplar."""
    return [energy.prepare_exemplar(portrait)]


def test_an_ordinary_exemplar_changes_little(portrait, own):
    """Even where it is the input: one exemplar's own tones may be the look's, in part."""
    lab = energy.foreground_lab(portrait)
    person = from_lab(lab)
    done = energy.transfer_look(portrait, own, lab=lab)
    assert psnr(done.foreground, person, portrait) > 24


def test_strength_zero_changes_nothing(portrait, prepared):
    lab = energy.foreground_lab(portrait)
    person = from_lab(lab)
    done = energy.transfer_look(portrait, prepared[:2], strength=0, lab=lab)
    inside = portrait.matte > 0.5
    assert np.abs(done.foreground - person)[inside].max() < 1 / 255


def test_strength_grows_from_the_input_to_the_look(portrait, prepared):
    distances = []
    for strength in (0.0, 0.4, 1.0):
        done = energy.transfer_look(portrait, prepared[:2], strength=strength)
        distances.append(-psnr(done.foreground, portrait.image, portrait))
    assert distances == sorted(distances)


def test_a_known_look_is_recovered_from_other_people(portrait, prepared):
    truth = known_look(portrait).image
    unchanged = psnr(portrait.image, truth, portrait)
    simple = psnr(reinhard(portrait, [e.portrait for e in prepared]), truth, portrait)
    ours = psnr(energy.transfer_look(portrait, prepared).foreground, truth, portrait)
    assert ours > unchanged + 4
    assert ours > simple + 0.5
    assert ours > 20


def test_gray_exemplars_give_a_gray_person(portrait, sitters):
    grays = []
    for sitter in sitters[:2]:
        lab = to_lab(sitter.image)
        lab[..., 1:] = 0
        grays.append(energy.prepare_exemplar(replace(sitter, image=from_lab(lab))))
    assert all(e.gray for e in grays)
    done = energy.transfer_look(portrait, grays)
    assert np.ptp(done.foreground, axis=-1)[portrait.matte > 0.5].max() < 1.5 / 255


def test_color_exemplars_are_not_taken_for_gray(prepared, own):
    assert not own[0].gray
    assert not all(e.gray for e in prepared)


def test_repeats_exactly(portrait, prepared):
    first, second = (energy.transfer_look(portrait, prepared[:3]) for _ in range(2))
    np.testing.assert_array_equal(first.foreground, second.foreground)
    np.testing.assert_array_equal(first.selection.labels, second.selection.labels)


def test_the_papers_variants_run_and_differ(portrait, prepared):
    variants = {
        "ours": EnergySettings(),
        "papers'": SONG,
        "unfiltered": SONG.replaced(seams="none"),
        "weights": SONG.replaced(seams="weights"),
        "mean": SONG.replaced(seams="none", combine="mean"),
    }
    pictures = {
        name: energy.transfer_look(portrait, prepared[:3], settings=settings).foreground
        for name, settings in variants.items()
    }
    names = list(pictures)
    for index, name in enumerate(names):
        assert np.isfinite(pictures[name]).all()
        assert pictures[name].min() >= 0
        assert pictures[name].max() <= 1
        for other in names[:index]:
            difference = np.abs(pictures[name] - pictures[other])[portrait.matte > 0.5]
            assert difference.mean() > 1e-3, (name, other)


def test_single_takes_one_exemplar(portrait, prepared):
    """As Shih et al. 2014 do: the result is that of this exemplar alone."""
    shih = EnergySettings(**PRESETS["shih2014"])
    done = energy.transfer_look(portrait, prepared[:3], settings=shih)
    best = int(np.argmin(done.selection.costs))
    assert (done.selection.labels == best).all()
    weights = done.selection.weights
    np.testing.assert_array_equal(weights[best], 1)
    assert weights.sum() == weights[best].size
    alone = energy.transfer_look(portrait, prepared[best : best + 1], settings=shih)
    np.testing.assert_allclose(done.foreground, alone.foreground, atol=1e-5)
    by_patch = energy.transfer_look(portrait, prepared[:3], settings=shih.replaced(combine="mrf"))
    assert len(np.unique(by_patch.selection.labels)) > 1


def test_the_papers_variant_copies_the_exemplar_s_light(portrait, prepared):
    """With one exemplar the residual is the exemplar's own, aligned."""
    done = energy.transfer_look(portrait, prepared[:1], settings=SONG)
    exemplar = prepared[0].portrait
    mean = exemplar.image[exemplar.matte > 0.5].mean(axis=0)
    result = done.foreground[portrait.matte > 0.5].mean(axis=0)
    before = portrait.image[portrait.matte > 0.5].mean(axis=0)
    assert np.abs(result - mean).sum() < 0.5 * np.abs(before - mean).sum()


@pytest.mark.parametrize("settings", [EnergySettings(), SONG], ids=["ours", "papers'"])
def test_a_small_exemplar_does_not_blur_the_result(portrait, settings):
    """Bands that an exemplar's pixels cannot hold say nothing about its look."""
    small = energy.reduce_portrait(portrait, portrait.face.inter_ocular / 4)
    exemplar = energy.prepare_exemplar(small)
    assert exemplar.resolved[0] == 0
    assert exemplar.resolved[-1] == 1
    settings = replace(settings, seams="none")
    done = energy.transfer_look(portrait, [exemplar], settings=settings)

    def detail(image):
        gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        return (gray - cv2.GaussianBlur(gray, (0, 0), 1.5))[portrait.matte > 0.9].std()

    assert detail(done.foreground) > 0.8 * detail(portrait.image)


def test_large_exemplars_are_reduced(portrait):
    factor = 300 / portrait.face.inter_ocular
    large = cv2.resize(portrait.image, None, fx=factor, fy=factor)
    matte = cv2.resize(portrait.matte, large.shape[1::-1])
    reduced = energy.reduce_portrait(Portrait(large, portrait.face.scaled(factor), matte), 256)
    assert reduced.face.inter_ocular == pytest.approx(256)
    assert abs(reduced.image.shape[0] - large.shape[0] * 256 / 300) <= 1
    assert energy.reduce_portrait(portrait, 256) is portrait


def test_unknown_settings_are_named():
    with pytest.raises(UsageError, match="seams: found 'glue', expected weights, output or none"):
        EnergySettings(seams="glue")


def test_timings_name_the_stages(portrait, own):
    timings = energy.transfer_look(portrait, own).timings
    assert {"features", "align", "mrf", "tone", "stack", "blend"} <= set(timings)
    assert all(seconds >= 0 for seconds in timings.values())


def test_a_bald_exemplar_tells_nothing_of_hair(portrait, own):
    features = own[0].features
    identity = own[0].features.rank.shape
    columns, rows = np.meshgrid(np.arange(identity[1]), np.arange(identity[0]))
    factor = portrait.matte.shape[1] / identity[1]
    mapping = np.dstack([columns, rows]).astype(np.float32) * np.float32(factor)
    bald = replace(own[0], features=replace(features, rank=np.ones_like(features.rank)))
    dark = replace(own[0], features=replace(features, rank=np.zeros_like(features.rank)))
    same, lighter, darker = likeness(features, [own[0], bald, dark], [mapping] * 3)
    hair = (
        (features.rank < 0.2)
        & (features.matte > 0.99)
        & ~cv2.dilate(features.hull.astype(np.uint8), np.ones((25, 25))).astype(bool)
    )
    face = cv2.erode(features.hull.astype(np.uint8), np.ones((25, 25))).astype(bool)
    assert hair.sum() > 100
    assert lighter[hair].mean() < 0.05
    assert lighter[hair].max() < 0.2
    assert lighter[face].mean() > 0.99
    assert lighter[face].min() > 0.9  # a highlight has no tone that it could tell of
    assert same[hair].min() > 0.8
    assert darker[hair].min() > 0.9  # light may well be placed there
