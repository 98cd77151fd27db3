"""`embeddings`: vectors of texts, from the engine of a deployment or behind a gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

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
from ..._core.request.service_urls import BaseURL
from ...config import CallOptions
from ...errors import InvalidRequestError
from ...types.embeddings import CreateEmbeddingResponse
from ...types.reply import attach_meta
from ..calls.service import AsyncService

if TYPE_CHECKING:
    from ..._bulk.options import Bulk, ManyOptions, Texts
    from ..._bulk.stream import AsyncEmbeddingStream
    from ..._core.texts.cutting import TruncationDirection
    from ...types.vectors import Vectors


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
        """Make vectors of texts, with one request.

        For many texts, and for arrays instead of lists, use `embed`.

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
        base_url, name = self._engine(model)
        given = check_input(input)
        request = embeddings_request(
            base_url, name, given, merged, dimensions=dimensions, encoding_format=encoding_format, user=user
        )
        count = input_count(given)

        def read(response: WholeResponse) -> CreateEmbeddingResponse:
            reply = read_model(CreateEmbeddingResponse, response)
            check_positions([each.index for each in reply.data], count, "embeddings", response)
            return reply

        reply, meta = await service.caller.fetch(request, merged, read)
        return attach_meta(reply, meta)

    async def embed(
        self,
        texts: Texts,
        *,
        model: str | None = None,
        dimensions: int | None = None,
        user: str | None = None,
        truncate: bool | None = None,
        truncation_direction: TruncationDirection | None = None,
        **options: Unpack[ManyOptions],
    ) -> Vectors:
        """Make vectors of any number of texts, as one array of 32-bit floats.

        The texts are cut into requests that are made side by side. The rows are in the order of the texts, whatever
        the order of the replies.

        Example:
            result = await client.deployments("abcd1234").embeddings.embed(texts)
            matrix = result.numpy()

        Args:
            texts: A list, or anything that can be iterated over. The texts of a list are checked before anything is
                sent; an iterator is read as its texts are needed.
            model: See `create`.
            dimensions: The length of the vectors, if the model can shorten them.
            user: Passed on to the engine.
            truncate: Cut a text that is longer than `max_chars` or `max_tokens`, instead of refusing it.
            truncation_direction: The end that is cut off: "Right", the default, or "Left".
            **options: See `ManyOptions`. `deadline` bounds all requests together.

        Raises:
            InvalidRequestError: A text is empty, too long or no text; the message has its position.
            ResponseValidationError: A reply lacks a sound vector for some texts; the message has their positions.
            APIError: A request failed. In each case, `results` of the error holds the vectors that arrived.
        """
        bulk = self._bulk(texts, model, dimensions, user, truncate, truncation_direction, options)
        from ..._bulk.runner import AsyncBulkRunner
        from ..._core.texts.rows import VectorStore

        return await AsyncBulkRunner.run(self._service, bulk, VectorStore(bulk.rows))

    def stream(
        self,
        texts: Texts,
        *,
        ordered: bool = False,
        model: str | None = None,
        dimensions: int | None = None,
        user: str | None = None,
        truncate: bool | None = None,
        truncation_direction: TruncationDirection | None = None,
        **options: Unpack[ManyOptions],
    ) -> AsyncEmbeddingStream:
        """Make vectors of any number of texts, and yield them as they arrive.

        Memory holds only the parts that you have not read yet, at most 32. A slow reader
        slows the requests down.

        Example:
            async with deployment.embeddings.stream(texts) as parts:
                async for part in parts:
                    index.add(part.start, part.numpy())

        Args:
            texts: See `embed`.
            ordered: Hand the parts out in the order of the texts, instead of as they come.
            model: See `embed`.
            dimensions: See `embed`.
            user: See `embed`.
            truncate: See `embed`.
            truncation_direction: See `embed`.
            **options: See `ManyOptions`. With `on_failure="keep"`, a failed request is a part that has no vectors.

        Returns:
            An iterator of `Vectors`, each with the vectors of one request. It is also a context manager that ends
            the requests in flight when it is left.
        """
        bulk = self._bulk(texts, model, dimensions, user, truncate, truncation_direction, options)
        from ..._bulk.runner import AsyncBulkRunner

        return AsyncBulkRunner.stream(self._service, bulk, ordered=ordered)

    def _bulk(
        self,
        texts: Texts,
        model: str | None,
        dimensions: int | None,
        user: str | None,
        truncate: bool | None,
        truncation_direction: TruncationDirection | None,
        given: ManyOptions,
    ) -> Bulk[Vectors]:
        from ..._bulk.options import bulk
        from ..._core.texts.vectors import embed_call

        base_url, name = self._engine(model)
        call = embed_call(base_url, name, dimensions=dimensions, user=user)
        return bulk(self._service, "Embeddings", texts, call, truncate, truncation_direction, given)

    def _engine(self, model: str | None) -> tuple[BaseURL, str]:
        """Return where the engine is, and what the model is called there.

        Raises:
            InvalidRequestError: No model is named where one is needed.
        """
        if self._base_url is not None:
            return self._base_url, model or ANY_MODEL
        if model is None:
            raise InvalidRequestError(
                "client.embeddings needs model=, the id of a dedicated model; the Model APIs have no embeddings."
            )
        return self._service.router.engine_of(model)
