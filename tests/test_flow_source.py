"""Flow by a method that is named, or from files."""

import numpy as np
import pytest
from moving_faces import moving_clip, true_flow

from facestyle import ExemplarSet, Stylizer
from facestyle.errors import FlowFileError, UsageError
from facestyle.flow import FlowSource, estimate_flows, flo_name, parse_flow_source, write_flo


@pytest.fixture(scope="module")
def clip(astronaut):
    return moving_clip(astronaut, 4)


@pytest.fixture
def folder(clip, tmp_path):
    """True flows of the clip, as files."""
    frames, matrices = clip
    for a, b in ((n, n + d) for n in range(4) for d in (-1, 1) if 0 <= n + d < 4):
        flow = true_flow(matrices[a], matrices[b], frames[0].shape[:2])
        write_flo(tmp_path / flo_name(a + 1, b + 1), flow)
    return tmp_path


@pytest.mark.parametrize("method", ["dis", "sparse-to-dense"])
def test_a_method_is_asked_for_by_name(clip, method):
    first, second = clip[0][:2]
    found = parse_flow_source(method).between(first, second, (0, 1), size=100)
    expected = estimate_flows(first, second, method=method, size=100)
    np.testing.assert_array_equal(found, expected)


def test_files_are_numbered_from_one_and_scaled_with_the_frames(clip, folder):
    frames, matrices = clip
    source = parse_flow_source(folder)
    truth = true_flow(matrices[1], matrices[2], (340, 340))
    forward, backward = source.between(frames[1], frames[2], (1, 2))
    np.testing.assert_array_equal(forward, truth)
    np.testing.assert_array_equal(backward, true_flow(matrices[2], matrices[1], (340, 340)))
    small, _ = source.between(frames[1, ::2, ::2], frames[2, ::2, ::2], (1, 2))
    assert small.shape == (170, 170, 2)
    np.testing.assert_allclose(small, truth[::2, ::2] / 2, atol=0.05)
    assert np.abs(truth).max() > 1


def test_unknown_vectors_are_no_motion(tmp_path):
    flow = np.ones((20, 30, 2), np.float32)
    flow[3, 4] = np.nan
    for name in (flo_name(1, 2), flo_name(2, 1)):
        write_flo(tmp_path / name, flow)
    picture = np.zeros((20, 30, 3), np.uint8)
    forward, _ = FlowSource(folder=tmp_path).between(picture, picture, (0, 1))
    assert (forward[3, 4] == 0).all()
    assert forward.sum() == 2 * (20 * 30 - 1)


def test_what_is_wrong_with_files_is_said(clip, folder):
    frames = clip[0]
    source = parse_flow_source(folder)
    with pytest.raises(FlowFileError, match=r"forward_4_5\.flo: cannot be read"):
        source.between(frames[3], frames[3], (3, 4))
    with pytest.raises(FlowFileError, match=r"of 340 x 340 px for frames of 340 x 100"):
        source.between(frames[0, :100], frames[1, :100], (0, 1))


def test_another_word_is_refused(sitters, tmp_path):
    with pytest.raises(UsageError, match="dis, deepflow, sparse-to-dense, or a folder"):
        parse_flow_source(tmp_path / "nothing")
    with pytest.raises(UsageError, match="flow: found 'horn'"):
        Stylizer(ExemplarSet(sitters[:1]), method="energy", flow="horn")


def test_a_clip_follows_the_files(sitters, clip, folder):
    """True motion serves like the estimated one; wrong motion is found out and not trusted."""
    frames, matrices = clip
    exemplars = ExemplarSet(sitters[:1])

    def last(flow):
        stylizer = Stylizer(exemplars, method="energy", flow=flow)
        return list(stylizer.video(frames))[-1].image.astype(float)

    estimated, followed = last("dis"), last(folder)
    assert 0 < np.abs(estimated - followed).mean() < 1
    for n in range(1, 4):
        shifted = true_flow(matrices[n - 1], matrices[n], (340, 340)) + np.float32(30)
        write_flo(folder / flo_name(n, n + 1), shifted)
    distrusted = last(folder)
    alone = Stylizer(exemplars, method="energy")(frames[-1]).image.astype(float)
    assert np.abs(distrusted - alone).mean() < np.abs(followed - alone).mean() + 1
    assert np.abs(distrusted - followed).mean() > 0.2


def test_the_fingerprint_changes_with_the_files(folder):
    before = parse_flow_source(folder).fingerprint
    write_flo(folder / flo_name(1, 2), np.zeros((340, 341, 2), np.float32))
    assert parse_flow_source(folder).fingerprint != before
    assert parse_flow_source("dis").fingerprint != parse_flow_source("deepflow").fingerprint
