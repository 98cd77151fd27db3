"""The report of a run as a page: each bound and whether it was met, each client with its bar, and no other file."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from benchmarks.html_report import html_report
from benchmarks.results import Results


class Seen(HTMLParser):
    """The rows of a page's tables, the lengths of its bars, and the classes of its cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.bars: list[float] = []
        self.bad: list[str] = []
        self.headings: list[str] = []
        self._open = ""
        self._bad = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not any(name in ("src", "href") for name, _ in attrs), "the page needs nothing else"
        assert tag != "script"
        given = dict(attrs)
        self._open, self._bad = tag, "bad" in (given.get("class") or "")
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        elif tag == "meter":
            self.bars.append(float(given["value"] or ""))
        elif tag == "h2":
            self.headings.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "h2"):
            self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open in ("td", "th"):
            self.rows[-1][-1] += data
            if self._bad:
                self.bad.append(data)
        elif self._open == "h2":
            self.headings[-1] += data.strip()


@pytest.fixture
def results() -> Results:
    """Two rows: the calls met their bound (0.1), the chunks missed it (0.045)."""
    results = Results(server={"calls": 50_000.0, "chunks": 1_000_000.0}, seconds=90.0)
    for ours, theirs in ((100.0, 2000.0), (110.0, 2000.0), (90.0, 1000.0)):
        results.add("call", "direct", {"cpu": ours})
        results.add("call", "openai", {"cpu": theirs})
    results.add("chunk", "direct", {"cpu": 10.0})
    results.add("chunk", "openai", {"cpu": 100.0})
    return results


def test_each_goal_has_its_ratio_and_whether_it_was_met(results: Results) -> None:
    seen = Seen(html_report(results))
    goals = {line[0]: line for line in seen.rows if line and line[-1] in ("met", "MISSED")}
    assert goals["one chat call, async: CPU"][3:] == [
        "100 µs CPU", "2,000 µs CPU", "0.055 (0.05 to 0.09)", "at most 0.1", "met"
    ]  # fmt: skip
    assert goals["a chunk of create(stream=True): CPU"][5:] == ["0.1 (0.1 to 0.1)", "at most 0.045", "MISSED"]
    assert seen.bad == ["MISSED"]
    page = html_report(results)
    assert "<b>1</b><span>bounds met</span>" in page
    assert "<b>1</b><span>bounds missed</span>" in page


def test_each_client_has_its_median_its_spread_and_a_bar_in_proportion(results: Results) -> None:
    seen = Seen(html_report(results))
    assert ["baseten_sdk, direct (this package)", "100 µs CPU", "", "90 to 110"] in seen.rows
    assert ["openai", "2,000 µs CPU", "", "1,000 to 2,000"] in seen.rows
    assert seen.bars == [0.05, 1.0, 0.1, 1.0]
    assert "One chat call, async: CPU" in seen.headings


def test_a_run_of_no_rows_is_a_page_too() -> None:
    seen = Seen(html_report(Results()))
    assert seen.bars == []
