"""A batch from file to file: after any interruption, run it again to resume."""

import json
import tempfile
from pathlib import Path

from baseten_sdk import ChatCompletion, Client, batch, user
from baseten_sdk.batch import Call, FileRow

CITIES = ["Paris", "Oslo", "Rome", "Lisbon", "Vienna", "Athens", "Dublin", "Prague"]


def ask(row: FileRow) -> Call[ChatCompletion]:
    return batch.chat(
        model="openai/gpt-oss-120b",
        messages=[user(f"What is {row['city']} known for?")],
        max_tokens=64,
    )


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    source, sink = folder / "in.jsonl", folder / "out.jsonl"
    rows = [json.dumps({"id": city.lower(), "city": city}) for city in CITIES]
    source.write_text("\n".join(rows))
    with Client() as client:
        report = client.batch.run(
            source, sink, request=ask, concurrency=4, output=lambda ok: ok.value.text
        )
        print(report)
        again = client.batch.run(
            source, sink, request=ask, output=lambda ok: ok.value.text
        )
        print(f"The second run found {again.done_before} rows done, and sent nothing.")
    for line in sink.read_text().splitlines():
        print(line)


if __name__ == "__main__":
    main()
