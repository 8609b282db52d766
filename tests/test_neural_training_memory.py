"""A training that cannot fit into memory is refused before it begins."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra 'neural')")

from facestyle import cli  # noqa: E402
from facestyle.errors import UsageError  # noqa: E402
from facestyle.neural import photos as photos_module  # noqa: E402
from facestyle.neural import training_memory  # noqa: E402
from facestyle.neural.photos import PhotoFolder  # noqa: E402
from facestyle.neural.settings import VIDEO_INPUTS, Architecture, TrainOptions  # noqa: E402
from facestyle.neural.training_memory import check_memory, memory_of, training_bytes  # noqa: E402

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("options", "measured"),
    [
        ({"crop": 64, "batch": 1}, 0.79),
        ({"crop": 256, "batch": 1}, 1.10),
        ({"crop": 512, "batch": 1}, 2.16),
        ({"crop": 1024, "batch": 1}, 5.43),
        ({"crop": 256, "batch": 4}, 2.13),
        ({"crop": 512, "batch": 4}, 5.42),
        ({"crop": 512, "batch": 1, "architecture": Architecture(channels=64)}, 2.77),
        ({"crop": 512, "batch": 1, "architecture": Architecture(blocks=10)}, 2.40),
        ({"crop": 512, "batch": 1, "architecture": Architecture(inputs=VIDEO_INPUTS)}, 3.42),
        ({"crop": 256, "batch": 1, "style_size": 1024}, 2.08),
    ],
)
def test_the_estimate_is_near_what_was_measured(options, measured):
    assert training_bytes(TrainOptions(**options)) / 1e9 == pytest.approx(measured, rel=0.2)


def test_more_takes_more():
    usual = TrainOptions(crop=512)
    for more in (
        replace(usual, crop=1024),
        replace(usual, batch=8),
        replace(usual, style_size=4096),
        replace(usual, architecture=Architecture(channels=64)),
        replace(usual, architecture=Architecture(blocks=10)),
        replace(usual, architecture=Architecture(inputs=VIDEO_INPUTS)),
    ):
        assert training_bytes(more) > 1.1 * training_bytes(usual)
    assert training_bytes(usual, processes=2) < 0.7 * training_bytes(usual)


def test_a_training_that_cannot_fit_is_refused_and_a_tight_one_is_told(monkeypatch, caplog):
    monkeypatch.setattr(training_memory, "memory_of", lambda _: 24_000_000_000)
    check_memory(TrainOptions(), CPU)
    assert not caplog.records
    with caplog.at_level("WARNING"):
        check_memory(TrainOptions(crop=1024), CPU)
    assert "crop: 1024 px in batches of 4 takes about 20 GB" in caplog.text
    with pytest.raises(
        UsageError, match=r"crop: 4096 px in batches of 4 takes about 316 GB of mem"
    ):
        check_memory(TrainOptions(crop=4096), CPU)
    monkeypatch.setattr(training_memory, "memory_of", lambda _: None)
    check_memory(TrainOptions(crop=4096), CPU)


def test_a_container_has_what_it_may_use(monkeypatch, tmp_path):
    (tmp_path / "memory.max").write_text("max\n")
    limits = (str(tmp_path / "memory.max"), str(tmp_path / "none"))
    monkeypatch.setattr(training_memory, "_CGROUP_LIMITS", limits)
    whole = memory_of(CPU)
    assert whole > 1e9
    (tmp_path / "memory.max").write_text("500000000\n")
    assert memory_of(CPU) == 500_000_000


def test_the_command_refuses_it_before_reading_photos(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(training_memory, "memory_of", lambda _: 24_000_000_000)
    monkeypatch.setattr("facestyle.neural.train.PhotoFolder", None)
    Image.new("RGB", (40, 40), (200, 30, 20)).save(tmp_path / "style.png")
    arguments = ["train", str(tmp_path / "style.png"), "--photos", str(tmp_path)]
    model = str(tmp_path / "m.safetensors")
    assert cli.main([*arguments, "-o", model, "--crop", "4096", "--device", "cpu"]) == 2
    assert "choose a smaller crop" in capsys.readouterr().err


def test_photos_stay_in_memory_as_far_as_there_is_room(monkeypatch, tmp_path):
    for number in range(6):
        shades = np.random.default_rng(number).integers(0, 255, (40, 40, 3), np.uint8)
        Image.fromarray(shades).save(tmp_path / f"{number}.png")
    read = []
    decode = photos_module._read_photo
    monkeypatch.setattr(
        photos_module, "_read_photo", lambda path, limit: read.append(path) or decode(path, limit)
    )
    roomy = PhotoFolder(tmp_path, 32)
    expected = roomy.batch(0, range(24))
    assert len(read) == len(set(read)) == 6
    read.clear()
    monkeypatch.setattr(photos_module, "_KEPT", 2 * 3 * 40 * 40)
    tight = PhotoFolder(tmp_path, 32)
    torch.testing.assert_close(tight.batch(0, range(24)), expected)
    assert len(tight._kept) == 2
    assert len(read) > 6
