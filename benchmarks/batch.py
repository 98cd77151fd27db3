"""Batches side by side: the same rows, calls in flight and server for all, each contender in a process of its own.

`make bench-batch` prints the table; `ARGS=--quick` takes two minutes. Contenders that are not installed are left out.
CPU and memory are those of the contender's process, its imports but not the start of Python among them; Ray's workers
are not its children, so that of Ray only the time is told, the start of its actors included.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from baseten_sdk import AsyncClient, Limits, batch, user

from .measures import peak_memory
from .processes import Server

MODEL = "org/m"
KEY = "abcd1234.benchmark"
WIDTH = 64

Ask: TypeAlias = Callable[[str], Awaitable[str]]


def rows(source: Path) -> Iterator[dict[str, str]]:
    """The rows of a file."""
    with source.open() as file:
        for line in file:
            yield json.loads(line)


async def task_group(ask: Ask, source: Path, sink: Path) -> None:
    """What is written by hand: so many workers, one file, and nothing that could be gone on with."""
    left = rows(source)
    with sink.open("w") as out:

        async def work() -> None:
            for row in left:
                answer = await ask(row["text"])
                out.write(json.dumps({"key": row["id"], "output": answer}) + "\n")

        async with asyncio.TaskGroup() as group:
            for _ in range(WIDTH):
                group.create_task(work())


async def ours(url: str, source: Path, sink: Path) -> None:
    """`client.batch.run`."""
    async with AsyncClient(api_key=KEY, base_url=url) as client:
        await client.batch.run(source, sink, request=ask_row, concurrency=WIDTH, progress="none")


async def our_client(url: str, source: Path, sink: Path) -> None:
    """A task group over this package's client."""
    async with AsyncClient(api_key=KEY, base_url=url, limits=Limits(concurrency=WIDTH)) as client:

        async def ask(text: str) -> str:
            return (await client.chat.completions.create(model=MODEL, messages=[user(text)])).text

        await task_group(ask, source, sink)


async def openai(url: str, source: Path, sink: Path) -> None:
    """A task group over openai's client."""
    from openai import AsyncOpenAI

    async with AsyncOpenAI(api_key=KEY, base_url=url) as client:

        async def ask(text: str) -> str:
            reply = await client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": text}])
            return reply.choices[0].message.content or ""

        await task_group(ask, source, sink)


async def litellm(url: str, source: Path, sink: Path) -> None:
    """LiteLLM's `batch_completion`: threads."""
    from litellm import batch_completion

    given = list(rows(source))
    replies = await asyncio.to_thread(
        batch_completion,
        model=f"openai/{MODEL}",
        messages=[[{"role": "user", "content": row["text"]}] for row in given],
        api_base=url,
        api_key=KEY,
        max_workers=WIDTH,
    )
    with sink.open("w") as out:
        for row, reply in zip(given, replies, strict=True):
            out.write(json.dumps({"key": row["id"], "output": reply.choices[0].message.content}) + "\n")


@contextmanager
def small_ray() -> Generator[None]:
    """Ray with two cores and nothing else."""
    import ray
    import ray.data

    folder = str(Path(__file__).resolve().parents[1])
    ray.init(
        address="local",
        num_cpus=2,
        include_dashboard=False,
        object_store_memory=100 * 1024 * 1024,
        log_to_driver=False,
        runtime_env={"env_vars": {"PYTHONPATH": folder}},
    )
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield
    ray.shutdown()


async def ray_mapper(url: str, source: Path, sink: Path) -> None:
    """Ray Data with this package's `BatchMapper` in one actor."""
    import ray.data

    from baseten_sdk.integrations.ray import BatchMapper

    given = ray.data.from_items(list(rows(source)), override_num_blocks=4)
    given.map_batches(
        BatchMapper,
        fn_constructor_kwargs={
            "request": ask_row,
            "client": lambda: AsyncClient(api_key=KEY, base_url=url),
            "concurrency": WIDTH,
        },
        concurrency=1,
        batch_size=WIDTH,
    ).write_parquet(str(sink))


async def ray_http(url: str, source: Path, sink: Path) -> None:
    """Ray Data's own stage for HTTP, with one worker."""
    import ray.data
    from ray.data.llm import HttpRequestProcessorConfig, build_processor

    config = HttpRequestProcessorConfig(
        url=f"{url}/chat/completions", headers={"Authorization": f"Bearer {KEY}"}, concurrency=1, batch_size=WIDTH
    )

    def asked(row: dict[str, str]) -> dict[str, object]:
        messages = [{"role": "user", "content": row["text"]}]
        return {"id": row["id"], "payload": {"model": MODEL, "messages": messages}}

    def answered(row: dict[str, dict[str, list[dict[str, dict[str, str]]]]]) -> dict[str, object]:
        return {"answer": row["http_response"]["choices"][0]["message"]["content"]}

    process = build_processor(config, preprocess=asked, postprocess=answered)
    process(ray.data.from_items(list(rows(source)), override_num_blocks=4)).write_parquet(str(sink))


def ask_row(row: Mapping[str, object]) -> batch.Call[object]:
    """The call of a row."""
    return batch.chat(model=MODEL, messages=[user(str(row["text"]))])


CONTENDERS = {
    "batch.run": (ours, ""),
    "task group, this client": (our_client, ""),
    "task group, openai": (openai, "openai"),
    "litellm.batch_completion": (litellm, "litellm"),
    "Ray, BatchMapper": (ray_mapper, "ray"),
    "Ray, its HTTP stage": (ray_http, "ray"),
}


def contend(name: str, url: str, source: str, sink: str) -> None:
    """Be a contender, in a process of one's own."""
    run, needs = CONTENDERS[name]
    if needs == "ray":
        with small_ray():
            print(json.dumps(measured(run, url, Path(source), Path(sink))), flush=True)
    else:
        print(json.dumps(measured(run, url, Path(source), Path(sink))), flush=True)


def measured(run: Callable[[str, Path, Path], Awaitable[None]], url: str, source: Path, sink: Path) -> dict[str, float]:
    """Seconds, CPU and memory of a run."""

    async def all_of_it() -> None:
        await run(url, source, sink)

    began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    asyncio.run(all_of_it())
    now = resource.getrusage(resource.RUSAGE_SELF)
    cpu = now.ru_utime - used.ru_utime + now.ru_stime - used.ru_stime
    return {"seconds": time.perf_counter() - began, "cpu": cpu, "memory": peak_memory()}


def resume(url: str, folder: Path, count: int) -> dict[str, float]:
    """Go on with a job of which nothing is left to do: rows a second that are found to be done."""
    source, sink = folder / "resume.jsonl", folder / "resumed.jsonl"
    write_rows(source, 1)
    measured(ours, url, source, sink)
    (line,) = sink.read_text().splitlines()
    with source.open("a") as given, sink.open("a") as done:
        for number in range(1, count):
            given.write(json.dumps({"id": f"r{number}", "text": f"Say {number}"}) + "\n")
            done.write(line.replace('"r0"', f'"r{number}"', 1) + "\n")
    return measured(ours, url, source, sink)


def write_rows(path: Path, count: int) -> None:
    """Rows to be answered."""
    with path.open("w") as file:
        for number in range(count):
            file.write(json.dumps({"id": f"r{number}", "text": f"Say {number}"}) + "\n")


def main() -> None:
    """Run them all and print a table."""
    parser = argparse.ArgumentParser(description="Batches side by side.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows")
    parser.add_argument("--contender", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.contender:
        contend(*arguments.contender)
        return
    count = 2_000 if arguments.quick else 20_000
    with Server() as server, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"http://127.0.0.1:{server.port}/chat-20"
        source = folder / "in.jsonl"
        write_rows(source, count)
        print(f"{count:,} chats, {WIDTH} in flight, a server that answers after 20 ms\n")
        print("| | rows/s | CPU a row | peak memory |\n|---|---:|---:|---:|")
        for contender, (_, needs) in CONTENDERS.items():
            if needs and importlib.util.find_spec(needs) is None:
                continue
            command = [sys.executable, "-m", "benchmarks.batch", "--contender", contender, url, str(source)]
            done = subprocess.run(
                [*command, str(folder / f"out-{contender}.jsonl")],
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                print(f"| {contender} | failed: {done.stderr.strip().splitlines()[-1][:100]} | | |", flush=True)
                continue
            numbers = json.loads(done.stdout.strip().splitlines()[-1])
            rate = f"{count / numbers['seconds']:,.0f}"
            own = "| | |"
            if needs != "ray":
                own = f"| {numbers['cpu'] / count * 1e6:,.0f} µs | {numbers['memory']:.0f} MB |"
            print(f"| {contender} | {rate} {own}", flush=True)
        scanned = 100_000 if arguments.quick else 1_000_000
        numbers = resume(url, folder, scanned)
        print(f"\nResuming: {scanned:,} rows that are done, {scanned / numbers['seconds']:,.0f} rows/s.")


if __name__ == "__main__":
    main()
