"""The scenes about a great many calls: a batch that goes on where it was, and jobs with a ledger."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from baseten_sdk import ChatCompletion, batch, user
from baseten_sdk.batch import Call, FileRow

from .show import Show

CITIES = ["Paris", "Oslo", "Rome", "Lisbon", "Vienna", "Athens", "Dublin", "Prague"]


async def play(show: Show, secrets: Sequence[str]) -> None:
    """Play all of them, in order."""
    with tempfile.TemporaryDirectory() as folder:
        await rows(show, Path(folder))
        await ledger(show, Path(folder), secrets)


async def rows(show: Show, folder: Path) -> None:
    """From a file to a file, and once more for the rows that came later."""

    def ask(row: FileRow) -> Call[ChatCompletion]:
        return batch.chat(model=show.model, messages=[user(f"Say hello {row['city']}")])

    with show.stage.scene("A batch from a file to a file, which goes on where it was"):
        source, sink = folder / "in.jsonl", folder / "out.jsonl"
        lines = [json.dumps({"id": city, "city": city}) + "\n" for city in CITIES]
        source.write_text("".join(lines[:6]), encoding="utf-8")
        first = await show.client.batch.run(source, sink, request=ask, concurrency=4, progress="none")
        show.stage.say(str(first))
        source.write_text("".join(lines), encoding="utf-8")
        second = await show.client.batch.run(source, sink, request=ask, concurrency=4, progress="none")
        show.stage.say(f"two rows later: {second}")
        written = [json.loads(line)["key"] for line in sink.read_text(encoding="utf-8").splitlines()]
        show.stage.check((first.ok, second.ok, second.done_before) == (6, 2, 6), "only new rows are asked for")
        show.stage.check(sorted(written) == sorted(CITIES), "each row is there exactly once")


async def ledger(show: Show, folder: Path, secrets: Sequence[str]) -> None:
    """Each row a job of the queue; what is submitted twice is not sent twice."""
    with show.stage.scene("Async jobs with a ledger: none is lost, none is sent twice"):
        deployment = show.client.deployments("abcd1234")
        sent = [{"recording": f"https://example.com/{number}.wav"} for number in range(6)]
        async with show.client.webhooks.listen(secrets=secrets, port=0) as inbox:
            for run in ("first run", "second run"):
                report = await show.client.jobs.submit(
                    sent, deployment=deployment, webhook=inbox, ledger=folder / "jobs.sqlite", progress="none"
                )
                show.stage.say(f"{run}: {report}")
        outputs = [result.output for result in report.results()]
        show.stage.check(outputs == sent, "each row has its output")
