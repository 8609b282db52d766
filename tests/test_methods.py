"""Methods: which one suits a set, their options, and patch mode through the stylizer."""

import re
import sys
from dataclasses import replace

import cv2
import numpy as np
import pytest

from facestyle import disk_cache
from facestyle.errors import UsageError
from facestyle.exemplars import ExemplarSet, read_exemplar
from facestyle.faces import Portrait
from facestyle.faces.regions import HAIR, segment_regions
from facestyle.imaging.color import luminance
from facestyle.methods.choice import choose_method
from facestyle.methods.medium import looks_drawn, printed_score
from facestyle.methods.patch_paired import PairedPatchMethod
from facestyle.methods.patch_paired.method import prepare_exemplars as prepare_pairs
from facestyle.methods.patch_unpaired import (
    UnpairedPatchMethod,
    UnpairedSettings,
    resize_portrait,
)
from facestyle.methods.patch_unpaired.lead import choose_lead
from facestyle.methods.patch_unpaired.preparing import prepare_exemplars as prepare_singles
from facestyle.pipeline.stylizer import Stylizer
from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))

from prints import printed

EXEMPLARS = ROOT / "exemplars"


def reduced(portrait: Portrait, inter_ocular: float) -> Portrait:
    """A smaller copy, with its photograph."""
    factor = inter_ocular / portrait.face.inter_ocular
    image = cv2.resize(portrait.image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    matte = cv2.resize(portrait.matte, image.shape[1::-1], interpolation=cv2.INTER_AREA)
    photo = None if portrait.photo is None else reduced(portrait.photo, inter_ocular)
    return replace(
        portrait, image=image, matte=matte, face=portrait.face.scaled(factor), photo=photo
    )


@pytest.fixture(scope="module", autouse=True)
def two_pairs_are_enough():
    """Let the small sets of these tests be used in pairs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("facestyle.methods.choice.FEWEST_PAIRS", 2)
        yield


@pytest.fixture(scope="module")
def pencil():
    """Two bundled drawings with their photographs, at 45 px between the eyes."""
    names = ("grace_hopper.jpg", "erik_dahlgren.jpg")
    portraits = []
    for name in names:
        drawing = read_exemplar(EXEMPLARS / "pencil" / name).portrait
        photo = read_exemplar(EXEMPLARS / "pencil_photos" / name).portrait
        portraits.append(reduced(replace(drawing, photo=photo), 45))
    return ExemplarSet(portraits)


@pytest.fixture(scope="module")
def drawings(pencil):
    """The same without photographs."""
    return ExemplarSet([replace(portrait, photo=None) for portrait in pencil])


@pytest.fixture(scope="module")
def unpaired(drawings, astronaut):
    return Stylizer(drawings, method="patch")(astronaut)


@pytest.fixture(scope="module")
def paired(pencil, astronaut):
    return Stylizer(pencil)(astronaut)


# --- Choice ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("folder", "method"), [("noir", "energy"), ("warm", "energy"), ("pencil", "patch_unpaired")]
)
def test_the_bundled_sets_get_their_method(folder, method):
    exemplars = ExemplarSet.from_folder(EXEMPLARS / folder)
    chosen, reason = choose_method(exemplars)
    assert chosen.name == method
    name, _, because = reason.removesuffix(")").partition(" (")
    assert name.replace("-", "_") == method
    agreeing, count = map(int, because.split(" exemplars look ")[0].split(" of "))
    assert count == len(exemplars)
    assert agreeing > 0.75 * count
    assert ("drawn: " if method == "patch_unpaired" else "photographed: ") in because


@pytest.mark.parametrize(
    ("folder", "method"),
    [
        ("paintings", "patch_unpaired"),
        ("headshots_bw/looks", "energy"),
        ("portraits", "energy"),
        ("pencil_pairs/photos", "energy"),
        ("pencil_pairs/sketches", "patch_unpaired"),
    ],
)
def test_the_measuring_sets_get_their_method(shared, folder, method):
    paths = sorted((shared / "data" / folder).glob("*g"))[:8]
    portraits = [read_exemplar(path)[0] for path in paths]
    assert choose_method(ExemplarSet(portraits))[0].name == method


def test_each_painting_looks_drawn(shared):
    for path in sorted((shared / "data" / "paintings").glob("*.png")):
        assert looks_drawn(read_exemplar(path)[0])[0] > 0, path.name


def test_sitters_are_photographs_until_they_are_drawn(sitters, drawings):
    # all but the Mona Lisa and the halftone print of Grace Hopper
    assert all(looks_drawn(sitter)[0] < 0 for sitter in sitters[1:4])
    assert all(looks_drawn(drawing)[0] > 2 for drawing in drawings)


@pytest.mark.parametrize("kind", ["linocut", "halftone"])
def test_prints_look_drawn_though_they_are_smooth_or_regular(sitters, kind):
    for sitter in sitters[1:4]:
        score, reason = looks_drawn(printed(sitter, kind))
        assert score > 1
        assert reason == "flat skin and hard edges, as in prints"


def test_enlarged_photographs_are_no_prints(sitters):
    assert all(printed_score(resize_portrait(sitter, 4.0)) < -1 for sitter in sitters[:4])


def test_burnt_skin_does_not_make_a_photograph_a_print(sitters):
    """Half of it is white, and as flat as paper; between light and dark it is soft."""
    photo = resize_portrait(sitters[1], 4.0)
    photo = replace(photo, image=np.repeat(luminance(photo.image)[..., None], 3, axis=2))
    level = float(np.median(photo.image[photo.matte > 0.5]))
    burnt = replace(photo, image=np.clip(0.5 + 2 * (photo.image - 0.6 * level), 0, 1))
    assert np.mean(burnt.image[photo.matte > 0.5] == 1) > 0.4
    assert printed_score(burnt) < -1


def with_grain(portrait, rng):
    gray = portrait.image.mean(axis=2) ** 1.6 + rng.normal(0, 0.03, portrait.image.shape[:2])
    image = np.repeat(np.clip(gray, 0, 1)[..., None], 3, axis=2)
    return replace(portrait, image=image.astype(np.float32))


def test_grain_is_no_drawing(sitters):
    # at 45 px between the eyes this is film at its coarsest: one sitter alone lies on the border
    rng = np.random.default_rng(0)
    grainy = [with_grain(sitter, rng) for sitter in sitters[:4]]
    scores = sorted(looks_drawn(portrait)[0] for portrait in grainy)
    assert scores[-2] < -0.5
    assert choose_method(ExemplarSet(grainy))[0].name == "energy"


@pytest.mark.parametrize("asked", ["patch", "auto"])
def test_patches_go_in_pairs_where_there_are_photographs(pencil, drawings, asked):
    assert choose_method(pencil, asked)[0].name == "patch_paired"
    assert choose_method(drawings, asked)[0].name == "patch_unpaired"


@pytest.mark.parametrize("spelling", ["patch-unpaired", "patch_unpaired"])
def test_a_method_can_be_asked_for_by_name(pencil, spelling):
    method, reason = choose_method(pencil, spelling)
    assert isinstance(method, UnpairedPatchMethod)
    assert reason == "patch-unpaired (asked for)"


def test_photographs_of_the_exemplars_decide(pencil):
    method, reason = choose_method(pencil, "auto")
    assert isinstance(method, PairedPatchMethod)
    assert reason == "patch-paired (the exemplars come with their photographs)"
    # one without its photograph: they are judged by themselves
    mixed = ExemplarSet([pencil.portraits[0], replace(pencil.portraits[1], photo=None)])
    method, reason = choose_method(mixed, "auto")
    assert isinstance(method, UnpairedPatchMethod)
    assert "look drawn" in reason


# --- Options ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"identity": 1.5}, "identity: found 1.5, expected a number from 0 to 1"),
        ({"texture": float("nan")}, "texture: found nan"),
        ({"labels": "icm"}, "labels: found 'icm', expected mrf or free"),
        ({"tone": "first"}, "tone: belongs to method energy; the method is patch"),
        (
            {"strenght": 1},
            "strenght: no such option; method patch knows identity, labels, texture",
        ),
        (
            {"method": "energy", "identity": 0.5},
            "identity: belongs to method patch-paired or patch-unpaired; the method is energy",
        ),
        ({"size": 64}, "size: belongs to method neural; the method is patch"),
        ({"method": "water"}, "method: found 'water', expected auto, patch, energy, patch-paired"),
    ],
)
def test_options_that_do_not_fit_are_named(drawings, options, message):
    with pytest.raises(UsageError, match=message):
        Stylizer(drawings, **{"method": "patch", **options})


def test_labels_are_for_exemplars_without_photographs(pencil, drawings):
    message = "labels: belongs to method patch-unpaired; the method is patch-paired (the exemplars"
    with pytest.raises(UsageError, match=re.escape(message)):
        Stylizer(pencil, labels="free")
    for labels in UnpairedSettings.options()["labels"].choices:
        stylizer = Stylizer(drawings, method="patch", labels=labels)
        assert stylizer.method.settings.labels == labels


# --- Results ---------------------------------------------------------------------------------


def test_few_pairs_are_used_as_drawings_alone(pencil, monkeypatch, caplog):
    monkeypatch.setattr("facestyle.methods.choice.FEWEST_PAIRS", 3)
    method, _ = choose_method(pencil, "patch")
    assert isinstance(method, UnpairedPatchMethod)
    assert "2 exemplars with photos are too few for paired patches (3 at least)" in caplog.text


@pytest.mark.parametrize("kind", ["unpaired", "paired"])
def test_a_portrait_becomes_a_drawing(request, kind, astronaut, drawings):
    result = request.getfixturevalue(kind)
    assert result.method == f"patch_{kind}"
    assert result.image.shape == astronaut.shape
    assert set(np.unique(result.labels)) <= {0, 1}
    assert result.outcome.names == ("grace_hopper.jpg", "erik_dahlgren.jpg")
    assert {"faces", "finish", "total"} < set(result.timings)
    # gray, as light as the drawings, and of the same person
    assert np.ptp(result.image, axis=2).mean() < 0.06
    head = result.matte > 0.9
    assert result.image[head].mean() > astronaut[head].mean() + 0.1
    x, y = np.round(result.face.landmarks.mean(axis=0)).astype(int)
    face = np.s_[y - 25 : y + 25, x - 25 : x + 25]
    blurred = [cv2.GaussianBlur(p.mean(axis=2), (0, 0), 2)[face] for p in (astronaut, result.image)]
    # two pairs are few: one sitter's glasses are drawn, too
    least = {"unpaired": 0.5, "paired": 0.35}[kind]
    assert np.corrcoef(blurred[0].ravel(), blurred[1].ravel())[0, 1] > least


@pytest.mark.parametrize("kind", ["unpaired", "paired"])
def test_the_exemplars_are_shown_aligned(request, kind, drawings, portrait):
    result = request.getfixturevalue(kind)
    aligned = result.aligned
    height, width = portrait.matte.shape
    assert aligned.shape[0] == 2
    assert abs(aligned.shape[1] / aligned.shape[2] - height / width) < 0.02
    # the eyes lie where the portrait's lie: dark there, light between
    scale = aligned.shape[2] / width
    luma = aligned.mean(axis=(0, 3))
    eyes = (portrait.face.eyes + 0.5) * scale - 0.5
    between = eyes.mean(axis=0)
    values = [luma[round(y), round(x)] for x, y in (*eyes, between)]
    assert max(values[:2]) < values[2]


def test_results_repeat(drawings, pencil, astronaut, unpaired, paired):
    again = Stylizer(drawings, method="patch")(astronaut)
    np.testing.assert_array_equal(again.image, unpaired.image)
    np.testing.assert_array_equal(Stylizer(pencil)(astronaut).image, paired.image)


@pytest.mark.parametrize("kind", ["drawings", "pencil"])
def test_strength(request, kind, astronaut, unpaired, paired):
    exemplars = request.getfixturevalue(kind)
    full = (unpaired if kind == "drawings" else paired).image
    image = np.round(astronaut * 255).astype(np.uint8)
    none = Stylizer(exemplars, method="patch", strength=0.0)(image)
    np.testing.assert_array_equal(none.image, image)
    half = Stylizer(exemplars, method="patch", strength=0.5)(astronaut).image
    np.testing.assert_allclose(half, (astronaut + full) / 2, atol=1e-5)


def test_identity_keeps_closer_to_the_photo(drawings, pencil, astronaut, portrait):
    inside = portrait.matte > 0.9

    def detail(image):
        gray = image.mean(axis=2)
        return (gray - cv2.GaussianBlur(gray, (0, 0), 4))[inside]

    for exemplars in (drawings, pencil):
        likeness = [
            np.corrcoef(
                detail(Stylizer(exemplars, method="patch", identity=share)(astronaut).image),
                detail(astronaut),
            )[0, 1]
            for share in (0.0, 1.0)
        ]
        assert likeness[1] > likeness[0] + 0.05


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_the_exemplar_of_like_hair_leads(drawings, astronaut, portrait, order):
    """Erik Dahlgren's hair is fair, Grace Hopper's hat is black; the astronaut's is between."""
    ordered = ExemplarSet(drawings.portraits[order])
    names, prepared = [p.name for p in ordered], prepare_singles(ordered)
    region_map = segment_regions(portrait).region_map
    hair = region_map == HAIR
    fair, dark = (np.where(hair[..., None], astronaut**power, astronaut) for power in (0.4, 2.5))
    chosen = [choose_lead(replace(portrait, image=image), prepared) for image in (fair, dark)]
    assert [names[lead] for lead in chosen] == ["erik_dahlgren.jpg", "grace_hopper.jpg"]
    result = Stylizer(ordered, method="patch")(dark)
    assert np.median(result.image[hair]) < 0.75
    # labels count the exemplars as they were given: dark hair is drawn by the lead's black hat
    small = cv2.resize(region_map, result.labels.shape[::-1], interpolation=cv2.INTER_NEAREST)
    assert (result.labels[small == HAIR] == names.index("grace_hopper.jpg")).mean() > 0.9


def test_a_dark_painting_among_light_ones_does_not_lead(drawings, portrait):
    """Its hair suits best, but everybody would be drawn as dark as it is."""
    prepared = prepare_singles(drawings)
    suits = prepared.pop(choose_lead(portrait, prepared))
    mean = suits.analysis.palette.mean.copy()
    mean[0, 0] = prepared[0].analysis.palette.mean[0, 0]
    for darker, expected in ((0.09, 0), (0.8, 1)):
        mean[0, 0] -= darker
        palette = replace(suits.analysis.palette, mean=mean.copy())
        odd = replace(suits, analysis=replace(suits.analysis, palette=palette))
        assert choose_lead(portrait, [odd, *prepared, prepared[0]]) == expected


# --- Preparation -----------------------------------------------------------------------------


@pytest.mark.parametrize("prepare", [prepare_singles, prepare_pairs])
def test_prepared_exemplars_come_back_from_the_cache(
    prepare, pencil, drawings, tmp_path, monkeypatch
):
    monkeypatch.setenv("FACESTYLE_CACHE", str(tmp_path))
    portraits = (pencil if prepare is prepare_pairs else drawings).portraits
    exemplars = ExemplarSet(portraits, fingerprints=["one", "two"])
    first = prepare(exemplars)
    entries = list(tmp_path.iterdir())
    assert len(entries) == 2
    # drawings are kept as bytes: as floats the larger pair would take 2.7 MB
    assert max(path.stat().st_size for path in entries) < 2.5e6

    def never(*arguments):
        raise AssertionError("prepared again")

    monkeypatch.setattr(disk_cache, "save", never)
    for one, two in zip(first, prepare(exemplars), strict=True):
        disk = {}, {}
        disk_cache._flatten("", one, disk[0])
        disk_cache._flatten("", two, disk[1])
        assert disk[0].keys() == disk[1].keys()
        for name in disk[0]:
            np.testing.assert_array_equal(disk[0][name], disk[1][name])
