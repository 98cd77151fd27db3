"""The types of replies, requests and events. Plain values: they know nothing of how they travel.

What programs import from `openai.types` can be imported from here, and is loaded when it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .chat import Usage as CompletionUsage
    from .embeddings import CreateEmbeddingResponse as CreateEmbeddingResponse, Embedding as Embedding
    from .models import Model as Model

__all__ = ["CompletionUsage", "CreateEmbeddingResponse", "Embedding", "Model"]

_HOMES = {
    "CompletionUsage": ("chat", "Usage"),
    "CreateEmbeddingResponse": ("embeddings", "CreateEmbeddingResponse"),
    "Embedding": ("embeddings", "Embedding"),
    "Model": ("models", "Model"),
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        from importlib import import_module

        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        home, known_as = _HOMES[name]
        return getattr(import_module(f".{home}", __name__), known_as)
