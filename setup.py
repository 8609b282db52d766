"""What setup.cfg cannot say: the looks lie in exemplars/ and are installed inside the package."""

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


setup(cmdclass={"build_py": BuildWithLooks})
