"""Records whose arrays and dicts cannot be written to, so that stages may share them."""

from __future__ import annotations

import sys
from typing import Any, ClassVar, NoReturn


class FrozenDict(dict[Any, Any]):
    """A dict that stays as it is; unlike `types.MappingProxyType` it can be sent to processes."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("this record is frozen: make a dict of it, and change that")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type[FrozenDict], tuple[dict[Any, Any]]]:
        return type(self), (dict(self),)


class FrozenRecord:
    """Base of frozen dataclasses: their arrays are read-only views, their dicts frozen.

    What is handed in stays as it is, and costs no copy.
    """

    # fields that belong to whoever gets the record
    own: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if name not in self.own:
                self.__dict__[name] = _frozen(value)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        FrozenRecord.__post_init__(self)  # arrays come out of a pickle writable


def _frozen(value: Any) -> Any:
    numpy = sys.modules.get("numpy")  # help texts load none, and have no arrays
    if numpy is not None and isinstance(value, numpy.ndarray):
        view = value.view()
        view.flags.writeable = False
        return view
    if type(value) is tuple:
        return tuple(_frozen(item) for item in value)
    if type(value) is dict:
        return FrozenDict({key: _frozen(item) for key, item in value.items()})
    return value
