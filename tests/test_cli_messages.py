"""What the command says of odd input, and that it works whatever its streams are."""

import json
import os
import re
import signal
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps
from skimage import data

from facestyle.cli import exit_codes, main
from facestyle.cli.messages import ClipProgress
from facestyle.cli.setting_options import with_option_names
from facestyle.cli.suggestions import mistyped_verb, nearest
from facestyle.cli.train import _progress

ROOT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-m", "facestyle"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A picture and a look."""
    folder = tmp_path_factory.mktemp("messages")
    portrait = Image.fromarray(data.astronaut()).crop((84, 0, 364, 280))
    portrait.save(folder / "me.png")
    (folder / "dark").mkdir()
    for name, picture in {"a": portrait, "b": ImageOps.mirror(portrait)}.items():
        dark = picture.convert("L").point(lambda v: v * v // 300)
        dark.save(folder / "dark" / f"{name}.png")
    return folder


@pytest.fixture
def said(folder, monkeypatch, capfd):
    """Run the command in this process; its exit code, stdout and stderr."""
    monkeypatch.chdir(folder)

    def run(*arguments):
        code = main(list(map(str, arguments)))
        captured = capfd.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    return run


# --- Mistyped --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["exemplar", "dark"], "did you mean 'facestyle exemplars'?"),
        (["trian", "a.png"], "did you mean 'facestyle train'?"),
        (["me.png", "--exemplars", "dark", "--bakground", "keep"], "did you mean --background?"),
        (["me.png", "--exemplar", "dark"], "did you mean --exemplars?"),
        (["me.png", "--exemplars=dark", "--skip-exist"], "did you mean --skip-existing?"),
        (["train", "a.png", "--photo", "x", "-o", "m"], "did you mean --photos?"),
    ],
)
def test_suggestions(said, arguments, meant):
    code, out, err = said(*arguments)
    assert code == 2
    assert out == ""
    assert meant in err
    assert err.count("\n") == 1


def test_files_are_no_mistyped_verbs(folder, monkeypatch):
    monkeypatch.chdir(folder)
    Path("trains").touch()
    verbs = ("train", "exemplars")
    assert mistyped_verb(["trains"], verbs) is None
    assert mistyped_verb(["trian.jpg"], verbs) is None
    assert mistyped_verb(["train2"], verbs) is None
    assert mistyped_verb([], verbs) is None
    assert nearest("--zzz", ["--face", "--seed"]) is None


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("--preview", "1" + 30 * "0", "a whole number from 1 to 1000000000"),
        ("--preview", 5000 * "9", "a whole number"),
        ("--seed", "1" + 20 * "0", "a whole number from 0 to 4294967295"),
        ("--size", "1e6", "a whole number from 32 to 16384"),
        ("--size", "999999999", "a whole number from 32 to 16384"),
        ("--start", "1e18", "expected seconds"),
        ("--start", "nan", "expected seconds"),
        ("--jobs", "99999999", "a whole number up to 1024"),
    ],
)
def test_numbers_beyond_all_limits(said, option, value, expected):
    code, _, err = said("me.png", "--exemplars", "dark", option, value)
    assert code == 2
    assert expected in err
    assert err.count("\n") == 1


# --- Allowed, yet odd ------------------------------------------------------------------------


def test_an_unknown_suffix_is_taken_for_a_folder_and_said(said, folder):
    code, out, err = said("me.png", "--exemplars", "dark", "-o", "new.xyz")
    assert code == 0
    assert out.strip() == "new.xyz/me.png"
    assert "-o new.xyz: '.xyz' is no format that is written, so it is taken for a folder" in err
    told = err.split("folder; pictures: ")[1].splitlines()[0].split("; videos: ")
    assert ".webp" in told[0]
    assert ".mp4" in told[1]
    assert not any(suffix in told[0] for suffix in (".mp4", ".cr2", ".heic"))  # only read
    assert "-o new" not in said("me.png", "--exemplars", "dark", "-o", "new.xyz", "--overwrite")[2]


def test_transparent_to_jpeg(said, folder):
    arguments = ["me.png", "--exemplars", "dark", "--background", "transparent"]
    code, _, err = said(*arguments, "-o", "clear.jpg")
    assert code == 0
    assert "clear.jpg: '.jpg' holds no opacity; laid on white" in err
    assert Image.open(folder / "clear.jpg").getpixel((2, 2)) >= (250, 250, 250)
    assert "opacity" not in said(*arguments, "-o", "clear.png")[2]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--explain", "why", "--exemplars", "dark+warm"], "explain the looks of dark+warm"),
        (["--explain", "why", "--exemplars", "dark", "--method", "neural"], "nothing to explain"),
        (["--draft", "d.png", "--exemplars", "dark", "--method", "energy"], "only --method neural"),
        (["--draft", "d", "--exemplars", "dark", "--method", "neural"], "is a picture; call it"),
        (["a.mp4", "--draft", "d.png", "--exemplars", "dark", "--method", "neural"], "--preview 3"),
        (["--draft", "me.png", "--exemplars", "dark", "--method", "neural"], "name another file"),
        (["--report", "report.png", "--exemplars", "dark"], "report.png: is a page; call it .html"),
        (["--matte", "no.png", "--exemplars", "dark"], "no.png: there is no such file"),
        (["--matte", "me.png", "--exemplars", "dark"], "me.png: found a picture in color"),
        (["--landmarks-file", "no.txt", "--exemplars", "dark"], "no.txt"),
    ],
)
def test_what_cannot_be_done_is_refused_before_exemplars_are_read(
    said, monkeypatch, arguments, expected
):
    monkeypatch.setattr("facestyle.pipeline.stylizer.read_exemplars", None)
    code, out, err = said("me.png", *arguments)
    assert code in (2, 3)
    assert out == ""
    assert expected in err


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["nobody.jpg"], "nobody.jpg: there is no such file. Check the name."),
        (
            ["nobody.jpg", "no.png", "none.tif"],
            "nobody.jpg: there is no such file; 2 more missing. Check the name.",
        ),
    ],
)
def test_without_any_input_no_exemplar_is_read(said, names, expected):
    code, out, err = said(*names, "--exemplars", "dark")
    assert (code, out) == (exit_codes.NOTHING_DONE, "")
    assert err == f"facestyle: error: {expected}\n"


def test_small_exemplars_are_said(said, folder, tmp_path):
    Image.open(folder / "dark" / "a.png").resize((180, 180)).save(tmp_path / "small.png")
    code, _, err = said("me.png", "--exemplars", tmp_path, "-o", tmp_path / "out.png")
    assert code == 0
    assert "1 of 1 exemplars have small faces" in err
    assert "small.png (" in err


def test_exemplars_of_two_kinds_are_said(caplog):
    from facestyle import ExemplarSet
    from facestyle.methods.choice import choose_method

    pencil = ExemplarSet.from_folder(ROOT / "exemplars" / "pencil")
    noir = ExemplarSet.from_folder(ROOT / "exemplars" / "noir")
    method, _ = choose_method(ExemplarSet([*pencil, noir.portraits[-1]]))
    assert method.name == "patch_unpaired"
    [record] = caplog.records
    assert f"{len(pencil)} of {len(pencil) + 1} look drawn, 1 photographed" in record.message
    assert noir.portraits[-1].name in record.message
    caplog.clear()
    choose_method(pencil)
    assert not caplog.records


def test_what_was_skipped_is_counted(said, folder):
    arguments = ["me.png", "dark/a.png", "--exemplars", "dark", "-o", "counted/"]
    assert said(*arguments)[0] == 0
    code, out, err = said(*arguments, "--skip-existing")
    assert (code, out) == (0, "")
    assert "2 of 2 inputs skipped, whose results exist" in err
    code, out, err = said(*arguments, "--skip-existing", "-q", "--json")
    assert [json.loads(line)["status"] for line in out.splitlines()] == ["skipped"] * 2
    assert err == ""


def test_what_exists_already_is_said_once_with_the_cause(said, folder):
    inputs = ["me.png", "dark/a.png", "dark/b.png"]
    assert said(*inputs[:2], "--exemplars", "dark", "-o", "kept/")[0] == 0
    before = (folder / "kept" / "me.png").read_bytes()
    code, out, err = said(*inputs, "--exemplars", "noir", "-o", "kept/")
    assert (code, out.splitlines()) == (1, [str(Path("kept") / "b.png")])
    assert (folder / "kept" / "me.png").read_bytes() == before
    [line] = [line for line in err.splitlines() if "error" in line]
    first, second = (str(Path("kept") / name) for name in ("me.png", "a.png"))
    assert f"2 of 3 results exist already and are kept: {first}, {second}. " in line
    assert "give both looks in one command (--exemplars OTHER noir), or name another fo" in line
    assert "--overwrite replaces them" in line
    # programs are told of each
    _, out, _ = said(*inputs, "--exemplars", "noir", "-o", "kept/", "--json")
    assert ["exists already" in json.loads(line)["error"] for line in out.splitlines()] == 3 * [
        True
    ]
    code, _, err = said("me.png", "--exemplars", "noir", "-o", "kept", "-q")
    assert code == 3
    assert err.count("\n") == 1
    assert f"{first}: exists already. In a folder" in err
    _, _, err = said(*inputs, "--exemplars", "noir", "-o", "kept", "-v")
    assert f"info: {first}: exists already" in err


def test_names_that_tell_the_look_have_no_other_cause(said):
    for arguments in (
        ["me.png", "--exemplars", "dark", "noir", "-o", "labeled/"],
        ["me.png", "--exemplars", "dark"],
        ["me.png", "--exemplars", "dark", "-o", "one.png"],
    ):
        assert said(*arguments)[0] == 0
        code, _, err = said(*arguments, "-q")
        assert code == 3
        assert err.count("\n") == 1
        assert "already" in err
        assert "--overwrite" in err
        assert "OTHER" not in err


def test_of_several_looks_it_is_said_which_is_meant(said):
    bad = "dark/a.txt.png"
    Path(bad).write_bytes(b"no picture")
    arguments = ["me.png", bad, "-v", "-o", "named/", "--overwrite"]
    _, _, err = said(*arguments, "--exemplars", "dark", "noir")
    failed = [line for line in err.splitlines() if "error" in line]
    assert [line.split(":")[1] for line in failed] == [" dark", " noir"]
    assert all(line.split(":")[2] == " error" for line in failed)
    told = [line.split(":")[1] for line in err.splitlines() if "info: me.png: 280" in line]
    assert told[0] == " dark"  # analyzed once, for both
    Path(bad).unlink()
    _, _, err = said("me.png", "-o", "named/", "--overwrite", "-v", "--exemplars", "dark")
    assert "dark:" not in err


def test_more_is_said_with_v(said):
    arguments = ["me.png", "--exemplars", "dark", "-o", "said.png", "--overwrite"]
    usual, more, most = (said(*arguments, *v)[2] for v in ([], ["-v"], ["-vv"]))
    assert "px by dlib" not in usual
    assert "info: me.png: 280 x 280 px, face" in more
    assert "px by dlib" in more
    assert re.search(r"debug: me\.png: faces \d+\.\d", most)
    assert "debug" not in more


# --- Streams ---------------------------------------------------------------------------------


def run_in(folder, arguments, redirection="", **environment):
    """Run the command by the shell, which closes or fills streams."""
    command = " ".join(f"'{argument}'" for argument in [*COMMAND, *arguments])
    return subprocess.run(
        f"{command} {redirection}",
        shell=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        timeout=300,
        check=False,
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    "redirection", [">/dev/full", ">&-", "2>&-", "2>/dev/full", "<&- >&- 2>&-", "| true"]
)
def test_the_work_is_done_whatever_the_streams_are(folder, redirection):
    output = folder / "streams.png"
    output.unlink(missing_ok=True)
    process = run_in(
        folder, ["me.png", "--exemplars", "dark", "-o", "streams.png", "-v"], redirection
    )
    assert process.returncode == 0
    assert b"Traceback" not in process.stderr
    assert b"Exception" not in process.stderr
    with Image.open(output) as picture:
        assert picture.size == (280, 280)


@pytest.mark.parametrize(
    ("name", "encoding", "printed"),
    [
        (b"b\xff.png", "utf-8", b"b\xff.png"),
        (b"b\xff.png", "cp1252", b"b\\udcff.png"),
        ("1写真.png".encode(), "cp1252", b"1\\u5199\\u771f.png"),
    ],
)
def test_names_that_the_console_cannot_show(folder, name, encoding, printed):
    source = os.path.join(os.fsencode(folder), name)
    try:
        Image.open(folder / "me.png").save(os.fsdecode(source))
    except (OSError, UnicodeError):
        pytest.skip("the file system has no such names")
    arguments = [os.fsdecode(name), "--exemplars", "dark", "-o", "names", "--overwrite"]
    process = run_in(folder, arguments, PYTHONIOENCODING=encoding)
    assert process.returncode == 0
    assert process.stdout.strip() == b"names/" + printed
    assert b"Traceback" not in process.stderr
    assert os.path.exists(os.path.join(os.fsencode(folder), b"names", name))
    process = run_in(folder, [*arguments, "--json"], PYTHONIOENCODING=encoding)
    assert os.fsencode(json.loads(process.stdout)["input"]) == name
    os.remove(source)


# --- Progress --------------------------------------------------------------------------------


def test_progress_inside_one_long_picture(monkeypatch, capsys):
    from facestyle.progress import Step

    now = iter(range(0, 1000, 11))
    monkeypatch.setattr("facestyle.cli.messages.time.monotonic", lambda: float(next(now)))
    progress = ClipProgress(quiet=False, unit="step")
    for number in (1, 2, 3):
        progress.show_steps(Step("me.png", number, 11, "loss 2.5"))
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "facestyle: me.png: 2 of 11 steps, loss 2.5, about 99 s left",
        "facestyle: me.png: 3 of 11 steps, loss 2.5, about 88 s left",
    ]


def test_neural_pictures_tell_how_far_they_are():
    pytest.importorskip("torch")
    from facestyle import ExemplarSet, Stylizer
    from facestyle.exemplars import ExemplarPicture
    from facestyle.progress import Step, listening

    picture = np.random.default_rng(0).random((40, 48, 3), dtype=np.float32)
    style = ExemplarSet([], pictures=[ExemplarPicture(picture[::-1].copy(), "style")])
    stylizer = Stylizer(style, method="neural", size=48, scales=1, iterations=3)
    told: list[Step] = []
    drafts = []

    def hear(step: Step) -> None:
        told.append(step)
        drafts.append(step.draft())

    with listening(hear):
        result = stylizer(picture)
    assert {step.what for step in told} == {"the picture"}
    assert [(step.done, step.most) for step in told] == [(1, 3), (2, 3), (3, 3)]
    losses = [float(step.detail.split()[1]) for step in told]
    assert told[0].detail == f"loss {losses[0]:.3g} at 48 px"
    assert losses[-1] < losses[0]
    np.testing.assert_allclose(drafts[-1].clip(0, 1), result.image, atol=1e-6)
    assert np.abs(drafts[-1] - drafts[0]).max() > 0.01
    count = len(told)
    stylizer(picture)
    assert len(told) == count


# --- Training --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-o", "no/such/model.safetensors"], "does not exist"),
        (["-o", "m.safetensors", "--checkpoint", "no/such/file"], "does not exist"),
        (["-o", "m.safetensors", "--preview", "me.png"], "is a file"),
        (["-o", "m.safetensors", "--learning-rate", "-1"], "expected a number from 0 to 1"),
        (["-o", "m.safetensors", "--style-weight", "nan"], "expected a number from 0"),
        (["-o", "m.safetensors", "--every", "0"], "expected a whole number from 1"),
    ],
)
def test_training_notices_what_is_missing_before_it_begins(said, arguments, expected):
    pytest.importorskip("torch")
    code, _, err = said("train", "me.png", "--photos", "dark", *arguments)
    assert code == 2
    assert expected in err


def test_training_interrupted_and_taken_up_again(folder):
    pytest.importorskip("torch")
    command = [*COMMAND, "train", "me.png", "--photos", "dark", "-o", "m.safetensors", "--json"]
    small = ["--channels", "4", "--blocks", "1", "--crop", "32", "--batch", "1", "--every", "1000"]
    short = ["--warm-up", "1000", "--style-size", "64"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    long = [*command, *small, *short, "--steps", "100000"]
    long[long.index("1000")] = "5"
    with subprocess.Popen(
        long, cwd=folder, env=environment, stdout=pipe, stderr=pipe, text=True
    ) as process:
        first = json.loads(process.stdout.readline())
        assert first["step"] == 5
        assert first["losses"]["recoloring"] > 0
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "interrupted; the training so far is kept" in err
    assert "Traceback" not in err
    assert (folder / "m.checkpoint").stat().st_size > 1000


def test_a_file_that_looks_like_an_option_is_told_how_to_be_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("-dash.jpg").write_bytes(b"a picture")
    assert main(["-dash.jpg", "--exemplars", "warm"]) == 2
    assert "the file is ./-dash.jpg" in capsys.readouterr().err


def test_training_says_after_which_step_it_goes_on(capsys):
    report = _progress(10)
    report(7, {"style": 1.0}, None)
    report(8, {"style": 1.0}, None)
    assert capsys.readouterr().err.count("going on after step 6") == 1
    _progress(10)(1, {"style": 1.0}, None)
    assert "going on" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("message", "given", "shown"),
    [
        ("by_region: belongs to it", {"by_region": True}, "--by-region: belongs to it"),
        ("x; by_region spares faces", {}, "x; --by-region spares faces"),
        ("area: found background", {"area": "background"}, "--area: found background"),
        ("area: no such file", {}, "area: no such file"),  # a file may be called that
        ("my_size/by_region.png: no such file", {}, "my_size/by_region.png: no such file"),
        ('leave out area=..., or background="keep"', {}, "leave out --area, or --background keep"),
        ('choose video_preset="fast"', {}, "choose --video-preset fast"),
        ("look.toml: by_region: expected true", {}, "look.toml: by_region: expected true"),
    ],
)
def test_settings_are_named_as_they_are_given(message, given, shown):
    assert with_option_names(message, Namespace(**given)) == shown


def test_parts_that_the_neural_method_knows_are_named_as_they_are_given(said):
    Image.new("RGB", (64, 48), "olive").save("wall.png")
    given = ["--model", "wave", "--device", "cpu", "-o", "wall_out.png", "--background", "keep"]
    _, _, err = said("wall.png", *given)
    assert "leave out --area, --by-region and --background keep" in err
    _, _, err = said("wall.png", *given, "--area", "background")
    assert "--area: found background, which --background keep leaves as it is" in err
    assert "or choose --area person" in err


def test_warnings_of_a_picture_name_settings_as_they_are_given(said):
    Image.new("RGB", (64, 48), "olive").save("plain.png")
    given = ["--model", "wave", "--face-strength", ".2", "--device", "cpu", "-o", "plain_out.png"]
    _, _, err = said("plain.png", *given)
    assert "plain.png: --face-strength has no effect, for no face was found" in err
    _, _, err = said("plain.png", *given[:2], "-o", "plain_out2.png")
    assert err.count("no face") == 0  # which is how a landscape is meant


def test_a_device_that_is_not_there_is_refused_once(said, monkeypatch):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra 'neural')")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for name in ("first.png", "second.png"):
        Image.new("RGB", (64, 48), "olive").save(name)
    code, _, err = said("first.png", "second.png", "--model", "wave", "--device", "cuda", "-o", "x")
    assert code == exit_codes.USAGE
    assert err.count("device 'cuda' was asked for") == 1
    assert "first.png" not in err


def test_a_setting_of_another_method_is_told_why_that_is_not_used(said):
    Image.new("RGB", (64, 48), "olive").save("plain.png")
    _, _, err = said("plain.png", "--model", "wave", "--identity", ".5", "-o", "plain_out.png")
    assert "--identity: belongs to method patch-paired or patch-unpaired" in err
    assert "the method is neural (a trained model was given)" in err


def test_style_pictures_and_a_model_are_both_named(said):
    Image.new("RGB", (64, 48), "olive").save("plain.png")
    given = ["--method", "neural", "--exemplars", "oil", "--model", "wave"]
    code, _, err = said("plain.png", *given, "-o", "plain_out.png")
    assert code == exit_codes.USAGE
    assert "found 9 style pictures and a trained network, --model wave" in err


def test_a_model_is_not_written_under_a_pictures_name(said, folder):
    code, _, err = said("train", "me.png", "--photos", "dark", "-o", "model.png")
    assert (code, (folder / "model.safetensors").exists()) == (exit_codes.USAGE, False)
    assert "-o model.png: found .png, expected a model's name: model.safetensors" in err
