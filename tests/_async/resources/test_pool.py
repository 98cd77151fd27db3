"""Pools: failover, hedging, and what they tell of it."""

from __future__ import annotations

# unasync: remove
import anyio

# unasync: end
import pytest
from pydantic import BaseModel

from baseten_sdk import (
    AsyncClient,
    AuthenticationError,
    ConfigurationError,
    DeadlineExceeded,
    FirstByteTimeout,
    Hedge,
    InternalServerError,
    InvalidRequestError,
    StreamInterrupted,
    Target,
    UnprocessableEntityError,
    WebSocketModelError,
    user,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk._core.pool.breaker import THRESHOLD
from baseten_sdk.emulator import Emulator, RecordedRequest
from tests._async.fake_clock import AsyncFakeClock
from tests.asking import IDLE, fields, is_idle, only
from tests.patience import growing

pytestmark = pytest.mark.anyio

LLAMA, OTHER, GLM = Target("abcd1234", model="llama"), Target("wxyz5678"), Target(model="zai-org/GLM-5.3")
HI = [user("Hi")]
SESSION = "a session, so that the order of the members is the same in each test"


def members_of(emu: Emulator) -> list[str]:
    """Where the requests went, in their order."""
    return [request.path.removeprefix("/model/").partition("/")[0] for request in emu.requests]


async def test_each_member_is_asked_at_its_own_place_under_its_own_name(client: AsyncClient, emu: Emulator) -> None:
    for target, path, name in (
        (LLAMA, "/model/abcd1234/environments/production/sync/v1/chat/completions", "llama"),
        (Target("abcd1234", environment="staging"), "/model/abcd1234/environments/staging/sync", "abcd1234"),
        (Target("abcd1234", regional="prod-eu"), "/regional/abcd1234/prod-eu/sync/v1/chat/completions", "abcd1234"),
        (GLM, "/v1/chat/completions", "zai-org/GLM-5.3"),
    ):
        emu.requests.clear()
        completion = await client.pool([target]).chat.completions.create(messages=HI)
        assert only(emu).path.startswith(path)
        assert fields(only(emu))["model"] == name
        assert completion.meta.served_by == target
        assert [(each.member, each.outcome, each.hedge) for each in completion.meta.tries] == [(target, "ok", False)]


@pytest.mark.parametrize(
    "trouble",
    ["status=503", "status=429", "status=404", "drop", "status=500", "status=400, message=It is deactivated."],
)
async def test_what_one_member_cannot_answer_another_one_does(client: AsyncClient, emu: Emulator, trouble: str) -> None:
    pool = client.pool([LLAMA, OTHER, GLM])
    emu.script([trouble])
    completion = await pool.chat.completions.create(messages=HI, session=SESSION)
    assert completion.text
    assert len(completion.meta.tries) == 2
    assert completion.meta.served_by == completion.meta.tries[1].member
    assert completion.meta.tries[0].member != completion.meta.tries[1].member
    assert len({*members_of(emu)}) == 2


@pytest.mark.parametrize(
    ("trouble", "error"), [("status=401", AuthenticationError), ("status=422", UnprocessableEntityError)]
)
async def test_what_no_member_would_answer_is_raised_at_once(
    client: AsyncClient, emu: Emulator, trouble: str, error: type[Exception]
) -> None:
    emu.script([trouble])
    with pytest.raises(error):
        await client.pool([LLAMA, OTHER]).chat.completions.create(messages=HI)
    assert len(emu.requests) == 1


@pytest.mark.parametrize("trouble", ["status=503", "cut=0", "drop"])
async def test_a_stream_moves_on_as_long_as_no_event_has_come(client: AsyncClient, emu: Emulator, trouble: str) -> None:
    pool = client.pool([LLAMA, OTHER])
    emu.script([trouble])
    async with pool.chat.completions.stream(messages=HI) as stream:
        text = [piece async for piece in stream.text_stream]
    assert "".join(text)
    assert [each.outcome == "ok" for each in stream.meta.tries] == [False, True]


async def test_after_its_first_event_a_cut_stream_is_an_error_with_what_had_come(
    client: AsyncClient, emu: Emulator
) -> None:
    emu.script(["cut=2"])
    async with await client.pool([LLAMA, OTHER]).chat.completions.create(messages=HI, stream=True) as chunks:
        with pytest.raises(StreamInterrupted) as caught:
            async for _ in chunks:
                pass
    assert caught.value.partial is not None
    assert len(emu.requests) == 1


async def test_a_stream_whose_first_event_is_late_moves_on(client: AsyncClient, emu: Emulator) -> None:
    for limit in growing(0.3):
        emu.faults.clear()
        emu.script(["hang"])
        pool = client.pool([LLAMA, OTHER], first_event=limit)
        try:
            async with await pool.chat.completions.create(messages=HI, stream=True) as chunks:
                assert [chunk async for chunk in chunks]
        except FirstByteTimeout:
            continue
        outcomes = [each.outcome for each in chunks.meta.tries]
        if len(outcomes) == 2:
            assert outcomes == ["first_byte failed", "ok"]
            return


async def test_the_own_model_of_the_members_runs_in_a_pool_too(client: AsyncClient, emu: Emulator) -> None:
    pool = client.pool([LLAMA, OTHER])
    emu.script(["status=502", "", "status=502", "", "status=502", "", "status=502"])
    assert await pool.predict({"a": 1}) == {"a": 1}
    async with pool.stream_predict({"a": 1}) as stream:
        assert [piece async for piece in stream.bytes()]
    assert len(await pool.rerank("query", ["one", "two"])) == 2
    assert (await pool.sync("health")).json() == {"status": "ok"}
    assert (await pool.embeddings.create(input=["a"])).vectors


async def test_a_session_stays_with_its_member(client: AsyncClient, emu: Emulator) -> None:
    pool = client.pool([LLAMA, OTHER, GLM])
    for _ in range(6):
        await pool.chat.completions.create(messages=HI, session=SESSION)
    assert len({*members_of(emu)}) == 1


async def test_a_member_that_keeps_failing_is_left_alone(
    client: AsyncClient, emu: Emulator, clock: AsyncFakeClock
) -> None:
    pool = client.pool([LLAMA, OTHER])
    first = (await pool.chat.completions.create(messages=HI, session=SESSION)).meta.tries[0].member
    emu.script(["status=503", ""] * THRESHOLD)
    for _ in range(THRESHOLD + 5):
        await pool.chat.completions.create(messages=HI, session=SESSION)
    assert first.model_id is not None
    assert members_of(emu).count(first.model_id) == THRESHOLD + 1


async def test_when_all_are_down_the_error_says_of_each_what_it_said(client: AsyncClient, emu: Emulator) -> None:
    emu.script(["status=500, message=one", "status=500, message=two"])
    with pytest.raises(InternalServerError) as caught:
        await client.pool([LLAMA, OTHER]).chat.completions.create(messages=HI, max_retries=0)
    notes = "\n".join(caught.value.__notes__)
    assert "one" in notes
    assert "two" in notes
    assert "abcd1234: " in notes
    assert "wxyz5678: " in notes
    assert [each.outcome for each in caught.value.tries] == ["500", "500"]


async def test_one_deadline_bounds_all_tries(client: AsyncClient, emu: Emulator) -> None:
    for limit in growing(0.3):
        emu.script(["hang", "hang"])
        with pytest.raises(DeadlineExceeded):
            await client.pool([LLAMA, OTHER]).chat.completions.create(messages=HI, deadline=limit)
        if len(emu.requests) > 0:
            break
    assert len(emu.requests) == 1


async def test_a_hedge_goes_out_beside_a_slow_request(client: AsyncClient, emu: Emulator) -> None:
    pool = client.pool([LLAMA, OTHER], hedge=Hedge(after=0.3, budget=1.0))
    emu.script(["hang"])
    completion = await pool.chat.completions.create(messages=HI, timeout=5.0)
    assert [each.hedge for each in completion.meta.tries if each.outcome == "ok"] == [True]
    assert len({*members_of(emu)}) == 2


@pytest.mark.parametrize("transport", ["direct"])
async def test_the_slower_request_is_closed(client: AsyncClient, emu: Emulator) -> None:
    pool = client.pool([LLAMA, OTHER], hedge=Hedge(after=0.3, budget=1.0))
    emu.script(["hang"])
    await pool.chat.completions.create(messages=HI)
    assert emu.requests.wait_until(lambda seen: seen[0].disconnected)


async def test_a_hedge_of_a_stream_ends_at_its_first_event(client: AsyncClient, emu: Emulator) -> None:
    pool = client.pool([LLAMA], hedge=Hedge(after=0.3, budget=1.0))
    emu.script(["hang"])
    async with await pool.chat.completions.create(messages=HI, stream=True) as chunks:
        assert [chunk async for chunk in chunks]
    assert [each.hedge for each in chunks.meta.tries if each.outcome == "ok"] == [True]
    assert members_of(emu) == ["abcd1234", "abcd1234"]


# unasync: remove
def both_arrived(seen: list[RecordedRequest]) -> bool:
    return len(seen) == 2


def left(seen: list[RecordedRequest]) -> bool:
    return all(each.disconnected for each in seen)


async def test_a_call_that_is_cancelled_leaves_nothing_of_any_of_its_requests(
    client: AsyncClient, emu: Emulator
) -> None:
    pool = client.pool([LLAMA, OTHER], hedge=Hedge(after=0.05, budget=1.0))
    for streamed in (False, True):
        emu.requests.clear()
        emu.script(["hang", "hang"])
        async with anyio.create_task_group() as group:

            async def call(streamed: bool = streamed) -> None:
                await pool.chat.completions.create(messages=HI, stream=streamed)

            group.start_soon(call)
            await anyio.to_thread.run_sync(emu.requests.wait_until, both_arrived)
            group.cancel_scope.cancel()
        assert is_idle(client)
        assert await anyio.to_thread.run_sync(emu.requests.wait_until, left)
        assert (await pool.chat.completions.create(messages=HI)).text


# unasync: end
async def test_a_deadline_leaves_nothing_of_any_of_the_requests(emu: Emulator, bounded: TransportName) -> None:
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, transport=bounded) as client:
        pool = client.pool([LLAMA, OTHER], hedge=Hedge(after=0.05, budget=1.0))
        for streamed in (False, True):
            for limit in growing(0.6):
                emu.requests.clear()
                emu.script(["hang", "hang"])
                with pytest.raises(DeadlineExceeded) as caught:
                    await pool.chat.completions.create(messages=HI, stream=streamed, deadline=limit)
                assert caught.value.limit == limit
                assert caught.value.message.startswith(f"The deadline of {limit:g} s passed")
                assert is_idle(client)
                emu.faults.clear()
                if [each.outcome for each in caught.value.tries] == ["deadline", "deadline"]:
                    break
            assert (await pool.chat.completions.create(messages=HI)).text


async def test_responses_go_to_members_under_their_own_names(client: AsyncClient, emu: Emulator) -> None:
    pool = client.pool([LLAMA, OTHER])
    emu.script(["status=503"])
    response = await pool.responses.create(model="any", input="Say hello", session=SESSION)
    assert response.output_text == "hello"
    assert {fields(request)["model"] for request in emu.requests} == {"llama", "any"}
    async with await pool.responses.create(model="any", input="Say hello", stream=True) as events:
        assert [event async for event in events]


class Word(BaseModel):
    text: str


async def test_responses_of_a_pool_need_no_model_and_move_on_where_a_stream_fails_at_once(
    client: AsyncClient, emu: Emulator
) -> None:
    pool = client.pool([LLAMA, OTHER])
    emu.script(["cut=0", ""])
    async with pool.responses.stream(input="Say hello") as stream:
        response = await stream.get_final_response()
    assert response.output_text == "hello"
    assert len(response.meta.tries) == 2
    assert isinstance((await pool.responses.parse(input="A word", text_format=Word)).parsed, Word)
    async with pool.responses.stream(input="A word", text_format=Word) as typed:
        assert isinstance((await typed.get_parsed()).parsed, Word)
    with pytest.raises(InvalidRequestError, match="previous_response_id"):
        await pool.responses.create(input="Hi", previous_response_id="r")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]


async def test_hedges_keep_to_their_budget(client: AsyncClient, emu: Emulator) -> None:
    pool = client.pool([LLAMA, OTHER], hedge=Hedge(after=0.005, budget=0.2))
    emu.script(["delay=30"] * 100)
    for _ in range(10):
        await pool.chat.completions.create(messages=HI)
    assert 10 <= len(emu.requests) <= 12


async def test_what_cannot_be_is_refused_before_anything_is_sent(client: AsyncClient, emu: Emulator) -> None:
    for members in ([], [LLAMA, LLAMA], ["abcd1234"]):
        with pytest.raises(ConfigurationError):
            client.pool(members)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(ConfigurationError, match="one target"):
        client.pool([Target("abcd1234", environment="a", regional="b")])
    with pytest.raises(ConfigurationError, match="first_event"):
        client.pool([LLAMA], first_event=0)
    with pytest.raises(ConfigurationError, match="longer than the client's deadline"):
        client.with_options(deadline=1.0).pool([LLAMA], first_event=2.0)
    with pytest.raises(ConfigurationError, match=r"zai-org/GLM-5\.3 is a model of the Model APIs"):
        await client.pool([LLAMA, GLM]).predict({})
    with pytest.raises(ConfigurationError, match="hedge must be a Hedge"):
        client.pool([LLAMA], hedge=0.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidRequestError):
        await client.pool([LLAMA]).chat.completions.create(messages=[])
    assert len(emu.requests) == 0


async def test_a_stream_that_ends_before_its_first_event_is_asked_of_another_member(client: AsyncClient) -> None:
    pool = client.pool([Target("emulator-end-0"), GLM])
    for place in range(4):
        chunks = await pool.chat.completions.create(messages=HI, stream=True, session=f"session {place}")
        assert [chunk async for chunk in chunks]
        assert chunks.meta.served_by == GLM


async def test_a_websocket_is_opened_by_the_next_member_where_the_first_refuses(
    client: AsyncClient, emu: Emulator
) -> None:
    emu.script(["status=503"])
    async with client.pool([LLAMA, OTHER]).connect() as websocket:
        await websocket.send("hello")
        assert await websocket.receive() == "hello"
        tries = websocket.meta.tries
    assert [each.outcome for each in tries] == ["503", "ok"]
    assert websocket.meta.served_by == tries[1].member != tries[0].member
    assert {request.path.rpartition("/")[2] for request in emu.requests} == {"websocket"}
    assert len({*members_of(emu)}) == 2
    assert IDLE in repr(client)


async def test_the_error_of_a_websocket_names_the_members_that_were_tried(client: AsyncClient, emu: Emulator) -> None:
    emu.script(["status=503", "close=1011"])
    with pytest.raises(WebSocketModelError) as caught:
        async with client.pool([LLAMA, OTHER]).connect() as websocket:
            await websocket.receive()
    assert [each.outcome for each in caught.value.tries] == ["503", "cut"]


async def test_speech_is_transcribed_by_whichever_member_answers(client: AsyncClient, emu: Emulator) -> None:
    pool = client.pool([LLAMA, OTHER])
    emu.script(["status=503"])
    recorded = await pool.transcribe("https://example.com/talk.mp3", language="en")
    assert recorded.text.startswith("never odd or even")
    assert len(recorded.meta.tries) == 2
    async with pool.transcription(bytes(32_000), pace=None) as session:
        finals = [event async for event in session]
    assert finals
    assert session.text == " ".join(event.text for event in finals)
    apis = client.pool([LLAMA, GLM])
    with pytest.raises(ConfigurationError, match="needs a dedicated deployment"):
        async with apis.connect():
            pass


async def test_a_deadline_before_the_first_event_is_refused_where_there_are_events(
    client: AsyncClient, emu: Emulator
) -> None:
    pool = client.pool([LLAMA], first_event=30.0)
    with pytest.raises(ConfigurationError, match="longer than the call's deadline"):
        await pool.chat.completions.create(messages=HI, deadline=20.0, stream=True)
    with pytest.raises(ConfigurationError, match="longer than the call's deadline"):
        await pool.messages.create(messages=HI, max_tokens=9, deadline=20.0, stream=True)
    with pytest.raises(ConfigurationError, match="longer than the call's deadline"):
        await pool.responses.create(input="Hi", deadline=20.0, stream=True)
    with pytest.raises(ConfigurationError, match="longer than the call's deadline"):
        await pool.completions.create(prompt="Hi", deadline=20.0, stream=True)
    with pytest.raises(ConfigurationError, match="longer than the call's deadline"):
        pool.chat.completions.stream(messages=HI, deadline=20.0)
    with pytest.raises(ConfigurationError, match="longer than the call's deadline"):
        pool.chat.completions.run_tools(messages=HI, tools=[], deadline=20.0, stream=True)
    assert len(emu.requests) == 0
    assert (await pool.chat.completions.create(messages=HI, deadline=20.0)).text
    assert (await pool.messages.create(messages=HI, max_tokens=9, deadline=20.0)).text
    assert (await pool.responses.create(input="Hi", deadline=20.0)).output_text
    assert (await pool.completions.create(prompt="Hi", deadline=20.0)).text
