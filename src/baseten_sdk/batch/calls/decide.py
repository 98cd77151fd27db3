"""A decision for each row: its text is judged by the questions of a class."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeVar, Unpack

from ...config import CallOptions
from ...types.decisions import Decision
from .call import Call, PreparedCall, Where, target_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ... import AsyncClient

    State: TypeAlias = str | Mapping[str, object] | Sequence[object]

T = TypeVar("T")


def decide(
    kind: type[T],
    *,
    state: State,
    model: str | None = None,
    temperature: float | None = None,
    deployment: Where | None = None,
    **options: Unpack[CallOptions],
) -> Call[Decision[T]]:
    """Judge a text by the questions of a class.

    Args:
        kind: The class whose fields are the questions; see `client.decisions.decide`.
        state: What is judged.
        model: The decision model. Baseten's Elephant unless set; a deployment needs none.
        temperature: Sent where it is set.
        deployment: The ID of a dedicated model, a `DeploymentTarget`, or a pool.
        **options: The options of every call.
    """
    target = target_of(deployment)

    async def send(client: AsyncClient) -> Decision[T]:
        resource = target.of(client).decisions if target else client.decisions
        return await resource.decide(kind, state=state, model=model, temperature=temperature, **options)

    shared = {"model": model, "temperature": temperature, "deployment": target, "questions": kind.__name__}
    return PreparedCall("decide", send, state, options, shared)
