"""The measures of a fleet, one after another: `python -m benchmarks.fleet`, or `--rows soak,tails --quick`.

Seconds depend on the machine; what is wanted is mostly a ratio of two numbers of one run.
"""

from __future__ import annotations

import argparse
import os
import sys

import anyio

from ..processes import cores
from .dying import dying
from .minute import minute
from .neighbour import neighbour
from .single import single
from .soak import soak
from .tails import tails

ROWS = {
    "soak": soak,
    "minute": minute,
    "neighbour": neighbour,
    "dying": dying,
    "tails": tails,
    "single": single,
}


async def run(rows: list[str], *, quick: bool) -> bool:
    """Measure, and print; whether everything is as wanted."""
    met = True
    for row in rows:
        measure = ROWS[row]
        print(f"{row}: {(measure.__doc__ or '').strip()}", flush=True)
        async for figure in measure(quick=quick):
            print(f"  {figure}", flush=True)
            met = met and figure.met
    return met


def main() -> int:
    """Run the rows that were asked for: the exit code."""
    parser = argparse.ArgumentParser(prog="benchmarks.fleet", description="A client and a fleet that goes wrong.")
    parser.add_argument("--rows", default=",".join(ROWS), help="only these, with commas between (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="fewer calls")
    options = parser.parse_args()
    if pinned := cores():
        os.sched_setaffinity(0, {pinned[0]})
    print(f"Load averages: {', '.join(f'{load:.1f}' for load in os.getloadavg())}.")
    return 0 if anyio.run(lambda: run(options.rows.split(","), quick=options.quick)) else 1


if __name__ == "__main__":
    sys.exit(main())
