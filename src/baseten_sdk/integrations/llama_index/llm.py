"""`Baseten`: LlamaIndex's LLM on this package's client."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from inspect import signature
from typing import Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseAsyncGen,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseAsyncGen,
    CompletionResponseGen,
)
from llama_index.core.callbacks import CallbackManager
from llama_index.core.constants import DEFAULT_TEMPERATURE
from llama_index.core.llms.llm import CompletionToPromptType, MessagesToPromptType
from llama_index.core.types import BaseOutputParser, PydanticProgramMode

from ... import AsyncClient, AsyncPool, Client, Endpoints, InvalidRequestError, Pool
from ...config import AuthScheme
from ..clients import Clients, call_options
from ..targets import ModelTarget
from .callbacks import with_chat_callbacks, with_completion_callbacks
from .listed import ListedLLM
from .messages import message_params
from .responses import GrowingResponse, chat_response, completion_response
from .structured import Arguments

OTHER_NAMES = {"base_url": "api_base", "api_url": "api_base", "model_name": "model_id"}
"""What other libraries call arguments of `Baseten`."""


class Baseten(ListedLLM):
    """Use a model on Baseten as an LLM: a Model API, or the engine of a dedicated model.

    Example:
        llm = Baseten("openai/gpt-oss-120b")
        print(llm.complete("Paul Graham is"))

    The constructor sends nothing. Reasoning is a `ThinkingBlock` of the message. Usage and the request ID are in
    `additional_kwargs`, and the reply itself is in `raw`. Errors are those of this package. Keyword arguments of every
    method are options of the call, such as `session` and `deadline`, or go unchanged into the body of the request.

    Args:
        model_id: The slug of a Model API, or the ID of a dedicated model.
        model_apis: Whether `model_id` is a slug. By default, it is one if it contains a "/".
        webhook_endpoint: Where async requests deliver. If set, `acomplete` submits one instead of answering.
        temperature: By default, LlamaIndex's default. None leaves it to the model.
        max_tokens: The limit for reasoning and answer together. None leaves it to the service.
        additional_kwargs: Further parameters of every request.
        max_retries: Attempts after the first, by default 2.
        api_key: The key, or a function that returns it. By default, `BASETEN_API_KEY`.
        callback_manager: LlamaIndex's callbacks.
        default_headers: Headers of every request.
        system_prompt: The system prompt of LlamaIndex's own prompts.
        messages_to_prompt: As in LlamaIndex.
        completion_to_prompt: As in LlamaIndex; `complete` applies it.
        pydantic_program_mode: How objects are made. By default, the model is held to their schema.
        output_parser: As in LlamaIndex.
        model: Another name for `model_id`, as in LlamaIndex's other classes.
        served_model: The name that the engine of a dedicated model serves. Most engines accept any name.
        environment: The name of an environment, or "development". By default, production.
        deployment_id: The ID of one deployment.
        regional: The environment of a regional host.
        timeout: Seconds for each attempt.
        api_base: The URL of a gateway to use instead of the Model APIs.
        endpoints: URL templates for all calls, for the emulator and private gateways.
        context_window: Tokens of prompt and answer together. By default, it is looked up in the list of models when
            it is first needed.
        reasoning_effort: How much the model reasons.
        strict: Hold the model to the schemas of tools.
        client: Your client or pool. Its settings are kept, and it is never closed. With a pool, `model_id` is optional
            and names the model for members without a name.
        async_client: The same for async calls.

    Raises:
        TypeError: If an argument does not exist.
        InvalidRequestError: If no model is named.
    """

    def __init__(
        self,
        model_id: str | None = None,
        model_apis: bool | None = None,
        webhook_endpoint: str | None = None,
        temperature: float | None = DEFAULT_TEMPERATURE,
        max_tokens: int | None = None,
        additional_kwargs: dict[str, Any] | None = None,
        max_retries: int | None = None,
        api_key: str | Callable[[], str] | None = None,
        callback_manager: CallbackManager | None = None,
        default_headers: dict[str, str] | None = None,
        system_prompt: str | None = None,
        messages_to_prompt: MessagesToPromptType | None = None,
        completion_to_prompt: CompletionToPromptType | None = None,
        pydantic_program_mode: PydanticProgramMode = PydanticProgramMode.DEFAULT,
        output_parser: BaseOutputParser | None = None,
        *,
        model: str | None = None,
        served_model: str | None = None,
        environment: str | None = None,
        deployment_id: str | None = None,
        regional: str | None = None,
        timeout: float | None = None,
        api_base: str | None = None,
        auth_scheme: AuthScheme | None = None,
        endpoints: Endpoints | None = None,
        client: Client | Pool | None = None,
        async_client: AsyncClient | AsyncPool | None = None,
        **rest: Any,
    ) -> None:
        _check_arguments(type(self), rest)
        name = model_id or model or ""
        pooled = isinstance(client or async_client, Pool | AsyncPool)
        if not name and not pooled:
            raise InvalidRequestError("Say which model: model_id= a slug of the Model APIs, or the id of yours.")
        shared = (pooled or "/" in name or api_base is not None) if model_apis is None else model_apis
        super().__init__(
            model=name,
            model_apis=shared,
            webhook_endpoint=webhook_endpoint,
            temperature=temperature,
            max_tokens=max_tokens,
            additional_kwargs=additional_kwargs or {},
            max_retries=max_retries,
            callback_manager=callback_manager or CallbackManager([]),
            default_headers=default_headers,
            system_prompt=system_prompt,
            messages_to_prompt=messages_to_prompt,
            completion_to_prompt=completion_to_prompt,
            pydantic_program_mode=pydantic_program_mode,
            output_parser=output_parser,
            served_model=served_model,
            environment=environment,
            deployment_id=deployment_id,
            regional=regional,
            timeout=timeout,
            api_base=api_base,
            auth_scheme=auth_scheme,
            endpoints=endpoints,
            **rest,
        )
        dedicated = None if shared or api_base is not None else name
        self._target = ModelTarget(served_model or name, dedicated, environment, deployment_id, regional)
        self._clients = Clients.of(
            api_key=api_key,
            auth_scheme=auth_scheme,
            base_url=api_base,
            endpoints=endpoints,
            timeout=timeout,
            max_retries=max_retries,
            default_headers=default_headers,
            client=client,
            async_client=async_client,
        )

    @classmethod
    def class_name(cls) -> str:
        return "Baseten_LLM"

    @with_chat_callbacks
    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        return self._chat(messages, kwargs)

    @with_chat_callbacks
    async def achat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        return await self._achat(messages, kwargs)

    @with_chat_callbacks
    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        return self._stream(messages, kwargs)

    @with_chat_callbacks
    async def astream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseAsyncGen:
        return self._astream(messages, kwargs)

    @with_completion_callbacks
    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        return completion_response(self._chat(self._conversation(prompt, formatted), kwargs))

    @with_completion_callbacks
    async def acomplete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        """Answer a prompt. If `webhook_endpoint` is set, submit an async request instead and return its ID.

        Raises:
            InvalidRequestError: If there is a webhook but the model is a Model API, which has no async requests.
        """
        if self.webhook_endpoint is None:
            return completion_response(await self._achat(self._conversation(prompt, formatted), kwargs))
        job = await self.asubmit(prompt, **kwargs)
        return CompletionResponse(
            text=job.request_id, raw={"request_id": job.request_id}, additional_kwargs={"async_request": True}
        )

    @with_completion_callbacks
    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        responses = self._stream(self._conversation(prompt, formatted), kwargs)
        return (completion_response(response) for response in responses)

    @with_completion_callbacks
    async def astream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseAsyncGen:
        responses = self._astream(self._conversation(prompt, formatted), kwargs)
        return (completion_response(response) async for response in responses)

    def _chat(self, messages: Sequence[ChatMessage], given: Arguments) -> ChatResponse:
        completions = self._clients.engine(self._target).chat.completions
        params = call_options(self._params(given))
        return chat_response(completions.create(model=self._target.model, messages=message_params(messages), **params))

    async def _achat(self, messages: Sequence[ChatMessage], given: Arguments) -> ChatResponse:
        completions = self._clients.async_engine(self._target).chat.completions
        params = call_options(self._params(given))
        return chat_response(
            await completions.create(model=self._target.model, messages=message_params(messages), **params)
        )

    def _stream(self, messages: Sequence[ChatMessage], given: Arguments) -> ChatResponseGen:
        completions = self._clients.engine(self._target).chat.completions
        params = call_options(self._params({"stream_options": {"include_usage": True}, **given}))
        growing = GrowingResponse()
        with completions.stream(model=self._target.model, messages=message_params(messages), **params) as events:
            for event in events:
                response = growing.response(event)
                if response is not None:
                    yield response

    async def _astream(self, messages: Sequence[ChatMessage], given: Arguments) -> ChatResponseAsyncGen:
        completions = self._clients.async_engine(self._target).chat.completions
        params = call_options(self._params({"stream_options": {"include_usage": True}, **given}))
        growing = GrowingResponse()
        async with completions.stream(model=self._target.model, messages=message_params(messages), **params) as events:
            async for event in events:
                response = growing.response(event)
                if response is not None:
                    yield response

    def _conversation(self, prompt: str, formatted: bool) -> list[ChatMessage]:
        content = prompt if formatted or self.completion_to_prompt is None else self.completion_to_prompt(prompt)
        return [ChatMessage(content=content)]

    def _params(self, given: Mapping[str, object]) -> dict[str, object]:
        own = {
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            "reasoning_effort": self.reasoning_effort,
        }
        return {**own, **self.additional_kwargs, **given}


def _check_arguments(kind: type[Baseten], rest: Mapping[str, object]) -> None:
    """Refuse arguments that pydantic would drop.

    Raises:
        TypeError: There is one.
    """
    names = {*kind.model_fields, *signature(kind.__init__).parameters} - {"self", "rest"}
    for name in rest:
        if name not in names:
            close = [OTHER_NAMES[name]] if name in OTHER_NAMES else get_close_matches(name, names, 1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise TypeError(
                f"{kind.__name__} has no argument {name!r}.{hint} Parameters of the request go into additional_kwargs=."
            )
