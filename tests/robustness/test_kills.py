"""The command killed at any moment: nothing partial, nothing alive, and the same bytes after."""

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from processes import TORTURE, children, is_alive, wait_for
from skimage import data

ROOT = Path(__file__).resolve().parents[2]
KILLS = 30 if TORTURE else 1
PICTURES = 6 if TORTURE else 3
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="looks processes up in /proc"
)


@pytest.fixture(scope="module")
def begin(tmp_path_factory):
    """Begins the command in a folder with pictures and exemplars."""
    folder = tmp_path_factory.mktemp("kills")
    portrait = Image.fromarray(data.astronaut()).crop((84, 0, 364, 280))
    for number in range(PICTURES):
        path = folder / "photos" / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        portrait.crop((0, 0, 280 - 4 * number, 280)).save(path)
    (folder / "look").mkdir()
    portrait.convert("L").point(lambda v: v * v // 300).save(folder / "look" / "a.png")
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "FACESTYLE_CACHE": str(tmp_path_factory.mktemp("cache")),
    }

    def begin_command(output, *options):
        command = [sys.executable, "-m", "facestyle", "photos", "--exemplars", "look"]
        return subprocess.Popen(
            [*command, "-o", output, "-q", *options], cwd=folder, env=environment
        )

    begin_command.folder = folder
    return begin_command


def results_of(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.png")}


def test_kills_of_a_batch(begin, tally):
    assert begin("undisturbed", "--jobs", "2").wait(300) == 0
    expected = results_of(begin.folder / "undisturbed")
    assert len(expected) == PICTURES
    chance = random.Random(1)
    for number in range(KILLS):
        with tally.case(number):
            output = begin.folder / "out"
            shutil.rmtree(output, ignore_errors=True)
            process = begin("out", "--jobs", "2")
            wanted = chance.randint(1, PICTURES - 1)
            wait_for(lambda wanted=wanted, output=output: len(results_of(output)) >= wanted, 120)
            begun = children(process.pid)
            process.send_signal(SIGNALS[number % len(SIGNALS)])
            process.wait(30)
            assert begun
            assert wait_for(lambda begun=begun: not any(map(is_alive, begun)), 10)
            left = results_of(output)
            assert left.items() <= expected.items()
            assert begin("out", "--jobs", "2", "--skip-existing").wait(300) == 0
            assert results_of(output) == expected
