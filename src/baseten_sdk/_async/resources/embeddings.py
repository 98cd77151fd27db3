"""`embeddings.create`: vectors of texts, by the engine of a deployment or behind a gateway."""

from __future__ import annotations

from typing import Unpack

from ..._core.reply.response import WholeResponse
from ..._core.reply.validate import read_model
from ..._core.request.embeddings import ANY_MODEL, EmbeddingInput, EncodingFormat, embeddings_request
from ..._core.request.routing import BaseURL
from ...config import CallOptions
from ...errors import InvalidRequestError
from ...types.embeddings import CreateEmbeddingResponse
from ...types.reply import attach_meta
from ..calls.service import AsyncService


class AsyncEmbeddings:
    """Embeddings, by the model that `model=` names or by one engine."""

    def __init__(self, service: AsyncService, place: BaseURL | None = None) -> None:
        self._service = service
        self._place = place

    async def create(
        self,
        *,
        input: EmbeddingInput,
        model: str | None = None,
        dimensions: int | None = None,
        encoding_format: EncodingFormat | None = "base64",
        user: str | None = None,
        **options: Unpack[CallOptions],
    ) -> CreateEmbeddingResponse:
        """Make vectors of texts.

        Example:
            reply = await client.deployments("abcd1234").embeddings.create(input=["a text", "another"])
            print(len(reply.vectors))

        Args:
            input: a text or texts, or the same as lists of tokens.
            model: the name that the engine serves; Baseten's own engine takes any, so a deployment needs none. Of
                `client.embeddings`, the eight-letter id of a dedicated model, or what a gateway calls it.
            dimensions: the length of a vector, where the model can shorten it.
            encoding_format: how vectors travel; base64 is a quarter of the size. They are lists of numbers here either
                way. None leaves it to the engine.
            user: passed on to the engine.
            **options: the options of every call.

        Returns:
            The vectors in the order of the inputs.

        Raises:
            APIError: the call failed.
            ResponseValidationError: the reply holds no embeddings.
            InvalidRequestError: there is nothing to embed, or no model was named where one must be.
        """
        service = self._service
        merged = service.options.merged(options) if options else service.options
        place, name = self._place, model or ANY_MODEL
        if place is None:
            if model is None:
                raise InvalidRequestError(
                    "client.embeddings needs model=, the id of a dedicated model; the Model APIs have no embeddings."
                )
            place, name = service.router.engine_of(model)
        request = embeddings_request(
            place,
            name,
            input,
            merged,
            dimensions=dimensions,
            encoding_format=encoding_format,
            user=user,
        )
        reply, meta = await service.caller.fetch(request, merged, _embeddings)
        return attach_meta(reply, meta)


def _embeddings(answer: WholeResponse) -> CreateEmbeddingResponse:
    return read_model(CreateEmbeddingResponse, answer)
