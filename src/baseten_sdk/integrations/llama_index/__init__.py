"""LlamaIndex: an LLM and embeddings on this package's client. Needs the extra `llama-index`."""

from __future__ import annotations

from ..extras import extra

with extra("llama-index", "llama_index", "llama_index_instrumentation"):
    from .embedding import BasetenEmbedding
    from .llm import Baseten

__all__ = ["Baseten", "BasetenEmbedding"]
