"""The page of a batch: every input is on it, failures are named, nothing is broken by odd names."""

import re

import numpy as np
import pytest
from PIL import Image

from facestyle.errors import ImageError
from facestyle.pipeline.batch_records import BatchResult
from facestyle.pipeline.batch_report import BatchReport


@pytest.fixture
def results(tmp_path):
    path = tmp_path / "a <b> & c.png"
    Image.fromarray(np.full((400, 300, 3), 90, np.uint8)).save(path)
    facts = {"size": [300, 400], "timings": {"faces": 0.1, "tone": 0.3, "total": 0.4}}
    return [
        BatchResult(path, path, seconds=0.4, facts=facts),
        BatchResult(tmp_path / "b.png", None, error=ImageError("b.png: is <script>no picture")),
        BatchResult(path, path, skipped=True),
    ]


def test_all_results_are_shown(results, tmp_path):
    page = tmp_path / "report.html"
    with BatchReport(page, "noir") as report:
        assert list(report.passing(results)) == results
    text = page.read_text(encoding="utf-8")
    assert "1 done, 1 skipped, 1 failed" in text
    assert re.findall('<article class="(.*?)">', text) == ["done", "failed", "skipped"]
    assert "a &lt;b&gt; &amp; c.png" in text
    assert "<script>" not in text
    assert text.count("<img") == 4
    assert "300 x 400" in text
    assert text.index("tone 0.30 s") < text.index("faces 0.10 s")


def test_a_batch_that_is_stopped_leaves_a_page_of_what_was_done(results, tmp_path):
    page = tmp_path / "report.html"
    with BatchReport(page, "noir") as report:
        passing = report.passing(results)
        next(passing)
        passing.close()
    assert "<p>1 done; 0.4 s of work</p>" in page.read_text(encoding="utf-8")


def test_what_comes_later_is_added(results, tmp_path):
    page = tmp_path / "report.html"
    with BatchReport(page, "noir") as report:
        for result in results:
            assert list(report.passing([result])) == [result]
    text = page.read_text(encoding="utf-8")
    assert "1 done, 1 skipped, 1 failed" in text
    assert re.findall('<article class="(.*?)">', text) == ["done", "failed", "skipped"]
