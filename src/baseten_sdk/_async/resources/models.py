"""`client.models`: the models that the account can use, or that an engine serves."""

from __future__ import annotations

from functools import partial
from typing import Unpack

from ..._core.reply.validate import read_model
from ..._core.request.accept import ACCEPT_JSON
from ..._core.request.request import build
from ..._core.request.service_urls import BaseURL
from ...config import CallOptions
from ...errors import NotFoundError
from ...types.models import Model, ModelList
from ...types.prices import Prices
from ...types.reply import attach_meta
from ..calls.service import AsyncService


class AsyncModels:
    """Models."""

    def __init__(self, service: AsyncService, base_url: BaseURL | None = None) -> None:
        self._service = service
        self._base_url = base_url

    async def list(self, **options: Unpack[CallOptions]) -> ModelList:
        """List the models, with context lengths, features and prices where the service has them.

        Raises:
            APIError: The call failed.
        """
        merged = self._service.options.merged(options)
        base_url = self._base_url or self._service.model_apis()
        request = build("GET", base_url.at("models"), merged, accept=ACCEPT_JSON, first_byte=base_url.first_byte)
        models, meta = await self._service.caller.fetch(request, merged, partial(read_model, ModelList))
        if self._base_url is None:
            self._service.router.listed.ids = tuple(model.id for model in models)
        return attach_meta(models, meta)

    async def prices(self, **options: Unpack[CallOptions]) -> Prices:
        """Get what the models cost, to compute what calls have cost.

        Example:
            prices = await client.models.prices()
            cost = prices.cost(completion)

        Raises:
            APIError: The call failed.
        """
        models = await self.list(**options)
        return Prices(models, models.meta.url.removesuffix("/models"))

    async def retrieve(self, model: str, **options: Unpack[CallOptions]) -> Model:
        """Get one of the models. It is looked up in the list, because the service has no endpoint for one model.

        Args:
            model: Its ID.
            **options: The options of every call.

        Raises:
            NotFoundError: It is not in the list.
            APIError: The call failed.
        """
        models = await self.list(**options)
        for each in models:
            if each.id == model:
                return each
        meta = models.meta
        error = NotFoundError(
            f"{model!r} is not among the {len(models)} models of the list.", status_code=404, request_id=meta.request_id
        )
        error.method, error.url = meta.method or None, meta.url or None
        error.attempts, error.elapsed = meta.attempts, meta.elapsed
        raise error
