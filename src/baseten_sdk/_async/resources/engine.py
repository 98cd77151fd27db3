"""The engine inside a deployment: the APIs that it may serve. It must not know what they do."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from .chat import AsyncChat
from .decisions import AsyncDecisions
from .embeddings import AsyncEmbeddings
from .models import AsyncModels
from .responses import AsyncResponses
from .text_engine import AsyncTextEngine

if TYPE_CHECKING:
    from .completions import AsyncTextCompletions
    from .messages import AsyncMessages


class AsyncEngine(AsyncTextEngine):
    """The engine inside one deployment."""

    @property
    def openai_base_url(self) -> str:
        """The base URL of the OpenAI-compatible engine inside, for other clients."""
        return self._urls.engine.url

    @cached_property
    def chat(self) -> AsyncChat:
        """The OpenAI-compatible engine inside. `model=` is the name that it serves."""
        return AsyncChat(self._service, self._urls.engine)

    @cached_property
    def responses(self) -> AsyncResponses:
        """Responses, if the engine inside serves them. `model=` is the name that it serves."""
        return AsyncResponses(self._service, self._urls.engine)

    @cached_property
    def completions(self) -> AsyncTextCompletions:
        """Completions of text. `model=` is the name that the engine serves."""
        from .completions import AsyncTextCompletions

        return AsyncTextCompletions(self._service, self._urls.engine)

    @cached_property
    def messages(self) -> AsyncMessages:
        """Messages in Anthropic's form, if the engine serves them. `model=` is the name that it serves."""
        from .messages import AsyncMessages

        return AsyncMessages(self._service, self._urls.engine)

    @cached_property
    def models(self) -> AsyncModels:
        """The models that the engine inside serves."""
        return AsyncModels(self._service, self._urls.engine)

    @cached_property
    def embeddings(self) -> AsyncEmbeddings:
        """Vectors of texts, from an embedding engine."""
        return AsyncEmbeddings(self._service, self._urls.engine)

    @cached_property
    def decisions(self) -> AsyncDecisions:
        """Answers to typed questions, from a decision model."""
        return AsyncDecisions(self._service, self._urls.engine)
