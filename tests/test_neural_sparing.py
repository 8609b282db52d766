"""Strokes that are weakened: lines over a picture's own tones, and along its contours."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra 'neural')")

from facestyle.neural import sparing  # noqa: E402
from facestyle.neural.settings import SPARED  # noqa: E402
from facestyle.neural.sparing import spare  # noqa: E402

SIDE = 160
MIDDLE = (..., slice(30, -30), slice(30, -30))


def waves(period):
    """Strokes of a period in px, (1, 3, SIDE, SIDE)."""
    row = torch.sin(2 * np.pi * torch.arange(SIDE) / period)
    return (0.5 * row).expand(1, 3, SIDE, SIDE).contiguous()


LINES, BLOTCHES = waves(4), waves(40).transpose(2, 3).contiguous()
FLAT = torch.full((1, 3, SIDE, SIDE), 0.5)


def beside_stronger(x):
    """Strokes that are weak for their style: beside them are some of three times their strength."""
    return torch.cat((x, 3 * BLOTCHES), 3), torch.cat((FLAT, FLAT), 3)


def strength(value):
    return torch.full((1, 1, SIDE, SIDE), float(value))


def test_lines_stay_and_their_tones_go():
    drawn = spare(2 * LINES + BLOTCHES, FLAT, strength(SPARED))[MIDDLE]
    lines = 2 * LINES[MIDDLE]
    assert float((drawn - lines).square().mean()) < 0.02 * float(lines.square().mean())


def test_broad_strokes_nearly_go_on_smooth_skin():
    x, base = beside_stronger(BLOTCHES)
    drawn = spare(x, base, strength(SPARED))[..., : SIDE - 60]
    torch.testing.assert_close(drawn, 0.15 * BLOTCHES[..., : SIDE - 60])


def test_skin_that_is_taken_for_cloth_has_half_of_its_strokes():
    """... which are as strong there as on the whole picture: dark skin in dim light."""
    drawn = spare(BLOTCHES, FLAT, strength(SPARED))[MIDDLE]
    ratio = float(drawn.square().mean() / (0.15 * BLOTCHES[MIDDLE]).square().mean()) ** 0.5
    assert 0.4 < ratio < 0.6


@pytest.mark.parametrize("step", [0.3, 0.02])
def test_half_of_the_strokes_stay_along_contours(step):
    """... of the picture; a faint change of tone is none."""
    x, base = beside_stronger(BLOTCHES)
    base[..., 80:] += step
    drawn = spare(x, base, strength(SPARED))
    share = 0.5 if step > 0.1 else 0.15
    torch.testing.assert_close(drawn[..., 79:81], share * BLOTCHES[..., 79:81])
    torch.testing.assert_close(drawn[..., :60], 0.15 * BLOTCHES[..., :60])


def test_contours_of_a_style_of_lines_have_half_of_its_tones():
    base = FLAT.clone()
    base[..., 80:] += 0.3
    drawn = spare(2 * LINES + BLOTCHES, base, strength(SPARED))[..., 30:-30, 79:81]
    wanted = (2 * LINES + 0.5 * BLOTCHES)[..., 30:-30, 79:81]
    assert float((drawn - wanted).abs().max()) < 0.06


def test_tufts_are_evened():
    tufts = 2 * LINES * (0.6 + 0.4 * torch.sin(2 * np.pi * torch.arange(SIDE) / 40))[:, None]

    def unevenness(x):
        rows = x.square().mean((0, 1, 3)).sqrt()[40:-40]
        return float(rows.std() / rows.mean())

    assert unevenness(spare(tufts, FLAT, strength(SPARED))) < 0.6 * unevenness(tufts)


def test_the_strength_leads_from_nothing_to_all():
    x = 2 * LINES + BLOTCHES
    drawn = spare(x, FLAT, strength(SPARED))
    torch.testing.assert_close(spare(x, FLAT, strength(0)), torch.zeros_like(x))
    torch.testing.assert_close(spare(x, FLAT, strength(SPARED / 2)), drawn / 2)
    torch.testing.assert_close(spare(x, FLAT, strength((1 + SPARED) / 2)), (drawn + x) / 2)
    assert spare(x, FLAT, strength(1)) is x


def test_only_what_is_spared_changes_and_bands_are_not_seen(monkeypatch):
    x = LINES + BLOTCHES + 0.1 * torch.randn(LINES.shape, generator=torch.manual_seed(1))
    base = FLAT.clone()
    base[..., 75:, :] += 0.3
    where = strength(1)
    where[..., 20:130, 50:120] = 0.3
    whole = spare(x, base, where)
    assert torch.equal(whole[..., :20, :], x[..., :20, :])
    assert torch.equal(whole[..., 120:], x[..., 120:])
    assert float((whole - x)[..., 20:130, 50:120].abs().min(1).values.median()) > 0.01
    monkeypatch.setattr(sparing, "lines_and_energy", lambda _: (1.0, 1.0))
    whole = spare(x, base, where)
    monkeypatch.setattr(sparing, "_BAND_PIXELS", 5 * SIDE)
    torch.testing.assert_close(spare(x, base, where), whole, atol=1e-5, rtol=1e-4)
