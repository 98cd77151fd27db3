"""LangChain: a chat model and embeddings on this package's client. Needs the extra `langchain`."""

from __future__ import annotations

from .chat import ChatBaseten
from .embeddings import BasetenEmbeddings

__all__ = ["BasetenEmbeddings", "ChatBaseten"]
