"""A prediction of a dedicated model for each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, Unpack, overload

from ...config import CallOptions
from ...types.json import JsonValue
from .call import Call, Settings, Target, Where, required, settings_of

if TYPE_CHECKING:
    from ... import AsyncClient

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Predict(Call[T]):
    target: Target
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
    target: Target
    model_input: object
    options: CallOptions

    async def make(self, client: AsyncClient) -> JsonValue | bytes:
        return await self.target.of(client).predict(self.model_input, **self.options)

    def settings(self) -> Settings:
        return settings_of("predict", self.options, deployment=self.target)

    def content(self) -> object:
        return self.model_input


@overload
def predict(
    deployment: Where, model_input: object, *, response_model: type[T], **options: Unpack[CallOptions]
) -> Call[T]: ...


@overload
def predict(
    deployment: Where,
    model_input: object,
    *,
    response_model: None = None,
    **options: Unpack[CallOptions],
) -> Call[JsonValue | bytes]: ...


def predict(
    deployment: Where,
    model_input: object,
    *,
    response_model: type[T] | None = None,
    **options: Unpack[CallOptions],
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
        return _PredictAny(target, model_input, options)
    return _Predict(target, model_input, response_model, options)
