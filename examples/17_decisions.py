"""Typed questions about a text, answered with probabilities."""

from typing import Annotated, Literal

from pydantic import BaseModel

from baseten_sdk import Client, Levels, Question


class Triage(BaseModel):
    urgent: bool = Question("Does the customer need an answer today?", threshold=0.8)
    team: Literal["billing", "shipping", "other"]
    anger: Annotated[float, Levels("calm", "annoyed", "furious")]


with Client() as client:
    decision = client.decisions.decide(
        Triage, state="Where is my parcel? The shipping is late, again!"
    )

print(decision.value)
for team, probability in decision.probabilities["team"].items():
    print(f"{team:10} {probability:.2f}")
