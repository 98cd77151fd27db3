"""`parse` over a socket: objects of every kind of type, errors that keep the reply, and asking again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

import pytest
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from baseten_sdk import (
    AsyncClient,
    ContentFilterError,
    InternalServerError,
    InvalidRequestError,
    LengthLimitError,
    MessageParam,
    OutputValidationError,
    RefusalError,
    ToolArgumentError,
    schema_for,
    tool,
)
from baseten_sdk.emulator import Emulator
from tests.asking import IDLE, MODEL, behaving, fields, only

# unasync: remove
pytestmark = pytest.mark.anyio
# unasync: end

ASK: list[MessageParam] = [{"role": "user", "content": "Read this invoice"}]


class Line(BaseModel):
    text: str
    price: float = Field(ge=0)


class Invoice(BaseModel):
    number: str
    paid: bool = False
    lines: list[Line]


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Film(TypedDict):
    title: str
    year: int


@dataclass
class Point:
    x: int
    y: int


async def test_a_reply_becomes_an_object_of_the_model(client: AsyncClient, emu: Emulator) -> None:
    reply = await client.chat.completions.parse(model=MODEL, messages=ASK, response_format=Invoice, max_tokens=900)
    assert isinstance(reply.parsed, Invoice)
    assert reply.message.parsed is reply.parsed
    assert Invoice.model_validate_json(reply.text) == reply.parsed
    assert reply.completion.usage == reply.usage
    assert reply.meta.request_id == reply.completion.meta.request_id
    assert reply.attempts == (reply.completion,)
    assert fields(only(emu)) == {
        "model": MODEL,
        "messages": ASK,
        "max_tokens": 900,
        "response_format": schema_for(Invoice).response_format(),
    }


async def test_every_kind_of_type_is_parsed(client: AsyncClient) -> None:
    parse = client.chat.completions.parse
    assert isinstance((await parse(model=MODEL, messages=ASK, response_format=Point)).parsed, Point)
    film = (await parse(model=MODEL, messages=ASK, response_format=Film)).parsed
    assert isinstance(film["title"], str)
    lines = (await parse(model=MODEL, messages=ASK, response_format=list[Line])).parsed
    assert all(isinstance(line, Line) for line in lines)
    assert (await parse(model=MODEL, messages=ASK, response_format=Literal["a", "b"])).parsed in ("a", "b")
    assert isinstance((await parse(model=MODEL, messages=ASK, response_format=Colour)).parsed, Colour)
    assert isinstance((await parse(model=MODEL, messages=ASK, response_format=Line | Point)).parsed, Line | Point)
    assert isinstance((await parse(model=MODEL, messages=ASK, response_format=int)).parsed, int)


async def test_the_engine_inside_a_deployment_is_asked_too(client: AsyncClient, emu: Emulator) -> None:
    completions = client.deployments("abcd1234").chat.completions
    reply = await completions.parse(model="served", messages=ASK, response_format=Invoice)
    assert isinstance(reply.parsed, Invoice)
    assert only(emu).path == "/model/abcd1234/environments/production/sync/v1/chat/completions"
    assert fields(only(emu))["model"] == "served"


async def test_a_type_that_cannot_be_held_to_is_refused_before_anything_is_sent(
    client: AsyncClient, emu: Emulator
) -> None:
    with pytest.raises(InvalidRequestError, match=r"cannot express \$"):
        await client.chat.completions.parse(model=MODEL, messages=ASK, response_format=dict[str, int])
    assert not emu.requests


FENCED = (
    '<think>One [line] I think.</think>Here:\n```json\n{"number": "A-1", "lines": [{"text": "é, ok", "price": 1}]}\n```'
)


async def test_without_strict_what_surrounds_the_json_is_passed_over(client: AsyncClient, emu: Emulator) -> None:
    reply = await client.chat.completions.parse(
        model=MODEL, messages=ASK, response_format=Invoice, strict=False, extra_body={"emulator": {"text": FENCED}}
    )
    assert reply.parsed == Invoice(number="A-1", lines=[Line(text="é, ok", price=1)])
    sent = fields(only(emu))["response_format"]
    assert isinstance(sent, dict)
    assert "strict" not in sent["json_schema"]
    assert sent["json_schema"]["schema"] == Invoice.model_json_schema() | {"$defs": {"Line": Line.model_json_schema()}}


async def test_a_refusal_is_an_error_with_the_reply(client: AsyncClient) -> None:
    with pytest.raises(RefusalError, match="I cannot help") as caught:
        await client.chat.completions.parse(
            model=MODEL, messages=ASK, response_format=Invoice, output_retries=3, extra_headers=behaving("refusal")
        )
    assert caught.value.completion.usage == caught.value.usage
    assert caught.value.completion.meta.request_id
    assert len(caught.value.attempts) == 1


async def test_the_token_limit_is_an_error_with_what_had_come(client: AsyncClient) -> None:
    text = '{"number": "A-1", "paid": true, "lines": [{"text": "pen", "price": 2}, {"text": "pap'
    with pytest.raises(LengthLimitError) as caught:
        await client.chat.completions.parse(
            model=MODEL,
            messages=ASK,
            response_format=Invoice,
            output_retries=3,
            extra_body={"emulator": {"text": text, "finish-reason": "length"}},
        )
    partial = caught.value.partial
    assert isinstance(partial, Invoice)
    assert (partial.number, partial.paid, [line.text for line in partial.lines]) == ("A-1", True, ["pen", "pap"])


async def test_all_tokens_spent_on_reasoning_are_the_token_limit(client: AsyncClient) -> None:
    with pytest.raises(LengthLimitError) as caught:
        await client.chat.completions.parse(
            model=MODEL, messages=ASK, response_format=Invoice, max_tokens=3, reasoning_effort="high"
        )
    assert caught.value.partial is None
    assert caught.value.completion.message.reasoning


async def test_a_content_filter_is_an_error(client: AsyncClient) -> None:
    with pytest.raises(ContentFilterError):
        await client.chat.completions.parse(
            model=MODEL,
            messages=ASK,
            response_format=Invoice,
            extra_headers=behaving("finish-reason=content_filter"),
        )


async def test_an_answer_of_another_shape_is_an_error_with_the_reply(client: AsyncClient, emu: Emulator) -> None:
    with pytest.raises(OutputValidationError, match="number: Field required") as caught:
        await client.chat.completions.parse(
            model=MODEL, messages=ASK, response_format=Invoice, extra_body={"emulator": {"text": '{"lines": []}'}}
        )
    assert caught.value.completion.text == '{"lines": []}'
    assert caught.value.usage.total_tokens > 0
    assert len(emu.requests) == 1


async def test_without_a_finish_reason_an_answer_is_still_read(client: AsyncClient) -> None:
    reply = await client.chat.completions.parse(
        model=MODEL, messages=ASK, response_format=Invoice, extra_headers=behaving("no-finish")
    )
    assert isinstance(reply.parsed, Invoice)


WRONG = [{"text": "[]"}, {"text": '{"number": 1}'}]


async def test_asking_again_sends_what_was_wrong_and_counts_every_attempt(client: AsyncClient, emu: Emulator) -> None:
    emu.script(WRONG)
    reply = await client.chat.completions.parse(model=MODEL, messages=ASK, response_format=Invoice, output_retries=2)
    assert isinstance(reply.parsed, Invoice)
    assert [each.text for each in reply.attempts[:2]] == ["[]", '{"number": 1}']
    assert reply.attempts[2] is reply.completion
    assert reply.usage.total_tokens == sum(each.usage.total_tokens for each in reply.attempts if each.usage)
    assert reply.usage.total_tokens > (reply.completion.usage.total_tokens if reply.completion.usage else 0)
    last = fields(emu.requests[2])["messages"]
    assert isinstance(last, list)
    assert [each["role"] for each in last] == ["user", "assistant", "user", "assistant", "user"]
    assert last[1]["content"] == "[]"
    assert "number: Input should be a valid string" in last[4]["content"]
    assert ASK == [{"role": "user", "content": "Read this invoice"}]


async def test_asking_again_in_vain_is_an_error_with_every_attempt(client: AsyncClient, emu: Emulator) -> None:
    emu.script(WRONG)
    with pytest.raises(OutputValidationError) as caught:
        await client.chat.completions.parse(model=MODEL, messages=ASK, response_format=Invoice, output_retries=1)
    assert [each.text for each in caught.value.attempts] == ["[]", '{"number": 1}']
    assert caught.value.usage.total_tokens == sum(
        each.usage.total_tokens for each in caught.value.attempts if each.usage
    )
    assert len(emu.requests) == 2


async def test_what_cannot_be_asked_is_refused(client: AsyncClient) -> None:
    with pytest.raises(InvalidRequestError, match="to use neither, call create"):
        await client.chat.completions.parse(model=MODEL, messages=ASK, tools=[])
    with pytest.raises(InvalidRequestError, match="output_retries"):
        await client.chat.completions.parse(model=MODEL, messages=ASK, response_format=Invoice, output_retries=-1)


async def test_an_error_of_the_service_is_that(client: AsyncClient) -> None:
    with pytest.raises(InternalServerError):
        await client.chat.completions.parse(
            model=MODEL, messages=ASK, response_format=Invoice, extra_headers=behaving("status=500"), max_retries=0
        )
    assert IDLE in repr(client)


@tool
def get_weather(city: str) -> str:
    """The weather in a city."""
    return city


class Strict(BaseModel):
    """Find a city."""

    city: int


async def test_the_model_may_call_a_tool_instead(client: AsyncClient, emu: Emulator) -> None:
    reply = await client.chat.completions.parse(
        model=MODEL,
        messages=[{"role": "user", "content": "The weather in Paris?"}],
        response_format=Invoice,
        tools=[get_weather],
        tool_choice="required",
    )
    assert reply.outputs == ()
    (call,) = reply.tool_calls
    assert call.parsed == get_weather.arguments.model_validate({"city": "Paris"})
    with pytest.raises(OutputValidationError, match="called tools instead"):
        _ = reply.parsed
    assert fields(only(emu))["tool_choice"] == "required"
    assert fields(only(emu))["tools"] == [get_weather.param()]


async def test_a_model_that_does_not_call_answers(client: AsyncClient) -> None:
    reply = await client.chat.completions.parse(
        model=MODEL, messages=ASK, response_format=Invoice, tools=[get_weather], tool_choice="none"
    )
    assert isinstance(reply.parsed, Invoice)
    assert reply.tool_calls == ()


async def test_bad_arguments_are_an_error_that_keeps_their_text(client: AsyncClient) -> None:
    wrong = {"type": "object", "properties": {"city": {"type": "string"}}}
    with pytest.raises(ToolArgumentError, match="city: Input should be a valid integer") as caught:
        await client.chat.completions.parse(
            model=MODEL,
            messages=[{"role": "user", "content": "The city of Paris?"}],
            response_format=Invoice,
            tools=[Strict],
            tool_choice="required",
            extra_body={"tools": [{"type": "function", "function": {"name": "Strict", "parameters": wrong}}]},
        )
    assert caught.value.tool == "Strict"
    assert caught.value.arguments == '{"city": "Paris"}'
