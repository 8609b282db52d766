"""Names of every kind are files, and files that name others are not followed."""

import os
import socket
import threading
from pathlib import Path

import numpy as np
import pytest
from video_clips import make_clip

from facestyle.errors import OutputExistsError, VideoError
from facestyle.io.images import write_image
from facestyle.io.videos import (
    check_video_output,
    is_complete,
    is_sequence,
    list_sequence,
    open_video,
    open_video_writer,
)
from facestyle.io.videos.names import frame_path

NAMES = [
    "2024-05-01T12:30:05.mp4",
    "concat:a|b.mp4",
    "http:127.0.0.1:1.mp4",
    "file:a.mp4",
    "pipe:0.mp4",
    "%d?#& .mp4",
    "写真 é.mp4",
    "-i.mp4",
    "x" * 240 + ".mp4",
    "é" * 125 + ".mp4",
    os.fsdecode(b"n\xff\xe9.mp4"),
]


def copy(source_path, path) -> None:
    source = open_video(source_path)
    with open_video_writer(path, source.info) as writer:
        for frame in source.frames():
            writer.write(frame.pixels, frame)
        writer.finish()


@pytest.mark.parametrize("relative", [False, True])
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_every_name_is_a_file_s(tmp_path, name, relative, monkeypatch):
    clip = make_clip(tmp_path / "a.mp4", count=3)
    monkeypatch.chdir(tmp_path)
    folder = Path() if relative else tmp_path
    try:
        clip.path.rename(folder / name)
    except OSError:
        pytest.skip("this file system takes no such name")
    (tmp_path / "out").mkdir()
    copy(folder / name, folder / "out" / name)
    assert os.listdir(tmp_path / "out") == [name]
    assert len(list(open_video(folder / "out" / name).frames())) == 3


@pytest.fixture
def listener():
    """A server that notes who connects."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)
    visits: list[object] = []
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            visits.append(connection)
            connection.close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield server.getsockname()[1], visits
    stop.set()
    thread.join()
    server.close()


LISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{url}a.ts\n#EXT-X-ENDLIST\n",
    "hls_file": "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{file}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile {url}a.ts\n",
    "concat_file": "ffconcat version 1.0\nfile {file}\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
    "m=video {port} RTP/AVP 96\na=rtpmap:96 H264/90000\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static">'
    "<Period><AdaptationSet><Representation><BaseURL>{url}a.mp4</BaseURL></Representation>"
    "</AdaptationSet></Period></MPD>",
    "rtsp": "RTSPtext\nrtsp://127.0.0.1:{port}/a\n",
}


@pytest.mark.parametrize("suffix", [".mp4", ".ts", ".mov"])
@pytest.mark.parametrize("kind", LISTS)
def test_lists_of_addresses_open_no_connection(tmp_path, listener, kind, suffix):
    port, visits = listener
    make_clip(tmp_path / "other.mp4", count=2)
    text = LISTS[kind].format(url=f"http://127.0.0.1:{port}/", port=port, file="other.mp4")
    (tmp_path / f"list{suffix}").write_text(text)
    with pytest.raises(VideoError, match="cannot be read as a video"):
        open_video(tmp_path / f"list{suffix}")
    assert visits == []


def test_only_regular_files_are_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(VideoError, match=r"pipe\.mp4: .*a pipe"):
        open_video(tmp_path / "pipe.mp4")
    (tmp_path / "zero.mp4").symlink_to("/dev/zero")
    with pytest.raises(VideoError, match=r"zero\.mp4: .*a device"):
        open_video(tmp_path / "zero.mp4")
    (tmp_path / "gone.mp4").symlink_to("nowhere")
    with pytest.raises(VideoError, match="No such file"):
        open_video(tmp_path / "gone.mp4")
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(VideoError, match="cannot be read as a video"):
        open_video(tmp_path / "empty.mp4")


def test_a_file_that_looks_like_a_pattern_is_a_file(tmp_path):
    assert is_sequence(tmp_path / "photo%d.jpg")
    write_image(tmp_path / "photo%d.jpg", np.zeros((8, 8, 3), np.float32))
    assert not is_sequence(tmp_path / "photo%d.jpg")


@pytest.mark.parametrize("pattern", ["%0999999999d.png", "%099d.png", "%021d.png"])
def test_numbers_of_too_many_digits_are_named(tmp_path, pattern):
    for use in (list_sequence, check_video_output, open_video):
        with pytest.raises(VideoError, match="at most 20"):
            use(tmp_path / pattern)
    assert not is_complete(tmp_path / pattern)
    assert frame_path("%020d.png", 3).name == "0" * 19 + "3.png"


def test_any_picture_of_the_pattern_is_protected(tmp_path):
    write_image(tmp_path / "00001.png", np.zeros((8, 8, 3), np.float32))
    with pytest.raises(OutputExistsError, match=r"00001\.png"):
        check_video_output(tmp_path / "%05d.png", overwrite=False)
    check_video_output(tmp_path / "%05d.png", overwrite=True)
    check_video_output(tmp_path / "%03d_a.png", overwrite=False)
    check_video_output(tmp_path / "none" / "%03d.png", overwrite=False)


def test_numbers_of_a_sequence_are_kept(tmp_path):
    for number in range(17, 21):
        write_image(tmp_path / f"{number:05d}.png", np.full((8, 8, 3), number / 255, np.float32))
    copy(tmp_path / "%05d.png", tmp_path / "out" / "%05d.png")
    assert sorted(os.listdir(tmp_path / "out")) == [f"{n:05d}.png" for n in range(17, 21)]
    source = open_video(tmp_path / "%05d.png", frame_rate=10, start=0.2)
    with open_video_writer(tmp_path / "part" / "%03d.png", source.info) as writer:
        for frame in source.frames():
            writer.write(frame.pixels, frame)
        writer.finish()
    assert sorted(os.listdir(tmp_path / "part")) == ["019.png", "020.png"]
