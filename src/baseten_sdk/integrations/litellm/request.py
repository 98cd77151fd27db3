"""What LiteLLM hands to a provider, read: the target, the messages, and everything else of the call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel

from ... import CallOptions, Timeout
from ..clients import call_options
from ..targets import ModelTarget

SERVED = "served_model_name"
"""LiteLLM's own name for what an engine serves."""

OWN = frozenset({"stream", SERVED, "max_retries", "timeout", "extra_headers"})
"""Fields that LiteLLM adds to the parameters but that do not belong in the body."""

LITELLMS_FIELDS = frozenset({"provider_specific_fields", "thinking_blocks", "annotations"})
"""Fields that LiteLLM adds to messages."""


@dataclass(frozen=True, slots=True)
class LiteLLMRequest:
    """One call.

    Attributes:
        target: The model, and where it is served.
        api_key: The caller's key.
        api_base: A base URL to use instead of the target's.
        params: The fields of the body.
        options: The other options of the call.
    """

    target: ModelTarget
    api_key: str | None
    api_base: str | None
    params: dict[str, object]
    options: CallOptions

    @classmethod
    def of(cls, given: Mapping[str, object]) -> LiteLLMRequest:
        """Read the keyword arguments of a provider's method.

        Raises:
            InvalidRequestError: The model names no target.
        """
        optional = _mapping(given.get("optional_params"))
        target = ModelTarget.parse(str(given.get("model") or ""))
        served = optional.get(SERVED) or _mapping(given.get("litellm_params")).get(SERVED)
        if isinstance(served, str) and target.model in (target.model_id, str(given.get("model"))):
            target = replace(target, model=served, model_id=target.model_id or target.model)
        api_key, api_base = given.get("api_key"), given.get("api_base")
        options: CallOptions = {
            "timeout": _timeout(given.get("timeout")),
            "max_retries": _whole(optional.get("max_retries")),
            "extra_headers": {name: str(value) for name, value in _mapping(given.get("headers")).items()},
        }
        return cls(
            target=target if not api_base else ModelTarget(target.model),
            api_key=api_key if isinstance(api_key, str) else None,
            api_base=api_base if isinstance(api_base, str) else None,
            params={name: value for name, value in optional.items() if name not in OWN},
            options=options,
        )

    def arguments(self, **more: object) -> CallOptions:
        """Return the keyword arguments of a call of the client."""
        return {**call_options({**more, **self.params}), **self.options}


def messages_of(given: Mapping[str, object]) -> list[Mapping[str, object]]:
    """Return the messages without what LiteLLM adds to those that it made."""
    messages = given.get("messages")
    plain: list[Mapping[str, object]] = []
    for message in messages if isinstance(messages, Sequence) else ():
        fields = message.model_dump(mode="json") if isinstance(message, BaseModel) else _mapping(message)
        kept = {name: value for name, value in fields.items() if value is not None and name not in LITELLMS_FIELDS}
        plain.append({"content": fields["content"], **kept} if "content" in fields else kept)
    return plain


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _timeout(value: object) -> Timeout | float | None:
    """LiteLLM's timeout: seconds, or one of httpx."""
    if value is None or isinstance(value, int | float):
        return value
    own = Timeout()
    read = _seconds(value, "read")
    return replace(
        own,
        connect=_seconds(value, "connect") or own.connect,
        write=_seconds(value, "write") or own.write,
        first_byte=read or own.first_byte,
        idle=read or own.idle,
    )


def _seconds(timeout: object, phase: str) -> float | None:
    found = getattr(timeout, phase, None)
    return found if isinstance(found, int | float) else None
