"""`BasetenEmbeddings`: vectors of texts by an embedding engine, for LangChain."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import anyio
from langchain_core.embeddings import Embeddings
from pydantic import ConfigDict, Field

from .served import Served


class BasetenEmbeddings(Served, Embeddings):
    """Embeddings of a dedicated model.

    Example:
        embeddings = BasetenEmbeddings(model_id="abcd1234")
        vectors = embeddings.embed_documents(["a text", "another"])

    Many texts travel in batches, several at once; vectors are in the order of the texts. When a batch fails for good
    the call fails with its error, which is this package's, and what is in flight is cancelled or waited for.
    """

    model_config = ConfigDict(extra="forbid")

    dimensions: int | None = None
    """Length of a vector, where the model can shorten it."""
    batch_size: int = Field(default=128, ge=1)
    """Texts of one request."""
    max_concurrency: int = Field(default=32, ge=1)
    """Requests at once."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """The vectors of texts."""
        batches = self._batches(texts)
        if len(batches) <= 1:
            return [vector for batch in batches for vector in self._embed(batch)]
        with ThreadPoolExecutor(min(self.max_concurrency, len(batches))) as pool:
            futures = [pool.submit(self._embed, batch) for batch in batches]
            try:
                return [vector for future in futures for vector in future.result()]
            finally:
                for future in futures:
                    future.cancel()

    def embed_query(self, text: str) -> list[float]:
        """The vector of a text."""
        return self._embed([text])[0]

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """The vectors of texts."""
        batches = self._batches(texts)
        made: list[list[list[float]]] = [[] for _ in batches]
        room = anyio.CapacityLimiter(self.max_concurrency)
        errors: list[Exception] = []

        async def embed(place: int) -> None:
            async with room:
                try:
                    made[place] = await self._aembed(batches[place])
                except Exception as error:
                    errors.append(error)
                    group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            for place in range(len(batches)):
                group.start_soon(embed, place)
        if errors:
            raise errors[0]
        return [vector for vectors in made for vector in vectors]

    async def aembed_query(self, text: str) -> list[float]:
        """The vector of a text."""
        return (await self._aembed([text]))[0]

    def _batches(self, texts: Sequence[str]) -> list[Sequence[str]]:
        return [texts[start : start + self.batch_size] for start in range(0, len(texts), self.batch_size)]

    def _embed(self, texts: Sequence[str]) -> list[list[float]]:
        engine = self._clients.engine(self._target)
        reply = engine.embeddings.create(input=texts, model=self._target.model, dimensions=self.dimensions)
        return reply.vectors

    async def _aembed(self, texts: Sequence[str]) -> list[list[float]]:
        engine = self._clients.async_engine(self._target)
        reply = await engine.embeddings.create(input=texts, model=self._target.model, dimensions=self.dimensions)
        return reply.vectors
