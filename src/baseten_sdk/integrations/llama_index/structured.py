"""Tools and structured prediction through LlamaIndex's own interfaces.

Objects come by `response_format`, which holds the model to their schema; with another `pydantic_program_mode` than the
default by a tool or a prompt, as LlamaIndex does it by itself.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from typing import Any, TypeAlias

from llama_index.core.base.llms.types import ChatMessage, ChatResponse, MessageRole
from llama_index.core.instrumentation.events.llm import LLMStructuredPredictEndEvent, LLMStructuredPredictStartEvent
from llama_index.core.llms.function_calling import FunctionCallingLLM
from llama_index.core.llms.llm import ToolSelection
from llama_index.core.program.streaming_utils import process_streaming_content_incremental
from llama_index.core.program.utils import FlexibleModel
from llama_index.core.prompts import PromptTemplate
from llama_index.core.tools.types import BaseTool
from llama_index.core.types import Model, PydanticProgramMode
from llama_index_instrumentation import get_dispatcher
from pydantic import Field, ValidationError

from ... import ChatCompletion, LengthLimitError, OutputValidationError, RefusalError
from ..._validation import problems, validate_model
from ..schemas import format_for
from .tools import only_first_call, selections, tool_choice as choice_param, tool_params

dispatcher = get_dispatcher(__name__)

Arguments: TypeAlias = dict[str, Any]
"""Keyword arguments of a call, as LlamaIndex hands them on."""


class StructuredLLM(FunctionCallingLLM):
    """An LLM that calls tools and returns objects, based on `chat` and similar methods."""

    strict: bool = Field(default=False, description="Whether the model is held to the schemas of tools.")

    def _prepare_chat_with_tools(
        self,
        tools: Sequence[BaseTool],
        user_msg: str | ChatMessage | None = None,
        chat_history: list[ChatMessage] | None = None,
        verbose: bool = False,
        allow_parallel_tool_calls: bool = False,
        tool_required: bool = False,
        tool_choice: str | Mapping[str, object] | None = None,
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Arguments:
        question = ChatMessage(role=MessageRole.USER, content=user_msg) if isinstance(user_msg, str) else user_msg
        prepared: Arguments = {"messages": [*(chat_history or ()), *([question] if question else ())], **kwargs}
        if tools:
            prepared["tools"] = tool_params(tools, strict=self.strict if strict is None else strict)
            prepared["tool_choice"] = choice_param(tool_choice, required=tool_required)
            prepared["parallel_tool_calls"] = allow_parallel_tool_calls
        return prepared

    def _validate_chat_with_tools_response(
        self, response: ChatResponse, tools: Sequence[BaseTool], allow_parallel_tool_calls: bool = False, **kwargs: Any
    ) -> ChatResponse:
        return response if allow_parallel_tool_calls else only_first_call(response)

    def get_tool_calls_from_response(
        self, response: ChatResponse, error_on_no_tool_call: bool = True, **kwargs: Any
    ) -> list[ToolSelection]:
        """Return the calls of a response.

        Raises:
            ValueError: There are none, unless the caller allows that.
        """
        found = selections(response)
        if not found and error_on_no_tool_call:
            raise ValueError(f"The model called no tool; it said: {response.message.content!r}")
        return found

    def structured_predict(
        self, output_cls: type[Model], prompt: PromptTemplate, llm_kwargs: Arguments | None = None, **prompt_args: Any
    ) -> Model:
        """Return an object of a class, from a prompt.

        Raises:
            RefusalError: The model refused.
            LengthLimitError: The answer was cut at the token limit.
            OutputValidationError: The answer is not an `output_cls`.
        """
        if self._other_mode():
            made: Model = super().structured_predict(
                output_cls, prompt, llm_kwargs=_with_tool_required(llm_kwargs), **prompt_args
            )
            return made
        started(output_cls, prompt, prompt_args)
        messages = self._extend_messages(prompt.format_messages(**prompt_args))
        return _read_object(output_cls, self.chat(messages, **_with_format(llm_kwargs, output_cls)))

    async def astructured_predict(
        self, output_cls: type[Model], prompt: PromptTemplate, llm_kwargs: Arguments | None = None, **prompt_args: Any
    ) -> Model:
        """Make an object as `structured_predict` does, in async code."""
        if self._other_mode():
            forced = _with_tool_required(llm_kwargs)
            made: Model = await super().astructured_predict(output_cls, prompt, llm_kwargs=forced, **prompt_args)
            return made
        started(output_cls, prompt, prompt_args)
        messages = self._extend_messages(prompt.format_messages(**prompt_args))
        return _read_object(output_cls, await self.achat(messages, **_with_format(llm_kwargs, output_cls)))

    def _structured_stream_call(
        self, output_cls: type[Model], prompt: PromptTemplate, llm_kwargs: Arguments | None = None, **prompt_args: Any
    ) -> Generator[Model | list[Model] | FlexibleModel | list[FlexibleModel], None, None]:
        if self._other_mode():
            yield from super()._structured_stream_call(
                output_cls, prompt, _with_tool_required(llm_kwargs), **prompt_args
            )
            return
        messages = self._extend_messages(prompt.format_messages(**prompt_args))
        made: Model | FlexibleModel | None = None
        for response in self.stream_chat(messages, **_with_format(llm_kwargs, output_cls)):
            if response.message.content:
                made = process_streaming_content_incremental(response, output_cls, made)
                yield made

    async def _structured_astream_call(
        self, output_cls: type[Model], prompt: PromptTemplate, llm_kwargs: Arguments | None = None, **prompt_args: Any
    ) -> AsyncGenerator[Model | list[Model] | FlexibleModel | list[FlexibleModel], None]:
        if self._other_mode():
            return await super()._structured_astream_call(
                output_cls, prompt, _with_tool_required(llm_kwargs), **prompt_args
            )
        messages = self._extend_messages(prompt.format_messages(**prompt_args))

        async def growing() -> AsyncGenerator[Model | list[Model] | FlexibleModel | list[FlexibleModel], None]:
            made: Model | FlexibleModel | None = None
            async for response in await self.astream_chat(messages, **_with_format(llm_kwargs, output_cls)):
                if response.message.content:
                    made = process_streaming_content_incremental(response, output_cls, made)
                    yield made

        return growing()

    def _other_mode(self) -> bool:
        return self.pydantic_program_mode != PydanticProgramMode.DEFAULT


def started(output_cls: type[Model], prompt: PromptTemplate, prompt_args: Arguments) -> None:
    """Tell LlamaIndex's instrumentation."""
    event = LLMStructuredPredictStartEvent(output_cls=output_cls, template=prompt, template_args=prompt_args)
    dispatcher.event(event)


def _with_format(given: Arguments | None, output_cls: type[Model]) -> Arguments:
    """Return the arguments of a call whose answer is an object of a class."""
    rest = {name: value for name, value in (given or {}).items() if name != "tool_choice"}
    return {**rest, "response_format": format_for(output_cls)}


def _with_tool_required(given: Arguments | None) -> Arguments:
    """Return the arguments that force a call to use a tool, if the mode supports it."""
    return {"tool_choice": "required", **(given or {})}


def _read_object(output_cls: type[Model], response: ChatResponse) -> Model:
    completion = response.raw
    try:
        made = validate_model(output_cls, response.message.content or "")
    except ValidationError as error:
        if not isinstance(completion, ChatCompletion):
            raise
        choice = completion.choices[0]
        if choice.message.refusal:
            raise RefusalError(f"The model refused: {choice.message.refusal}", completion=completion) from None
        if choice.finish_reason == "length":
            raise LengthLimitError("The answer was cut at the token limit.", completion=completion) from error
        text = f"The answer is not a {output_cls.__name__}: {problems(error)}."
        raise OutputValidationError(text, completion=completion) from error
    dispatcher.event(LLMStructuredPredictEndEvent(output=made))
    return made
