"""The request of a model: a POST of JSON below a base URL, whichever API it belongs to."""

from __future__ import annotations

from collections.abc import Mapping

from .accept import ACCEPT_JSON, ACCEPT_STREAM
from .options import Options
from .request import Request, post_json
from .service_urls import BaseURL


def model_request(
    base: BaseURL, path: str, body: Mapping[str, object], options: Options, *, stream: bool = False
) -> Request:
    """Build the request.

    Raises:
        InvalidRequestError: A value cannot be encoded.
    """
    accept = ACCEPT_STREAM if stream else ACCEPT_JSON
    return post_json(base.at(path), body, options, accept, base.first_byte, base.model)
