"""The X-Baseten-* headers of a reply.

It owns their names and values. Some backends send only the moment of acceptance, and a plan may ask for that.
"""

from __future__ import annotations

from .exchange import Exchange
from .jsonvalue import as_object, as_text
from .routing import short_id


def platform_headers(exchange: Exchange) -> dict[str, str]:
    """Return the headers, or none if a container answers itself."""
    if exchange.address.surface == "container":
        return {}
    accepted = {"x-baseten-accepted-at": str(int(exchange.moment * 1000))}
    match exchange.plan.text("request-id"):
        case "off":
            return accepted
        case "x":
            return accepted | {"x-request-id": exchange.request_id}
        case _:
            pass
    address = exchange.address
    owner = address.owner or short_id(_slug(exchange), 8)
    return accepted | {
        "x-baseten-request-id": exchange.request_id,
        "x-baseten-session-id": exchange.request_id,
        "x-baseten-model-id": owner,
        "x-baseten-model-version-id": address.deployment_id if address.owner else short_id(owner, 7),
        "x-baseten-model-prediction-attempts": "1",
    }


def _slug(exchange: Exchange) -> str:
    try:
        return as_text(as_object(exchange.json()).get("model"))
    except ValueError:
        return ""
