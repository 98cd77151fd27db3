"""`client.pool(...)`: several deployments and models that answer as one, with failover and hedging."""

from __future__ import annotations

from dataclasses import replace
from typing import Never

from ..._core.pool.retarget import member_urls, placeholder
from ..._core.pool.settings import PoolSettings
from ..._repr import safe_repr
from ...errors import InvalidRequestError
from ..calls.pooled import AsyncPoolCaller
from ..calls.service import AsyncService
from .chat_calls import AsyncChatCalls
from .deployments import AsyncDeployment
from .exchanges import POOL, AsyncExchanges
from .pool_chat import AsyncPoolChat
from .pool_completions import AsyncPoolTextCompletions
from .pool_messages import AsyncPoolMessages
from .pool_responses import AsyncPoolResponses


class AsyncPool:
    """Several members that serve the same model and answer as one.

    A call goes to one healthy member, chosen by weight. If it fails and another member might succeed, the pool tries
    the next one. It does so for a stream too, as long as no event has arrived. For a while, the pool avoids a member
    that fails, longer each time.

    Attributes:
        members: Its members.
        settings: The arguments that it was made with.
        chat: Chat, as for a deployment. You may leave out `model=`, because each member has its own name for it.
        messages: Messages in Anthropic's form. You may leave out `model=` too.
        completions: Completions of text. You may leave out `model=`.
        responses: OpenAI's Responses API, as for a deployment. You may leave out `model=`.
        embeddings: Vectors of texts.
        decisions: Typed questions.
        predict: Run the members' own model; needs dedicated deployments.
        stream_predict: The same with a stream.
        sync: Any path of the members' containers.
        exchanges: Requests that another library has built; see `baseten_sdk.integrations.http`.
        rerank: Score texts.
        classify: Label texts.
        predict_tokens: Label the tokens of texts.
        connect: A WebSocket to one member; needs dedicated deployments. If the handshake fails, the next member is
            asked. A connection that breaks later is not moved.
        transcription: Speech while it is sent, by one member, over a WebSocket.
        transcribe: The text of a recording.

    Example:
        pool = client.pool([Target("abcd1234", model="llama"), Target(model="zai-org/GLM-5.3")], first_event=5.0)
        completion = await pool.chat.completions.create(messages=[user("Hi")])
        print(completion.meta.served_by, completion.text)
    """

    def __init__(self, service: AsyncService, settings: PoolSettings) -> None:
        settings.check_deadline(service.options.deadline, "client")
        members = tuple(member_urls(target, service.router) for target in settings.members)
        caller = AsyncPoolCaller(service.caller.plain, members, settings)
        pooled, urls = replace(service, caller=caller), placeholder()
        deployment = AsyncDeployment(pooled, urls)
        self.settings = settings
        self.members = settings.members
        self.chat = AsyncPoolChat(deployment.chat, AsyncChatCalls(pooled, urls.engine), settings)
        self.exchanges = AsyncExchanges(pooled, POOL, pooled=True)
        self.messages = AsyncPoolMessages(deployment.messages, settings)
        self.responses = AsyncPoolResponses(deployment.responses, settings)
        self.completions = AsyncPoolTextCompletions(deployment.completions, settings)
        self.embeddings = deployment.embeddings
        self.decisions = deployment.decisions
        self.predict = deployment.predict
        self.stream_predict = deployment.stream_predict
        self.sync = deployment.sync
        self.rerank = deployment.rerank
        self.classify = deployment.classify
        self.predict_tokens = deployment.predict_tokens
        self.connect = deployment.connect
        self.transcription = deployment.transcription
        self.transcribe = deployment.transcribe

    def async_predict(self, *_: object, **__: object) -> Never:
        """Refuse. An async request must not be submitted twice, and a pool may ask more than one member.

        Raises:
            InvalidRequestError: Always.
        """
        raise InvalidRequestError(
            "A pool submits no async requests: one may not be sent twice, and a pool may do that. Use "
            "client.deployments(model_id).async_predict(...)."
        )

    @safe_repr
    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(member.name for member in self.members)})"
