"""Error bodies: the eight shapes that the service is known to answer with, and the texts it uses.

It owns bodies only. It must not know why a request failed.
"""

from __future__ import annotations

import json
from http import HTTPStatus

from ..behaviors.plan import Plan
from ..http.jsonvalue import JSON, Object, dump
from ..http.routing import Surface
from ..http.wire import Reply, json_reply
from .dress import HTML

_MESSAGES = {
    400: "Validation: the request is not valid",
    401: "please check the api-key you provided",
    402: "payment required: add a payment method to the workspace",
    403: "please check the api-key you provided",
    404: "the model does not exist",
    408: "the request took too long to arrive",
    409: "the request conflicts with another",
    413: "payload size of 300000 bytes exceeds maximum size of 262144 bytes",
    422: "the input is not valid",
    429: "rate limit exceeded",
    500: "Internal Server Error",
    502: "Error making prediction",
    503: "Error making prediction",
    504: "the prediction timed out",
    529: "no serving capacity, try again later",
}
_CODES = {
    400: "client_error",
    401: "unauthorized",
    403: "unauthorized",
    404: "model_does_not_exist",
    413: "payload_too_large",
    429: "rate_limited",
    500: "application_error",
    502: "model_unavailable",
    503: "model_not_ready",
    504: "timeout",
}
_USUAL: dict[Surface, str] = {"model-apis": "3", "model": "1", "chain": "6", "container": "1"}
_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}
"""Types of errors in the envelope of messages."""


def reason(status: int) -> str:
    """The reason phrase, also for the codes that have no standard one."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Site is overloaded" if status == 529 else "Unknown"


def error_reply(status: int, message: str, shape: str = "1", code: str | None = None) -> Reply:
    """An error in one of the shapes `1` to `8`, as numbered in the table of behaviors."""
    body: JSON
    numeric: JSON = int(code) if code is not None and code.isdigit() else (code if code is not None else status)
    flat: Object = {"message": message, "type": reason(status), "code": numeric}
    match shape:
        case "2":
            body = {
                "error": message,
                "error_code": code or _CODES.get(status, "internal_baseten_error"),
                "detail": message,
            }
        case "3":
            pretty = json.dumps({"error": dict(sorted(flat.items()))}, ensure_ascii=False, indent="\t")
            return Reply(status, {"content-type": "application/json"}, (pretty.encode() + b"\n",))
        case "4":
            body = flat
        case "5":
            body = {"detail": message}
        case "5-list":
            body = {"detail": [{"loc": ["body", "input"], "msg": message, "type": code or "value_error"}]}
        case "6":
            frame: Object = {
                "filename": "/app/model/main.py",
                "lineno": 12,
                "name": "run_remote",
                "line": "raise ValueError",
            }
            body = {
                "error": {
                    "exception_cls_name": code or "ValueError",
                    "exception_module_name": "builtins",
                    "exception_message": message,
                    "user_stack_trace": [frame],
                }
            }
        case "7":
            body = {"type": "error", "error": {"type": code or _KINDS.get(status, "api_error"), "message": message}}
        case "8":
            return Reply(status, {"content-type": "text/html"}, (HTML.replace(b"502 Bad Gateway", _title(status)),))
        case "8-text":
            return Reply(status, {"content-type": "text/plain; charset=utf-8"}, (message.encode(),))
        case _:
            body = {"error": message}
    return Reply(status, {"content-type": "application/json"}, (dump(body) + b"\n",))


def _title(status: int) -> bytes:
    return f"{status} {reason(status)}".encode()


def message_error(status: int, message: str, request_id: str, details: Object | None = None) -> Reply:
    """An error of messages, in the envelope of Anthropic."""
    detail: Object = {"type": _KINDS.get(status, "api_error"), "message": message}
    if details is not None:
        detail["details"] = details
    return json_reply({"type": "error", "request_id": request_id, "error": detail}, status)


def planned_error(status: int, plan: Plan, surface: Surface, *, messages: bool = False) -> Reply:
    """The error that a plan asks for, in the usual shape of the surface, or of messages, unless it names one."""
    usual = "1" if status in (401, 403) else "7" if messages else _USUAL[surface]
    message = plan.text("message") or _MESSAGES.get(status, reason(status))
    return error_reply(status, message, plan.text("shape") or usual, plan.text("code"))


def truss_error(status: int, error_code: int, message: JSON) -> Reply:
    """An error of the model runtime, with the headers that say whose fault it was."""
    headers = {"x-baseten-error-source": "04", "x-baseten-error-code": str(error_code)}
    return json_reply({"error": message}, status, headers)


def not_found() -> Reply:
    """What a server made with FastAPI says of a path that it does not have."""
    return json_reply({"detail": "Not Found"}, 404)


def method_not_allowed(allowed: str) -> Reply:
    return json_reply({"detail": "Method Not Allowed"}, 405, {"allow": allowed})
