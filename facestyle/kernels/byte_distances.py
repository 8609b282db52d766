"""Squared distances between runs of bytes, sixteen at a time.

Numba unrolls short loops over bytes into scalar code. These two functions are written in LLVM's
portable vectors instead, which become SSE, AVX or NEON. They take pointers (see
`facestyle.kernels.pointers`) and load whole vectors: a run must be followed by enough bytes of its
own array. Integers have no rounding order: the results are exact everywhere.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic

LANES = 16  # bytes of a vector register of every x86-64 and ARM64
PATCH_ROW = 15  # bytes of a patch's row: five RGB pixels
PATCH_ROWS = 5
_BYTES = ir.VectorType(ir.IntType(8), LANES)
_SHORTS = ir.VectorType(ir.IntType(16), LANES)
_WORDS = ir.VectorType(ir.IntType(32), LANES)
_BYTE_POINTER = types.CPointer(types.uint8)
_WORD_POINTER = types.CPointer(types.int32)


@intrinsic
def patch_distance(
    typing: Any, ours: Any, i: Any, our_stride: Any, theirs: Any, j: Any, their_stride: Any
) -> Any:
    """Sum of squared differences of two 5x5 RGB patches, int32.

    Parameters
    ----------
    ours, theirs : pointers to uint8
    i, j : int64
        Index of the first byte of each patch.
    our_stride, their_stride : int64
        Bytes from one row to the next. One byte after the last row is read, but not used.
    """
    _expect("patch_distance", (ours, _BYTE_POINTER), (theirs, _BYTE_POINTER))

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        first, i, first_stride, second, j, second_stride = arguments
        used = ir.Constant(_SHORTS, [-1] * PATCH_ROW + [0] * (LANES - PATCH_ROW))
        total = ir.Constant(_WORDS, [0] * LANES)
        for _ in range(PATCH_ROWS):
            difference = builder.and_(_difference(builder, first, i, second, j), used)
            wide = builder.sext(difference, _WORDS)
            total = builder.add(total, builder.mul(wide, wide))
            i, j = builder.add(i, first_stride), builder.add(j, second_stride)
        return _sum_of_lanes(builder, total)

    place = types.int64
    return types.int32(_BYTE_POINTER, place, place, _BYTE_POINTER, place, place), generate


@intrinsic
def weighted_distance(
    typing: Any, ours: Any, i: Any, theirs: Any, j: Any, weights: Any, w: Any
) -> Any:
    """Weighted sum of the squared differences of 16 bytes, int32.

    Parameters
    ----------
    ours, theirs : pointers to uint8
    weights : pointer to int32
    i, j, w : int64
        Where the runs begin.
    """
    expected = (ours, _BYTE_POINTER), (theirs, _BYTE_POINTER), (weights, _WORD_POINTER)
    _expect("weighted_distance", *expected)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        first, i, second, j, weights, w = arguments
        wide = builder.sext(_difference(builder, first, i, second, j), _WORDS)
        weight = _load(builder, weights, w, _WORDS, 4)
        return _sum_of_lanes(builder, builder.mul(builder.mul(wide, wide), weight))

    place = types.int64
    signature = types.int32(_BYTE_POINTER, place, _BYTE_POINTER, place, _WORD_POINTER, place)
    return signature, generate


def _expect(name: str, *pairs: tuple[Any, Any]) -> None:
    """Refuse pointers to anything else at compile time."""
    for found, expected in pairs:
        if found != expected:
            raise TypingError(f"{name}: found {found}, expected {expected}")


def _load(builder: Any, data: Any, index: Any, vector: ir.VectorType, align: int) -> Any:
    place = builder.bitcast(builder.gep(data, [index]), vector.as_pointer())
    return builder.load(place, align=align)


def _difference(builder: Any, first: Any, i: Any, second: Any, j: Any) -> Any:
    """Difference of two vectors of bytes; 16 bits hold it, which makes multiplying cheap."""
    ours, theirs = _load(builder, first, i, _BYTES, 1), _load(builder, second, j, _BYTES, 1)
    return builder.sub(builder.zext(ours, _SHORTS), builder.zext(theirs, _SHORTS))


def _sum_of_lanes(builder: Any, words: Any) -> Any:
    reduction = cgutils.get_or_insert_function(
        builder.module,
        ir.FunctionType(ir.IntType(32), [_WORDS]),
        f"llvm.vector.reduce.add.v{LANES}i32",
    )
    return builder.call(reduction, [words])
