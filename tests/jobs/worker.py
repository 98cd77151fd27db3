"""A process that works on a ledger, to be killed. Run as `python -m tests.jobs.worker ORIGIN KEY FOLDER URL ROWS`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from baseten_sdk import Client, Endpoints
from baseten_sdk.receiver import SQLiteStore

SECRET = "whsec_" + "k" * 40
WINDOW = 5.0
"""Seconds after which a delivery is lost: the emulator needs a tenth of one, and a busy machine longer."""

CONCURRENCY = 8


def rows(count: int) -> Iterator[dict[str, int]]:
    """The inputs: each has its number."""
    return ({"n": number} for number in range(count))


def work(origin: str, key: str, folder: Path, url: str, count: int) -> int:
    """Submit the rows; `listen:PORT` as the URL means that deliveries are received in this process."""
    with ExitStack() as stack:
        client = stack.enter_context(Client(api_key=key, endpoints=Endpoints.below(origin)))
        if url.startswith("listen:"):
            port = int(url.removeprefix("listen:"))
            inbox = stack.enter_context(client.webhooks.listen(secrets=[SECRET], port=port))
        else:
            inbox = client.webhooks.inbox(SQLiteStore(folder / "inbox.sqlite"), url=url)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        report = client.jobs.submit(
            rows(count),
            deployment=client.deployments("abcd1234"),
            webhook=inbox,
            ledger=folder / "jobs.sqlite",
            delivery_window=WINDOW,
            max_submissions=1000,
            concurrency=CONCURRENCY,
            outstanding=100,
            progress="none",
        )
    sys.stdout.write(f"{report}\n")
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(work(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4], int(sys.argv[5])))
