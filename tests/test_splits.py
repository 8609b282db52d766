"""The benchmarks' halves: no sitter in both, and every picture in one."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
sys.path.insert(0, str(ROOT / "benchmarks"))

from splits import DEVELOPMENT, SPLITS, TEST, half_of, members, of_half, sitter_of  # noqa: E402

FOLDERS = {
    "bundled": ROOT / "exemplars" / "sources" / "originals",
    "portraits": SHARED / "portraits",
    "pencil_pairs": SHARED / "pencil_pairs" / "photos",
    "paintings": SHARED / "paintings",
    "region_labels": SHARED / "region_labels" / "photos",
    "video": SHARED / "video",
}


@pytest.mark.parametrize("data_set", SPLITS)
def test_nobody_is_in_both_halves(data_set):
    names = [*members(data_set, DEVELOPMENT), *members(data_set, TEST)]
    assert len(names) == len(set(names))
    assert [sitter_of(data_set, name) for name in names] == names


@pytest.mark.parametrize("data_set", FOLDERS)
def test_every_picture_is_in_a_half(data_set):
    files = [p for p in FOLDERS[data_set].glob("*.*") if p.suffix in (".png", ".jpg", ".mp4")]
    if not files:
        pytest.skip(f"{data_set}: its pictures are not here")
    halves = [of_half(data_set, [p.stem for p in files], half) for half in (DEVELOPMENT, TEST)]
    assert all(halves)
    assert sum(map(len, halves)) == len(files)


def test_an_unknown_picture_is_not_put_in_a_half():
    with pytest.raises(KeyError, match="neither half"):
        half_of("portraits", "somebody-else")
