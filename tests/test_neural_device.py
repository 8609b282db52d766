"""Devices are those asked for; without PyTorch the error names the pip line."""

import subprocess
import sys

import pytest

WITHOUT_TORCH = """
import sys
sys.modules["torch"] = None
import facestyle
import facestyle.neural.api as api
from facestyle.neural.style_training import train_style
from facestyle.errors import MissingDependencyError
for call in (lambda: api.stylize_optimize(None, []),
             lambda: api.stylize_feedforward(None, "x"),
             lambda: train_style([], "x", "y")):
    try:
        call()
    except MissingDependencyError as error:
        print(error)
"""


def test_without_torch_the_package_imports_and_the_error_names_the_pip_line():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH], capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    assert all("pip install 'facestyle[neural]'" in line and "'torch'" in line for line in lines)


def test_devices_are_never_replaced_in_silence(monkeypatch):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra 'neural')")
    from facestyle.errors import UsageError
    from facestyle.neural.device import choose_device

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert choose_device("auto").type == choose_device("cpu").type == "cpu"
    for name in ("cuda", "mps"):
        with pytest.raises(UsageError, match=f"device '{name}' was asked for"):
            choose_device(name)
    with pytest.raises(UsageError, match="'tpu' is unknown"):
        choose_device("tpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device("auto").type == "cuda"
