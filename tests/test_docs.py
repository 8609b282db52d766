"""README and documentation: lines run, links lead somewhere, options exist, pictures are small."""

import glob
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from facestyle.cli import VERBS, build_parser, main
from facestyle.methods import METHODS, method_settings
from facestyle.pipeline.settings import StylizerSettings

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
LANGUAGES = {"shell", "python", "text"}
FENCE = re.compile(
    r"^(?:<!-- (?P<kind>not run|needs): (?P<reason>.+?) -->\n)?"
    r"```(?P<language>\w*)\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
# of other programs: pip, docker, python -m venv, torchrun
OTHER_OPTIONS = {"--rm", "--user", "--nproc-per-node"}


@dataclass(frozen=True)
class Block:
    """A block of code that is run as it stands."""

    language: str
    code: str


def fences(page: Path) -> list[re.Match[str]]:
    return list(FENCE.finditer(page.read_text(encoding="utf-8")))


def blocks(page: Path) -> list[Block]:
    """The blocks of a page that can be run here; those it marks as not run are left out."""
    found = []
    for fence in fences(page):
        if fence["kind"] == "not run" or fence["language"] not in ("shell", "python"):
            continue
        if fence["kind"] == "needs" and importlib.util.find_spec(fence["reason"]) is None:
            continue
        found.append(Block(fence["language"], fence["code"]))
    return found


RUNNABLE = [page for page in PAGES if blocks(page)]


@pytest.fixture
def clone(tmp_path, monkeypatch) -> Path:
    """A folder like a fresh clone, with the portraits reduced so that the lines are quick."""
    for entry in ROOT.iterdir():
        if entry.name in ("facestyle", "docs", "tests", "benchmarks"):
            (tmp_path / entry.name).symlink_to(entry)
    for entry in (ROOT / "exemplars").iterdir():
        if entry.name != "portraits":
            (tmp_path / "exemplars").mkdir(exist_ok=True)
            (tmp_path / "exemplars" / entry.name).symlink_to(entry)
    (tmp_path / "exemplars" / "portraits").mkdir()
    for path in (ROOT / "exemplars" / "portraits").iterdir():
        with Image.open(path) as image:
            image.resize((320, 400)).save(tmp_path / "exemplars" / "portraits" / path.name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_shell(code: str) -> None:
    """Run lines; `facestyle` in this process, which is quicker, all else by bash."""
    for line in code.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if not words:
            continue
        if words[0] == "facestyle" and not re.search(r"[|<>;&$`]", line):
            arguments = [name for word in words[1:] for name in expanded(word)]
            assert main(arguments) == 0, line
            continue
        wrapper = f'facestyle() {{ {shlex.quote(sys.executable)} -m facestyle "$@"; }}\n'
        done = subprocess.run(["bash", "-ec", wrapper + line], capture_output=True, text=True)
        assert done.returncode == 0, f"{line}\n{done.stderr}"


def expanded(word: str) -> list[str]:
    return (sorted(glob.glob(word)) or [word]) if "*" in word else [word]


@pytest.mark.parametrize("page", RUNNABLE, ids=[page.name for page in RUNNABLE])
def test_lines_run(page, clone):
    names: dict[str, object] = {}
    for block in blocks(page):
        if block.language == "shell":
            run_shell(block.code)
        else:
            exec(compile(block.code, str(page), "exec"), names)


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_lines_are_understood(page):
    """Of blocks that are not run, too."""
    for fence in fences(page):
        for line in fence["code"].splitlines() if fence["language"] == "shell" else ():
            words = shlex.split(line, comments=True)
            if words[:1] == ["facestyle"]:
                verb = words.pop(1) if words[1] in VERBS else "stylize"
                build_parser(verb).parse_known(words[1:])  # exits where it is not


@pytest.mark.parametrize("line", ["facestyle missing.jpg --exemplars noir", "false", "cp no such"])
def test_failing_line_fails(line, clone):
    with pytest.raises(AssertionError):
        run_shell(line)


def test_notebook_runs(clone, monkeypatch):
    monkeypatch.chdir(clone / "exemplars")  # it finds the repository from within
    notebook = json.loads((DOCS / "notebooks" / "portrait.ipynb").read_text(encoding="utf-8"))
    names: dict[str, object] = {}
    for cell in notebook["cells"]:
        assert not cell.get("outputs"), "outputs are not committed"
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
    assert names["result"]._repr_png_().startswith(b"\x89PNG")


def test_mesh_opens_no_model_of_dlib(clone, monkeypatch):
    """What the page of licences says of commercial use."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} was opened")

    monkeypatch.setattr("facestyle.faces.landmarks._shape_predictor", lambda: refuse("68 points"))
    monkeypatch.setattr("facestyle.faces.detection._dlib_detector", lambda: refuse("dlib"))
    monkeypatch.setenv("FACESTYLE_CACHE", str(clone / "cache"))
    for block in blocks(DOCS / "licences.md"):
        exec(block.code, {})


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_blocks_say_what_they_are(page):
    marks = page.read_text(encoding="utf-8").count("\n```")
    found = fences(page)
    if page.name != "design.md":  # its blocks are files; they have a test of their own
        assert marks == 2 * len(found), "a block that the test cannot see"
    for fence in found:
        assert fence["language"] in LANGUAGES, fence[0]


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    text = re.sub(r"<!-- picture: .*? -->", "", text)  # not made yet
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://")):
            continue
        if target == "report.html":
            continue  # made when the site is built, from benchmarks/results
        path, _, anchor = target.partition("#")
        linked = (page.parent / path) if path else page
        assert linked.exists(), f"{page.name}: {target}"
        assert page.parent == ROOT or DOCS in linked.resolve().parents, f"{target}: not on the site"
        if anchor:
            assert anchor in anchors(linked), f"{page.name}: {target}"


def anchors(page: Path) -> set[str]:
    """Anchors of headings, as the site makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    slugs = (re.sub(r"[^\w\s-]", "", heading).strip().lower() for heading in headings)
    return {re.sub(r"[-\s]+", "-", slug) for slug in slugs}


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_options_exist(page):
    known = {flag for verb in VERBS for flag in build_parser(verb)._option_string_actions}
    text = page.read_text(encoding="utf-8")
    # options of scripts, too
    if page.name in ("benchmarks.md", "benchmark_history.md", "measuring.md", "design.md"):
        text = "\n".join(re.findall(r"(?:^|`)facestyle [^`\n]*", text, re.MULTILINE))
    given = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))
    assert given - known - OTHER_OPTIONS == set()


def test_every_setting_is_shown():
    classes = [StylizerSettings, *(method_settings(name).SETTINGS for name in METHODS)]
    settings = {name for settings in classes for name in settings.options()}
    page = (DOCS / "settings.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"^### `--([a-z-]+)`$", page, re.MULTILINE))
    assert shown == {name.replace("_", "-") for name in settings}
    parts = re.findall(r"^### `--([a-z-]+)`$(.*?)(?=^#|\Z)", page, re.MULTILINE | re.DOTALL)
    bare = {name for name, text in parts if "![" not in text}
    # these change time, or clips alone
    assert bare == {"flow", "solver", "tolerance", "video-preset", "loss-network", "device"}


def test_pictures_are_used_and_small():
    pictures = {path.name: path.stat().st_size for path in (DOCS / "pictures").iterdir()}
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    scripts = "".join(p.read_text(encoding="utf-8") for p in (DOCS / "figures").glob("*.py"))
    assert [name for name in pictures if f"pictures/{name}" not in text] == []
    assert sum(pictures.values()) < 4e6
    named = {name: Path(name).stem.removeprefix("look_") for name in pictures}
    looks = {path.name for path in (ROOT / "exemplars").iterdir()}
    assert [
        n for n, stem in named.items() if f'"{stem}"' not in scripts and stem not in looks
    ] == []


def test_links_become_absolute(monkeypatch):
    spec = importlib.util.spec_from_file_location("facestyle_setup", ROOT / "setup.py")
    setup = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(setup)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert setup.absolute_links(readme, "") == readme
    absolute = setup.absolute_links(readme, "https://example.org/us/facestyle/")
    images = re.findall(r"!\[[^]]*\]\((\S+)\)", absolute)
    assert images[0] == "https://example.org/us/facestyle/raw/main/exemplars/figures/looks.jpg"
    assert "](https://example.org/us/facestyle/blob/main/docs/tutorial.md)" in absolute
    targets = re.findall(r"\]\(([^)\s]+)\)", absolute)
    assert all(target.startswith("https://") for target in targets)


@pytest.mark.skipif(
    shutil.which("mkdocs", path=str(Path(sys.executable).parent)) is None
    or importlib.util.find_spec("mkdocstrings") is None,
    reason="the extra docs is not installed",
)
def test_site_builds_without_warnings(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(tmp_path)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    reference = (tmp_path / "python" / "index.html").read_text(encoding="utf-8")
    assert "Exemplars are prepared on first use" in reference  # from a docstring
    for page in tmp_path.rglob("*.html"):
        for picture in re.findall(r'<img [^>]*src="([^"]+)"', page.read_text(encoding="utf-8")):
            if not picture.startswith("data:"):
                base = tmp_path if picture.startswith("/") else page.parent
                assert (base / picture.lstrip("/")).exists(), f"{page}: {picture}"
