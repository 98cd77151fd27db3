"""What replaying a cassette costs, as CPU of client and emulator: `python -m benchmarks.cassette`.

A thousand different calls, half of them streamed, are made to the emulator, recorded, and replayed. Opening the file
is a part of the replay. The answers must be the same, event for event.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from baseten_sdk import Client, user
from baseten_sdk.emulator import Cassette, Emulator

CALLS = 1000
ROUNDS = 5
MODEL = "openai/gpt-oss-120b"


def ask(client: Client, number: int) -> list[str]:
    """One call; what it said, in the pieces in which it came."""
    question = user(f"Say that this is the {number}th of many questions, and that there is no end to them")
    if number % 2:
        return [client.chat.completions.create(model=MODEL, messages=[question]).text]
    with client.chat.completions.create(model=MODEL, messages=[question], stream=True) as stream:
        return [chunk.model_dump_json() for chunk in stream]


def timed(emulator: Emulator, key: str, began: float) -> tuple[float, list[list[str]]]:
    """Seconds since `began`, and all that was said."""
    with emulator, Client(api_key=key, endpoints=emulator.endpoints) as client:
        said = [ask(client, number) for number in range(CALLS)]
        return time.process_time() - began, said


def show(name: str, seconds: Iterable[float]) -> None:
    print(f"{name:<10}", *(f"{each:6.2f} s" for each in seconds))


def main() -> None:
    """Record once, then compare in turns."""
    with tempfile.TemporaryDirectory() as folder, Emulator() as service:
        path = Path(folder) / "thousand.yaml"
        recorder = Emulator(cassette=Cassette(path, record="all", endpoints=service.endpoints))
        _, first = timed(recorder, service.api_key, 0.0)
        live: list[float] = []
        replayed: list[float] = []
        for _ in range(ROUNDS):
            emulator = Emulator()
            live.append(timed(emulator, emulator.api_key, time.process_time())[0])
            began = time.process_time()
            seconds, said = timed(Emulator(cassette=Cassette(path)), "key", began)
            assert said == first, "a replay must say what was recorded"
            replayed.append(seconds)
        show("emulator", live)
        show("cassette", replayed)
        ratios = sorted(one / other for one, other in zip(live, replayed, strict=True))
        print(f"a replay is {ratios[len(ratios) // 2]:.2f} times as fast; the file has {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
