"""Kills a process that works on a ledger of jobs at random moments, and counts what was lost and what was doubled.

Usage: `python -m scripts.kill_ledger --kills 300 [--listen] [--seed N]`, about two seconds a kill.

The ledger runs against the emulator, which notes what it accepts. With `--listen` the receiver is inside of the process
that is killed: then outputs are lost on the way and have to be asked for again, and a row may be accepted twice if the
output of the first job was lost.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.jobs.killing import kill_at_random


def main() -> int:
    """Run it, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--rows", type=int, default=None)
    parser.add_argument("--listen", action="store_true", help="the receiver dies too")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="ledger-"))
    rows = options.rows or options.kills * 30
    count = kill_at_random(folder, kills=options.kills, rows=rows, listen=options.listen, seed=options.seed)
    missing = [row for row in range(rows) if count.outputs.get(row) != {"n": row}]
    times = Counter(len(jobs) for jobs in count.accepted.values())
    print(
        f"seed {options.seed}: {count.kills} kills and {count.orphans} orphans in {count.seconds:.0f} s; {rows} rows, "
        f"{len(missing)} without their output; accepted once, twice, ...: {dict(sorted(times.items()))}; "
        f"{len(count.unexplained)} unexplained"
    )
    for row, jobs in list(count.unexplained.items())[:5]:
        print(row, [(job.request_id, job.webhook_status, job.created_at) for job in jobs])
    failed = bool(missing or count.unexplained or (count.doubled and not options.listen))
    if failed:
        print(folder)
    else:
        shutil.rmtree(folder)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
