"""A chat completion for each row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Unpack, overload

from ...types.chat import ChatCompletion
from ...types.params import ChatOptions, Message
from .call import Call, PreparedCall, Where, model_for, target_of

if TYPE_CHECKING:
    from ... import AsyncClient, AsyncPool, Pool, ToolLike


@overload
def chat(
    *,
    model: str,
    messages: Iterable[Message],
    tools: Sequence[ToolLike] | None = None,
    deployment: Where | None = None,
    **params: Unpack[ChatOptions],
) -> Call[ChatCompletion]: ...


@overload
def chat(
    *,
    messages: Iterable[Message],
    tools: Sequence[ToolLike] | None = None,
    deployment: AsyncPool | Pool,
    **params: Unpack[ChatOptions],
) -> Call[ChatCompletion]: ...


def chat(
    *,
    model: str | None = None,
    messages: Iterable[Message],
    tools: Sequence[ToolLike] | None = None,
    deployment: Where | None = None,
    **params: Unpack[ChatOptions],
) -> Call[ChatCompletion]:
    """Ask for a chat completion.

    Args:
        model: A slug of the Model APIs, the ID of a dedicated model, or the name that `deployment` serves. A pool
            needs none.
        messages: The conversation.
        tools: The tools that the model may call.
        deployment: The ID of a dedicated model, a `DeploymentTarget`, or a pool, whose engine answers.
        **params: The parameters of `client.chat.completions.create`.
    """
    target = target_of(deployment)
    name, conversation = model_for(model, target), reusable(messages)

    async def send(client: AsyncClient) -> ChatCompletion:
        resource = target.of(client).chat if target else client.chat
        return await resource.completions.create(model=name, messages=conversation, tools=tools, **params)

    shared = {"model": name, "deployment": target, "tools": tools}
    return PreparedCall("chat", send, conversation, params, shared)


def reusable(messages: Iterable[Message]) -> Sequence[Message]:
    """Return messages that can be read more than once: a row may be sent again."""
    return messages if isinstance(messages, Sequence) else list(messages)
