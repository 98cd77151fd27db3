"""The measures of a fleet, one after another: `python -m benchmarks.fleet`, or `--rows soak,tails --quick`.

Seconds depend on the machine; what is wanted is mostly a ratio of two numbers of one run.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

import anyio

from ..processes import cores
from .drawing import Drawing
from .dying import dying
from .figure import Figure
from .minute import minute
from .neighbour import neighbour
from .shared import shared
from .single import single
from .soak import soak
from .tails import tails


class Measure(Protocol):
    """Measures, and tells of each value when it is there."""

    def __call__(self, *, quick: bool) -> AsyncIterator[Figure | Drawing]: ...


ROWS: dict[str, Measure] = {
    "soak": soak,
    "minute": minute,
    "neighbour": neighbour,
    "dying": dying,
    "tails": tails,
    "single": single,
    "shared": shared,
}


async def run(rows: list[str], pictures: Path | None, *, quick: bool) -> bool:
    """Measure, and print; whether everything is as wanted."""
    met = True
    for row in rows:
        measure = ROWS[row]
        print(f"{row}: {(measure.__doc__ or '').strip()}", flush=True)
        async for told in measure(quick=quick):
            if isinstance(told, Drawing):
                if pictures is not None:
                    (pictures / told.name).write_text(told.svg, encoding="utf-8")
                continue
            print(f"  {told}", flush=True)
            met = met and told.met
    return met


def main() -> int:
    """Run the rows that were asked for: the exit code."""
    parser = argparse.ArgumentParser(prog="benchmarks.fleet", description="A client and a fleet that goes wrong.")
    parser.add_argument("--rows", default=",".join(ROWS), help="only these, with commas between (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="fewer calls")
    parser.add_argument("--pictures", type=Path, help="folder for the pictures of the guide, such as benchmarks")
    options = parser.parse_args()
    rows = options.rows.split(",")
    if unknown := ", ".join(row for row in rows if row not in ROWS):
        parser.error(f"no such row: {unknown}. Rows: {', '.join(ROWS)}")
    if pinned := cores():
        os.sched_setaffinity(0, {pinned[0]})
    print(f"Load averages: {', '.join(f'{load:.1f}' for load in os.getloadavg())}.")
    return 0 if anyio.run(lambda: run(rows, options.pictures, quick=options.quick)) else 1


if __name__ == "__main__":
    sys.exit(main())
