"""Who may call: the two schemes of the Authorization header, and the refusals.

It owns the check of the key. It must not know what is called.
"""

from __future__ import annotations

import hmac

from starlette.datastructures import Headers

from ..faults.error_shapes import error_reply
from ..http.routing import Surface
from ..http.wire import Reply

_REFUSAL = "please check the api-key you provided"


def refusal(headers: Headers, api_key: str, surface: Surface) -> Reply | None:
    """None for a good key; else 403 on the Model APIs and 401 on dedicated hosts."""
    scheme, _, key = headers.get("authorization", "").strip().partition(" ")
    known = scheme.lower() in ("bearer", "api-key")
    if known and hmac.compare_digest(key.strip().encode(), api_key.encode()):
        return None
    return error_reply(403 if surface == "model-apis" else 401, _REFUSAL)
