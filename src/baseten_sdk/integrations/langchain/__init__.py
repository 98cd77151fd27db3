"""LangChain: a chat model and embeddings on this package's client. Needs the extra `langchain`."""

from __future__ import annotations

from ..extras import extra

with extra("langchain", "langchain_core"):
    from .chat import ChatBaseten
    from .embeddings import BasetenEmbeddings

__all__ = ["BasetenEmbeddings", "ChatBaseten"]
