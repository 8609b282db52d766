"""Several styles in one network: every row is a network of its own, and rows can be mixed."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra 'neural')")

from facestyle import Stylizer  # noqa: E402
from facestyle.errors import ModelFileError, UsageError  # noqa: E402
from facestyle.neural import api  # noqa: E402
from facestyle.neural.large_pictures import run_in_strips  # noqa: E402
from facestyle.neural.mixtures import read_mixture  # noqa: E402
from facestyle.neural.model_files import (  # noqa: E402
    load_model,
    load_named,
    save_model,
    save_style_set,
)
from facestyle.neural.model_names import find_mixture, find_model, for_video  # noqa: E402
from facestyle.neural.normalization import (  # noqa: E402
    ChannelMoments,
    InstanceNorm,
    near_usual,
)
from facestyle.neural.palettes import Palette  # noqa: E402
from facestyle.neural.pictures import color_statistics  # noqa: E402
from facestyle.neural.settings import Architecture  # noqa: E402
from facestyle.neural.spots import cover_spots, find_spots, levels, raised_by  # noqa: E402
from facestyle.neural.style_sets import mix_styles, of_styles, stack_styles  # noqa: E402
from facestyle.neural.transformer import Transformer  # noqa: E402

SMALL = Architecture(channels=4, blocks=1, base="recolored", outer=5, epsilon=0.003)
NAMES = ("wave", "wash", "glass")


def picture(seed=0, height=32, width=40):
    values = np.random.default_rng(seed).uniform(size=(1, 3, height, width))
    return torch.from_numpy(values.astype(np.float32))


@pytest.fixture
def state():
    """Three styles that differ in every scale and shift."""
    stacked = stack_styles(Transformer(SMALL, seed=3).state_dict(), len(NAMES))
    random = torch.Generator().manual_seed(1)
    return {
        name: value + torch.rand(value.shape, generator=random) if of_styles(name) else value
        for name, value in stacked.items()
    }


@pytest.fixture
def file(tmp_path, state):
    path = tmp_path / "set.safetensors"
    save_style_set(path, state, NAMES, SMALL, {"steps": 9}, dtype=torch.float32)
    return path


def network_of(state):
    network = Transformer(SMALL)
    network.load_state_dict(state)
    return network


def redrawn(network, content):
    with torch.no_grad():
        return network(content)


def test_a_mixture_by_hand():
    state = {"layers.0.norm.scale": torch.tensor([[1.0, 10.0], [3.0, 30.0]]), "w": torch.ones(2)}
    mixed = mix_styles(state, [3, 1])
    torch.testing.assert_close(mixed["layers.0.norm.scale"], torch.tensor([1.5, 15.0]))
    assert mixed["w"] is state["w"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, [1, 0, 0]),
        ("wash", [0, 1, 0]),
        ("0.7*wave+0.3*glass", [0.7, 0, 0.3]),
        ("3 * wash + wave", [0.25, 0.75, 0]),
        ("1e-320*wash", [0, 1, 0]),
    ],
)
def test_mixtures_are_read(text, expected):
    assert read_mixture(text, NAMES) == expected


@pytest.mark.parametrize(
    "text",
    [
        "oil",
        "0.5*oil",
        "x*wave",
        "-1*wave",
        "0*wave",
        "inf*wave",
        "9e307*wave+9e307*wash+9e307*wave",
        "",
    ],
)
def test_mixtures_that_cannot_be_used_are_refused(text):
    with pytest.raises(UsageError):
        read_mixture(text, NAMES)


def test_a_colon_splits_the_model_from_the_mixture(tmp_path):
    assert find_mixture("a/b.safetensors:0.5*wave") == "0.5*wave"
    assert find_mixture("C:\\models\\b.safetensors") is None
    assert find_mixture("b.safetensors") is None
    odd = tmp_path / "odd:name"
    odd.touch()
    assert (find_model(odd), find_mixture(odd)) == (odd, None)
    assert for_video("paintings") == for_video("paintings:wave") == for_video("wave")


def test_styles_say_how_strong_their_strokes_are_on_faces(tmp_path, state):
    path = tmp_path / "set.safetensors"
    told = {"face_strengths": {"wash": 1.0, "glass": 0.25}}
    save_style_set(path, state, NAMES, SMALL, told)
    for style, strength in {"wave": 0.5, "wash": 1, "glass": 0.25, "3*wash+glass": 0.8125}.items():
        assert api.load_model(f"{path}:{style}").face_strength == pytest.approx(strength)
    for wrong in ({"wash": 2.0}, {"wash": "much"}, [1.0]):
        save_style_set(path, state, NAMES, SMALL, {"face_strengths": wrong})
        with pytest.raises(ModelFileError, match="no readable 'face_strengths'"):
            api.load_model(f"{path}:wash")


def test_a_set_comes_back_from_its_file(file, state):
    loaded = api.load_model(f"{file}:0.5*wave+0.5*glass")
    assert loaded.training == {"steps": 9, "style": "0.5*wave+0.5*glass"}
    expected = redrawn(network_of(mix_styles(state, [1, 0, 1])), picture())
    torch.testing.assert_close(redrawn(loaded.network, picture()), expected)
    assert find_model(f"{file}:wash") == file


def test_a_set_redraws_in_its_first_style_unless_told(file):
    image = picture()[0].permute(1, 2, 0).numpy()
    plain = api.stylize_feedforward(image, str(file), device="cpu")
    assert np.array_equal(plain, api.stylize_feedforward(image, f"{file}:wave", device="cpu"))
    other = api.stylize_feedforward(image, f"{file}:wash", device="cpu")
    assert np.abs(plain - other).mean() > 0.01


def test_an_unknown_style_is_refused_with_the_names(file):
    with pytest.raises(UsageError, match="wave, wash, glass"):
        load_named(f"{file}:oil")


def test_a_single_network_has_nothing_to_mix(tmp_path):
    path = tmp_path / "one.safetensors"
    save_model(path, Transformer(SMALL), {})
    with pytest.raises(UsageError, match="one style"):
        load_named(f"{path}:wave")


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("wave:glass", "'paintings:wave[+]glass'"),
        ("wave+glass", "'paintings:wave[+]glass'"),
        ("wave:0.7+glass:0.3", "'paintings:0.7[*]wave[+]0.3[*]glass'"),
        ("paintings:wave:0.7+glass:.3", "'paintings:0.7[*]wave[+].3[*]glass'"),
        ("paintings_video:wave:2", "'paintings_video:2[*]wave'"),
        ("wave:0.7", "'paintings:0.7[*]wave'"),
        ("wavee", "Did you mean wave[?]"),
        ("wave.safetensors", "Did you mean wave[?]"),
        ("noir", "noir is a look"),
        ("", "no model is named"),
        ("paintings:", "style '' is not in this model"),
        ("paintings:oil", "it holds wave, auvers"),
        ("{file}:oil", "it holds wave, wash, glass"),
        ("{cut}", "damaged"),
        ("{pickle}", "never read"),
    ],
)
def test_a_model_that_cannot_be_used_is_refused_before_any_picture(tmp_path, file, model, says):
    cut, pickle = tmp_path / "cut.safetensors", tmp_path / "pickle.safetensors"
    cut.write_bytes(file.read_bytes()[:-1])
    pickle.write_bytes(b"\x80\x04\x95rest")
    with pytest.raises((UsageError, ModelFileError), match=says):
        Stylizer.from_model(model.format(file=file, cut=cut, pickle=pickle))


def test_a_size_that_a_network_cannot_draw_at_is_refused():
    with pytest.raises(UsageError, match="size: found 64"):
        Stylizer.from_model("wave", size=64)
    Stylizer("pencil", method="neural", size=64)


def test_a_set_with_a_style_too_few_is_refused(tmp_path, state):
    path = tmp_path / "set.safetensors"
    save_style_set(path, state, NAMES[:2], SMALL, {})
    with pytest.raises(ModelFileError, match="has shape"):
        load_model(path)


def test_strips_leave_no_trace_on_a_recolored_base():
    network = Transformer(SMALL, seed=1).eval()
    content = picture(height=53, width=70)
    strips = run_in_strips(network, content, pixels=300)
    torch.testing.assert_close(strips, redrawn(network, content), atol=2e-5, rtol=0)


def test_a_palette_gives_a_picture_the_colors_of_a_style():
    palette = Palette()
    style = picture(5) * torch.tensor([0.9, 0.5, 0.3]).view(1, 3, 1, 1)
    mean, covariance = color_statistics(style)
    palette.set_colors(mean, 0.09 * covariance)  # small, so that nothing is clipped
    content = torch.cat(
        (picture(1), picture(2))
    )  # uniform noise varies by .29: the floor takes 6 %
    for recolored in palette(content):
        own_mean, own_covariance = color_statistics(recolored[None])
        torch.testing.assert_close(own_mean, mean, atol=2e-3, rtol=0)  # theirs is nearly .5
        torch.testing.assert_close(own_covariance, 0.09 * covariance, atol=4e-4, rtol=0)


def test_what_is_bright_keeps_its_shading():
    """White comes out as white, and what is a little darker as that: cut off, both were white."""
    palette = Palette()
    palette.set_colors(torch.full((3,), 0.7), torch.full((3, 3), 0.09) + 0.001 * torch.eye(3))
    picture = torch.linspace(0, 1, 101).expand(1, 3, 4, 101)
    tones = palette(picture)[0, :, 0]
    torch.testing.assert_close(tones[:, -1], torch.ones(3))
    assert (tones.diff(dim=1) > 0.001)[:, 20:].all()
    slopes = tones.diff(dim=1)[:, 20:]
    assert (slopes.diff(dim=1) < 1e-5).all()  # bent, without a corner
    assert (slopes.diff(dim=1) > -0.003).all()


def plain(color, spread=0.0):
    """A picture of one color, or nearly so, (1, 3, 20, 20)."""
    noise = torch.from_numpy(np.random.default_rng(4).normal(0, 1, (1, 3, 20, 20))).float()
    return torch.tensor(color).view(1, 3, 1, 1) + spread * (noise - noise.mean((2, 3), True))


def test_a_picture_of_one_color_keeps_its_hue_and_its_tone():
    """Its own statistics would make every one the style's mean color."""
    palette = Palette()
    mean = torch.tensor([0.45, 0.42, 0.3])
    palette.set_colors(mean, torch.full((3, 3), 0.03) + 0.01 * torch.eye(3))
    tones = [palette(plain([v, v, v])).mean().item() for v in (0.02, 0.3, 0.5, 0.7, 0.98)]
    assert (np.diff(tones) > 0.05).all()
    torch.testing.assert_close(
        palette(plain([0.5] * 3)), mean.view(1, 3, 1, 1).expand(1, 3, 20, 20)
    )
    for channel in range(3):
        color = [0.3, 0.3, 0.3]
        color[channel] = 0.7
        shift = palette(plain(color)).mean((0, 2, 3)) - mean
        assert shift.argmax() == channel
        assert shift[channel] > 0.1


@pytest.mark.parametrize(("color", "near"), [((0.5, 0.5, 0.5), 1e-5), ((0.7, 0.6, 0.5), 0.12)])
def test_a_picture_of_some_colors_has_about_the_mean_of_the_style(color, near):
    """Whatever is above a spread that no portrait is below stays as it was; nothing jumps there."""
    palette = Palette()
    mean = torch.tensor([0.45, 0.5, 0.4])
    palette.set_colors(mean, 0.002 * torch.eye(3))
    results = [palette(plain(color, spread)) for spread in (0.0695, 0.0705, 0.072)]
    for result in results[1:]:
        torch.testing.assert_close(result.mean((0, 2, 3)), mean, atol=near, rtol=0)
    torch.testing.assert_close(results[0], results[1], atol=0.01, rtol=0)


def test_a_face_is_as_light_as_the_sitter_whatever_is_behind():
    """A pale face before white was darker than a dark one before black."""
    palette = Palette()
    palette.set_colors(torch.full((3,), 0.45), torch.full((3, 3), 0.03) + 0.01 * torch.eye(3))

    def face(tone, behind):
        shown = plain(behind, 0.05)
        shown[..., 5:15, 6:14] = torch.tensor(tone).view(1, 3, 1, 1)
        shown[..., 3:5, 6:14] = 0.1  # hair
        return palette(shown)[0, :, 10, 10]

    pale, dark = (0.8, 0.7, 0.65), (0.45, 0.35, 0.3)
    before = [[0.95] * 3, [0.5] * 3, [0.08] * 3]
    tones = torch.stack(
        [torch.stack([face(tone, b).mean() for b in before]) for tone in (pale, dark)]
    )
    assert tones[0].min() > tones[1].max()
    assert (tones[0] - tones[1]).min() > 0.1
    warm, cold = face(pale, [0.9, 0.6, 0.1]), face(pale, [0.1, 0.5, 0.9])
    assert warm[0] - warm[2] > -0.1  # hardly blue before orange
    assert cold[0] - cold[2] < 0.35


def test_a_palette_does_not_amplify_faint_colors():
    palette = Palette()
    palette.set_colors(torch.full((3,), 0.5), 0.04 * torch.eye(3))
    faint = 0.5 + 0.01 * (picture() - 0.5)
    recolored = palette(faint)
    assert (recolored - 0.5).abs().max() < 3 * (faint - 0.5).abs().max()


def test_an_untrained_network_on_recolored_pictures_keeps_the_drawing():
    content = picture()
    network = Transformer(SMALL).eval()
    with torch.no_grad():
        network.layers[-1].weight.zero_()
    torch.testing.assert_close(redrawn(network, content), network.palette(content))


@pytest.mark.parametrize(
    "field", [{"base": "photo"}, {"outer": 4}, {"outer": 5.0}, {"epsilon": 0.0}, {"epsilon": 2.0}]
)
def test_shapes_that_cannot_be_built_are_refused(field):
    with pytest.raises(ValueError, match=next(iter(field))):
        Architecture(**field)


def test_a_channel_that_hardly_responds_is_not_blown_up():
    faint = 0.01 * torch.randn(1, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    full = InstanceNorm(1)(faint).std().item()
    soft = InstanceNorm(1, epsilon=0.01)(faint).std().item()
    assert full > 0.9
    assert soft == pytest.approx(0.1, rel=0.1)


def test_a_raised_place_is_found_and_covered():
    random = torch.Generator().manual_seed(2)
    features = torch.randn(1, 64, 64, 64, generator=random)
    assert not find_spots(levels(features)).any()
    assert raised_by(levels(features)) < 2
    features[:, :3, 21, 24] = 60.0
    assert raised_by(levels(features)) > 10
    spots = find_spots(levels(features))
    assert spots.shape == (1, 1, 32, 32)
    assert spots.sum() == 25
    assert spots[0, 0, 8:13, 10:15].all()
    output = 0.1 * torch.randn(1, 3, 128, 128, generator=random)
    raised = output.clone()
    raised[..., 38:46, 46:54] = 5.0
    covered = cover_spots(raised, spots)
    assert covered.max() < 0.6
    torch.testing.assert_close(covered[..., 64:, :], output[..., 64:, :], atol=0, rtol=0)


def test_strokes_go_on_across_a_spot_in_a_still_picture():
    stripes = (torch.arange(128)[:, None] % 12 < 6).float().expand(1, 3, 128, 128)
    spots = torch.zeros(1, 1, 32, 32)
    spots[..., 13:18, 13:18] = 1
    raised = stripes.clone()
    raised[..., 54:70, 54:70] = 5.0
    covered = cover_spots(raised, spots, torch.zeros_like(stripes))
    torch.testing.assert_close(covered, stripes, atol=1e-5, rtol=0)
    weak = torch.full((1, 1, 128, 128), 0.5)  # on a face: its strokes there would be the only ones
    spared = cover_spots(raised, spots, torch.zeros_like(stripes), weak)
    assert spared[..., 56:68, 56:68].std() < 0.1
    picture = torch.zeros_like(stripes)
    picture[..., :64] = 9.0  # here the picture is another: no strokes are fetched from it
    stripes = torch.where(picture > 0, -stripes, stripes)
    spots = spots.roll(3, 3)
    raised = stripes.clone()
    raised[..., 54:70, 66:82] = 5.0
    covered = cover_spots(raised, spots, picture)
    torch.testing.assert_close(covered[..., 66:], stripes[..., 66:], atol=1e-5, rtol=0)


def test_hatching_goes_on_across_a_spot_of_an_engraved_face():
    """A mean left a flat square on a chin: where strokes are weak, a style of lines has lines."""
    lines = (torch.arange(128)[:, None] % 4 < 2).float().expand(1, 3, 128, 128) - 0.5
    spots = torch.zeros(1, 1, 32, 32)
    spots[..., 13:18, 13:18] = 1
    raised = lines.clone()
    raised[..., 54:70, 54:70] = 5.0
    weak = torch.full((1, 1, 128, 128), 0.5)
    covered = cover_spots(raised, spots, torch.zeros_like(lines), weak)
    torch.testing.assert_close(covered, lines, atol=1e-5, rtol=0)
    picture = torch.zeros_like(lines)
    picture[..., 50:74, 50:74] = 9.0  # a button: nothing nearby is like it
    hatched = cover_spots(raised, spots, picture)[..., 54:70, 54:70]
    assert hatched.std() > 0.3
    assert hatched.max() < 0.6


@pytest.mark.parametrize("still", [False, True])
def test_the_middle_of_a_large_spot_takes_what_is_around_it(still):
    """A square within the spot had nothing clean to take the mean of: it was gray."""
    output = torch.full((1, 3, 160, 160), 2.0)
    output[..., 80:] = 3.0
    spots = torch.zeros(1, 1, 40, 40)
    spots[..., 10:30, 10:30] = 1
    raised = output.clone()
    raised[..., 48:112, 48:112] = 9.0
    like = 5 * torch.randn(1, 3, 160, 160, generator=torch.Generator().manual_seed(3))
    covered = cover_spots(raised, spots, like if still else None)
    assert covered.min() >= 2 - 1e-4
    assert covered.max() <= 3 + 1e-4
    assert covered[..., 45].mean() < covered[..., 115].mean() - 0.5


def test_strokes_are_fetched_in_pieces_where_nothing_is_like_all_of_a_spot():
    """A spot where four tones of the picture meet: each is seen nearby, all four are not."""
    stripes = (torch.arange(160)[:, None] % 12 < 6).float().expand(1, 3, 160, 160)
    tones = torch.tensor([[-3.0, 2.0], [1.0, -1.5]])
    picture = tones.repeat_interleave(80, 0).repeat_interleave(80, 1).expand(1, 3, 160, 160)
    spots = torch.zeros(1, 1, 40, 40)
    spots[..., 10:30, 10:30] = 1
    raised = stripes.clone()
    raised[..., 48:112, 48:112] = 9.0
    covered = cover_spots(raised, spots, picture)
    for corner in (np.s_[46:60, 46:60], np.s_[46:60, 100:114], np.s_[100:114, 46:60]):
        assert covered[0, 0][corner].std() > 0.4
        assert covered[0, 0][corner].max() < 1.1


def test_a_bare_patch_among_strokes_is_drawn_over():
    stripes = (torch.arange(128)[:, None] % 12 < 6).float().expand(1, 3, 128, 128)
    spots = torch.zeros(1, 1, 32, 32)
    spots[..., 13:18, 13:18] = 1
    bare = stripes.clone()
    bare[..., 50:74, 50:74] = 0.1
    covered = cover_spots(bare, spots, torch.zeros_like(stripes))
    assert covered[..., 54:70, 54:70].std() > 0.4


def test_a_spot_is_covered_alike_in_a_picture_and_in_a_part_of_it():
    """The mean around it is taken near it alone: of 12 MP it took half as long as the network."""
    random = torch.Generator().manual_seed(5)
    output = torch.rand(1, 3, 640, 640, generator=random)
    spots = torch.zeros(1, 1, 160, 160)
    spots[..., 78:83, 78:83] = 1
    output[..., 310:334, 310:334] = 6.0
    whole = cover_spots(output, spots)
    part = cover_spots(output[..., 120:520, 120:520], spots[..., 30:130, 30:130])
    torch.testing.assert_close(whole[..., 120:520, 120:520], part, atol=1e-6, rtol=0)
    assert torch.equal(whole[..., :300, :], output[..., :300, :])


def test_a_large_raised_area_is_content():
    features = torch.randn(1, 8, 64, 64, generator=torch.Generator().manual_seed(2))
    features[..., :10] *= 20
    assert not find_spots(levels(features)).any()


def test_a_picture_without_a_spot_is_normalized_as_one_with_a_spot():
    random = torch.Generator().manual_seed(4)
    norm = InstanceNorm(8).requires_grad_(False)
    x = 0.3 * torch.randn(2, 8, 40, 40, generator=random) + 0.2
    x[1, :, 20, 20] += 40.0  # its variance is ten times that of the other
    usual = ChannelMoments(x[1].mean((1, 2)), x[1].var((1, 2), correction=0))
    plain, near = norm(x), norm.near(x, usual)
    torch.testing.assert_close(near[1], plain[1], atol=1e-4, rtol=1e-4)
    elsewhere = plain[1].std(dim=(1, 2)).median()
    assert plain[0].std() == pytest.approx(1, abs=0.01)
    alone = torch.cat([plain[1, :, :19], plain[1, :, 22:]], 1).std()
    assert near[0].std() == pytest.approx(float(alone), rel=0.1)
    assert alone < 0.5 < elsewhere
    half = near_usual(ChannelMoments(0 * usual.mean, 0.65 * usual.variance), usual)
    torch.testing.assert_close(half.mean, usual.mean / 2)
    torch.testing.assert_close(half.variance, 0.825 * usual.variance)
