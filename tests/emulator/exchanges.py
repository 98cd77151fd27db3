"""Reading what the emulator sends, in a way that shares nothing with it."""

from __future__ import annotations

import json

import httpx

MODEL = "openai/gpt-oss-120b"
CHAT = "/v1/chat/completions"


def ask(text: str = "Explain retries", **fields: object) -> dict[str, object]:
    return {"model": MODEL, "messages": [{"role": "user", "content": text}], **fields}


def data_of(body: bytes) -> list[str]:
    """The data of every event of a stream whose lines end with LF."""
    found: list[str] = []
    for block in body.decode().split("\n\n"):
        lines = [line[5:].removeprefix(" ") for line in block.split("\n") if line.startswith("data:")]
        if lines:
            found.append("\n".join(lines))
    return found


def chunks_of(response: httpx.Response) -> list[dict[str, object]]:
    return [json.loads(data) for data in data_of(response.content) if data != "[DONE]"]


def deltas_of(response: httpx.Response) -> list[dict[str, object]]:
    """The deltas of the first choice, in order."""
    found: list[dict[str, object]] = []
    for chunk in chunks_of(response):
        choices = chunk.get("choices")
        assert isinstance(choices, list)
        found += [choice["delta"] for choice in choices if choice["index"] == 0]
    return found


def joined(response: httpx.Response, key: str = "content") -> str:
    return "".join(str(delta.get(key) or "") for delta in deltas_of(response))
