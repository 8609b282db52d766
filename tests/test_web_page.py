"""The web page in a browser: drop, pick, compare, correct, download; keyboard, phone, names."""

import threading

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("starlette", reason="the extra web is not installed")
pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Page, expect, sync_playwright
from watched_browser import BROWSER, watched_browser

pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no chromium on this machine"),
    # a browser that hung, which is not the page's fault; what a test finds is never tried again
    pytest.mark.flaky(reruns=2, only_rerun=["TargetClosedError"]),
]
SLOW = 120_000  # ms: kernels may be compiled first


@pytest.fixture(scope="module")
def address(tmp_path_factory, sitters):
    """A page with one small look, served in a thread."""
    import uvicorn

    from facestyle.web.app import make_app
    from facestyle.web.limits import WebLimits

    folder = tmp_path_factory.mktemp("looks")
    (folder / "aa_night").mkdir()
    for index, sitter in enumerate(sitters[:2]):
        save(folder / "aa_night" / f"{index}.png", sitter.image * np.float32([0.3, 0.4, 0.7]))
    config = uvicorn.Config(
        make_app([folder], limits=WebLimits(preview_side=300)), port=0, log_level="error", ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def browser():
    with sync_playwright() as playwright, watched_browser(playwright, 240) as browser:
        yield browser


@pytest.fixture
def page(browser, address):
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    page = context.new_page()
    page.set_default_timeout(SLOW)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(address)
    expect(page.get_by_role("radio", name="Aa night")).to_be_attached()
    yield page
    context.close()
    assert problems == []


@pytest.fixture(scope="module")
def eileen(tmp_path_factory, astronaut):
    path = tmp_path_factory.mktemp("portraits") / "eileen.png"
    save(path, astronaut)
    return path


def save(path, image):
    Image.fromarray(np.round(255 * image).astype(np.uint8)).save(path)


def stylize(page: Page, path) -> None:
    page.set_input_files("#portrait-file", path)
    # the layout moves while the portrait appears: a click at a place could meet something else
    page.get_by_role("radio", name="Aa night").evaluate("look => look.click()")
    wait_for_preview(page)


def wait_for_preview(page: Page) -> None:
    expect(page.get_by_role("status")).to_contain_text("Preview", timeout=SLOW)


def pixels(page: Page, selector: str) -> np.ndarray:
    """Mean color of a picture on the page, RGB."""
    values = page.locator(selector).evaluate(
        "image => { const c = document.createElement('canvas'); c.width = c.height = 8;"
        "const d = c.getContext('2d'); d.drawImage(image, 0, 0, 8, 8);"
        "return Array.from(d.getImageData(0, 0, 8, 8).data); }"
    )
    return np.array(values, np.float64).reshape(-1, 4)[:, :3].mean(axis=0)


def test_drop_pick_compare_download(page, eileen, tmp_path):
    stylize(page, eileen)
    after, before = pixels(page, "img.after"), pixels(page, ".frame img:not(.after)")
    assert after[2] > after[0] * 1.1
    assert before[0] > after[0]
    slider = page.get_by_role("slider", name="Compare")
    box = slider.bounding_box()
    page.mouse.click(box["x"] + 0.2 * box["width"], box["y"] + box["height"] / 2)
    assert 14 <= int(slider.input_value()) <= 26
    with page.expect_download() as download:
        page.get_by_role("button", name="Download at full size").click()
    assert download.value.suggested_filename == "eileen_aa_night.png"
    download.value.save_as(tmp_path / "result.png")
    with Image.open(tmp_path / "result.png") as image:
        assert image.size == (340, 340)


def test_a_dial_changes_the_picture(page, eileen):
    stylize(page, eileen)
    first = page.locator("img.after").get_attribute("src")
    page.get_by_label("Strength").fill("0")
    expect(page.locator("img.after")).not_to_have_attribute("src", first)
    np.testing.assert_allclose(
        pixels(page, "img.after"), pixels(page, ".frame img:not(.after)"), atol=3
    )


def test_landmarks_are_dragged_and_the_person_is_painted(page, eileen):
    stylize(page, eileen)
    page.get_by_role("tab", name="Landmarks").click()
    circle = page.get_by_role("button", name="Jaw, point 9")
    before = float(circle.get_attribute("cy"))
    box = circle.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"], box["y"] + 30, steps=3)
    page.mouse.up()
    assert float(circle.get_attribute("cy")) > before + 5
    expect(page.get_by_role("tab", name="Person")).to_be_enabled()
    page.get_by_role("tab", name="Person").click()
    page.get_by_role("button", name="Paint the background").click()
    brush = page.get_by_role("application")
    with page.expect_response("**/api/jobs") as job, page.expect_response("**/matte") as matte:
        brush.click(position={"x": 60, "y": 60})
    assert matte.value.ok
    assert job.value.ok


def test_a_picture_without_a_face_is_said(page, tmp_path):
    save(tmp_path / "wall.png", np.full((200, 200, 3), 0.6))
    page.get_by_role("radio", name="Aa night").check(force=True)
    page.set_input_files("#portrait-file", tmp_path / "wall.png")
    expect(page.get_by_role("status")).to_contain_text("wall.png: no face was found")


def test_the_keyboard_is_enough(page, eileen):
    page.set_input_files("#portrait-file", eileen)
    page.get_by_role("radio", name="Aa night").focus()
    page.keyboard.press("Space")
    wait_for_preview(page)
    page.get_by_role("slider", name="Compare").focus()
    value = int(page.get_by_role("slider", name="Compare").input_value())
    page.keyboard.press("ArrowLeft")
    assert int(page.get_by_role("slider", name="Compare").input_value()) == value - 1
    page.get_by_role("tab", name="Compare").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tab", name="Exemplars used").get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowRight")
    point = page.get_by_role("button", name="Jaw, point 1", exact=True)
    point.focus()
    left = float(point.get_attribute("cx"))
    page.keyboard.press("Shift+ArrowRight")
    assert float(point.get_attribute("cx")) > left + 5
    page.keyboard.press("PageDown")
    expect(page.get_by_role("button", name="Jaw, point 2", exact=True)).to_be_focused()


def test_a_phone_shows_all_of_it(page, eileen):
    page.set_viewport_size({"width": 360, "height": 740})
    stylize(page, eileen)
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1]
    box = page.locator(".frame").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    expect(page.get_by_role("button", name="Download at full size")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_names_and_contrasts_are_accessible(browser, address, scheme, eileen):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(address)
    stylize(page, eileen)
    for tab in ("Compare", "Landmarks", "Person"):
        page.get_by_role("tab", name=tab).click()
        # what passes is several megabytes, which take a minute to bring here
        found = axe.Axe().run(page, options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, found.generate_report()
    context.close()
