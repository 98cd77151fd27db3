"""A response of the Responses API for each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Unpack

from ...types.response_params import ResponseInput, ResponseOptions
from ...types.responses import ModelResponse
from .call import Call, PreparedCall, Where, model_for, target_of

if TYPE_CHECKING:
    from ... import AsyncClient, ToolLike


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
    name = model_for(model, target)

    async def send(client: AsyncClient) -> ModelResponse:
        resource = target.of(client).responses if target else client.responses
        return await resource.create(model=name, input=items, tools=tools, **params)

    shared = {"model": name, "deployment": target, "tools": tools}
    return PreparedCall("responses", send, items, params, shared)
