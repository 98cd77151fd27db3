"""Kills a process that works on a ledger, again and again, lets it finish, and counts.

`python -m scripts.kill_ledger` does it by hand, for as many kills as one likes.
"""

from __future__ import annotations

import random
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from baseten_sdk import JobResults
from baseten_sdk.emulator import Emulator
from baseten_sdk.emulator.queue.job import Job
from baseten_sdk.receiver import WebhookReceiver
from tests.jobs.worker import CONCURRENCY, SECRET

ROOT = Path(__file__).resolve().parents[2]
REPLY_MILLISECONDS = 12
"""How long the emulator takes to say that it has accepted: a wide enough moment to be killed in."""

HELD_SECONDS = 100
"""How long what is submitted to be killed waits for its reply, and in the queue: nothing on any machine takes so long.
So there is always something to kill, however late the kill comes."""


@dataclass
class Count:
    """What came of it.

    Attributes:
        kills: processes that were killed at work.
        orphans: jobs that were accepted and whose ids the process that was killed had not written down.
        accepted: for each row the jobs that the service accepted.
        outputs: for each row the output in the ledger.
        failures: rows that the ledger says have failed.
        seconds: how long it took.
    """

    kills: int
    orphans: int
    accepted: dict[int, list[Job]]
    outputs: dict[int, object]
    failures: list[str]
    seconds: float

    @property
    def doubled(self) -> dict[int, list[Job]]:
        """Rows that were accepted more than once."""
        return {row: jobs for row, jobs in self.accepted.items() if len(jobs) > 1}

    @property
    def unexplained(self) -> dict[int, list[Job]]:
        """Rows that were accepted again although the output of an earlier job had not been lost."""
        return {
            row: jobs for row, jobs in self.doubled.items() if any(job.webhook_status != "FAILED" for job in jobs[:-1])
        }


def kill_at_random(folder: Path, *, kills: int, rows: int, listen: bool, seed: int) -> Count:
    """Work on a ledger, and be killed on the way.

    Args:
        folder: where the ledger and the inbox are.
        kills: how often; every second time just after a submission was accepted whose reply is still to come.
        rows: how many rows there are.
        listen: whether the receiver is inside of the process that is killed, so that deliveries are lost with it.
        seed: of the moments.
    """
    chance = random.Random(seed)
    began = time.monotonic()
    done = 0
    orphans: set[str] = set()
    with (
        Emulator(webhook_secrets=[SECRET], webhook_interval=0.02, queue_seconds=0.02, run_seconds=0.02) as emu,
        _receiver(folder / "inbox.sqlite", listen) as url,
    ):
        arguments = worker(emu, folder, url, rows)
        while done < kills:
            answered = chance.randint(1, rows // (kills + 1) - CONCURRENCY)
            wanted = len(emu.jobs) + answered + 1
            _hold_after(emu, answered)
            with started(arguments) as process:
                if done % 2:
                    while len(emu.jobs) < wanted and process.poll() is None:
                        time.sleep(0.0005)
                    time.sleep(chance.uniform(0, REPLY_MILLISECONDS / 1000))
                else:
                    time.sleep(chance.uniform(0, 0.5))
                assert process.poll() is None, "it ended before it was killed"
                done += 1
            orphans |= _orphans(folder / "jobs.sqlite", emu)
            emu.advance(HELD_SECONDS)
        _hold_after(emu, None)
        with started(arguments) as process:
            output, _ = process.communicate(timeout=300)
            assert process.returncode == 0, output
        accepted: dict[int, list[Job]] = {}
        for job in emu.jobs:
            assert isinstance(job.model_input, dict)
            number = job.model_input["n"]
            assert isinstance(number, int)
            accepted.setdefault(number, []).append(job)
    results = list(JobResults(folder / "jobs.sqlite"))
    return Count(
        kills=done,
        orphans=len(orphans),
        accepted=accepted,
        outputs={int(result.key) - 1: result.output for result in results if result.failure is None},
        failures=[str(result.failure) for result in results if result.failure is not None],
        seconds=time.monotonic() - began,
    )


def _hold_after(emu: Emulator, answered: int | None) -> None:
    """Let so many submissions be answered soon, and those after them too late; without a number, all soon."""
    emu.faults.clear()
    emu.faults.always(f"delay={REPLY_MILLISECONDS}")
    if answered is not None:
        emu.faults.push(None, times=answered, path="async_predict")
        held = f"delay={HELD_SECONDS * 1000}, queue={HELD_SECONDS}"
        emu.faults.push(held, times=CONCURRENCY, path="async_predict")


def _orphans(ledger: Path, emu: Emulator) -> set[str]:
    """The tags of what was accepted, and whose id is not in the ledger."""
    tags = {job.webhook.partition("baseten_tag=")[2] for job in emu.jobs if job.webhook is not None}
    if not ledger.exists():
        return set()
    with closing(sqlite3.connect(ledger)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'baseten_submissions'").fetchone():
            return set()
        unknown = connection.execute(
            "SELECT value || '.' || number || '.' || attempt FROM baseten_submissions, baseten_ledger "
            "WHERE request_id IS NULL AND outcome IS NULL AND name = 'id'"
        ).fetchall()
    return {tag for (tag,) in unknown} & tags


def worker(emu: Emulator, folder: Path, url: str, rows: int) -> list[str]:
    """The command of a process that works on the ledger in a folder."""
    return [sys.executable, "-m", "tests.jobs.worker", emu.url, emu.api_key, str(folder), url, str(rows)]


@contextmanager
def started(arguments: list[str]) -> Generator[subprocess.Popen[str]]:
    """A process that has begun its work, and is killed in the end."""
    process = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


@contextmanager
def _receiver(store: Path, listen: bool) -> Generator[str]:
    """A receiver that outlives whatever is killed; or the port for one that does not."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    if listen:
        listener.close()
        yield f"listen:{port}"
        return
    with WebhookReceiver(secrets=[SECRET], store=store) as receiver:
        server = uvicorn.Server(uvicorn.Config(receiver, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.should_exit = True
            thread.join()
            listener.close()
