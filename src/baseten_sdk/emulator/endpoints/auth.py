"""Checks the key: the two schemes of the Authorization header, and the refusals. It must not know what is called."""

from __future__ import annotations

import hmac

from starlette.datastructures import Headers

from ..faults.error_shapes import error_reply
from ..http.routing import Address
from ..http.wire import Reply

_REFUSAL = "please check the api-key you provided"


def refusal(headers: Headers, api_key: str, address: Address) -> Reply | None:
    """Return None for a valid key, otherwise 403 on the Model APIs and 401 on dedicated hosts.

    A Frontier Gateway does not accept `Bearer`. A container on your own machine needs no key.
    """
    if address.surface == "container":
        return None
    scheme, _, key = headers.get("authorization", "").strip().partition(" ")
    known = scheme.lower() in (("api-key",) if address.gateway else ("bearer", "api-key"))
    if known and hmac.compare_digest(key.strip().encode(), api_key.encode()):
        return None
    return error_reply(403 if address.surface == "model-apis" else 401, _REFUSAL)
