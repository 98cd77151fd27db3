"""Pools of servers that do what real ones do when they go wrong: the call is answered, or its error says what happened.

Each member is a server of its own, and the order of the members is fixed by their weights.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
import pytest

from baseten_sdk import (
    APIConnectionError,
    APIStatusError,
    AsyncClient,
    DeadlineExceeded,
    Endpoints,
    Hedge,
    IdleTimeout,
    RateLimitError,
    Retry,
    StreamInterrupted,
    Target,
    Timeout,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk._core.pool.breaker import OPEN, THRESHOLD
from tests._async.calling import CHUNK, KEY, LONG, SHORT
from tests._async.fake_clock import AsyncFakeClock
from tests.asking import HELLO, is_idle
from tests.faults.scripted import (
    Action,
    Close,
    Hold,
    More,
    Read,
    Reset,
    ScriptedServer,
    Send,
    events,
    refusing_port,
    reply,
)
from tests.patience import growing

pytestmark = pytest.mark.anyio

FIRST, SECOND, THIRD = (
    Target(model="a/b", weight=1e9),
    Target("abcd1234", weight=1.0),
    Target("abcd1234", regional="eu", weight=1e-9),
)
"""In this order they are tried, practically always."""

QUICK = Retry(initial=0.001, maximum=0.002)


def answer(text: str) -> Send:
    """A whole completion."""
    message = {"role": "assistant", "content": text}
    return reply(json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).encode())


def refusal(status: str, said: str = "no", **headers: str) -> Send:
    """An error of a member."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return reply(json.dumps({"error": said}).encode(), status, named)


WELL: list[Action] = [answer("well")] * 20
STREAMED: list[Action] = [
    events(
        '{"choices": [{"index": 0, "delta": {"content": "well"}}]}',
        '{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}',
        "[DONE]",
        end=True,
    )
]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"

ILL: dict[str, list[Action]] = {
    "closes when it accepts": [Close()],
    "closes when it was asked": [Read(), Close()],
    "resets": [Read(), Reset()],
    "hangs": [Read(), Hold()],
    "speaks another protocol": [Send(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")],
    "cuts its head": [Send(b"HTTP/1.1 200 OK\r\nContent-")],
    "cuts its body": [Send(HEAD + b'{"choices": [')],
    "500": [refusal("500 Internal Server Error")],  # It ends its connection, so the next one begins the script again.
    "502 of a proxy": [Send(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 13\r\n\r\n<html></html>")],
    "503": [refusal("503 Service Unavailable")],
    "503 that asks for long": [refusal("503 Service Unavailable", Retry_After="3600")],
    "504": [refusal("504 Gateway Timeout")],
    "529": [refusal("529 Site is overloaded")],
    "429": [refusal("429 Too Many Requests")],
    "429 that asks for long": [refusal("429 Too Many Requests", Retry_After="3600")],
    "429 that asks for a minute": [refusal("429 Too Many Requests", Retry_After="60")],
    "404": [refusal("404 Not Found")],
    "deactivated": [refusal("400 Bad Request", "This deployment is deactivated.")],
}

FINAL = {
    "401": "401 Unauthorized",
    "402": "402 Payment Required",
    "403": "403 Forbidden",
    "422": "422 Unprocessable Entity",
    "400": "400 Bad Request",
    "413": "413 Payload Too Large",
}


@dataclass
class AsyncFleet:
    """Three members and a client of them."""

    first: ScriptedServer
    second: ScriptedServer
    third: ScriptedServer
    client: AsyncClient

    @property
    def asked(self) -> list[int]:
        """How many requests each has read."""
        return [len(each.requests) for each in (self.first, self.second, self.third)]


@asynccontextmanager
async def fleet_of(
    first: Sequence[Action],
    second: Sequence[Action] = WELL,
    third: Sequence[Action] = WELL,
    *,
    transport: TransportName = "direct",
    retry: Retry = QUICK,
    first_byte: float = LONG,
    idle: float = LONG,
) -> AsyncGenerator[AsyncFleet]:
    """Servers with these scripts, for each of their connections."""
    with ScriptedServer(first) as one, ScriptedServer(second) as two, ScriptedServer(third) as three:
        async with AsyncClient(
            api_key=KEY,
            endpoints=Endpoints(
                model_apis=one.url,
                model=f"http://127.0.0.1:{two.port}/{{model_id}}",
                model_regional=f"http://127.0.0.1:{three.port}/{{model_id}}/{{environment}}",
            ),
            transport=transport,
            retry=retry,
            timeout=Timeout(connect=5.0, first_byte=first_byte, idle=idle),
        ) as client:
            yield AsyncFleet(one, two, three, client)
            assert is_idle(client)


@pytest.mark.parametrize("illness", ILL)
async def test_the_next_member_answers_for_one_that_is_ill(illness: str, transport: TransportName) -> None:
    for first_byte in growing(SHORT if illness == "hangs" else LONG):
        async with fleet_of(ILL[illness], transport=transport, first_byte=first_byte) as fleet:
            completion = await fleet.client.pool([FIRST, SECOND, THIRD]).chat.completions.create(messages=HELLO)
            assert completion.text == "well"
            asked = fleet.asked
        if [each.member for each in completion.meta.tries] == [FIRST, SECOND]:
            assert completion.meta.served_by == SECOND
            assert asked[1:] == [1, 0]
            return


async def test_the_next_member_answers_for_one_whose_port_is_closed(transport: TransportName) -> None:
    with ScriptedServer(WELL) as server:
        endpoints = Endpoints(model_apis=f"http://127.0.0.1:{refusing_port()}/v1", model=f"{server.url}/{{model_id}}")
        async with AsyncClient(api_key=KEY, endpoints=endpoints, transport=transport, retry=QUICK) as client:
            completion = await client.pool([FIRST, SECOND]).chat.completions.create(messages=HELLO)
            assert [each.outcome for each in completion.meta.tries] == ["connect failed", "ok"]


@pytest.mark.parametrize("status", FINAL)
async def test_what_another_member_would_answer_too_is_raised_at_once(status: str, transport: TransportName) -> None:
    async with fleet_of([refusal(FINAL[status])], transport=transport) as fleet:
        with pytest.raises(APIStatusError) as caught:
            await fleet.client.pool([FIRST, SECOND, THIRD]).chat.completions.create(messages=HELLO)
        assert str(caught.value.status_code) == status
        assert [(each.member, each.outcome) for each in caught.value.tries] == [(FIRST, status)]
        assert fleet.asked == [1, 0, 0]


BEFORE_AN_EVENT: dict[str, list[Action]] = {
    "cut before an event": [events(), Close()],
    "reset before an event": [events(), Reset()],
    "an error in place of the first event": [events('{"error": {"message": "no luck"}}'), Close()],
    "silent before an event": [events(), Hold()],
    "only a comment": [events(), More(b"4\r\n: a\n\r\n"), Close()],
    "half an event": [events(), More(b'8\r\ndata: {"\r\n'), Close()],
}


@pytest.mark.parametrize("illness", BEFORE_AN_EVENT)
async def test_a_stream_moves_on_before_its_first_event(illness: str, transport: TransportName) -> None:
    for first_event in growing(0.3 if illness == "silent before an event" else LONG):
        async with fleet_of(BEFORE_AN_EVENT[illness], STREAMED, transport=transport) as fleet:
            pool = fleet.client.pool([FIRST, SECOND], first_event=first_event)
            async with await pool.chat.completions.create(messages=HELLO, stream=True) as chunks:
                assert "".join([chunk.text async for chunk in chunks]) == "well"
            asked = fleet.asked
        if len(chunks.meta.tries) == 2:
            assert chunks.meta.served_by == SECOND
            assert asked == [1, 1, 0]
            return


async def test_a_stream_that_breaks_after_its_first_event_is_sent_once(transport: TransportName) -> None:
    async with fleet_of([events(CHUNK), Close()], STREAMED, transport=transport) as fleet:
        pool = fleet.client.pool([FIRST, SECOND])
        async with await pool.chat.completions.create(messages=HELLO, stream=True) as chunks:
            with pytest.raises(StreamInterrupted) as caught:
                async for _ in chunks:
                    pass
        assert caught.value.partial is not None
        assert caught.value.partial.text == "Hi"
        assert fleet.asked == [1, 0, 0]
        assert [(each.member, each.outcome) for each in caught.value.tries] == [(FIRST, "cut")]


async def test_the_error_of_a_stream_that_breaks_names_the_members_tried_before_it(transport: TransportName) -> None:
    async with fleet_of(ILL["503"], [events(CHUNK), Close()], transport=transport) as fleet:
        pool = fleet.client.pool([FIRST, SECOND])
        async with pool.chat.completions.stream(messages=HELLO) as stream:
            with pytest.raises(StreamInterrupted) as caught:
                await stream.until_done()
        assert [(each.member, each.outcome) for each in caught.value.tries] == [(FIRST, "503"), (SECOND, "cut")]


@pytest.mark.parametrize("illness", ["429 that asks for long", "503 that asks for long", "404", "deactivated"])
async def test_a_member_that_will_not_answer_soon_is_left_alone_at_once(illness: str) -> None:
    async with fleet_of([*ILL[illness], *WELL]) as fleet:
        pool = fleet.client.pool([FIRST, SECOND])
        for _ in range(4):
            await pool.chat.completions.create(messages=HELLO)
        assert fleet.asked == [1, 4, 0]


async def test_a_broken_member_gets_one_probe_in_each_period_of_its_breaker() -> None:
    async with fleet_of([refusal("504 Gateway Timeout")] * 100) as fleet:
        clock = AsyncFakeClock()
        fleet.client._service.caller.clock = clock
        pool = fleet.client.pool([FIRST, SECOND])
        for _ in range(THRESHOLD + 3):
            await pool.chat.completions.create(messages=HELLO)
        assert fleet.asked[0] == THRESHOLD
        for opening in range(1, 5):
            clock.time += OPEN.after(opening) + 0.001
            for _ in range(3):
                await pool.chat.completions.create(messages=HELLO)
            assert fleet.asked[0] == THRESHOLD + opening


async def test_a_member_that_is_well_again_gets_its_calls_again() -> None:
    async with fleet_of([*[refusal("504 Gateway Timeout")] * THRESHOLD, *WELL]) as fleet:
        clock = AsyncFakeClock()
        fleet.client._service.caller.clock = clock
        pool = fleet.client.pool([FIRST, SECOND])
        for _ in range(THRESHOLD):
            await pool.chat.completions.create(messages=HELLO)
        clock.time += OPEN.after(1) + 0.001
        completions = [await pool.chat.completions.create(messages=HELLO) for _ in range(3)]
        assert [each.meta.served_by for each in completions] == [FIRST] * 3


@pytest.mark.parametrize("illness", ["504", "closes when it was asked", "hangs", "429"])
async def test_when_all_are_ill_the_error_names_each(illness: str) -> None:
    script = ILL[illness]
    for first_byte in growing(SHORT if illness == "hangs" else LONG):
        async with fleet_of(script, script, script, first_byte=first_byte) as fleet:
            with pytest.raises((APIStatusError, APIConnectionError)) as caught:
                await fleet.client.pool([FIRST, SECOND, THIRD]).chat.completions.create(messages=HELLO, max_retries=0)
            assert [each.member for each in caught.value.tries] == [FIRST, SECOND, THIRD]
            notes = "\n".join(caught.value.__notes__)
            assert all(f"{each.name}: " in notes for each in (FIRST, SECOND, THIRD))
            assert KEY not in notes
            asked = fleet.asked
        if 0 not in asked:
            assert asked == [1, 1, 1]
            return


async def test_when_all_ask_for_long_nobody_waits() -> None:
    script = ILL["429 that asks for long"]
    async with fleet_of(script, script, script) as fleet:
        with pytest.raises(RateLimitError) as caught:
            await fleet.client.pool([FIRST, SECOND, THIRD]).chat.completions.create(messages=HELLO)
        assert caught.value.retry_after == 3600
        assert fleet.asked == [1, 1, 1]


async def close_gate_of_first(fleet: AsyncFleet) -> None:
    """A call of somebody else's is refused, for a minute."""
    with pytest.raises(RateLimitError):
        await fleet.client.chat.completions.create(model="a/b", messages=HELLO, max_retries=0)


async def test_a_member_whose_gate_is_closed_is_not_asked(transport: TransportName) -> None:
    async with fleet_of([*ILL["429 that asks for a minute"], *WELL], transport=transport) as fleet:
        await close_gate_of_first(fleet)
        completion = await fleet.client.pool([FIRST, SECOND]).chat.completions.create(messages=HELLO)
        assert [(each.member, each.outcome) for each in completion.meta.tries] == [(FIRST, "held"), (SECOND, "ok")]
        assert fleet.asked == [1, 1, 0]


async def test_where_every_gate_is_closed_for_longer_than_there_is_time_nothing_is_sent() -> None:
    async with fleet_of([*ILL["429 that asks for a minute"], *WELL]) as fleet:
        await close_gate_of_first(fleet)
        with pytest.raises(RateLimitError) as caught:
            await fleet.client.pool([FIRST]).chat.completions.create(messages=HELLO, deadline=5.0)
        assert not caught.value.sent
        assert fleet.asked == [1, 0, 0]


async def test_without_retries_no_gate_holds_a_pool() -> None:
    async with fleet_of([*ILL["429 that asks for a minute"], *WELL]) as fleet:
        await close_gate_of_first(fleet)
        assert (await fleet.client.pool([FIRST]).chat.completions.create(messages=HELLO, max_retries=0)).text == "well"


async def test_calls_are_divided_by_weight() -> None:
    async with fleet_of([answer("well")] * 400, [answer("well")] * 400, [answer("well")] * 400) as fleet:
        members = [Target("abcd1234", weight=3.0), Target("abcd1234", regional="eu", weight=1.0)]
        pool = fleet.client.pool(members)
        for _ in range(200):
            await pool.chat.completions.create(messages=HELLO)
        assert fleet.asked[0] == 0
        assert 120 < fleet.asked[1] < 180
        assert sum(fleet.asked) == 200


async def test_a_session_moves_only_while_its_member_is_ill() -> None:
    members = [Target("abcd1234"), Target("abcd1234", regional="eu")]
    async with fleet_of(WELL) as fleet:
        pool = fleet.client.pool(members)
        served = {
            session: {
                (await pool.chat.completions.create(messages=HELLO, session=session)).meta.served_by for _ in range(3)
            }
            for session in ("one", "two", "three", "four")
        }
        assert all(len(each) == 1 for each in served.values())


@pytest.mark.parametrize(
    ("stream", "hang", "phase"),
    [
        (False, [Read(), Hold()], "first_byte"),
        (True, [Read(), Hold()], "first_byte"),
        (True, [events(), Hold()], "first_byte"),
        (False, [Send(b"HTTP/1.1 200 OK\r\nContent-"), Hold()], "first_byte"),
        (False, [Send(HEAD), Hold()], "idle"),
        (False, [Send(HEAD + b'{"choices": ['), Hold()], "idle"),
    ],
)
async def test_calls_that_wait_for_a_member_that_hangs_are_moved(stream: bool, hang: list[Action], phase: str) -> None:
    """Long before their time is up. Two failures and a call that waits for longer than usual are enough."""
    well: list[Action] = STREAMED * 20 if stream else WELL
    first = [well[0], *ILL["504"] * (THRESHOLD - 1), *hang]
    async with fleet_of(first, well, first_byte=600.0, idle=600.0) as fleet:
        completions = fleet.client.pool([FIRST, SECOND]).chat.completions
        outcomes: list[list[str]] = []
        for _ in range(THRESHOLD + 1):
            if stream:
                async with await completions.create(messages=HELLO, stream=True) as chunks:
                    assert "".join([chunk.text async for chunk in chunks]) == "well"
                tries = chunks.meta.tries
            else:
                tries = (await completions.create(messages=HELLO)).meta.tries
            outcomes.append([each.outcome for each in tries])
        assert outcomes == [["ok"], ["504", "ok"], ["504", "ok"], [f"{phase} failed", "ok"]]
        assert fleet.first.wait_until_left(0)
        assert fleet.asked == [THRESHOLD + 1, THRESHOLD, 0]


async def test_a_deadline_that_ends_a_late_call_speaks_against_the_member() -> None:
    first = [answer("well"), *ILL["504"] * (THRESHOLD - 1), Read(), Hold()]
    for deadline in growing(0.4):
        async with fleet_of(first, [*WELL[: THRESHOLD - 1], Read(), Hold()]) as fleet:
            pool = fleet.client.pool([FIRST, SECOND])
            for _ in range(THRESHOLD):
                await pool.chat.completions.create(messages=HELLO)
            with pytest.raises(DeadlineExceeded) as caught:
                await pool.chat.completions.create(messages=HELLO, deadline=deadline)
        if [each.outcome for each in caught.value.tries] == ["first_byte failed", "deadline"]:
            return


@pytest.mark.parametrize("stream", [False, True])
async def test_a_hedge_wins_and_the_loser_is_closed(stream: bool) -> None:
    async with fleet_of([Read(), Hold()], STREAMED if stream else WELL) as fleet:
        pool = fleet.client.pool([FIRST, SECOND], hedge=Hedge(after=SHORT, budget=1.0))
        if stream:
            async with await pool.chat.completions.create(messages=HELLO, stream=True, timeout=30.0) as chunks:
                text, tries = "".join([chunk.text async for chunk in chunks]), chunks.meta.tries
        else:
            completion = await pool.chat.completions.create(messages=HELLO, timeout=30.0)
            text, tries = completion.text, completion.meta.tries
        assert text == "well"
        assert [(each.member, each.hedge) for each in tries if each.outcome == "ok"] == [(SECOND, True)]
        assert fleet.first.wait_until_left(0)
        assert fleet.asked == [1, 1, 0]


async def test_the_first_answers_where_its_hedge_fails() -> None:
    for limit in growing(0.5):
        async with fleet_of([Read(), Hold()], [refusal("504 Gateway Timeout")]) as fleet:
            pool = fleet.client.pool([FIRST, SECOND, THIRD], hedge=Hedge(after=SHORT, budget=1.0))
            completion = await pool.chat.completions.create(messages=HELLO, timeout=limit)
        assert completion.text == "well"
        assert completion.meta.served_by == THIRD
        if len(completion.meta.tries) == 3:
            assert {each.outcome for each in completion.meta.tries} == {"504", "first_byte failed", "ok"}
            return


async def test_without_budget_no_hedge_goes_out() -> None:
    for first_byte in growing(3 * SHORT):
        async with fleet_of([Read(), Hold()], first_byte=first_byte) as fleet:
            pool = fleet.client.pool([FIRST, SECOND], hedge=Hedge(after=SHORT / 4, budget=0.1))
            completion = await pool.chat.completions.create(messages=HELLO)
            assert not any(each.hedge for each in completion.meta.tries)
            asked = fleet.asked
        if len(completion.meta.tries) == 2:
            assert asked == [1, 1, 0]
            return


# unasync: remove
async def test_a_caller_that_goes_away_takes_its_request_along(transport: TransportName) -> None:
    async with fleet_of([Read(), Hold()], transport=transport, first_byte=30.0) as fleet:
        pool = fleet.client.pool([FIRST, SECOND], hedge=Hedge(after=10.0))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: pool.chat.completions.create(messages=HELLO))
            await anyio.to_thread.run_sync(fleet.first.wait_for_requests, 1)
            tasks.cancel_scope.cancel()
        assert await anyio.to_thread.run_sync(fleet.first.wait_until_left, 0)
        assert fleet.asked == [1, 0, 0]


class StoppingClock(AsyncFakeClock):
    """Stops in the first sleep that is long."""

    def __init__(self) -> None:
        super().__init__()
        self.stopped = anyio.Event()

    async def sleep(self, seconds: float) -> None:
        if seconds < OPEN.first / 2:
            return await super().sleep(seconds)
        self.stopped.set()
        await anyio.sleep_forever()


async def test_a_caller_that_goes_away_in_a_pause_leaves_the_probe_to_others() -> None:
    script: list[Action] = [*[refusal("504 Gateway Timeout")] * THRESHOLD, *WELL]
    async with fleet_of(script, script) as fleet:
        clock = StoppingClock()
        fleet.client._service.caller.clock = clock
        pool = fleet.client.pool([FIRST, SECOND])
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: pool.chat.completions.create(messages=HELLO, max_retries=100))
            await clock.stopped.wait()
            tasks.cancel_scope.cancel()
        clock.time += OPEN.after(1) + 0.001
        assert (await pool.chat.completions.create(messages=HELLO)).meta.served_by == FIRST


# unasync: end


async def test_without_retries_each_member_is_asked_once_at_most() -> None:
    script: list[Action] = [refusal("503 Service Unavailable")] * 5
    async with fleet_of(script, script, script) as fleet:
        with pytest.raises(APIStatusError):
            await fleet.client.pool([FIRST, SECOND, THIRD]).chat.completions.create(messages=HELLO, max_retries=0)
        assert fleet.asked == [1, 1, 1]


async def test_retries_beyond_one_of_each_are_counted() -> None:
    script: list[Action] = [refusal("504 Gateway Timeout")] * 5
    async with fleet_of(script, script, script) as fleet:
        with pytest.raises(APIStatusError) as caught:
            await fleet.client.pool([FIRST, SECOND, THIRD]).chat.completions.create(messages=HELLO, max_retries=2)
        assert len(caught.value.tries) == 5
        assert sum(fleet.asked) == 5


async def test_predict_moves_on_and_comes_back_with_what_it_was_given(transport: TransportName) -> None:
    async with fleet_of(WELL, [Read(), Close()], [reply(b'{"n": 1}')], transport=transport) as fleet:
        output = await fleet.client.pool([SECOND, THIRD]).predict({"n": 1})
        assert output == {"n": 1}
        assert fleet.asked == [0, 1, 1]
        assert fleet.second.requests[0].endswith(b'{"n":1}')
        assert fleet.third.requests[0].endswith(b'{"n":1}')


async def test_a_stream_ends_with_its_last_event_and_gives_its_connection_back() -> None:
    async with fleet_of([*STREAMED, *STREAMED]) as fleet:
        pool = fleet.client.pool([FIRST])
        for _ in range(2):
            async with await pool.chat.completions.create(messages=HELLO, stream=True) as chunks:
                assert "".join([chunk.text async for chunk in chunks]) == "well"
        assert fleet.first.connections == 1


async def test_a_pause_after_the_first_event_is_no_matter_of_first_event() -> None:
    async with fleet_of([events(CHUNK), Hold()], STREAMED, first_byte=5.0) as fleet:
        pool = fleet.client.pool([FIRST, SECOND], first_event=5.0)
        async with await pool.chat.completions.create(
            messages=HELLO, stream=True, timeout=Timeout(idle=SHORT)
        ) as chunks:
            with pytest.raises(IdleTimeout):
                async for _ in chunks:
                    pass
        assert fleet.asked == [1, 0, 0]
