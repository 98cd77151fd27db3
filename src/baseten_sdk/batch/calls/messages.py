"""A message in Anthropic's form for each row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack, overload

from ...types.message_params import MessagesOptions, MessageTurn, System
from ...types.messages import Message
from .call import Call, Settings, Target, Where, model_for, settings_of, target_of

if TYPE_CHECKING:
    from ... import AsyncClient, AsyncPool, Pool, ToolLike


@dataclass(frozen=True, slots=True)
class _Messages(Call[Message]):
    model: str
    turns: Sequence[MessageTurn]
    max_tokens: int
    system: System | None
    tools: Sequence[ToolLike] | None
    params: MessagesOptions
    target: Target | None

    async def make(self, client: AsyncClient) -> Message:
        messages = self.target.of(client).messages if self.target else client.messages
        return await messages.create(
            model=self.model,
            messages=self.turns,
            max_tokens=self.max_tokens,
            system=self.system,
            tools=self.tools,
            **self.params,
        )

    def settings(self) -> Settings:
        return settings_of(
            "messages",
            self.params,
            model=self.model,
            deployment=self.target,
            max_tokens=self.max_tokens,
            system=self.system,
            tools=self.tools,
        )

    def content(self) -> object:
        return self.turns


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
    given = None if tools is None else list(tools)
    return _Messages(model_for(model, target), list(messages), max_tokens, system, given, params, target)
