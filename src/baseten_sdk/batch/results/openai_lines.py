"""OpenAI's batch files: one request a line, and one line for each reply, in the form of its Batch API.

    {"custom_id": "a1", "method": "POST", "url": "/v1/chat/completions", "body": {...}}
    {"id": "batch_req_...", "custom_id": "a1",
     "response": {"status_code": 200, "request_id": "...", "body": {...}}, "error": null}

If the service answered a request with an error, `response` holds that answer, as in OpenAI's files. In addition,
`error` always says what failed, and `attempts` how often it was tried. It must not know of files.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping

from pydantic_core import from_json, to_json

from ...errors import APIStatusError, BatchRowError, InvalidRequestError
from ...types.batch import Failed, Ok
from ...types.json import JsonValue
from ...types.response import Response
from ..calls.call import Call, Where, target_of
from ..calls.path import path
from ..calls.pool_target import PoolTarget
from .lines import Line, Name, as_line, error_json, name_in, raw_json

CUSTOM_ID = "custom_id"
PREFIX = "/v1/"

_KEY = re.compile(rb'\{"id":"[^"\\]*","custom_id":"([^"\\]*)"')


class openai_request:
    """Makes calls of the lines of an OpenAI batch file, to the Model APIs or to the engine of a deployment.

    Args:
        deployment: The ID of a dedicated model, a `DeploymentTarget`, or a pool. Members of a pool that have a name for
            the model are asked by that, the others by the line's.
    """

    def __init__(self, deployment: Where | None = None) -> None:
        self._target = target_of(deployment)

    def __call__(self, row: object) -> Call[Response]:
        if not isinstance(row, Mapping) or "url" not in row or "body" not in row:
            raise InvalidRequestError(
                "the row is not a line of an OpenAI batch file (custom_id, url, body). Pass request= for other rows."
            )
        method, url, body = row.get("method", "POST"), row["url"], row["body"]
        if not isinstance(method, str) or not isinstance(url, str) or not url.startswith(PREFIX):
            raise InvalidRequestError(f"url must be a path that starts with {PREFIX}, not {url!r:.200}.")
        if isinstance(body, Mapping) and body.get("stream"):
            raise InvalidRequestError("body.stream must not be set in a batch.")
        if isinstance(self._target, PoolTarget) and isinstance(body, Mapping) and "model" in body:
            body = {"model": body["model"], **body}  # where a pool finds it
        return path(url.removeprefix(PREFIX), method=method, json=body, deployment=self._target)


class OpenAILines:
    """Lines in the form of OpenAI's batch files."""

    def of_result(self, ok: Ok[object, object], /) -> Line:
        reply = ok.value
        if not isinstance(reply, Response):
            raise TypeError(f"OpenAI's lines need the reply as it came, not {type(reply).__name__}")
        body, tokens = raw_json(reply)
        return Line(_line(ok.key, _response(reply.status_code, reply.meta.request_id, body), b"null", b""), tokens)

    def of_failure(self, failed: Failed[object], /) -> bytes:
        error = failed.error
        shown = error_json(error)
        response = b"null"
        if isinstance(error, APIStatusError):
            response = _response(error.status_code, error.request_id, to_json(error.body))
        problem = to_json({"code": shown.pop("code", shown["type"]), **shown})
        rest = b',"attempts":%d,"line":%d' % (failed.attempts, failed.number)
        key = None if isinstance(error, BatchRowError) else failed.key
        return _line(key, response, problem, rest)

    def name_of(self, line: bytes, /) -> Name:
        found = _KEY.match(line)
        if found is not None and line.endswith(b"}\n"):
            return Name(found[1].decode(), 0)
        record: JsonValue = from_json(line)
        return name_in(record, CUSTOM_ID)


def _line(key: str | None, response: bytes, error: bytes, rest: bytes) -> bytes:
    record = b'{"id":"batch_req_%b","custom_id":%b,"response":%b,"error":%b%b}'
    return as_line(record % (uuid.uuid4().hex.encode(), to_json(key), response, error, rest))


def _response(status: int, request_id: str | None, body: bytes) -> bytes:
    return b'{"status_code":%d,"request_id":%b,"body":%b}' % (status, to_json(request_id or ""), body)
