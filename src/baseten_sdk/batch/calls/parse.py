"""A chat completion for each row, whose answer is an object of a type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, Unpack, overload

from ...types.params import Message, ParseOptions
from ...types.parsed import Parsed
from .call import Call, Settings, Target, Where, model_for, settings_of, target_of
from .chat import reusable

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from ... import AsyncClient, AsyncPool, Pool, ToolLike

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Parse(Call[Parsed[T]]):
    model: str
    messages: Sequence[Message]
    response_format: TypeForm[T]
    tools: Sequence[ToolLike] | None
    strict: bool
    output_retries: int
    params: ParseOptions
    target: Target | None

    async def make(self, client: AsyncClient) -> Parsed[T]:
        chat = self.target.of(client).chat if self.target else client.chat
        return await chat.completions.parse(
            model=self.model,
            messages=self.messages,
            response_format=self.response_format,
            tools=self.tools,
            strict=self.strict,
            output_retries=self.output_retries,
            **self.params,
        )

    def settings(self) -> Settings:
        from ... import schema_for

        schema = schema_for(self.response_format, strict=self.strict).response_format()
        return settings_of(
            "parse", self.params, model=self.model, deployment=self.target, tools=self.tools, response_format=schema
        )

    def content(self) -> object:
        return self.messages


@overload
def parse(
    *,
    model: str,
    messages: Iterable[Message],
    response_format: TypeForm[T],
    tools: Sequence[ToolLike] | None = None,
    strict: bool = True,
    output_retries: int = 0,
    deployment: Where | None = None,
    **params: Unpack[ParseOptions],
) -> Call[Parsed[T]]: ...


@overload
def parse(
    *,
    messages: Iterable[Message],
    response_format: TypeForm[T],
    tools: Sequence[ToolLike] | None = None,
    strict: bool = True,
    output_retries: int = 0,
    deployment: AsyncPool | Pool,
    **params: Unpack[ParseOptions],
) -> Call[Parsed[T]]: ...


def parse(
    *,
    model: str | None = None,
    messages: Iterable[Message],
    response_format: TypeForm[T],
    tools: Sequence[ToolLike] | None = None,
    strict: bool = True,
    output_retries: int = 0,
    deployment: Where | None = None,
    **params: Unpack[ParseOptions],
) -> Call[Parsed[T]]:
    """Ask for a chat completion and validate its answer as a type.

    Args:
        model: See `chat`.
        messages: See `chat`.
        response_format: The type of the answer.
        tools: The tools that the model may call instead of answering.
        strict: Whether the service enforces the schema.
        output_retries: How often to send an answer that does not validate back to the model.
        deployment: See `chat`.
        **params: The parameters of `client.chat.completions.parse`.
    """
    target = target_of(deployment)
    name = model_for(model, target)
    return _Parse(name, reusable(messages), response_format, tools, strict, output_retries, params, target)
