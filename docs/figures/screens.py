"""The web page and a batch's report, as a browser shows them (needs Chromium and Playwright)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from settings import PORTRAIT, ROOT
from strips import PICTURES

_WAIT = 240_000  # ms; kernels may be compiled first


@contextmanager
def page(width: int, height: int) -> Iterator[Any]:
    """An empty page of a browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": width, "height": height})
        browser.close()


@contextmanager
def served() -> Iterator[str]:
    """The address of the web page, while it is there."""
    import uvicorn

    from facestyle.web.app import make_app
    from facestyle.web.limits import WebLimits

    app = make_app([], limits=WebLimits(preview_side=600))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def screen(name: str, width: int, height: int) -> Path:
    """The page with a portrait in a look, half of it behind the slider."""
    with served() as address, page(width, height) as shown:
        shown.set_default_timeout(_WAIT)
        shown.goto(address)
        shown.set_input_files("#portrait-file", PORTRAIT)
        shown.get_by_role("radio", name="Noir").check(force=True)
        shown.locator("#status", has_text="Preview").wait_for()
        # seconds on the machine that makes the picture say nothing
        shown.evaluate("document.getElementById('status').style.visibility = 'hidden'")
        shown.locator("#stage").scroll_into_view_if_needed()
        if width > height:
            shown.evaluate("scrollTo(0, 0)")
        return _kept(shown, name)


def report() -> Path:
    """The page of `--report`: two portraits and a file that is none."""
    with tempfile.TemporaryDirectory() as folder, page(900, 700) as shown:
        photos = Path(folder) / "photos"
        photos.mkdir()
        for name in ("ann.jpg", "bob.jpg"):
            shutil.copy(PORTRAIT, photos / name)
        shutil.copy(ROOT / "exemplars" / "noir" / "mona_lisa.jpg", photos / "mona.jpg")
        (photos / "cut.jpg").write_bytes(PORTRAIT.read_bytes()[:300])
        command = [sys.executable, "-m", "facestyle", "photos", "--exemplars", "warm", "-o", "out"]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        command += ["-q", "--report", "report.html"]
        subprocess.run(command, cwd=folder, env=environment, check=False)  # one file is damaged
        shown.goto(f"file://{folder}/report.html")
        return _kept(shown, "report")


def _kept(shown: Any, name: str) -> Path:
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "shot.png"
        shown.screenshot(path=shot)
        path = PICTURES / f"{name}.jpg"
        with Image.open(shot) as image:
            image.convert("RGB").save(path, quality=82, optimize=True)
    return path


FIGURES: dict[str, Callable[[], Path]] = {
    "web": lambda: screen("web", 1200, 800),
    "web_phone": lambda: screen("web_phone", 390, 780),
    "report": report,
}
