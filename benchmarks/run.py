"""Runs the rows: `python -m benchmarks.run`, or `make bench`.

Theory of operation. In a row every client has a process of its own, which is opened and warmed up once; then the rounds
go over all of them in turn (A B C A B C ...), so that whatever happens to the machine meanwhile happens to all. A ratio
is made of two numbers of the same round; what is reported is the median of the rounds, with the least and the most.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from . import report
from .html_report import html_report
from .measures import Numbers
from .peers.base import PEERS
from .processes import Child, Failed, Server, client, cores
from .results import Results
from .rows import ROWS, Row
from .startup import start

HERE = Path(__file__).parent


def main() -> None:
    """Run, and report."""
    parser = argparse.ArgumentParser(prog="benchmarks", description="Compare the package with its peers.")
    parser.add_argument(
        "--quick", action="store_true", help="about four minutes: fewer peers and rounds, nothing is written"
    )
    parser.add_argument("--rows", default="", help="only these, with commas between: " + ",".join(ROWS))
    parser.add_argument("--out", type=Path, help="folder for RESULTS.md and the pictures; a full run: benchmarks/")
    parser.add_argument("--report", type=Path, help="file for the whole report, as one HTML page: out.html")
    arguments = parser.parse_args()
    keys = arguments.rows.split(",") if arguments.rows else list(ROWS)
    if unknown := ", ".join(key for key in keys if key not in ROWS):
        parser.error(f"no such row: {unknown}. Rows: {', '.join(ROWS)}")
    wanted = [ROWS[key] for key in keys]
    whole = not arguments.quick and not arguments.rows
    out: Path | None = arguments.out or (HERE if whole else None)

    results = Results()
    began = time.monotonic()
    with Server() as server:
        with client("flood", str(server.port)) as flood:
            results.server = json.loads(flood.line())
        for row in wanted:
            rounds = row.quick_rounds if arguments.quick else row.rounds
            if rounds:
                peers = row.contenders if arguments.quick else row.peers
                _run(replace(row, peers=peers), rounds, server, results, arguments.quick)
    results.seconds = time.monotonic() - began
    print(report.goals(results, markdown=False))
    if arguments.report is not None:
        arguments.report.write_text(html_report(results), encoding="utf-8")
    if out is not None:
        report.write(results, out)
        print(f"Written: {out / 'RESULTS.md'}, and pictures beside it.")


def _run(row: Row, rounds: int, server: Server, results: Results, quick: bool) -> None:
    print(f"{row.title} ", end="", file=sys.stderr, flush=True)
    if row.measure == "startup":
        _start_up(row, rounds, results)
    else:
        _measure(row, rounds, server, results, quick)
    print(file=sys.stderr)


def _start_up(row: Row, rounds: int, results: Results) -> None:
    """Fresh processes of this one's core; the first round only fills the caches of compiled modules."""
    pinned = cores()
    before = os.sched_getaffinity(0) if pinned else None
    if pinned:
        os.sched_setaffinity(0, {pinned[0]})
    for place in range(rounds + 1):
        for peer in row.peers:
            numbers = start(peer)
            if place:
                results.add(row.key, peer, numbers)
        print(".", end="", file=sys.stderr, flush=True)
    if before:
        os.sched_setaffinity(0, before)


def _measure(row: Row, rounds: int, server: Server, results: Results, quick: bool) -> None:
    with ExitStack() as stack:
        workers: dict[str, Child] = {}
        for peer in row.peers:
            mode = "quick" if quick else "full"
            worker = stack.enter_context(client("worker", row.key, peer, str(server.port), mode))
            workers[peer] = worker
        for peer, worker in list(workers.items()):
            try:
                worker.line()
            except Failed as error:
                _give_up(row, peer, error, workers, results)
        for _ in range(rounds):
            for peer, worker in list(workers.items()):
                try:
                    results.add(row.key, peer, _ask(worker, server))
                except Failed as error:
                    _give_up(row, peer, error, workers, results)
            print(".", end="", file=sys.stderr, flush=True)


def _ask(worker: Child, server: Server) -> Numbers:
    """One round of one client, and which share of its core the server needed for it."""
    cpu, wall = server.cpu(), time.monotonic()
    numbers = worker.ask()
    return {**numbers, "server": (server.cpu() - cpu) / (time.monotonic() - wall)}


def _give_up(row: Row, peer: str, error: Failed, workers: dict[str, Child], results: Results) -> None:
    del workers[peer]
    results.drop(row.key, peer)
    print(f"\n  {PEERS[peer].title} failed and is left out: {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
