"""The methods that a stylizer can use, behind one protocol (`facestyle.methods.engine`).

A method is a folder here, named like its key below:

- ``settings.py`` (light) has ``SUMMARY``, ``SETTINGS`` (its class of settings) and ``PRESETS``;
- its ``__init__`` exports the class named below, and whatever others may use of it.
"""

from importlib import import_module
from types import ModuleType

# each is imported when it is used: all of them together take as long to load as a face to find
METHODS = {
    "energy": "EnergyMethod",
    "patch_paired": "PairedPatchMethod",
    "patch_unpaired": "UnpairedPatchMethod",
    "neural": "NeuralMethod",
}
# besides the methods' own names: by the exemplars, and patches with or without photographs
ALIASES = ("auto", "patch")


def method_choices() -> tuple[str, ...]:
    """All names of methods that a user may give."""
    return (*ALIASES, *(name.replace("_", "-") for name in METHODS))


def method_settings(name: str) -> ModuleType:
    """The light module that has a method's ``SUMMARY``, ``SETTINGS`` and ``PRESETS``."""
    return import_module(f"facestyle.methods.{name}.settings")
