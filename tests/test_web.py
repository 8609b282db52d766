"""The web page's server: uploads, jobs, limits; visitors see their own files alone."""

import io
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("starlette", reason="the extra web is not installed")
pytest.importorskip("httpx2", reason="httpx2 is not installed")

from starlette.testclient import TestClient

from facestyle.errors import UsageError
from facestyle.web.app import make_app
from facestyle.web.jobs import Job
from facestyle.web.limits import WebLimits
from facestyle.web.studio import Studio, Wish
from facestyle.web.visitors import Visitors, safe_name


def png(image: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.round(255 * image).astype(np.uint8)).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture(scope="module")
def looks(tmp_path_factory, sitters):
    """A folder of looks with one: two sitters in a dark blue light."""
    folder = tmp_path_factory.mktemp("looks")
    (folder / "night").mkdir()
    for index, sitter in enumerate(sitters[:2]):
        content = png(sitter.image * np.float32([0.3, 0.4, 0.7]))
        (folder / "night" / f"{index}.png").write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def app(looks):
    return make_app([looks], limits=WebLimits(picture_bytes=2 << 20, preview_side=200))


@pytest.fixture(scope="module")
def client(app):
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture(scope="module")
def upload(client, astronaut):
    response = client.post("/api/portraits?name=eileen.png", content=png(astronaut))
    assert response.status_code == 200
    return response.json()


def finished(client: TestClient, wish: dict) -> dict:
    job = client.post("/api/jobs", json=wish).json()
    while job["state"] in ("queued", "running"):
        time.sleep(0.05)
        job = client.get(f"/api/jobs/{job['id']}").json()
    return job


def picture_of(client: TestClient, address: str) -> np.ndarray:
    response = client.get(address)
    assert response.status_code == 200
    return np.asarray(Image.open(io.BytesIO(response.content)).convert("RGB"), np.float32) / 255


def test_a_portrait_is_redrawn_small_and_whole(client, upload, astronaut):
    assert upload["width"] == 340
    assert np.array(upload["faces"]).shape == (1, 68, 2)
    wish = {"upload": upload["id"], "look": "night", "method": "energy"}
    small = finished(client, wish)
    assert small["state"] == "done", small["message"]
    assert small["size"] == [200, 200]
    preview = picture_of(client, f"/api/jobs/{small['id']}/files/result.png")
    assert preview[40:120, 60:140, 2].mean() > 1.2 * preview[40:120, 60:140, 0].mean()
    whole = finished(client, {**wish, "kind": "full"})
    response = client.get(f"/api/jobs/{whole['id']}/download?as=jpg")
    assert 'filename="eileen_night.jpg"' in response.headers["content-disposition"]
    assert Image.open(io.BytesIO(response.content)).size == (340, 340)
    for name in ("labels.png", "matte.png"):
        assert picture_of(client, f"/api/jobs/{small['id']}/files/{name}").std() > 0.05


def test_dials_are_those_of_the_settings_and_are_checked(client, upload):
    dials = client.get("/api/looks").json()["dials"]
    assert {d["name"] for d in dials["general"]} >= {"strength", "background"}
    assert {d["name"] for d in dials["methods"]["energy"]["dials"]} >= {"tone", "seams"}
    assert not any("model" in str(d["name"]) for d in dials["methods"]["neural"]["dials"])
    wish = {"upload": upload["id"], "look": "night", "method": "energy"}
    none = finished(client, {**wish, "options": {"strength": 0}})
    shown = picture_of(client, f"/api/jobs/{none['id']}/files/result.png")
    before = picture_of(client, f"/api/portraits/{upload['id']}/preview.png")
    np.testing.assert_array_equal(shown, before)
    wrong = finished(client, {**wish, "options": {"strength": 7}})
    assert wrong["state"] == "failed"
    assert "from 0 to 1" in wrong["message"]
    refused = client.post("/api/jobs", json={**wish, "options": {"model": "/etc/passwd"}})
    assert refused.status_code == 422


def test_a_corrected_matte_and_landmarks_are_used(client, upload):
    half = np.zeros((200, 200, 3), np.float32)
    half[:, :100] = 1
    address = f"/api/portraits/{upload['id']}/matte"
    assert client.put(address, content=png(half)).status_code == 200
    wish = {
        "upload": upload["id"],
        "look": "night",
        "method": "energy",
        "options": {"background": "keep"},
        "landmarks": upload["faces"][0],
    }
    job = finished(client, wish)
    client.delete(address)
    shown = picture_of(client, f"/api/jobs/{job['id']}/files/result.png")
    before = picture_of(client, f"/api/portraits/{upload['id']}/preview.png")
    np.testing.assert_allclose(shown[:, 105:], before[:, 105:], atol=0.005)
    assert np.abs(shown[40:120, 60:95] - before[40:120, 60:95]).mean() > 0.05
    assert client.put(address, content=b"no picture").status_code == 422
    assert client.post("/api/jobs", json={**wish, "landmarks": [[1, 2]]}).status_code == 422


def test_own_exemplars_and_a_picture_without_a_face(client, upload, looks):
    found = client.post("/api/sets").json()["id"]
    for path in (looks / "night").iterdir():
        response = client.post(f"/api/sets/{found}?name={path.name}", content=path.read_bytes())
        assert response.status_code == 200
    wall = png(np.full((90, 90, 3), 0.5))
    assert client.post(f"/api/sets/{found}?name=wall.png", content=wall).status_code == 200
    for _ in ("read", "known"):
        job = finished(client, {"upload": upload["id"], "set": found, "method": "energy"})
        assert job["state"] == "done", job["message"]
        # once, under its own name, without the words of the command line
        assert len(job["notices"]) == 1
        assert "wall.png: no face was found" in job["notices"][0]
        assert "my_exemplars" not in job["notices"][0]
        assert "--" not in job["notices"][0]
    plain = client.post("/api/portraits?name=wall.png", content=wall)
    assert plain.json()["faces"] == []
    job = finished(client, {"upload": plain.json()["id"], "look": "night"})
    assert job["state"] == "failed"
    assert job["message"].startswith("wall.png: no face was found")


def test_others_see_nothing_of_it(app, client, upload):
    job = finished(client, {"upload": upload["id"], "look": "night", "method": "energy"})
    other = TestClient(app, base_url="http://127.0.0.1")
    for address in (
        f"/api/jobs/{job['id']}",
        f"/api/jobs/{job['id']}/files/result.png",
        f"/api/jobs/{job['id']}/download",
        f"/api/portraits/{upload['id']}/preview.png",
    ):
        assert client.get(address).status_code == 200
        assert other.get(address).status_code == 404
    assert (
        other.post("/api/jobs", json={"upload": upload["id"], "look": "night"}).status_code == 404
    )


def test_uploads_are_bounded(client):
    large = client.post("/api/portraits?name=large.png", content=bytes(3 << 20))
    assert large.status_code == 422
    assert "2 MB" in large.json()["error"]
    assert client.post("/api/portraits?name=a.png", content=b"").status_code == 422
    assert client.post("/api/portraits?name=a.png", content=b"no picture").status_code == 422
    no_clip = client.post("/api/clips?name=a.mp4", content=bytes(999))
    assert no_clip.status_code == 422
    assert no_clip.json()["error"].startswith("a.mp4: ")
    script = client.post("/api/portraits?name=a.php", content=b"x")
    assert "not read" in script.json()["error"]
    assert "/tmp" not in client.post("/api/portraits?name=a.png", content=b"x").json()["error"]


def test_other_sites_are_refused(client):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 403
    headers = {"origin": "http://evil.example"}
    assert client.post("/api/sets", headers=headers).status_code == 403
    response = client.get("/")
    assert "default-src 'self'" in response.headers["content-security-policy"]


@pytest.mark.parametrize(
    "name", ["../../x.png", "..\\x.png", "/etc/x.png", "-x.png", ". .png", "ü" * 300 + ".png"]
)
def test_names_of_uploads_stay_in_their_folder(name, tmp_path):
    safe = safe_name(name, frozenset({".png"}))
    assert (tmp_path / safe).resolve().parent == tmp_path
    assert not safe.startswith((".", "-"))
    assert len(safe) <= 84
    with pytest.raises(UsageError):
        safe_name("x.svg", frozenset({".png"}))


def test_what_is_refused_leaves_nothing():
    visitors = Visitors(WebLimits())
    visitor = visitors.find(None)
    with pytest.raises(FileNotFoundError), visitor.receiving() as (_, folder):
        (folder / "nowhere" / "a.png").write_bytes(b"x")
    assert list(visitor.folder.iterdir()) == []
    visitors.close()


def test_a_job_that_nobody_asks_for_ends(tmp_path):
    def work(job: Job) -> dict:
        job.tell("drawing", 1, 9)
        job.asked -= 200  # the page was closed
        job.tell("drawing", 2, 9)
        raise AssertionError("it went on")

    left = Job(work, "full", tmp_path)
    left.run()
    assert (left.state, left.step) == ("canceled", ("drawing", 1, 9))
    waiting = Job(work, "full", tmp_path)
    waiting.asked -= 200
    waiting.run()
    assert (waiting.state, waiting.step) == ("canceled", ("", 0, 0))


def test_idle_visitors_and_the_oldest_files_are_deleted():
    visitors = Visitors(WebLimits(kept=2, visitors=2, idle=1000))
    first = visitors.find(None)
    kept = [first.new_folder() for _ in range(3)]
    for key, folder in kept:
        first.keep(first.sets, key, folder)
    assert [folder.exists() for _, folder in kept] == [False, True, True]
    visitors.find(None)
    visitors.find(None)
    assert not first.folder.exists()
    second = visitors.find(None)
    second.seen -= 2000
    visitors.forget_idle()
    assert not second.folder.exists()
    visitors.close()


def test_the_first_seconds_of_a_clip_are_shown(client):
    pytest.importorskip("av", reason="the extra video is not installed")
    clip = (Path(__file__).parent / "media" / "cutaway.mp4").read_bytes()
    found = client.post("/api/clips?name=cutaway.mp4", content=clip).json()
    job = finished(client, {"upload": found["id"], "look": "night", "method": "energy"})
    assert job["state"] == "done", job["message"]
    assert job["kind"] == "clip"
    assert 1 <= job["frames"] <= 61
    response = client.get(f"/api/jobs/{job['id']}/files/result.mp4")
    assert response.headers["content-type"] == "video/mp4"
    assert len(response.content) > 1000


def test_the_detector_that_is_asked_for_finds_the_exemplars(looks, tmp_path):
    studio = Studio(WebLimits())
    job = Job(lambda job: {}, "preview", tmp_path)
    for detector in ("dlib", "mesh"):
        stylizer, _ = studio._stylizer(
            job, Wish(looks / "night", "energy", {"landmarks": detector})
        )
        assert {portrait.face.source for portrait in stylizer.exemplars} == {detector}
