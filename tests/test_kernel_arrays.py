"""Kernels refuse what they cannot read, and take any memory layout of what they can."""

import numpy as np
import pytest

from facestyle.kernels.arrays import as_input, as_output
from facestyle.kernels.bands import combine_bands
from facestyle.kernels.flat_pictures import FlatPictures, checked_pictures
from facestyle.kernels.packed_integers import unpack
from facestyle.kernels.patch_grid import PatchGrid, PatchPlaces, checked_grid, checked_places
from facestyle.kernels.temporal_filter import filter_recursively


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((3, 4), np.float32),
        np.zeros((4, 3), np.float32).T,
        np.zeros((6, 8), np.float32)[::2, ::2],
    ],
    ids=["contiguous", "transposed", "strided"],
)
def test_inputs_are_read_only_and_contiguous(array):
    view = as_input("it", array, np.float32, (3, None))
    assert view.flags.c_contiguous
    assert not view.flags.writeable
    assert array.flags.writeable
    np.testing.assert_array_equal(view, array)


def test_a_file_in_memory_is_an_input(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(6.0))
    view = as_input("it", np.load(tmp_path / "a.npy", mmap_mode="r"), np.float64, (6,))
    assert type(view) is np.ndarray


@pytest.mark.parametrize(
    ("array", "found"),
    [
        (np.zeros((3, 4)), r"found float64 \(3, 4\)"),
        (np.zeros((3, 5), np.float32), r"found float32 \(3, 5\)"),
        (np.zeros(3, np.float32), r"found float32 \(3,\)"),
        (np.zeros((3, 4), ">f4"), r"found >f4 \(3, 4\)"),
    ],
)
@pytest.mark.parametrize("check", [as_input, as_output])
def test_other_types_and_shapes_are_refused(check, array, found):
    with pytest.raises(ValueError, match=rf"it: {found}, expected float32 \(any, 4\)"):
        check("it", array, np.float32, (None, 4))


def test_outputs_are_no_copies():
    array = np.zeros((3, 4), np.float32)
    assert np.shares_memory(as_output("it", array, np.float32, (3, 4)), array)
    with pytest.raises(ValueError, match="it: found strides"):
        as_output("it", array.T, np.float32, (4, 3))
    array.flags.writeable = False
    with pytest.raises(ValueError, match="writeable: False"):
        as_output("it", array, np.float32, (3, 4))


def test_kernels_name_what_does_not_fit():
    low, band = np.zeros((4, 5, 3), np.float32), np.zeros((4, 5), np.float32)
    with pytest.raises(ValueError, match=r"low_weight: found float32 \(5, 5\)"):
        combine_bands(low, band, np.zeros((5, 5), np.float32), band, 1, 1)
    shown, flow = np.zeros((4, 5, 3), np.uint8), np.zeros((2, 2, 2), np.float32)
    with pytest.raises(ValueError, match="tolerance: found 0"):
        filter_recursively(low, shown, flow, flow[..., 0], most=0.5, tolerance=0)
    with pytest.raises(ValueError, match="start, count: found -1"):
        unpack(np.zeros(3, np.uint8), -1, 1)


def test_patches_outside_of_their_picture_are_refused():
    grid = PatchGrid(np.array([2, 7]), np.array([2, 3]), 2)
    assert checked_grid(grid, (10, 6)).half == 2
    with pytest.raises(ValueError, match=r"grid.rows: found 2 to 7, expected 2 to 6"):
        checked_grid(grid, (9, 6))
    place = np.full((1, 1, 1), 3, np.int32)
    assert checked_places(PatchPlaces(0 * place, place, place), 3, (1, 7, 7)).rows == 3
    with pytest.raises(ValueError, match=r"places.picture: found 3 to 3, expected 0 to 0"):
        checked_places(PatchPlaces(place, place, place), 3, (1, 7, 7))
    with pytest.raises(ValueError, match=r"places.columns: found 3 to 3"):
        checked_places(PatchPlaces(0 * place, place, place), 3, (1, 7, 6))


def test_pictures_outside_of_their_bytes_are_refused():
    start, side = np.array([0, 6]), np.array([2, 2])
    data = np.zeros(30, np.uint8)
    assert checked_pictures(FlatPictures(data, start, side, side)).image.size == 30
    with pytest.raises(ValueError, match="outside the 29 bytes"):
        checked_pictures(FlatPictures(data[:29], start, side, side))
