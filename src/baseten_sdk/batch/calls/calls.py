"""The calls that a batch may make, each typed by what it gives back.

request=lambda row: batch.chat(model="openai/gpt-oss-120b", messages=[user(row["text"])], max_tokens=64)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, Unpack, overload

from ...config import CallOptions, Query
from ...types.chat import ChatCompletion
from ...types.embeddings import CreateEmbeddingResponse
from ...types.json import JsonValue
from ...types.params import ChatOptions, Message, ParseOptions
from ...types.parsed import Parsed
from ...types.response import Response
from .call import Call, DeploymentTarget, Settings, required, settings_of, target_of

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from ... import AsyncClient, ToolLike

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Chat(Call[ChatCompletion]):
    model: str
    messages: Sequence[Message]
    tools: Sequence[ToolLike] | None
    params: ChatOptions
    target: DeploymentTarget | None

    async def make(self, client: AsyncClient) -> ChatCompletion:
        chat = self.target.of(client).chat if self.target else client.chat
        return await chat.completions.create(model=self.model, messages=self.messages, tools=self.tools, **self.params)

    def settings(self) -> Settings:
        return settings_of("chat", self.params, model=self.model, deployment=self.target, tools=self.tools)

    def content(self) -> object:
        return self.messages


@dataclass(frozen=True, slots=True)
class _Parse(Call[Parsed[T]]):
    model: str
    messages: Sequence[Message]
    response_format: TypeForm[T]
    tools: Sequence[ToolLike] | None
    strict: bool
    output_retries: int
    params: ParseOptions
    target: DeploymentTarget | None

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


@dataclass(frozen=True, slots=True)
class _Predict(Call[T]):
    target: DeploymentTarget
    model_input: object
    response_model: type[T]
    options: CallOptions

    async def make(self, client: AsyncClient) -> T:
        return await self.target.of(client).predict(
            self.model_input, response_model=self.response_model, **self.options
        )

    def settings(self) -> Settings:
        return settings_of("predict", self.options, deployment=self.target, response_model=self.response_model)

    def content(self) -> object:
        return self.model_input


@dataclass(frozen=True, slots=True)
class _PredictAny(Call[JsonValue | bytes]):
    target: DeploymentTarget
    model_input: object
    options: CallOptions

    async def make(self, client: AsyncClient) -> JsonValue | bytes:
        return await self.target.of(client).predict(self.model_input, **self.options)

    def settings(self) -> Settings:
        return settings_of("predict", self.options, deployment=self.target)

    def content(self) -> object:
        return self.model_input


@dataclass(frozen=True, slots=True)
class _Embeddings(Call[CreateEmbeddingResponse]):
    target: DeploymentTarget
    input: str | Sequence[str]
    model: str | None
    dimensions: int | None
    options: CallOptions

    async def make(self, client: AsyncClient) -> CreateEmbeddingResponse:
        return await self.target.of(client).embeddings.create(
            input=self.input, model=self.model, dimensions=self.dimensions, **self.options
        )

    def settings(self) -> Settings:
        return settings_of(
            "embeddings", self.options, deployment=self.target, model=self.model, dimensions=self.dimensions
        )

    def content(self) -> object:
        return self.input


@dataclass(frozen=True, slots=True)
class _Path(Call[Response]):
    """A path of a container, or of the Model APIs."""

    target: DeploymentTarget | None
    path: str
    method: str | None
    json: object
    params: Query | None
    options: CallOptions
    kind: str

    async def make(self, client: AsyncClient) -> Response:
        method = self.method or ("GET" if self.json is None else "POST")
        if self.target is None:
            if self.json is None:
                return await client.request(method, self.path, params=self.params, **self.options)
            return await client.request(method, self.path, json=self.json, params=self.params, **self.options)
        deployment = self.target.of(client)
        if self.json is None:
            return await deployment.sync(self.path, method=method, params=self.params, **self.options)
        return await deployment.sync(self.path, method=method, json=self.json, params=self.params, **self.options)

    def settings(self) -> Settings:
        return settings_of(self.kind, self.options, deployment=self.target, method=self.method)

    def content(self) -> object:
        return [self.path, self.params, self.json]


@dataclass(frozen=True, slots=True)
class _Custom(Call[T]):
    function: Callable[[AsyncClient], Awaitable[T]]
    given: Settings

    async def make(self, client: AsyncClient) -> T:
        return await self.function(client)

    def settings(self) -> Settings:
        return {"kind": "custom", **self.given}


def chat(
    *,
    model: str,
    messages: Iterable[Message],
    tools: Sequence[ToolLike] | None = None,
    deployment: str | DeploymentTarget | None = None,
    **params: Unpack[ChatOptions],
) -> Call[ChatCompletion]:
    """A chat completion.

    Args:
        model: a slug of the Model APIs, the id of a dedicated model, or the name that `deployment` serves.
        messages: the conversation.
        tools: what the model may call.
        deployment: the id of a dedicated model, or a `DeploymentTarget`, whose engine is to answer.
        **params: as for `client.chat.completions.create`.
    """
    return _Chat(model, _listed(messages), tools, params, target_of(deployment))


def parse(
    *,
    model: str,
    messages: Iterable[Message],
    response_format: TypeForm[T],
    tools: Sequence[ToolLike] | None = None,
    strict: bool = True,
    output_retries: int = 0,
    deployment: str | DeploymentTarget | None = None,
    **params: Unpack[ParseOptions],
) -> Call[Parsed[T]]:
    """A chat completion whose answer is an object of a type.

    Args:
        model: as for `chat`.
        messages: as for `chat`.
        response_format: the type.
        tools: what the model may call instead.
        strict: hold the model to the schema.
        output_retries: how often an answer that does not validate is sent back.
        deployment: as for `chat`.
        **params: as for `client.chat.completions.parse`.
    """
    return _Parse(
        model, _listed(messages), response_format, tools, strict, output_retries, params, target_of(deployment)
    )


@overload
def predict(
    deployment: str | DeploymentTarget, model_input: object, *, response_model: type[T], **options: Unpack[CallOptions]
) -> Call[T]: ...


@overload
def predict(
    deployment: str | DeploymentTarget,
    model_input: object,
    *,
    response_model: None = None,
    **options: Unpack[CallOptions],
) -> Call[JsonValue | bytes]: ...


def predict(
    deployment: str | DeploymentTarget,
    model_input: object,
    *,
    response_model: type[T] | None = None,
    **options: Unpack[CallOptions],
) -> Call[T] | Call[JsonValue | bytes]:
    """A run of a dedicated model.

    Args:
        deployment: the model's id, or a `DeploymentTarget`.
        model_input: any JSON value, or bytes.
        response_model: the type of the output.
        **options: the options of every call.
    """
    target = required(deployment)
    if response_model is None:
        return _PredictAny(target, model_input, options)
    return _Predict(target, model_input, response_model, options)


def embeddings(
    deployment: str | DeploymentTarget,
    input: str | Sequence[str],
    *,
    model: str | None = None,
    dimensions: int | None = None,
    **options: Unpack[CallOptions],
) -> Call[CreateEmbeddingResponse]:
    """Vectors of one or more texts, by the engine of a deployment.

    Args:
        deployment: the model's id, or a `DeploymentTarget`.
        input: the text or texts of the row.
        model: the name that the engine serves; Baseten's own engine takes any.
        dimensions: the length of a vector, where the model can shorten it.
        **options: the options of every call.
    """
    return _Embeddings(required(deployment), input, model, dimensions, options)


def sync(
    deployment: str | DeploymentTarget,
    path: str,
    *,
    method: str | None = None,
    json: object = None,
    params: Query | None = None,
    **options: Unpack[CallOptions],
) -> Call[Response]:
    """Any path of a deployment's container.

    Args:
        deployment: the model's id, or a `DeploymentTarget`.
        path: the path as the container sees it.
        method: the verb. None: GET without a body, POST with one.
        json: a JSON value to send; None sends no body.
        params: query parameters.
        **options: the options of every call.
    """
    return _Path(required(deployment), path, method, json, params, options, "sync")


def path(
    path: str,
    *,
    method: str | None = None,
    json: object = None,
    deployment: str | DeploymentTarget | None = None,
    **options: Unpack[CallOptions],
) -> Call[Response]:
    """Any path below the Model APIs' base URL, or of a deployment's OpenAI-compatible engine.

    Args:
        path: the path below `/v1`, such as "chat/completions".
        method: the verb. None: GET without a body, POST with one.
        json: a JSON value to send; None sends no body.
        deployment: the model's id, or a `DeploymentTarget`, whose engine is to answer.
        **options: the options of every call.
    """
    target = target_of(deployment)
    return _Path(target, path if target is None else f"v1/{path}", method, json, None, options, "path")


def custom(function: Callable[[AsyncClient], Awaitable[T]], *, settings: Mapping[str, object] | None = None) -> Call[T]:
    """A call that this module has no name for: the function is given the client, and awaited.

    Args:
        function: makes the call.
        settings: what a resumed job is to be compared by; values with a JSON form.
    """
    return _Custom(function, dict(settings or {}))


def _listed(messages: Iterable[Message]) -> Sequence[Message]:
    """The messages, to be sent more than once; what is no sequence of them is refused where it is sent."""
    return messages if isinstance(messages, Sequence) else list(messages)
