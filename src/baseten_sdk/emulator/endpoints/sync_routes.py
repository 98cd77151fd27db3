"""`{target}/sync/{route}`: a custom server inside a deployment, and the engine's routes beside it.

It owns the routes of that server. It must not know how a deployment is addressed.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from urllib.parse import unquote

from ..chat.engines import Answer, classify, embeddings, engine, predict_tokens, rerank
from ..chat.models import list_models
from ..faults.error_shapes import error_reply, method_not_allowed, not_found
from ..http.exchange import Exchange
from ..http.jsonvalue import JSON, Object
from ..http.wire import Reply, json_reply
from .decisions import decide

_ENGINE: Mapping[tuple[str, ...], Answer] = {
    ("v1", "embeddings"): embeddings,
    ("rerank",): rerank,
    ("predict",): classify,
    ("predict_tokens",): predict_tokens,
}


def sync(exchange: Exchange, route: tuple[str, ...]) -> Reply:
    """Answer a request to the server's own `/{route}`."""
    method = exchange.method
    match route:
        case ("v1", "chat", "completions") | ("v1", "responses"):
            return method_not_allowed("POST")
        case ("v1", "models"):
            return list_models(exchange.address) if method == "GET" else method_not_allowed("GET")
        case ("v1", "systemone"):
            return decide(exchange) if method == "POST" else method_not_allowed("POST")
        case _ if route in _ENGINE:
            return engine(exchange, _ENGINE[route]) if method == "POST" else method_not_allowed("POST")
        case ("health",):
            return json_reply({"status": "ok"}) if method in ("GET", "HEAD") else method_not_allowed("GET")
        case ("items", item) if item:
            return json_reply(_seen(exchange, route) | {"id": unquote(item)})
        case ("echo",):
            return Reply(200, {"content-type": exchange.headers.get("content-type", "text/plain")}, (exchange.body,))
        case ("status", code) if code.isdigit() and 200 <= int(code) <= 599:
            if code in ("204", "304"):
                return Reply(int(code))
            return (
                json_reply({"status": int(code)}, int(code))
                if int(code) < 400
                else error_reply(int(code), f"status {code}", "5")
            )
        case _:
            return not_found()


def _seen(exchange: Exchange, route: tuple[str, ...]) -> Object:
    """Return what the server saw of a request."""
    shown = (
        "content-type",
        "accept",
        "user-agent",
        "x-session-affinity",
        "x-baseten-customer-request-id",
        "traceparent",
    )
    headers: Object = {
        name: value for name, value in exchange.headers.items() if name in shown or name.startswith("x-test-")
    }
    return {
        "method": exchange.method,
        "path": "/" + "/".join(map(unquote, route)),
        "raw_path": "/" + "/".join(route),
        "query": exchange.query,
        "query_string": exchange.query_string,
        "headers": headers,
        "body": _body(exchange),
    }


def _body(exchange: Exchange) -> JSON:
    if not exchange.body:
        return None
    try:
        return exchange.json()
    except ValueError:
        pass
    try:
        return exchange.body.decode()
    except ValueError:
        return {"base64": base64.b64encode(exchange.body).decode()}
