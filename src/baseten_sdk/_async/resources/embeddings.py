"""`embeddings.create`: vectors of texts, from the engine of a deployment or behind a gateway."""

from __future__ import annotations

from typing import Unpack

from ..._core.reply.positions import check_positions
from ..._core.reply.response import WholeResponse
from ..._core.reply.validate import read_model
from ..._core.request.embeddings import (
    ANY_MODEL,
    EmbeddingInput,
    EncodingFormat,
    check_input,
    embeddings_request,
    input_count,
)
from ..._core.request.routing import BaseURL
from ...config import CallOptions
from ...errors import InvalidRequestError
from ...types.embeddings import CreateEmbeddingResponse
from ...types.reply import attach_meta
from ..calls.service import AsyncService


class AsyncEmbeddings:
    """Embeddings, from the model that `model=` names or from one engine."""

    def __init__(self, service: AsyncService, base_url: BaseURL | None = None) -> None:
        self._service = service
        self._base_url = base_url

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
            input: One text or several; or one list of tokens or several.
            model: The name that the engine serves. A deployment needs none, because Baseten's own engine takes any.
                With `client.embeddings`: the ID of a dedicated model such as "abcd1234", or a gateway's name for it.
            dimensions: The length of the vectors, if the model can shorten them.
            encoding_format: How vectors are sent. You get lists of numbers either way; base64 is a quarter of the size.
                None leaves it to the engine.
            user: Passed on to the engine.
            **options: The options of every call.

        Returns:
            The vectors in the order of the inputs.

        Raises:
            APIError: The call failed.
            ResponseValidationError: The reply does not hold one embedding for each input.
            InvalidRequestError: There is nothing to embed, or no model is named where one is needed.
        """
        service = self._service
        merged = service.options.merged(options) if options else service.options
        base_url, name = self._base_url, model or ANY_MODEL
        if base_url is None:
            if model is None:
                raise InvalidRequestError(
                    "client.embeddings needs model=, the id of a dedicated model; the Model APIs have no embeddings."
                )
            base_url, name = service.router.engine_of(model)
        given = check_input(input)
        request = embeddings_request(
            base_url,
            name,
            given,
            merged,
            dimensions=dimensions,
            encoding_format=encoding_format,
            user=user,
        )
        count = input_count(given)

        def read(response: WholeResponse) -> CreateEmbeddingResponse:
            reply = read_model(CreateEmbeddingResponse, response)
            check_positions([each.index for each in reply.data], count, "embeddings", response)
            return reply

        reply, meta = await service.caller.fetch(request, merged, read)
        return attach_meta(reply, meta)
