"""An engine that says what a test has it say, whole and as a stream. Arguments come in pieces of three letters."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Fields = Mapping[str, object]
PIECE = 3


class Engine:
    """What it says, and what it was sent.

    Attributes:
        choices: the choices of every reply.
        bodies: the requests, in order.
    """

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/v1"
        self.choices: list[Fields] = []
        self.bodies: list[dict[str, object]] = []

    def says(self, message: Fields, finish_reason: str = "stop", **choice: object) -> None:
        """Say this from now on."""
        made = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish_reason, **choice}
        self.choices = [made]

    def calls(self, *arguments: str, finish_reason: str = "tool_calls") -> None:
        """Call `find` from now on, with these arguments."""
        made = [
            {"id": f"call_{number}", "type": "function", "function": {"name": "find", "arguments": each}}
            for number, each in enumerate(arguments)
        ]
        self.says({"content": None, "tool_calls": made}, finish_reason)

    def sent(self) -> list[dict[str, object]]:
        """The messages of the last request."""
        messages = self.bodies[-1]["messages"]
        assert isinstance(messages, list)
        return messages

    def reply(self) -> bytes:
        usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
        return json.dumps({"id": "c1", "model": "m", "choices": self.choices, "usage": usage}).encode()

    def events(self) -> bytes:
        chunks: list[Fields] = []
        for choice in self.choices:
            message = choice["message"]
            assert isinstance(message, dict)
            for delta in _deltas(message):
                told = {"logprobs": choice["logprobs"]} if "logprobs" in choice and "content" in delta else {}
                chunks.append({"index": choice["index"], "delta": delta, "finish_reason": None, **told})
        chunks += [
            {"index": each["index"], "delta": {}, "finish_reason": each["finish_reason"]} for each in self.choices
        ]
        lines = [json.dumps({"id": "c1", "model": "m", "choices": [chunk]}) for chunk in chunks]
        return "".join(f"data: {line}\n\n" for line in [*lines, "[DONE]"]).encode()


def _deltas(message: Fields) -> Iterator[Fields]:
    for name, value in message.items():
        if name == "tool_calls":
            assert isinstance(value, Sequence)
            for index, call in enumerate(value):
                yield from _call_deltas(index, call)
        elif value is not None and name != "role":
            yield {name: value}


def _call_deltas(index: int, call: Fields) -> Iterator[Fields]:
    function = call["function"]
    assert isinstance(function, dict)
    text = function["arguments"]
    yield {"tool_calls": [{**call, "index": index, "function": {**function, "arguments": ""}}]}
    for start in range(0, len(text), PIECE):
        yield {"tool_calls": [{"index": index, "function": {"arguments": text[start : start + PIECE]}}]}


@contextmanager
def running_engine() -> Generator[Engine]:
    """An engine on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            engine.bodies.append(body)
            streamed = body.get("stream")
            data = engine.events() if streamed else engine.reply()
            self.send_response(200)
            self.send_header("content-type", "text/event-stream" if streamed else "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        engine = Engine(server.server_port)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield engine
        finally:
            server.shutdown()
            thread.join()
