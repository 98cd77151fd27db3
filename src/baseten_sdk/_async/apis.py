"""Where a client finds the APIs. Each is loaded when it is first used. It must not know what they do."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from .targets import AsyncTargets

if TYPE_CHECKING:
    from .resources.async_requests import AsyncRequests
    from .resources.chat import AsyncBeta, AsyncChat
    from .resources.completions import AsyncTextCompletions
    from .resources.decisions import AsyncDecisions
    from .resources.embeddings import AsyncEmbeddings
    from .resources.exchanges import AsyncExchanges
    from .resources.jobs import AsyncJobs
    from .resources.messages import AsyncMessages
    from .resources.models import AsyncModels
    from .resources.responses import AsyncResponses
    from .resources.webhooks import AsyncWebhooks


class AsyncAPIs(AsyncTargets):
    """The part of a client that leads to the APIs."""

    @cached_property
    def chat(self) -> AsyncChat:
        """Chat completions."""
        from .resources.chat import AsyncChat

        return AsyncChat(self._service)

    @cached_property
    def beta(self) -> AsyncBeta:
        """The same chat under its old name in OpenAI's client: `client.beta.chat.completions.parse`."""
        from .resources.chat import AsyncBeta

        return AsyncBeta(self.chat)

    @cached_property
    def embeddings(self) -> AsyncEmbeddings:
        """Embeddings, from dedicated models or behind a gateway."""
        from .resources.embeddings import AsyncEmbeddings

        return AsyncEmbeddings(self._service)

    @cached_property
    def responses(self) -> AsyncResponses:
        """OpenAI's Responses API: input items in, output items out."""
        from .resources.responses import AsyncResponses

        return AsyncResponses(self._service)

    @cached_property
    def decisions(self) -> AsyncDecisions:
        """Decision models: a state and typed questions in, probabilities out."""
        from .resources.decisions import AsyncDecisions

        return AsyncDecisions(self._service)

    @cached_property
    def completions(self) -> AsyncTextCompletions:
        """Completions of text, by the engines of dedicated models."""
        from .resources.completions import AsyncTextCompletions

        return AsyncTextCompletions(self._service)

    @cached_property
    def messages(self) -> AsyncMessages:
        """Messages, in Anthropic's form."""
        from .resources.messages import AsyncMessages

        return AsyncMessages(self._service)

    @cached_property
    def exchanges(self) -> AsyncExchanges:
        """Requests that another library has put together; see `baseten_sdk.integrations.http`."""
        from .resources.exchanges import AsyncExchanges

        return AsyncExchanges(self._service, self._service.router.model_apis().url)

    @cached_property
    def models(self) -> AsyncModels:
        """The models of the Model APIs."""
        from .resources.models import AsyncModels

        return AsyncModels(self._service)

    @cached_property
    def async_requests(self) -> AsyncRequests:
        """Async requests by their IDs."""
        from .resources.async_requests import AsyncRequests

        return AsyncRequests(self._service)

    @cached_property
    def webhooks(self) -> AsyncWebhooks:
        """Inboxes for the outputs of async requests."""
        from .resources.webhooks import AsyncWebhooks

        return AsyncWebhooks()

    @cached_property
    def jobs(self) -> AsyncJobs:
        """Many async requests at once, with a ledger that survives the process."""
        from .resources.jobs import AsyncJobs

        return AsyncJobs()
