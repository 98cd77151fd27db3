"""The links of a built site: what leads nowhere is found, what leads somewhere is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.links import broken_links, broken_links_of_texts


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "guide").mkdir()
    (tmp_path / "mark.svg").write_text("<svg/>")
    (tmp_path / "index.html").write_text('<h1 id="top">Home</h1>')
    return tmp_path


def page(site: Path, body: str) -> list[str]:
    """What is broken on a page of the site."""
    (site / "guide" / "index.html").write_text(f'<h2 id="what-it-does">What</h2>{body}')
    return sorted(broken_links(site))


@pytest.mark.parametrize(
    "link",
    ["..", "../", "../#top", "../index.html", "#what-it-does", "#what%2Dit-does", "../mark.svg", "../mark.svg?v=1"],
)
def test_a_link_that_leads_somewhere_is_fine(site: Path, link: str) -> None:
    assert page(site, f'<a href="{link}">x</a>') == []


@pytest.mark.parametrize("link", ["https://example.com/none", "mailto:a@example.com", "//example.com/x"])
def test_other_sites_are_not_asked(site: Path, link: str) -> None:
    assert page(site, f'<a href="{link}">x</a>') == []


@pytest.mark.parametrize("link", ["../none/", "../examples/none.py", "#none", "../#what-it-does", "../none.svg"])
def test_a_link_that_leads_nowhere_is_named_with_its_page(site: Path, link: str) -> None:
    assert page(site, f'<a href="{link}">x</a>') == [f"{link} in guide/index.html"]
    assert page(site, f'<img src="{link}">') == [f"{link} in guide/index.html"]


def test_the_page_for_what_is_not_found_may_begin_at_the_root_of_a_server(site: Path) -> None:
    (site / "404.html").write_text('<a href="/assets/site.css">x</a>')
    assert page(site, "") == []


@pytest.mark.parametrize(("link", "broken"), [("guide/#x", 0), ("mark.svg", 0), ("https://a.b/c", 0), ("guide.md", 1)])
def test_the_links_of_a_text_lead_to_pages(site: Path, link: str, broken: int) -> None:
    (site / "guide" / "index.html").write_text("")
    (site / "llms.txt").write_text(f"- [Guide]({link})")
    assert list(broken_links_of_texts(site)) == [f"{link} in llms.txt"] * broken
