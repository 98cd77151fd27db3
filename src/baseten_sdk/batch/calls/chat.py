"""A chat completion for each row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack, overload

from ...types.chat import ChatCompletion
from ...types.params import ChatOptions, Message
from .call import Call, Settings, Target, Where, model_for, settings_of, target_of

if TYPE_CHECKING:
    from ... import AsyncClient, AsyncPool, Pool, ToolLike


@dataclass(frozen=True, slots=True)
class _Chat(Call[ChatCompletion]):
    model: str
    messages: Sequence[Message]
    tools: Sequence[ToolLike] | None
    params: ChatOptions
    target: Target | None

    async def make(self, client: AsyncClient) -> ChatCompletion:
        chat = self.target.of(client).chat if self.target else client.chat
        return await chat.completions.create(model=self.model, messages=self.messages, tools=self.tools, **self.params)

    def settings(self) -> Settings:
        return settings_of("chat", self.params, model=self.model, deployment=self.target, tools=self.tools)

    def content(self) -> object:
        return self.messages


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
    return _Chat(model_for(model, target), reusable(messages), tools, params, target)


def reusable(messages: Iterable[Message]) -> Sequence[Message]:
    """Return messages that can be read more than once: a row may be sent again."""
    return messages if isinstance(messages, Sequence) else list(messages)
