"""`client.pool(...)`: several deployments and models as one, with failover and hedging."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..._core.pool.course import PoolState
from ..._core.pool.retarget import member_urls, placeholder
from ..._repr import safe_repr
from ...config import check_seconds
from ...errors import ConfigurationError
from ...types.pool import Hedge, Target
from ..calls.pooled import AsyncPoolCaller
from ..calls.service import AsyncService
from .deployments import AsyncDeployment
from .pool_chat import AsyncPoolChat


class AsyncPool:
    """Several members that serve the same model, as one.

    A call goes to one member, chosen by weight among those that are well. Where it fails in a way that another member
    may not, the next one is tried, for streams too as long as no event has come. Members that fail are left alone for
    a growing time.

    Attributes:
        members: its members.
        chat: chat, as of a deployment. `model=` may be left out, since each member has its own.
        embeddings: vectors of texts.
        decisions: typed questions.
        predict: run the members' own model; needs dedicated deployments.
        stream_predict: the same with a stream.
        sync: any path of the members' containers.
        rerank: score texts.
        classify: label texts.

    Example:
        pool = client.pool([Target("abcd1234", model="llama"), Target(model="zai-org/GLM-5.3")], first_event=5.0)
        completion = await pool.chat.completions.create(messages=[user("Hi")])
        print(completion.meta.served_by, completion.text)
    """

    def __init__(
        self,
        service: AsyncService,
        members: Sequence[Target],
        *,
        hedge: Hedge | None,
        first_event: float | None,
        seed: int,
    ) -> None:
        check_seconds("first_event", first_event)
        if hedge is not None and not isinstance(hedge, Hedge):
            raise ConfigurationError(f"hedge must be a Hedge, not {hedge!r}.")
        deadline = service.options.deadline
        if first_event is not None and deadline is not None and first_event > deadline:
            raise ConfigurationError(
                f"first_event={first_event:g} is longer than the client's deadline of {deadline:g} s."
            )
        state = PoolState(members, hedge, seed)
        self.members = tuple(members)
        urls = tuple(member_urls(target, service.router) for target in self.members)
        caller = AsyncPoolCaller(service.caller, state, urls, first_event)
        deployment = AsyncDeployment(replace(service, caller=caller), placeholder())
        self.chat = AsyncPoolChat(deployment.chat)
        self.embeddings = deployment.embeddings
        self.decisions = deployment.decisions
        self.predict = deployment.predict
        self.stream_predict = deployment.stream_predict
        self.sync = deployment.sync
        self.rerank = deployment.rerank
        self.classify = deployment.classify

    @safe_repr
    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(member.name for member in self.members)})"
