"""Tables of colors: an independent reader gives what the look does to tones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from facestyle.cli import main
from facestyle.errors import UsageError
from facestyle.exemplars import ExemplarSet, read_exemplar
from facestyle.imaging.color import from_lab, to_lab
from facestyle.io.cube_files import write_cube
from facestyle.methods.energy import EnergyMethod, EnergySettings, look_table

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("grace_hopper", "erik_dahlgren", "william_penn")


def read_cube(path: Path) -> ImageFilter.Color3DLUT:
    """Read a .cube file as the specification has it, for Pillow's own trilinear lookup."""
    rows, size = [], 0
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if not words or words[0] in ("#", "TITLE", "DOMAIN_MIN", "DOMAIN_MAX"):
            continue
        if words[0] == "LUT_3D_SIZE":
            size = int(words[1])
        else:
            rows.append(tuple(float(word) for word in words))
    assert len(rows) == size**3
    return ImageFilter.Color3DLUT(size, rows)


def exemplars(look: str) -> ExemplarSet:
    folder = ROOT / "exemplars" / look
    return ExemplarSet([read_exemplar(folder / f"{name}.jpg")[0] for name in NAMES])


def test_red_changes_fastest(tmp_path):
    levels = np.linspace(0, 1, 5, dtype=np.float32)
    colors = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1)
    table = colors[..., [1, 2, 0]] ** 2
    write_cube(tmp_path / "a.cube", table, 'a "b"', ["two\nlines"])
    picture = Image.new("RGB", (1, 1), (255, 128, 0))
    changed = np.asarray(picture.filter(read_cube(tmp_path / "a.cube")))[0, 0]
    assert np.abs(changed - np.array([64, 0, 255])).max() <= 2
    with pytest.raises(UsageError, match=r"expected .N, N, N, 3"):
        write_cube(tmp_path / "b.cube", table[:2], "b")


def test_strength_zero_changes_nothing():
    table = look_table(EnergyMethod(exemplars("warm"), EnergySettings()).look.exemplars, 5, 0.0)
    levels = np.linspace(0, 1, 5)
    np.testing.assert_allclose(
        table[..., 0], np.broadcast_to(levels[:, None, None], (5, 5, 5)), atol=0.004
    )
    np.testing.assert_allclose(table[..., 2], np.broadcast_to(levels, (5, 5, 5)), atol=0.004)


def test_verb_writes_what_the_look_does_to_tones(tmp_path, monkeypatch, portrait, capsys):
    """The table, applied by another program, against the curves themselves."""
    monkeypatch.chdir(tmp_path)
    assert main(["lut", "warm"]) == 0
    assert capsys.readouterr().out == "warm.cube\n"
    text = (tmp_path / "warm.cube").read_text(encoding="utf-8")
    assert "What no table can hold is missing: local contrast" in text
    table = read_cube(tmp_path / "warm.cube")
    pixels = np.rint(portrait.image * 255).astype(np.uint8)
    by_table = np.asarray(Image.fromarray(pixels).filter(table), np.float32) / 255
    exact = from_lab(apply_look(to_lab(portrait.image)))
    inside = portrait.matte > 0.9
    assert np.abs(by_table - np.clip(exact, 0, 1))[inside].mean() < 0.006
    assert main(["lut", "warm"]) == 3
    assert main(["lut", "warm", "-o", "warm.txt"]) == 2


def apply_look(lab: np.ndarray) -> np.ndarray:
    from facestyle.methods.energy.population import population
    from facestyle.methods.energy.tone_curves import apply_curves, estimate_curves
    from facestyle.methods.energy.tones import pool_statistics

    look = EnergyMethod(ExemplarSet.load("warm"), EnergySettings()).look.exemplars
    pooled = pool_statistics([e.tone for e in look], [1.0] * len(look))
    return apply_curves(lab, estimate_curves(pooled, float(len(look)), population()))
