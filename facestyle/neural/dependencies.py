"""Optional packages of the neural wing: present, or an error that names the pip line."""

from importlib import import_module, util

from facestyle.errors import MissingDependencyError


def require_torch() -> None:
    """Raise unless PyTorch and safetensors are installed.

    Raises
    ------
    MissingDependencyError
        A package is missing; the message names the pip line.
    """
    for package in ("torch", "safetensors"):
        # A package blocked in `sys.modules` has no spec either: find_spec raises ValueError.
        try:
            found = util.find_spec(package) is not None
        except ValueError:
            found = False
        if not found:
            raise MissingDependencyError(package, "Neural style transfer", "neural")
    import_module("torch")
