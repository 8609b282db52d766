"""Neural style transfer behind the stylizer's interface and the command line."""

import pickle
import sys

import numpy as np
import pytest
from PIL import Image, ImageOps
from skimage import data

torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra 'neural')")

from facestyle import ExemplarSet, Stylizer, cli  # noqa: E402
from facestyle.errors import FaceError, ModelFileError, UsageError  # noqa: E402
from facestyle.imaging.color import to_lab  # noqa: E402
from facestyle.methods.neural.by_region import with_own_lightness  # noqa: E402
from facestyle.neural import api, large_pictures  # noqa: E402
from facestyle.neural.model_files import save_model  # noqa: E402
from facestyle.neural.settings import Architecture  # noqa: E402
from facestyle.neural.transformer import Transformer  # noqa: E402
from facestyle.pipeline.pictures import InputPicture  # noqa: E402
from facestyle.progress import listening  # noqa: E402


def optimizing(path, **options):
    """A stylizer that optimizes towards a style picture."""
    return Stylizer(ExemplarSet.of_pictures(path), method="neural", **options)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A portrait, a picture without a face, a style picture and a model."""
    folder = tmp_path_factory.mktemp("neural")
    collins = Image.fromarray(data.astronaut()).crop((84, 0, 364, 280))
    collins.resize((200, 200)).save(folder / "portrait.png")
    red = ImageOps.mirror(collins).point([*range(256), *([v // 4 for v in range(256)] * 2)])
    red.save(folder / "red.png")
    Image.fromarray(data.coffee()).resize((90, 60)).save(folder / "coffee.png")
    stripes = np.tile(np.uint8([[[200, 40, 30], [20, 20, 60]]]), (48, 24, 1))
    Image.fromarray(stripes).save(folder / "wave.png")
    save_model(folder / "wave.safetensors", Transformer(Architecture(4, 1)), {})
    return folder


@pytest.fixture
def command(folder, monkeypatch):
    """The command in this process and folder."""
    monkeypatch.chdir(folder)
    return cli.main


def test_a_portraits_background_can_be_kept(folder):
    image = np.asarray(Image.open(folder / "portrait.png"))
    stylizer = Stylizer.from_model(folder / "wave.safetensors", area="person", device="cpu")
    result = stylizer(image)
    assert result.image.shape == image.shape
    assert result.image.dtype == np.uint8
    change = np.abs(result.image.astype(int) - image).mean(2)
    assert change[:20, :20].max() <= 1
    x, y = result.face.landmarks[30].round().astype(int)
    assert change[y - 10 : y + 10, x - 10 : x + 10].mean() > 10


def test_regions_need_a_face_in_the_picture(folder):
    image = np.asarray(Image.open(folder / "coffee.png"))
    stylizer = optimizing(folder / "wave.png", by_region=True, device="cpu")
    with pytest.raises(FaceError):
        stylizer(image)


def test_a_portrait_is_stylized_by_region(folder):
    image = np.asarray(Image.open(folder / "portrait.png"))
    settings = {"size": 64, "iterations": 6, "device": "cpu"}
    style = folder / "red.png"
    guided = optimizing(style, by_region=True, **settings)(image)
    whole = optimizing(style, **settings)(image)
    assert guided.image.shape == whole.image.shape == image.shape
    assert guided.face is not None
    assert np.abs(guided.image.astype(int) - whole.image).mean() > 0.2


def test_a_face_takes_strokes_but_no_features(folder, monkeypatch):
    """Deeper style layers hold whole eyes: they would fill a face with small faces."""
    chosen = {}

    def optimize(image, *_, regions, options, **__):
        chosen[regions is not None] = options
        return image

    monkeypatch.setattr(api, "stylize_optimize", optimize)
    image = np.asarray(Image.open(folder / "portrait.png"))
    for by_region in (False, True):
        optimizing(folder / "red.png", by_region=by_region, device="cpu")(image)
    face, *others = chosen[True].layers_of_regions
    assert set(face) == {"relu1_1", "relu2_1"}
    assert others == [chosen[False].style_layers] * 3
    assert chosen[True].content_of_regions == (5, 1, 1, 1)
    assert chosen[True].style_of_regions == (0.2, 1, 1, 1)
    assert chosen[False].layers_of_regions == ()
    assert chosen[False].iterations == 50  # on a CPU, unless told otherwise


@pytest.mark.parametrize("colors", ["style", "keep"])
def test_a_dark_sitter_does_not_become_as_light_as_the_exemplars(folder, monkeypatch, colors):
    seen = []

    def lighten(image, *_, **__):
        seen.append(image)
        return 0.55 + 0.4 * image

    monkeypatch.setattr(api, "stylize_optimize", lighten)
    image = (np.asarray(Image.open(folder / "portrait.png")) * 0.4).astype(np.uint8)
    face, wall = (slice(110, 130), slice(95, 115)), (slice(5, 25), slice(150, 190))
    stylizer = optimizing(folder / "red.png", by_region=True, colors=colors, device="cpu")
    drawn = (stylizer(image).image / 255).astype(np.float32)
    own, given = seen[0], 0.55 + 0.4 * seen[0]
    if colors == "keep":
        np.testing.assert_allclose(drawn, given, atol=2 / 255)
        return
    light = [float(to_lab(x)[face][..., 0].mean()) for x in (own, given, drawn)]
    assert 0.3 < (light[2] - light[0]) / (light[1] - light[0]) < 0.5  # .6 of the sitter's own
    np.testing.assert_allclose(drawn[wall], given[wall], atol=3 / 255)


def test_black_and_white_of_a_face_stay_when_its_lightness_is_kept():
    photo, result = np.full((40, 40, 3), 0.5, np.float32), np.full((20, 20, 3), 0.8, np.float32)
    result[5], result[6] = 0, 1
    regions = np.zeros((4, 40, 40), np.float32)
    regions[0, :30], regions[3, 30:] = 1, 1
    kept = with_own_lightness(result, photo, regions)
    np.testing.assert_allclose(kept[5], 0, atol=1e-3)
    np.testing.assert_allclose(kept[6], 1, atol=1e-3)
    np.testing.assert_allclose(kept[16:], result[16:], atol=2e-3)
    own, now = (float(to_lab(x)[10, 10, 0]) for x in (photo, result))
    assert float(to_lab(kept)[10, 10, 0]) == pytest.approx(0.4 * now + 0.6 * own, abs=0.06)


def test_a_style_without_a_face_makes_two_regions(folder, monkeypatch):
    """All of it serves each: dark hair by itself would become as light as the style."""
    found = {}

    def optimize(image, *_, regions, options, **__):
        found.update(regions=regions, options=options)
        return image

    monkeypatch.setattr(api, "stylize_optimize", optimize)
    image = np.asarray(Image.open(folder / "portrait.png"))
    optimizing(folder / "wave.png", by_region=True, device="cpu")(image)
    assert len(found["regions"]) == 2
    np.testing.assert_allclose(found["regions"].sum(0), 1, atol=1e-3)
    assert len(found["options"].layers_of_regions) == 2
    assert found["options"].style_of_regions == (0.05, 1.0)


def test_a_picture_without_a_face_is_told_what_to_leave_out(folder):
    stylizer = optimizing(folder / "wave.png", by_region=True, device="cpu")
    told = r'no face was found.*; .*leave out area=\.\.\., by_region and background="keep"'
    with pytest.raises(FaceError, match=told):
        stylizer(np.asarray(Image.open(folder / "coffee.png")))


def test_transparency_is_kept(folder):
    image = np.dstack((np.asarray(Image.open(folder / "coffee.png")), np.full((60, 90), 128)))
    stylizer = Stylizer.from_model(folder / "wave.safetensors", size=180, device="cpu")
    result = stylizer(image.astype(np.uint8))
    assert result.image.shape == image.shape
    assert (result.image[..., 3] == 128).all()


def test_a_stylizer_can_be_sent_to_other_processes(folder):
    stylizer = Stylizer.from_model(folder / "wave.safetensors", device="cpu")
    image = np.asarray(Image.open(folder / "coffee.png"))
    before = stylizer(image)
    after = pickle.loads(pickle.dumps(stylizer))(image)
    np.testing.assert_array_equal(before.image, after.image)


def test_options_that_contradict_each_other_are_refused(folder):
    style = folder / "wave.png"
    with pytest.raises(UsageError, match=r"found 1 style pictures and .* leave one of the two out"):
        optimizing(style, model="wave")
    with pytest.raises(UsageError, match=r"exemplars: found none; .* or a trained network"):
        Stylizer(None, method="neural")
    with pytest.raises(UsageError, match=r"by_region: belongs to .* has its style inside"):
        Stylizer.from_model("wave", by_region=True)
    with pytest.raises(UsageError, match="style_weights: found 2 for 1 style pictures"):
        optimizing(style, style_weights=(1.0, 2.0))
    with pytest.raises(UsageError, match="no weight above 0"):
        optimizing(style, style_weights=(0.0,))
    with pytest.raises(UsageError, match="background: found paper, expected stylize or keep"):
        optimizing(style, background="paper")
    with pytest.raises(UsageError, match="face: has no meaning for method neural, which"):
        optimizing(style, face=2)
    Stylizer.from_model("wave", face=2, area="person")  # here it has, too
    with pytest.raises(UsageError, match='area: found background, which background="keep" leaves'):
        Stylizer.from_model("wave", area="background", background="keep")
    Stylizer.from_model("wave", area="face", background="keep")
    optimizing(style, face=2, by_region=True)  # here it has
    with pytest.raises(ModelFileError, match="no model of this name"):
        Stylizer.from_model("nothing", device="cpu")(np.zeros((32, 32, 3), np.uint8))


def test_landmarks_are_not_dropped_in_silence(folder):
    image = np.asarray(Image.open(folder / "coffee.png"))
    stylizer = Stylizer.from_model(folder / "wave.safetensors", device="cpu")
    with pytest.raises(UsageError, match="landmarks: has no meaning for method neural"):
        stylizer(image, landmarks=np.zeros((68, 2)))


def test_a_model_decides_the_method(folder):
    stylizer = Stylizer(model=folder / "wave.safetensors")
    assert stylizer.method.name == "neural"
    assert stylizer.method_reason == "neural (a trained model was given)"
    with pytest.raises(UsageError, match="found no exemplars"):
        Stylizer()


@pytest.mark.parametrize(
    ("arguments", "size"),
    [
        (["--model", "wave.safetensors"], (90, 60)),
        (["--exemplars", "wave.png", "--method", "neural", "--size", "48"], (90, 60)),
    ],
)
def test_the_command_stylizes_a_picture_without_a_face(command, capsys, arguments, size):
    if "--method" in arguments:
        arguments = [*arguments, "--iterations", "2"]
    code = command(["coffee.png", "-o", "out.png", "--overwrite", "--device", "cpu", *arguments])
    assert code == 0
    assert capsys.readouterr().out.strip() == "out.png"
    assert Image.open("out.png").size == size


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--exemplars", "wave.png", "--size", "48"], "size: belongs to method neural"),
        (["--exemplars", "wave.png", "--method", "neural", "--identity", "1"], "identity: belongs"),
        (["--model", "wave.safetensors", "--face", "2"], "face: has no meaning"),
        (["--model", "wave.safetensors", "--background", "paper"], "expected stylize or keep"),
        (["--model", "wave.safetensors", "--explain", "why"], "has nothing to explain"),
        (
            ["--model", "wave.safetensors", "--background", "keep", "--area", "background"],
            "leave one of the two out",
        ),
        (
            ["--exemplars", "wave.png", "--method", "neural", "--exemplar-photos", "."],
            "--exemplar-photos belongs to --method patch, not to neural",
        ),
        (["--model", "wave.safetensors", "--exemplars", "wave.png"], "--model wave.safetensors"),
        ([], "--exemplars is required"),
    ],
)
def test_the_command_explains_what_cannot_be_combined(command, capsys, arguments, message):
    assert command(["coffee.png", *arguments]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("package", ["torch", "safetensors"])
def test_the_command_says_once_what_is_missing(command, capsys, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    assert command(["coffee.png", "portrait.png", "--model", "wave.safetensors"]) == 3
    errors = capsys.readouterr().err
    assert errors.count("error") == 1
    assert package in errors
    assert "pip install" in errors


def test_the_command_trains_a_model_that_the_command_uses(command, tmp_path):
    (tmp_path / "photos").mkdir()
    Image.open("coffee.png").save(tmp_path / "photos" / "coffee.png")
    model = tmp_path / "stripes.safetensors"
    small = ["--steps", "2", "--batch", "1", "--crop", "32", "--style-size", "32"]
    shape = ["--channels", "4", "--blocks", "1", "--device", "cpu", "-q"]
    photos = str(tmp_path / "photos")
    arguments = ["train", "wave.png", "--photos", photos, "-o", str(model), *small, *shape]
    assert command(arguments) == 0
    assert command(arguments) == 3  # the model exists
    output = str(tmp_path / "result.png")
    assert command(["coffee.png", "--model", str(model), "-o", output]) == 0
    assert Image.open(output).size == (90, 60)


def test_a_large_picture_tells_how_far_it_is(folder, monkeypatch):
    """12 MP take a minute, in which nothing was said."""
    heard = []
    picture = np.asarray(Image.open(folder / "portrait.png"))
    image = InputPicture(picture, picture, "portrait.png")
    stylizer = Stylizer.from_model(folder / "wave.safetensors", device="cpu")
    with listening(heard.append):
        quietly = stylizer.stylize(image)
        assert not heard  # a small one is done before anybody asks
        monkeypatch.setattr(large_pictures, "_WHOLE", 1000)
        told = stylizer.stylize(image)
    assert np.abs(told.image.astype(int) - quietly.image).max() <= 1
    parts = [step.done for step in heard]
    assert parts[0] == 0
    assert parts[-1] == 100
    assert len(parts) > 5
    assert (np.diff(parts) > 0).all()
    assert {(step.what, step.most) for step in heard} == {("portrait.png", 100)}
