"""A continued text for each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from ...types.completions import CompletionOptions, Prompt, TextCompletion
from .call import Call, PreparedCall, Where, model_for, target_of

if TYPE_CHECKING:
    from ... import AsyncClient


def completions(
    *, prompt: Prompt, model: str | None = None, deployment: Where | None = None, **params: Unpack[CompletionOptions]
) -> Call[TextCompletion]:
    """Continue a text. Engines of dedicated models serve this. The Model APIs do not.

    Args:
        prompt: A text or its token IDs, or a list of these.
        model: The ID of a dedicated model, or the name that `deployment` serves. A pool needs none.
        deployment: The ID of a dedicated model, a `DeploymentTarget`, or a pool, whose engine answers.
        **params: The parameters of `client.completions.create`.
    """
    target = target_of(deployment)
    name = model_for(model, target)

    async def send(client: AsyncClient) -> TextCompletion:
        resource = target.of(client).completions if target else client.completions
        return await resource.create(model=name, prompt=prompt, **params)

    return PreparedCall("completions", send, prompt, params, {"model": name, "deployment": target})
