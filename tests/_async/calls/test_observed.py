"""Observers of calls: what they are told, in which order, and that nothing of theirs gets into the way."""

from __future__ import annotations

import gc
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext

import anyio
import pytest

from baseten_sdk import (
    AsyncClient,
    BadRequestError,
    CallEnded,
    CallObserver,
    CallStarted,
    ChatCompletion,
    ChatCompletionChunk,
    ConfigurationError,
    DeadlineExceeded,
    Endpoints,
    Hedge,
    Limits,
    ModelList,
    Observer,
    RateLimitError,
    Response,
    Retry,
    RetryEvent,
    StreamInterrupted,
    Target,
    WaitEvent,
)
from baseten_sdk._async.calls.call import AsyncCaller
from baseten_sdk._core.policy.rate_limit import RateLimit
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk.emulator import Emulator
from tests._async.calling import KEY
from tests._async.fake_clock import AsyncFakeClock
from tests.asking import HELLO, MODEL, SAID, behaving, only
from tests.faults.scripted import ScriptedServer, events, reply
from tests.patience import growing

pytestmark = pytest.mark.anyio


class Diary(Observer):
    """Writes down what it is told."""

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        self.calls: list[CallStarted] = []
        self.lines: list[str] = []
        self.chunks: list[object] = []
        self.ends: list[CallEnded] = []
        self.waits: list[float | None] = []
        self.added = headers or {}

    def started(self, call: CallStarted) -> CallObserver:
        self.calls.append(call)
        self.lines.append("started")
        return Page(self)


class Page(CallObserver):
    """What a diary has of one call."""

    def __init__(self, diary: Diary) -> None:
        self.diary = diary

    def headers(self) -> Mapping[str, str]:
        return self.diary.added

    def retrying(self, event: RetryEvent) -> None:
        self.diary.lines.append(f"retrying after {event.reason}")

    def waiting(self, event: WaitEvent) -> None:
        self.diary.lines.append(f"waiting: {event.reason}")
        self.diary.waits.append(event.seconds)

    def chunk(self, chunk: object) -> None:
        if not self.diary.chunks:
            self.diary.lines.append("chunk")
        self.diary.chunks.append(chunk)

    def ended(self, end: CallEnded) -> None:
        self.diary.ends.append(end)
        self.diary.lines.append("ended" if end.complete else "left")

    def failed(self, error: BaseException) -> None:
        self.diary.lines.append(f"failed: {type(error).__name__}")


class Awkward(Observer):
    """Fails at everything."""

    def started(self, call: CallStarted) -> CallObserver:
        return AwkwardWatch()


class AwkwardWatch(CallObserver):
    def active(self) -> AbstractContextManager[object]:
        raise RuntimeError("active")

    def retrying(self, event: RetryEvent) -> None:
        raise RuntimeError("retrying")

    def chunk(self, chunk: object) -> None:
        raise RuntimeError("chunk")

    def ended(self, end: CallEnded) -> None:
        raise RuntimeError("ended")

    def failed(self, error: BaseException) -> None:
        raise RuntimeError("failed")


class Swallowing(Observer):
    """Would swallow whatever a call raises."""

    def started(self, call: CallStarted) -> CallObserver:
        return SwallowingWatch()


class SwallowingWatch(CallObserver):
    def active(self) -> AbstractContextManager[object]:
        return Swallow()


class Swallow(nullcontext[None]):
    def __exit__(self, *exception: object) -> None:
        assert exception == (None, None, None)


class Deaf(Observer):
    """Does not want to know."""

    def started(self, call: CallStarted) -> None:
        return None


class Failing(Observer):
    def started(self, call: CallStarted) -> CallObserver:
        raise RuntimeError("started")


@pytest.fixture
def diary() -> Diary:
    return Diary()


def watched_by(
    transport: TransportName, emu: Emulator, *observers: Observer, limits: Limits | None = None
) -> AsyncClient:
    return AsyncClient(
        api_key=emu.api_key,
        endpoints=emu.endpoints,
        retry=Retry(initial=0.001, maximum=0.002),
        hooks=observers,
        limits=limits,
        transport=transport,
    )


async def test_a_call_is_told_from_its_start_to_its_end(transport: TransportName, emu: Emulator, diary: Diary) -> None:
    async with watched_by(transport, emu, diary) as client:
        completion = await client.chat.completions.create(
            model=MODEL, messages=HELLO, extra_headers=behaving("fail=1, status=503"), request_id="mine"
        )
    assert diary.lines == ["started", "retrying after 503", "ended"]
    (call,) = diary.calls
    assert (call.method, call.url, call.streamed) == ("POST", f"{emu.base_url}/chat/completions", False)
    assert call.headers["x-baseten-customer-request-id"] == "mine"
    assert "authorization" not in call.headers
    assert MODEL.encode() in call.body
    (end,) = diary.ends
    assert end.result is completion
    assert (end.meta.attempts, end.meta.status_code) == (2, 200)


async def test_observers_see_no_secret_of_the_callers_headers(
    transport: TransportName, emu: Emulator, diary: Diary
) -> None:
    secrets = {"X-Gateway-Token": "hush", "x-amz-signature": "hush", "cookie": "a=hush"}
    async with watched_by(transport, emu, diary) as client:
        await client.models.list(extra_headers={**secrets, "x-team": "blue"})
    (call,) = diary.calls
    assert {name: call.headers[name.lower()] for name in secrets} == dict.fromkeys(secrets, "[hidden]")
    assert call.headers["x-team"] == "blue"
    assert "hush" not in repr(call)
    assert emu.requests[-1].headers["x-gateway-token"] == "hush"


async def test_the_result_is_what_the_call_returns(transport: TransportName, emu: Emulator, diary: Diary) -> None:
    async with watched_by(transport, emu, diary) as client:
        await client.models.list()
        await client.deployments("abcd1234").predict({"a": 1})
    assert isinstance(diary.ends[0].result, ModelList)
    assert diary.ends[1].result == {"a": 1}


async def test_a_reply_as_it_came_is_told_without_the_echoed_key(transport: TransportName, diary: Diary) -> None:
    body = b'{"choices": [{"index": 0, "message": {"content": "hi"}}]}'
    with ScriptedServer([reply(body, headers={"X-Echo": KEY})] * 2) as server:
        endpoints = Endpoints.below(server.url.removesuffix("/v1"))
        async with AsyncClient(api_key=KEY, endpoints=endpoints, transport=transport, hooks=[diary]) as client:
            response = await client.deployments("abcd1234").sync("echo")
            raw = await client.chat.completions.with_raw_response.create(model=MODEL, messages=HELLO)
    assert response.headers["x-echo"] == raw.headers["x-echo"] == KEY
    told, completion = (end.result for end in diary.ends)
    assert isinstance(told, Response)
    assert (told.status_code, told.content, told.headers["x-echo"]) == (200, body, "[the API key]")
    assert completion is raw.parse()
    assert KEY not in repr(diary.ends)


async def test_a_key_that_a_reply_echoes_as_its_id_is_not_told(transport: TransportName, diary: Diary) -> None:
    chunk = {"id": KEY, "model": KEY, "choices": [{"index": 0, "delta": {"content": "hi"}, "finish_reason": "stop"}]}
    whole = {"id": KEY, "model": KEY, "choices": [{"index": 0, "message": {"content": f"It is {KEY}"}}]}
    scripts = [reply(json.dumps(whole).encode()), events(json.dumps(chunk), "[DONE]", end=True)]
    with ScriptedServer(scripts) as server:
        async with AsyncClient(api_key=KEY, base_url=server.url, transport=transport, hooks=[diary]) as client:
            completion = await client.chat.completions.create(model=MODEL, messages=HELLO)
            stream = await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
            chunks = [each async for each in stream]
    assert completion.id == chunks[0].id == KEY
    told = [end.result for end in diary.ends]
    assert [type(each) for each in told] == [ChatCompletion] * 2
    assert KEY not in f"{told!r} {diary.chunks!r}"
    assert all(isinstance(each, ChatCompletion) and each.id == "[the API key]" for each in told)


async def test_a_failed_call_is_told_with_its_error(transport: TransportName, emu: Emulator, diary: Diary) -> None:
    async with watched_by(transport, emu, diary) as client:
        with pytest.raises(BadRequestError):
            await client.models.list(extra_headers=behaving("status=400"))
        with pytest.raises(BadRequestError):
            await client.chat.completions.create(
                model=MODEL, messages=HELLO, stream=True, extra_headers=behaving("status=400")
            )
    assert diary.lines == ["started", "failed: BadRequestError"] * 2


async def test_headers_are_added_but_not_over_the_callers(transport: TransportName, emu: Emulator) -> None:
    async with watched_by(transport, emu, Diary({"Traceparent": "theirs", "x-other": "1"})) as client:
        await client.models.list(extra_headers={"traceparent": "mine"})
    request = only(emu)
    assert (request.headers["traceparent"], request.headers["x-other"]) == ("mine", "1")


async def test_a_stream_is_told_with_its_chunks_and_what_they_make(
    transport: TransportName, emu: Emulator, diary: Diary
) -> None:
    async with watched_by(transport, emu, diary) as client:
        stream = await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
        assert diary.lines == ["started"]
        chunks = [chunk async for chunk in stream]
    assert diary.lines == ["started", "chunk", "ended"]
    assert diary.chunks == chunks
    completion = diary.ends[0].result
    assert isinstance(completion, ChatCompletion)
    assert completion.text == SAID
    assert completion.usage is not None
    assert diary.ends[0].meta.request_id == stream.meta.request_id


async def test_typed_events_are_told_like_chunks(transport: TransportName, emu: Emulator, diary: Diary) -> None:
    async with watched_by(transport, emu, diary) as client:
        async with client.chat.completions.stream(model=MODEL, messages=HELLO) as stream:
            await stream.until_done()
        assert diary.lines == ["started", "chunk", "ended"]


async def test_a_stream_that_is_left_says_so(transport: TransportName, emu: Emulator, diary: Diary) -> None:
    async with watched_by(transport, emu, diary) as client:
        async with await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True) as stream:
            async for chunk in stream:
                if chunk.text:
                    break
            assert diary.lines == ["started", "chunk"]
        assert diary.lines == ["started", "chunk", "left"]
        await stream.aclose()
    assert diary.lines == ["started", "chunk", "left"]
    left = diary.ends[0].result
    assert isinstance(left, ChatCompletion)
    assert SAID.startswith(left.text)


async def test_a_stream_that_breaks_is_told_as_its_reader_is(
    transport: TransportName, emu: Emulator, diary: Diary
) -> None:
    async with watched_by(transport, emu, diary) as client:
        with pytest.raises(StreamInterrupted):
            async with client.chat.completions.stream(
                model=MODEL, messages=HELLO, extra_headers=behaving("cut=3")
            ) as stream:
                await stream.until_done()
    assert diary.lines == ["started", "chunk", "failed: StreamInterrupted"]
    assert isinstance(diary.chunks[0], ChatCompletionChunk)


async def test_a_stream_that_is_forgotten_ends_when_it_is_collected(
    transport: TransportName, emu: Emulator, diary: Diary
) -> None:
    async with watched_by(transport, emu, diary) as client:
        stream = await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
        forgotten = [stream]
        del stream
        with pytest.warns(ResourceWarning):
            forgotten.clear()
        gc.collect()
    assert diary.lines == ["started", "left"]
    assert diary.ends[0].result is None


# unasync: remove
async def test_a_call_that_is_cancelled_is_told_so(transport: TransportName, emu: Emulator, diary: Diary) -> None:
    async with watched_by(transport, emu, diary) as client:
        with anyio.move_on_after(0.05):
            await client.models.list(extra_headers=behaving("hang"))
        async with await client.chat.completions.create(
            model=MODEL, messages=HELLO, stream=True, extra_headers=behaving("stall=3")
        ) as stream:
            with anyio.move_on_after(0.05):
                async for _ in stream:
                    pass
    cancelled = f"failed: {anyio.get_cancelled_exc_class().__name__}"
    assert diary.lines == ["started", cancelled, "started", "chunk", cancelled]


# unasync: end


async def test_a_deployments_stream_is_told_piece_by_piece(
    transport: TransportName, emu: Emulator, diary: Diary
) -> None:
    stream_of_words = behaving("stream=json-lines")
    async with watched_by(transport, emu, diary) as client:
        deployment = client.deployments("abcd1234")
        async with deployment.stream_predict({"prompt": "one two"}, extra_headers=stream_of_words) as stream:
            pieces = [piece async for piece in stream.json_lines()]
        assert diary.chunks == pieces
        async with deployment.stream_predict({"prompt": "one two"}, extra_headers=stream_of_words) as stream:
            async for _ in stream.json_lines():
                break
        broken = behaving("stream=text, cut=1")
        async with deployment.stream_predict({"prompt": "one two"}, extra_headers=broken) as stream:
            with pytest.raises(StreamInterrupted):
                _ = [piece async for piece in stream.text()]
    assert diary.lines == ["started", "chunk", "ended", "started", "left", "started", "failed: StreamInterrupted"]


async def test_an_observer_that_fails_costs_a_line_of_the_log(
    transport: TransportName, emu: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    async with watched_by(transport, emu, Awkward(), Failing(), Deaf(), Swallowing()) as client:
        flaky = behaving("fail=1, status=503")
        assert (await client.chat.completions.create(model=MODEL, messages=HELLO, extra_headers=flaky)).text == SAID
        async with client.chat.completions.stream(model=MODEL, messages=HELLO) as stream:
            assert (await stream.get_final_completion()).text == SAID
        with pytest.raises(BadRequestError):
            await client.models.list(extra_headers=behaving("status=400"))
    said = {str(record.exc_info[1]) for record in caplog.records if record.exc_info}
    assert said == {"started", "active", "retrying", "chunk", "ended", "failed"}


async def test_an_observer_and_functions_may_be_mixed(transport: TransportName, emu: Emulator, diary: Diary) -> None:
    events: list[RetryEvent] = []
    client = AsyncClient(
        api_key=emu.api_key,
        endpoints=emu.endpoints,
        retry=Retry(initial=0.001),
        hooks=[events.append, diary],
        transport=transport,
    )
    async with client:
        await client.models.list(extra_headers=behaving("fail=1, status=503"))
    assert (len(events), diary.lines) == (1, ["started", "retrying after 503", "ended"])


async def test_a_call_that_cannot_be_made_is_told_too(diary: Diary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BASETEN_API_KEY", raising=False)
    async with AsyncClient(hooks=[diary]) as client:
        with pytest.raises(ConfigurationError):
            await client.models.list()
    assert diary.lines == ["started", "failed: ConfigurationError"]


async def test_a_client_without_observers_watches_nothing(client: AsyncClient) -> None:
    stream = await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
    async with stream:
        assert stream._body.observed is None


async def test_a_wait_for_a_slot_is_told_when_it_begins(
    transport: TransportName, emu: Emulator, diary: Diary, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "baseten_sdk")
    async with watched_by(transport, emu, diary, limits=Limits(concurrency=1)) as client:
        stream = await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
        for limit in growing(0.1):
            diary.lines.clear()
            with pytest.raises(DeadlineExceeded):
                await client.models.list(deadline=limit)
            if "waiting: queue" in diary.lines:
                break
        await stream.aclose()
    assert diary.lines == ["started", "waiting: queue", "failed: DeadlineExceeded", "left"]
    assert "waits: as many calls as Limits(concurrency=...) allows are in flight." in caplog.text


async def test_a_wait_at_the_gate_is_told_with_how_long_it_is(
    transport: TransportName, emu: Emulator, diary: Diary
) -> None:
    async with watched_by(transport, emu, diary) as client:
        client._service.caller.clock = AsyncFakeClock()
        emu.script(["status=429, retry-after=30"])
        with pytest.raises(RateLimitError):
            await client.models.list(max_retries=0)
        await client.models.list()
    assert diary.lines == ["started", "failed: RateLimitError", "started", "waiting: gate", "ended"]
    assert diary.waits == [pytest.approx(30)]


async def test_a_wait_for_a_limit_per_minute_is_told(transport: TransportName, emu: Emulator) -> None:
    for seconds in growing(0.3):
        diary = Diary()
        async with watched_by(transport, emu, diary, limits=Limits(requests_per_minute=1)) as client:
            caller = client._service.caller
            assert isinstance(caller, AsyncCaller)
            assert caller._rate_state is not None
            caller._rate_state._rates = RateLimit(1, None, seconds)
            await client.models.list()
            models = await client.models.list()
        if models.meta.waited:
            assert diary.lines == ["started", "ended", "started", "waiting: rate", "ended"]
            assert list(models.meta.waited) == ["rate"]
            return


async def test_each_request_of_a_pool_is_told_with_its_member(
    transport: TransportName, emu: Emulator, diary: Diary
) -> None:
    members = [Target("abcd1234"), Target("wxyz5678")]
    async with watched_by(transport, emu, diary) as client:
        pool = client.pool(members)
        emu.script(["status=503"])
        completion = await pool.chat.completions.create(messages=HELLO)
    assert [call.member for call in diary.calls] == [each.member for each in completion.meta.tries]
    assert {call.member for call in diary.calls} == set(members)
    assert diary.lines == ["started", "failed: ServiceUnavailableError", "started", "ended"]


async def test_a_hedge_is_told_as_one(transport: TransportName, emu: Emulator, diary: Diary) -> None:
    async with watched_by(transport, emu, diary) as client:
        pool = client.pool([Target("abcd1234")], hedge=Hedge(after=0.2, budget=1.0))
        emu.script(["hang"])
        await pool.chat.completions.create(messages=HELLO, timeout=5.0)
    assert [(call.member, call.hedge) for call in diary.calls] == [
        (Target("abcd1234"), False),
        (Target("abcd1234"), True),
    ]
