"""Exceptions of signal handlers that strike sync calls at random: each reaches the caller, and costs nothing else."""

from __future__ import annotations

import gc
import random
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress

import pytest

from baseten_sdk import Client, Limits
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk._io.heartbeat import Heartbeat
from baseten_sdk._sync.calls.upgraded import Upgraded
from baseten_sdk._sync.websocket.link import Link
from baseten_sdk.emulator import Emulator
from tests.asking import HELLO, MODEL
from tests.faults.scripted import ScriptedServer, Send, reply

pytestmark = [
    pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timers that strike"),
    # What is struck between two instructions leaves its socket to the garbage collector, which closes it at once.
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:A stream was not closed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:A WebSocket was not closed:ResourceWarning"),
]

CALLS = {"direct-whole": 20_000, "direct-streamed": 5_000, "httpx-whole": 500, "httpx-streamed": 500}
"""Calls that are made; over httpx each has threads of its own."""

ROUND = 500
"""Calls that are made with one client and one server, so that what both have seen does not pile up."""

LIMITED = 3_000
"""Calls that are made with limits per minute."""

LONGEST = 0.002
"""Seconds within which the first call is struck."""

LONGER, SHORTER = 1.1, 0.9
"""How the time within which the next call is struck changes when a call was struck, and when it was over before: so
about half of the calls are struck, on a machine of any speed."""

COMPLETION = reply(b'{"choices": [{"index": 0, "message": {"content": "hi"}, "finish_reason": "stop"}]}')
PIECE = b'data: {"choices": [{"index": 0, "delta": {"content": "hi"}}]}\n\ndata: [DONE]\n\n'
STREAM = Send(
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"%x\r\n%b\r\n0\r\n\r\n" % (len(PIECE), PIECE)
)


class Strike(BaseException):
    """What the handler raises, as a task queue's limit on time does."""


class Striker:
    """Raises at a random moment of what it is told to strike.

    Attributes:
        fired: how often it has, where Python does not ignore it: in a `__del__` or the callback of a weak reference it
            tells `sys.unraisablehook` and goes on.
    """

    def __init__(self) -> None:
        self.fired = 0
        self._armed = False
        self._longest = LONGEST
        self._random = random.Random(2)

    def handle(self, *_: object) -> None:
        if self._armed:
            self._armed = False
            self.fired += 1
            raise Strike

    def ignored(self, what: sys.UnraisableHookArgs) -> None:
        if what.exc_type is Strike:
            self.fired -= 1
        else:
            sys.__unraisablehook__(what)

    @contextmanager
    def during(self) -> Generator[None]:
        self._armed = True
        signal.setitimer(signal.ITIMER_REAL, self._random.uniform(1e-6, self._longest))
        try:
            yield
        finally:
            self._longest *= SHORTER if self._armed else LONGER
            self._armed = False


@pytest.fixture
def striker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Striker]:
    assert threading.current_thread() is threading.main_thread()
    striker = Striker()
    before = signal.signal(signal.SIGALRM, striker.handle)
    monkeypatch.setattr(sys, "unraisablehook", striker.ignored)
    gc.disable()  # what is raised while a socket is collected, CPython drops without a word
    yield striker
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
    gc.enable()


def whole(client: Client) -> str:
    return client.chat.completions.create(model=MODEL, messages=HELLO).text


def streamed(client: Client) -> str:
    with client.chat.completions.create(model=MODEL, messages=HELLO, stream=True) as stream:
        return "".join(chunk.text for chunk in stream)


@pytest.mark.parametrize("ask", [whole, streamed])
def test_an_interrupt_is_neither_swallowed_nor_costs_a_place(
    ask: Callable[[Client], str], transport: TransportName, striker: Striker
) -> None:
    seen: Counter[str] = Counter()
    for _ in range(CALLS[f"{transport}-{ask.__name__}"] // ROUND):
        seen += outcomes_of_a_round(ask, transport, striker)
        assert set(seen) <= {"hi", "struck"}, seen
    assert set(seen) == {"hi", "struck"}, seen


def outcomes_of_a_round(ask: Callable[[Client], str], transport: TransportName, striker: Striker) -> Counter[str]:
    """How many calls ended in each way."""
    script = [COMPLETION if ask is whole else STREAM] * (3 * ROUND)
    seen: Counter[str] = Counter()
    with (
        ScriptedServer(script) as server,
        Client(
            api_key="key-0123456789",
            base_url=server.url,
            transport=transport,
            limits=Limits(concurrency=1),
            deadline=5.0,
            max_retries=2,
        ) as client,
    ):
        assert ask(client) == "hi"
        for number in range(ROUND):
            if number % 100 == 0:
                gc.collect()
            fired = striker.fired
            try:
                with striker.during():
                    said = ask(client)
            except Strike:
                said = "struck"
            except Exception as error:
                said = f"{type(error).__name__}: {error}"
            if said == "hi" and striker.fired > fired:
                said = "swallowed"
            seen[said] += 1
            if said not in ("hi", "struck"):
                break
        assert "<0 of 1 in flight, 0 waiting>" in repr(client)
        assert ask(client) == "hi"
    gc.collect()
    return seen


def test_an_interrupt_costs_nothing_of_the_limits_per_minute(striker: Striker) -> None:
    limits = Limits(concurrency=1, requests_per_minute=10_000_000, tokens_per_minute=1_000_000_000)
    with (
        ScriptedServer([COMPLETION] * 50_000) as server,
        Client(api_key="key-0123456789", base_url=server.url, limits=limits, deadline=5.0) as client,
    ):
        for _ in range(LIMITED):
            with suppress(Strike), striker.during():
                whole(client)
        assert striker.fired > LIMITED / 10
        gc.collect()
        rates = client._service.caller._rate_state._rates  # type: ignore[attr-defined]  # pyright: ignore
        assert rates.requests._held == 0
        assert rates.tokens._held == pytest.approx(0.0, abs=1e-3)
        assert whole(client) == "hi"


@pytest.mark.parametrize("place", [(Link, "__init__"), (Heartbeat, "add"), (Heartbeat, "remove"), (Upgraded, "end")])
def test_a_websocket_that_is_struck_as_it_opens_or_closes_costs_no_place(
    place: tuple[type, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def strike(*_: object) -> None:
        raise Strike

    with (
        Emulator() as emulator,
        Client(
            api_key=emulator.api_key, endpoints=emulator.endpoints, limits=Limits(concurrency=1), deadline=60.0
        ) as client,
    ):
        deployment = client.deployments("abcd1234")
        with monkeypatch.context() as patched:
            patched.setattr(*place, strike)
            with pytest.raises(Strike), deployment.connect():
                pass
        gc.collect()
        assert "<0 of 1 in flight, 0 waiting>" in repr(client)
        with deployment.connect() as websocket:
            websocket.send("hi")
            assert websocket.receive() is not None
