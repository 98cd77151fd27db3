"""Draws the pictures of the guides that show no figures: `python -m scripts.drawings`."""

from __future__ import annotations

from pathlib import Path

from scripts.svg import MARGIN, WIDTH, Ink, arrow, box, picture, text

ASSETS = Path(__file__).resolve().parent.parent / "docs" / "assets"


def house() -> str:
    """The parts of the package, from the program down to the decisions."""
    wide, side = 300, 126
    right = WIDTH - MARGIN - side
    floors = (
        ("your program", "", 40),
        ("public API", "clients, batch, jobs, receiver", 58),
        ("async shell, and its sync twin", "makes calls: attempts, streams", 58),
        ("I/O", "waits: sockets, timers, limits", 58),
        ("core", "decides: requests, retries, schemas", 58),
        ("values", "types, errors, configuration", 58),
    )
    parts: list[str] = []
    y, tops = 46, list[int]()
    for name, does, height in floors:
        tops.append(y)
        below: list[tuple[str, Ink]] = [(does, "faint")] if does else []
        parts.append(box(MARGIN, y, wide, height, (name, "ink"), *below))
        y += height + 22
    for top, (_, _, height) in zip(tops, floors[:-1], strict=False):
        parts.append(arrow((MARGIN + wide / 2, top + height), (MARGIN + wide / 2, top + height + 22)))
    shell = tops[2] + 29
    parts.append(arrow((MARGIN + wide, shell), (right, shell), "ours"))
    parts.append(text((MARGIN + wide + right) / 2, shell - 8, "HTTP", "ours", "middle"))
    parts.append(box(right, shell - 45, side, 90, ("Baseten, or", "ink"), ("the emulator", "ink")))
    return picture("Each part uses only what is below it", parts, y - 6)


def failover() -> str:
    """How one call to a pool is answered although its first member is down."""
    left, middle, width = MARGIN, 208, 134
    right = WIDTH - MARGIN - width
    parts = [
        box(left, 60, width, 200, ("pool.chat", "ink"), (".completions", "ink"), (".create(...)", "ink")),
        box(right, 60, width, 56, ("member 1", "ink"), ("is down", "bad")),
        box(right, 132, width, 56, ("member 2", "ink"), ("answers", "ours")),
        box(right, 204, width, 56, ("member 3", "ink"), ("is not asked", "faint")),
        arrow((left + width, 80), (right, 80), "bad"),
        text(middle + 52, 72, "first try", "bad", "middle"),
        text(middle + 52, 104, "503, or silence", "bad", "middle"),
        arrow((left + width, 150), (right, 150), "ours"),
        text(middle + 52, 142, "second try", "ours", "middle"),
        arrow((right, 172), (left + width, 172), "ours"),
        text(middle + 52, 192, "reply", "ours", "middle"),
        text(MARGIN, 288, "The next calls avoid member 1, and one call at a time", "faint"),
        text(MARGIN, 308, "checks whether it is back. reply.meta.tries lists both.", "faint"),
    ]
    return picture("One call, two tries, one reply", parts, 324)


DRAWINGS = {"failover.svg": failover, "house.svg": house}


def main() -> None:
    """Write them all."""
    for name, draw in DRAWINGS.items():
        (ASSETS / name).write_text(draw(), encoding="utf-8")


if __name__ == "__main__":
    main()
