"""Which sitters, styles and looks are for tuning, and which are for reporting.

    python benchmarks/splits.py     # print both halves

Tune on `development`, publish figures of `test`. One sitter is in one half everywhere: the names
below are those of sitters, and pictures of one sitter share their name's beginning. Exemplars and
inputs of one case come from the same half, so that a test sees no sitter that anybody tuned on.

Some test sitters and styles were looked at before this split was made (the half of
`known_looks.py` and `sketch.py` was kept; the six portraits and the paintings of `portraits.py`
were all tuned on): figures of later work are clean as far as this work goes.

The halves were drawn by name and evened by hand, so that both hold light and dark, old and young,
glasses, beards, hats, dry and wet media. What is not shipped may be absent.
"""

from __future__ import annotations

from collections.abc import Iterable

DEVELOPMENT, TEST = "development", "test"

# Each data set's development half, then its test half, by sitter, style or look.
SPLITS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # sitters of the bundled sets, of exemplars/sources and of shared/data/public_domain
    "bundled": (
        ("aksel_andersson", "eileen_collins", "jacob_fugger", "mona_lisa", "morisot", "pocahontas"),
        ("erik_dahlgren", "george_washington", "grace_hopper", "luis_pedro_coelho", "william_penn"),
    ),
    # bundled sets of exemplars: photographic and drawn styles
    "styles": (
        ("noir", "warm", "oil", "pencil", "watercolor"),
        ("faded_film", "high_key", "charcoal", "engraving"),
    ),
    # shared/data/portraits: every second sitter, as benchmarks/known_looks.py had it
    "portraits": (
        (
            *("WechatIMG253", "brazil-1368806", "girl-2099", "girl-2132171", "girl-2164409"),
            *("girl-4024", "mid-autumn-2752710", "own-2553537", "portrait-2164027"),
            *("portrait-laughing", "young-507297"),
        ),
        (
            *("WechatIMG26", "garden-2768329", "girl-2122927", "girl-2143709", "girl-2720476"),
            *("man_outdoors", "model-2911", "pinky-2727846", "portrait-2554431", "timg"),
        ),
    ),
    "headshots": (("bill", "chris", "tim", "manuel"), ("black_white", "gary", "marcelo")),
    # the even pairs and the even faces by number: benchmarks/sketch.py was tuned on the even ones
    "pencil_pairs": (
        tuple(f"{number:02d}" for number in range(0, 88, 2)),
        tuple(f"{number:02d}" for number in range(1, 88, 2)),
    ),
    "paintings": (
        ("charcoalman", "het", "malevich", "oilman"),
        ("ken", "oldman", "stonebust", "watercolorgirl"),
    ),
    "region_labels": (
        tuple(str(number) for number in range(1, 21, 2)),
        tuple(str(number) for number in range(2, 21, 2)),
    ),
    # portraits that bundled networks were trained on or chosen by; and others
    "networks": (
        (
            *("eileen_collins", "george_washington", "jacob_fugger", "luis_pedro_coelho"),
            *("mona_lisa", "pocahontas", "william_penn"),
            *("girl-2143709", "girl-2720476", "portrait-2164027", "portrait-2554431"),
        ),
        (
            *("aksel_andersson", "erik_dahlgren", "grace_hopper"),
            *("WechatIMG253_2", "WechatIMG261", "brazil-1368806", "garden-2768329"),
            *("girl-2099354", "girl-2122927", "man_outdoors", "model-2911329"),
            *("own-2553537", "pinky-2727846", "timg", "young-507297"),
        ),
    ),
    "video": (("man_studio",), ("man_glasses", "man_outdoors")),
    # of benchmarks/looks.py: nobody ever tuned on those of the test half
    "looks": (
        (
            *("bwdodge", "glow", "bleach", "lowkey", "falloff", "grayfall"),
            *("film", "pastel", "split", "cross", "curve", "cool"),
        ),
        ("vignette", "amber", "teal", "faded", "hard", "window"),
    ),
}
# what matches by the whole name; elsewhere a name's beginning tells the sitter
_WHOLE = ("pencil_pairs", "region_labels", "styles", "looks", "paintings")


def members(data_set: str, half: str) -> tuple[str, ...]:
    """Names of the sitters, styles or looks of one half, "development" or "test"."""
    return SPLITS[data_set][(DEVELOPMENT, TEST).index(half)]


def sitter_of(data_set: str, name: str) -> str:
    """Name in the split of a picture's sitter, style or look, from its file's stem."""
    for known in (*members(data_set, DEVELOPMENT), *members(data_set, TEST)):
        if name == known or (data_set not in _WHOLE and name.startswith(known)):
            return known
    raise KeyError(f"{data_set}: {name} is in neither half; add it to benchmarks/splits.py")


def half_of(data_set: str, name: str) -> str:
    """The half that a picture is in, "development" or "test", from its file's stem."""
    test = sitter_of(data_set, name) in members(data_set, TEST)
    return TEST if test else DEVELOPMENT


def of_half(data_set: str, names: Iterable[str], half: str) -> list[str]:
    """Those of the names that are in one half."""
    return [name for name in names if half_of(data_set, name) == half]


def main() -> None:
    for data_set in SPLITS:
        for half in (DEVELOPMENT, TEST):
            print(f"{data_set}, {half}: {' '.join(members(data_set, half))}")


if __name__ == "__main__":
    main()
