"""What setup.cfg cannot say.

The looks lie in exemplars/ and are installed inside the package. Where the project lives is told by
FACESTYLE_PROJECT_URL (https://HOST/OWNER/facestyle) when a release is built: a package index needs
absolute links in the README.
"""

import os
import re
import tomllib
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SOURCE = Path("exemplars")
TARGET = Path("facestyle", "assets", "looks")  # where facestyle.looks finds them
LISTS = ("looks.toml", "PROVENANCE.md", "thumbnails/*.jpg", "sources/originals/*.LICENSE")


def look_files() -> list[Path]:
    """The files to install, below `SOURCE`."""
    sets = tomllib.loads((SOURCE / "looks.toml").read_text(encoding="utf-8"))
    patterns = [*LISTS, *(f"{name}/*.jpg" for name in sets)]
    found = [path for pattern in patterns for path in sorted(SOURCE.glob(pattern))]
    return [path.relative_to(SOURCE) for path in found]


class BuildWithLooks(build_py):
    """Copies the looks into the package; an editable install uses them where they are."""

    def run(self) -> None:
        """Build as usual, then add the looks."""
        super().run()
        if not self.editable_mode:
            for source, target in self._looks():
                self.mkpath(str(Path(target).parent))
                self.copy_file(source, target)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """List every file of the built package."""
        looks = [] if self.editable_mode else [target for _, target in self._looks()]
        return [*super().get_outputs(include_bytecode), *looks]

    def _looks(self) -> list[tuple[str, str]]:
        target = Path(self.build_lib, TARGET)
        return [(str(SOURCE / path), str(target / path)) for path in look_files()]


def absolute_links(readme: str, url: str) -> str:
    """Make relative links of the README absolute; as they are without a URL."""
    if not url:
        return readme
    base = url.rstrip("/")

    def absolute(link: re.Match[str]) -> str:
        kind = "raw" if link["image"] else "blob"
        return f"{link['image']}[{link['text']}]({base}/{kind}/main/{link['target']})"

    link = r"(?P<image>!?)\[(?P<text>[^]]*)\]\((?!https?://)(?P<target>[^)\s]+)\)"
    return re.sub(link, absolute, readme)


def project_urls(url: str) -> dict[str, str]:
    """What a package index shows beside the description."""
    base = url.rstrip("/")
    pages = {
        "Source": "",
        "Documentation": "/blob/main/docs/index.md",
        "Changes": "/blob/main/CHANGELOG.md",
        "Issues": "/issues",
    }
    return {name: base + path for name, path in pages.items()} if url else {}


if __name__ == "__main__":
    project = os.environ.get("FACESTYLE_PROJECT_URL", "")
    setup(
        cmdclass={"build_py": BuildWithLooks},
        long_description=absolute_links(Path("README.md").read_text(encoding="utf-8"), project),
        long_description_content_type="text/markdown",
        project_urls=project_urls(project),
    )
