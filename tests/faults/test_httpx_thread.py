"""The thread that carries sync calls of the main thread over httpx: how often a call needs it, and when it ends."""

from __future__ import annotations

import gc
import os
import threading
from _thread import start_new_thread
from collections.abc import Callable

import pytest

from baseten_sdk import Client
from baseten_sdk._io.uninterrupted import Uninterrupted
from tests._async.calling import CHUNK, KEY, MODELS
from tests.asking import HELLO, MODEL
from tests.faults.scripted import ScriptedServer, events
from tests.faults.test_lifetimes import in_a_fork

PATIENCE = 60.0


def client_of(server: ScriptedServer) -> Client:
    assert threading.current_thread() is threading.main_thread()
    return Client(api_key=KEY, base_url=server.url, transport="httpx")


class Threads:
    """Counts the threads that have been started and those that have ended."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.started = 0
        self.ended: list[threading.Event] = []
        monkeypatch.setattr("baseten_sdk._io.uninterrupted.start_new_thread", self.start)

    def start(self, function: Callable[..., object], arguments: tuple[object, ...]) -> int:
        self.started += 1
        ended = threading.Event()
        self.ended.append(ended)

        def run() -> None:
            function(*arguments)
            ended.set()

        return start_new_thread(run, ())


def test_all_calls_of_a_client_share_one_thread_which_ends_with_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer([MODELS]) as server:
        client = client_of(server)
        client.models.list()  # The first call also imports modules in a thread.
        threads = Threads(monkeypatch)
        client.close()
        with client_of(server) as client:
            for _ in range(5):
                client.models.list()
            assert threads.started == 1
            assert not threads.ended[0].is_set()
        gc.collect()
        assert threads.ended[0].wait(PATIENCE)


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what the thread is given to do."""
    names: list[str] = []
    begin = Uninterrupted._begun

    def noted(order: Uninterrupted, work: Callable[[], object]) -> object:
        names.append(work.__name__)
        return begin(order, work)

    monkeypatch.setattr(Uninterrupted, "_begun", noted)
    return names


def test_a_call_needs_the_thread_for_the_headers_and_for_the_body(begun: list[str]) -> None:
    with ScriptedServer([MODELS] * 2) as server, client_of(server) as client:
        client.models.list()
        begun.clear()
        client.models.list()
    assert begun == ["<lambda>", "receive_with_end"]


def test_a_stream_that_was_read_to_its_end_needs_no_thread_to_close(begun: list[str]) -> None:
    with ScriptedServer([events(CHUNK, "[DONE]", end=True)]) as server, client_of(server) as client:
        with client.chat.completions.create(model=MODEL, messages=HELLO, stream=True) as chunks:
            assert [chunk.text for chunk in chunks] == ["Hi"]
        assert begun[-1] == "receive_with_end"


def test_a_stream_that_is_left_is_closed_in_the_thread(begun: list[str]) -> None:
    with ScriptedServer([events(CHUNK)]) as server, client_of(server) as client:
        with client.chat.completions.create(model=MODEL, messages=HELLO, stream=True) as chunks:
            assert next(chunks).text == "Hi"
        assert begun[-1] == "close"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_stream_that_is_open_at_a_fork_can_be_closed_in_the_child() -> None:
    with (
        ScriptedServer([events(CHUNK)]) as server,
        client_of(server) as client,
        client.chat.completions.create(model=MODEL, messages=HELLO, stream=True) as chunks,
    ):
        assert next(chunks).text == "Hi"
        assert in_a_fork(chunks.close) == 0
