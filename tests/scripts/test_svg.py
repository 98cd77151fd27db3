"""Pictures: what they say is text, they need no other file, and the drawn ones are as their code draws them."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from scripts.drawings import ASSETS, DRAWINGS
from scripts.svg import bars

SVG = "{http://www.w3.org/2000/svg}"


def test_bars_are_in_proportion_and_have_their_names_and_numbers() -> None:
    root = ET.fromstring(
        bars("Calls <a second>", [("ours", 8000.0, "ours"), ("theirs", 2000.0, "other")], "More & more")
    )
    widths = [float(rect.attrib["width"]) for rect in root.iter(f"{SVG}rect") if rect.attrib["width"] != "100%"]
    assert widths[0] == pytest.approx(4 * widths[1], rel=0.01)
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert texts == ["Calls <a second>", "More & more", "ours", "8,000", "theirs", "2,000"]


def test_bars_of_nothing_are_a_picture() -> None:
    assert ET.fromstring(bars("Nothing", [])).tag == f"{SVG}svg"
    assert ET.fromstring(bars("Zero", [("a", 0.0, "other")])).tag == f"{SVG}svg"


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_is_as_its_code_draws_it(name: str) -> None:
    drawn = DRAWINGS[name]()
    assert (ASSETS / name).read_text(encoding="utf-8") == drawn, "run python -m scripts.drawings"
    assert "href" not in drawn
