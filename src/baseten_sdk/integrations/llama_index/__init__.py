"""LlamaIndex: an LLM on this package's client. Needs the extra `llama-index`."""

from __future__ import annotations

from ..extras import extra

with extra("llama-index", "llama_index", "llama_index_instrumentation"):
    from .llm import Baseten

__all__ = ["Baseten"]
