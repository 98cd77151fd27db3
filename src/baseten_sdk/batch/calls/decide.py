"""A decision for each row: its text is judged by the questions of a class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar, Unpack

from ...config import CallOptions
from ...types.decisions import Decision
from .call import Call, Settings, Target, Where, settings_of, target_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ... import AsyncClient

    State: TypeAlias = str | Mapping[str, object] | Sequence[object]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Decide(Call[Decision[T]]):
    kind: type[T]
    state: State
    model: str | None
    temperature: float | None
    options: CallOptions
    target: Target | None

    async def make(self, client: AsyncClient) -> Decision[T]:
        decisions = self.target.of(client).decisions if self.target else client.decisions
        return await decisions.decide(
            self.kind, state=self.state, model=self.model, temperature=self.temperature, **self.options
        )

    def settings(self) -> Settings:
        return settings_of(
            "decide",
            self.options,
            model=self.model,
            temperature=self.temperature,
            deployment=self.target,
            questions=self.kind.__name__,
        )

    def content(self) -> object:
        return self.state


def decide(
    kind: type[T],
    *,
    state: State,
    model: str | None = None,
    temperature: float | None = None,
    deployment: Where | None = None,
    **options: Unpack[CallOptions],
) -> Call[Decision[T]]:
    """Judge a text by the questions of a class.

    Args:
        kind: The class whose fields are the questions; see `client.decisions.decide`.
        state: What is judged.
        model: The decision model. Baseten's Elephant unless set; a deployment needs none.
        temperature: Sent where it is set.
        deployment: The ID of a dedicated model, a `DeploymentTarget`, or a pool.
        **options: The options of every call.
    """
    return _Decide(kind, state, model, temperature, options, target_of(deployment))
