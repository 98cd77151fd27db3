"""Turns a request that another library has built into one of this package, and reads what it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from math import inf

from ..._json_reading import decode_reply
from ...config import DEPLOYMENT_FIRST_BYTE, Timeout
from ...types.http_timeout import HttpTimeout
from .accept import ACCEPT_STREAM
from .header_lines import HeaderLines
from .json_codec import encode_json
from .request import Request, Safety, check_method

_STREAMED = re.compile(rb'(?<!\\)"stream": ?true')

_OF_A_CONNECTION = frozenset(
    {"accept-encoding", "connection", "content-length", "host", "proxy-authorization", "te", "transfer-encoding"}
)
"""Headers that belong to one connection. The transport sends its own."""

_ONCE = "/async_"
"""Path beginnings of async requests, which must not be sent twice."""


def foreign_request(
    method: str, url: str, headers: Iterable[tuple[str, str]], content: bytes, *, streamed: bool = False
) -> Request:
    """Build the request.

    Args:
        url: The URL, already checked.
        headers: Names and values. Headers of the other library's connection are left out.
        streamed: Whether a stream is requested. Then the request accepts events: for JSON alone, Baseten's runtime
            makes one string of the whole stream.

    Raises:
        InvalidRequestError: The verb does not exist.
    """
    pairs = [(name, value) for name, value in headers if name not in _OF_A_CONNECTION]
    if streamed:
        pairs = [(name, ACCEPT_STREAM if name == "accept" else value) for name, value in pairs]
    kept = HeaderLines(tuple(pairs))
    safety: Safety = "once" if _ONCE in url else "repeatable"
    return Request(check_method(method), url, kept, content, DEPLOYMENT_FIRST_BYTE, safety)


def asks_for_stream(content: bytes) -> bool:
    """Whether a body asks for a stream. A false positive is harmless: a whole reply is then read piece by piece."""
    return _STREAMED.search(content) is not None


def shorter(own: Timeout, other: HttpTimeout) -> Timeout:
    """Return the client's timeouts, none of them longer than those of the other library."""
    connect, read, write = (inf if each is None else each for each in other)
    first_byte = DEPLOYMENT_FIRST_BYTE if own.first_byte is None else own.first_byte
    return replace(
        own,
        connect=min(own.connect, connect),
        write=min(own.write, write),
        first_byte=min(first_byte, read),
        idle=min(own.idle, read),
    )


def model_first(content: bytes) -> bytes:
    """Move the model's name to the front of a body, where a pool finds it. Return any other body unchanged."""
    try:
        body = decode_reply(content)
    except ValueError:
        return content
    if not isinstance(body, dict) or not isinstance(body.get("model"), str):
        return content
    return encode_json({"model": body["model"], **body})
