"""A report as a page: what is in it, and that nothing of a server's can become markup."""

from __future__ import annotations

from decimal import Decimal
from html.parser import HTMLParser

from baseten_sdk.batch import Report, html_report

FULL = Report(
    ok=1200,
    failed=3,
    retries=7,
    input_tokens=1000,
    cached_tokens=250,
    output_tokens=2000,
    dollars=Decimal("0.5"),
    p50=0.2,
    p95=1.5,
    latencies=((0.1, 600), (0.2, 590), (1.5, 10)),
    timeline=((0.0, 400), (1.0, 0), (2.0, 803)),
    seconds=3.0,
    reasons=(("<script>alert(1)</script>", 2), ("503: busy", 1)),
    failures="out.failed.jsonl",
)


class Seen(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not any(name in ("src", "href") for name, _ in attrs), "the page needs nothing else"

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_has_all_numbers_pictures_and_reasons() -> None:
    seen = Seen(html_report(FULL, "baseten-sdk batch in.jsonl out.jsonl"))
    for text in ("1,200", "0.5000", "25%", "0.20", "1.50", "401.0", "out.failed.jsonl", "503: busy", "in.jsonl"):
        assert text in seen.text
    assert seen.tags.count("svg") == 2
    assert "script" not in seen.tags
    assert "<script>alert(1)</script>" in seen.text


def test_a_report_of_nothing_is_a_page_too() -> None:
    seen = Seen(html_report(Report()))
    assert seen.tags.count("svg") == 0
    assert "succeeded" in seen.text
