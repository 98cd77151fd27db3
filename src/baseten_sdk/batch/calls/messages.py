"""A message in Anthropic's form for each row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Unpack, overload

from ...types.message_params import MessagesOptions, MessageTurn, System
from ...types.messages import Message
from .call import Call, PreparedCall, Where, model_for, target_of

if TYPE_CHECKING:
    from ... import AsyncClient, AsyncPool, Pool, ToolLike


@overload
def messages(
    *,
    model: str,
    messages: Iterable[MessageTurn],
    max_tokens: int,
    system: System | None = None,
    tools: Iterable[ToolLike] | None = None,
    deployment: Where | None = None,
    **params: Unpack[MessagesOptions],
) -> Call[Message]: ...


@overload
def messages(
    *,
    messages: Iterable[MessageTurn],
    max_tokens: int,
    system: System | None = None,
    tools: Iterable[ToolLike] | None = None,
    deployment: AsyncPool | Pool,
    **params: Unpack[MessagesOptions],
) -> Call[Message]: ...


def messages(
    *,
    model: str | None = None,
    messages: Iterable[MessageTurn],
    max_tokens: int,
    system: System | None = None,
    tools: Iterable[ToolLike] | None = None,
    deployment: Where | None = None,
    **params: Unpack[MessagesOptions],
) -> Call[Message]:
    """Ask for a message in Anthropic's form.

    Args:
        model: See `chat`.
        messages: The conversation.
        max_tokens: The most tokens of the answer.
        system: The system prompt.
        tools: The tools that the model may call.
        deployment: See `chat`.
        **params: The parameters of `client.messages.create`.
    """
    target = target_of(deployment)
    name, turns = model_for(model, target), list(messages)
    given = None if tools is None else list(tools)

    async def send(client: AsyncClient) -> Message:
        resource = target.of(client).messages if target else client.messages
        return await resource.create(
            model=name, messages=turns, max_tokens=max_tokens, system=system, tools=given, **params
        )

    shared = {"model": name, "deployment": target, "max_tokens": max_tokens, "system": system, "tools": given}
    return PreparedCall("messages", send, turns, params, shared)
