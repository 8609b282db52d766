"""Constructed scenes: what long-term consistency and several passes of Ruder 2016 are for."""

from dataclasses import replace

import numpy as np
import torch
from report import ROOT, print_table
from scenes import MovingDisc, redraw

from facestyle.io.images import read_image
from facestyle.metrics.temporal import warping_error
from facestyle.neural import losses
from facestyle.neural.loss_network import LossNetwork
from facestyle.neural.optimize import layer_weights
from facestyle.neural.pictures import resize, to_tensor
from facestyle.neural.settings import OptimizeOptions
from facestyle.neural.style_pictures import style_size
from facestyle.neural.video.settings import VIDEO_PRESETS, VideoOptions

STYLE = ROOT / "benchmarks" / "styles" / "great_wave.jpg"
SCENE = 48  # px
# of the constructed scenes: noise, as in the paper, and layers that 48 px show
SCENE_FRAME = OptimizeOptions(
    scales=1,
    iterations=15,
    initial="noise",
    style_layers=("relu1_1", "relu2_1"),
    content_layers=("relu2_1",),
)


def read_style() -> torch.Tensor:
    picture = to_tensor(read_image(STYLE).rgb)
    return resize(picture, style_size(picture, 512)).clamp(0, 1)


@torch.no_grad()
def border_style_loss(network: LossNetwork, image: np.ndarray, style: torch.Tensor) -> float:
    """The style term of the right quarter of a picture."""
    layers = SCENE_FRAME.style_layers
    theirs = resize(style, style_size(style, max(image.shape[:2]))).clamp(0, 1)
    weights = layer_weights(SCENE_FRAME.style_weight, layers)
    ours, target = (network(picture, layers) for picture in (to_tensor(image), theirs))
    total = 0.0
    for name in layers:
        border = ours[name][..., -(ours[name].shape[3] // 4) :]
        pair = losses.gram_matrix(border), losses.gram_matrix(target[name])
        total += float(weights[name] * losses.style_loss(*pair))
    return total


def redraw_scene(
    network: LossNetwork, scene: MovingDisc, preset: str, **changes: int
) -> list[np.ndarray]:
    """Results of a constructed scene."""
    options: VideoOptions = replace(
        VIDEO_PRESETS[preset], frame=SCENE_FRAME, iterations=12, temporal_weight=1e5, **changes
    )
    return redraw(network, scene, read_style(), options)


def measure_scenes(network: LossNetwork) -> None:
    """What long-term consistency and several passes are for."""
    away = (-200, 0)
    hiding = MovingDisc(SCENE, [away, (-3, 0), (0, 0), (3, 0), away], [(0, 0)] * 5, radius=0.3)
    returned = hiding.masks[2] & hiding.masks[3]
    rows = []
    for preset in ("independent", "short-term", "long-term"):
        results = redraw_scene(network, hiding, preset)
        change = np.mean((results[4] - results[0])[returned] ** 2)
        rows.append([preset, float(change) * 255**2])
    print_table(["wall hidden for 3 frames", "change when it returns, levels²"], rows)
    places = [(-6 * number, 0) for number in range(3)]
    panning = MovingDisc(SCENE, places, places)
    style = read_style()
    rows = []
    passes = {"passes": 3, "pass_iterations": 12, "temporal_from_pass": 3}
    for preset, changes in (("short-term", {}), ("multi-pass", passes)):
        results = redraw_scene(network, panning, preset, **changes)
        loss = np.mean([border_style_loss(network, result, style) for result in results[1:]])
        errors = []
        for n in range(1, len(results)):
            seen = ~panning.hidden(n, n - 1)
            seen[:, :-12] = False
            errors.append(
                warping_error(results[n], results[n - 1], panning.flow(n, n - 1), seen) * 255**2
            )
        rows.append([preset, float(loss), float(np.mean(errors))])
    print_table(["right border of a pan by 6 px a frame", "style loss there", "E_warp there"], rows)
