"""Runs that are killed (SIGKILL) at any moment go on to the same bytes, and nothing half is left.

A sample runs with the other tests. ``FACESTYLE_TORTURE=1`` runs the long form.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from video_clips import make_clip

from facestyle.io.videos import is_complete

TORTURE = os.environ.get("FACESTYLE_TORTURE", "") not in ("", "0")
KILLS = 20 if TORTURE else 1  # for every kind of output

# Every frame depends on all before, and takes a while.
RUN = """
import sys, time
import numpy as np
from facestyle.io.videos import SegmentedWriter, SequenceWriter, check_video_output, open_video
source, path, pause = open_video(sys.argv[1]), sys.argv[2], float(sys.argv[3])
check_video_output(path, overwrite=False)
kind = SequenceWriter if "%" in path else SegmentedWriter
with kind(path, source.info, segment_frames=5) as writer:
    print("ready", flush=True)
    point = writer.resume_point()
    memory = None if point.state is None else point.state["memory"]
    for frame in source.frames(skip=point.frames):
        time.sleep(pause)
        pixels = frame.pixels.astype(np.float32) / 255
        memory = pixels if memory is None else 0.8 * memory + 0.2 * pixels
        writer.write(memory, frame)
        if writer.segment_is_full:
            writer.finish_segment({"memory": memory})
    writer.finish()
"""


def start(clip: Path, output: Path, pause: float) -> subprocess.Popen:
    command = [sys.executable, "-c", RUN, str(clip), str(output), str(pause)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("name", ["b.mp4", "b.webm", "b/%05d.png"])
def test_killed_runs_go_on_to_the_same_bytes(tmp_path, name, tally):
    clip = make_clip(tmp_path / "a.mp4", count=30, sound=None if name == "b.webm" else "aac").path
    (tmp_path / "whole").mkdir()
    _, complaint = start(clip, tmp_path / "whole" / name, 0).communicate()
    assert complaint == b""
    expected = contents(tmp_path / "whole")
    rng = np.random.default_rng(len(name))
    for number in range(KILLS):
        with tally.case(number):
            folder = tmp_path / str(number)
            folder.mkdir()
            process = start(clip, folder / name, 0.01)
            assert process.stdout.readline() == b"ready\n"
            time.sleep(float(rng.uniform(0, 0.5)))
            process.send_signal(signal.SIGKILL)
            process.communicate()
            if not is_complete(folder / name):  # else it was killed when all was done
                _, complaint = start(clip, folder / name, 0).communicate()
                assert complaint == b""
                assert contents(folder) == expected
            assert is_complete(folder / name)
            assert contents(folder).items() >= expected.items()
