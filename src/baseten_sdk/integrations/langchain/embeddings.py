"""`BasetenEmbeddings`: vectors of texts by an embedding engine, for LangChain."""

from __future__ import annotations

from langchain_core.embeddings import Embeddings
from pydantic import ConfigDict, Field

from ... import ManyOptions
from .served_model import ServedModel


class BasetenEmbeddings(ServedModel, Embeddings):
    """Make embeddings with a dedicated model.

    Example:
        embeddings = BasetenEmbeddings(model_id="abcd1234")
        vectors = embeddings.embed_documents(["a text", "another"])

    Many texts are sent in several concurrent requests, by the client's `embeddings.embed`. Vectors are in the order of
    the texts. If a request fails, the call ends with its error, which is one of this package's errors.
    """

    model_config = ConfigDict(extra="forbid")

    dimensions: int | None = None
    """Length of a vector, if the model can shorten it."""
    batch_size: int = Field(default=128, ge=1)
    """Texts of one request."""
    max_concurrency: int | None = Field(default=None, ge=1)
    """Requests in flight. None finds the number that the engine takes well."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return the vectors of texts."""
        if not texts:
            return []
        embeddings = self._clients.engine(self._target).embeddings
        return embeddings.embed(texts, model=self._target.model, dimensions=self.dimensions, **self._options()).tolist()

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a text."""
        return self.embed_documents([text])[0]

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return the vectors of texts."""
        if not texts:
            return []
        embeddings = self._clients.async_engine(self._target).embeddings
        found = await embeddings.embed(texts, model=self._target.model, dimensions=self.dimensions, **self._options())
        return found.tolist()

    async def aembed_query(self, text: str) -> list[float]:
        """Return the vector of a text."""
        return (await self.aembed_documents([text]))[0]

    def _options(self) -> ManyOptions:
        return {"max_batch": self.batch_size, "concurrency": self.max_concurrency or "auto", "progress": "none"}
