"""Pairs of frames made from photos, whose motion and occlusions are known.

A network learns to use the frame before from such pairs, without any video: a photo is bent by a
smooth motion of the camera and the scene, and a piece of another photo moves before it.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from facestyle.neural.video.motion import warp

# largest values, as shares of the side of the pictures; not measured
_SHIFT = 0.04
_BEND = 0.015  # of the smooth field
_BEND_CELLS = 4  # across the picture
_TURN = math.radians(2.5)
_ZOOM = 0.04
_OCCLUDER = (0.1, 0.3)  # half axes
_OCCLUDER_SHIFT = 0.12


@dataclass(frozen=True)
class MovedPair:
    """Two frames of every picture of a batch.

    Attributes
    ----------
    first, following : torch.Tensor
        RGB (B, 3, H, W) in [0, 1].
    flow : torch.Tensor
        (B, 2, H, W), in pixels, xy: from `following` back to `first`.
    weights : torch.Tensor
        (B, 1, H, W): 1 where `first` shows what `following` does, else 0.
    """

    first: torch.Tensor
    following: torch.Tensor
    flow: torch.Tensor
    weights: torch.Tensor


def move(batch: torch.Tensor, seed: tuple[int, ...]) -> MovedPair:
    """Make pairs of frames from pictures (B, 3, H, W): the same ones for the same seed."""
    random = np.random.default_rng(seed)
    count, _, height, width = batch.shape
    scene = _stack([_scene_flow(random, height, width) for _ in range(count)], batch)
    following = warp(batch, scene)

    places = [_Occluder.draw(random, height, width) for _ in range(count)]
    here = _stack([place.mask(height, width, moved=False)[None] for place in places], batch)
    there = _stack([place.mask(height, width, moved=True)[None] for place in places], batch)
    back = _stack([place.flow(height, width) for place in places], batch)
    other = batch.roll(1, dims=0).flip(3)  # of a batch of one, its own mirror image

    covered = warp(here, scene)  # what the occluder hid in the first frame
    flow = torch.lerp(scene, back, there)
    weights = torch.where(there > 0, torch.ones_like(there), (covered == 0).to(there))
    return MovedPair(
        first=torch.lerp(batch, other, here),
        following=torch.lerp(following, warp(other, back), there),
        flow=flow,
        weights=weights * _inside(flow),
    )


@dataclass(frozen=True)
class _Occluder:
    """An ellipse: center, half axes, and how far it moves, all x and y in pixels."""

    center: np.ndarray
    axes: np.ndarray
    shift: np.ndarray

    @classmethod
    def draw(cls, random: np.random.Generator, height: int, width: int) -> "_Occluder":
        size = np.array([width, height])
        return cls(
            center=random.uniform(0, 1, 2) * size,
            axes=random.uniform(*_OCCLUDER, 2) * size,
            shift=random.uniform(-_OCCLUDER_SHIFT, _OCCLUDER_SHIFT, 2) * size,
        )

    def mask(self, height: int, width: int, *, moved: bool) -> np.ndarray:
        x, y = np.meshgrid(np.arange(width), np.arange(height))
        left, top = self.center + (self.shift if moved else 0)
        inside = ((x - left) / self.axes[0]) ** 2 + ((y - top) / self.axes[1]) ** 2 < 1
        return np.asarray(inside, dtype=np.float32)

    def flow(self, height: int, width: int) -> np.ndarray:
        return np.broadcast_to(-self.shift[:, None, None], (2, height, width))


def _scene_flow(random: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Draw a smooth motion (2, H, W): shift, turn and zoom of the camera, and some bending."""
    side = min(height, width)
    x, y = np.meshgrid(np.arange(width) - width / 2, np.arange(height) - height / 2)
    turn, zoom = random.uniform(-_TURN, _TURN), random.uniform(-_ZOOM, _ZOOM)
    shift = random.uniform(-_SHIFT, _SHIFT, 2) * side
    bend = random.normal(0, _BEND / 2, (1, 2, _BEND_CELLS, _BEND_CELLS)) * side
    bend = F.interpolate(
        torch.from_numpy(bend), (height, width), mode="bicubic", align_corners=True
    )[0].numpy()
    return bend + np.stack([zoom * x - turn * y + shift[0], turn * x + zoom * y + shift[1]])


def _inside(flow: torch.Tensor) -> torch.Tensor:
    """Tell where a flow stays in the picture, (B, 1, H, W) of 0 and 1."""
    height, width = flow.shape[-2:]
    x = torch.arange(width, device=flow.device) + flow[:, 0]
    y = torch.arange(height, device=flow.device)[:, None] + flow[:, 1]
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    return inside[:, None].to(flow)


def _stack(arrays: list[np.ndarray], like: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(np.stack(arrays).astype(np.float32)).to(like)
