"""Neural style transfer of clips: by the library and by the command."""

from dataclasses import replace
from functools import partial

import cv2
import numpy as np
import pytest
from moving_scenes import MovingDisc
from PIL import Image

torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra 'neural')")
av = pytest.importorskip("av")

from facestyle import ExemplarSet, Stylizer, cli  # noqa: E402
from facestyle.errors import UsageError  # noqa: E402
from facestyle.exemplars import ExemplarPicture  # noqa: E402
from facestyle.flow import flo_name, write_flo  # noqa: E402
from facestyle.imaging.levels import to_bytes  # noqa: E402
from facestyle.io.images import write_image  # noqa: E402
from facestyle.io.videos import SegmentedWriter, open_video  # noqa: E402
from facestyle.methods.neural import (  # noqa: E402
    NetworkFrames,
    OptimizedFrames,
    PictureNetworkFrames,
    find_motion,
    video_options,
)
from facestyle.methods.neural.clip_frames import NetworkClip, OptimizedClip  # noqa: E402
from facestyle.methods.neural.clip_memory import ClipMemory  # noqa: E402
from facestyle.methods.neural.clip_motion import begins_scene  # noqa: E402
from facestyle.methods.neural.clip_passes import MultiPassFrames  # noqa: E402
from facestyle.metrics.temporal import warping_error  # noqa: E402
from facestyle.neural import large_pictures  # noqa: E402
from facestyle.neural.loss_network import load_loss_network  # noqa: E402
from facestyle.neural.model_files import save_model  # noqa: E402
from facestyle.neural.pictures import to_array, to_tensor  # noqa: E402
from facestyle.neural.settings import VIDEO_INPUTS, Architecture, OptimizeOptions  # noqa: E402
from facestyle.neural.style_pictures import StylePicture  # noqa: E402
from facestyle.neural.transformer import Transformer  # noqa: E402
from facestyle.neural.video.multi_pass import stylize_in_passes  # noqa: E402
from facestyle.neural.video.settings import VIDEO_PRESETS  # noqa: E402
from facestyle.pipeline import clips  # noqa: E402
from facestyle.pipeline.clips import clip_fingerprint, stylize_clip  # noqa: E402

SIZE = 48
LAYERS = ("relu1_1", "relu2_1")
FRAME = OptimizeOptions(
    scales=1, iterations=15, initial="noise", style_layers=LAYERS, content_layers=("relu2_1",)
)


@pytest.fixture(scope="module")
def network():
    return load_loss_network()


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def scene():
    return MovingDisc(SIZE, [(2 * i, 0) for i in range(5)], [(-i, 0) for i in range(5)])


@pytest.fixture(scope="module")
def frames(scene):
    return [np.rint(255 * frame).astype(np.uint8) for frame in scene.frames]


def waves():
    y, x = np.mgrid[:64, :64]
    red = 0.5 + 0.5 * np.sin(0.9 * x + 2 * np.sin(0.3 * y))
    green = 0.4 + 0.3 * np.sin(0.7 * y + 0.2 * x)
    return np.stack([red, green, 0.3 + 0.25 * np.cos(0.5 * x - 0.6 * y)], 2).astype(np.float32)


def optimized(network, preset, *, size=None, **changes):
    settings = {"frame": FRAME, "iterations": 12, "temporal_weight": 1e5, **changes}
    options = replace(VIDEO_PRESETS[preset], **settings)
    return OptimizedFrames(
        OptimizedClip(network, [StylePicture(to_tensor(waves()))], options, size=size)
    )


def video_network(seed=3):
    return Transformer(Architecture(4, 1, inputs=VIDEO_INPUTS), seed).eval()


def flicker(frames, results):
    """Warping error along the frames' motion, where it is trusted."""
    errors = []
    for number in range(1, len(results)):
        (motion,) = find_motion(frames, number, [number - 1])
        pair = results[number], results[number - 1]
        errors.append(warping_error(*pair, motion.flow, motion.weights))
    return float(np.mean(errors))


def test_motion_leads_to_where_the_point_is():
    scene = MovingDisc(96, [(2 * i, 0) for i in range(4)], [(-i, 0) for i in range(4)])
    frames = [np.rint(255 * frame).astype(np.uint8) for frame in scene.frames]
    (motion,) = find_motion(frames, 3, [1])
    truth = scene.flow(3, 1)
    trusted = motion.weights > 0
    error = np.linalg.norm(motion.flow - truth, axis=2)[trusted]
    assert trusted.mean() > 0.5
    assert np.median(error) < 0.3
    backwards = np.linalg.norm(motion.flow + truth, axis=2)[trusted]
    assert np.median(backwards) > 3  # the other order, or the other sign, is far off
    assert motion.weights[scene.hidden(3, 1)].mean() < 0.5 * motion.weights.mean()


def test_a_point_counts_in_the_nearest_frame_that_shows_it(frames):
    near, far = find_motion(frames, 4, [3, 2])
    (alone,) = find_motion(frames, 4, [2])
    np.testing.assert_array_equal(near.weights, find_motion(frames, 4, [3])[0].weights)
    np.testing.assert_array_equal(far.weights, alone.weights * (1 - near.weights))


def test_found_motion_steadies_a_clip(network, frames):
    errors = {}
    for preset in ("independent", "init", "short-term"):
        worker = optimized(network, preset)
        errors[preset] = flicker(frames, [worker.step(frame).outcome.image for frame in frames[:3]])
    # measured: .105, .0086, .0023
    assert errors["independent"] > 3 * errors["init"]
    assert errors["init"] > 2 * errors["short-term"]


def test_a_new_scene_starts_anew(network, frames):
    other = np.random.default_rng(4).integers(0, 255, frames[0].shape, np.uint8)
    assert begins_scene(find_motion([frames[0], other], 1, [0])[0])
    assert not begins_scene(find_motion(frames, 1, [0])[0])
    worker, fresh = optimized(network, "short-term"), optimized(network, "short-term")
    worker.step(frames[0])
    fresh.restore({"number": np.array(1)})
    np.testing.assert_array_equal(worker.step(other).outcome.image, fresh.step(other).outcome.image)


@pytest.mark.parametrize("preset", ["init", "long-term"])
def test_a_stopped_clip_goes_on_alike(network, frames, preset):
    make = partial(optimized, network, preset, iterations=2, frame=replace(FRAME, iterations=2))
    whole = make()
    expected = [whole.step(frame).outcome.image for frame in frames]
    first, second = make(), make()
    for frame in frames[:3]:
        first.step(frame)
    state = first.state()
    kept = max((1, *VIDEO_PRESETS[preset].distances))
    assert len(state) <= 1 + 2 * kept  # constant memory
    second.restore(state)
    for frame, image in zip(frames[3:], expected[3:], strict=True):
        np.testing.assert_array_equal(second.step(frame).outcome.image, image)


def test_several_passes_keep_frames_on_disk(network, frames):
    """As in memory, bit by bit; each result in its place."""
    settings = {"passes": 3, "pass_iterations": 2, "temporal_from_pass": 3}
    frame = replace(FRAME, iterations=2)
    options = replace(VIDEO_PRESETS["multi-pass"], frame=frame, **settings)
    styles = [StylePicture(to_tensor(waves()))]
    in_memory = []
    stylize_in_passes(
        network,
        [to_tensor(frame.astype(np.float32) / 255) for frame in frames[:3]],
        styles,
        options,
        partial(find_motion, frames),
        store=in_memory,
    )
    worker = MultiPassFrames(OptimizedClip(network, styles, options))
    with pytest.raises(UsageError, match="study"):
        worker.step(frames[0])
    worker.study(iter(frames[:3]))
    for frame, expected in zip(frames[:3], in_memory, strict=True):
        np.testing.assert_array_equal(worker.step(frame).outcome.image, to_array(expected))
    worker.restore({"number": np.array(1)})
    np.testing.assert_array_equal(worker.step(frames[1]).outcome.image, to_array(in_memory[1]))
    with pytest.raises(UsageError, match="found a frame of 40 x 48 px, expected 48 x 48"):
        worker.study([frames[0], frames[1][:, :40]])


@pytest.mark.parametrize("kind", [NetworkFrames, PictureNetworkFrames])
def test_a_network_for_videos_sees_the_result_before(frames, kind):
    network = video_network()
    worker, resumed, fresh = (kind(NetworkClip(network, torch.device("cpu"))) for _ in range(3))
    worker.step(frames[0])
    resumed.restore(worker.state())
    second = worker.step(frames[1]).outcome.image
    np.testing.assert_array_equal(resumed.step(frames[1]).outcome.image, second)
    assert np.abs(fresh.step(frames[1]).outcome.image - second).mean() > 1e-3


def test_large_frames_go_through_in_strips(frames, monkeypatch):
    network = video_network()
    results = []
    for whole in (2_000_000, 100):
        monkeypatch.setattr(large_pictures, "_WHOLE", whole)
        worker = NetworkFrames(NetworkClip(network, torch.device("cpu")))
        results.append([worker.step(frame).outcome.image for frame in frames[:2]])
    np.testing.assert_allclose(results[0], results[1], atol=1e-5)


def test_results_have_the_size_of_the_frames(network, frames):
    large = np.repeat(np.repeat(frames[0], 2, 0), 3, 1)
    worker = optimized(network, "init", size=SIZE, frame=replace(FRAME, iterations=2))
    done = worker.step(large).outcome
    assert done.image.shape == large.shape
    assert done.image.dtype == np.float32
    with pytest.raises(UsageError, match="144 x 96 px would be redrawn at 33 x 22"):
        NetworkFrames(NetworkClip(video_network(), torch.device("cpu"), size=33)).step(large)


def optimizing(picture=None, **options):
    """A stylizer that optimizes towards one picture."""
    exemplars = ExemplarSet(
        [], pictures=[ExemplarPicture(waves() if picture is None else picture, "waves")]
    )
    return Stylizer(exemplars, method="neural", **options)


def options_of(stylizer):
    method = stylizer.method
    return video_options(method.options(stylizer.rendering), method.settings.video_preset)


def test_settings_of_pictures_hold_for_clips():
    options = options_of(optimizing(iterations=30, colors="keep", strength=0.5))
    assert options.distances == (1,)
    assert (options.frame.iterations, options.iterations) == (30, 6)
    assert (options.frame.colors, options.frame.strength) == ("keep", 0.5)
    assert options_of(optimizing(video_preset="long-term")).distances == (1, 2, 4)


def test_what_clips_do_not_have_is_named():
    with pytest.raises(UsageError, match="whole frames of a video"):
        optimizing(area="person").frames()
    with pytest.raises(UsageError, match="whole frames of a video"):
        optimizing(background="keep").frames()
    with pytest.raises(UsageError, match="video_preset: found 'none'"):
        optimizing(video_preset="none")
    with pytest.raises(UsageError, match="video_preset: belongs to optimization"):
        Stylizer.from_model("wave", video_preset="init")


@pytest.fixture(scope="module")
def folder(tmp_path_factory, frames):
    """A clip, a style picture, and networks for videos and for pictures."""
    folder = tmp_path_factory.mktemp("neural_clip")
    with av.open(str(folder / "clip.mp4"), "w") as container:
        video = container.add_stream("libx264", rate=24, options={"crf": "8"})
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        for frame in frames[:3]:
            wide = np.pad(frame, ((0, 0), (8, 8), (0, 0)), mode="edge")
            container.mux(video.encode(av.VideoFrame.from_ndarray(wide, format="rgb24")))
        container.mux(video.encode())
    write_image(folder / "wave.png", np.clip(waves(), 0, 1))
    save_model(folder / "video.safetensors", video_network(), {})
    save_model(folder / "picture.safetensors", Transformer(Architecture(4, 1)), {})
    return folder


@pytest.fixture
def command(folder, monkeypatch):
    """The command in this process and folder."""
    monkeypatch.chdir(folder)
    return cli.main


def pixels_of(path):
    return [frame.pixels for frame in open_video(path).frames()]


def test_a_clip_by_the_command(command, folder):
    shared = ["clip.mp4", "--exemplars", "wave.png", "--method", "neural", "--device", "cpu"]
    shared += ["--iterations", "3", "-q"]
    assert cli_run(command, shared, "short.mp4", "--preview", "2") == 0
    assert cli_run(command, shared, "alone.mp4", "--video-preset", "independent") == 0
    source, short, alone = (pixels_of(folder / f"{n}.mp4") for n in ("clip", "short", "alone"))
    assert len(short) == 2
    assert len(alone) == len(source) == 3
    assert short[0].shape == source[0].shape
    assert np.abs(short[0].astype(int) - source[0]).mean() > 15
    np.testing.assert_array_equal(short[0], alone[0])
    assert not np.array_equal(short[1], alone[1])


def cli_run(command, arguments, output, *more):
    return command([*arguments, *more, "-o", output])


@pytest.mark.parametrize("model", ["video", "picture"])
def test_a_clip_through_a_network_by_the_command(command, folder, model):
    arguments = ["clip.mp4", "--model", f"{model}.safetensors", "--device", "cpu", "-q"]
    assert cli_run(command, arguments, f"{model}.mp4") == 0
    source, results = pixels_of(folder / "clip.mp4"), pixels_of(folder / f"{model}.mp4")
    assert [r.shape for r in results] == [s.shape for s in source]
    assert np.abs(results[1].astype(int) - source[1]).mean() > 5


@pytest.mark.parametrize("option", ["--max-size", "--explain", "--matte", "--landmarks-file"])
def test_what_pictures_alone_have_is_refused_before_anything_is_read(
    command, capsys, monkeypatch, option
):
    monkeypatch.setattr("facestyle.cli.stylize._make_stylizers", None)
    arguments = ["clip.mp4", "--exemplars", "wave.png", option, "40"]
    assert cli_run(command, arguments, "refused.mp4") == 2
    assert f"{option} 40: is for pictures, and what is to be styl" in capsys.readouterr().err


def test_pictures_beside_a_clip_have_what_a_clip_has_not(command, folder, capsys):
    arguments = ["clip.mp4", "wave.png", "--model", "picture.safetensors", "--device", "cpu"]
    assert command([*arguments, "--max-size", "40", "-o", "both/"]) == 1
    assert Image.open(folder / "both" / "wave.png").size == (40, 40)
    assert "clip.mp4: max-size is for pictures" in capsys.readouterr().err


def test_a_part_of_a_clip_is_not_dropped_in_silence(command, capsys):
    arguments = ["wave.png", "--model", "picture.safetensors", "--device", "cpu", "--start", "3"]
    arguments += ["--flow", "deepflow"]
    assert cli_run(command, arguments, "started.png") == 0
    told = capsys.readouterr().err
    assert "--start: has no effect, for there is no video" in told
    assert "--flow: has no effect, for there is no video" in told


def test_flow_comes_from_files_by_the_command(command, folder, scene, capsys):
    arguments = ["clip.mp4", "--model", "video.safetensors", "--device", "cpu", "-q"]
    flows = folder / "flows"
    flows.mkdir()
    arguments += ["--flow", "flows"]
    assert cli_run(command, arguments, "own.mp4") == 3
    assert "backward_2_1.flo" in capsys.readouterr().err
    for a, b in ((1, 2), (2, 1), (2, 3), (3, 2)):
        flow = np.pad(scene.flow(a - 1, b - 1), ((0, 0), (8, 8), (0, 0)), mode="edge")
        write_flo(flows / flo_name(a, b), flow.astype(np.float32))
    assert cli_run(command, arguments, "own.mp4") == 0
    assert cli_run(command, arguments[:-2], "found.mp4") == 0
    own, found = (pixels_of(folder / f"{name}.mp4") for name in ("own", "found"))
    np.testing.assert_array_equal(own[0], found[0])
    assert 0 < np.abs(own[2].astype(int) - found[2]).mean() < 10


def test_several_passes_by_the_command(command, folder):
    shared = ["clip.mp4", "--exemplars", "wave.png", "--method", "neural", "--device", "cpu", "-q"]
    shared += ["--iterations", "1", "--size", "48"]
    assert cli_run(command, shared, "passes.mp4", "--video-preset", "multi-pass") == 0
    assert len(pixels_of(folder / "passes.mp4")) == 3


def test_a_killed_run_goes_on_to_the_same_bytes(folder, tmp_path, monkeypatch):
    class KilledError(Exception):
        pass

    def kill(source, done, total):
        if done == 2:
            raise KilledError

    def open_writer(path, info, *, fingerprint, overwrite, alpha):
        assert alpha is None
        return SegmentedWriter(path, info, fingerprint=fingerprint, segment_frames=1)

    monkeypatch.setattr(clips, "open_video_writer", open_writer)
    style = ExemplarSet.of_pictures(folder / "wave.png")
    stylizer = Stylizer(style, method="neural", iterations=3, device="cpu")
    whole, broken = tmp_path / "whole.mp4", tmp_path / "broken.mp4"
    stylize_clip(stylizer, folder / "clip.mp4", whole)
    with pytest.raises(KilledError):
        stylize_clip(stylizer, folder / "clip.mp4", broken, progress=kill)
    assert stylize_clip(stylizer, folder / "clip.mp4", broken)["resumed_frames"] >= 1
    assert broken.read_bytes() == whole.read_bytes()


def test_another_model_of_the_same_name_is_not_gone_on_with(folder, tmp_path):
    path = tmp_path / "m.safetensors"
    marks = []
    for seed in (1, 2):
        save_model(path, video_network(seed), {})
        marks.append(clip_fingerprint(Stylizer.from_model(path), None))
    assert marks[0] != marks[1]
    assert clip_fingerprint(Stylizer.from_model(path), None) == marks[1]


def test_the_same_from_python(folder, frames):
    stylizer = Stylizer.from_model(folder / "video.safetensors", device="cpu")
    results = list(stylizer.video(frames[:2]))
    assert [result.image.dtype for result in results] == [np.uint8] * 2
    worker = stylizer.frames()
    image = [worker.step(frame).outcome.image for frame in frames[:2]][1]
    np.testing.assert_allclose(results[1].image, 255 * image, atol=0.51)


# --- What something hid ----------------------------------------------------------------------


class TrueFlow:
    """The flow of a scene, as a `FlowSource` gives it."""

    folder = None

    def __init__(self, scene):
        self.scene, self.asked = scene, []

    def between(self, first, second, numbers, *, size=None):
        del first, second, size
        self.asked.append(numbers)
        return self.scene.flow(*numbers), self.scene.flow(*numbers[::-1])


def hidden_wall(hidden):
    """A wall that a disc hides in the frames 5 to 4 + hidden, and where it always did."""
    away = (-400, 0)
    middle = [(2 * n, 0) for n in range(hidden)]
    moves = [away] * 5 + middle + [away]
    scene = MovingDisc(64, moves, [(0, 0)] * len(moves), radius=0.3)
    return scene, np.logical_and.reduce(scene.masks[5:-1])


@pytest.mark.parametrize("hidden", [1, 3, 9])
def test_a_memory_knows_what_something_hid(hidden):
    scene, behind = hidden_wall(hidden)
    source = TrueFlow(scene)
    memory = ClipMemory(torch.device("cpu"), source)
    last = len(scene.frames) - 1
    for number, frame in enumerate(scene.frames[:-1]):
        if number == 4:
            memory.recall(number, to_bytes(frame))
            assert source.asked == [(4, 3)]  # which shows all of it: no older one is asked
        shade = 0.9 if scene.masks[number].any() else 0.2
        memory.remember(number, to_bytes(frame), torch.full((1, 3, 64, 64), shade))
    again = ClipMemory(torch.device("cpu"), source)
    again.restore(memory.state())
    warped, weights = again.recall(last, to_bytes(scene.frames[last]))
    inner = cv2.erode(behind.astype(np.uint8), np.ones((7, 7))) > 0
    assert inner.sum() > 50
    np.testing.assert_allclose(weights.numpy()[inner], 1, atol=0.01)
    np.testing.assert_allclose(warped.numpy()[0, :, inner], 0.2, atol=0.01)
    assert len(memory.state()["memory_numbers"]) <= 6
