"""A hook of MkDocs: the report of the results that the repository keeps is a page of its site."""

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PAGE = "report.html"


def on_files(files: Any, config: Any) -> Any:
    """Add the page."""
    from mkdocs.structure.files import File

    if str(ROOT) not in sys.path:
        sys.path.append(str(ROOT))
    from benchmarks.page import render
    from benchmarks.result_files import read_results

    text = render(read_results(RESULTS), "facestyle: quick benchmarks on bundled data")
    files.append(File.generated(config, PAGE, content=text))
    return files
