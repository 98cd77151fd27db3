"""What type checkers make of decisions. Nothing here is run: `make lint` checks it."""

from __future__ import annotations

from typing import Annotated, Literal, assert_type

from pydantic import BaseModel
from typing_extensions import TypedDict

from baseten_sdk import (
    AsyncClient,
    AsyncDeployment,
    Client,
    Decision,
    DecisionResponse,
    DecisionUsage,
    Levels,
    Question,
)


class Triage(BaseModel):
    urgent: bool = Question("Now?", threshold=0.8)
    team: Literal["billing", "shipping"] = Question("Which team?")
    anger: Annotated[float, Levels("calm", "furious")]


class Row(TypedDict):
    spam: Annotated[bool, Question("Is it?")]


async def the_value_has_the_type_that_was_asked_for(
    client: AsyncClient, twin: Client, deployment: AsyncDeployment
) -> None:
    decision = await client.decisions.decide(Triage, state="text")
    assert_type(decision, Decision[Triage])
    assert_type(decision.value.team, Literal["billing", "shipping"])
    assert_type(decision.usage, DecisionUsage | None)
    assert_type(twin.decisions.decide(Row, state={"text": "x"}).value, Row)
    assert_type(await deployment.decisions.decide(Triage, state=["x"], deadline=1.0), Decision[Triage])
    reply = await client.decisions.create(state="text", questions={"a": {"type": "noul", "instructions": "?"}})
    assert_type(reply, DecisionResponse)


async def what_must_fail(client: AsyncClient) -> None:
    await client.decisions.decide(Triage)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await client.decisions.decide(Triage, state=3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await client.decisions.create(state="x", questions=["y"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
