"""A response of the Responses API for each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

from ...types.response_params import ResponseInput, ResponseInputItem, ResponseOptions
from ...types.responses import ModelResponse
from .call import Call, Settings, Target, Where, model_for, settings_of, target_of

if TYPE_CHECKING:
    from ... import AsyncClient, ToolLike


@dataclass(frozen=True, slots=True)
class _Responses(Call[ModelResponse]):
    model: str
    input: str | Sequence[ResponseInputItem]
    tools: Sequence[ToolLike] | None
    params: ResponseOptions
    target: Target | None

    async def make(self, client: AsyncClient) -> ModelResponse:
        asked = self.target.of(client).responses if self.target else client.responses
        return await asked.create(model=self.model, input=self.input, tools=self.tools, **self.params)

    def settings(self) -> Settings:
        return settings_of("responses", self.params, model=self.model, deployment=self.target, tools=self.tools)

    def content(self) -> object:
        return self.input


def responses(
    *,
    input: ResponseInput,
    model: str | None = None,
    tools: Sequence[ToolLike] | None = None,
    deployment: Where | None = None,
    **params: Unpack[ResponseOptions],
) -> Call[ModelResponse]:
    """Ask for a response.

    Args:
        input: A text, or items.
        model: A slug of the Model APIs, the ID of a dedicated model, or the name that `deployment` serves. A pool
            needs none.
        tools: The tools that the model may call.
        deployment: The ID of a dedicated model, a `DeploymentTarget`, or a pool, whose engine answers.
        **params: The parameters of `client.responses.create`.
    """
    target = target_of(deployment)
    # A row may be sent again, so what can be read only once is read now.
    items = input if isinstance(input, str | Sequence) else list(input)
    return _Responses(model_for(model, target), items, tools, params, target)
