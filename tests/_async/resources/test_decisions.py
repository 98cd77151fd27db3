"""Decisions: by the Model APIs and by a deployment."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel

from baseten_sdk import (
    AsyncClient,
    InvalidRequestError,
    Levels,
    NotFoundError,
    NoulAnswer,
    Question,
    ResponseValidationError,
)
from baseten_sdk.emulator import Emulator
from tests.asking import fields, only

pytestmark = pytest.mark.anyio

ELEPHANT = "decision-models/baseten-elephant-9b-latest"
STATE = "Where is my parcel? The shipping is late and I am furious!"


class Triage(BaseModel):
    urgent: bool = Question("Does the customer need an answer today?")
    team: Literal["billing", "shipping", "other"]
    anger: Annotated[float, Levels("calm", "annoyed", "furious")]


async def test_a_class_is_answered_as_an_instance_of_it(client: AsyncClient, emu: Emulator) -> None:
    decision = await client.decisions.decide(Triage, state=STATE)
    sent = fields(only(emu))
    assert only(emu).path == "/v1/systemone"
    assert (sent["model"], sent["state"]) == (ELEPHANT, STATE)
    assert decision.value.team == "shipping"
    assert decision.probabilities["team"]["shipping"] == max(decision.probabilities["team"].values())
    assert decision.confidence["team"] == decision.probabilities["team"]["shipping"]
    assert 1 < decision.value.anger < 2
    assert decision.usage is not None
    assert (decision.usage.input_tokens, decision.usage.output_tokens) == (36, 0)
    assert (decision.model, decision.meta.status_code, decision.meta.attempts) == (ELEPHANT, 200, 1)


async def test_questions_are_given_as_they_are_sent(client: AsyncClient, emu: Emulator) -> None:
    questions = {"urgent": {"type": "noul", "instructions": "Now?"}}
    reply = await client.decisions.create(model=ELEPHANT, state={"text": STATE}, questions=questions)
    assert fields(only(emu)) == {"model": ELEPHANT, "state": {"text": STATE}, "questions": questions}
    urgent = reply.answers["urgent"]
    assert isinstance(urgent, NoulAnswer)
    assert 0 <= urgent.noul <= 1


async def test_a_deployment_decides_without_a_model_name(client: AsyncClient, emu: Emulator) -> None:
    await client.deployments("abcd1234").decisions.decide(Triage, state=STATE, temperature=0.2)
    assert only(emu).path == "/model/abcd1234/environments/production/sync/v1/systemone"
    assert (fields(only(emu))["model"], fields(only(emu))["temperature"]) == ("not-required", 0.2)


async def test_a_missing_answer_is_an_error_that_keeps_the_reply(client: AsyncClient, emu: Emulator) -> None:
    emu.script(["omit-answer=team"])
    with pytest.raises(ResponseValidationError, match="no answer to team") as caught:
        await client.decisions.decide(Triage, state=STATE)
    assert b'"urgent"' in (caught.value.body or b"")
    emu.script(["omit-answer=team"])
    questions = {"team": {"type": "choice", "criteria": {"billing": None}}}
    assert (await client.decisions.create(state=STATE, questions=questions)).answers == {}


async def test_a_chat_model_does_not_decide(client: AsyncClient) -> None:
    with pytest.raises(NotFoundError, match="please check the model you provided"):
        await client.decisions.decide(Triage, state=STATE, model="openai/gpt-oss-120b")


async def test_a_refusal_is_tried_again(client: AsyncClient, emu: Emulator) -> None:
    emu.script(["status=503", ""])
    decision = await client.decisions.decide(Triage, state=STATE)
    assert decision.meta.attempts == 2


async def test_what_cannot_be_asked_is_not_sent(client: AsyncClient, emu: Emulator) -> None:
    class Free(BaseModel):
        text: str

    with pytest.raises(InvalidRequestError, match=r"Free\.text"):
        await client.decisions.decide(Free, state=STATE)
    with pytest.raises(InvalidRequestError, match="state must not be empty"):
        await client.decisions.decide(Triage, state="")
    with pytest.raises(InvalidRequestError, match=r"decide\(\) takes a class"):
        await client.decisions.decide(Triage(urgent=True, team="other", anger=0), state=STATE)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert len(emu.requests) == 0
