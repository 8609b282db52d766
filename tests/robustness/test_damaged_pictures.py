"""Damaged pictures of every kind: a picture, or one error that names the file, and soon.

The sample runs with the other tests; ``make torture`` runs the long form.
"""

import io
import logging
import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from facestyle.errors import FlowFileError, ImageError, LandmarksError, MissingDependencyError
from facestyle.faces import read_landmarks
from facestyle.flow import read_flo, write_flo
from facestyle.io.images import Extras, count_frames, read_image, write_image
from facestyle.io.images.icc import srgb_profile
from robustness.mutations import mutate, sample

MEDIA = Path(__file__).parents[1] / "media"


def _pixels() -> np.ndarray:
    y, x = np.mgrid[0:40, 0:56]
    return np.stack([x * 4, y * 6, 255 - x - y * 2], axis=-1).astype(np.uint8)


def _by_pillow(format_name: str, mode: str = "RGB", **options: object) -> bytes:
    buffer = io.BytesIO()
    image = Image.fromarray(_pixels())
    image = image.quantize(16) if mode == "P" else image.convert(mode)
    image.save(buffer, format_name, **options)
    return buffer.getvalue()


def _by_us(folder: Path, name: str, **options: object) -> bytes:
    write_image(folder / name, _pixels(), **options)
    return (folder / name).read_bytes()


def _by_tifffile(folder: Path, pixels: np.ndarray, **options: object) -> bytes:
    tifffile.imwrite(folder / "seed.tif", pixels, **options)
    return (folder / "seed.tif").read_bytes()


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    """Small whole files of every kind that is read."""
    folder = tmp_path_factory.mktemp("seeds")
    deep = _pixels().astype(np.uint16) * 257
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker", 6
    exif.get_ifd(0x8769)[0x9003] = "2020:02:03 04:05:06"
    profile = srgb_profile()
    found = {
        "plain.jpg": _by_pillow("JPEG", exif=exif, icc_profile=profile),
        "progressive.jpg": _by_pillow("JPEG", progressive=True),
        "cmyk.jpg": _by_pillow("JPEG", "CMYK"),
        "plain.png": _by_pillow("PNG", icc_profile=profile, exif=exif),
        "palette.png": _by_pillow("PNG", "P", transparency=3),
        "deep.png": _by_us(folder, "deep.png", bit_depth=16, extras=Extras(profile)),
        "lzw.tif": _by_pillow("TIFF", compression="tiff_lzw", exif=exif),
        "lab.tif": _by_pillow("TIFF", "LAB"),
        "deep.tif": _by_us(folder, "deep.tif", bit_depth=16, extras=Extras(profile)),
        "planar.tif": _by_tifffile(
            folder, np.moveaxis(deep, 2, 0), photometric="rgb", planarconfig="separate"
        ),
        "float.tif": _by_tifffile(folder, deep / np.float32(65535), photometric="rgb"),
        "big.tif": _by_tifffile(folder, deep, photometric="rgb", bigtiff=True, compression="zlib"),
        "plain.webp": _by_pillow("WEBP", exif=exif, icc_profile=profile),
        "lossless.webp": _by_pillow("WEBP", "RGBA", lossless=True),
        "plain.bmp": _by_pillow("BMP"),
        "plain.gif": _by_pillow("GIF", "P"),
        "plain.ppm": _by_pillow("PPM"),
        "plain.jp2": _by_pillow("JPEG2000"),
    }
    for name in ("cicp_p3.png", "miniswhite16.tif", "anim.gif", "raw.dng", "pq.avif", "no_eoi.jpg"):
        found[name] = (MEDIA / name).read_bytes()
    return found


NAMES = (
    *("plain.jpg", "progressive.jpg", "cmyk.jpg", "plain.png", "palette.png", "deep.png"),
    *("lzw.tif", "lab.tif", "deep.tif", "planar.tif", "float.tif", "big.tif", "plain.webp"),
    *("lossless.webp", "plain.bmp", "plain.gif", "plain.ppm", "plain.jp2", "cicp_p3.png"),
    *("miniswhite16.tif", "anim.gif", "raw.dng", "pq.avif", "no_eoi.jpg"),
)


def attempt(read):
    """What a reader gives, or the text of the one kind of error that it may raise."""
    try:
        return read(), ""
    except (ImageError, MissingDependencyError, FlowFileError, LandmarksError) as error:
        return None, str(error)


@pytest.mark.parametrize("name", NAMES)
def test_damaged_pictures(seeds, name, tmp_path, caplog, tally):
    caplog.set_level(logging.CRITICAL)
    path = tmp_path / name
    for seed in range(sample(24, 400)):
        path.write_bytes(mutate(seeds[name], seed))
        with tally.case(f"{name} {seed}"):
            check_picture(path)


def check_picture(path):
    """Read what is left of a picture, and write it again."""
    picture, problem = attempt(lambda: read_image(path, max_pixels=4_000_000))
    if picture is None:
        assert str(path) in problem
        assert "\n" not in problem.strip()
        return
    assert picture.rgb.dtype == np.float32
    assert picture.rgb.ndim == 3
    assert np.isfinite(picture.rgb).all()
    assert 0 <= picture.rgb.min() <= picture.rgb.max() <= 1
    assert picture.alpha is None or np.isfinite(picture.alpha).all()
    assert count_frames(path) >= 1
    write_image(path.with_name("out.jpg"), picture)
    write_image(path.with_name("out.tif"), picture)


@pytest.mark.parametrize("kind", ["flo", "landmarks"])
def test_damaged_flows_and_landmarks(tmp_path, kind, tally):
    if kind == "flo":
        write_flo(tmp_path / "seed", np.ones((6, 7, 2), np.float32))
        whole = (tmp_path / "seed").read_bytes()
    else:
        whole = (MEDIA / "landmarks_ibug.pts").read_bytes()
    path = tmp_path / "damaged"
    for seed in range(sample(150, 5000)):
        path.write_bytes(mutate(whole, seed))
        with tally.case(seed):
            values, problem = attempt(lambda: (read_flo if kind == "flo" else read_landmarks)(path))
            if values is None:
                assert str(path) in problem
            else:
                assert values.shape == ((6, 7, 2) if kind == "flo" else (68, 2))


@pytest.mark.parametrize("profile", ["matrix", "gray"])
@pytest.mark.parametrize("bit_depth", [8, 16])
def test_damaged_profiles_never_stop_a_picture(tmp_path, caplog, profile, bit_depth, tally):
    caplog.set_level(logging.CRITICAL)
    whole = srgb_profile()
    if profile == "gray":
        whole = whole[:16] + b"GRAY" + whole[20:]
    for seed in range(sample(40, 1000)):
        damaged = mutate(whole, seed)
        damaged = struct.pack(">I", len(damaged)) + damaged[4:] if seed % 2 else damaged
        with tally.case(seed):
            write_image(
                tmp_path / "in.png", _pixels(), bit_depth=bit_depth, extras=Extras(profile=damaged)
            )
            picture, _ = attempt(lambda: read_image(tmp_path / "in.png"))
            if picture is None:
                continue  # so damaged that libpng refuses the chunk
            assert np.isfinite(picture.rgb).all()
            assert 0 <= picture.rgb.min() <= picture.rgb.max() <= 1
