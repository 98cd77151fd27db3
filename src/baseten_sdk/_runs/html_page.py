"""The parts of a report as one HTML page without other files, so that it can be attached to an issue. Pure.

It does not know what a report is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

WIDTH, HEIGHT, FOOT = 760, 180, 22

STYLE = """
:root { color-scheme: light dark; --ink: #1c2522; --faint: #5c6964; --bar: #0d7a5f; --bad: #b3402f; --line: #d5dcd9;
  --ground: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4ebe8; --faint: #9fada7; --bar: #4fd1ac; --bad: #ef8a78; --line: #33403b; --ground: #141917; }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); max-width: 860px;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere } h2 { font-size: 1.1rem; margin-top: 2rem }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 1rem; }
.numbers b { display: block; font-size: 1.4rem; } .numbers span, text { color: var(--faint); fill: var(--faint); }
svg { width: 100%; height: auto; } rect { fill: var(--bar) } path { stroke: var(--line) } text { font-size: 12px }
@media (max-width: 600px) { text { font-size: 22px } text.between { display: none } }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
td, th { border-top: 1px solid var(--line); padding: .3rem .5rem; text-align: left; vertical-align: top;
  overflow-wrap: break-word; min-width: 4.5rem }
th { border-top: 0; color: var(--faint); font-weight: normal } .number { text-align: right; white-space: nowrap }
.bad { color: var(--bad); font-weight: 600 }
meter { width: 6rem; height: .8rem; border: 0; background: var(--line); border-radius: 2px }
meter::-webkit-meter-bar { background: var(--line); border: 0; border-radius: 2px; height: .8rem }
meter::-webkit-meter-optimum-value { background: var(--bar) } meter::-moz-meter-bar { background: var(--bar) }
"""


def page(title: str, parts: Iterable[str]) -> str:
    """Return the whole page."""
    lines = (
        "<!doctype html>",
        '<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
        f"<h1>{escape(title)}</h1>",
        *parts,
        "</html>",
    )
    return "\n".join(lines) + "\n"


def heading(words: str) -> str:
    """Return the heading of a section."""
    return f"<h2>{escape(words)}</h2>"


def paragraph(words: str) -> str:
    """Return a paragraph of text."""
    return f"<p>{escape(words)}</p>"


def numbers(found: Iterable[tuple[str, str]]) -> str:
    """Large numbers, each with its name below it."""
    cells = "".join(f"<div><b>{escape(value)}</b><span>{escape(name)}</span></div>" for name, value in found)
    return f'<div class="numbers">{cells}</div>'


def cell(words: str, *, number: bool = False, bad: bool = False) -> str:
    """Return a cell of a table: text, a number, or something that is not as it should be."""
    kinds = " ".join(kind for kind, wanted in (("number", number), ("bad", bad)) if wanted)
    return f'<td class="{kinds}">{escape(words)}</td>' if kinds else f"<td>{escape(words)}</td>"


def table(rows: Iterable[Iterable[str]], head: Sequence[str] = ()) -> str:
    """Rows of cells. On a narrow screen, the table scrolls, not the page."""
    lines = [f"<tr>{''.join(row)}</tr>" for row in rows]
    if head:
        lines.insert(0, f"<tr>{''.join(f'<th>{escape(name)}</th>' for name in head)}</tr>")
    return f'<div class="wide"><table>{"".join(lines)}</table></div>'


def columns(title: str, counts: Sequence[tuple[str, int]], unit: str) -> Iterable[str]:
    """Upright bars of counts of rows, each with its label where there is room; nothing if there are none."""
    if not counts:
        return
    most = max(count for _, count in counts)
    step = WIDTH / len(counts)
    every = max(1, round(len(counts) / 12))
    yield heading(title)
    yield f'<svg viewBox="0 0 {WIDTH} {HEIGHT + FOOT}" role="img" aria-label="{escape(title)}">'
    yield f'<text x="0" y="16">{most:,} rows</text><path d="M0 {HEIGHT}H{WIDTH}"/>'
    for index, (label, count) in enumerate(counts):
        height = (HEIGHT - 24) * count / most
        x, width = index * step, max(step - 2, 1.0)
        yield (
            f'<rect x="{x:.1f}" y="{HEIGHT - height:.1f}" width="{width:.1f}" height="{height:.1f}">'
            f"<title>{escape(label)} {unit}: {count:,} rows</title></rect>"
        )
        if index % every == 0:
            between = ' class="between"' if index % (4 * every) else ""
            yield f'<text{between} x="{x:.1f}" y="{HEIGHT + 18}">{escape(label)}</text>'
    yield f'<text x="{WIDTH}" y="16" text-anchor="end">{escape(unit)}</text></svg>'
