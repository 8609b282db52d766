"""Arrays as bare pointers, inside compiled code.

Numba counts references to an array whenever a compiled function takes it out of a tuple or hands
it on. In a loop over pixels these atomic additions cost more than the work itself, and threads
fight over them. A pointer has no count: take pointers of a function's parameters only, which its
caller keeps alive; a local array is freed after the last line that names it.
"""

from typing import Any

from numba import types
from numba.core.errors import TypingError
from numba.extending import intrinsic


@intrinsic
def pointer(typing: Any, array: Any) -> Any:
    """Pointer to the first element of a C-contiguous array; index it with flat indices.

    Nothing checks these indices, and a negative one does not count from the end.
    """
    if not isinstance(array, types.Array) or array.layout != "C":
        raise TypingError(f"pointer: found {array}, expected a C-contiguous array")

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.make_array(signature.args[0])(context, builder, arguments[0]).data

    return types.CPointer(array.dtype)(array), generate
