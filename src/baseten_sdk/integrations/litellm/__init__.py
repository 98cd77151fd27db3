"""LiteLLM: this package as a provider of LiteLLM and of its proxy. Needs the extra `litellm`."""

from __future__ import annotations

from ..extras import extra

with extra("litellm", "litellm"):
    from .provider import PROVIDER, BasetenLLM, baseten_llm, register

__all__ = ["PROVIDER", "BasetenLLM", "baseten_llm", "register"]
