"""What all pictures of the project are made of: text, boxes, arrows and bars, in one font and one set of colors.

A picture is as wide as the screen of a phone, and grows a little on a wider one. It follows the system's light or dark,
and has a ground of its own, because the page around it may not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Literal

WIDTH = 520
MARGIN = 16

Ink = Literal["ink", "faint", "ours", "other", "bad"]
"""What the ink says: text, something beside it, ours, theirs, something that failed."""

STYLE = """
svg { font: 15px system-ui, sans-serif; --ink: #1c2522; --faint: #5c6964; --ours: #0d7a5f; --other: #a3aeaa;
  --bad: #b3402f; --line: #d5dcd9; --box: #f1f5f3; --ground: #fff }
@media (prefers-color-scheme: dark) { svg { --ink: #e4ebe8; --faint: #9fada7; --ours: #4fd1ac; --other: #6f7d77;
  --bad: #ef8a78; --line: #33403b; --box: #1d2522; --ground: #141917 } }
.ground { fill: var(--ground) } .box { fill: var(--box); stroke: var(--line) } .title { font-weight: 600 }
.ink { fill: var(--ink) } .faint { fill: var(--faint) } .ours { fill: var(--ours) } .other { fill: var(--other) }
.bad { fill: var(--bad) } path { stroke-width: 2 } path:not(.area) { fill: none } path.ink { stroke: var(--ink) }
path.faint { stroke: var(--faint) } path.ours { stroke: var(--ours) } path.bad { stroke: var(--bad) }
path.other { stroke: var(--other) } path.line { stroke: var(--line); stroke-width: 1 } path.area { stroke: none;
  fill-opacity: .2 }
"""


def picture(title: str, parts: Iterable[str], height: float) -> str:
    """The file of a picture, with its title on top."""
    size = f'viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" height="{height:.0f}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(title)}">',
        f"<style>{STYLE}</style>",
        '<rect class="ground" width="100%" height="100%" rx="6"/>',
        f'<text x="{MARGIN}" y="28" class="ink title">{escape(title)}</text>',
        *parts,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def text(x: float, y: float, words: str, ink: Ink = "ink", anchor: Literal["start", "middle", "end"] = "start") -> str:
    """A line of text."""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{ink}" text-anchor="{anchor}">{escape(words)}</text>'


def line(points: Iterable[tuple[float, float]], ink: Ink | Literal["line"] = "line") -> str:
    """A line through points."""
    return f'<path class="{ink}" d="M{" L".join(f"{x:.1f} {y:.1f}" for x, y in points)}"/>'


def arrow(start: tuple[float, float], end: tuple[float, float], ink: Ink = "faint") -> str:
    """A straight arrow, level or upright."""
    (x, y), (to_x, to_y) = start, end
    across, down = (to_x > x) - (to_x < x), (to_y > y) - (to_y < y)
    head = [(to_x - 7 * across - 4 * down, to_y - 7 * down - 4 * across), end]
    head.append((to_x - 7 * across + 4 * down, to_y - 7 * down + 4 * across))
    return line([start, end], ink) + line(head, ink)


def box(x: float, y: float, width: float, height: float, *lines: tuple[str, Ink]) -> str:
    """A box with lines of text in its middle."""
    first = y + height / 2 + 5 - 10 * (len(lines) - 1)
    words = [text(x + width / 2, first + 20 * place, each, ink, "middle") for place, (each, ink) in enumerate(lines)]
    return f'<rect class="box" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>' + "".join(words)


def bars(title: str, rows: Sequence[tuple[str, float, Ink]], note: str = "") -> str:
    """A bar for each number, from the left, with its name and its number."""
    most = max((number for _, number, _ in rows), default=0) or 1
    named, numbered = 165, 70
    parts = [text(MARGIN, 50, note, "faint")] if note else []
    y = 68 if note else 46
    for name, number, ink in rows:
        length = max((WIDTH - 2 * MARGIN - named - numbered) * number / most, 2)
        parts.append(text(MARGIN + named - 8, y + 16, name, "ours" if ink == "ours" else "ink", "end"))
        parts.append(f'<rect class="{ink}" x="{MARGIN + named}" y="{y}" width="{length:.1f}" height="22" rx="2"/>')
        shown = f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
        parts.append(text(MARGIN + named + length + 8, y + 16, shown, "ours" if ink == "ours" else "ink"))
        y += 30
    return picture(title, parts, y + 8)
