"""`ChatBaseten`: LangChain's chat model on this package's client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import LangSmithParams, LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel, Field, model_validator

from ... import ChatCompletion, Usage
from ..clients import call_options
from ..names import check_names
from .chunks import GenerationChunks
from .messages import ai_message, message_params
from .served_model import ServedModel
from .structured import (
    Method,
    function_name,
    is_old_pydantic,
    response_format,
    text_parser,
    tools_parser,
    with_raw as beside_raw,
)

Schema = Mapping[str, Any] | type
"""What LangChain takes for a schema."""

PARAMETERS = (
    "temperature",
    "top_p",
    "max_tokens",
    "stop",
    "seed",
    "frequency_penalty",
    "presence_penalty",
    "logprobs",
    "top_logprobs",
    "reasoning_effort",
    "n",
)
"""Fields that are parameters of the request under the same name."""


class ChatBaseten(ServedModel, BaseChatModel):
    """Chat with a model on Baseten: a Model API, or the engine of a dedicated model.

    Example:
        llm = ChatBaseten(model="openai/gpt-oss-120b")
        print(llm.invoke("Say hello").text)

    Only parameters that you set are sent. Reasoning is in `additional_kwargs["reasoning_content"]` and in
    `content_blocks`. The request ID and the number of attempts are in `response_metadata`. Errors are those of this
    package, such as `baseten_sdk.RateLimitError`.

    Other arguments are options of the call, such as `session` and `deadline`, or go unchanged into the body of the
    request. `invoke` and `bind` take them too. A misspelled name is an error that suggests the right one.
    """

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    """Reasoning and answer together."""
    stop: list[str] | str | None = Field(default=None, alias="stop_sequences")
    seed: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    reasoning_effort: str | None = None
    n: int | None = None
    """Answers to give; Model APIs give one. Streams take one."""
    streaming: bool = False
    """Stream also where `invoke` is called."""
    stream_usage: bool = True
    """Ask for the usage of streams."""
    model_kwargs: dict[str, object] = Field(default_factory=dict)
    """Further parameters of the request."""

    @model_validator(mode="before")
    @classmethod
    def _gather_unknown(cls, values: Mapping[str, object]) -> dict[str, object]:
        """Treat unknown arguments as parameters of the request, as LangChain's users expect.

        Raises:
            InvalidRequestError: A name is misspelled.
        """
        names = {name for field, info in cls.model_fields.items() for name in (field, info.alias)}
        check_names(values, (name for name in names if name is not None))
        given = {name: value for name, value in values.items() if name in names}
        rest = {name: value for name, value in values.items() if name not in names}
        more = given.get("model_kwargs")
        return {**given, "model_kwargs": {**rest, **more} if isinstance(more, dict) else rest}

    @property
    def _llm_type(self) -> str:
        return "baseten-chat"

    @property
    def lc_secrets(self) -> dict[str, str]:
        return {"baseten_api_key": "BASETEN_API_KEY"}

    @classmethod
    def is_lc_serializable(cls) -> bool:
        return True

    @classmethod
    def get_lc_namespace(cls) -> list[str]:
        return ["baseten_sdk", "integrations", "langchain"]

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": self.model_name, "model_id": self.model_id, **self._defaults()}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: object) -> LangSmithParams:
        params = super()._get_ls_params(stop=stop, **kwargs)
        params["ls_provider"] = "baseten"
        if "ls_stop" not in params and self.stop:
            params["ls_stop"] = [self.stop] if isinstance(self.stop, str) else self.stop
        return params

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: object,
    ) -> ChatResult:
        model, params = self._params(stop, kwargs)
        completions = self._clients.engine(self._target).chat.completions
        completion = completions.create(model=model, messages=message_params(messages), **call_options(params))
        return _result(completion)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: object,
    ) -> ChatResult:
        model, params = self._params(stop, kwargs)
        completions = self._clients.async_engine(self._target).chat.completions
        completion = await completions.create(model=model, messages=message_params(messages), **call_options(params))
        return _result(completion)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: object,
    ) -> Iterator[ChatGenerationChunk]:
        model, params = self._params(stop, kwargs, streamed=True)
        completions = self._clients.engine(self._target).chat.completions
        chunks = GenerationChunks()
        with completions.stream(model=model, messages=message_params(messages), **call_options(params)) as events:
            for event in events:
                chunk = chunks.of(event)
                if chunk is not None:
                    if run_manager is not None:
                        run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                    yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: object,
    ) -> AsyncIterator[ChatGenerationChunk]:
        model, params = self._params(stop, kwargs, streamed=True)
        completions = self._clients.async_engine(self._target).chat.completions
        options = call_options(params)
        chunks = GenerationChunks()
        async with completions.stream(model=model, messages=message_params(messages), **options) as events:
            async for event in events:
                chunk = chunks.of(event)
                if chunk is not None:
                    if run_manager is not None:
                        await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                    yield chunk

    def _combine_llm_outputs(self, llm_outputs: list[dict[str, Any] | None]) -> dict[str, Any]:
        usages = [Usage.model_validate(output["token_usage"]) for output in llm_outputs if output]
        total = Usage.total(usages).model_dump(mode="json", exclude_none=True)
        return {"token_usage": total, "model_name": self.model_name}

    def bind_tools(
        self,
        tools: Sequence[Mapping[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | bool | Mapping[str, Any] | None = None,
        strict: bool | None = None,
        parallel_tool_calls: bool | None = None,
        **kwargs: object,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Give the model tools.

        Args:
            tools: Functions, classes, LangChain tools, OpenAI tools, or Baseten's hosted tools (`baseten__...`, which
                also need the header `x-baseten-server-tools: true`).
            tool_choice: A tool's name, "auto", "none", "any", "required", True (same as "any"), or a dict of the API.
            strict: Hold arguments to their schemas.
            parallel_tool_calls: Whether the model may call several tools at once.
            **kwargs: Further parameters of the call.
        """
        params = [_tool_param(tool, strict) for tool in tools]
        choice = _tool_choice(tool_choice, [param.get("function", {}).get("name") for param in params])
        if parallel_tool_calls is not None:
            kwargs["parallel_tool_calls"] = parallel_tool_calls
        if choice is not None:
            kwargs["tool_choice"] = choice
        return self.bind(tools=params, **kwargs)

    # The schema decides the type of the output, which a signature cannot express. LangChain's own signature has Any.
    def with_structured_output(
        self,
        schema: Schema | None = None,
        *,
        method: Method = "json_schema",
        include_raw: bool = False,
        strict: bool | None = None,
        **kwargs: object,
    ) -> Runnable[LanguageModelInput, dict[str, Any] | BaseModel]:
        """Make the model return objects.

        Args:
            schema: A pydantic class, to get instances of it; or a TypedDict, a JSON schema or an OpenAI function, to
                get dicts. `json_mode` works without a schema.
            method: "json_schema" holds the model to the schema, "function_calling" makes it call a tool, and
                "json_mode" lets it write any JSON, whose form your prompt describes.
            include_raw: Return a dict with `raw`, `parsed` and `parsing_error` instead of the object.
            strict: Hold the model to the schema in full. None does so if strict mode can express the schema.
            **kwargs: Further parameters of the call.

        Raises:
            ValueError: If there is no schema, or `strict` is True and strict mode cannot express the schema.
        """
        if schema is None and method != "json_mode":
            raise ValueError(f"method={method!r} needs a schema.")
        if schema is not None:
            # For LangSmith. The base class makes a JSON schema from it.
            kwargs["ls_structured_output_format"] = {"kwargs": {"method": method, "strict": strict}, "schema": schema}
        model: Runnable[LanguageModelInput, AIMessage]
        if schema is None or method == "json_mode":
            model = self.bind(response_format={"type": "json_object"}, **kwargs)
            parser = text_parser(schema)
        elif method == "function_calling" or is_old_pydantic(schema):
            model = self.bind_tools([schema], tool_choice=function_name(schema), strict=strict).bind(**kwargs)
            parser = tools_parser(schema)
        else:
            model = self.bind(response_format=response_format(schema, strict=strict), **kwargs)
            parser = text_parser(schema)
        return beside_raw(model, parser) if include_raw else model | parser

    def _defaults(self) -> dict[str, object]:
        values = {name: getattr(self, name) for name in PARAMETERS}
        return {**self.model_kwargs, **{name: value for name, value in values.items() if value is not None}}

    def _params(
        self, stop: list[str] | None, given: Mapping[str, object], *, streamed: bool = False
    ) -> tuple[str, dict[str, object]]:
        """Return the model to name, and everything else of a call."""
        params = {**self._defaults(), **given}
        if stop:
            params["stop"] = stop
        if not params.get("stop"):
            params.pop("stop", None)
        params.pop("stream", None)
        if streamed and params.pop("stream_usage", self.stream_usage):
            params.setdefault("stream_options", {"include_usage": True})
        params.pop("stream_usage", None)
        return str(params.pop("model", self.model_name)), params


def _result(completion: ChatCompletion) -> ChatResult:
    generations = [
        ChatGeneration(
            message=ai_message(completion, choice),
            generation_info={"finish_reason": choice.finish_reason} if choice.finish_reason else None,
        )
        for choice in completion.choices
    ]
    usage = (completion.usage or Usage()).model_dump(mode="json", exclude_none=True)
    return ChatResult(generations=generations, llm_output={"token_usage": usage, "model_name": completion.model})


def _tool_param(tool: Mapping[str, Any] | type | Callable[..., Any] | BaseTool, strict: bool | None) -> dict[str, Any]:
    if isinstance(tool, Mapping) and str(tool.get("type", "")).startswith("baseten__"):
        return dict(tool)
    return convert_to_openai_tool(tool, strict=strict)


def _tool_choice(
    choice: str | bool | Mapping[str, Any] | None, names: Sequence[str | None]
) -> str | Mapping[str, Any] | None:
    if isinstance(choice, str) and choice in names:
        return {"type": "function", "function": {"name": choice}}
    if choice is True or choice == "any":
        return "required"
    return choice or None
