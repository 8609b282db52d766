"""A browser that is ended when it hangs, so that a test fails and does not wait for ever.

Mouse and script calls of the driver have no time limit, and a headless browser on a busy machine
has been seen to use all processors for an hour without answering one.
"""

import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from playwright.sync_api import Browser, Playwright

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
# the page has no three-dimensional parts: nothing is drawn by an emulated graphics card
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-software-rasterizer"]


@contextmanager
def watched_browser(playwright: Playwright, seconds: float) -> Iterator[Browser]:
    """A browser that lives for so many seconds at most; calls raise TargetClosedError after."""
    mark = f"--mark={secrets.token_hex(8)}"  # chromium ignores it; the process is found by it
    browser = playwright.chromium.launch(executable_path=BROWSER, args=[*OPTIONS, mark])
    watch = threading.Timer(seconds, _kill, (mark,))
    watch.daemon = True
    watch.start()
    try:
        yield browser
        browser.close()
    finally:
        watch.cancel()


def _kill(mark: str) -> None:
    for process in psutil.process_iter():
        try:
            if mark in process.cmdline():
                process.kill()
        except psutil.Error:  # gone, or a zombie
            continue
