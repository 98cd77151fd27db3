"""A prediction of a dedicated model for each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, Unpack, overload

from ...config import CallOptions
from ...types.json import JsonValue
from .call import Call, PreparedCall, Where, required

if TYPE_CHECKING:
    from ... import AsyncClient

T = TypeVar("T")


@overload
def predict(
    deployment: Where, model_input: object, *, response_model: type[T], **options: Unpack[CallOptions]
) -> Call[T]: ...


@overload
def predict(
    deployment: Where, model_input: object, *, response_model: None = None, **options: Unpack[CallOptions]
) -> Call[JsonValue | bytes]: ...


def predict(
    deployment: Where, model_input: object, *, response_model: type[T] | None = None, **options: Unpack[CallOptions]
) -> Call[T] | Call[JsonValue | bytes]:
    """Ask a dedicated model for a prediction.

    Args:
        deployment: The model's ID, a `DeploymentTarget`, or a pool.
        model_input: Any JSON value, or bytes.
        response_model: The type that the output is validated as. None: JSON, or bytes.
        **options: Call options, such as `timeout` and `extra_headers`.
    """
    target = required(deployment)
    if response_model is None:

        async def send_any(client: AsyncClient) -> JsonValue | bytes:
            return await target.of(client).predict(model_input, **options)

        return PreparedCall("predict", send_any, model_input, options, {"deployment": target})

    async def send(client: AsyncClient) -> T:
        return await target.of(client).predict(model_input, response_model=response_model, **options)

    shared = {"deployment": target, "response_model": response_model}
    return PreparedCall("predict", send, model_input, options, shared)
