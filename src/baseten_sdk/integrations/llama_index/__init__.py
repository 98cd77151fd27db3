"""LlamaIndex: an LLM on this package's client. Needs the extra `llama-index`."""

from __future__ import annotations

from .llm import Baseten

__all__ = ["Baseten"]
