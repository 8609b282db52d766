"""Fixtures that several test files share."""

import logging
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from facestyle.faces import Portrait, find_faces, person_matte, portrait_from_image

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "exemplars" / "sources" / "originals"
SITTERS = ("grace_hopper", "luis_pedro_coelho", "aksel_andersson", "erik_dahlgren", "mona_lisa")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with the measuring data beside the checkout; tests that need it skip without it."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the measuring data (../shared) is not beside this checkout")
    return folder


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tests' own disk cache: the user's is neither read nor written."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FACESTYLE_CACHE", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def log() -> Iterator[None]:
    """Undo what the command does to the package's log when a test runs it in this process."""
    logger = logging.getLogger("facestyle")
    level, handlers, propagate = logger.level, logger.handlers[:], logger.propagate
    yield
    logger.setLevel(level)  # it also clears what the loggers below remember
    logger.handlers[:], logger.propagate = handlers, propagate


@pytest.fixture(scope="session")
def astronaut() -> np.ndarray:
    """Head and shoulders of Eileen Collins, (340, 340, 3) float32 in [0, 1]."""
    from skimage import data

    picture = data.astronaut()[:340, 60:400]
    return np.ascontiguousarray(picture.astype(np.float32) / 255)


@pytest.fixture(scope="session")
def portrait(astronaut: np.ndarray) -> Portrait:
    """Eileen Collins with her face and matte."""
    return portrait_from_image(astronaut, name="Eileen Collins")


@pytest.fixture(scope="session")
def sitters() -> list[Portrait]:
    """Five other people of exemplars/sources, at 45 px between the eyes."""
    from facestyle.io.images import read_image

    people = []
    for name in SITTERS:
        rgb = read_image(SOURCES / f"{name}.jpg").rgb
        factor = 45 / find_faces(rgb)[0].inter_ocular
        small = cv2.resize(rgb, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        (face, *_) = find_faces(small)
        people.append(Portrait(small, face, person_matte(small, face), name))
    return people
