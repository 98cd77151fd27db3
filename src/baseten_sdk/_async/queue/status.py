"""The status call of an async request. Its caller decides when it may be made."""

from __future__ import annotations

from functools import partial

from ..._core.reply.validate import read_model
from ..._core.request.accept import ACCEPT_JSON
from ..._core.request.options import Options
from ..._core.request.request import build
from ...config import DEPLOYMENT_FIRST_BYTE
from ...types.async_requests import AsyncRequestStatus
from ...types.reply import attach_meta
from ..calls.service import AsyncService


async def get_status(service: AsyncService, url: str, options: Options) -> AsyncRequestStatus:
    request = build("GET", url, options, accept=ACCEPT_JSON, first_byte=DEPLOYMENT_FIRST_BYTE)
    status, meta = await service.caller.fetch(request, options, partial(read_model, AsyncRequestStatus))
    return attach_meta(status, meta)
