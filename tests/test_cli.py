"""The command by real subprocesses: what it prints, what it writes, how it ends."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps
from skimage import data

from facestyle.io.images import read_image

ROOT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-m", "facestyle"]


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache")
    return {**os.environ, "PYTHONPATH": str(ROOT), "FACESTYLE_CACHE": str(cache)}


@pytest.fixture(scope="module")
def portrait():
    """Eileen Collins (NASA, public domain), 280 x 280."""
    return Image.fromarray(data.astronaut()).crop((84, 0, 364, 280))


@pytest.fixture(scope="module")
def looks(tmp_path_factory, portrait):
    """Two dark gray exemplars and one picture without a face."""
    folder = tmp_path_factory.mktemp("exemplars") / "noir"
    folder.mkdir()
    for name, picture in {"a": portrait, "b": ImageOps.mirror(portrait)}.items():
        picture.convert("L").point(lambda v: v * v // 600).save(folder / f"{name}.png")
    Image.new("RGB", (90, 90), "teal").save(folder / "c.png")
    return folder


@pytest.fixture
def run(environment, tmp_path):
    def run_command(*arguments):
        return subprocess.run(
            [*COMMAND, *map(str, arguments)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run_command


# --- The whole pipeline ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def mixed_run(environment, looks, portrait, tmp_path_factory):
    """One run over a folder with good and bad inputs: (process, folder)."""
    folder = tmp_path_factory.mktemp("mixed")
    photos = folder / "photos"
    (photos / "sub").mkdir(parents=True)
    exif = Image.Exif()
    exif[0x0112] = 3
    portrait.rotate(180).save(photos / "turned.jpg", quality=95, exif=exif)
    portrait.convert("L").save(photos / "sub" / "gray.png")
    Image.new("RGB", (200, 150), "olive").save(photos / "nobody.png")
    (photos / "notes.jpg").write_text("Dear diary")
    arguments = ["photos", "--exemplars", looks, "-o", "out", "--json", "--explain", "why"]
    process = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return process, folder


def test_one_bad_file_never_stops_the_others(mixed_run):
    process, _ = mixed_run
    records = {r["input"]: r for r in map(json.loads, process.stdout.splitlines())}
    assert {name: r["status"] for name, r in records.items()} == {
        "photos/nobody.png": "failed",
        "photos/notes.jpg": "failed",
        "photos/sub/gray.png": "done",
        "photos/turned.jpg": "done",
    }
    assert process.returncode == 1
    done = records["photos/turned.jpg"]
    assert done["output"] == "out/turned.jpg"
    assert done["size"] == [280, 280]
    assert 40 < done["face"]["inter_ocular"] < 90
    assert done["timings"]["total"] > 0


def test_each_error_is_one_line_that_names_the_file(mixed_run):
    process, _ = mixed_run
    errors = [line for line in process.stderr.splitlines() if "error:" in line]
    assert len(errors) == 2
    assert "photos/nobody.png: no face was found" in errors[0]
    assert "photos/notes.jpg: not a picture" in errors[1]
    assert "Traceback" not in process.stderr
    assert any("c.png" in line and "warning" in line for line in process.stderr.splitlines())


def test_results_are_upright_dark_and_of_the_input_kind(mixed_run, portrait):
    _, folder = mixed_run
    before = np.asarray(portrait, np.float32) / 255
    turned = read_image(folder / "out" / "turned.jpg")
    assert turned.rgb.shape == before.shape
    with Image.open(folder / "out" / "turned.jpg") as image:
        assert image.getexif().get(0x0112, 1) == 1
    face = np.s_[60:160, 90:190]
    correlation = np.corrcoef(before[face].mean(axis=2).ravel(), turned.rgb[face][..., 1].ravel())
    assert correlation[0, 1] > 0.8  # the same person, upright
    assert turned.rgb[face].mean() < 0.85 * before[face].mean()
    assert np.ptp(turned.rgb[face], axis=2).mean() < 0.03  # the exemplars are gray
    assert read_image(folder / "out" / "sub" / "gray.png").gray


def test_explanations_are_written(mixed_run):
    _, folder = mixed_run
    names = {path.name for path in (folder / "why" / "turned").iterdir()}
    assert {"landmarks.png", "matte.png", "mask.png", "exemplars.png", "labels.png"} <= names
    assert {"regions.png", "seams_before.png", "seams_after.png", "gain_1.png"} <= names
    page = (folder / "why" / "turned" / "index.html").read_text(encoding="utf-8")
    pictures = re.findall(r'<img src="([^"]+)" alt="([^"]*)"', page)
    assert {src for src, _ in pictures if not src.startswith("data:")} == {
        name for name in names if name.endswith(".png") and name != "exemplars.png"
    }
    assert all(alt for src, alt in pictures if not src.startswith("data:"))
    assert "a.png, " in page  # the legend of the label map
    assert "blend" in page  # the timings
    assert (folder / "why" / "sub" / "gray" / "labels.png").exists()
    labels = read_image(folder / "why" / "turned" / "labels.png").rgb
    assert labels.shape[0] > 280  # a legend below the picture
    assert labels.shape[1] == 280


def test_single_input_landmarks_file_and_existing_results(run, tmp_path, looks, portrait):
    from facestyle.faces import find_faces

    portrait.save(tmp_path / "me.png")
    [face] = find_faces(np.asarray(portrait, np.float32) / 255)
    lines = [f"{x:.2f} {y:.2f}" for x, y in face.landmarks]
    (tmp_path / "me.landmarks.txt").write_text("\n".join(["68", *lines]))
    arguments = ["me.png", "--exemplars", looks, "--landmarks-file", "me.landmarks.txt", "-q"]
    first = run(*arguments, "--background", "transparent")
    assert (first.returncode, first.stdout, first.stderr) == (0, "me_noir.png\n", "")
    result = read_image(tmp_path / "me_noir.png")
    assert result.alpha is not None
    assert result.alpha[0, 0] < 0.1
    assert result.alpha[100, 140] > 0.9

    again = run(*arguments)
    assert again.returncode == 3
    assert again.stderr.count("\n") == 1
    assert "me_noir.png: exists already" in again.stderr
    skipped = run("me.png", "--exemplars", looks, "--skip-existing", "--json")
    assert skipped.returncode == 0
    assert json.loads(skipped.stdout)["status"] == "skipped"


def test_a_matte_of_ones_own(run, tmp_path, looks, portrait):
    portrait.save(tmp_path / "me.png")
    width, height = portrait.size
    mask = np.zeros((height, width), np.uint8)
    mask[:, : width // 2] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    arguments = ["me.png", "--exemplars", looks, "--background", "transparent", "-q", "--matte"]
    done = run(*arguments, "mask.png")
    assert (done.returncode, done.stderr) == (0, "")
    alpha = read_image(tmp_path / "me_noir.png").alpha
    assert alpha[:, : width // 2].min() > 0.99
    assert alpha[:, width // 2 :].max() < 0.01

    Image.fromarray(mask[:-2]).save(tmp_path / "low.png")
    wrong = run(*arguments, "low.png", "--overwrite")
    assert wrong.returncode != 0
    assert f"expected ({height}, {width})" in wrong.stderr
    in_color = run(*arguments, "me.png", "--overwrite")
    assert "me.png: found a picture in color, expected a matte" in in_color.stderr
    # a person who fills the picture, and nobody at all
    Image.fromarray(np.full_like(mask, 255)).save(tmp_path / "white.png")
    assert run(*arguments, "white.png", "--overwrite").returncode == 0
    assert (
        Image.open(tmp_path / "me_noir.png").convert("RGBA").getchannel("A").getextrema()[0] > 250
    )
    Image.fromarray(np.zeros_like(mask)).save(tmp_path / "black.png")
    nobody = run(*arguments, "black.png", "--overwrite")
    assert nobody.returncode == 3
    assert "black.png: found a matte that is black all over" in nobody.stderr


def test_the_mask_of_an_explanation_is_a_matte(run, tmp_path, looks, portrait):
    portrait.resize((420, 420)).save(tmp_path / "me.png")
    arguments = ["me.png", "--exemplars", looks, "--max-size", "300", "-q"]
    assert run(*arguments, "-o", "first.png", "--explain", "why").returncode == 0
    mask = tmp_path / "why" / "first" / "mask.png"
    with Image.open(mask) as written:
        assert (written.mode, written.size) == ("L", (300, 300))
        values = np.asarray(written)
    assert values[:40, :40].max() < 20
    assert values[110:200, 130:180].min() > 250  # the face
    # a picture of the matte on the picture is beside it
    assert read_image(mask.with_name("matte.png")).rgb[:40, :40].mean(axis=(0, 1)).argmax() == 1
    again = run(*arguments, "-o", "again.png", "--matte", mask)
    assert (again.returncode, again.stderr) == (0, "")
    first, same = (read_image(tmp_path / f"{name}.png").rgb for name in ("first", "again"))
    assert np.abs(first - same).mean() < 0.003

    whole = Image.fromarray(values).resize((420, 420))  # of the picture's own size
    ImageOps.invert(whole).save(tmp_path / "others.png")
    assert run(*arguments, "-o", "other.png", "--matte", "others.png").returncode == 0
    assert np.abs(first - read_image(tmp_path / "other.png").rgb).mean() > 0.02


def test_interrupt(environment, tmp_path, looks, portrait):
    for index in range(10, 40):
        portrait.save(tmp_path / f"{index}.png")
    process = subprocess.Popen(
        [*COMMAND, ".", "--exemplars", str(looks)],
        # a shell lets its background jobs ignore the signal
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "10_noir.png\n"
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "interrupted" in errors
    assert "Traceback" not in errors
    assert not list(tmp_path.glob(".*"))


def test_drawings_with_their_photographs_by_themselves_and_by_force(run, tmp_path, portrait):
    portrait.resize((220, 220)).save(tmp_path / "me.png")
    drawing = ROOT / "exemplars" / "pencil" / "erik_dahlgren.jpg"
    photos = ROOT / "exemplars" / "pencil_photos"
    arguments = ["me.png", "--exemplars", drawing, "--background", "paper"]
    paired = run(*arguments, "--exemplar-photos", photos, "--identity", "0.5", "-o", "paired.png")
    assert (paired.returncode, paired.stdout) == (0, "paired.png\n")
    assert "method: patch-unpaired (too few exemplars with photographs)" in paired.stderr
    assert "1 exemplars with photos are too few for paired patches (8 at least)" in paired.stderr
    single = run(*arguments, "--texture", "0.6", "--labels", "free", "-o", "single.png")
    assert single.returncode == 0
    assert "method: patch-unpaired (1 of 1 exemplars look drawn: " in single.stderr
    pictures = [read_image(tmp_path / name).rgb for name in ("paired.png", "single.png")]
    assert np.abs(pictures[0] - pictures[1]).mean() > 0.01
    for picture in pictures:
        assert picture[:15, :15].mean() > 0.8  # paper
    forced = run(*arguments, "--method", "energy", "-o", "energy.png")
    assert (forced.returncode, forced.stderr) == (0, "")
    refused = run(*arguments, "--method", "energy", "--exemplar-photos", photos)
    assert refused.returncode == 2
    assert "--exemplar-photos belongs to --method patch" in refused.stderr


def test_auto_names_photographic_looks(run, tmp_path, portrait):
    portrait.resize((220, 220)).save(tmp_path / "me.png")
    look = ROOT / "exemplars" / "noir" / "grace_hopper.jpg"
    done = run("me.png", "--exemplars", look)
    assert done.returncode == 0
    assert "method: energy (1 of 1 exemplars look photographed: " in done.stderr
    refused = run("me.png", "--exemplars", look, "--labels", "mrf", "--overwrite", "-q")
    assert refused.returncode == 2
    expected = "error: --labels: belongs to method patch-unpaired; the method is energy (1 of 1"
    assert expected in refused.stderr


# --- Exemplars -------------------------------------------------------------------------------


def test_exemplars_verb(run, looks):
    process = run("exemplars", looks)
    assert process.returncode == 1
    a, b, c, usable, method, more = process.stdout.splitlines()
    assert a.startswith(f"{looks / 'a.png'}: usable: face ")
    assert "usable" in b
    assert "nearly the same picture as a.png" not in b  # it is mirrored
    assert usable == "2 of 3 are usable"
    assert method.startswith("method: energy (2 of 2 exemplars look photographed")
    assert more.startswith("6 more would help, 8 in all")
    assert c.startswith(f"{looks / 'c.png'}: not usable: no face was found")
    lines = run("exemplars", looks, "--json").stdout.splitlines()
    *records, last = [json.loads(line) for line in lines]
    assert last["summary"]["usable"] == 2
    assert [record["usable"] for record in records] == [True, True, False]
    assert records[0]["size"] == [280, 280]


def test_exemplars_of_which_none_is_usable(run, tmp_path, portrait):
    portrait.save(tmp_path / "me.png")
    (tmp_path / "empty").mkdir()
    Image.new("RGB", (90, 90)).save(tmp_path / "black.png")
    listed = run("exemplars", "black.png", "--json")
    assert listed.returncode == 3
    assert not json.loads(listed.stdout)["usable"]
    assert "black.png: none of the 1 pictures" in listed.stderr
    checked = run("exemplars", "empty")
    assert (checked.returncode, checked.stdout) == (3, "")
    assert "empty: the folder holds no pictures" in checked.stderr
    for folder, words in (("empty", "no pictures"), ("none", "no such"), ("black.png", "no face")):
        used = run("me.png", "--exemplars", folder, "-q")
        assert (used.returncode, used.stdout) == (3, "")
        assert used.stderr.startswith("facestyle: error: ")
        assert folder in used.stderr
        assert words in used.stderr
        assert used.stderr.count("\n") == 1


# --- Usage -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name it first: facestyle portrait.jpg"),
        (["a.jpg"], "--exemplars"),
        (["a.jpg", "--exemplars", "x", "--strength", "1.5"], "from 0 to 1"),
        (["a.jpg", "--exemplars", "x", "--strength", "nan"], "from 0 to 1"),
        (["a.jpg", "--exemplars", "x", "--background", "bluish"], "color like #"),
        (["a.jpg", "--exemplars", "x", "--face", "0"], "largest, all or a number"),
        (["a.jpg", "--exemplars", "x", "--method", "magic"], "magic"),
        (["a.jpg", "--exemplars", "x", "--seed", "-1"], "seed"),
        (["a.jpg", "--exemplars", "x", "--overwrite", "--skip-existing"], "not allowed"),
        (["a.jpg", "--exemplars", "x", "--identity", "2"], "from 0 to 1"),
        (["a.jpg", "--exemplars", "x", "--labels", "icm"], "mrf"),
        (["a.jpg", "b.jpg", "--exemplars", "x", "-o", "c.png"], "2 inputs"),
        (["a.jpg", "b.jpg", "--exemplars", "x", "--landmarks-file", "l.txt"], "one input"),
        (["exemplars"], "DIR"),
    ],
)
def test_usage_errors(run, arguments, words):
    process = run(*arguments)
    assert process.returncode == 2
    assert process.stdout == ""
    assert words in process.stderr
    assert "Traceback" not in process.stderr


def test_version_and_help(run):
    assert run("--version").stdout.startswith("facestyle 0.")
    for arguments in (["--help"], ["stylize", "--help"], ["exemplars", "--help"]):
        process = run(*arguments)
        assert process.returncode == 0
        assert "--json" in process.stdout
    assert "exemplars " in run("--help").stdout


def test_help_says_how_to_keep_the_background(run):
    # people who want a color grade want theirs
    said = " ".join(run("--help").stdout.split())
    described = said.split("--background stylize|keep|")[-1].split(" --face")[0]
    assert "the picture's own (keep)" in described


def test_help_imports_nothing_heavy(environment):
    script = (
        "import sys, facestyle.cli\n"
        "facestyle.cli.main(['--help'])\n"
        "print('LOADED', *{name.partition('.')[0] for name in sys.modules})"
    )
    process = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    loaded = set(process.stdout.rpartition("LOADED")[2].split())
    assert "facestyle" in loaded
    assert not loaded & {"numpy", "cv2", "PIL", "scipy", "numba", "dlib", "tqdm", "joblib", "torch"}
