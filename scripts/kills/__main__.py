"""`python -m scripts.kills --rows 100000 --kills 300`: a batch killed at random moments, and compared line by line."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from .trial import Trial, run


def main() -> int:
    """Run a trial; the exit code is 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m scripts.kills", description="Kill a batch at random moments.")
    parser.add_argument("--rows", type=int, default=20_000, help="lines of the source (default: %(default)s)")
    parser.add_argument("--kills", type=int, default=100, help="how often it is killed (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="chooses rows, faults and moments (default: %(default)s)")
    parser.add_argument("--trouble", type=float, default=0.2, help="share of bad replies (default: %(default)s)")
    parser.add_argument("--longest", type=float, default=2.0, help="longest life in seconds (default: %(default)s)")
    parser.add_argument("--concurrency", type=int, default=32, help="rows in flight (default: %(default)s)")
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(
            options.rows,
            options.kills,
            Path(folder),
            seed=options.seed,
            trouble=options.trouble,
            longest=options.longest,
            concurrency=options.concurrency,
        )
        result = run(trial, print)
    for report in result.reports:
        print(report)
    for kind, count in result.kinds.most_common(12):
        print(f"{count:6} {kind}")
    print(f"{result.kills} kills, {result.torn} torn lines, {time.monotonic() - began:.0f} s")
    for problem in result.problems[:20]:
        print(f"WRONG: {problem}")
    print("Every row is there exactly once." if not result.problems else f"{len(result.problems)} problems.")
    return 1 if result.problems else 0


if __name__ == "__main__":
    sys.exit(main())
