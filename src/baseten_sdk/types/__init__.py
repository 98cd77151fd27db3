"""The types of replies, requests and events. Plain values: they know nothing of how they travel.

What programs import from `openai.types` can be imported from here, and is loaded when it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import lazy_names

if TYPE_CHECKING or not lazy_names(__name__):
    from .chat import Usage as CompletionUsage
    from .completions import TextChoice as CompletionChoice, TextCompletionChunk as Completion
    from .embeddings import CreateEmbeddingResponse as CreateEmbeddingResponse, Embedding as Embedding
    from .models import Model as Model

__all__ = ["Completion", "CompletionChoice", "CompletionUsage", "CreateEmbeddingResponse", "Embedding", "Model"]
