"""The links of a built site: each must lead to a file of it, and to an anchor that is there. MkDocs looks at pages only
before the links to files of the repository are turned, and not at what the reference makes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LINK = re.compile(r"\]\(([^()\s]+)\)")


class Anchors(HTMLParser):
    """The anchors of a page, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called for each tag that opens."""
        for name, value in attrs:
            if value is None:
                continue
            if name == "id":
                self.names.add(value)
            elif name in ("href", "src"):
                self.links.add(value)


def broken_links(site: Path) -> Iterator[str]:
    """The links of a site that lead nowhere in it, each with its page. Other sites are not asked."""
    pages = {path.resolve(): _read(path) for path in site.rglob("*.html")}
    for page, anchors in pages.items():
        if page.name == "404.html":  # its links begin at the root of a server
            continue
        for link in anchors.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if target.is_dir():
                target /= "index.html"
            found = pages.get(target)
            known = target.is_file() and (found is None or not parts.fragment or unquote(parts.fragment) in found.names)
            if not known:
                yield f"{link} in {page.relative_to(site.resolve()).as_posix()}"


def broken_links_of_texts(site: Path) -> Iterator[str]:
    """The links in the texts for language models that lead to no page, each with its text."""
    for path in site.glob("*.txt"):
        for link in LINK.findall(path.read_text(encoding="utf-8")):
            parts = urlsplit(link)
            target = site / parts.path
            if not parts.scheme and not (target / "index.html").is_file() and not target.is_file():
                yield f"{link} in {path.name}"


def _read(path: Path) -> Anchors:
    anchors = Anchors()
    anchors.feed(path.read_text(encoding="utf-8"))
    return anchors
