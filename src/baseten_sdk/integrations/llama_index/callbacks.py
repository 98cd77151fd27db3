"""LlamaIndex's callbacks around a method, with the types of the method: the decorators themselves have none."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from llama_index.core.llms.callbacks import llm_chat_callback, llm_completion_callback

F = TypeVar("F", bound=Callable[..., object])


def with_chat_callbacks(method: F) -> F:
    """A chat that reports itself to LlamaIndex's callbacks and instrumentation."""
    wrapped: F = llm_chat_callback()(method)
    return wrapped


def with_completion_callbacks(method: F) -> F:
    """The same for a completion."""
    wrapped: F = llm_completion_callback()(method)
    return wrapped
