"""What a row may ask of a client. An adapter has the methods that its client can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

API_KEY = "abcdefgh.0123456789abcdefghijklmnopqrstuv"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the server is, what it is to answer with, how many calls will be in flight, and whether they are hedged."""

    port: int
    answer: str
    width: int
    hedged: bool = False

    @property
    def root(self) -> str:
        """The URL of a deployment."""
        return f"http://127.0.0.1:{self.port}/{self.answer}"

    @property
    def base_url(self) -> str:
        """The base URL in the way of OpenAI."""
        return f"{self.root}/v1"


class AsyncPeer:
    """A client that awaits."""

    async def chat(self) -> str:
        """One chat call: its text."""
        raise NotImplementedError

    async def predict(self) -> object:
        """One prediction: its output, decoded."""
        raise NotImplementedError

    async def decide(self) -> object:
        """One decision: an object with an answer to each question."""
        raise NotImplementedError

    async def embed(self, texts: list[str]) -> tuple[int, ...]:
        """The vectors of many texts as one array of numpy: its shape."""
        raise NotImplementedError

    async def chunks(self, first: Callable[[], object]) -> int:
        """One streamed chat, read in a plain loop: how many chunks had text. The first of them is told at once."""
        raise NotImplementedError

    async def events(self) -> int:
        """One chat through the client's helper for streams, and a snapshot of the whole at its end: how many events had
        text."""
        raise NotImplementedError

    async def snapshots(self) -> int:
        """The same, and the snapshot is read at each of those events."""
        raise NotImplementedError

    async def respond(self) -> str:
        """One call of the Responses API: its text."""
        raise NotImplementedError

    async def response_events(self) -> int:
        """One stream of the Responses API, read in a plain loop: how many events had text."""
        raise NotImplementedError

    async def message(self) -> str:
        """One call of messages: its text."""
        raise NotImplementedError

    async def message_events(self) -> int:
        """One stream of messages, read in a plain loop: how many events had text."""
        raise NotImplementedError

    async def message_stream(self) -> int:
        """One call through the client's helper for streams of messages, and the whole message at its end: how many
        events had text."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Close the connections."""


class SyncPeer:
    """A client that blocks."""

    def chat(self) -> str:
        """One chat call: its text."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the connections."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A client by its name, and the module that adapts it.

    Attributes:
        key: Its short name.
        title: What a table calls it.
        module: Its adapter; it has `open_async(place, variant)` and, where the client blocks too, `open_sync`.
        variant: Which of the adapter's clients.
        package: What is installed for it; "" for the standard library.
    """

    key: str
    title: str
    module: str
    variant: str = ""
    package: str = ""

    def open_async(self, place: Place) -> AsyncPeer:
        """Open it, in a running loop."""
        opened = import_module(f"benchmarks.peers.{self.module}").open_async(place, self.variant)
        assert isinstance(opened, AsyncPeer)
        return opened

    def open_sync(self, place: Place) -> SyncPeer:
        """Open it, to block."""
        opened = import_module(f"benchmarks.peers.{self.module}").open_sync(place, self.variant)
        assert isinstance(opened, SyncPeer)
        return opened


OURS = ("direct", "ours-httpx", "openai-ours")
"""This package: over its two transports, and below openai."""

PEERS = {
    peer.key: peer
    for peer in (
        Peer("direct", "baseten_sdk, direct", "ours", "direct", "baseten-sdk"),
        Peer("ours-httpx", "baseten_sdk, httpx", "ours", "httpx", "baseten-sdk"),
        Peer("openai", "openai", "openai", "", "openai"),
        Peer("openai-aiohttp", "openai, aiohttp", "openai", "aiohttp", "openai"),
        Peer("openai-ours", "openai on baseten_sdk's connections", "openai", "ours", "openai"),
        Peer("perf", "baseten-performance-client", "perf", "", "baseten-performance-client"),
        Peer("anthropic", "anthropic", "anthropic", "", "anthropic"),
        Peer("litellm", "LiteLLM", "litellm", "", "litellm"),
        Peer("baseten", "baseten (official)", "official", "", "baseten"),
        Peer("httpx", "httpx + pydantic", "httpx", "httpx", "httpx"),
        Peer("httpx2", "httpx2 + pydantic", "httpx", "httpx2", "httpx2"),
        Peer("aiohttp", "aiohttp + pydantic", "aiohttp", "", "aiohttp"),
        Peer("socket", "bare socket", "socket"),
    )
}
