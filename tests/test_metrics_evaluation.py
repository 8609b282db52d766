"""Tables for folders of results: pairing, means, and everything that can be missing."""

import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from facestyle.errors import MissingDependencyError, UsageError
from facestyle.faces import Portrait
from facestyle.metrics import delta_e_76, evaluate_folders, psnr, ssim

FAST = ["psnr", "ssim", "delta_e_76"]
Save = Callable[..., Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Write pictures into a folder: save("results", ann=picture)."""

    def write(folder: str, suffix: str = ".png", **pictures: np.ndarray) -> Path:
        path = tmp_path / folder
        path.mkdir(exist_ok=True)
        for name, picture in pictures.items():
            Image.fromarray(picture).save(path / f"{name}{suffix}")
        return path

    return write


def drawing(seed: int, shape: tuple[int, int] = (40, 48)) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (*shape, 3), dtype=np.uint8)


def test_pictures_are_paired_by_stem_and_averaged(save):
    results = save("results", ann=drawing(1), bob=drawing(2))
    truth = save("truth", ".bmp", ann=drawing(3), bob=drawing(4))
    rows = evaluate_folders(results, truth, metrics=FAST)
    assert [(row.name, row.is_mean) for row in rows] == [
        ("ann", False),
        ("bob", False),
        ("mean", True),
    ]
    for function in (psnr, ssim, delta_e_76):
        ann, bob = function(drawing(1), drawing(3)), function(drawing(2), drawing(4))
        values = [row.scores[function.__name__] for row in rows]
        assert values == pytest.approx([ann, bob, (ann + bob) / 2])
    assert not any(row.problems for row in rows)


def test_what_is_missing_is_reported_and_the_others_go_on(save):
    results = save("results", ann=drawing(1), bob=drawing(2))
    truth = save("truth", ann=drawing(3), cid=drawing(4))
    ann, bob, cid, mean = evaluate_folders(results, truth, metrics=FAST)
    assert not ann.problems
    assert "no true picture named 'bob'" in bob.problems[0]
    assert "no result named 'cid'" in cid.problems[0]
    assert not bob.scores
    assert not cid.scores
    assert mean.scores == ann.scores
    assert mean.problems == ("2 of 3 pictures could not be compared",)


def test_a_size_that_differs_names_both_sizes_and_the_file(save):
    results = save("results", ann=drawing(1), bob=drawing(2))
    truth = save("truth", ann=drawing(3), bob=drawing(4, (40, 50)))
    _, bob, mean = evaluate_folders(results, truth, metrics=FAST)
    assert "bob.png: has 50x40 px, the result 48x40 px" in bob.problems[0]
    assert mean.problems


def test_damaged_and_doubled_files_are_named(save):
    results = save("results", ann=drawing(1), bob=drawing(2), cid=drawing(3))
    truth = save("truth", ann=drawing(3), bob=drawing(4), cid=drawing(5))
    (truth / "bob.png").write_bytes(b"no picture")
    save("truth", ".bmp", cid=drawing(5))
    _, bob, cid, _ = evaluate_folders(results, truth, metrics=FAST)
    assert "bob.png" in bob.problems[0]
    assert "cid.bmp, cid.png bear one name" in cid.problems[0]


def test_nothing_to_compare_is_an_error_that_says_why(save, tmp_path):
    results, truth = save("results", ann=drawing(1)), save("truth", bob=drawing(2))
    with pytest.raises(UsageError, match="no true picture named 'ann'"):
        evaluate_folders(results, truth, metrics=FAST)
    with pytest.raises(UsageError, match="no such folder"):
        evaluate_folders(tmp_path / "nowhere", truth)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="holds no picture"):
        evaluate_folders(results, tmp_path / "empty")


def test_gray_and_transparent_files_are_compared_as_they_look(save):
    gray = drawing(1)[..., 0]
    alpha = np.zeros((*gray.shape, 4), np.uint8)  # black, and not there but for a corner: white
    alpha[0, 0] = 255
    results = save("results", ann=gray, bob=alpha)
    truth = save("truth", ann=np.repeat(gray[..., None], 3, axis=2), bob=np.full_like(gray, 255))
    ann, bob, _ = evaluate_folders(results, truth, metrics=["psnr"])
    assert ann.scores["psnr"] == bob.scores["psnr"] == float("inf")


def test_a_metric_that_cannot_judge_a_picture_leaves_the_others(save):
    results = save("results", ann=drawing(1), bob=drawing(2, (180, 176)))
    truth = save("truth", ann=drawing(3), bob=drawing(4, (180, 176)))
    ann, bob, mean = evaluate_folders(results, truth, metrics=["psnr", "ms_ssim"])
    assert "MS-SSIM needs pictures of at least 161 px" in ann.problems[0]
    assert set(ann.scores) == {"psnr"}
    assert mean.scores["ms_ssim"] == bob.scores["ms_ssim"]
    assert mean.problems == ("MS-SSIM: mean of 1 of 2 pictures",)


def test_unknown_and_unsuitable_metrics_are_named(save):
    results, truth = save("results", ann=drawing(1)), save("truth", ann=drawing(2))
    with pytest.raises(UsageError, match=r"'ssmi'.*ssim"):
        evaluate_folders(results, truth, metrics=["ssmi"])
    with pytest.raises(UsageError, match="identity_distance needs the photographs"):
        evaluate_folders(results, truth, metrics=["identity_distance"])
    with pytest.raises(UsageError, match="warping_error compares two successive frames"):
        evaluate_folders(results, truth, metrics=["warping_error"])
    with pytest.raises(UsageError, match="found none"):
        evaluate_folders(results, truth, metrics=[])


def test_without_torch_its_metrics_are_left_out_or_asked_for(save, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    results, truth = save("results", ann=drawing(1)), save("truth", ann=drawing(2))
    ann, mean = evaluate_folders(results, truth)
    assert "lpips" not in ann.scores
    assert {"psnr", "texture_distance", "spectrum_distance"} <= set(ann.scores)
    assert "left out: LPIPS, Gram style." in mean.problems[0]
    assert "pip install 'facestyle[neural]'" in mean.problems[0]
    with pytest.raises(MissingDependencyError):
        evaluate_folders(results, truth, metrics=["lpips"])


def test_faces_and_skin_are_measured_against_the_photographs(save, sitters: list[Portrait]):
    three = {}
    for portrait in sitters[:3]:
        small = portrait.image[:, :, :3]
        three[portrait.name] = (small * 255).round().astype(np.uint8)
    photos = save("photos", **three)
    softened = {name: cv2.GaussianBlur(photo, (0, 0), 0.7) for name, photo in three.items()}
    results = save("results", **softened)
    names = ["identity_distance", "landmark_drift", "skin_tone_slope", "skin_tone_rank"]
    *rows, mean = evaluate_folders(results, photos, photos, metrics=names)
    for row in rows:
        assert row.scores["identity_distance"] < 0.3
        assert row.scores["landmark_drift"] < 0.1
        assert "skin_tone_slope" not in row.scores
    assert mean.scores["skin_tone_slope"] == pytest.approx(1, abs=0.05)
    assert mean.scores["skin_tone_rank"] == 1


def test_a_result_without_a_face_or_a_photograph_is_said_to_have_none(save, sitters):
    photo = (sitters[0].image * 255).round().astype(np.uint8)
    noise = drawing(5, photo.shape[:2])
    results = save("results", ann=np.zeros_like(photo), bob=noise)
    truth = save("truth", ann=photo, bob=photo)
    photos = save("photos", ann=photo)
    ann, bob, mean = evaluate_folders(
        results, truth, photos, metrics=["psnr", "landmark_drift", "skin_tone_slope"]
    )
    assert ann.problems == ("landmark drift: no face is found in the result ann",)
    assert "no photograph named 'bob'" in bob.problems[0]
    assert set(mean.scores) == {"psnr"}
    assert any("3 sitters" in problem for problem in mean.problems)
